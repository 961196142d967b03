"""Where the beats are, or that there are none to claim."""

from __future__ import annotations

from dataclasses import dataclass, field

import metricon
import numpy as np
import numpy.typing as npt

from studio.audio.onsets import FINE_PER_SECOND, PER_SECOND, Curve, Heard, flux, grouped, local_gain

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


WEIGHTS = np.array([1.0, 1.0, 1.5, 2.5], dtype=np.float32)
"""Bass to treble, for the time of the beats: transients are sharpest at the top."""
BODY = np.array([1.0, 1.0, 0.8, 0.2], dtype=np.float32)
"""For the question which level is the beat: kick, snare and bass decide."""
LOWEST_BPM, HIGHEST_BPM = 55.0, 215.0
STEADINESS = 100.0
TEMPI = 40
SHARPNESS = 4.0
USUAL_BPM = 118.0
SPREAD_OCTAVES = 0.6
LEVEL_WEIGHT = 1.6
EVEN = 0.5


def find_beats(heard: Heard) -> Beats:
    """Return the beats of a track from what was heard of it."""
    log_mel = heard.log_mel
    if len(log_mel) < 2 * PER_SECOND or float(log_mel.max()) < 0.1:
        return Beats()
    rise = grouped(flux(log_mel))
    strength = local_gain(rise @ WEIGHTS)
    groups = np.stack([local_gain(column) for column in rise.T], axis=1)
    times = decode(strength)
    if len(times) < 4:
        return Beats()
    times = level(times, groups @ BODY)
    times = align(times, heard.envelope)
    return Beats(times, np.zeros(len(times), dtype=np.int64), 60.0 / float(np.median(np.diff(times))), 0.5)


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
    slower = _odds(min(halves) / max(max(halves), 1e-6), bpm, bpm / 2)
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
    window = rise[index.clip(0, len(rise) - 1)] * (1.0 - 0.5 * np.abs(offsets) / reach)
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
