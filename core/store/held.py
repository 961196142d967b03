"""One turn in the hands of its holder: the record, fenced writes, and the clock that says whether the lease lives."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from core.store.errors import StoreDown, StoreError
from core.store.keys import Keys, platform_of, split_queue
from core.store.record import OURS, Record, read
from core.store.server import Arg, Server
from core.turn import LostLease, Stage

_EVENTS_KEPT = 10_000
_SAFE_PART = 0.8
"""Of a lease; the rest is for what happens between the check and the bytes."""

_BEFORE_EFFECTS = frozenset({Stage.SENDING, Stage.SUBMITTING, Stage.DELIVERING})
"""Stages whose effect must not happen twice: forgotten by a power cut, they would be entered again."""

if hasattr(time, "CLOCK_BOOTTIME"):

    def clock() -> float:
        """Seconds that no change of the wall clock moves, and that go on while the machine sleeps."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

else:
    clock = time.monotonic


class Held:
    """A turn and the fenced lease on its channel: what a handler gets. It is the Journal of core/turn.py.

    Attributes:
        cancelled: Somebody asked to stop this turn; may become true while the handler runs.

    Args:
        doors: What all turns of a process go through, a few at a time, when they write a stage before an effect that
            must not happen twice. A death between that write and the effect leaves a doubt; a crowd that wrote at once
            would wait for each other in between.
    """

    def __init__(
        self,
        server: Server,
        keys: Keys,
        *,
        queue: str,
        token: str,
        turn_id: str,
        fields: Mapping[str, str],
        lease_s: float,
        began_s: float,
        stepped: Callable[[], None],
        doors: asyncio.Semaphore,
    ) -> None:
        self._server, self._keys = server, keys
        self._fields = dict(fields)
        self._lease_s = lease_s
        self._alive_until_s = began_s + _SAFE_PART * lease_s
        self._stepped = stepped
        self._doors = doors
        self.queue, self.token, self.turn_id = queue, token, turn_id
        self.channel_key, self.lane = split_queue(queue)
        self.cancelled = fields.get("cancel") == "1"

    @property
    def record(self) -> Record:
        """The record as it stands after the last write of this holder."""
        fields = self._fields | {"cancel": "1"} if self.cancelled else self._fields
        return read(self.turn_id, self.channel_key, self.lane, fields)

    @property
    def fence(self) -> tuple[str, str]:
        """Queue and token: what a fenced script asks for."""
        return self.queue, self.token

    @property
    def lost(self) -> bool:
        """Whether the lease is not certainly alive any more."""
        return clock() >= self._alive_until_s

    @property
    def under_way(self) -> bool:
        """Whether an effect that must not happen twice may be on its way: worth a moment's wait at the end."""
        return self._fields.get("stage") in _BEFORE_EFFECTS

    async def write(self, fields: Mapping[str, str]) -> None:
        """Store fields of the record, durably; a lost answer is asked for again while the lease certainly lives.

        Raises:
            LostLease: Another holder has the channel, or the store was away for too long.
            StoreFull, StoreReadOnly: Nothing was stored.
        """
        if wrong := OURS & fields.keys():
            msg = f"these names belong to the store: {sorted(wrong)}"
            raise ValueError(msg)
        k = self._keys
        keys = [k("own"), k("t", self.turn_id), k("due", platform_of(self.queue)), k("events")]
        flat = [part for pair in fields.items() for part in pair]
        args: list[Arg] = [*self.fence, self.turn_id, round(self._lease_s * 1000), _EVENTS_KEPT, *flat]
        if fields.get("stage") not in _BEFORE_EFFECTS:
            await self._write(self._server.run, keys, args, fields)
            return
        async with self._doors:
            await self._write(self._server.run_to_disk, keys, args, fields)

    async def _write(
        self, run: Callable[..., Awaitable[Any]], keys: list[str], args: list[Arg], fields: Mapping[str, str]
    ) -> None:
        while True:
            self.guard()
            began_s = clock()
            try:
                stored = await run("write", keys, args)
            except StoreDown:
                await asyncio.sleep(min(0.5, self._lease_s / 20))
                continue
            if not stored:
                self.lose()
                raise LostLease
            self._fields.update(fields)
            self.renewed(began_s)
            self._stepped()
            return

    async def leave_word(self, word: str) -> None:
        """Say what became of the effect of this holder's last stage; a store that is away hears nothing."""
        with contextlib.suppress(StoreError):
            await self._server.run("word", [self._keys("t", self.turn_id)], [f"{self.token} {word}"])

    async def word_of(self, token: str) -> str | None:
        """Return what the holder of this token said so, if it did. Raises StoreError."""
        said: str = await self._server.do("HGET", self._keys("t", self.turn_id), "word") or ""
        whose, _, word = said.partition(" ")
        return word if whose == token else None

    def guard(self) -> None:
        """Raise LostLease unless the lease is certainly alive by this machine's own clock."""
        if self.lost:
            raise LostLease

    def renewed(self, began_s: float) -> None:
        """The lease was prolonged by a command that began at `began_s` of `clock`."""
        if self._alive_until_s > 0:
            self._alive_until_s = max(self._alive_until_s, began_s + _SAFE_PART * self._lease_s)

    def lose(self) -> None:
        """The lease is gone for good: every later guard and write raises LostLease."""
        self._alive_until_s = 0.0
