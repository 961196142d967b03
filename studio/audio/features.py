"""What the picture needs to know of a track, at the video's frame rate."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Curve = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Analysis of one track.

    Attributes:
        rate_hz: Sample rate that was analysed.
        duration_s: Length of the track in seconds.
        fps: Frame rate of every curve; index i stands for the time i / fps.
        bands: float32 [n, 64], 0.0 to 1.0: log-spaced 40 Hz to 14 kHz, fast attack, slow release.
        smear: float32 [n, 64], 0.0 to 1.0: a slower follower of `bands`, never below it.
        peaks: float32 [n, 64], 0.0 to 1.0: peak caps falling with gravity, never below `bands`.
        bass: float32 [n], 0.0 to 1.0: follower of 30 to 150 Hz.
        loudness: float32 [n], 0.0 to 1.0: short-term loudness against the track's own range.
        onset: float32 [n], 0.0 to 1.0: how strongly something starts.
        pulse: float32 [n], 0.0 to 1.0: 1 at a beat, then exp(-7 dt); all zero where no beat is known.
        beats_s: float64 [k]: beat times in seconds, ascending; empty where the music has none we can claim.
        downbeats_s: float64 [m]: those of them that begin a bar; may be empty.
        tempo_bpm: Tempo, None where no beat is known.
        confidence: 0.0 to 1.0: how far the beats may be claimed.
        sections_s: float64 [j]: where the music changes (drop, break, verse), ascending, without 0.
        silent: No sample is louder than -60 dBFS.
    """

    rate_hz: int
    duration_s: float
    fps: int
    bands: Curve
    smear: Curve
    peaks: Curve
    bass: Curve
    loudness: Curve
    onset: Curve
    pulse: Curve
    beats_s: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    downbeats_s: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    tempo_bpm: float | None = None
    confidence: float = 0.0
    sections_s: npt.NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    silent: bool = False

    @property
    def frames(self) -> int:
        """Number of video frames."""
        return len(self.bands)
