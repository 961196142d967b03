"""Notes that may fail: what is lost with the store costs a repetition, never a post."""

from __future__ import annotations

import logging

from bots.services import Notes, StoreDown
from core.store.errors import StoreError

log = logging.getLogger(__name__)
FAILS = (StoreError, StoreDown)


class Memory:
    """The notes of an adapter; nothing here raises for the store's sake."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes

    async def get(self, name: str) -> str | None:
        """The value; None also while the store is away."""
        try:
            return await self._notes.get(name)
        except FAILS as error:
            log.info("a note was not read: %s", type(error).__name__)
            return None

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        """Keep a value for so many seconds, if the store is there."""
        try:
            await self._notes.put(name, value, ttl_s)
        except FAILS as error:
            log.info("a note was not kept: %s", type(error).__name__)

    async def once(self, name: str, ttl_s: float, otherwise: bool) -> bool:
        """True for the first caller within so many seconds; `otherwise` while the store is away."""
        try:
            return await self._notes.once(name, ttl_s)
        except FAILS as error:
            log.info("a note was not taken: %s", type(error).__name__)
            return otherwise
