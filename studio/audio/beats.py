"""Where the beats are, or that there are none to claim."""

from __future__ import annotations

from dataclasses import dataclass, field

import metricon
import numpy as np
import numpy.typing as npt

from studio.audio.onsets import FINE_PER_SECOND, PER_SECOND, Curve, Ear, Heard, flux, grouped, local_gain
from studio.audio.spectrum import Mono, product

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Beats:
    """Beats of a track.

    Attributes:
        times_s: float64 [k], ascending; empty where nothing can be claimed.
        places: int64 [k]: place in the bar, 1 is the downbeat; 0 where bars are not known.
        tempo_bpm: Median tempo; None without beats.
        confidence: 0.0 to 1.0.
    """

    times_s: Times = field(default_factory=lambda: np.empty(0))
    places: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    tempo_bpm: float | None = None
    confidence: float = 0.0

    @property
    def downbeats_s(self) -> Times:
        """Those beats that begin a bar."""
        return np.asarray(self.times_s[self.places == 1])


WEIGHTS = np.array([1.0, 2.0, 3.0, 4.0], dtype=np.float32)
"""Bass to treble, for the time of the beats: as many bands as each has, since transients are sharpest at the top."""
BODY = np.array([1.0, 1.0, 0.8, 0.2], dtype=np.float32)
"""For the question which level is the beat: kick, snare and bass decide."""
LOWEST_BPM, HIGHEST_BPM = 55.0, 215.0
STEADINESS = 100.0
"""How unlikely a change of tempo from beat to beat is (the decoder's lambda)."""
TEMPI = 60
SHARPNESS = 5.0
"""Onsets this many times as strong as those around count as certain."""
USUAL_BPM = 118.0
SPREAD_OCTAVES = 0.6
LEVEL_WEIGHT = 1.6
EVEN = 0.5
"""Every second beat at half the strength of the others leaves it open which level is the beat."""
SHORTEST_S, FEWEST = 2, 4
LEAST_CONFIDENCE = 0.05
FAINTEST = 0.08
"""Rise of the strongest onsets, in log-mel units, below which there is only a steady sound."""
RETURNING = (0.04, 0.24)
DRUMS = (0.08, 0.16)
AGREED = (0.68, 0.95)
"""No confidence and full confidence: likeness a period later, rise of the treble on the beats, share in common."""
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
    """Return the beats of a track from what was heard of it; none where they would be a guess."""
    if len(heard.log_mel) < SHORTEST_S * PER_SECOND:
        return Beats()
    rise = grouped(flux(heard.log_mel))
    strength = local_gain((rise * WEIGHTS).sum(axis=1))
    times = decode(strength)
    if len(times) < FEWEST:
        return Beats()
    sure = confidence(times, strength, rise)
    if sure < LEAST_CONFIDENCE:
        return Beats()
    groups = np.stack([local_gain(column) for column in rise.T], axis=1)
    times = align(level(times, (groups * BODY).sum(axis=1)), heard.envelope)
    tempo = 60.0 / float(np.median(np.diff(times)))
    return Beats(times, bars(times, groups[:, 0], heard.log_mel), tempo, sure)


def confidence(times: Times, strength: Curve, rise: Curve) -> float:
    """Return how far beats may be claimed, 0.0 to 1.0.

    They have to come back (the onsets are alike one or four beats later), and there have to be drums on them or at
    least two registers that give the same beats by themselves: a bass that throbs alone under a pad is no beat yet.
    """
    if float(np.percentile((rise * WEIGHTS).sum(axis=1), 98)) < FAINTEST:
        return 0.0
    period = float(np.median(np.diff(times))) * PER_SECOND
    returns = max(_alike(strength, period), _alike(strength, 4 * period))
    returns = (returns - RETURNING[0]) / (RETURNING[1] - RETURNING[0])
    drums = (float(around(rise[:, -1], times).mean()) - DRUMS[0]) / (DRUMS[1] - DRUMS[0])
    if drums < 1.0:
        agreed = sorted(_agreement(decode(local_gain(column)), times) for column in rise.T)[-2]
        drums = max(drums, (agreed - AGREED[0]) / (AGREED[1] - AGREED[0]))
    return float(np.sqrt(min(max(returns, 0.02), 1.0) * min(max(drums, 0.0), 1.0)))


def _alike(curve: Curve, lag: float) -> float:
    """Return the highest autocorrelation within 3 % of a lag, 1.0 at most."""
    low, high = int(lag * 0.97) - 1, int(lag * 1.03) + 2
    away = curve - curve.mean()
    whole = product(away, away)
    return max((product(away[k:], away[:-k]) for k in range(max(1, low), min(high, len(away)))), default=0.0) / (
        whole + 1e-9
    )


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


def decode(strength: Curve) -> Times:
    """Return the most likely steady run of beats through an onset curve (bar-pointer model, Krebs et al. 2015)."""
    activation = np.clip(strength / SHARPNESS, 0.0, 0.95)
    found = metricon.track_beats(
        metricon.Activations.from_activations(activation, fps=PER_SECOND),
        min_bpm=LOWEST_BPM,
        max_bpm=HIGHEST_BPM,
        num_tempi=TEMPI,
        transition_lambda=STEADINESS,
    )
    return np.asarray(found.times, dtype=np.float64)


def level(times: Times, body: Curve) -> Times:
    """Return the beats at the level a listener would tap: every second one, or one more between each two."""
    bpm = 60.0 / float(np.median(np.diff(times)))
    at = around(body, times)
    between = around(body, (times[:-1] + times[1:]) / 2)
    halves = [float(at[::2].mean()), float(at[1::2].mean())]
    slower = _odds(min(halves) / max(*halves, 1e-6), bpm, bpm / 2)
    faster = _odds(float(between.mean()) / max(float(at.mean()), 1e-6), bpm * 2, bpm)
    if bpm / 2 >= LOWEST_BPM - 5 and slower < 0.0:
        return times[int(halves[1] > halves[0]) :: 2]
    if bpm * 2 <= HIGHEST_BPM and faster > 0.0:
        return np.sort(np.concatenate([times, (times[:-1] + times[1:]) / 2]))
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
    wide = np.pad(moved, SIDE, constant_values=np.nan)
    near = np.lib.stride_tricks.sliding_window_view(wide, 2 * SIDE + 1)
    known = np.isfinite(near).any(axis=1)
    median = np.zeros(len(moved))
    median[known] = np.nanmedian(near[known], axis=1)
    far = ~(np.abs(moved - median) <= 0.012)
    return np.where(far, median, moved)
