"""The whole program for one terminal: backend, store, relay and engine."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

from bots.adapter import Post
from bots.app import Program, open_program, running
from bots.console.inbound import PLATFORM
from bots.console.outbound import ConsoleOutbound, Place, Screen
from bots.settings import Settings
from cli.backend import open_backend


@asynccontextmanager
async def open_console(settings: Settings, screen: Screen, done: Callable[[Post], None]) -> AsyncIterator[Program]:
    """Run backend, store, relay and engine for one terminal. Raises StudioFailed, StoreError."""
    outbound = ConsoleOutbound(screen, Place(settings.out_dir, settings.data_dir / "console"), done)
    async with (
        open_backend(settings) as backend,
        open_program(settings, backend, {PLATFORM: lambda *_: nullcontext(outbound)}) as program,
        running(program.engine((PLATFORM,))),
    ):
        yield program
