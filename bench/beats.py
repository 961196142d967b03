"""python -m bench.beats [FOLDER]: how good the beats are, and what they cost.

FOLDER holds pairs of a track and `<same name>.beats` (seconds, TAB, place in the bar or 0); without it the shipped
tracks are scored. Every figure is a share of 1 except the bias in ms and the CPU seconds per minute of music, which
are those of a whole process, start included.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import numpy as np

from bench import scores

ROOT = Path(__file__).parents[1]
SOUNDS = {".mp3", ".ogg", ".m4a", ".wav", ".flac", ".opus", ".aac"}


def main(arguments: list[str]) -> int:
    pairs = list(_pairs([Path(arguments[0])] if arguments else [ROOT / "tests/music", ROOT / "cli/music"]))
    if not pairs:
        print("no track with a .beats file beside it")
        return 1
    print(f"{'track':32} {'F':>6} {'Flvl':>6} {'P25':>6} {'AMLt':>6} {'DB':>6} {'bias':>6} {'cpu/min':>8}")
    rows = []
    for sound, beats in pairs:
        rows.append(_score(sound, np.loadtxt(beats, ndmin=2)))
        print(f"{sound.stem[:32]:32} {_line(rows[-1])}")
    print(f"{'mean':32} {_line([float(np.nanmean(column)) for column in zip(*rows, strict=True)])}")
    return 0


def _pairs(folders: list[Path]) -> list[tuple[Path, Path]]:
    files = [file for folder in folders for file in sorted(folder.iterdir())]
    truth = {file.stem: file for file in files if file.suffix == ".beats"}
    return [(file, truth[file.stem]) for file in files if file.suffix in SOUNDS and file.stem in truth]


def _score(sound: Path, rows: np.ndarray) -> list[float]:
    before = _children_cpu_s()
    command = [sys.executable, "-m", "studio.media.beats", str(sound)]
    text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    cpu_s = _children_cpu_s() - before
    found = np.array([line.split("\t") for line in text.splitlines()], dtype=float).reshape(-1, 2)
    true, times = rows[:, 0], found[:, 0]
    bars = rows[rows[:, 1] == 1, 0] if rows.shape[1] > 1 else np.empty(0)
    return [
        scores.f_measure(times, true),
        scores.f_any_level(times, true),
        scores.near(times, true),
        scores.amlt(times, true),
        scores.f_measure(found[found[:, 1] == 1, 0], bars) if len(bars) else float("nan"),
        1000 * scores.bias_s(times, true),
        cpu_s / (true[-1] / 60),
    ]


def _line(row: list[float]) -> str:
    return " ".join(f"{value:6.2f}" for value in row[:5]) + f" {row[5]:6.1f} {row[6]:8.2f}"


def _children_cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
