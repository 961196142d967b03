"""The anonymous token and the client id, shared by all replicas. The token's form belongs to core/nemo."""

from __future__ import annotations

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Generic, Protocol, TypeVar

from core.store.errors import StoreError
from core.store.keys import Keys
from core.store.server import Server

_LOCK_S = 30.0
_LOOK_S = 0.1


class HasText(Protocol):
    """A token that can write itself for a store."""

    def to_text(self) -> str:
        """The token in clear."""
        ...


T = TypeVar("T", bound=HasText)


class Tokens(Generic[T]):
    """A TokenStore of core/nemo/auth.py in the store. All methods may raise StoreError.

    Args:
        from_text: Reads what `to_text` of the token wrote; None for anything else.
    """

    def __init__(self, server: Server, keys: Keys, from_text: Callable[[str], T | None]) -> None:
        self._server, self._keys, self._from_text = server, keys, from_text

    async def load(self) -> T | None:
        """The stored token, or None."""
        text = await self._server.do("HGET", self._keys("token"), "token")
        return self._from_text(text) if text else None

    async def save(self, token: T) -> None:
        """Keep this token in place of the last one."""
        await self._server.do("HSET", self._keys("token"), "token", token.to_text())

    async def client_id(self) -> str:
        """The kept client id; the first call ever makes it, and every replica gets the same."""
        key = self._keys("token")
        await self._server.do("HSETNX", key, "client", str(uuid.uuid4()))
        return str(await self._server.do("HGET", key, "client"))

    async def new_client_id(self) -> str:
        """Make another client id and keep it in place of the last one."""
        fresh = str(uuid.uuid4())
        await self._server.do("HSET", self._keys("token"), "client", fresh)
        return fresh

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Hold the right to fetch a token: one holder among all replicas. A dead holder's right ends after 30 s."""
        key, nonce = self._keys("lock", "token"), secrets.token_hex(8)
        while not await self._server.do("SET", key, nonce, "NX", "PX", round(_LOCK_S * 1000)):  # noqa: ASYNC110  (between machines)
            await asyncio.sleep(_LOOK_S)
        try:
            yield
        finally:
            with suppress(StoreError):  # it ends by itself
                await asyncio.shield(self._server.run("unlock", [key], [nonce]))
