"""What is remembered of chats: groups that moved to a new id, chats that threw us out."""

from __future__ import annotations

from bots.services import Notes

_DAY_S = 86_400.0
_FOR_EVER_S = 3650 * _DAY_S


class Chats:
    """Notes about chats, kept in memory too: they are read before every post."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._moved: dict[str, str] = {}
        self._first: dict[str, str] = {}
        self._gone: set[str] = set()

    async def moved(self, old: str, new: str) -> None:
        """A group became a supergroup: its talk goes on under the new id, its project stays under the first."""
        first = await self.first_id(old)
        if first == new:
            return
        self._moved[first], self._first[new] = new, first
        await self._notes.put(f"telegram:moved:{first}", new, _FOR_EVER_S)
        await self._notes.put(f"telegram:first:{new}", first, _FOR_EVER_S)

    async def id_now(self, chat: str) -> str:
        """Return the id to send to."""
        if not chat.startswith("-"):
            return chat
        if chat not in self._moved:
            self._moved[chat] = await self._notes.get(f"telegram:moved:{chat}") or chat
        return self._moved[chat]

    async def first_id(self, chat: str) -> str:
        """Return the id under which we know a chat: the one it had when we met it."""
        if not chat.startswith("-"):
            return chat
        if chat not in self._first:
            self._first[chat] = await self._notes.get(f"telegram:first:{chat}") or chat
        return self._first[chat]

    async def is_gone(self, chat: str) -> bool:
        """Whether this chat threw us out and nobody spoke to us there since."""
        return chat in self._gone

    async def mark_gone(self, chat: str) -> None:
        """The bot was kicked or blocked; the note lets other replicas and later runs see it in the store."""
        if chat not in self._gone:
            self._gone.add(chat)
            await self._notes.put(f"telegram:gone:{chat}", "1", 30 * _DAY_S)

    async def is_back(self, chat: str) -> None:
        """Somebody spoke to us in this chat."""
        if chat in self._gone:
            self._gone.discard(chat)
            await self._notes.put(f"telegram:gone:{chat}", "0", 1.0)
