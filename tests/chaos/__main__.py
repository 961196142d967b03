"""`make chaos`: every step of four kinds of turn, then the long rampage; a line of JSON each, exit code 1 on a fault.

`python -m tests.chaos [failpoints|rampage] [NAME=VALUE …]`, the names being those of `rampage.Plan`.
"""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.chaos.chat import BLIND, SEEKER
from tests.chaos.failpoints import Course, Deaths, walk
from tests.chaos.rampage import Figures, Plan, as_line, rampage

COURSES = (
    Course(SEEKER, "words", song=True),
    Course(SEEKER, "file"),
    Course(BLIND, "words", song=True),
    Course(BLIND, "file"),
    Course(BLIND, "words", words="drop the line now"),
)
LONG = Plan(
    chats=90,
    turns=90,
    seconds=3600,
    seed=41,
    lease_s=3.0,
    files=45,
    pause_s=(3.0, 8.0),
    edit_s=2.0,
    poll_s=0.8,
    think_s=1.0,
    render_s=0.7,
)
DOUBTS_ALLOWED = 0.005


async def every_step(folder: Path) -> bool:
    """Kill a worker at each step of each course."""
    well = True
    for number, course in enumerate(COURSES):
        place = folder / str(number)
        [whole] = await walk([(course, (0,))], place / "whole")
        points: list[Deaths] = [(at,) for at in range(1, len(whole.steps) + 1)]
        outcomes = await walk([(course, deaths) for deaths in points], place / "each")
        bad = [outcome for outcome in (whole, *outcomes) if outcome.faults]
        doubts = sum(outcome.state == "doubtful" for outcome in outcomes)
        told = {"course": str(course), "points": len(points), "doubtful": doubts, "faults": [str(one) for one in bad]}
        print(json.dumps(told), flush=True)
        well = well and not bad
    return well


def is_well(found: Figures) -> bool:
    """Whether a rampage came to what it has to come to."""
    nought = (found.sent_twice, found.stuck, found.out_of_order, found.overlaps, found.rendered_twice)
    nothing = (found.lost, found.untrue_doubts, found.untold, found.failed, found.open_cards)
    return (
        not any(nought)
        and not any(nothing)
        and not found.delivered_twice
        and not found.parked
        and found.doubtful <= found.turns * DOUBTS_ALLOWED
    )


async def main(what: str, changes: dict[str, Any]) -> bool:
    """Run one suite or both."""
    well = True
    with tempfile.TemporaryDirectory(prefix="chaos") as folder:
        if what in ("", "failpoints"):
            well = await every_step(Path(folder))
        if what in ("", "rampage"):
            plan = Plan(**{**vars(LONG), **changes})
            (Path(folder) / "rampage").mkdir()
            found = await rampage(Path(folder) / "rampage", plan)
            print(as_line(found), flush=True)
            well = is_well(found) and well
    return well


if __name__ == "__main__":
    chosen = [word for word in sys.argv[1:] if "=" not in word]
    told = dict(word.split("=", 1) for word in sys.argv[1:] if "=" in word)
    numbers = {name: type(getattr(LONG, name))(value) for name, value in told.items()}
    sys.exit(not asyncio.run(main(chosen[0] if chosen else "", numbers)))
