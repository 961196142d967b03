"""Where the beats are, and how far they can be claimed."""

from __future__ import annotations

from dataclasses import dataclass, field

import metricon
import numpy as np
import numpy.typing as npt

from studio.audio.onsets import FINE_PER_SECOND, PER_SECOND, Curve, Ear, Heard, flux, grouped, local_gain, smooth
from studio.audio.spectrum import Mono, product

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """Beats of a track.

    Attributes:
        times_s: float64 [k], ascending; empty where nothing comes back.
        places: int64 [k]: place in the bar, 1 is the downbeat; 0 where bars are not known.
        tempo_bpm: Median tempo; None without beats.
        confidence: 0.0 to 1.0; the lower, the more of a guess.
    """

    times_s: Times = field(default_factory=lambda: np.empty(0))
    places: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    tempo_bpm: float | None = None
    confidence: float = 0.0

    @property
    def downbeats_s(self) -> Times:
        """Those beats that begin a bar."""
        return np.asarray(self.times_s[self.places == 1])


BODY = np.array([1.0, 1.0, 0.8, 0.2], dtype=np.float32)
"""Bass to treble, for the question which level is the beat: kick, snare and bass decide."""
REGISTERS = ((0, 3, 0.4), (12, 24, 0.2), (24, 40, 0.4))
"""Bands and exponents: below a snare's body, its rattle (voices and guitars are there too: half), and above."""
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
USUAL_BPM = 118.0
SPREAD_OCTAVES = 0.5
"""Where people tap, and how far from it: after van Noorden & Moelants 1999."""
LEVEL_WEIGHT = 1.6
EVEN = 0.5
"""Every second beat at half the strength of the others leaves it open which level is the beat."""
SHORTEST_S, FEWEST = 2, 4
FAINTEST = 0.008
"""Rise of the strongest onsets, in log-mel units a band, below which there is only a steady sound."""
RETURNING = (0.16, 0.36)
DRUMS = (0.08, 0.16)
AGREED = (0.68, 0.95)
"""No confidence and full confidence: likeness some beats later, rise of the treble on the beats, share in common."""
STEPS = 24
"""Of a beat, at which its onsets are compared with those of others."""
HARMONY = 24
"""Bands whose change from beat to beat is taken for harmony, to about 3.3 kHz."""
THREE_MARGIN = 0.5
"""How much clearer bars of three have to be than bars of four."""
BLOCK = 1 << 16


def track(samples: npt.ArrayLike, rate_hz: int) -> Beats:
    """Return the beats of a whole track.

    Args:
        samples: float32 [n] or [n, channels], -1.0 to 1.0.
    """
    array = np.nan_to_num(np.asarray(samples, dtype=np.float32), posinf=0.0, neginf=0.0)
    planes = array[None] if array.ndim == 1 else array.T
    ear, mono = Ear(rate_hz), Mono(len(planes))
    for start in range(0, planes.shape[1], BLOCK):
        ear.feed(mono.mix(planes[:, start : start + BLOCK]))
    return find_beats(ear.finish(planes.shape[1] / rate_hz))


def find_beats(heard: Heard) -> Beats:
    """Return the likeliest beats of a track from what was heard of it, and how far they may be claimed.

    There are none where nothing comes back; low confidence says that the beats are no more than a guess.
    """
    rise = flux(heard.log_mel)
    if len(rise) < SHORTEST_S * PER_SECOND or np.percentile(rise.mean(axis=1), 98) < FAINTEST:
        return Beats()
    strength = local_gain(rise.mean(axis=1))
    rough = decode(strength)
    if len(rough) < FEWEST or len(times := steady(strength, rough)) < FEWEST:
        return Beats()
    hits = struck(rise)
    times = in_phase(times, hits)
    likeness = returning(strength, times)
    if likeness < len(times) ** -0.5:  # what noise of this length reaches by chance: not even a guess
        return Beats()
    groups = grouped(rise)
    sure = float(np.sqrt(_share(likeness, RETURNING) * backing(groups, rough)))
    groups = np.stack([local_gain(column) for column in groups.T], axis=1)
    times = align(level(times, (groups * BODY).sum(axis=1), hits), heard.envelope)
    tempo = 60.0 / float(np.median(np.diff(times)))
    return Beats(times, bars(times, groups[:, 0], heard.log_mel), tempo, sure)


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


def returning(strength: Curve, times: Times) -> float:
    """Return how far the onsets come back one, two or four beats later, 1.0 at most, however the tempo drifts."""
    steps = np.arange((len(times) - 1) * STEPS) / STEPS
    rows = np.interp(steps, np.arange(len(times)), times) * PER_SECOND
    curve = np.interp(rows, np.arange(len(strength)), smooth(strength, 3))
    away = curve - curve.mean()
    whole = product(away, away) + 1e-9
    return max(product(away[lag:], away[:-lag]) / whole for lag in (STEPS, 2 * STEPS, 4 * STEPS) if lag < len(away))


def backing(groups: Curve, times: Times) -> float:
    """Return how far drums or several registers stand behind the beats, 0.0 to 1.0.

    There have to be drums on them or at least two registers that give the same beats by themselves: a bass that
    throbs alone under a pad is no beat yet.
    """
    drums = _share(float(around(groups[:, -1], times).mean()), DRUMS)
    if drums < 1.0:
        agreed = sorted(_agreement(decode(local_gain(column)), times) for column in groups.T)[-2]
        drums = max(drums, _share(agreed, AGREED))
    return drums


def _share(value: float, ends: tuple[float, float]) -> float:
    return min(max((value - ends[0]) / (ends[1] - ends[0]), 0.0), 1.0)


def _agreement(found: Times, times: Times) -> float:
    """Return the share of beats in common with another list, at half or double tempo too."""
    if len(found) < FEWEST:
        return 0.0
    levels = (found, found[::2], found[1::2], np.sort(np.concatenate([found, (found[:-1] + found[1:]) / 2])))
    return max(2.0 * _common(one, times) / (len(one) + len(times)) for one in levels)


def _common(one: Times, other: Times) -> int:
    at = np.searchsorted(other, one).clip(1, len(other) - 1)
    return int((np.minimum(np.abs(one - other[at - 1]), np.abs(other[at] - one)) <= 0.05).sum())


def bars(times: Times, bass: Curve, log_mel: Curve) -> npt.NDArray[np.int64]:
    """Return each beat's place in the bar: the phase and length, of 4 or 3, where bass and harmony move together."""
    if len(times) < 3 * FEWEST:
        return np.zeros(len(times), dtype=np.int64)
    index = np.round(times * PER_SECOND).astype(np.int64).clip(0, len(log_mel) - 1)
    sums = np.concatenate([np.zeros((1, log_mel.shape[1])), np.cumsum(log_mel, axis=0, dtype=np.float64)])
    ends = np.append(index[1:], len(log_mel))
    means = (sums[ends] - sums[index]) / np.maximum(ends - index, 1)[:, None]
    change = np.zeros(len(times))
    change[1:] = np.abs(np.diff(means, axis=0))[:, :HARMONY].mean(axis=1)
    evidence = _standard(around(bass, times)) + _standard(change)
    handicap = {4: 0.0, 3: THREE_MARGIN}
    length, first = max(
        ((n, phase) for n in handicap for phase in range(n)),
        key=lambda bar: _standing_out(evidence, *bar) - handicap[bar[0]],
    )
    return (np.arange(len(times)) - first) % length + 1


def _standard(values: npt.NDArray[np.floating]) -> Times:
    return np.asarray((values - values.mean()) / (values.std() + 1e-9), dtype=np.float64)


def _standing_out(evidence: Times, length: int, phase: int) -> float:
    chosen = np.arange(len(evidence)) % length == phase
    return float(evidence[chosen].mean() - evidence[~chosen].mean())


def decode(
    strength: Curve,
    slowest_bpm: float = LOWEST_BPM,
    fastest_bpm: float = HIGHEST_BPM,
    tempi: int | None = TEMPI,
    steadiness: float = ROUGHLY,
) -> Times:
    """Return the most likely steady run of beats through an onset curve (bar-pointer model, Krebs et al. 2015)."""
    activation = np.clip(strength / SHARPNESS, 0.0, 0.95)
    found = metricon.track_beats(
        metricon.Activations.from_activations(activation, fps=PER_SECOND),
        min_bpm=slowest_bpm,
        max_bpm=fastest_bpm,
        num_tempi=tempi,
        transition_lambda=steadiness,
    )
    return np.asarray(found.times, dtype=np.float64)


def level(times: Times, body: Curve, hits: Curve) -> Times:
    """Return the beats at the level a listener would tap: every second one, or one more between each two."""
    bpm = 60.0 / float(np.median(np.diff(times)))
    between = (times[:-1] + times[1:]) / 2
    at = around(body, times)
    halves = sorted([float(at[::2].mean()), float(at[1::2].mean())])
    slower = _odds(halves[0] / max(halves[1], 1e-6), bpm, bpm / 2)
    faster = _odds(float(around(body, between).mean()) / max(float(at.mean()), 1e-6), bpm * 2, bpm)
    if len(times) >= 2 * FEWEST and bpm / 2 >= LOWEST_BPM - 5 and slower < 0.0:
        return in_phase(times[::2], hits)
    if bpm * 2 <= HIGHEST_BPM and faster > 0.0:
        return np.sort(np.concatenate([times, between]))
    return times


def _odds(evenness: float, fast_bpm: float, slow_bpm: float) -> float:
    """Return how much more likely the faster of two levels is, in log odds."""
    far = [np.log2(bpm / USUAL_BPM) / SPREAD_OCTAVES for bpm in (fast_bpm, slow_bpm)]
    return LEVEL_WEIGHT * float(np.log(max(evenness, 1e-3) / EVEN)) + float(far[1] ** 2 - far[0] ** 2) / 2


def around(curve: Curve, times: Times, reach: int = 4) -> Curve:
    """Return the curve's highest value within 40 ms of each time."""
    index = np.round(times * PER_SECOND).astype(np.int64)[:, None] + np.arange(-reach, reach + 1)
    return np.asarray(curve[index.clip(0, len(curve) - 1)].max(axis=1), dtype=np.float32)


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


def near_median(values: Times, side: int) -> Times:
    """Return the median of each value and of `side` on either hand; NaN where none of them is known."""
    wide = np.pad(values, side, constant_values=np.nan)
    near = np.lib.stride_tricks.sliding_window_view(wide, 2 * side + 1)
    known = np.isfinite(near).any(axis=1)
    median = np.full(len(values), np.nan)
    median[known] = np.nanmedian(near[known], axis=1)
    return median
