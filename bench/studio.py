"""The render pipeline in CPU seconds (user + sys, children included), as ratios against two baselines.

    python -m bench.studio [TRACK] [--rounds 5] [--seconds 30]

1. encode-only / end-to-end: the same frames at the same x264 settings, once ready in memory, once drawn.
2. ours / showcqt: a whole render, start to MP4, against ffmpeg's showcqt at 1080p30 with x264 veryfast crf 20.

Ours counts everything from the order to the finished files, nothing known from before: the start of a process that
orders it and of the workers, hearing the track and finding its beats, plan, cover, palette, fonts, drawing, encoding,
AAC, joining, the check of the file, poster and still. Not in it: the HTTP server, and the look at an upload that
precedes any order. Theirs is one process that decodes, draws, encodes picture and sound; both import the same PyAV.

Rounds are interleaved and medians are taken, so that a busy machine disturbs both sides alike. It is not the same on
a quiet machine, though: there our workers fill both threads of a core, which costs each of them some of its speed,
while showcqt's one filter thread leaves its encoder waiting. A quiet machine is the harder one for us.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.drafts import draft_for
from bench.music import excerpt
from studio.media.decode import features_of
from studio.media.encode import encode_chunk
from studio.render import cues as planning
from studio.render.frames import Frames, artwork, timeline

WIDTH, HEIGHT, FPS = 1920, 1080, 30
FRAMES = 120


def cpu_s() -> float:
    """CPU seconds of this process and of its ended children."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def apart(module: str, track: Path, seconds: float, folder: Path) -> float:
    """CPU seconds of `python -m module`, from its start to its end."""
    before = cpu_s()
    subprocess.run([sys.executable, "-m", module, str(track), str(seconds), str(folder)], check=True)
    return cpu_s() - before


def encoder_limit(track: Path, seconds: float, folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    """CPU seconds per second of video of encode-only and of draw + encode, round by round."""
    draft = draft_for(track, seconds)
    features = {"track": features_of(track, folder / "cache")}
    plan = planning.cues(draft, features)
    frames = Frames.of(plan, timeline(plan.clips, features, plan.frames, plan.fps), *artwork(plan, None))
    first = min(90, max(0, plan.frames - FRAMES))
    span = range(first, min(plan.frames, first + FRAMES))

    ready = {number: frames.draw(number) for number in span}
    only, both = [], []
    for _ in range(rounds):
        start = cpu_s()
        encode_chunk(folder / "a.mp4", (WIDTH, HEIGHT), FPS, span, ready.__getitem__)
        middle = cpu_s()
        encode_chunk(folder / "b.mp4", (WIDTH, HEIGHT), FPS, span, frames.draw)
        only.append((middle - start) * FPS / len(span))
        both.append((cpu_s() - middle) * FPS / len(span))
    return only, both


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU seconds of the render pipeline, as ratios.")
    parser.add_argument("track", nargs="?", type=Path, help="a music file; without one, music is made")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-studio-") as name:
        folder = Path(name)
        track = excerpt(given.track, given.seconds, folder)
        only, both = encoder_limit(track, given.seconds, folder, given.rounds)
        share = statistics.median(a / b for a, b in zip(only, both, strict=True))
        ours, theirs = [], []
        for _ in range(given.rounds):
            ours.append(apart("bench.drafts", track, given.seconds, folder) / given.seconds)
            theirs.append(apart("bench.showcqt", track, given.seconds, folder) / given.seconds)
        against = statistics.median(a / b for a, b in zip(ours, theirs, strict=True))
        sizes = [(folder / f).stat().st_size * 8e-6 / given.seconds for f in ("ours.mp4", "showcqt.mp4")]
    median = statistics.median
    print(f"CPU seconds for each second of 1080p30 video, medians of {given.rounds}, {os.cpu_count()} cores:")
    print(f"  encode only, frames in memory     {median(only):.3f}")
    print(f"  draw and encode                   {median(both):.3f}   (drawing {median(both) - median(only):.3f})")
    print(f"  ours, whole render                {median(ours):.3f}   {sizes[0]:.2f} Mbit/s")
    print(f"  showcqt + x264 veryfast crf 20    {median(theirs):.3f}   {sizes[1]:.2f} Mbit/s")
    print(f"encode-only / end-to-end  {share:.3f}   (wanted: at least 0.78)")
    print(f"ours / showcqt            {against:.3f}   (wanted: at most 0.75)")


if __name__ == "__main__":
    main()
