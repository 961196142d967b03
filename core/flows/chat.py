"""Chat: the person's words to the agent, once, and everything its answer sets off.

BEGIN      read the state, so that a silent edit can be seen
SENDING    the message may leave from here on: never sent again by itself (nemovideo-api §8)
STREAMING  it arrived; the answer is being read
LOOKING    the line broke; the state tells what became of it (§7.4)
HEARD      the answer is over; what it changed was told
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from core.draft import compare, summarise
from core.errors import BadAnswer, NemoError, Unreachable
from core.events import (
    BalanceRead,
    BrokeOff,
    Doubtful,
    DraftChanged,
    DraftRead,
    Event,
    Failed,
    FollowUpOffered,
    Recovering,
    Said,
    Working,
)
from core.flows.failures import failed
from core.flows.tools import Desk, Tools
from core.intents import Chat
from core.nemo import gui
from core.nemo.client import SessionState
from core.nemo.stream import End, StreamError, Text, ToolCall
from core.turn import Stage, Turn


@dataclass(slots=True)
class Heard:
    """What was heard of one answer."""

    words: bool = False
    tools: bool = False
    end: End | None = None
    error: StreamError | None = None
    actions: list[gui.GuiAction] = field(default_factory=list)


async def run(intent: Chat, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Take the chat part of a turn from wherever it stands to its end."""
    desk = Desk(turn, tools)
    for event in await desk.open():
        yield event
    if turn.stage in (Stage.BEGIN, Stage.SNAPSHOT):
        async with aclosing(_exchange(intent.text, desk)) as events:
            async for event in events:
                yield event
    elif turn.stage in (Stage.SENDING, Stage.STREAMING):
        # A restart never sends: whoever was here before may have.
        await turn.reach(Stage.LOOKING, arrived=turn.stage is Stage.STREAMING, looks=0)
    if turn.stage is Stage.LOOKING:
        async with aclosing(_recover(desk)) as events:
            async for event in events:
                yield event


async def _exchange(text: str, desk: Desk, *, follow_up: bool = False) -> AsyncGenerator[Event, None]:
    """Say `text` once and read the answer to its end."""
    turn, tools = desk.turn, desk.tools
    before = await tools.nemo.state(desk.current.session_id)
    await desk.saw(before)
    await turn.reach(Stage.SENDING, before=before.digest, following=follow_up or None)
    heard = Heard()
    try:
        async with aclosing(_listen(text, desk, heard)) as events:
            async for event in events:
                yield event
    except (Unreachable, BadAnswer) as error:
        # Bytes left and no stream began: the state is the only witness (§8). A plain 4xx is a refusal.
        if error.status is not None and 400 <= error.status < 500:
            raise
        await turn.reach(Stage.LOOKING, arrived=False, looks=0)
        return
    async with aclosing(_conclude(heard, before, desk, follow_up=follow_up)) as events:
        async for event in events:
            yield event


async def _listen(text: str, desk: Desk, heard: Heard) -> AsyncGenerator[Event, None]:
    """Send, read, pass on what people should hear. Takes the intent back if not one byte left."""
    turn, tools = desk.turn, desk.tools
    left = False

    def guard() -> None:
        nonlocal left
        turn.guard()
        left = True

    try:
        async with aclosing(tools.nemo.chat(desk.current.session_id, text, guard=guard)) as stream:
            async for item in stream:
                if turn.stage is Stage.SENDING and not isinstance(item, End):
                    await turn.reach(Stage.STREAMING)
                event = _understand(item, heard)
                if event is not None:
                    yield event
    except asyncio.CancelledError:
        if not left:  # shutdown between the intent and the first byte: nothing was sent, so say so
            await asyncio.shield(turn.reach(Stage.BEGIN))
        raise
    except NemoError as error:
        if not isinstance(error, Unreachable | BadAnswer):
            await turn.reach(Stage.BEGIN)  # refused before the stream: nothing runs there
        raise


def _understand(item: object, heard: Heard) -> Event | None:
    """One thing of the stream → what people hear of it, if anything. Tool calls show as a stage of work only."""
    match item:
        case Text(text=text, shown=True):
            translated = gui.translate(text)
            heard.actions.extend(translated.actions)
            if translated.shown:
                heard.words = True
                return Said(translated.shown)
        case ToolCall(name=name):
            heard.tools = True
            return Working(f"tool-{tool_kind(name)}")
        case StreamError():
            heard.error = item
        case End():
            heard.end = item
    return None


async def _conclude(heard: Heard, before: SessionState, desk: Desk, *, follow_up: bool) -> AsyncGenerator[Event, None]:
    """The stream is over: read the state, tell what changed, carry out what the agent's words stand for."""
    turn, tools = desk.turn, desk.tools
    outcome = heard.end.outcome if heard.end else "disconnect"
    if outcome in ("disconnect", "timeout", "too-long"):
        await turn.reach(Stage.LOOKING, arrived=turn.stage is Stage.STREAMING, looks=0)
        return
    if outcome == "broken-off":
        yield BrokeOff()
    silent = not heard.words
    after = await _settled(before, desk, wait=silent and outcome != "failed")
    changed = after is not None and after.digest != before.digest
    if outcome == "failed":
        error = heard.end.error if heard.end else None
        yield failed(error, tools, desk.session, retry=not changed)
    if after is not None and (changed or (silent and outcome != "failed")) and (silent or outcome != "text"):
        yield DraftChanged(compare(before.draft, after.draft), silent=silent)
    await _heard(after, changed, desk)
    async with aclosing(_act(heard.actions, after, desk, follow_up=follow_up)) as events:
        async for event in events:
            yield event


async def _settled(before: SessionState, desk: Desk, *, wait: bool) -> SessionState | None:
    """Read the state after the answer; a silent one is read a few times more until a change shows (§7.3)."""
    tools = desk.tools
    state: SessionState | None = None
    for look in range(1 + (tools.pace.silent_look_times if wait else 0)):
        if look:
            await tools.sleep(tools.pace.silent_look_s)
        try:
            state = await tools.nemo.state(desk.current.session_id)
        except (Unreachable, BadAnswer):
            continue
        if state.digest != before.digest:
            break
    return state


async def _heard(after: SessionState | None, changed: bool, desk: Desk) -> None:
    if after is not None:
        await desk.saw(after)
    await desk.turn.reach(Stage.HEARD, changed=bool(changed or desk.turn.facts.get("changed")) or None, before=None)


async def _act(
    actions: list[gui.GuiAction], after: SessionState | None, desk: Desk, *, follow_up: bool
) -> AsyncGenerator[Event, None]:
    """Carry out the harmless actions that GUI sentences stood for (§7.2; decisions 2 and 4)."""
    turn, tools = desk.turn, desk.tools
    kinds = {action.kind for action in actions}
    if kinds & {"state", "tracks"} and after is not None:
        yield DraftRead(summarise(after.draft))
    if "credits" in kinds:
        balance = await tools.nemo.balance()
        yield BalanceRead(balance.available, balance.frozen, balance.total)
    edits = [action.text for action in actions if action.kind == "follow-up" and action.text]
    if not edits or follow_up or turn.resumed:
        return
    if not tools.rules.follow_up:
        await turn.reach(turn.stage, offer=edits[0])
        yield FollowUpOffered(edits[0])
        return
    async with aclosing(_exchange(edits[0], desk, follow_up=True)) as events:
        async for event in events:
            yield event


async def _recover(desk: Desk) -> AsyncGenerator[Event, None]:
    """Look at the state until it tells what became of the message: 30 s, then 4 times 60 s (§7.4)."""
    turn, tools = desk.turn, desk.tools
    yield Recovering()
    before_digest = turn.facts.get("before")
    before_draft = desk.current.last_draft
    last: SessionState | None = None
    for look in range(int(turn.facts.get("looks", 0)), tools.pace.look_times):
        await tools.sleep(tools.pace.look_first_s if look == 0 else tools.pace.look_again_s)
        try:
            state = await tools.nemo.state(desk.current.session_id)
        except (Unreachable, BadAnswer):
            continue  # a failed look is no look: it does not count as unchanged
        # A change alone does not prove that the turn is over: two looks have to agree (two stages, §7.5).
        if state.digest != before_digest and last is not None and last.digest == state.digest:
            break
        last = state
        await turn.reach(Stage.LOOKING, looks=look + 1)
    if last is not None and last.digest != before_digest:
        yield DraftChanged(compare(before_draft, last.draft), silent=True)
        await _heard(last, True, desk)
        return
    arrived = bool(turn.facts.get("arrived"))
    await turn.reach(Stage.DOUBTFUL, doubtful="nothing-seen" if arrived else "message")
    yield Failed("NothingSeen", retry=True) if arrived else Doubtful("message")


_TOOLS = (
    ("music", ("bgm", "music", "audio", "sound", "beat")),
    ("title", ("title", "text", "caption", "subtitle")),
    ("video", ("video", "clip", "generate", "visual", "image")),
    ("timeline", ("timeline", "edit", "trim", "cut", "track", "draft", "aspect", "canvas")),
)


def tool_kind(name: str) -> str:
    """Sort a tool's name into a stage that has words: "music", "title", "video", "timeline" or "other"."""
    lowered = name.lower()
    return next((kind for kind, words in _TOOLS if any(word in lowered for word in words)), "other")
