"""Chat: the person's words to the agent, once, and everything its answer sets off.

BEGIN      read the state, so that a silent edit can be seen
SENDING    the message may leave from here on: never sent again by itself (nemovideo-api §8)
STREAMING  it arrived; the answer is being read
LOOKING    the line broke; the state tells what became of it (§7.4)
HEARD      the answer is over; what it changed was told
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from core.draft import Change, compare, ready, summarise
from core.errors import BadAnswer, NemoError, NotSent, SessionNotFound, Unreachable
from core.events import (
    BalanceRead,
    BrokeOff,
    Doubtful,
    DraftChanged,
    DraftRead,
    Event,
    ExportOffered,
    Failed,
    FileWanted,
    FollowUpOffered,
    Recovering,
    Said,
    Told,
    Working,
    Writing,
)
from core.flows.failures import failed
from core.flows.stages import FirstVersion, tool_kind
from core.flows.tips import vague
from core.flows.tools import Desk, Seen, Tools, beside
from core.intents import Chat
from core.nemo import gui
from core.nemo.refusals import without_tokens
from core.nemo.stream import End, Piece, StreamError, Text, ToolCall
from core.turn import UNSENT, LostLease, Stage, Turn

WITHOUT_REMEDY = frozenset({"UnknownCode", "Unreachable", "BadAnswer", "SessionNotFound"})
"""Errors that say no more of an answer with words than that it broke off: of a lost session the next message tells."""


@dataclass(slots=True)
class Heard:
    """What was heard of one answer.

    Attributes:
        drafts, draft: Whether words are told as they come, and those of the message that is being written.
    """

    words: bool = False
    end: End | None = None
    error: StreamError | None = None
    actions: list[gui.GuiAction] = field(default_factory=list)
    first: FirstVersion = field(default_factory=FirstVersion)
    drafts: bool = False
    draft: str = ""


async def run(intent: Chat, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Take the chat part of a turn from wherever it stands to its end."""
    if not says_something(intent.text):
        yield FileWanted()
        return
    desk = Desk(turn, tools)
    async with aclosing(desk.open()) as events:
        async for event in events:
            yield event
    if turn.stage in (Stage.SENDING, Stage.STREAMING):
        # A restart never sends: whoever was here before may have.
        await turn.reach(Stage.LOOKING, arrived=turn.stage is Stage.STREAMING, looks=0)
    spoke = False
    while turn.stage in (Stage.BEGIN, Stage.SNAPSHOT, Stage.LOOKING):
        looks = turn.stage is Stage.LOOKING
        spoke = spoke or not looks
        async with aclosing(_recover(desk) if looks else _exchange(intent.text, desk)) as events:
            async for event in events:
                yield event
    if spoke and await _tip_is_due(intent.text, desk):
        yield Told("tips-vague")


async def _tip_is_due(text: str, desk: Desk) -> bool:
    """Once in a project, after a vague prompt that was answered; first contact has just told the same."""
    return desk.turn.stage is Stage.HEARD and not desk.turn.facts.get("met") and vague(text) and await desk.once("tips")


async def _exchange(text: str, desk: Desk, *, follow_up: bool = False) -> AsyncGenerator[Event, None]:
    """Say `text` once and read the answer to its end."""
    turn = desk.turn
    before = await desk.look()
    await desk.saw(before)
    heard = Heard(drafts=desk.tools.rules.drafts)
    try:
        intent = {
            "before": before.digest,
            "following": follow_up or None,
            "by": turn.journal.fence[1],
            "owed": desk.current.open_render is not None or None,
        }
        async with aclosing(_listen(text, desk, heard, intent)) as events:
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


async def _listen(text: str, desk: Desk, heard: Heard, intent: Mapping[str, object]) -> AsyncGenerator[Event, None]:
    """Send, read, pass on what people should hear. Takes the intent back if not one byte left."""
    turn, tools = desk.turn, desk.tools
    left = False

    async def guard() -> None:
        # Stored with the connection open: between the intent and the bytes lies nothing that takes its time,
        # so that a death in between, which leaves a doubt, is as rare as can be.
        nonlocal left
        left = False
        await turn.reach(Stage.SENDING, **intent)
        turn.guard()
        left = True

    try:
        async with aclosing(tools.nemo.chat(desk.current.session_id, text, guard=guard)) as stream:
            async for item in stream:
                if turn.stage is Stage.SENDING and not isinstance(item, End):
                    await turn.reach(Stage.STREAMING)
                heard.first.hear(item)
                event = _understand(item, heard)
                if event is not None:
                    yield event
    except (asyncio.CancelledError, LostLease):
        if not left:  # a stop, or a thaw beyond the lease, between the intent and the first byte: say so
            await asyncio.shield(_unsend(turn))
        raise
    except NemoError as error:
        if not isinstance(error, Unreachable | BadAnswer):
            await turn.reach(Stage.BEGIN)  # refused before the stream: nothing runs there
        raise


async def _unsend(turn: Turn) -> None:
    """Nothing was sent: take the intent back, or leave word of it for the holder that came after us."""
    try:
        await turn.reach(Stage.BEGIN)
    except LostLease:
        await turn.journal.leave_word(UNSENT)


def _understand(item: object, heard: Heard) -> Event | None:
    """One thing of the stream → what people hear of it, if anything. Tool calls show as a stage of work only."""
    match item:
        case Text(text=text, shown=True):
            heard.draft = ""
            translated = gui.translate(without_tokens(text))
            heard.actions.extend(translated.actions)
            if translated.shown:
                heard.words = True
                return Said(translated.shown)
        case Piece(text=text) if heard.drafts:
            heard.draft += text
            shown = gui.so_far(without_tokens(heard.draft))
            return Writing(shown) if shown else None
        case ToolCall(name=name):
            return Working(f"tool-{tool_kind(name)}")
        case StreamError():
            heard.error = item
        case End():
            heard.end = item
    return None


async def _conclude(heard: Heard, before: Seen, desk: Desk, *, follow_up: bool) -> AsyncGenerator[Event, None]:
    """The stream is over: read the state, tell what changed, carry out what the agent's words stand for."""
    turn = desk.turn
    outcome = heard.end.outcome if heard.end else "disconnect"
    if outcome in ("disconnect", "timeout", "too-long"):
        await turn.reach(Stage.LOOKING, arrived=turn.stage is Stage.STREAMING, looks=0)
        return
    if outcome == "failed" and heard.end is not None and isinstance(heard.end.error, SessionNotFound):
        async with aclosing(_gone(desk)) as events:
            async for event in events:
                yield event
        return
    silent = not heard.words
    waits = silent and outcome != "failed" and not any(action.kind == "export" for action in heard.actions)
    after = await _settled(before, desk, wait=waits)
    if after is None and (silent or outcome == "broken-off") and outcome != "failed":
        await turn.reach(Stage.LOOKING, arrived=True, looks=0)  # without words and without a look nobody knows anything
        return
    changed = after is not None and after.digest != before.digest
    problem = _problem(heard, desk, changed=changed)
    if outcome == "broken-off" and not changed and not heard.actions:
        problem = problem if isinstance(problem, Failed) else Failed("BrokeOffUnchanged", retry=True)
        await _heard(after, changed, desk)
        await turn.reach(Stage.FAILED, failed=problem.kind, at="chat")
        yield problem
        return
    if problem is not None:
        yield problem
    async with aclosing(_tell(heard, before, after, outcome)) as events:
        async for event in events:
            yield event
    await _heard(after, changed, desk)
    if outcome == "failed" and not changed:
        await turn.reach(Stage.FAILED, failed="stream", at="chat")
        return
    listed = after is not None and _in_two_stages(heard, before, after)
    async with aclosing(_act(heard, after, changed, desk, listed=listed, follow_up=follow_up)) as events:
        async for event in events:
            yield event


def _problem(heard: Heard, desk: Desk, *, changed: bool) -> Failed | BrokeOff | None:
    """What people are told of an error in the stream: the refusal that has a remedy, else that the answer broke off."""
    end = heard.end
    if end is None or end.outcome not in ("failed", "broken-off"):
        return None
    problem = failed(end.error, desk.tools, desk.session, retry=not changed)
    # Beside work that was done, or words that were said, an error without a remedy is no refusal.
    partly = problem.kind == "UnknownCode" if end.outcome == "failed" else problem.kind in WITHOUT_REMEDY
    if partly and (changed or end.outcome == "broken-off"):
        return BrokeOff()
    goes_on = changed or (end.outcome == "broken-off" and bool(heard.actions))
    return replace(problem, goes_on=goes_on)


async def _gone(desk: Desk) -> AsyncGenerator[Event, None]:
    """The stream itself said that there is no such session: a new one, and the person says it again if they like."""
    for event in await desk.renew():
        yield event
    await desk.turn.reach(Stage.FAILED, failed="SessionNotFound")
    yield Failed("SessionRenewed", retry=True)


async def _tell(heard: Heard, before: Seen, after: Seen | None, outcome: str) -> AsyncGenerator[Event, None]:
    """What changed, where the agent did not say it itself to the end; of two stages, all tracks."""
    if after is None:
        return
    changed = after.digest != before.digest
    silent = not heard.words
    due = {"text": silent, "silent": True, "broken-off": True, "failed": changed}.get(outcome, False)
    asks_for_export = any(action.kind == "export" for action in heard.actions)
    if due and (changed or not asks_for_export):
        yield DraftChanged(await compared(before.draft, after.draft), silent=silent)
    elif _in_two_stages(heard, before, after):
        yield DraftRead(await beside(lambda: summarise(after.draft), after.draft))
        yield Told("keep-or-strip")


def _in_two_stages(heard: Heard, before: Seen, after: Seen) -> bool:
    """Whether this answer made a video, told of it, and then added to it (§7.5)."""
    return heard.first.extended and not ready(before.draft) and ready(after.draft)


async def _settled(before: Seen, desk: Desk, *, wait: bool) -> Seen | None:
    """Read the state after the answer; a silent one is read a few times more until a change shows (§7.3)."""
    tools = desk.tools
    seen: Seen | None = None
    for look in range(1 + (tools.pace.silent_look_times if wait else 0)):
        if look:
            await tools.sleep(tools.pace.silent_look_s)
        try:
            seen = await desk.look()
        except (Unreachable, BadAnswer):
            continue
        if seen.digest != before.digest:
            break
    return seen


async def _heard(after: Seen | None, changed: bool, desk: Desk) -> None:
    if after is not None:
        await desk.saw(after)
    await desk.turn.reach(Stage.HEARD, changed=bool(changed or desk.turn.facts.get("changed")) or None, before=None)


async def _act(
    heard: Heard, after: Seen | None, changed: bool, desk: Desk, *, listed: bool, follow_up: bool
) -> AsyncGenerator[Event, None]:
    """Carry out the harmless actions that GUI sentences stood for (§7.2; decisions 2 and 4).

    `listed`: The tracks were told already.
    """
    turn, tools = desk.turn, desk.tools
    kinds = {action.kind for action in heard.actions}
    if kinds & {"state", "tracks"} and after is not None and not listed:
        yield DraftRead(await beside(lambda: summarise(after.draft), after.draft))
    if "credits" in kinds:
        balance = await tools.nemo.balance()
        yield BalanceRead(balance.available, balance.frozen, balance.total)
    if "export" in kinds and not changed and after is not None and ready(after.draft):
        yield ExportOffered()
    edits = [action.text for action in heard.actions if action.kind == "follow-up" and action.text]
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
    last: Seen | None = None
    # Whoever died after the last look saw it and told nobody: one look is left to the next holder.
    looked = min(int(turn.facts.get("looks", 0)), tools.pace.look_times - 1)
    for look in range(looked, tools.pace.look_times):
        await tools.sleep(tools.pace.look_first_s if look == 0 else tools.pace.look_again_s)
        if not turn.facts.get("arrived") and await turn.journal.word_of(str(turn.facts.get("by"))) == UNSENT:
            await turn.reach(Stage.BEGIN, looks=None)  # who was to send it thawed, and certainly did not
            return
        try:
            seen = await desk.look()
        except (Unreachable, BadAnswer, NotSent):
            continue  # a failed look is no look: it does not count as unchanged
        # A change alone does not prove that the turn is over: two looks have to agree (two stages, §7.5).
        if seen.digest != before_digest and last is not None and last.digest == seen.digest:
            break
        last = seen
        await turn.reach(Stage.LOOKING, looks=look + 1)
    if last is not None and last.digest != before_digest:
        yield DraftChanged(await compared(before_draft, last.draft), silent=True)
        await _heard(last, True, desk)
        return
    arrived = bool(turn.facts.get("arrived"))
    await turn.reach(Stage.DOUBTFUL, doubtful="nothing-seen" if arrived else "message", at="chat")
    yield Failed("NothingSeen", retry=True) if arrived else Doubtful("message")


async def compared(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> tuple[Change, ...]:
    """What differs between two drafts, worked out where it holds up nobody."""
    return await beside(lambda: compare(before, after), before, after)


def says_something(text: str) -> bool:
    """Whether there is anything to be seen in a text: blanks, joiners and bidi marks alone say nothing."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)
