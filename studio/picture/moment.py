"""What one frame needs to know: the music at its instant, and the shot it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from studio.picture.layout import SetName

F32 = npt.NDArray[np.float32]
Order = Literal["rise", "mirror", "fall", "valley"]


@dataclass(frozen=True, slots=True)
class Shot:
    """What stays the same between two cuts.

    Attributes:
        first, end: Frames it is on screen, `end` not included.
        arrangement: Which set of the layout.
        order: How bands become bars: bass left, in the middle, right, or at both sides.
        zoom, turn, x, y: Framing of the background: 1.0 shows all of it, radians, shares of its size.
        flip: Whether the background is mirrored.
        hue: Number of the colour variant, 0 to 2.
        light: Exposure of the background, about 1.0.
        strength: How strong the cut into it is: 0.0 none (the first shot), 0.5 a cut, 1.0 a new section.
    """

    first: int
    end: int
    arrangement: SetName = "card"
    order: Order = "rise"
    zoom: float = 1.2
    turn: float = 0.0
    x: float = 0.0
    y: float = 0.0
    flip: bool = False
    hue: int = 0
    light: float = 1.0
    strength: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One frame's worth of music: `bands`, `smear`, `peaks` float32 [64] and followers, all 0.0 to 1.0.

    `closing` rises from 0.0 to 1.0 over the last frames of the video; `progress` over all of them.
    """

    frame: int
    fps: int
    bands: F32
    smear: F32
    peaks: F32
    bass: float
    loudness: float
    onset: float
    pulse: float
    progress: float
    closing: float
    shot: Shot

    @property
    def seconds(self) -> float:
        """Time of the frame."""
        return self.frame / self.fps

    @property
    def flash(self) -> float:
        """Light of the cut: 1.0 × strength on its first frame, gone after six."""
        age = self.frame - self.shot.first
        return self.shot.strength * (1 - age / 6) ** 2 if age < 6 else 0.0
