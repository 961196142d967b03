"""From a stream of samples to spectra: windows on a steady clock, power, filters on a log or mel scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from studio.audio.units import hz_to_mel, mel_to_hz

Samples = npt.NDArray[np.float32]
Curve = npt.NDArray[np.float32]

BATCH = 64
"""Windows cut at once: keeps the copies of a long track inside the cache."""


class Windows:
    """Cuts a stream of blocks into windows whose middles stand at i / per_second seconds.

    What lies before the first and after the last sample counts as silence. Keeps no more than one window and the
    block just fed, so a track's length does not matter.
    """

    def __init__(self, rate_hz: int, per_second: float, size: int) -> None:
        self.size = size
        self._step = rate_hz / per_second
        self._next = 0
        self._origin = -(size // 2)
        self._kept: Curve = np.zeros(size // 2, dtype=np.float32)
        self._batch: Samples = np.empty((BATCH, size), dtype=np.float32)

    def feed(self, block: Curve) -> Iterator[Samples]:
        """Take samples [n] and give every window that is complete.

        Yields:
            float32 [k, size], k at most `BATCH`; may be written to, and is good until the next one is asked for.
        """
        self._kept = np.concatenate([self._kept, block])
        yield from self._cut(None)

    def finish(self, count: int) -> Iterator[Samples]:
        """Give the windows up to number `count` - 1, as if silence followed."""
        needed = self._start(count - 1) + self.size - self._origin
        self._kept = np.pad(self._kept, (0, max(0, needed - len(self._kept))))
        yield from self._cut(count)

    def _start(self, index: int) -> int:
        return round(index * self._step) - self.size // 2

    def _cut(self, count: int | None) -> Iterator[Samples]:
        while True:
            room = self._origin + len(self._kept) - self.size
            ready = int((room + self.size // 2 + 0.5) // self._step) + 1
            until = min(ready if count is None else count, self._next + BATCH)
            starts = [s - self._origin for i in range(self._next, until) if (s := self._start(i)) <= room]
            if not starts:
                break
            for row, start in enumerate(starts):
                self._batch[row] = self._kept[start : start + self.size]
            self._next += len(starts)
            yield self._batch[: len(starts)]
        drop = min(max(0, self._start(self._next) - self._origin), len(self._kept))
        self._kept = self._kept[drop:].copy()
        self._origin += drop


class Mono:
    """Mixes channels to one so that what is opposite in them does not cancel.

    Each channel is added with its sign turned when it runs against the sum of those before it; the sign changes
    slowly (over the block) and only when that is clear, so that ordinary stereo is the ordinary mean.
    """

    def __init__(self, channels: int) -> None:
        self._signs: list[float] = [0.0] * channels

    def mix(self, block: Samples) -> Curve:
        """Return float32 [n] of samples [channels, n]."""
        out = block[0].copy()
        for index in range(1, len(block)):
            channel = block[index]
            before = self._signs[index]
            after = self._sign(out, channel, before)
            self._signs[index] = after
            if before in (0.0, after):
                out += np.float32(after) * channel
            else:
                out += np.linspace(before, after, len(channel), dtype=np.float32) * channel
        return np.asarray(out / np.float32(len(block)), dtype=np.float32)

    @staticmethod
    def _sign(out: Curve, channel: Curve, before: float) -> float:
        both = product(out, channel)
        likeness = both / (product(out, out) * product(channel, channel) + 1e-12) ** 0.5
        if before < 0.0:
            return 1.0 if likeness > 0.3 else -1.0
        return -1.0 if likeness < -0.5 else 1.0


def product(one: npt.NDArray[np.floating], other: npt.NDArray[np.floating]) -> float:
    """Return the inner product. Not by BLAS: its threads would spin for longer than they compute."""
    return float(np.einsum("i,i->", one, other))


class Filters:
    """Weights over a spectrum, each kept only where it is not zero: quicker than a matrix, and on one thread.

    Args:
        weights: float32 [bins, n].
    """

    def __init__(self, weights: Curve) -> None:
        self._parts: list[tuple[int, int, Curve]] = []
        for column in weights.T:
            used = np.flatnonzero(column)
            low, high = (int(used[0]), int(used[-1]) + 1) if len(used) else (0, 1)
            self._parts.append((low, high, np.ascontiguousarray(column[low:high])))

    def apply(self, spectra: Curve) -> Curve:
        """Return float32 [k, n] of float32 [k, bins]."""
        out = np.empty((len(spectra), len(self._parts)), dtype=np.float32)
        for index, (low, high, weights) in enumerate(self._parts):
            np.einsum("ij,j->i", spectra[:, low:high], weights, out=out[:, index])
        return out


class Spectra:
    """Power spectra of windows, in memory of its own: to be given fresh pages costs as much as the transforms.

    Args:
        shape: float32 [size], the window function; a full-scale sine comes out near 1.0 in its bin.
    """

    def __init__(self, shape: Curve) -> None:
        self._shape = np.asarray(shape * (2.0 / shape.sum()), dtype=np.float32)
        bins = 1 + len(shape) // 2
        self._complex = np.empty((BATCH, bins), dtype=np.complex64)
        self._power, self._other = np.empty((2, BATCH, bins), dtype=np.float32)

    def power(self, windows: Samples) -> Curve:
        """Return float32 [k, 1 + size // 2], good until the next call, of windows [k, size], which are spoilt."""
        count = len(windows)
        np.multiply(windows, self._shape, out=windows)
        spectra = np.fft.rfft(windows, axis=1, out=self._complex[:count])  # type: ignore[arg-type]  # single width is fine
        np.square(spectra.real, out=self._power[:count])
        np.square(spectra.imag, out=self._other[:count])
        return np.add(self._power[:count], self._other[:count], out=self._power[:count])


def hann(size: int) -> Curve:
    """Return a periodic Hann window."""
    return np.asarray(0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(size) / size), dtype=np.float32)


def window_size(rate_hz: int, seconds: float) -> int:
    """Return the power of two nearest to a length in seconds, so that other rates see the same music."""
    return int(2 ** max(5, round(np.log2(rate_hz * seconds))))


def triangles(edges_hz: npt.NDArray[np.float64], rate_hz: int, size: int) -> Curve:
    """Return triangular filters for a power spectrum, each summing to 1 (0 where it lies above half the rate).

    A triangle narrower than a bin reads the two bins around its middle instead, so that low bands stay alive.

    Args:
        edges_hz: Ascending, `n + 2` of them: filter i rises from edge i to i + 1 and falls to i + 2.
    Returns:
        float32 [1 + size // 2, n].
    """
    bin_hz = rate_hz / size
    hz = np.arange(size // 2 + 1) * bin_hz
    low, middle, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    wide = np.minimum((hz - low) / (middle - low), (high - hz) / (high - middle)).clip(0.0)
    narrow = (1.0 - np.abs(hz - middle) / bin_hz).clip(0.0)
    weights = np.where(wide.sum(axis=1, keepdims=True) < 1.0, narrow, wide)
    sums = weights.sum(axis=1, keepdims=True)
    weights = np.divide(weights, sums, out=np.zeros_like(weights), where=(sums > 0) & (middle < rate_hz / 2))
    return np.asarray(weights.T, dtype=np.float32)


def log_edges(low_hz: float, high_hz: float, count: int) -> npt.NDArray[np.float64]:
    """Return `count + 2` edges, each the same ratio above the last."""
    return np.geomspace(low_hz, high_hz, count + 2)


def mel_edges(low_hz: float, high_hz: float, count: int) -> npt.NDArray[np.float64]:
    """Return `count + 2` edges, evenly spaced on the mel scale."""
    return np.asarray(mel_to_hz(np.linspace(float(hz_to_mel(low_hz)), float(hz_to_mel(high_hz)), count + 2)))
