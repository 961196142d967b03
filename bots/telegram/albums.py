"""Albums: one message of several updates. Each part is noted before its update is confirmed, so none is lost."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bots.services import Notes, StoreDown
from bots.telegram.inbound import merge
from core.messages import Message
from core.records import message_from_text, message_to_text

log = logging.getLogger(__name__)

KEPT_S = 86_400.0
OVERHEARD = 64
"""Albums of groups that are held although nobody named us in them so far."""

AGAIN_S = 5.0


class Albums:
    """Parts that wait for the rest of their album.

    Args:
        take: Keeps the whole album as one message; raises StoreDown.
        wait_s: How long after its last part an album is taken to be complete.
        key: Name of the note that holds the parts: one for each bot.
    """

    def __init__(self, notes: Notes, take: Callable[[Message], Awaitable[None]], wait_s: float, key: str) -> None:
        self._notes, self._take, self._wait_s, self._key = notes, take, wait_s, key
        self._parts: dict[str, dict[str, Message]] = {}
        self._open: dict[str, str] = {}
        self._overheard: OrderedDict[str, list[Message]] = OrderedDict()
        self._closing: dict[str, asyncio.Task[None]] = {}
        self._leaving: list[tuple[str, dict[str, Message]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._lock = asyncio.Lock()

    async def add(self, part: Message, album: str) -> None:
        """Keep a part, durably. Raises StoreDown."""
        # A client cuts more than ten files into several albums: one person's, sent in one go, are one request.
        name = f"{part.channel.key}/{part.person.id}"
        self._open[album] = name
        for one in (part, *self._overheard.pop(album, ())):
            self._parts.setdefault(name, {})[one.reply.get("message", one.id)] = one
        await self._note()
        self._close_later(name, self._wait_s)

    async def overhear(self, part: Message, album: str) -> None:
        """Hear a part that does not name us, in a group: its album is meant for us if one of its parts is.

        Until then it is held in memory only. Raises StoreDown.
        """
        if album in self._open:
            await self.add(part, album)
            return
        self._overheard.setdefault(album, []).append(part)
        while len(self._overheard) > OVERHEARD:
            self._overheard.popitem(last=False)

    async def recover(self) -> None:
        """Take up what an earlier run noted; parts that Telegram sends again join in. Raises StoreDown."""
        noted = json.loads(await self._notes.get(self._key) or "{}")
        for name, parts in noted.items():
            for text in parts:
                part = message_from_text(text)
                self._parts.setdefault(name, {}).setdefault(part.reply.get("message", part.id), part)
            self._close_later(name, max(self._wait_s, 1.0))

    async def aclose(self) -> None:
        """Stop waiting; what is noted is taken up by the next run."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _close_later(self, name: str, wait_s: float) -> None:
        before = self._closing.pop(name, None)
        if before is not None:
            before.cancel()
        task = asyncio.create_task(self._close(name, wait_s), name=f"telegram album {name}")
        self._closing[name] = task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _close(self, name: str, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        # From here on a late part is an album of its own; what leaves stays noted until it is kept.
        parts = self._parts.pop(name)
        del self._closing[name]
        self._open = {album: where for album, where in self._open.items() if where != name}
        self._leaving.append((name, parts))
        while True:
            try:
                await self._take(merge(parts.values()))
                break
            except StoreDown:
                log.warning("telegram: the store does not answer; an album waits")
                await asyncio.sleep(AGAIN_S)
        self._leaving.remove((name, parts))
        with suppress(StoreDown):
            await self._note()

    async def _note(self) -> None:
        async with self._lock:
            noted: dict[str, list[str]] = {}
            for name, parts in (*self._leaving, *self._parts.items()):
                noted.setdefault(name, []).extend(message_to_text(part) for part in parts.values())
            await self._notes.put(self._key, json.dumps(noted), KEPT_S if noted else 1.0)
