"""Where the beats are, and how far they can be claimed."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from studio.audio import metre, pulse
from studio.audio.align import align
from studio.audio.onsets import PER_SECOND, Curve, Ear, Heard, flux, grouped, local_gain, smooth
from studio.audio.pulse import Times, around, decode
from studio.audio.spectrum import Mono, product


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


SHORTEST_S, FEWEST = 2, 4
FAINTEST = 0.008
"""Rise of the strongest onsets, in log-mel units a band, below which there is only a steady sound."""
BY_CHANCE = 0.75
"""Likeness some beats later, times the root of their number, that noise does not reach: below, not even a guess."""
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
    raw = grouped(rise)
    groups = np.stack([local_gain(column) for column in raw.T], axis=1)
    rough = pulse.decode(strength)
    runs = metre.runs(strength, pulse.struck(rise), groups, rough)
    if not runs:
        return Beats()
    times = metre.best(metre.music(strength, groups, heard.log_mel), runs)
    alike = [returning(strength, run) for run in runs]
    if max(one * len(run) ** 0.5 for one, run in zip(alike, runs, strict=True)) < BY_CHANCE:
        return Beats()
    sure = float(np.sqrt(_share(alike[0], RETURNING) * backing(raw, rough)))
    times = align(times, heard.envelope)
    tempo = 60.0 / float(np.median(np.diff(times)))
    return Beats(times, bars(times, groups[:, 0], heard.log_mel), tempo, sure)


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
        agreed = sorted(_agreement(decode(local_gain(column), thinned=2), times) for column in groups.T)[-2]
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
    # Row by row where two beats fall on one: reduceat gives that row itself.
    lengths = np.maximum(np.diff(index, append=len(log_mel)), 1)[:, None]
    means = np.add.reduceat(log_mel, index, axis=0, dtype=np.float64) / lengths
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
