"""Who may send next: one budget a chat and one for the bot, results before progress. Pure: the time comes in.

What holds (Bot API FAQ, "My bot is hitting limits"; the shared 20 a minute in groups is from practice):
about 30 messages a second in all, one a second in a chat, 20 a minute in a group, edits included. A 429
holds its chat for exactly as long as it says. Answers to buttons have no place here: they never wait.
"""

from __future__ import annotations

import heapq
from collections import deque
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal

from bots.telegram.limits import is_group

MINUTE_S = 61.0
"""A minute with a margin: our clock and the server's do not tick together."""

SECOND_S = 1.1
"""A second with a margin, for the same reason."""

AT_A_TIME = 15
"""Calls under way at once, videos not counted: what is sent while Telegram is slow would arrive in a heap."""

FORGET_AFTER = 4096
"""Spends between two looks for chats that fell silent."""


class Rank(IntEnum):
    """What goes first when there is not room for all."""

    DELIVERY = 0
    FINAL = 1
    REPLY = 2
    PROGRESS = 3
    ACTION = 4


AT_ONCE = frozenset({Rank.DELIVERY, Rank.ACTION})
"""What does not wait for its chat's second: Telegram bears a short burst, and a result is worth one."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The numbers of the budget.

    Attributes:
        per_s: Calls of the bot in a second.
        group_per_min: Calls in one group in a minute.
        chat_gap_s: Least time between two messages in one chat.
    """

    per_s: float = 30.0
    group_per_min: int = 20
    chat_gap_s: float = 1.0

    def group_room(self, rank: Rank) -> int:
        """Return after how many calls in a minute a group takes no more of this rank.

        The last quarter of a minute is kept for words and results; chat actions get only the first half.
        """
        share = {Rank.PROGRESS: 0.75, Rank.ACTION: 0.5}.get(rank, 1.0)
        return max(1, int(self.group_per_min * share))


@dataclass(slots=True, eq=False)
class Call:
    """Something that wants to be sent.

    Attributes:
        slot: What it changes ("card:17", "draft"); a later call with the same slot takes the place of a waiting one.
        gap_s: Least time since the last call of this slot.
        place: Order among equals, given when it is offered: the longest unserved first.
        not_before_s: What other programs spent keeps it back until then.
        asked: Whether its part of what all programs share is spent: "granted"; it may still let a better call go first.
    """

    rank: Rank
    chat: str
    slot: str = ""
    gap_s: float = 0.0
    place: float = 0.0
    not_before_s: float = 0.0
    asked: Literal["", "asked", "granted"] = ""


@dataclass(slots=True)
class Budget:
    """What was spent, and from when on a call may go."""

    rules: Rules
    _all: deque[float] = field(default_factory=deque)
    _groups: dict[str, deque[float]] = field(default_factory=dict)
    _chats: dict[str, float] = field(default_factory=dict)
    _slots: dict[tuple[str, str], float] = field(default_factory=dict)
    _holds: dict[str, float] = field(default_factory=dict)
    others_until_s: float = 0.0
    _spends: int = 0

    def hold(self, chat: str, until_s: float) -> None:
        """Send nothing to this chat before `until_s` (RetryAfter)."""
        self._holds[chat] = max(until_s, self._holds.get(chat, 0.0))

    def others(self, until_s: float) -> None:
        """Send nothing but results before `until_s`: other programs with this token have spent what there is."""
        self.others_until_s = until_s

    def free_at(self, now_s: float) -> float:
        """Return from when on the bot as a whole may send; `now_s` if at once."""
        while self._all and now_s - self._all[0] >= SECOND_S:
            self._all.popleft()
        # A tenth of a second has its own share: calls that leave in a heap arrive in a larger one.
        shares = ((max(1, int(self.rules.per_s)), SECOND_S), (max(1, int(self.rules.per_s / 10)), SECOND_S / 10))
        return max((self._all[-room] + span for room, span in shares if len(self._all) >= room), default=now_s)

    def ready_at(self, call: Call, now_s: float) -> float:
        """Return from when on this call may go as far as its chat is concerned; <= `now_s` if at once."""
        ready = max(call.not_before_s, self._holds.get(call.chat, 0.0), self._group_ready(call, now_s))
        if call.rank is not Rank.DELIVERY:
            ready = max(ready, self.others_until_s)
        if call.rank not in AT_ONCE:
            ready = max(ready, self._chats.get(call.chat, -self.rules.chat_gap_s) + self.rules.chat_gap_s)
        if call.slot:
            ready = max(ready, self._slots.get((call.chat, call.slot), -call.gap_s) + call.gap_s)
        return ready

    def served_at(self, call: Call) -> float:
        """Return when this slot was served last, 0.0 for never."""
        return self._slots.get((call.chat, call.slot), 0.0)

    def spend(self, call: Call, now_s: float) -> None:
        """The call goes now."""
        self._all.append(now_s)
        if is_group(call.chat):
            self._groups.setdefault(call.chat, deque()).append(now_s)
        if call.rank is not Rank.ACTION:
            self._chats[call.chat] = now_s
        if call.slot:
            self._slots[call.chat, call.slot] = now_s
        self._spends += 1
        if self._spends % FORGET_AFTER == 0:
            self._forget(now_s)

    def finish(self, call: Call, now_s: float) -> None:
        """The call was answered: gaps count from here, for it may have been long on its way."""
        if call.rank is not Rank.ACTION:
            self._chats[call.chat] = now_s
        if call.slot:
            self._slots[call.chat, call.slot] = now_s

    def _group_ready(self, call: Call, now_s: float) -> float:
        spent = self._groups.get(call.chat)
        if not spent:
            return 0.0
        while spent and now_s - spent[0] >= MINUTE_S:
            spent.popleft()
        room = self.rules.group_room(call.rank)
        return 0.0 if len(spent) < room else spent[-room] + MINUTE_S

    def _forget(self, now_s: float) -> None:
        self._groups = {chat: spent for chat, spent in self._groups.items() if spent and now_s - spent[-1] < MINUTE_S}
        self._chats = {chat: at for chat, at in self._chats.items() if now_s - at < MINUTE_S}
        self._slots = {slot: at for slot, at in self._slots.items() if now_s - at < MINUTE_S}
        self._holds = {chat: until for chat, until in self._holds.items() if until > now_s}


@dataclass(slots=True)
class Line:
    """Calls that wait for their turn."""

    budget: Budget
    _waiting: list[Call] = field(default_factory=list)
    _under_way: set[tuple[str, str]] = field(default_factory=set)
    _leaving: set[Call] = field(default_factory=set)
    _light: int = 0
    _results: int = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, call: Call) -> Call | None:
        """Put a call in the line; return the waiting one of the same slot that it makes superfluous."""
        stale = next((c for c in self._waiting if call.slot and (c.chat, c.slot) == (call.chat, call.slot)), None)
        call.place = self.budget.served_at(call)
        if stale is not None:
            self._remove(stale)
        self._waiting.append(call)
        self._results += call.rank is Rank.DELIVERY
        return stale

    def leave(self, call: Call) -> None:
        """Take a call out of the line, if it is still there."""
        if call in self._waiting:
            self._remove(call)

    def next(self, now_s: float) -> Call | None:
        """Return the call that goes now, its budget spent, or None. `done` must follow it; `left` may come between."""
        for call in self.best(now_s, 1):
            self.go(call, now_s)
            return call
        return None

    def best(self, now_s: float, count: int) -> list[Call]:
        """Return up to so many calls that may go now, in the order in which they do."""
        if not self._waiting or self.budget.free_at(now_s) > now_s:
            return []
        if self.budget.others_until_s > now_s and not self._results:
            return []  # a thousand calls are not looked through for nothing
        ready = (call for call in self._waiting if self._idle(call) and self.budget.ready_at(call, now_s) <= now_s)
        return heapq.nsmallest(count, ready, key=lambda c: (c.rank, c.place))

    def go(self, call: Call, now_s: float) -> None:
        """Let a waiting call go, its budget spent."""
        self._remove(call)
        self.budget.spend(call, now_s)
        self._light += call.rank is not Rank.DELIVERY
        if call.rank is Rank.DELIVERY:
            self._leaving.add(call)
        if call.slot:
            self._under_way.add((call.chat, call.slot))

    def left(self, call: Call) -> None:
        """The call's first byte leaves: progress that waited for a result to be on its way may go."""
        self._leaving.discard(call)

    def done(self, call: Call, now_s: float) -> None:
        """The call came back; the next of its slot may go."""
        self.left(call)
        self.budget.finish(call, now_s)
        self._light -= call.rank is not Rank.DELIVERY
        self._under_way.discard((call.chat, call.slot))

    def wait_s(self, now_s: float) -> float | None:
        """Return in how many seconds to look again; None if only a `done` or an `offer` can change anything."""
        if not self._waiting:
            return None
        free = self.budget.free_at(now_s)
        if free > now_s:
            return free - now_s
        idle = [call for call in self._waiting if self._idle(call)]
        return max(0.0, min(self.budget.ready_at(call, now_s) for call in idle) - now_s) if idle else None

    def crowd_s(self) -> float:
        """Return how long the calls that wait now will take in all, seconds."""
        return len(self._waiting) / self.budget.rules.per_s

    def _remove(self, call: Call) -> None:
        self._waiting.remove(call)
        self._results -= call.rank is Rank.DELIVERY

    def _idle(self, call: Call) -> bool:
        """Whether nothing under way keeps this call back."""
        crowded = self._light >= AT_A_TIME and call.rank is not Rank.DELIVERY
        # A result opens its file and its connection first; progress would be there before it.
        if self._leaving and call.rank >= Rank.PROGRESS:
            return False
        return not crowded and (call.chat, call.slot) not in self._under_way
