"""A short run of the engine's chaos; the long one is `python -m tests.chaos.engine`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.engine import rampage


@pytest.mark.timeout(240)
async def test_nothing_is_paid_twice_lost_or_out_of_order(tmp_path: Path) -> None:
    report = await rampage(tmp_path, channels=30, turns=8, seconds=7, seed=7)
    assert {"kill", "freeze", "store", "term"} <= report.deeds.keys()
    assert report.deeds.get("fallen", 0) == 0
    assert (report.paid_twice, report.delivered_twice, report.lost, report.parked) == (0, 0, 0, 0)
    assert (report.out_of_order, report.told_done_but_not) == (0, 0)
    assert report.doubtful <= report.turns // 10
