"""Words and waits that the store's tests share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from core.messages import Channel, Message, Person
from core.store.engine import Engine, Handler
from core.store.open import Store

LEASE_S = 2.0


def said(n: int | str, chat: str = "1", platform: str = "console") -> Message:
    return Message(id=f"{chat}/{n}", channel=Channel(platform, chat), person=Person("p"), text=str(n))


async def until(true: Callable[[], Awaitable[Any] | Any], seconds: float = 30.0) -> None:
    """Wait for something that must come; only a broken program needs the whole time."""
    async with asyncio.timeout(seconds):
        while True:
            answer = true()
            if await answer if isinstance(answer, Awaitable) else answer:
                return
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(store: Store, handler: Handler, **options: Any) -> AsyncIterator[Engine]:
    settings: dict[str, Any] = {"replica": "r1", "lease_s": LEASE_S} | options
    engine = Engine(store, settings.pop("platforms", ["console"]), handler, **settings)
    task = asyncio.create_task(engine.run())
    try:
        yield engine
    finally:
        await engine.shutdown()
        await task


async def all_ended(store: Store) -> bool:
    return all(job.ended_ms is not None for job in await store.inbox.jobs(limit=1000))
