"""Where the music changes: verse, drop, break; by the likeness of what stands before and after a moment."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.audio.onsets import PER_SECOND, Curve

Times = npt.NDArray[np.float64]

STEP_S = 0.5
"""Units of a track without beats."""
WIDTHS = (16, 32)
"""Units looked at on either side: four and eight bars."""
LOUDNESS_WEIGHT = 2.0
"""How much a step in loudness counts beside a change of colour."""
SHORTEST_S = 6.0
CLEAR = 1.2
"""How far above the mean, in standard deviations, a change has to stand out."""
LEAST_CHANGE = 0.02


def find_sections(log_mel: Curve, beats_s: Times, downbeats_s: Times, duration_s: float) -> Times:
    """Return the times of the clear changes, ascending, on a downbeat or beat where there are some.

    Args:
        log_mel: float32 [n, 40], a hundred rows a second.
    Source: novelty by a checkerboard kernel, Foote 2000.
    """
    units = beats_s if len(beats_s) >= 4 * WIDTHS[0] // 2 else np.arange(0.0, duration_s, STEP_S)
    if len(units) < WIDTHS[0]:
        return np.empty(0)
    novelty = changes(averages(log_mel, units))
    picked = peaks(novelty, units)
    times = units[picked]
    grid = downbeats_s if len(downbeats_s) and units is beats_s else units
    return np.unique(_nearest(times, grid))


def averages(log_mel: Curve, units: Times) -> npt.NDArray[np.float64]:
    """Return the mean of the rows from each unit to the next, and its loudness as one more column."""
    index = np.round(units * PER_SECOND).astype(np.int64).clip(0, len(log_mel) - 1)
    lengths = np.diff(np.append(index, len(log_mel)))[:, None]
    sums = np.add.reduceat(log_mel, index, axis=0, dtype=np.float64)  # no running sum: that is a second track in memory
    means = np.where(lengths > 0, sums / np.maximum(lengths, 1), 0.0)
    loudness = LOUDNESS_WEIGHT * np.sqrt(means.shape[1]) * means.mean(axis=1, keepdims=True)
    return np.hstack([means, loudness])


def changes(rows: npt.NDArray[np.float64]) -> Times:
    """Return for each unit how unlike the units from here on are those before: 0.0 where nothing changes."""
    total = np.zeros(len(rows))
    for width in WIDTHS:
        for index in range(4, len(rows) - 4):
            before, after = rows[max(0, index - width) : index], rows[index : index + width]
            between = np.linalg.norm(before.mean(axis=0) - after.mean(axis=0))
            within = np.sqrt(before.var(axis=0).sum() + after.var(axis=0).sum())
            edge = min(1.0, len(before) / width, len(after) / width)
            total[index] += edge * between / (within + LEAST_CHANGE * rows.shape[1])
    return total / len(WIDTHS)


def peaks(novelty: Times, units: Times) -> npt.NDArray[np.int64]:
    """Return the indices of the highest values, none nearer than six seconds to a higher one."""
    level = float(novelty.mean() + CLEAR * novelty.std())
    picked: list[int] = []
    for index in np.argsort(novelty)[::-1]:
        if novelty[index] < max(level, 0.5):
            break
        near_ends = units[index] < SHORTEST_S / 2 or units[-1] - units[index] < SHORTEST_S / 2
        if not near_ends and all(abs(units[index] - units[other]) >= SHORTEST_S for other in picked):
            picked.append(int(index))
    return np.array(sorted(picked), dtype=np.int64)


def _nearest(times: Times, grid: Times) -> Times:
    return np.array([grid[np.abs(grid - time).argmin()] for time in times], dtype=np.float64)
