"""Which of many possible pulses is the beat: runs at several tempi, levels and phases, and what speaks for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.audio.onsets import PER_SECOND, Curve, local_gain, smooth
from studio.audio.pulse import Times, decode, in_phase, steady
from studio.audio.spectrum import product

SLOWEST_BPM, FASTEST_BPM = 48.0, 225.0
LONGEST_LAG = 4 * 60 * PER_SECOND // int(SLOWEST_BPM) + PER_SECOND
"""Rows over which a curve is compared with itself: four of the slowest beats."""
TEMPI = np.geomspace(50.0, 220.0, 180)
USUAL_BPM, OCTAVES = 112.0, 0.9
"""Which tempi are tried first."""
TRIED = 4
ROOM = (0.87, 1.15)
"""How far from a tempo a run may go: short of the 3:4 that syncopation suggests."""
FEWEST = 6
STEPS = 12
"""Of a beat, at which its onsets are compared with those of others."""
ALIKE_S = 0.02
REACH = 4
"""Rows on either side of a time that count as being on it: 40 ms."""
FLOOR = 0.1
"""Added to levels (1 is the local mean) before they are compared, so that nothing does not weigh without end."""
BAR = 4

PULSE_BPM = 118.0
WEIGHTS = {
    "tempo": 2.14,
    "calm": -2.06,
    "accent": 3.72,
    "treble": 1.73,
    "next": 3.91,
    "second": 2.54,
    "bar": 5.3,
    "quarters": -1.04,
    "thirds": -0.9,
    "clear": 2.13,
}
"""What each reason is worth, in log odds a unit; see `Music.reasons`. Fitted on made and synthesised music."""
KEPT = 1.99
"""By how much the places half-way have to be better than the beats that the hits of all registers chose."""
CROSSED = 0.77
"""By how much two beats in the time of three, or three in that of two, have to be better."""
OTHER = 0.15
"""By how much the runs at a given tempo have to be better than the one that was found unbound."""


@dataclass(frozen=True, slots=True, eq=False)
class Music:
    """Curves of a track that reasons are read from, each float32 [n], a hundred values a second.

    Attributes:
        strength: Onsets of all registers, against their local level.
        accent: Power just after each moment, against its local level, widened by 20 ms.
        treble: Onsets above 3 kHz, against their local level, widened by 40 ms.
        smoothed: Onsets of all, the lowest and the highest register without their mean.
    """

    strength: Curve
    accent: Curve
    treble: Curve
    smoothed: tuple[Curve, ...]

    def reasons(self, times: Times) -> dict[str, float]:
        """Return what speaks for a run of beats being those that people tap.

        Returns:
            tempo, calm: How fast it is, in octaves above a usual pulse; and that squared.
            accent, treble: How far the strongest of each four beats stands out of the track, in nepers.
            next, second, bar: How alike the onsets are one, two and four beats later, -1 to 1.
            quarters, thirds: How strong a quarter of the way to the next beat is against the beat, and a third of the
                way against a quarter, in nepers.
            clear: How much stronger the accents on the beats are than those a third of the way to the next, in nepers:
                a shuffle is not to be led by its short notes.
        """
        steps = np.diff(times)
        octaves = float(np.log2(60.0 / np.median(steps) / PULSE_BPM))
        alike = [self._pattern(curve, times) for curve in self.smoothed]
        quarters, thirds = (_between(self.strength, times, steps, share) for share in (1 / 4, 1 / 3))
        return {
            "tempo": octaves,
            "calm": octaves**2,
            "accent": _outstanding(self.accent, times),
            "treble": _outstanding(self.treble, times),
            "next": _returning(alike, 1),
            "second": _returning(alike, 2),
            "bar": _returning(alike, BAR),
            "quarters": _nepers(quarters, float(at(self.strength, times).mean())),
            "thirds": _nepers(thirds, quarters),
            "clear": _nepers(float(at(self.accent, times).mean()), _between(self.accent, times, steps, 1 / 3)),
        }

    def merit(self, times: Times) -> float:
        """Return how well a run of beats stands against others of the same track, in log odds."""
        return sum(WEIGHTS[name] * value for name, value in self.reasons(times).items())

    def _pattern(self, curve: Curve, times: Times) -> Times:
        """Return a curve at a fixed number of steps a beat, of unit energy."""
        rows = np.interp(np.arange(0, len(times) - 1, 1 / STEPS), np.arange(len(times)), times) * PER_SECOND
        values = np.interp(rows, np.arange(len(curve)), curve)
        values -= values.mean()
        return np.asarray(values / (np.sqrt(np.sum(values**2)) + 1e-9))


def music(strength: Curve, groups: Curve, log_mel: Curve) -> Music:
    """Return the curves of a track.

    Args:
        strength: Onsets against their local level.
        groups: float32 [n, 4], onsets of the registers against their local level.
        log_mel: float32 [n, 40].
    """
    energy = np.expm1(log_mel)
    power = smooth(np.square(energy, out=energy).sum(axis=1), 8)
    return Music(
        strength,
        widened(local_gain(np.roll(power, -3)), 2),
        widened(groups[:, -1], REACH),
        tuple(smooth(curve, 3) for curve in (strength, groups[:, 0], groups[:, -1])),
    )


def best(music: Music, runs: list[Times]) -> Times:
    """Return, of some runs, their other phases and neighbouring levels, the one with the most merit.

    Args:
        runs: Beats, those of the unbound search first.
    """
    choice: list[tuple[Times, float]] = []
    for place, run in enumerate(runs):
        new = [one for one in variants(run) if not any(_alike(one[0], other) for other, _ in choice)]
        choice += [(times, cost + OTHER * (place > 0)) for times, cost in new]
    return max(choice, key=lambda one: music.merit(one[0]) - one[1])[0] if choice else runs[0]


def variants(run: Times) -> list[tuple[Times, float]]:
    """Return a run and what else its beats may be parts of: other phases, neighbouring levels, three instead of two.

    Returns:
        Beats, and what speaks against them from the start; only those in reach.
    """
    halves, thirds = split(run, 2), split(run, 3)
    ways = [(run, 0.0), (halves[1::2], KEPT), (run[::2], 0.0), (run[1::2], 0.0), (halves, 0.0)]
    ways += [(thirds[1::3], 0.0), (thirds[2::3], 0.0), (thirds[::2], CROSSED), (thirds[1::2], CROSSED)]
    ways += [(halves[first::3], CROSSED) for first in range(3)]
    return [
        (times, cost)
        for times, cost in ways
        if len(times) >= FEWEST and SLOWEST_BPM <= 60.0 / np.median(np.diff(times)) <= FASTEST_BPM
    ]


def split(times: Times, parts: int) -> Times:
    """Return the times with each step divided into equal parts."""
    index = np.arange((len(times) - 1) * parts + 1) / parts
    return np.asarray(np.interp(index, np.arange(len(times)), times))


def runs(strength: Curve, hits: Curve, groups: Curve, rough: Times) -> list[Times]:
    """Return the steady runs of beats worth a thought: the likeliest, and one at each tempo that the track repeats at.

    Args:
        rough: The likeliest beats of an unbound search.
    """
    found: list[Times] = []
    near = [decode(strength, bpm * ROOM[0], bpm * ROOM[1], tempi=None, thinned=2) for bpm in tempi(groups)]
    for start in [rough, *near]:
        if len(start) < FEWEST or len(run := steady(strength, start)) < FEWEST:
            continue
        run = in_phase(run, hits)
        if len(run) >= FEWEST and not any(_alike(run, other) for other in found):
            found.append(run)
    return found


def tempi(groups: Curve, most: int = TRIED) -> list[float]:
    """Return the tempi (bpm) at whose beats, half bars and bars the registers are most like themselves, best first."""
    likeness = np.mean([_likeness(curve) for curve in groups.T], axis=0)
    lags = np.arange(len(likeness))
    score = np.mean([np.interp(beats * 60.0 * PER_SECOND / TEMPI, lags, likeness) for beats in (1, 2, BAR)], axis=0)
    score *= np.exp(-0.5 * (np.log2(TEMPI / USUAL_BPM) / OCTAVES) ** 2)
    inner = score[1:-1]
    peaks = 1 + np.flatnonzero((inner > 0.0) & (inner >= score[:-2]) & (inner > score[2:]))
    return [float(TEMPI[index]) for index in sorted(peaks, key=lambda index: -score[index])[:most]]


def _likeness(curve: Curve) -> Times:
    """Return the autocorrelation up to `LONGEST_LAG`, 1 at no lag, for each lag over what there is to compare."""
    count = len(curve)
    size = 1 << (count + LONGEST_LAG).bit_length()
    spectrum = np.fft.rfft(curve - curve.mean(), size)
    raw = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, size)[:LONGEST_LAG]
    overlap = np.maximum(count - np.arange(LONGEST_LAG), count / 4)
    return np.asarray(np.convolve(raw / (raw[0] + 1e-9) * count / overlap, (0.25, 0.5, 0.25), "same"))


def _alike(run: Times, other: Times) -> bool:
    return len(run) == len(other) and bool(np.median(np.abs(run - other)) < ALIKE_S)


def _returning(patterns: list[Times], beats: int) -> float:
    lag = beats * STEPS
    return float(np.mean([product(one[lag:], one[:-lag]) if len(one) > 2 * lag else 0.0 for one in patterns]))


def _outstanding(curve: Curve, times: Times) -> float:
    values = at(curve, times)
    return _nepers(max(float(values[first::BAR].mean()) for first in range(BAR)), float(curve.mean()))


def _between(curve: Curve, times: Times, steps: Times, share: float) -> float:
    both = np.concatenate([times[:-1] + share * steps, times[1:] - share * steps])
    return float(at(curve, both).mean())


def _nepers(one: float, other: float) -> float:
    return float(np.log((one + FLOOR) / (other + FLOOR)))


def at(curve: Curve, times: Times) -> Curve:
    """Return the curve's values at some times (s)."""
    index = np.round(times * PER_SECOND).astype(np.int64)
    return np.asarray(curve[index.clip(0, len(curve) - 1)])


def widened(curve: Curve, reach: int) -> Curve:
    """Return the highest value within `reach` rows of each."""
    wide = np.pad(curve, reach, mode="edge")
    out = curve.copy()
    for shift in range(2 * reach + 1):
        np.maximum(out, wide[shift : shift + len(curve)], out=out)
    return out
