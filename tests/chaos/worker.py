"""One replica of the program: real store, client, relay and engine; only the chat is small (tests/chaos/chat.py)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bots.app import Backend, Program, open_program, running
from bots.settings import Settings
from core.store.engine import Engine
from tests.chaos import chat

QUICK: dict[str, Any] = {
    "look_first_s": 0.6,
    "look_again_s": 0.6,
    "look_times": 5,
    "silent_look_s": 0.1,
    "silent_look_times": 1,
    "nemo_poll_s": 0.2,
    "poll_slow_after": 1000,
    "rate_limit_s": 0.1,
    "lease_s": 2.0,
    "chat_copy": False,
    "log_level": "INFO",
}
"""Waits cut short: every one of them is a setting, no clock is faked."""


@dataclass(frozen=True)
class Place:
    """Where everything is, for one replica.

    Attributes:
        folder: Home of the spool, shared by the replicas as on one machine.
        tries: Starts without a step forward until a turn is parked; more than three where processes die for sport.
    """

    folder: Path
    redis_url: str
    backend_url: str
    chat_url: str
    replica: str = "w1"
    tries: int = 3
    edit_s: float = 0.0
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """The settings of the program."""
        named = {"data_dir": self.folder, "redis_url": self.redis_url, "replica": self.replica}
        return Settings(_env_file=None, **{**QUICK, **named, **self.more})


@asynccontextmanager
async def program(place: Place) -> AsyncIterator[Program]:
    """Open the program without an engine: what only takes messages in."""
    ways = {name: lambda *_, name=name: chat.way(place.chat_url, name, place.edit_s) for name in chat.PLATFORMS}
    async with open_program(place.settings, Backend(place.backend_url), ways) as opened:
        yield opened


async def work(place: Place) -> None:
    """Run turns until cancelled."""
    async with program(place) as opened, running(engine(opened, place)):
        await asyncio.Event().wait()


def engine(opened: Program, place: Place) -> Engine:
    """The program's own engine but for the number of tries."""
    make = partial(Engine, opened.store, chat.PLATFORMS, opened.relay.run_turn, parked=opened.relay.parked)
    settings = opened.settings
    return make(replica=place.replica, max_running=settings.max_running, lease_s=settings.lease_s, tries=place.tries)
