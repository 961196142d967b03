"""Between samples, frames, seconds, decibels and mel: one place for every conversion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]

FLOOR = 1e-10
"""Power below which everything counts as nothing: -100 dB."""


def frame_count(duration_s: float, fps: int) -> int:
    """Return how many video frames cover a track: at least one, the last may be partly past its end."""
    return max(1, int(np.ceil(round(duration_s * fps, 6))))


def nearest_frame(seconds: npt.ArrayLike, fps: int) -> npt.NDArray[np.int64]:
    """Return the frame whose time i / fps is nearest; never add up a rounded period instead."""
    return np.floor(np.asarray(seconds, dtype=np.float64) * fps + 0.5).astype(np.int64)


def power_to_db(power: Array) -> npt.NDArray[np.float32]:
    """Return decibels of a power; silence comes out at -100."""
    return np.asarray(10.0 * np.log10(np.maximum(power, FLOOR)), dtype=np.float32)


def db_to_amplitude(db: float) -> float:
    """Return the amplitude of a level: -60 dB is 0.001."""
    return float(10.0 ** (db / 20.0))


def hz_to_mel(hz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return mel (O'Shaughnessy 1987): 1000 Hz is about 1000 mel."""
    return 2595.0 * np.log10(1.0 + np.asarray(hz, dtype=np.float64) / 700.0)


def mel_to_hz(mel: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the frequency of a mel value."""
    return 700.0 * (10.0 ** (np.asarray(mel, dtype=np.float64) / 2595.0) - 1.0)


def per_frame(coefficient: float, fps: int) -> float:
    """Carry a follower's coefficient, given at 30 frames a second, to another frame rate."""
    return float(1.0 - (1.0 - coefficient) ** (30.0 / fps))
