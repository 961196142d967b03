"""How near found beats are to true ones: the figures of the beat-tracking literature, 0.0 to 1.0."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Times = npt.NDArray[np.float64]
WINDOW_S = 0.07


def f_measure(found: Times, true: Times, window_s: float = WINDOW_S) -> float:
    """F with each true beat matched once within the window (Dixon 2007)."""
    hits = used = 0
    for beat in true:
        while used < len(found) and found[used] < beat - window_s:
            used += 1
        if used < len(found) and found[used] <= beat + window_s:
            hits, used = hits + 1, used + 1
    return 2.0 * hits / (len(found) + len(true)) if len(found) + len(true) else 1.0


def f_any_level(found: Times, true: Times) -> float:
    """F where half and double tempo are forgiven, but not the off-beat."""
    return max(f_measure(level, true) for level in (found, doubled(found), found[::2], found[1::2]))


def near(found: Times, true: Times, window_s: float = 0.025) -> float:
    """Share of found beats within 25 ms of a true beat or half-beat: what the eye sees."""
    grid = doubled(true)
    if not len(found) or not len(grid):
        return 0.0
    return float(np.mean(np.abs(_to_nearest(found, grid)) <= window_s))


def bias_s(found: Times, true: Times) -> float:
    """Median of found minus true, where they are within 70 ms; positive is late."""
    if not len(found) or not len(true):
        return float("nan")
    away = _to_nearest(found, true)
    close = away[np.abs(away) <= WINDOW_S]
    return float(np.median(close)) if len(close) else float("nan")


def amlt(found: Times, true: Times, tolerance: float = 0.175) -> float:
    """Share of beats that go on in step, at any of the levels and phases allowed (Davies et al. 2009, AMLt)."""
    half = doubled(true)
    return max(_in_step(found, level, tolerance) for level in (true, half, half[1::2], true[::2], true[1::2]))


def doubled(beats: Times) -> Times:
    """Return the beats with one more in the middle of each two."""
    if len(beats) < 2:
        return beats
    return np.sort(np.concatenate([beats, (beats[:-1] + beats[1:]) / 2]))


def _in_step(found: Times, true: Times, tolerance: float) -> float:
    if len(found) < 2 or len(true) < 2:
        return 0.0
    nearest = np.abs(found[:, None] - true[None]).argmin(axis=1)
    right = 0
    for index in range(len(found)):
        at = int(nearest[index])
        before = max(1, at)
        step = true[before] - true[before - 1]
        mine = found[max(1, index)] - found[max(1, index) - 1]
        in_phase = abs(found[index] - true[at]) < tolerance * step
        right += in_phase and abs(1.0 - mine / step) < tolerance
    return float(right / max(len(found), len(true)))


def _to_nearest(found: Times, true: Times) -> Times:
    at = np.searchsorted(true, found).clip(1, max(1, len(true) - 1))
    before, after = true[at - 1], true[np.minimum(at, len(true) - 1)]
    return np.asarray(np.where(found - before < after - found, found - before, found - after))
