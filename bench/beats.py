"""python -m bench.beats [FOLDER] [NAME=COMMAND]...: how good the beats are and what they cost, beside other trackers.

FOLDER holds pairs of a track and `<same name>.beats` (seconds, TAB, place in the bar or 0); without it the shipped
tracks are scored. Every figure is a share of 1 except the bias in ms and the CPU seconds per minute of music, which
are those of a whole process, start included. COMMAND gets the track as its last argument and prints a beat a line,
seconds first: `"aubio=aubiotrack -i"`. The last lines are ours less theirs, in hundredths, and ours / theirs in CPU.
"""

from __future__ import annotations

import argparse
import resource
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np

from bench import scores

ROOT = Path(__file__).parents[1]
OURS = [sys.executable, "-m", "studio.media.beats"]
SOUNDS = {".mp3", ".ogg", ".m4a", ".wav", ".flac", ".opus", ".aac"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="FOLDER|NAME=COMMAND")
    words = parser.parse_args().what
    others = dict(one.split("=", 1) for one in words if "=" in one)
    folders = [Path(one) for one in words if "=" not in one] or [ROOT / "tests/music", ROOT / "cli/music"]
    pairs = list(_pairs(folders))
    if not pairs:
        print("no track with a .beats file beside it")
        return 1
    trackers = {"ours": OURS} | {name: shlex.split(command) for name, command in others.items()}
    rows: dict[str, list[list[float]]] = {name: [] for name in trackers}
    print(f"{'track':32} {'F':>6} {'Flvl':>6} {'P25':>6} {'AMLt':>6} {'DB':>6} {'bias':>6} {'cpu/min':>8}")
    for sound, beats in pairs:
        for name, command in trackers.items():
            rows[name].append(_score(command, sound, np.loadtxt(beats, ndmin=2)))
        print(f"{sound.stem[:32]:32} {_line(rows['ours'][-1])}")
    means = {name: [_mean(column) for column in zip(*of, strict=True)] for name, of in rows.items()}
    for name, mean in means.items():
        print(f"{'mean of ' + name:32} {_line(mean)}")
    for name in others:
        ours, theirs = means["ours"], means[name]
        points = " ".join(f"{100 * (one - other):+6.1f}" for one, other in zip(ours[:4], theirs[:4], strict=True))
        print(f"{'ours less ' + name:32} {points} {'':13} {ours[6] / theirs[6]:7.2f}x")
    return 0


def _mean(column: tuple[float, ...]) -> float:
    known = [value for value in column if np.isfinite(value)]
    return float(np.mean(known)) if known else float("nan")


def _pairs(folders: list[Path]) -> list[tuple[Path, Path]]:
    files = [file for folder in folders for file in sorted(folder.iterdir())]
    truth = {file.stem: file for file in files if file.suffix == ".beats"}
    return [(file, truth[file.stem]) for file in files if file.suffix in SOUNDS and file.stem in truth]


def _score(command: list[str], sound: Path, rows: np.ndarray) -> list[float]:
    before = _children_cpu_s()
    called = [*command, str(sound.resolve())]
    text = subprocess.run(called, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    cpu_s = _children_cpu_s() - before
    lines = [[*line.split(), "0"][:2] for line in text.splitlines() if line[:1].isdigit()]
    found = np.array(lines, dtype=float).reshape(-1, 2)
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
    sys.exit(main())
