"""Each beat moved to where the sound really begins."""

from __future__ import annotations

import numpy as np

from studio.audio.onsets import FINE_PER_SECOND, Curve
from studio.audio.pulse import Times, near_median

REACH_S = 0.03
SIDE = 5


def align(times: Times, envelope: Curve) -> Times:
    """Move each beat to the sharpest rise of the fine envelope within 30 ms, as its neighbours do."""
    rise = rises(envelope)
    reach = round(REACH_S * FINE_PER_SECOND)
    offsets = np.arange(-reach, reach + 1)
    index = np.round(times * FINE_PER_SECOND).astype(np.int64)[:, None] + offsets
    window = rise[index.clip(0, len(rise) - 1)] * (1.0 - 0.15 * np.abs(offsets) / reach)
    best = window.argmax(axis=1)
    moved = (index[np.arange(len(times)), best]) / FINE_PER_SECOND - times
    moved[window.max(axis=1) < 0.3] = np.nan
    return times + settled(moved)


def rises(envelope: Curve) -> Curve:
    """Return how much louder the 10 ms after each border are than the 10 ms before, in nepers, >= 0."""
    sums = np.concatenate([[0.0], np.cumsum(envelope, dtype=np.float64)])
    level = np.log(np.maximum(sums[4:] - sums[:-4], 0.0) / 4 + 1e-7 + 1e-4 * float(envelope.mean()))
    out = np.zeros(len(envelope) + 1, dtype=np.float32)
    out[4:-4] = np.maximum(level[4:] - level[:-4], 0.0)
    return out


def settled(moved: Times) -> Times:
    """Return the moves, those far from what the neighbours do replaced by the neighbours' median."""
    median = np.nan_to_num(near_median(moved, SIDE))
    far = ~(np.abs(moved - median) <= 0.012)
    return np.where(far, median, moved)
