"""How a curve moves on screen: attack and release, trails, caps that fall, a pulse on every beat."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.audio.units import nearest_frame, per_frame

Curve = npt.NDArray[np.float32]

ATTACK, RELEASE, TRAIL = 0.72, 0.22, 0.07
"""Share of the way covered in a thirtieth of a second (chosen by eye)."""
GRAVITY = 1.9
"""Fall of a cap, in heights per second squared."""
HOLD_S = 0.12
PULSE_PER_S = 7.0


def follow(curve: Curve, fps: int, attack: float = ATTACK, release: float = RELEASE) -> Curve:
    """Return a curve that rises fast and falls slowly.

    Args:
        curve: float32 [n] or [n, bands].
    """
    rise, fall = np.float32(per_frame(attack, fps)), np.float32(per_frame(release, fps))
    out = np.empty_like(curve)
    now = np.zeros_like(curve[0]) if len(curve) else None
    for index, value in enumerate(curve):
        step = value - now
        now = now + step * np.where(step > 0, rise, fall)
        out[index] = now
    return out


def trail(curve: Curve, fps: int, release: float = TRAIL) -> Curve:
    """Return a follower that rises at once and falls more slowly: never below the curve."""
    keep = np.float32(1.0 - per_frame(release, fps))
    out = np.empty_like(curve)
    now = np.zeros_like(curve[0]) if len(curve) else None
    for index, value in enumerate(curve):
        now = np.maximum(value, value + (now - value) * keep)
        out[index] = now
    return out


def caps(curve: Curve, fps: int) -> Curve:
    """Return the caps on the bars: carried up at once, held a moment, then falling faster and faster."""
    out = np.empty_like(curve)
    height = np.zeros(curve.shape[1:], dtype=np.float32)
    age = np.zeros(curve.shape[1:], dtype=np.float32)
    step = np.float32(1.0 / fps)
    for index, value in enumerate(curve):
        age += step
        falling = np.maximum(age - np.float32(HOLD_S), 0.0)
        height = height - np.float32(GRAVITY) * step * falling
        lifted = value >= height
        height = np.where(lifted, value, height)
        age = np.where(lifted, np.float32(0.0), age)
        out[index] = height
    return out


def pulse(beats_s: npt.NDArray[np.float64], frames: int, fps: int) -> Curve:
    """Return 1.0 at the frame nearest to each beat, then exp(-7 dt); zeros before the first."""
    at = nearest_frame(beats_s, fps)
    at = at[(at >= 0) & (at < frames)]
    if not len(at):
        return np.zeros(frames, dtype=np.float32)
    index = np.arange(frames)
    last = np.searchsorted(at, index, side="right") - 1
    age_s = (index - at[last.clip(0)]) / fps
    return np.where(last >= 0, np.exp(-PULSE_PER_S * age_s), 0.0).astype(np.float32)
