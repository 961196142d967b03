"""Planes: layers lie where they were put."""

from __future__ import annotations

import numpy as np
import pytest

from studio.picture import canvas
from studio.picture import palette as colours


def blank(width: int, height: int) -> canvas.Planes:
    """Return a frame of its own memory."""
    half = (height // 2, width // 2)
    return canvas.Planes(np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8))


def test_a_layer_covers_what_it_should_and_nothing_else() -> None:
    frame = blank(64, 48)
    for plane, value in zip(frame, (60, 128, 128), strict=True):
        plane[:] = value
    sheet = canvas.Sheet(64, 48)
    red = np.array([255, 0, 0], np.float32)
    sheet.put(red, np.ones((10, 20), np.float32), 12, 8)
    layer = sheet.layer()
    assert layer is not None
    layer.draw(frame)
    assert (frame.y[:8] == 60).all()
    assert (frame.y[20:] == 60).all()
    expected = colours.yuv(red) + colours.OFFSET
    assert abs(int(frame.y[12, 20]) - expected[0]) <= 1
    assert abs(int(frame.v[6, 10]) - expected[2]) <= 1


@pytest.mark.parametrize("opacity", [0.0, 0.25, 0.5, 1.0])
def test_opacity_is_linear(opacity: float) -> None:
    frame = blank(32, 32)
    for plane, value in zip(frame, (16, 128, 128), strict=True):
        plane[:] = value
    sheet = canvas.Sheet(32, 32)
    sheet.put(np.full(3, 255, np.float32), np.ones((32, 32), np.float32), 0, 0)
    layer = sheet.layer()
    assert layer is not None
    layer.draw(frame, opacity)
    assert abs(int(frame.y[16, 16]) - (16 + opacity * 219)) <= 2
    assert abs(int(frame.u[8, 8]) - 128) <= 1


def test_what_hangs_over_the_edge_is_clipped() -> None:
    sheet = canvas.Sheet(40, 40)
    for x, y in [(-10, -10), (35, 35), (100, 0), (0, -100)]:
        sheet.put(np.full(3, 200, np.float32), np.ones((20, 20), np.float32), x, y)
    layer = sheet.layer()
    assert layer is not None
    layer.draw(blank(40, 40))


def test_an_empty_sheet_is_no_layer() -> None:
    assert canvas.Sheet(16, 16).layer() is None


def test_round_corners_are_round() -> None:
    mask = canvas.rounded(40, 40, 12)
    assert mask[0, 0] == 0
    assert mask[20, 0] == mask[0, 20] == mask[20, 20] == 1
    assert 0 < mask[4, 3] < 1 or 0 < mask[3, 3] < 1
    assert np.allclose(mask, mask.T)
    assert np.allclose(mask, mask[::-1, ::-1])
