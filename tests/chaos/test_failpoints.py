"""SIGKILL before and after the steps of a turn that must not happen twice; every step of it is `make chaos`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.chat import BLIND, SEEKER
from tests.chaos.failpoints import Course, thaw_after, walk
from tests.core.store.servers import RealServer
from tests.support.program import clip

SONG = Course(SEEKER, "words", song=True)
VIDEO = Course(SEEKER, "file")
UNSEEN = Course(BLIND, "words")
STEPS = [
    (SONG, ("before write plan",)),
    (SONG, ("before write uploading",)),
    (SONG, ("after write uploading",)),
    (SONG, ("before POST /me/{sid}",)),
    (SONG, ("after POST /me/{sid}",)),
    (SONG, ("after write uploaded",)),
    (SONG, ("before write sending",)),
    (SONG, ("after write sending",)),
    (SONG, ("before POST /run_sse",)),
    (SONG, ("after POST /run_sse",)),
    (SONG, ("after write streaming",)),
    (SONG, ("at the end of POST /run_sse",)),
    (SONG, ("before write heard",)),
    (SONG, ("after write submitting",)),
    (SONG, ("before POST /api/render/proxy/lambda",)),
    (SONG, ("after POST /api/render/proxy/lambda",)),
    (SONG, ("after write rendering",)),
    (SONG, ("after GET /api/render/proxy/lambda/{rid}",)),
    (SONG, ("after write rendered",)),
    (SONG, ("after GET /files/{rid}.mp4",)),
    (VIDEO, ("after write delivering",)),
    (VIDEO, ("after POST /video",)),
    (SONG, ("after POST /post/result",)),
    (SONG, ("after write delivered",)),
    (SONG, ("after write done",)),
    (SONG, ("before finish",)),
    (UNSEEN, ("before write delivering",)),
    (UNSEEN, ("after write delivering",)),
    (UNSEEN, ("after POST /post/result",)),
    (UNSEEN, ("before write delivered",)),
    (UNSEEN, ("after POST /post/result", "after write doubtful")),
]


@pytest.mark.timeout(300)
async def test_a_kill_at_any_step_pays_once_and_delivers_once(tmp_path: Path) -> None:
    outcomes = await walk(STEPS, tmp_path)
    assert [outcome for outcome in outcomes if outcome.faults] == []
    assert [outcome.points for outcome in outcomes] == [deaths for _, deaths in STEPS]  # each was reached
    doubts = {outcome.points[-1]: outcome.doubtful for outcome in outcomes if outcome.state == "doubtful"}
    assert doubts == {
        "after write sending": "message",
        "before POST /run_sse": "message",
        "after write delivering": "delivery",
        "after POST /post/result": "delivery",
        "before write delivered": "delivery",
        "after write doubtful": "delivery",
    }


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("course", "at"),
    [
        (VIDEO, "before write sending"),
        (VIDEO, "after write sending"),
        (UNSEEN, "after write delivering"),
        (UNSEEN, "after POST /post/result"),
        (UNSEEN, "before write delivered"),
    ],
)
async def test_who_thaws_tells_what_became_of_it_and_leaves_no_doubt(tmp_path: Path, course: Course, at: str) -> None:
    with RealServer(tmp_path / "store", "--appendfsync", "always") as server:
        outcome = await thaw_after(at, course, tmp_path, server, clip())
    assert (outcome.state, outcome.faults) == ("done", ())
