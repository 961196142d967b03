"""Several stretches of sound → one stereo stream, block by block, with trim and volume."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.media.decode import sound_blocks, sound_rate

F32 = npt.NDArray[np.float32]

_EDGE_S = 0.008  # a fade where a stretch begins or ends inside its file, against clicks


@dataclass(frozen=True, slots=True)
class Stretch:
    """Sound of a file: where it starts on the timeline and in the file, seconds; volume 0.0 to 2.0."""

    path: Path
    start_s: float
    duration_s: float
    in_s: float = 0.0
    volume: float = 1.0


def rate_for(stretches: Sequence[Stretch]) -> int:
    """Return 44100 where every file counts in multiples of 11025, else 48000."""
    rates = {sound_rate(stretch.path)[0] for stretch in stretches}
    return 44100 if rates and all(rate % 11025 == 0 for rate in rates) else 48000


def mixed(stretches: Sequence[Stretch], rate_hz: int, samples: int) -> Iterator[F32]:
    """Give exactly `samples` samples as float32 blocks [n, 2], clipped to -1.0 to 1.0; silence where nothing sounds.

    Raises:
        UnsupportedMedia, MediaTooLarge: A file cannot be decoded.
    """
    voices = [_Reader(stretch, rate_hz) for stretch in stretches]
    at = 0
    while at < samples:
        count = min(rate_hz // 2, samples - at)
        block = np.zeros((count, 2), np.float32)
        for voice in voices:
            voice.add(block, at)
        np.clip(block, -1, 1, out=block)
        yield block
        at += count


class _Reader:
    """Reads one stretch forward; holds no more than a block or two."""

    def __init__(self, stretch: Stretch, rate_hz: int) -> None:
        self.first = round(stretch.start_s * rate_hz)
        self.end = self.first + round(stretch.duration_s * rate_hz)
        self.volume, self.edge = stretch.volume, max(1, round(_EDGE_S * rate_hz))
        self.trimmed = stretch.in_s > 0
        self.blocks = self._stereo(sound_blocks(stretch.path, rate_hz, 2), round(stretch.in_s * rate_hz))
        self.rest = np.zeros((0, 2), np.float32)

    def add(self, target: F32, at: int) -> None:
        """Add what sounds in the samples `at` to `at + len(target)`."""
        begin, end = max(at, self.first), min(at + len(target), self.end)
        if begin >= end or self.volume == 0:
            return
        part = self._take(end - begin)
        index = np.arange(begin, begin + len(part))
        ramp = np.clip((self.end - index) / self.edge, 0, 1)
        if self.trimmed:
            ramp *= np.clip((index - self.first) / self.edge, 0, 1)
        target[begin - at : begin - at + len(part)] += part * (ramp * self.volume).astype(np.float32)[:, None]

    def _take(self, count: int) -> F32:
        while len(self.rest) < count and (block := next(self.blocks, None)) is not None:
            self.rest = np.concatenate([self.rest, block])
        part, self.rest = self.rest[:count], self.rest[count:]
        return part

    @staticmethod
    def _stereo(blocks: Iterator[F32], skip: int) -> Iterator[F32]:
        for block in blocks:
            if skip >= len(block):
                skip -= len(block)
                continue
            yield block[skip:] if block.shape[1] == 2 else np.repeat(block[skip:, :1], 2, 1)
            skip = 0
