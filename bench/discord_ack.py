"""Time to acknowledge: 500 interactions at once, ours against a bare discord.py bot that only defers.

The bot runs in a process of its own, pinned to one core where the system can. Reported: p50 and p99 from the dispatch
to the arrival of the acknowledgement at Discord, in ms, and the ratio of the p99.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import os
import statistics
import sys
import time
from multiprocessing.connection import Connection
from typing import Any

import discord

from bots.discord.bot import DiscordBot
from bots.discord.seams import Placed
from bots.services import Services
from bots.texts import Texts
from tests.support.discord.fakes import KeptIntake, KeptNotes, settings_for
from tests.support.discord.people import Someone
from tests.support.discord.server import TOKEN, LoopbackDiscord

AT_ONCE, ROUNDS = 500, 6


class Bare(Placed):
    """A bot that does nothing but defer."""

    def __init__(self, settings: Any) -> None:
        super().__init__(settings, intents=discord.Intents(guilds=True), max_messages=None)
        tree = discord.app_commands.CommandTree(self)

        @tree.command(name="video")
        async def video(interaction: discord.Interaction[Any], prompt: str | None = None) -> None:
            await interaction.response.defer(ephemeral=True)


class Timed(LoopbackDiscord):
    """Notes when each acknowledgement arrives."""

    def __init__(self) -> None:
        super().__init__()
        self.acked: dict[str, float] = {}

    def _callback(self, iid: str, token: str, body: Any, **more: Any) -> Any:
        self.acked.setdefault(token, time.perf_counter())
        return super()._callback(iid, token, body, **more)


def serve_bot(kind: str, pipe: Connection) -> None:
    """Run one of the two bots against the addresses that come through the pipe."""
    _pin(0)
    places = pipe.recv()
    asyncio.run(_bot(kind, places, pipe))


async def _bot(kind: str, places: Any, pipe: Connection) -> None:
    settings = settings_for(places)
    services = Services(KeptIntake(), Texts(), KeptNotes())
    bot: discord.Client = Bare(settings) if kind == "bare" else DiscordBot(settings, services, False)
    async with bot:
        await bot.start(TOKEN)
    pipe.close()


class Places:
    """Addresses, as a pipe carries them."""

    def __init__(self, server: LoopbackDiscord) -> None:
        self.api, self.gateway, self.cdn = server.api, server.gateway, server.cdn


async def measure(kind: str) -> list[float]:
    """Return the milliseconds of every acknowledgement of one bot."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve_bot, args=(kind, theirs), daemon=True)
    process.start()
    times: list[float] = []
    async with Timed() as server:
        ours.send(Places(server))
        await server.until(lambda: server.sessions, 60)
        await asyncio.sleep(1.5)
        for _ in range(ROUNDS):
            times += await _burst(server)
        process.terminate()
        process.join(10)
    return sorted(times[AT_ONCE:])  # the first round warms up


async def _burst(server: Timed) -> list[float]:
    lena = Someone(server, server.world.lena)
    sent: dict[str, float] = {}
    for _ in range(AT_ONCE):
        began = time.perf_counter()
        interaction = await lena.chooses("video", prompt="a video")
        sent[interaction.payload["token"]] = began
    await server.until(lambda: all(token in server.acked for token in sent), 120)
    await _quiet(server)
    return [(server.acked[token] - began) * 1000 for token, began in sent.items()]


async def _quiet(server: Timed) -> None:
    """Wait until the bot has had nothing to say for a second: what follows on one round is no part of the next."""
    count = -1
    while count != len(server.calls):
        count = len(server.calls)
        await asyncio.sleep(1.0)


def _pin(core: int) -> None:
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})


def main() -> int:
    """Print the figures as JSON."""
    _pin(1)
    found = {kind: asyncio.run(measure(kind)) for kind in ("bare", "ours")}
    figures: dict[str, Any] = {
        kind: {"p50_ms": round(statistics.median(t), 1), "p99_ms": round(t[int(len(t) * 0.99)], 1)}
        for kind, t in found.items()
    }
    figures["ratio_p99"] = round(figures["ours"]["p99_ms"] / figures["bare"]["p99_ms"], 2)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
