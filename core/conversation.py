"""One turn, from the message to its end: runs the plan, flow after flow, and passes on their events."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import assert_never

from core.errors import NemoError, SessionNotFound, UnsupportedFile
from core.events import Cancelled, Doubtful, Event, Failed
from core.flows import chat, credits, export, status, upload, verbs
from core.flows.failures import failed
from core.flows.tools import Desk, FileUnavailable, Tools
from core.intents import Chat, Credits, Do, Export, Intent, Plan, Status, Upload
from core.records import plan_to_text
from core.router import route
from core.turn import Stage, Turn

ENDED = frozenset({Stage.DONE, Stage.FAILED, Stage.DOUBTFUL, Stage.CANCELLED, Stage.PARKED})

PLAIN = frozenset(
    {"TokenExpired", "SessionNotFound", "RateLimited", "SessionBusy", "NotSent", "Unreachable", "BadAnswer"}
    | {
        "AccountLimited",
        "BrokeOffUnchanged",
        "MessageTooLong",
        "ExportNotTaken",
        "RenderFailed",
        "RenderLost",
        "VideoTooLarge",
        "VideoUnfetched",
    }
)
"""Failures whose sentence needs nothing but their name."""


async def take(turn: Turn, tools: Tools, read: Plan = ()) -> AsyncGenerator[Event, None]:
    """Run a turn from wherever it stands to its end. `read`: what its message asks for, where that was read already.

    Yields facts for people. The record is what the flows write through `turn`: a consumer that stops
    half-way loses words, never work.

    Raises:
        LostLease: Another holder has the channel; stop silently.
    """
    if turn.stage in ENDED:
        if (last := _last_word(turn)) is not None:
            yield last
        return
    if turn.cancelled:
        async with aclosing(_cancel(turn, tools)) as events:
            async for event in events:
                yield event
        if turn.stage not in ENDED:
            await turn.reach(Stage.DONE)
        return
    if not turn.plan:
        turn.plan = with_export(verbs.as_talk(read or route(turn.message), tools.locale))
        await turn.journal.write({"plan": plan_to_text(turn.plan)})
    async with aclosing(_steps(turn, tools)) as events:
        async for event in events:
            yield event
    if turn.stage not in ENDED:
        await turn.reach(Stage.DONE)


async def _steps(turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Every intent in its order; a failed one ends the turn, a forgotten session begins it anew, once."""
    while turn.step < len(turn.plan):
        at = turn.plan[turn.step].kind
        try:
            async with aclosing(flow(turn.plan[turn.step], turn, tools)) as events:
                async for event in events:
                    yield event
        except SessionNotFound as error:
            if turn.facts.get("renewed"):
                await turn.reach(Stage.FAILED, failed="SessionNotFound")
                yield failed(error, tools, None, retry=True)
                return
            spoken = _spoken(turn)
            async with aclosing(_renew(turn, tools)) as renewed:
                async for event in renewed:
                    yield event
            if turn.stage is Stage.FAILED:
                return
            if spoken:
                # The message may have been paid for already: only the person may say it again (nemovideo-api §8).
                await turn.reach(Stage.FAILED, failed="SessionNotFound")
                yield Failed("SessionRenewed", retry=True)
                return
            # Refused before anything ran there: the whole plan again, in a new session (nemovideo-api §10).
            await turn.advance(0, renewed=True)
            continue
        except FileUnavailable as error:
            await turn.reach(Stage.FAILED, failed="FileUnavailable")
            args: dict[str, str | int | float] = {"name": error.name, "reason": error.reason}
            if error.limit_bytes:
                # Down: 20 MiB are not yet 21 MB.
                args["limit"] = error.limit_bytes // 1_000_000
            yield Failed("FileUnavailable", args)
            return
        except NemoError as error:
            await turn.reach(Stage.FAILED, failed=type(error).__name__, at=at)
            session = await tools.sessions.load(turn.message.channel.key)
            yield failed(error, tools, session, retry=not isinstance(error, UnsupportedFile))
            return
        # The end is written once, by `take`; entered again, a finished intent does nothing.
        if not _goes_on(turn) or (turn.stage in ENDED and turn.stage is not Stage.DONE):
            return
        await turn.advance(turn.step + 1)


def _goes_on(turn: Turn) -> bool:
    """Whether an intent that has something to do follows: the step to one that has not need not be written."""
    rest = turn.plan[turn.step + 1 :]
    return any(not isinstance(part, Export) or export.due(part, turn) for part in rest)


async def _renew(turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """A new session in place of a lost one; the turn fails if there is none to be had either."""
    try:
        for event in await Desk(turn, tools).renew():
            yield event
    except NemoError as error:
        await turn.reach(Stage.FAILED, failed=type(error).__name__)
        yield failed(error, tools, None, retry=True)


def _spoken(turn: Turn) -> bool:
    """Whether words of this turn may have reached the agent already."""
    here = isinstance(turn.plan[turn.step], Chat) and turn.stage not in (Stage.BEGIN, Stage.SNAPSHOT)
    return here or _spoke_before(turn)


def _spoke_before(turn: Turn) -> bool:
    """Whether the agent has heard this turn: an intent that was left behind said its words to the end."""
    return any(isinstance(part, Chat) for part in turn.plan[: turn.step])


def flow(intent: Intent, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """The flow of an intent."""
    match intent:
        case Upload():
            return upload.run(intent, turn, tools)
        case Credits():
            return credits.run(intent, turn, tools)
        case Status():
            return status.run(intent, turn, tools)
        case Export():
            return export.run(intent, turn, tools)
        case Chat():
            return chat.run(intent, turn, tools)
        case Do():
            return verbs.run(intent, turn, tools)
    assert_never(intent)


def with_export(plan: Plan) -> Plan:
    """Add the export after the turn unless the person asked for one; it looks itself whether it is due."""
    talks = any(isinstance(part, Chat) for part in plan)
    asked = any(isinstance(part, Export) for part in plan)
    return (*plan, Export(asked=False)) if talks and not asked else plan


def reads_only(plan: Plan) -> bool:
    """Whether a plan is answered beside the queue (decisions 9): it changes nothing in the session."""
    return bool(plan) and all(
        isinstance(part, Credits | Status)
        or (isinstance(part, Upload) and not part.files and not part.urls)
        or (isinstance(part, Do) and (part.verb in verbs.BESIDE or (part.verb == "projects" and not part.argument)))
        for part in plan
    )


async def _cancel(turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """The person cancelled while it ran: tell the backend where it can be told, say honestly what was paid."""
    paid: bool | None = False
    match turn.stage:
        case Stage.SUBMITTING | Stage.RENDERING:
            await tools.nemo.cancel_render(str(turn.facts.get("render", "")))
        case Stage.DELIVERED:
            return  # it came too late: the video is there
        case Stage.STREAMING | Stage.LOOKING if turn.facts.get("arrived", True):
            paid = True
        case Stage.SENDING | Stage.LOOKING:
            paid = None
        case _:
            pass
    if turn.facts.get("changed") or turn.stage is Stage.HEARD or _spoke_before(turn):
        paid = True
    await turn.reach(Stage.CANCELLED, paid=paid)
    yield Cancelled(running=True, paid=paid)


def _last_word(turn: Turn) -> Event | None:
    """What is told of a turn whose holder died between writing its end and saying it: rather twice than never."""
    match turn.stage, str(turn.facts.get("doubtful") or turn.facts.get("failed") or ""):
        case Stage.DOUBTFUL, "nothing-seen":
            return Failed("NothingSeen", retry=True)
        case Stage.DOUBTFUL, what:
            return Doubtful("delivery" if what == "delivery" else "message")
        case Stage.FAILED, kind:
            return Failed(kind if kind in PLAIN else "Unexpected", retry=True)
        case Stage.CANCELLED, _:
            return Cancelled(running=True, paid=turn.facts.get("paid"))
    return None
