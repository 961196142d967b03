"""Export: the draft as an MP4, made once, delivered by whoever runs the turn.

BEGIN       is there something to render, and is it wanted? (decisions 2)
SUBMITTING  our own render id is stored; the request may leave from here on
RENDERING   it was taken; we look at our own id until it is done
RENDERED    the MP4 is there
A render that a newer message supersedes is owed until one takes its place, and the session says so.
DELIVERING, DELIVERED  written by the relay around the sending
"""

from __future__ import annotations

import logging
import mimetypes
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from core.draft import ready, summarise
from core.errors import BadAnswer, ExportNotTaken, NemoError, NotSent, RenderUnknown, Unreachable
from core.events import (
    Delivered,
    Event,
    ExportOffered,
    Failed,
    NothingYet,
    Progress,
    RenderSlow,
    Superseded,
    Working,
)
from core.flows.tools import Desk, Tools, beside
from core.flows.verbs import as_talk
from core.intents import Chat, Do, Export, Upload
from core.messages import Message
from core.nemo.protocol import Kind
from core.nemo.refusals import scrub
from core.nemo.resend import Action, remedy_for
from core.render import Delivery, Render
from core.router import route
from core.turn import Stage, Turn
from core.verbs import OWED

log = logging.getLogger(__name__)

POLLS_KEPT = 10
"""Each so many looks at a render are noted: who comes after goes on counting."""


def due(intent: Export, turn: Turn) -> bool:
    """Whether there may be something to render: asked for, changed by the turn (decisions 2), or owed before it."""
    return intent.asked or bool(turn.facts.get("changed") or turn.facts.get("owed"))


async def run(intent: Export, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Take the export part of a turn from wherever it stands to its end."""
    desk = Desk(turn, tools)
    if turn.stage is Stage.BEGIN and turn.message.args.get("job"):
        await _again(turn.message.args["job"], desk)
    if await desk.peek() is None:
        if intent.asked:
            yield NothingYet()
        return
    if turn.stage is Stage.BEGIN:
        refusal = await _wanted(intent, desk)
        if refusal is not None:
            for event in refusal:
                yield event
            return
    if turn.stage is Stage.SUBMITTING:
        await desk.settle()
        await _adopt_or_submit(desk)
        yield Progress(None)
    if turn.stage is Stage.RENDERING:
        async with aclosing(_watch(intent, desk)) as events:
            async for event in events:
                yield event
    if turn.stage in (Stage.RENDERED, Stage.DELIVERING, Stage.DELIVERED):
        yield Delivered(await _delivery(desk))
        await desk.rendered(str(turn.facts.get("digest", "")))


async def _again(job_id: str, desk: Desk) -> None:
    """A doubtful delivery's button: the finished render of that job once more, not a new one."""
    facts = await desk.tools.jobs.facts(job_id)
    if facts.get("render") and facts.get("url"):
        kept = {name: facts.get(name) for name in ("render", "url", "digest", "duration", "size", "file")}
        await desk.turn.reach(Stage.RENDERED, **kept)


async def _wanted(intent: Export, desk: Desk) -> tuple[Event, ...] | None:
    """Decide whether to render; None: yes, and our render id is stored. Else what to say instead."""
    turn, tools = desk.turn, desk.tools
    owed = turn.message.verb == OWED or desk.current.open_render is not None
    if not owed and not due(intent, turn):
        return ()
    seen = await desk.look()
    if not ready(seen.draft):
        return (NothingYet(seen.media),) if intent.asked else ()
    if not intent.asked:
        if seen.digest == desk.current.rendered_digest or tools.rules.export != "changed":
            await desk.settle()
            new = seen.digest != desk.current.rendered_digest
            return (ExportOffered(),) if new and tools.rules.export == "offer" else ()
        if await _newer_edit(desk):
            await desk.owe()
            return ()
    await desk.saw(seen)
    await turn.reach(Stage.SUBMITTING, render=tools.render_id(), digest=seen.digest, tries=1)
    return None


async def _newer_edit(desk: Desk) -> bool:
    """Whether a message waits that will change this draft: its own render covers this one (decisions 2)."""
    return supersedes(await desk.tools.waiting(desk.key), desk.tools.locale)


def supersedes(waiting: Sequence[Message], locale: str) -> bool:
    """Whether these messages, in their order, change the draft under way.

    A track begins a video of its own, and another project has a draft of its own: what was made before is still
    wanted then, each of several files with its own video (decisions 5).
    """
    for message in waiting:
        plan = as_talk(route(message), locale)
        if any(isinstance(part, Do) and part.verb in ("new", "projects") for part in plan) or brings_track(message):
            return False
        if any(isinstance(part, Chat | Upload) for part in plan):
            return True
    return False


def brings_track(message: Message) -> bool:
    """Whether a file of a message is music or has some: sound or film, by its type, else by its name."""
    kinds = (one.mime or mimetypes.guess_type(one.name)[0] or "" for one in message.attachments)
    return any(kind.startswith(("audio/", "video/")) for kind in kinds)


async def _adopt_or_submit(desk: Desk) -> None:
    """Submit under our stored id; after a restart look first whether it is there (decisions 8)."""
    turn, tools = desk.turn, desk.tools
    if turn.resumed:
        try:
            await tools.nemo.poll_render(turn.facts["render"])
        except RenderUnknown:
            pass  # never submitted
        else:
            await turn.reach(Stage.RENDERING, polls=0)
            return
    while True:
        try:
            await _submit(desk)
        except NemoError as error:
            if remedy_for(Kind.SUBMIT, error).action is not Action.NEW_RENDER_ID or not await _second_try(desk):
                raise
        else:
            return


async def _submit(desk: Desk) -> None:
    turn, tools = desk.turn, desk.tools
    seen = await desk.look()
    if seen.draft is None or not ready(seen.draft):
        raise BadAnswer("the draft is gone between the look and the export")
    await turn.reach(Stage.SUBMITTING, digest=seen.digest)
    try:
        taken = await tools.nemo.submit_render(
            turn.facts["render"], desk.current.session_id, seen.draft, guard=turn.guard
        )
    except (Unreachable, BadAnswer):
        # It may have arrived: our own id tells.
        try:
            await tools.nemo.poll_render(turn.facts["render"])
        except NemoError:
            raise ExportNotTaken("the export was not taken") from None
        taken = turn.facts["render"]
    await turn.reach(Stage.RENDERING, render=taken, polls=0, since=tools.now_s())


async def _second_try(desk: Desk) -> bool:
    """Store a new id for the one more try that a failed export gets. False: it had it."""
    turn, tools = desk.turn, desk.tools
    if int(turn.facts.get("tries", 1)) >= 2:
        return False
    await turn.reach(Stage.SUBMITTING, render=tools.render_id(), tries=2)
    await tools.sleep(tools.pace.retry_pause_s)
    return True


async def _watch(intent: Export, desk: Desk) -> AsyncGenerator[Event, None]:
    """Look at the render until it is done; real progress where the server tells it."""
    turn, tools = desk.turn, desk.tools
    yield Working("rendering")
    polls, shown = int(turn.facts.get("polls", 0)), -1.0
    # Added up, not read off a clock: one that jumps must not lose a render, nor hours in which nobody looked.
    watched_s = float(turn.facts.get("watched", 0.0))
    while True:
        if not intent.asked and await _newer_edit(desk):
            await tools.nemo.cancel_render(turn.facts["render"])
            await desk.owe()
            await turn.reach(Stage.DONE, superseded=True)
            yield Superseded()
            return
        render = await _look(desk)
        if render is not None and render.status == "completed":
            await turn.reach(Stage.RENDERED, url=render.url, duration=render.duration_s, size=render.size_bytes)
            return
        if render is not None and render.status == "failed":
            log.warning("render %s failed: %s", render.id, scrub(render.reason or "no reason given"))
            if not await _second_try(desk):
                await turn.reach(Stage.FAILED, failed="RenderFailed", at="export")
                yield Failed("RenderFailed", {"reason": render.reason or ""}, retry=True)
                return
            await _adopt_or_submit(desk)
            polls, watched_s = 0, 0.0
        elif render is not None and render.progress is not None and render.progress > shown:
            shown = render.progress
            yield Progress(shown)
        polls += 1
        slow = polls >= tools.pace.poll_slow_after
        if polls == tools.pace.poll_slow_after or polls % POLLS_KEPT == 0:
            await turn.reach(Stage.RENDERING, polls=polls, watched=watched_s)
        if polls == tools.pace.poll_slow_after:
            yield RenderSlow()
        if watched_s > tools.pace.render_limit_s:
            await turn.reach(Stage.FAILED, failed="RenderLost", at="export")
            yield Failed("RenderLost", retry=True)
            return
        wait_s = tools.pace.poll_slow_s if slow else tools.pace.poll_s
        await tools.sleep(wait_s)
        watched_s += wait_s


async def _look(desk: Desk) -> Render | None:
    """One look at our render; None where the look itself failed, which says nothing about the render."""
    try:
        return await desk.tools.nemo.poll_render(desk.turn.facts["render"])
    except (Unreachable, BadAnswer, NotSent):
        return None
    except RenderUnknown:
        return Render(desk.turn.facts["render"], "failed", reason="unknown id")


async def _delivery(desk: Desk) -> Delivery:
    facts, session = desk.turn.facts, desk.current
    summary = await beside(lambda: summarise(session.last_draft), session.last_draft)
    title = (summary.title if summary else None) or session.name or "video"
    return Delivery(
        render_id=str(facts["render"]),
        file_name=file_name(title),
        url=facts.get("url"),
        project_link=await desk.project_link(),
        duration_s=facts.get("duration"),
        size_bytes=facts.get("size"),
        width=summary.width if summary else None,
        height=summary.height if summary else None,
    )


def file_name(title: str) -> str:
    """A file name for a title: letters, digits, spaces and dashes of any script; at most 60 characters; ".mp4"."""
    kept = "".join(c if c.isalnum() or c in " -_" else " " for c in title)
    return (" ".join(kept.split())[:60].strip() or "video") + ".mp4"
