"""Status: what is on the timeline, and how the channel's job stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from core.draft import summarise
from core.events import DraftRead, Event
from core.flows.tools import Desk, Tools, beside
from core.intents import Status
from core.turn import Turn


async def run(_intent: Status, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Read the state and tell it. Makes no session: who only asks gets none."""
    desk = Desk(turn, tools)
    jobs = [job for job in await tools.jobs.of(desk.key) if job.id != turn.id]
    job = {"stage": jobs[0].stage, "since": str(jobs[0].since_s), "waiting": str(len(jobs) - 1)} if jobs else {}
    session = await desk.peek()
    if session is None:
        yield DraftRead(None, job)
        return
    state = await tools.nemo.state(session.session_id)
    yield DraftRead(await beside(lambda: summarise(state.draft), state.draft), job)
