"""One running bot against the loopback Bot API, for tests that need the whole way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass

import pytest

from bots.adapter import Where
from bots.services import Services
from bots.settings import Settings
from bots.telegram.app import build_bot, serve
from bots.telegram.outbound import TelegramOutbound
from core.messages import Message
from tests.support.telegram.fakes import MemoryIntake, MemoryNotes, services, settings
from tests.support.telegram.server import BotApi


@dataclass
class Running:
    """A bot that serves, and everything round it."""

    api: BotApi
    intake: MemoryIntake
    notes: MemoryNotes
    settings: Settings
    services: Services
    outbound: TelegramOutbound
    task: asyncio.Task[None]

    def where(self, message: Message) -> Where:
        return Where(message.channel, message.person.id, message.reply, message.locale or "en")


Run = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture
def run() -> Run:
    """Return a function that runs a bot: `async with run(api, **settings) as bot`."""

    @asynccontextmanager
    async def running(
        api: BotApi, intake: MemoryIntake | None = None, notes: MemoryNotes | None = None, **more: object
    ) -> AsyncIterator[Running]:
        intake, notes = intake or MemoryIntake(), notes or MemoryNotes()
        chosen, given = settings(api, **more), services(intake, notes)
        bot = build_bot(chosen)
        outbound = TelegramOutbound(chosen, notes, bot)
        ready = asyncio.Event()
        task = asyncio.create_task(serve(chosen, given, ready.set, outbound=outbound))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({task, waiting}, timeout=30, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
        try:
            yield Running(api, intake, notes, chosen, given, outbound, task)
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await outbound.aclose()

    return running
