"""Soft planes become frames: without bands, without a shift, whatever the width of a row in memory."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from studio.media.scale import Enlarger, planes

F32 = npt.NDArray[np.float32]


def enlarged(soft: F32, width: int, height: int) -> list[npt.NDArray[np.uint8]]:
    """Return y, u and v of a frame made of `soft` [h, w] in the luma, of its half in the two others."""
    enlarger = Enlarger((soft.shape[1], soft.shape[0]), width, height)
    for plane in (enlarger.y, enlarger.u, enlarger.v):
        part = cv2.resize(soft, plane.shape[::-1], interpolation=cv2.INTER_AREA)
        plane[:] = np.clip(part * 256, 0, 65535)
    return list(planes(enlarger.frame()))


def test_a_dark_gradient_has_no_bands() -> None:
    """A ramp over three grey levels: the mean of each 8 x 8 block follows it far more finely than whole levels."""
    soft = np.tile(np.linspace(20, 23, 120, dtype=np.float32), (68, 1))
    luma = enlarged(soft, 960, 544)[0]
    blocks = luma.reshape(68, 8, 120, 8).mean((1, 3))
    assert np.abs(blocks - soft).max() < 0.2
    assert len(np.unique(blocks.round(2))) > 60
    assert set(np.unique(luma)) <= {20, 21, 22, 23, 24}


def test_extremes_do_not_wrap_round() -> None:
    soft = np.repeat(np.array([[0.0], [255.99]], np.float32), 32, 1).repeat(16, 0)
    luma = enlarged(soft, 64, 64)[0]
    assert luma[0].max() == 0
    assert luma[-1].min() >= 254


@pytest.mark.parametrize(
    ("small", "size"), [((270, 480), (1080, 1920)), ((46, 46), (180, 180)), ((80, 46), (320, 180))]
)
def test_every_plane_lies_where_it_should(small: tuple[int, int], size: tuple[int, int]) -> None:
    rng = np.random.default_rng(5)
    rough = (rng.random((6, 6)) * 200 + 20).astype(np.float32)
    soft = np.asarray(cv2.resize(rough, small, interpolation=cv2.INTER_LINEAR), np.float32)
    half = cv2.resize(soft, (small[0] // 2, small[1] // 2), interpolation=cv2.INTER_AREA)
    for plane, given in zip(enlarged(soft, *size), (soft, half, half), strict=True):
        expected = cv2.resize(given, plane.shape[::-1], interpolation=cv2.INTER_LINEAR)
        assert np.abs(plane - expected).max() < 1.5
        assert abs(float((plane - expected).mean())) < 0.15


def test_a_frame_keeps_its_picture_when_the_next_is_made() -> None:
    enlarger = Enlarger((16, 16), 64, 64)
    frames = []
    for value in (40, 90):
        for plane in (enlarger.y, enlarger.u, enlarger.v):
            plane[:] = value * 256
        frames.append(enlarger.frame())
    assert [int(planes(frame)[0][9, 9]) for frame in frames] == [40, 90]
