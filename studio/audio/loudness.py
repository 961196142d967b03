"""How loud it is, moment by moment, against the track's own range."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.audio.units import power_to_db

Curve = npt.NDArray[np.float32]

RANGE_DB = 24.0
"""Least range shown: a track of one level stays near the top instead of dancing on its noise."""
SHORT_TERM_S = 0.4


def weighting(hz: npt.NDArray[np.float64]) -> Curve:
    """Return power weights near the K curve of ITU-R BS.1770: no rumble, presence lifted by 4 dB."""
    low = (hz / 60.0) ** 4 / (1.0 + (hz / 60.0) ** 4)
    presence = 1.0 + (10.0**0.4 - 1.0) / (1.0 + (1500.0 / np.maximum(hz, 1.0)) ** 2)
    return np.asarray(low * presence, dtype=np.float32)


def short_term(power: Curve, fps: int) -> Curve:
    """Return 0.0 to 1.0 for every frame.

    Args:
        power: float32 [n], weighted power of each frame.
    """
    width = max(1, round(SHORT_TERM_S * fps)) | 1
    padded = np.pad(power, width // 2, mode="edge")
    mean = np.convolve(padded, np.hanning(width + 2)[1:-1] / np.hanning(width + 2).sum(), mode="valid")
    db = power_to_db(mean)
    top = float(np.percentile(db, 97))
    bottom = min(float(np.percentile(db, 5)), top - RANGE_DB)
    bottom = max(bottom, top - 2 * RANGE_DB)
    return np.asarray(((db - bottom) / (top - bottom)).clip(0.0, 1.0), dtype=np.float32)
