"""The ladder of a delivery: the original, a copy that fits, a link."""

from __future__ import annotations

import pytest

from bots.adapter import Limits
from bots.delivery import ChatCopy, Link, Original, Step, ladder

LIMITS = Limits(max_text=1, max_caption=1, max_upload_bytes=100, edit_interval_s=0)


@pytest.mark.parametrize(
    ("size", "link", "copies", "steps"),
    [
        (100, "l", True, (Original(), ChatCopy(100), Link("l"))),
        (50, None, True, (Original(), ChatCopy(50), Link(None))),
        (101, "l", True, (ChatCopy(100), Link("l"))),
        (101, None, False, (Link(None),)),
        (50, "l", False, (Original(), Link("l"))),
    ],
)
def test_the_steps_are_tried_in_order(size: int, link: str | None, copies: bool, steps: tuple[Step, ...]) -> None:
    assert ladder(size, LIMITS, link, copies=copies) == steps
