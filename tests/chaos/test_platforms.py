"""Three true `python -m bots` with the same tokens on loopback platforms, under attack: answered once each."""

from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from core.store.config import StoreConfig
from core.store.errors import StoreError
from core.store.open import Store, open_store
from core.store.record import Record
from tests.chaos.monkey import Monkey
from tests.core.store.servers import RealServer
from tests.support.backend import Backend, Script
from tests.support.discord import server as discord_server
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord
from tests.support.program import clip
from tests.support.telegram import server as telegram_server
from tests.support.telegram.server import ANNA, BotApi

TURNS, CHATS = 4, 2
LEASE_S = 2.5
UNHEARD_S = 15.0
Say = Callable[[str], Awaitable[object]]


@dataclass
class Town:
    """Everything the programs talk to."""

    folder: Path
    discord: LoopbackDiscord
    telegram: BotApi
    backend: Backend
    server: RealServer
    store: Store
    jobs: list[str] = field(default_factory=list)

    def spawn(self, number: int) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        told = {
            "DISCORD_TOKEN": discord_server.TOKEN,
            "DISCORD_API_BASE": self.discord.api,
            "DISCORD_GATEWAY_URL": self.discord.gateway,
            "DISCORD_CDN_BASE": self.discord.cdn,
            "DISCORD_SYNC_COMMANDS": "0",
            "DISCORD_EDIT_S": "1",
            "TELEGRAM_TOKEN": telegram_server.TOKEN,
            "TELEGRAM_BASE_URL": self.telegram.base_url,
            "TELEGRAM_BASE_FILE_URL": self.telegram.base_file_url,
            "TELEGRAM_DM_EDIT_S": "1",
            "TELEGRAM_POLL_TIMEOUT_S": "2",
            "NEMO_API_URL": self.backend.url,
            "NEMO_POLL_S": "0.5",
            "LOOK_FIRST_S": "0.6",
            "LOOK_AGAIN_S": "0.6",
            "REDIS_URL": self.server.url,
            "DATA_DIR": str(self.folder / "data"),
            "LEASE_S": str(LEASE_S),
            "REPLICA": f"w{number}",
            "PYTHONPATH": str(Path.cwd()),
        }
        with (self.folder / "bots.log").open("ab") as log:
            command = [sys.executable, "-W", "ignore", "-m", "bots"]
            return subprocess.Popen(command, env={**kept, **told}, cwd=self.folder, stdout=log, stderr=log)

    async def ready(self, replicas: int) -> None:
        async with asyncio.timeout(90):
            while (self.folder / "bots.log").read_text().count("is ready.") < 2 * replicas:
                await asyncio.sleep(0.2)

    async def records(self) -> list[Record]:
        try:
            return await self.store.inbox.jobs(limit=1000)
        except StoreError:
            return []

    async def talk(self, say: Say, name: str) -> None:
        """Say one thing after the other; what nobody heard is said again, as people do."""
        for n in range(TURNS):
            text = f"{name} wants title {n}"
            while not await self._heard(say, text):
                await asyncio.sleep(0.1)
            while not [one for one in await self.records() if one.message.text == text and one.ended_ms is not None]:
                await asyncio.sleep(0.2)

    async def _heard(self, say: Say, text: str) -> bool:
        await say(text)
        for _ in range(round(UNHEARD_S / 0.2)):
            if any(one.message.text == text for one in await self.records()):
                return True
            await asyncio.sleep(0.2)
        return False

    def discord_videos(self) -> Counter[str]:
        world = self.discord.world
        mine = [one for one in world.messages.values() if one["author"]["id"] == world.me["id"]]
        return Counter(one["channel_id"] for one in mine for file in one["attachments"])

    def telegram_videos(self) -> Counter[str]:
        return Counter(str(call.params["chat_id"]) for call in self.telegram.sent("sendVideo"))


def speakers(town: Town) -> list[tuple[str, Say]]:
    lena, world = Someone(town.discord, town.discord.world.lena), town.discord.world
    found: list[tuple[str, Say]] = []
    for number in range(CHATS):
        channel = world.new_channel(world.guild)

        async def on_discord(text: str, channel: dict[str, Any] = channel) -> object:
            return await lena.says(f"{lena.mention()} {text}", channel=channel)

        async def on_telegram(text: str, chat: int = 1001 + number) -> object:
            return town.telegram.says(chat, text, user=ANNA)

        found += [(f"discord {number}", on_discord), (f"telegram {number}", on_telegram)]
    return found


async def attacked(town: Town, seconds: float) -> Monkey:
    monkey = Monkey(town.spawn, 3, LEASE_S, random.Random(5), town.server, pause_s=(0.3, 0.9))
    try:
        await town.ready(3)
        talk = asyncio.gather(*(town.talk(say, name) for name, say in speakers(town)))

        async def over() -> bool:
            return talk.done()

        await monkey.rampage(seconds, over)
        async with asyncio.timeout(150):
            await talk
    finally:
        await monkey.end()
    return monkey


@pytest.mark.timeout(400)
async def test_three_programs_with_the_same_tokens_answer_once_whatever_dies(tmp_path: Path) -> None:
    video = await asyncio.to_thread(clip)
    async with AsyncExitStack() as stack:
        discord = await stack.enter_async_context(LoopbackDiscord())
        telegram = await stack.enter_async_context(BotApi())
        backend = await stack.enter_async_context(Backend(Script(stream_s=0.3, render_s=0.5), video=video))
        server = stack.enter_context(RealServer(tmp_path / "store", "--appendfsync", "always"))
        store = await stack.enter_async_context(open_store(StoreConfig(url=server.url, patience_s=5)))
        town = Town(tmp_path, discord, telegram, backend, server, store)
        monkey = await attacked(town, seconds=30)
        records = await town.records()
    assert {"kill", "freeze", "store", "term"} <= monkey.counts.keys()
    assert monkey.counts.get("fallen", 0) == 0
    said = backend.world.said
    assert max(said.values()) == 1
    assert backend.world.report()["rendered_twice"] == []
    states = Counter(record.state for record in records)
    assert set(states) <= {"done", "doubtful"}, states
    wants = {record.message.text for record in records}
    assert len(wants) == 2 * CHATS * TURNS
    for record in records:
        sent = said[record.message.text]
        assert sent == (0 if record.facts.get("doubtful") == "message" else 1), record
    _once_each(town, records)


def _once_each(town: Town, records: list[Record]) -> None:
    """A video for each turn that is done; where Telegram cannot tell, one or none."""
    videos = town.discord_videos() + town.telegram_videos()
    done = Counter(one.message.channel.chat for one in records if one.state == "done")
    doubts = Counter(one.message.channel.chat for one in records if one.facts.get("doubtful") == "delivery")
    assert not [
        one for one in records if one.facts.get("doubtful") == "delivery" and one.message.channel.platform == "discord"
    ]
    for chat in {one.message.channel.chat for one in records}:
        assert done[chat] <= videos[chat] <= done[chat] + doubts[chat], (chat, videos, done, doubts)
