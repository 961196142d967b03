"""How strongly something starts, a hundred times a second: log-mel spectral flux with its own local gain."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.audio.spectrum import Samples, Windows, hann, mel_edges, power, triangles, window_size

Curve = npt.NDArray[np.float32]

PER_SECOND = 100
BANDS = 40
LOW_HZ, HIGH_HZ = 30.0, 11000.0
WINDOW_S = 0.0464
"""2048 samples at 44.1 kHz."""
COMPRESSION = 1000.0


class LogMel:
    """Collects log-mel energies [n, 40] of a stream, a hundred a second."""

    def __init__(self, rate_hz: int, channels: int) -> None:
        size = window_size(rate_hz, WINDOW_S)
        self._windows = Windows(rate_hz, PER_SECOND, size, channels)
        self._shape = hann(size)
        self._filters = triangles(mel_edges(LOW_HZ, HIGH_HZ, BANDS), rate_hz, size)
        self._rows: list[Curve] = []

    def feed(self, block: Samples) -> None:
        """Take samples [channels, n]."""
        self._rows.extend(self._row(windows) for windows in self._windows.feed(block))

    def finish(self, duration_s: float) -> Curve:
        """Return float32 [n, 40]; row i stands for the time i / 100 s."""
        count = max(1, int(duration_s * PER_SECOND) + 1)
        self._rows.extend(self._row(windows) for windows in self._windows.finish(count))
        return np.concatenate(self._rows)[:count]

    def _row(self, windows: Samples) -> Curve:
        amplitude = np.sqrt(power(windows, self._shape) @ self._filters)
        return np.asarray(np.log1p(np.float32(COMPRESSION) * amplitude), dtype=np.float32)


def flux(log_mel: Curve, lag: int = 2) -> Curve:
    """Return the rise of every band against its loudest neighbour `lag` rows ago.

    Returns:
        float32 [n, bands], >= 0.
    Source: spectral flux with maximum filter, Böck & Widmer 2013.
    """
    before = np.maximum(log_mel, np.maximum(np.roll(log_mel, 1, axis=1), np.roll(log_mel, -1, axis=1)))
    before[:, 0], before[:, -1] = log_mel[:, 0], log_mel[:, -1]
    rise = np.zeros_like(log_mel)
    rise[lag:] = np.maximum(log_mel[lag:] - before[:-lag], 0.0)
    return rise


def local_gain(curve: Curve, seconds: float = 4.0, floor: float = 0.1) -> Curve:
    """Return a curve divided by its own level around each moment, so that quiet parts count like loud ones.

    Args:
        curve: float32 [n], >= 0.
        floor: Share of the whole curve's level below which the local level is not followed.
    """
    width = max(1, int(seconds * PER_SECOND))
    level = np.sqrt(smooth(curve**2, width))
    return np.asarray(curve / np.maximum(level, floor * float(level.max(initial=0.0)) + 1e-9), dtype=np.float32)


def smooth(curve: Curve, width: int) -> Curve:
    """Return the moving mean over `width` values, the ends over what is there."""
    sums = np.concatenate([[0.0], np.cumsum(curve, dtype=np.float64)])
    index = np.arange(len(curve))
    low, high = np.maximum(index - width // 2, 0), np.minimum(index + (width + 1) // 2, len(curve))
    return np.asarray((sums[high] - sums[low]) / np.maximum(high - low, 1), dtype=np.float32)
