"""What a Discord adapter is given, as small classes: an intake that keeps what it is handed, notes in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from bots.discord.bot import DiscordBot
from bots.discord.outbound import DiscordOutbound
from bots.services import JobView, Receipt, Services, StoreDown
from bots.settings import Settings
from bots.texts import Texts
from core.messages import Message, Person
from core.store.errors import StoreError
from tests.support.discord.server import TOKEN, LoopbackDiscord


@dataclass
class KeptIntake:
    """Takes everything once; jobs are named in order: job1, job2 …"""

    taken: list[Message] = field(default_factory=list)
    pressed: list[tuple[str, str, Message]] = field(default_factory=list)
    jobs: dict[str, JobView] = field(default_factory=dict)
    down: bool = False
    place: int = 0
    full: bool = False
    _seen: dict[str, Receipt] = field(default_factory=dict)

    async def take(self, message: Message) -> Receipt:
        if self.down:
            raise StoreDown
        if message.id in self._seen:
            return Receipt(self._seen[message.id].job, duplicate=True)
        self.taken.append(message)
        receipt = self._seen[message.id] = Receipt(f"job{len(self.taken)}", self.place, full=self.full)
        self.jobs[receipt.job] = JobView(receipt.job, message.channel, message.person, "working", message, {})
        return receipt

    async def job(self, job_id: str) -> JobView | None:
        if self.down:
            raise StoreDown
        return self.jobs.get(job_id)

    async def press(self, action: str, job_id: str, message: Message) -> Receipt | None:
        if job_id not in self.jobs:
            return None
        if message.id not in self._seen:
            self._seen[message.id] = Receipt(job_id)
            self.pressed.append((action, job_id, message))
        return self._seen[message.id]

    def forget(self) -> None:
        """Drop what was taken, for long runs."""
        self.taken.clear()
        self.pressed.clear()
        self.jobs.clear()
        self._seen.clear()

    async def locale_of(self, platform: str, person: Person, seen: str | None = None) -> str:
        return seen or "en"


@dataclass
class KeptNotes:
    """Notes in memory; nothing ends. `down`: as a store that is away."""

    down: bool = False
    values: dict[str, str] = field(default_factory=dict)

    async def get(self, name: str) -> str | None:
        self._there()
        return self.values.get(name)

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        self._there()
        self.values[name] = value

    async def once(self, name: str, ttl_s: float) -> bool:
        self._there()
        return self.values.setdefault(name, "") == "" and not self.values.update({name: "once"})

    def _there(self) -> None:
        if self.down:
            raise StoreError


def settings_for(discord: LoopbackDiscord, **more: Any) -> Settings:
    """Settings that point at the loopback; sockets are the only thing that differs from the real one."""
    places = {"discord_api_base": discord.api, "discord_gateway_url": discord.gateway, "discord_cdn_base": discord.cdn}
    given = {"discord_token": SecretStr(TOKEN), "discord_sync_commands": False, **places, **more}
    return Settings.model_validate(given)


@dataclass
class Rig:
    """A bot on a loopback Discord, with what it was given."""

    discord: LoopbackDiscord
    settings: Settings
    intake: KeptIntake
    services: Services
    bot: DiscordBot
    outbound: DiscordOutbound

    async def restart(self) -> None:
        """Begin anew with another client; the intake and the notes stay."""
        await self.bot.close()
        self.bot = DiscordBot(self.settings, self.services, self.bot.content)


@contextlib.asynccontextmanager
async def rig(discord: LoopbackDiscord, **more: Any) -> AsyncIterator[Rig]:
    """A bot that is ready."""
    settings = settings_for(discord, **more)
    intake, notes, texts = KeptIntake(), KeptNotes(), Texts()
    services = Services(intake, texts, notes)
    bot = DiscordBot(settings, services, settings.discord_message_content)
    outbound = DiscordOutbound(settings, notes, texts)
    made = Rig(discord, settings, intake, services, bot, outbound)
    async with serving(bot):
        try:
            yield made
        finally:
            await outbound.close()


@contextlib.asynccontextmanager
async def serving(bot: DiscordBot) -> AsyncIterator[DiscordBot]:
    """Hold a client's gateway for a while."""
    ready = asyncio.Event()
    bot.on_serving = ready.set
    async with bot:
        task = asyncio.create_task(bot.start(TOKEN))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
        try:
            yield bot
        finally:
            await bot.close()
            await asyncio.gather(task, return_exceptions=True)
