"""An intake and notes in memory: small classes, handed in."""

from __future__ import annotations

import asyncio
import time

from pydantic import SecretStr

from bots.services import JobView, Receipt, Services, StoreDown
from bots.settings import Settings
from bots.texts import Texts
from core.messages import Message, Person
from tests.support.telegram.server import TOKEN, BotApi


class MemoryIntake:
    """Keeps messages in a list, once each. `down`: the store does not answer."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.pressed: list[tuple[str, str, Message]] = []
        self.jobs: dict[str, JobView] = {}
        self.down = False
        self.slow_s = 0.0
        self._ids: set[str] = set()
        self._changed = asyncio.Event()

    async def take(self, message: Message) -> Receipt:
        await self._reach()
        if message.id in self._ids:
            return Receipt(message.id, duplicate=True)
        self._ids.add(message.id)
        self.taken.append(message)
        self._changed.set()
        return Receipt(message.id)

    async def job(self, job_id: str) -> JobView | None:
        await self._reach()
        return self.jobs.get(job_id)

    async def press(self, action: str, job_id: str, message: Message) -> Receipt | None:
        await self._reach()
        self.pressed.append((action, job_id, message))
        self._changed.set()
        return Receipt(job_id) if job_id in self.jobs else None

    async def locale_of(self, platform: str, person: Person, seen: str | None = None) -> str:
        return seen or "en"

    async def until(self, count: int, within_s: float = 30.0) -> list[Message]:
        """Wait until so many messages were taken."""
        async with asyncio.timeout(within_s):
            while len(self.taken) < count:
                self._changed.clear()
                await self._changed.wait()
        return self.taken

    async def _reach(self) -> None:
        if self.slow_s:
            await asyncio.sleep(self.slow_s)
        if self.down:
            raise StoreDown


class MemoryNotes:
    """Notes that a process may share with the next one by handing the same object over."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, float]] = {}
        self.down = False

    async def get(self, name: str) -> str | None:
        value, until = self.kept.get(name, ("", 0.0))
        return value if until > time.monotonic() else None

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        if self.down:
            raise StoreDown
        self.kept[name] = (value, time.monotonic() + ttl_s)

    async def once(self, name: str, ttl_s: float) -> bool:
        if await self.get(name) is not None:
            return False
        await self.put(name, "1", ttl_s)
        return True


def services(intake: MemoryIntake | None = None, notes: MemoryNotes | None = None) -> Services:
    """Return services in memory."""
    return Services(intake or MemoryIntake(), Texts(), notes or MemoryNotes())


def settings(api: BotApi, **more: object) -> Settings:
    """Return settings for a bot at this server, with short waits."""
    given: dict[str, object] = {
        "telegram_token": SecretStr(TOKEN),
        "telegram_base_url": api.base_url,
        "telegram_base_file_url": api.base_file_url,
        "telegram_poll_timeout_s": 5.0,
        "telegram_album_s": 0.3,
        **more,
    }
    return Settings(_env_file=None, **given)  # type: ignore[arg-type]
