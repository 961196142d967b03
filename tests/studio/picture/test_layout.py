"""Each aspect and set: everything inside the frame, nothing over something else."""

from __future__ import annotations

import itertools

import pytest

from studio.picture.layout import SETS, Box, SetName, layout

SIZES = [(1920, 1080), (1080, 1920), (1080, 1080), (960, 540), (540, 960), (1080, 1350), (1280, 720)]


def apart(one: Box, other: Box) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


@pytest.mark.parametrize("name", SETS)
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_overlaps_and_all_is_inside(width: int, height: int, name: SetName) -> None:
    found = layout(width, height, name)
    boxes = [box for box in (found.cover, found.text, found.bars) if box is not None]
    for box in [*boxes, found.caption]:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= width
        assert box.y + box.height <= height
    assert all(apart(one, other) for one, other in itertools.combinations(boxes, 2))
    x, y, length = found.line
    assert 0 < x < x + length < width
    assert found.bars.y + found.bars.height < y < height
    assert all(box.y + box.height < y for box in [*boxes, found.caption])


def test_a_smaller_frame_is_the_same_picture() -> None:
    big, small = layout(1920, 1080, "card"), layout(960, 540, "card")
    assert small.cover is not None
    assert big.cover is not None
    assert (small.cover.x, small.cover.width) == (big.cover.x / 2, big.cover.width / 2)
    assert small.count == big.count
