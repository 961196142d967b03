"""Soft planes scaled up to a whole frame by libswscale: 16 bits in, 8 bits out, with its ordered dither.

The dither stands still (8 x 8 Bayer), so that the encoder may go on skipping blocks where nothing moves.
"""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import Interpolation, VideoReformatter

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]
Frame = av.VideoFrame
"""One picture as the encoder takes it: yuv420p."""


class Enlarger:
    """Makes frames of `width` × `height` out of a small one.

    Attributes:
        y, u, v: The small one, uint16 [h, w], [h / 2, w / 2]: 256 times the value it is to have. To be written wholly.
    """

    def __init__(self, small: tuple[int, int], width: int, height: int) -> None:
        self.width, self.height = width, height
        self.source = av.VideoFrame(*small, "yuv420p16le")
        self.y, self.u, self.v = (
            np.frombuffer(plane, "<u2").reshape(plane.height, -1)[:, : plane.width]  # type: ignore[call-overload]
            for plane in self.source.planes
        )
        self.scaler = VideoReformatter()

    def frame(self) -> Frame:
        """Return a new frame, of memory of its own."""
        way = Interpolation.BILINEAR
        return self.scaler.reformat(self.source, self.width, self.height, "yuv420p", interpolation=way, threads=1)


def planes(frame: Frame) -> tuple[U8, U8, U8]:
    """Return the three planes of a yuv420p frame as views into its memory."""
    found = []
    for k, plane in enumerate(frame.planes):
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)  # type: ignore[call-overload]
        found.append(rows[: frame.height >> (k > 0), : frame.width >> (k > 0)])
    return found[0], found[1], found[2]
