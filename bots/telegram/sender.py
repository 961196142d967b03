"""The thin shell round the budget: waits for a call's turn, makes it, obeys a 429."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import RetryAfter

from bots.telegram.budget import Call, Line, Rank
from bots.telegram.shared import Shared

T = TypeVar("T")

MARGIN_S = 0.05
"""Added to the seconds of a 429: our clock may run faster than the server's."""

ABREAST = 2
"""Calls asked for at once in a budget that programs share: a store far away must not slow everything down."""


class Superseded(Exception):
    """A newer call of the same slot took the place of this one; nothing was sent."""


def seconds(value: float | dt.timedelta | None) -> float:
    """Read a time as the library gives it: seconds or a timedelta, depending on one of its settings."""
    if isinstance(value, dt.timedelta):
        return value.total_seconds()
    return float(value or 0)


class Sender:
    """The one way to the Bot API for everything that costs: messages, edits, chat actions, reactions.

    Args:
        shared: Is asked for each call before it goes, where other programs send with the same token.
        clock_s: Monotonic seconds.
    """

    def __init__(
        self, line: Line, shared: Shared | None = None, *, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._line = line
        self._shared = shared
        self._asking: set[asyncio.Task[None]] = set()
        self._clock_s = clock_s
        self._turns: dict[Call, asyncio.Future[None]] = {}
        self._alarm: asyncio.TimerHandle | None = None

    async def aclose(self) -> None:
        """Ask for nothing more."""
        for task in self._asking:
            task.cancel()
        await asyncio.gather(*self._asking, return_exceptions=True)

    def crowd_s(self) -> float:
        """Return how long a call that comes last would wait for the others, seconds."""
        return self._line.crowd_s()

    def has_room(self, call: Call) -> bool:
        """Whether this call would go at once, with nobody waiting."""
        now = self._clock_s()
        budget = self._line.budget
        return len(self._line) == 0 and budget.free_at(now) <= now and budget.ready_at(call, now) <= now

    def left(self, call: Call) -> None:
        """Say that the first byte of a call that `run` makes leaves now."""
        self._line.left(call)
        self._pump()

    async def run(self, call: Call, do: Callable[[], Awaitable[T]]) -> T:
        """Wait for the call's turn and make it; after a 429 wait as long as it says, and make it again.

        Raises:
            Superseded: A newer call of the same slot came while this one waited.
            TelegramError: Whatever else `do` raises.
        """
        while True:
            await self._turn(call)
            try:
                return await do()
            except RetryAfter as error:
                self._line.budget.hold(call.chat, self._clock_s() + seconds(error.retry_after) + MARGIN_S)
                if call.rank is Rank.ACTION:
                    raise Superseded from None
            finally:
                self._line.done(call, self._clock_s())
                self._pump()

    async def _turn(self, call: Call) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        stale = self._line.offer(call)
        if stale is not None:
            self._turns.pop(stale).set_exception(Superseded())
        self._turns[call] = turn
        self._pump(urgent=call.rank is Rank.DELIVERY)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._line.done(call, self._clock_s())
            raise
        finally:
            self._turns.pop(call, None)
            self._line.leave(call)

    def _pump(self, *, urgent: bool = False) -> None:
        """Let go what may go, the best first, and look again when more may.

        With a budget that other programs share, a call is asked for before. A better one that comes meanwhile is asked
        for, and goes, before it.
        """
        if len(self._asking) >= ABREAST and not urgent:
            return  # the next answer looks again
        now = self._clock_s()
        while best := self._line.best(now, ABREAST):
            if self._shared is not None and best[0].asked != "granted":
                for call in best:
                    if not call.asked:
                        self._ask(self._shared, call)
                return
            self._line.go(best[0], now)
            self._gone(best[0], now)
        self._look_again()

    def _ask(self, shared: Shared, call: Call) -> None:
        async def ask() -> None:
            answer = await shared.take(call)
            until_s = self._clock_s() + answer.wait_s
            call.asked = "" if answer.wait_s else "granted"
            if answer.wait_s and (answer.of == "chat" or call.rank is Rank.DELIVERY):
                call.not_before_s = until_s
            if answer.wait_s and answer.of == "bot":
                self._line.budget.others(until_s)

        call.asked = "asked"
        task = asyncio.create_task(ask(), name="telegram budget")
        self._asking.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        if not task.cancelled():
            self._pump()

    def _gone(self, call: Call, now_s: float) -> None:
        turn = self._turns.get(call)
        if turn is None or turn.done():
            self._line.done(call, now_s)
        else:
            turn.set_result(None)

    def _look_again(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        wait = self._line.wait_s(self._clock_s())
        if wait is not None:
            self._alarm = asyncio.get_running_loop().call_later(wait + 0.001, self._pump)
