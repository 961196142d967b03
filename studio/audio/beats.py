"""Where the beats are, or that there are none to claim."""

from __future__ import annotations

from dataclasses import dataclass, field

import metricon
import numpy as np
import numpy.typing as npt

from studio.audio.onsets import PER_SECOND, Curve, flux, local_gain

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


def find_beats(log_mel: Curve) -> Beats:
    """Return the beats of a track from its log-mel energies (`onsets.LogMel`)."""
    if len(log_mel) < 2 * PER_SECOND or float(log_mel.max()) < 0.1:
        return Beats()
    strength = local_gain(flux(log_mel).mean(axis=1))
    activation = np.clip(strength / 4.0, 0.0, 0.95)
    found = metricon.track_beats(
        metricon.Activations.from_activations(activation, fps=PER_SECOND), num_tempi=60, min_bpm=55, max_bpm=215
    )
    times = np.asarray(found.times, dtype=np.float64)
    if len(times) < 4:
        return Beats()
    return Beats(times, np.zeros(len(times), dtype=np.int64), 60.0 / float(np.median(np.diff(times))), 0.5)
