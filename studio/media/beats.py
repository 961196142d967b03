"""python -m studio.media.beats FILE: the beats of a track, one a line, seconds TAB place in the bar (0: not known)."""

from __future__ import annotations

import sys
from pathlib import Path

from studio.audio.analysis import CLAIM
from studio.audio.beats import Beats, find_beats
from studio.audio.onsets import Ear
from studio.audio.spectrum import Mono
from studio.errors import StudioError
from studio.media.decode import sound_blocks, sound_rate


def beats_of(path: Path) -> Beats:
    """Return the beats of a file, without the rest of the analysis.

    Raises:
        StudioError: It cannot be read.
    """
    rate_hz, channels = sound_rate(path)
    ear, mono, samples = Ear(rate_hz), Mono(channels), 0
    for block in sound_blocks(path, rate_hz, channels):
        samples += len(block)
        ear.feed(mono.mix(block.T))
    return find_beats(ear.finish(samples / rate_hz))


def main(arguments: list[str]) -> int:
    """Print the beats of the one file named."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m studio.media.beats FILE\n")
        return 2
    try:
        beats = beats_of(Path(arguments[0]))
    except StudioError as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    if beats.confidence < CLAIM:
        sys.stderr.write(f"no more than a guess: confidence {beats.confidence:.2f}, a video is not cut on these\n")
    for second, place in zip(beats.times_s, beats.places, strict=True):
        sys.stdout.write(f"{second:.4f}\t{place}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
