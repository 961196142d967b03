"""What people said: each event once, first in first out per channel, as long as the queue is not too long."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from core.messages import Message
from core.records import VERSION, message_from_text
from core.store.config import StoreConfig
from core.store.errors import StoreError
from core.store.keys import Keys, platform_of, projects_of, queue_of, split_queue
from core.store.record import OURS, Record, glance, new_fields
from core.store.server import Server

_NO_EXTRA: Mapping[str, str] = {}
_JOBS_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message.

    Attributes:
        turn_id: The turn it is or was; "" if the queue was full.
        place: 0: it runs now (or next, or ran); n: n turns are before it.
        duplicate: The same event was here before: nothing new was stored.
        full: Too many wait in this channel: nothing was stored, the event may come again.
    """

    turn_id: str
    place: int
    duplicate: bool = False
    full: bool = False


def _flat(fields: Mapping[str, str]) -> Iterable[str]:
    return (part for pair in fields.items() for part in pair)


class Inbox:
    """The queues of all channels. Every method may raise StoreError."""

    def __init__(self, server: Server, keys: Keys, config: StoreConfig) -> None:
        self._server, self._keys, self._config = server, keys, config

    async def put(
        self,
        message: Message,
        *,
        lane: str = "",
        limit: int | None = None,
        extra: Mapping[str, str] = _NO_EXTRA,
        first: bool = False,
    ) -> Receipt:
        """Store a message as a turn of its channel, durably, before returning.

        Args:
            lane: "" for the channel's own order, else letters: a queue beside it.
            limit: How many may wait behind the one that runs; None: `queue_limit` of the settings.
            extra: Fields to keep with the record.
            first: Before all that wait: what belongs to the turn that runs.
        """
        queue, turn_id = queue_of(message.channel.key, lane), secrets.token_hex(8)
        platform = message.channel.platform
        k = self._keys
        answer = await self._server.run(
            "put",
            [
                *(k("seen", platform, message.id), k("due", platform), k("q", queue), k("t", turn_id), k("jobs")),
                *projects_of(k, message.channel.key),
            ],
            [
                queue,
                turn_id,
                self._config.queue_limit if limit is None else limit,
                self._config.seen_ttl_s,
                k("wake", platform),
                self._config.turn_ttl_s * 2000,
                int(first),
                *_flat(new_fields(message, lane, extra)),
            ],
        )
        return _receipt(answer)

    async def waiting(self, channel_key: str) -> int:
        """How many messages wait in a channel behind the one that runs."""
        return max(0, int(await self._server.do("LLEN", self._keys("q", channel_key))) - 1)

    async def peek(self, channel_key: str) -> list[Message]:
        """The messages that wait behind the one that runs, in order; unreadable ones are left out."""
        found = []
        for turn_id in await self._server.do("LRANGE", self._keys("q", channel_key), 1, -1):
            version, text = await self._server.do("HMGET", self._keys("t", turn_id), "v", "message")
            if version and int(version) <= VERSION:
                found.append(message_from_text(text))
        return found

    async def cancel(self, turn_id: str) -> Literal["queued", "running", "gone"]:
        """Stop a turn: one that waits ends at once; of one that runs the holder is told; "gone": it is over."""
        queue = await self._server.do("HGET", self._keys("t", turn_id), "queue")
        if not queue:
            return "gone"
        k = self._keys
        answer: Literal["queued", "running", "gone"] = await self._server.run(
            "cancel",
            [
                *(k("t", turn_id), k("q", queue), k("own"), k("due", platform_of(queue)), k("cancels")),
                *projects_of(k, split_queue(queue)[0]),
            ],
            [turn_id, queue, self._config.turn_ttl_s, k("cancel"), self._config.project_ttl_s],
        )
        return answer

    async def current(self, channel_key: str, lane: str = "") -> Record | None:
        """The turn at the head of a channel: the one that runs or runs next."""
        turn_id = await self._server.do("LINDEX", self._keys("q", queue_of(channel_key, lane)), 0)
        return await self.record(turn_id) if turn_id else None

    async def place(self, turn_id: str) -> int | None:
        """How many turns are before this one in its queue; None if it is over."""
        queue = await self._server.do("HGET", self._keys("t", turn_id), "queue")
        place = await self._server.do("LPOS", self._keys("q", queue), turn_id) if queue else None
        return None if place is None else int(place)

    async def record(self, turn_id: str) -> Record | None:
        """What is stored of a turn; None if there is nothing (any more). An unreadable one says so in `problem`."""
        fields = await self._server.do("HGETALL", self._keys("t", turn_id))
        if not fields or "queue" not in fields:
            return None
        return glance(turn_id, *split_queue(fields["queue"]), fields)

    async def queue(self, channel_key: str, lane: str = "") -> list[Record]:
        """The turns of a channel in order: the one that runs, then those that wait."""
        ids = await self._server.do("LRANGE", self._keys("q", queue_of(channel_key, lane)), 0, -1)
        records = [await self.record(turn_id) for turn_id in ids]
        return [record for record in records if record is not None]

    async def note(self, turn_id: str, name: str, value: str) -> bool:
        """Add one field of the caller's to a record (the card of a waiting turn); False: its holder wrote it first."""
        if name in OURS:
            msg = f"this name belongs to the store: {name}"
            raise ValueError(msg)
        key = self._keys("t", turn_id)
        return (
            bool(await self._server.do("HSETNX", key, name, value)) or await self._server.do("HGET", key, name) == value
        )

    async def jobs(self, *, state: str | None = None, limit: int = 50) -> list[Record]:
        """The newest turns, newest first; `state` as `Record.state`, None for all."""
        found: list[Record] = []
        for turn_id in await self._server.do("ZRANGE", self._keys("jobs"), 0, _JOBS_LOOKED_AT - 1, "REV"):
            record = await self.record(turn_id)
            if record and state in {None, record.state}:
                found.append(record)
            if len(found) >= limit:
                break
        return found

    async def retry(self, turn_id: str) -> Receipt:
        """Queue the message of an ended turn anew, as a new turn. A second call gives the first one's turn again.

        Raises:
            StoreError: There is no such turn, it cannot be read, or it has not ended.
        """
        old = await self.record(turn_id)
        if old is None or old.problem:
            msg = f"There is no turn {turn_id} that could be repeated."
            raise StoreError(msg, "store-no-turn", job=turn_id)
        if old.ended_ms is None:
            msg = f"Turn {turn_id} has not ended."
            raise StoreError(msg, "store-turn-runs", job=turn_id)
        queue, new_id = queue_of(old.channel_key, old.lane), secrets.token_hex(8)
        k, platform = self._keys, platform_of(queue)
        fields = new_fields(old.message, old.lane, old.extra) | {"retry_of": turn_id}
        answer = await self._server.run(
            "retry",
            [
                *(k("t", turn_id), k("due", platform), k("q", queue), k("t", new_id), k("jobs")),
                *projects_of(k, old.channel_key),
            ],
            [queue, new_id, self._config.queue_limit, k("wake", platform), *_flat(fields)],
        )
        return _receipt(answer)


def _receipt(answer: tuple[str, int, int, int]) -> Receipt:
    turn_id, place, duplicate, full = answer
    return Receipt(turn_id, int(place), bool(duplicate), bool(full))
