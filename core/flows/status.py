"""Status: what is on the timeline, and how the channel's job stands."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence

from core.draft import summarise
from core.events import DraftRead, Event
from core.flows.tools import Desk, JobFact, Tools, beside
from core.intents import Status
from core.turn import Stage, Turn

OVER = frozenset({Stage.DELIVERED, Stage.DONE, Stage.FAILED, Stage.CANCELLED, Stage.DOUBTFUL})
"""A job that stands there has said what there was to say: it only closes its card."""


async def run(_intent: Status, turn: Turn, tools: Tools, asked: str = "") -> AsyncGenerator[Event, None]:
    """Read the state and tell it, and how the job `asked` stands, else the one that runs.

    Makes no session: who only asks gets none.
    """
    desk = Desk(turn, tools)
    jobs = [job for job in await tools.jobs.of(desk.key) if job.id != turn.id]
    job = standing(jobs, asked or turn.message.args.get("job", ""), await tools.jobs.usual() if jobs else None)
    session = await desk.peek()
    if session is None:
        yield DraftRead(None, job)
        return
    state = await tools.nemo.state(session.session_id)
    yield DraftRead(await beside(lambda: summarise(state.draft), state.draft), job, len(state.video_infos))


def standing(jobs: Sequence[JobFact], asked: str, usual_s: tuple[float, float] | None) -> dict[str, str]:
    """How a job stands: its stage or its place, and how long that usually takes, from what was measured."""
    jobs = [job for job in jobs if job.stage not in OVER]
    if not jobs:
        return {}
    job = next((one for one in jobs if one.id == asked), jobs[0])
    told = {"stage": job.stage, "since": str(job.since_s), "place": str(job.place), "waiting": str(len(jobs) - 1)}
    if usual_s is not None:
        told |= {"low_s": str(usual_s[0] * max(1, job.place)), "high_s": str(usual_s[1] * max(1, job.place))}
    return told
