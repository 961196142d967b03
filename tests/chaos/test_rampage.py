"""A short rampage of three replicas; the long one is `make chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.rampage import Plan, rampage

SHORT = Plan(chats=16, turns=9, seconds=14, seed=7, files=8, poll_s=0.4, render_s=0.3)


@pytest.mark.timeout(300)
async def test_nothing_is_lost_paid_twice_or_delivered_twice(tmp_path: Path) -> None:
    found = await rampage(tmp_path, SHORT)
    assert {"kill", "freeze", "store", "term"} <= found.deeds.keys()
    assert found.deeds.get("fallen", 0) == 0
    assert (found.turns, found.stuck, found.lost, found.failed, found.parked) == (144, 0, [], [], 0)
    assert (found.sent_twice, found.rendered_twice, found.delivered_twice) == (0, 0, 0)
    assert (found.out_of_order, found.overlaps, found.crashed_tries) == (0, 0, 0)
    assert (found.untrue_doubts, found.untold) == ([], [])
    assert found.doubtful <= found.turns // 8  # so many deaths on so few turns; see `make chaos` for the share
