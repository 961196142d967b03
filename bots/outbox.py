"""Posts waiting to go: one card a turn, merged and spaced, replies in their order, each sent once."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from bots.adapter import Free, Gone, Outbound, OutboundError, Post, Sent, Where

log = logging.getLogger(__name__)

WINDOW_S = 900.0
"""Length of the window in which edits of one message are counted (decisions 26)."""


def nonce(*parts: object) -> str:
    """A name of 24 characters for one step of one turn: the same step has the same name after a restart."""
    return hashlib.blake2b("\x1f".join(map(str, parts)).encode(), digest_size=12).hexdigest()


@dataclass(slots=True)
class EditPace:
    """When the next edit of one message may go. Pure: the time comes in.

    Attributes:
        interval_s: Least time between two edits.
        per_window: Edits in 15 minutes, None for no such limit.
        jitter: 0.0 to 1.0, drawn once a card: cards that began together spread over a tenth of the interval.
    """

    interval_s: float
    per_window: int | None = None
    jitter: float = 0.0
    _sent: deque[float] = field(default_factory=deque)

    def wait_s(self, now_s: float, *, urgent: bool) -> float:
        """Seconds until an edit may go; 0.0: now. The last quarter of a window is kept for urgent ones."""
        while self._sent and now_s - self._sent[0] >= WINDOW_S:
            self._sent.popleft()
        if not self._sent:
            return 0.0
        wait = self._sent[-1] + self.interval_s * (1.0 + self.jitter / 10) - now_s
        if self.per_window is not None:
            allowed = self.per_window if urgent else max(1, self.per_window * 3 // 4)
            if len(self._sent) >= allowed:
                wait = max(wait, self._sent[len(self._sent) - allowed] + WINDOW_S - now_s)
        return max(0.0, wait)

    def mark(self, now_s: float) -> None:
        """An edit went out."""
        self._sent.append(now_s)


class Guarded(Free):
    """A post that only the holder of the channel may make: a former one that thaws must not draw an old card."""

    def __init__(self, guard: Callable[[], None]) -> None:
        self._guard = guard

    async def leaves(self) -> None:
        """Raises LostLease."""
        self._guard()


class TurnOutbox:
    """What one turn wants to show. The holder of the channel is its only writer.

    Args:
        keep_card: Stores the id of the card with the turn, so that the next holder edits the same message.
        card_id: The card that an earlier holder sent, if any.
        attempt: Name of this run of the turn: its replies are messages of their own.
        guard: Raises LostLease unless the channel is certainly still held here.
        clock_s: Monotonic seconds.
    """

    def __init__(
        self,
        outbound: Outbound,
        where: Where,
        *,
        turn_id: str,
        attempt: str,
        card_id: str | None,
        keep_card: Callable[[str], Awaitable[None]],
        clock_s: Callable[[], float],
        guard: Callable[[], None],
        jitter: float = 0.0,
    ) -> None:
        self._outbound, self._where = outbound, where
        self._turn_id, self._attempt = turn_id, attempt
        self._card_id, self._keep_card = card_id, keep_card
        self._clock_s = clock_s
        self._departure = Guarded(guard)
        limits = outbound.limits(where)
        self._limits = limits
        self._pace = EditPace(limits.edit_interval_s, limits.max_edits_15min, jitter)
        self._replies: deque[Post] = deque()
        self._wanted: Post | None = None
        self._shown: Post | None = None
        self._count = 0
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._card_lost = False
        self.dead = False

    @property
    def card_id(self) -> str | None:
        """The card's message id, None before it was sent."""
        return self._card_id

    def show(self, post: Post) -> None:
        """Make the card look like this, soon; a later call replaces an unsent one."""
        self._wanted = post
        self._kick()

    def say(self, post: Post) -> None:
        """Send a message of its own, after those before it; long words become several messages."""
        parts = split(post.text, self._limits.max_text)
        for index, part in enumerate(parts):
            buttons = post.buttons if index == len(parts) - 1 else ()
            self._replies.append(replace(post, text=part, buttons=buttons))
        self._kick()

    async def drain(self) -> None:
        """Wait until everything went out."""
        if self._task is not None:
            await self._task

    def drop(self) -> None:
        """Forget what did not go out: another holder speaks for this turn now, or the program stops."""
        self._replies.clear()
        self._wanted = self._shown
        if self._task is not None:
            self._task.cancel()

    def _kick(self) -> None:
        if self.dead:
            return
        self._news.set()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run(), name=f"outbox {self._turn_id}")
            # `drain` raises what ended it; a turn that ends before its posts do has said more about it already
            self._task.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _run(self) -> None:
        while not self.dead:
            self._news.clear()
            try:
                if self._replies:
                    await self._send_reply()
                elif self._wanted is not None and self._wanted != self._shown and not self._card_lost:
                    if not await self._send_card(self._wanted):
                        continue
                else:
                    return
            except Gone:
                log.info("turn %s: the chat is gone; its posts are dropped", self._turn_id)
                self.dead = True
            except OutboundError as error:
                # A lost word is not worth a second one: the record and the result do not hang on it.
                log.warning("turn %s: a post was not made: %s", self._turn_id, type(error).__name__)

    async def _send_reply(self) -> Sent:
        post = self._replies.popleft()
        self._count += 1
        mark = nonce(self._turn_id, self._attempt, self._count)
        return await self._outbound.send(self._where, post, mark, self._departure)

    async def _send_card(self, post: Post) -> bool:
        """Send or edit the card; False: it was not its time yet, or there is something more urgent now."""
        urgent = post.final or self._shown is None or post.stage != self._shown.stage
        wait = self._pace.wait_s(self._clock_s(), urgent=urgent)
        if wait > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), wait)
            return False
        self._pace.mark(self._clock_s())
        self._shown = post
        if self._card_id is None:
            sent = await self._outbound.send(self._where, post, nonce(self._turn_id, "card"), self._departure)
            self._card_id = sent.id
            await self._keep_card(sent.id)
        else:
            await self._edit_card(self._card_id, post)
        return True

    async def _edit_card(self, card_id: str, post: Post) -> None:
        try:
            await self._outbound.edit(self._where, card_id, post, self._departure)
        except Gone:
            # Somebody deleted it, most likely. If the chat is gone too, the next word says so.
            log.info("turn %s: its card is gone", self._turn_id)
            self._card_lost = True


def split(text: str, limit: int) -> tuple[str, ...]:
    """Cut words into pieces of at most `limit` characters: between paragraphs, lines, words, or anywhere."""
    pieces: list[str] = []
    rest = text
    while len(rest) > limit:
        window = rest[: limit + 1]
        cut = max(window.rfind("\n\n"), 0) or max(window.rfind("\n"), 0) or max(window.rfind(" "), 0) or limit
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    pieces.append(rest)
    return tuple(piece for piece in pieces if piece) or ("",)
