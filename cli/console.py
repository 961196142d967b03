"""The whole program for one terminal: backend, store, relay and engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from bots.app import Program, open_program, running
from bots.console.inbound import PLATFORM
from bots.console.outbound import ConsoleOutbound, Place, Screen
from bots.settings import Settings
from cli.backend import open_backend
from core.store.errors import StoreError

LOOK_S = 0.1
AWAY_S = 600.0
"""How long a store that does not answer is waited for: the turn goes on when it is back."""


@asynccontextmanager
async def open_console(settings: Settings, screen: Screen, chat: str) -> AsyncIterator[Program]:
    """Run backend, store, relay and engine for one terminal. Raises StudioFailed, StoreError."""
    outbound = ConsoleOutbound(screen, Place(settings.out_dir, settings.data_dir / "console"), chat)
    async with (
        open_backend(settings) as backend,
        open_program(settings, backend, {PLATFORM: lambda *_: nullcontext(outbound)}) as program,
        running(program.engine((PLATFORM,))),
    ):
        yield program


async def until_over(program: Program, job: str) -> str:
    """Wait until a job's record says that it ended; returns the stage.

    Looks for a cancel itself: Python 3.11's `wait_for`, under the store's client, loses one that comes with the answer.

    Raises:
        StoreError: The store has not answered for ten minutes.
    """
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    answered_s = loop.time()
    while task is not None:
        try:
            record = await program.store.inbox.record(job)
        except StoreError:
            if loop.time() - answered_s > AWAY_S:
                raise
        else:
            answered_s = loop.time()
            if record is None or record.ended_ms is not None:
                return record.stage if record else "gone"
        if task.cancelling():
            raise asyncio.CancelledError
        await asyncio.sleep(LOOK_S)
    raise RuntimeError("not in a task")
