"""Steady runs of beats in an onset curve, and which of two phases a run stands on."""

from __future__ import annotations

import metricon
import numpy as np
import numpy.typing as npt

from studio.audio.onsets import PER_SECOND, Curve, local_gain, smooth

Times = npt.NDArray[np.float64]

LOWEST_BPM, HIGHEST_BPM = 55.0, 215.0
TEMPI = 60
ROUGHLY, STEADILY = 100.0, 200.0
"""How unlikely a change of tempo from beat to beat is (the decoder's lambda), before and after the tempo is known."""
ROOM = 0.1
"""How far beyond the tempi first found the second search may go."""
SHARPNESS = 5.0
"""Onsets this many times as strong as those around count as certain."""
NEAR = 8
"""Beats on either hand that tell the period at one; as many together are weighed for the phase."""
LEAP = 60.0
"""What a leap of half a beat costs: as much as 25 beats lose that are three times stronger at the other phase."""
REGISTERS = ((0, 3, 0.4), (12, 24, 0.2), (24, 40, 0.4))
"""Bands and exponents: below a snare's body, its rattle (voices and guitars are there too: half), and above."""


def decode(
    strength: Curve,
    slowest_bpm: float = LOWEST_BPM,
    fastest_bpm: float = HIGHEST_BPM,
    tempi: int | None = TEMPI,
    steadiness: float = ROUGHLY,
    thinned: int = 1,
) -> Times:
    """Return the most likely steady run of beats through an onset curve (bar-pointer model, Krebs et al. 2015).

    Args:
        thinned: Rows taken together, a divisor of 100: the search costs the square less and is as much less exact.
    """
    rows = len(strength) // thinned * thinned
    activation = np.clip(strength[:rows].reshape(-1, thinned).max(axis=1) / SHARPNESS, 0.0, 0.95)
    found = metricon.track_beats(
        metricon.Activations.from_activations(activation, fps=PER_SECOND // thinned),
        min_bpm=slowest_bpm,
        max_bpm=fastest_bpm,
        num_tempi=tempi,
        transition_lambda=steadiness,
    )
    return np.asarray(found.times, dtype=np.float64) + (thinned - 1) / 2 / PER_SECOND


def steady(strength: Curve, rough: Times) -> Times:
    """Return beats that keep their phase through parts where the off-beat is the louder one.

    With the tempo known, a second search hears every onset half a beat earlier and later too: both phases look alike
    to it, so that no fill or break makes it slip from one to the other. `in_phase` then chooses.

    Args:
        rough: The beats a first search found.
    """
    tempi = 60.0 / np.diff(rough)
    slow, fast = (float(np.percentile(tempi, share)) for share in (3, 97))
    return decode(doubled(strength, rough), slow * (1 - ROOM), fast * (1 + ROOM), tempi=None, steadiness=STEADILY)


def doubled(strength: Curve, times: Times) -> Curve:
    """Return the mean of an onset curve and of itself half a period earlier and later, as the beats give it."""
    rows = np.arange(len(strength))
    periods = near_median(np.diff(times), NEAR) * PER_SECOND
    half = np.interp(rows, (times[:-1] + times[1:]) / 2 * PER_SECOND, periods) / 2
    sides = np.interp(rows - half, rows, strength) + np.interp(rows + half, rows, strength)
    return np.asarray((strength + sides / 2) / 2, dtype=np.float32)


def struck(rise: Curve) -> Curve:
    """Return how strongly low, middle and high registers are hit at once: a voice, bass or hat alone counts little."""
    hits = np.prod([rise[:, low:high].mean(axis=1) ** weight for low, high, weight in REGISTERS], axis=0)
    return local_gain(np.asarray(hits, dtype=np.float32))


def in_phase(times: Times, hits: Curve) -> Times:
    """Return the beats, or the places half-way between them, as the whole song's hits say.

    A change under way is rare (a bar with half a beat, a pause) and has to be very clear.
    """
    between = (times[:-1] + times[1:]) / 2
    on, off = (smooth(around(hits, at), NEAR) for at in (times[:-1], between))
    clearly = np.log((on + 0.05) / (off + 0.05)).clip(-2.0, 2.0)
    shifted = two_phases(clearly * np.abs(clearly), LEAP)
    chosen = np.where(shifted, between, times[:-1])
    if not shifted[-1]:
        chosen = np.append(chosen, times[-1])
    steps = np.diff(chosen)
    return np.asarray(chosen[np.append(True, steps > 0.6 * np.median(steps))])


def two_phases(evidence: Times, leap: float) -> npt.NDArray[np.bool_]:
    """Return which beats are of the second of two phases: the most likely path (Viterbi).

    Args:
        evidence: For the first phase at each beat; negative for the second.
        leap: What a change of phase costs.
    """
    best, came = 0.0, np.zeros((len(evidence), 2), dtype=np.bool_)
    for index, value in enumerate(evidence):  # `best` is how far the first phase is ahead of the second
        came[index] = best < -leap, best <= leap
        best = min(max(best, -leap), leap) + 2.0 * float(value)
    path = np.zeros(len(evidence), dtype=np.bool_)
    state = best < 0.0
    for index in range(len(evidence) - 1, -1, -1):
        path[index] = state
        state = bool(came[index, int(state)])
    return path


def around(curve: Curve, times: Times, reach: int = 4) -> Curve:
    """Return the curve's highest value within 40 ms of each time."""
    index = np.round(times * PER_SECOND).astype(np.int64)[:, None] + np.arange(-reach, reach + 1)
    return np.asarray(curve[index.clip(0, len(curve) - 1)].max(axis=1), dtype=np.float32)


def near_median(values: Times, side: int) -> Times:
    """Return the median of each value and of `side` on either hand; NaN where none of them is known."""
    wide = np.pad(values, side, constant_values=np.nan)
    near = np.lib.stride_tricks.sliding_window_view(wide, 2 * side + 1)
    known = np.isfinite(near).any(axis=1)
    median = np.full(len(values), np.nan)
    median[known] = np.nanmedian(near[known], axis=1)
    return median
