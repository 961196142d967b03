"""Memory of a whole render, of a short and of a long track: PSS of all its processes together (Linux).

    python -m bench.render_memory [TRACK …] [--minutes 1 10] [--short-side 1080] [--analysis]

The track is the given ones (or made music) over and over. The render runs as `python -m bench.drafts`, a process of
its own with its workers; twice a second the proportional set sizes of all of them are added up, so that what they
share counts once. "analysis" is until the plan stands, "drawing" all that follows. `--analysis` stops there; a small
`--short-side` shows in a few minutes what the length of a track costs, as the frames' own memory is the same for all.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
import wave
from dataclasses import dataclass
from pathlib import Path

from bench.music import RATE, excerpt

MIB = 1 << 20
EVERY_S = 0.5
MOST_BYTES = 1 << 30


@dataclass(slots=True)
class Peaks:
    """Highest sums in bytes, of the two stages."""

    analysis: int = 0
    drawing: int = 0
    seconds: float = 0.0


def repeated(tracks: list[Path], seconds: float, folder: Path) -> Path:
    """Write the tracks over and over as WAV until `seconds` are full; return the file."""
    pieces = []
    for number, track in enumerate(tracks or [None]):
        place = folder / str(number)
        place.mkdir()
        pieces.append(excerpt(track, 60.0, place))
    out, missing = folder / "long.wav", round(seconds * RATE)
    with wave.open(str(out), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        while missing:
            for piece in pieces:
                with wave.open(str(piece), "rb") as source:
                    count = min(missing, source.getnframes())
                    file.writeframes(source.readframes(count))
                missing -= count
    return out


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found, waiting = [], [pid]
    while waiting:
        found.append(one := waiting.pop())
        try:
            for listed in Path(f"/proc/{one}/task").glob("*/children"):
                waiting += [int(child) for child in listed.read_text("ascii").split()]
        except OSError:
            continue
    return found


def pss(pid: int) -> int:
    """Return a process's proportional set size in bytes, 0 if it is gone."""
    try:
        found = re.search(r"^Pss:\s+(\d+) kB", Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def measured(track: Path, seconds: float, folder: Path, short_side: int, *, analysis_only: bool) -> Peaks:
    """Render once and return the peaks."""
    peaks, begun = Peaks(), time.monotonic()
    given = [str(track), str(seconds), str(folder), str(short_side)]
    with subprocess.Popen([sys.executable, "-m", "bench.drafts", *given]) as process:
        while process.poll() is None:
            total = sum(pss(pid) for pid in family(process.pid))
            planned = any(folder.glob("work/*/plan.json"))
            if planned:
                peaks.drawing = max(peaks.drawing, total)
            else:
                peaks.analysis = max(peaks.analysis, total)
            if planned and analysis_only:
                process.terminate()
                break
            time.sleep(EVERY_S if planned else EVERY_S / 10)
    if process.returncode and not analysis_only:
        raise SystemExit(f"the render ended with {process.returncode}")
    peaks.seconds = time.monotonic() - begun
    return peaks


def main() -> None:
    parser = argparse.ArgumentParser(description="Memory of a render, all processes together.")
    parser.add_argument("tracks", nargs="*", type=Path, help="music files; without one, music is made")
    parser.add_argument("--minutes", nargs="+", type=float, default=[1.0, 10.0])
    parser.add_argument("--short-side", type=int, default=1080, help="of the frame, pixels")
    parser.add_argument("--analysis", action="store_true", help="stop when the plan stands")
    given = parser.parse_args()
    for minutes in given.minutes:
        with tempfile.TemporaryDirectory(prefix="bench-memory-") as name:
            folder = Path(name)
            track = repeated(given.tracks, minutes * 60, folder)
            peaks = measured(track, minutes * 60, folder, given.short_side, analysis_only=given.analysis)
        drawing = "" if given.analysis else f"drawing {peaks.drawing / MIB:5.0f} MiB   "
        print(f"{minutes:5.1f} min   analysis {peaks.analysis / MIB:5.0f} MiB   {drawing}in {peaks.seconds:.0f} s")
    print(f"wanted: at most {MOST_BYTES // MIB} MiB, and of a long track no more than of a short one plus its features")


if __name__ == "__main__":
    main()
