"""Serves every platform that has a token: intake, workers and health side by side, each failing on its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from bots import heap
from bots.adapter import Outbound
from bots.app import Backend, Program, WayOut, open_program, running
from bots.discord import app as discord_app
from bots.discord.outbound import DiscordOutbound
from bots.settings import Settings
from bots.telegram import app as telegram_app
from bots.telegram.outbound import TelegramOutbound
from bots.texts import Texts
from core.errors import OperatorError
from core.store.errors import StoreError
from core.store.open import Store

log = logging.getLogger(__name__)

REFUSALS = (discord_app.TokenRefused, telegram_app.TokenRefused, telegram_app.SettingMissing)
"""What no second try would mend."""


class NothingToServe(OperatorError):
    """No platform has a token."""

    def __init__(self) -> None:
        super().__init__("no platform has a token", "serve-nothing")


class AllRefused(Exception):
    """Every platform refused us, each for a reason of its own."""

    def __init__(self, reasons: list[OperatorError]) -> None:
        super().__init__("; ".join(map(str, reasons)))
        self.reasons = reasons


@dataclass(slots=True)
class Readiness:
    """Which platforms take messages in now."""

    ready: dict[str, bool] = field(default_factory=dict)

    def mark(self, platform: str) -> None:
        """A platform is ready."""
        self.ready[platform] = True

    @property
    def all(self) -> bool:
        """Whether every platform is."""
        return bool(self.ready) and all(self.ready.values())


async def serve(settings: Settings, backend: Backend, on_ready: Callable[[str], None]) -> None:
    """Serve until cancelled.

    Args:
        on_ready: Called with a platform's name each time it begins to take messages in.

    Raises:
        NothingToServe, AllRefused, StoreError: What the operator can mend.
    """
    ways = ways_out(settings)
    if not ways:
        raise NothingToServe
    readiness = Readiness(dict.fromkeys(ways, False))

    def ready(platform: str) -> None:
        readiness.mark(platform)
        on_ready(platform)

    async with AsyncExitStack() as stack:
        program = await stack.enter_async_context(open_program(settings, backend, ways))
        await stack.enter_async_context(health(settings.health_port, readiness, program))
        await stack.enter_async_context(running(program.engine(tuple(ways))))
        await stack.enter_async_context(heap.kept_small(settings.trim_s, heap.trimmer()))
        heap.settle()
        await _platforms(program, ready)


async def _platforms(program: Program, ready: Callable[[str], None]) -> None:
    """Run the platforms' intakes; one that is refused for good does not stop the others."""
    tasks = {
        asyncio.create_task(_intake(platform, program, partial(ready, platform)), name=platform)
        for platform in program.outbounds
    }
    refused: list[OperatorError] = []
    try:
        pending = tasks
        while pending:
            done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                error = task.exception()
                if not isinstance(error, REFUSALS):
                    task.result()
                else:
                    refused.append(error)
                if pending:  # the others go on; where none does, the caller tells
                    log.error("%s", error)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raise AllRefused(refused)


def _intake(platform: str, program: Program, ready: Callable[[], None]) -> Coroutine[Any, Any, None]:
    settings, services, outbound = program.settings, program.services, program.outbounds[platform]
    if platform == "discord":
        return discord_app.serve(settings, services, ready)
    assert isinstance(outbound, TelegramOutbound)  # noqa: S101 - ways_out made it
    return telegram_app.serve(settings, services, ready, outbound=outbound)


def ways_out(settings: Settings) -> Mapping[str, WayOut]:
    """The platforms that have a token, and how to answer there."""
    ways: dict[str, WayOut] = {}
    if settings.discord_token is not None:
        ways["discord"] = _discord_way
    if settings.telegram_token is not None:
        ways["telegram"] = _telegram_way
    return ways


@asynccontextmanager
async def _discord_way(settings: Settings, store: Store, texts: Texts) -> AsyncIterator[Outbound]:
    outbound = DiscordOutbound(settings, store.notes, texts)
    try:
        yield outbound
    finally:
        await outbound.close()


@asynccontextmanager
async def _telegram_way(settings: Settings, store: Store, _texts: Texts) -> AsyncIterator[Outbound]:
    outbound = TelegramOutbound(settings, store.notes, telegram_app.build_bot(settings), rates=store.rates)
    try:
        yield outbound
    finally:
        await outbound.aclose()


@asynccontextmanager
async def health(port: int | None, readiness: Readiness, program: Program) -> AsyncIterator[None]:
    """Answer /healthz on 127.0.0.1: 200 once every platform is ready and the store answers, else 503."""
    if port is None:
        yield
        return

    async def healthz(_request: web.Request) -> web.Response:
        store = True
        try:
            await program.store.ping()
        except StoreError:
            store = False
        body = {"ready": readiness.all and store, "store": store, "platforms": readiness.ready}
        return web.json_response(body, status=200 if body["ready"] else 503)

    site_app = web.Application()
    site_app.router.add_get("/healthz", healthz)
    runner = web.AppRunner(site_app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        with suppress(OSError):
            await runner.cleanup()
