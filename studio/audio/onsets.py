"""How strongly something starts, a hundred times a second: log-mel spectral flux with its own local gain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.audio.spectrum import Filters, Samples, Spectra, Windows, hann, mel_edges, triangles, window_size

Curve = npt.NDArray[np.float32]

PER_SECOND = 100
BANDS = 40
LOW_HZ, HIGH_HZ = 30.0, 11000.0
WINDOW_S = 0.0464
"""2048 samples at 44.1 kHz."""
COMPRESSION = 300.0
GROUPS = ((0, 4), (4, 12), (12, 24), (24, 40))
"""Of the 40 bands: to about 250 Hz, 1 kHz, 3.3 kHz, and above."""
FINE_PER_SECOND = 400
FLAT = 0.15
"""Share of the signal left beside its slope: the low end of a kick still counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What onsets and beats are read from.

    Attributes:
        log_mel: float32 [n, 40]; row i stands for the time i / 100 s.
        envelope: float32 [m], power of the pre-emphasised signal; value i covers i / 400 s to (i + 1) / 400 s.
    """

    log_mel: Curve
    envelope: Curve


class Ear:
    """Collects log-mel energies and a fine envelope of a mono stream."""

    def __init__(self, rate_hz: int) -> None:
        size = window_size(rate_hz, WINDOW_S)
        self._rate_hz = rate_hz
        self._windows = Windows(rate_hz, PER_SECOND, size)
        self._spectra = Spectra(hann(size))
        self._filters = Filters(triangles(mel_edges(LOW_HZ, HIGH_HZ, BANDS), rate_hz, size))
        self._rows: list[Curve] = []
        self._fine: list[Curve] = []
        self._kept = np.zeros(0, dtype=np.float32)
        self._taken = self._bins = 0

    def feed(self, block: Curve) -> None:
        """Take samples [n]."""
        self._rows.extend(self._row(windows) for windows in self._windows.feed(block))
        self._measure(block)

    def finish(self, duration_s: float) -> Heard:
        """Return what was heard of a track of this length."""
        count = max(1, int(duration_s * PER_SECOND) + 1)
        self._rows.extend(self._row(windows) for windows in self._windows.finish(count))
        self._measure(np.zeros(self._rate_hz // FINE_PER_SECOND + 1, dtype=np.float32))
        return Heard(np.concatenate(self._rows)[:count], np.concatenate([np.zeros(0, dtype=np.float32), *self._fine]))

    def _measure(self, block: Curve) -> None:
        """Add up power between the borders i * rate / 400, each rounded to a sample."""
        kept = np.concatenate([self._kept, block])
        whole = int((self._taken + len(kept) - 1) * FINE_PER_SECOND / self._rate_hz)
        borders = np.round(np.arange(self._bins, whole + 1) * (self._rate_hz / FINE_PER_SECOND)).astype(np.int64)
        if len(borders) > 1:
            borders -= self._taken
            steep = np.diff(kept[: borders[-1] + 1]) + np.float32(FLAT) * kept[: borders[-1]]
            power = np.add.reduceat(steep**2, borders[:-1]) / np.diff(borders)
            self._fine.append(power.astype(np.float32))
            self._bins, self._taken = whole, self._taken + int(borders[-1])
            kept = kept[borders[-1] :]
        self._kept = kept

    def _row(self, windows: Samples) -> Curve:
        amplitude = np.sqrt(self._filters.apply(self._spectra.power(windows)))
        return np.asarray(np.log1p(np.float32(COMPRESSION) * amplitude), dtype=np.float32)


def flux(log_mel: Curve, lag: int = 1) -> Curve:
    """Return the rise of every band against its loudest neighbour `lag` rows ago.

    Returns:
        float32 [n, bands], >= 0.
    Source: spectral flux with maximum filter, Böck & Widmer 2013.
    """
    rise = np.zeros_like(log_mel)
    new, before = log_mel[lag:], log_mel[:-lag]
    # In place: every copy of the whole song would count in what a long track needs.
    loudest = rise[lag:]
    loudest[:] = before
    np.maximum(loudest[:, 1:-1], before[:, :-2], out=loudest[:, 1:-1])
    np.maximum(loudest[:, 1:-1], before[:, 2:], out=loudest[:, 1:-1])
    np.subtract(new, loudest, out=loudest)
    np.maximum(loudest, 0.0, out=loudest)
    return rise


def grouped(rise: Curve) -> Curve:
    """Return the mean rise of bass, low middle, middle and treble: float32 [n, 4]."""
    return np.stack([rise[:, low:high].mean(axis=1) for low, high in GROUPS], axis=1)


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
