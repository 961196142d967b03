"""Memory of the program after many jobs on Discord, against itself after a tenth of them.

The program (gateway, intake, store, engine, flows, courier) runs in a process of its own. Every job is somebody new, in
a channel or DM nobody used before: a track is attached, the card is edited, the result is posted, a form is opened and
left, a status is asked for. One job in twenty-five uploads its video; the others give a link, as larger ones do, which
spares the work of looking into 10,000 files. The backend is the stand-in of the tests.

`python -m bench.discord_memory 3000` runs so many jobs, 10,000 unless told. Reported: resident KiB of the program after
each tenth, and the ratio of the last to the first. Progress goes to stderr.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bots.__main__ import main as program
from bots.settings import Settings
from tests.support.backend import Backend, Script
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord
from tests.support.discord.stage import PUBLIC, settings_at, text_of
from tests.support.discord.world import DM, V2, Json, World
from tests.support.program import clip

JOBS, AT_ONCE, WITHIN_S = 10_000, 25, 300.0
SONG = (Path(__file__).parents[1] / "cli" / "music" / "metal_madness-60s.mp3").read_bytes()[:4000]
BOOSTED = 2
"""Boost tier of the server whose jobs upload their videos."""


def serve_bot(told: dict[str, Any]) -> None:
    """Run the program until SIGTERM."""
    asyncio.run(program(Settings(_env_file=None, **told)))


@dataclass
class Bench:
    """A program, the Discord it serves, and its process."""

    discord: LoopbackDiscord
    process: Any
    boosted: Json

    def rss_kib(self) -> int:
        """Resident memory of the program now (Linux)."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * 4

    async def batch(self) -> None:
        """Run AT_ONCE jobs side by side; the stand-ins forget them afterwards."""
        world = self.discord.world
        rooms = [self._room(world, number) for number in range(AT_ONCE)]
        for room in rooms:
            if "guild_id" in room:
                await self.discord.dispatch("CHANNEL_CREATE", room)
        people = [Someone(self.discord, world.person(f"Person {room['id']}")) for room in rooms]
        for who, room in zip(people, rooms, strict=True):
            track = ("a.mp3", SONG + who.id.encode())
            await who.says(f"{who.mention()} blue bars, cut on the beat", track, channel=room)
        videos = await self._all(rooms, lambda message: bool(message.get("pinged")))
        asked = [await who.presses(videos[room["id"]], "edit") for who, room in zip(people, rooms, strict=True)]
        asked += [await who.chooses("status", channel=room) for who, room in zip(people, rooms, strict=True)]
        await self.discord.until(lambda: all(one.told for one in asked), WITHIN_S)
        await self._all(rooms, lambda message: bool(message["flags"] & V2) and "Done" in text_of(message))
        for who, room in zip(people, rooms, strict=True):
            if "guild_id" in room:
                await self.discord.dispatch("CHANNEL_DELETE", room)
            del world.channels[room["id"]], world.users[who.id]
        self.discord.forget()

    def _room(self, world: World, number: int) -> Json:
        if number == 0:
            return world.new_channel(self.boosted)
        return world.new_channel(world.guild) if number % 2 else world.new_channel(None, DM)

    async def _all(self, rooms: list[Json], wanted: Callable[[Json], bool]) -> dict[str, Json]:
        """Wait until each room has such a message of the bot's; returns them by room."""

        def found() -> dict[str, Json] | None:
            there = {m["channel_id"]: m for m in self.discord.world.messages.values() if wanted(m)}
            return there if len(there) == len(rooms) else None

        return dict(await self.discord.until(found, WITHIN_S))


@asynccontextmanager
async def bench(folder: Path) -> AsyncIterator[Bench]:
    """A program that serves."""
    async with Backend(Script(pages=True), clip(0.5, 36, 64)) as backend, LoopbackDiscord() as discord:
        boosted = discord.world.new_guild(tier=BOOSTED)
        discord.world.uploads[boosted["id"]] = 50 << 20
        told = settings_at(folder, backend.url, discord) | {"backend": "studio", "public_url": PUBLIC}
        told |= {"discord_upload_bytes": 1, "chat_copy": False, "nemo_poll_s": 0.5, "discord_edit_s": 5.0}
        process = multiprocessing.get_context("spawn").Process(target=serve_bot, args=(told,))
        process.start()
        try:
            await discord.until(lambda: discord.sessions, 60)
            await asyncio.sleep(1.0)
            yield Bench(discord, process, boosted)
        finally:
            process.terminate()
            await asyncio.to_thread(process.join, 20)


async def run(jobs: int) -> dict[str, float]:
    """Return KiB after each tenth of the jobs, and the ratio of the last to the first."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with bench(Path(folder)) as made:
            for number in range(AT_ONCE, jobs + 1, AT_ONCE):
                await made.batch()
                if number % (jobs // 10) == 0:
                    found[f"kib_after_{number}"] = made.rss_kib()
                    print(f"{number} jobs: {made.rss_kib()} KiB", file=sys.stderr, flush=True)
    figures = list(found.values())
    found["ratio"] = round(figures[-1] / figures[0], 3)
    return found


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("jobs", type=int, nargs="?", default=JOBS)
    print(json.dumps(asyncio.run(run(parser.parse_args().jobs))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
