"""Small things with a life span: learned limits, the last language of a person, what was told once."""

from __future__ import annotations

from core.store.keys import Keys
from core.store.server import Server


class Notes:
    """Values by name. All methods may raise StoreError."""

    def __init__(self, server: Server, keys: Keys) -> None:
        self._server, self._keys = server, keys

    async def get(self, name: str) -> str | None:
        """The value, or None when it was never put or its time is over."""
        value: str | None = await self._server.do("GET", self._keys("note", name))
        return value

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        """Keep a value for so many seconds."""
        await self._server.do("SET", self._keys("note", name), value, "PX", max(1, round(ttl_s * 1000)))

    async def once(self, name: str, ttl_s: float) -> bool:
        """True for the first caller within so many seconds, whichever replica it is; False for the others."""
        key = self._keys("note", name)
        return bool(await self._server.do("SET", key, "1", "PX", max(1, round(ttl_s * 1000)), "NX"))

    async def forget(self, name: str) -> None:
        """Remove a value before its time."""
        await self._server.do("DEL", self._keys("note", name))
