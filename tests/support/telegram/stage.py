"""The real program on a loopback Bot API: `bots.serve` with its store and relay; it can be stopped and begun again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bots.app import Backend as BackendAt
from bots.app import store_config
from bots.serve import serve
from bots.settings import Settings
from core.store.open import open_store
from core.store.record import Record
from tests.support.backend import MP4, Backend, Script
from tests.support.program import QUICK
from tests.support.telegram.server import ANNA, TOKEN, BotApi

BEN: dict[str, Any] = {"id": 8, "is_bot": False, "first_name": "Ben", "language_code": "en"}
MIA: dict[str, Any] = {"id": 9, "is_bot": False, "first_name": "Mia", "language_code": "en"}
OVER = ("✅ Done", "✅ 完成", "✅ Hecho", "⚠️", "❔", "⏹️", "⏭️")
"""How the last line of a card begins."""
PUBLIC = "https://videos.example"


class Stage:
    """A program that serves, the Bot API it serves, the backend behind it.

    Attributes:
        settings: What the program is told; may be changed while it is down.
        backend: The stand-in, where there is one.
    """

    backend: Backend

    def __init__(self, folder: Path, api: BotApi, url: str, settings: dict[str, Any]) -> None:
        self.folder, self.api = folder, api
        self.settings: dict[str, Any] = {
            **QUICK,
            "data_dir": folder / "data",
            "nemo_api_url": url,
            "telegram_token": SecretStr(TOKEN),
            "telegram_base_url": api.base_url,
            "telegram_base_file_url": api.base_file_url,
            "telegram_poll_timeout_s": 2.0,
            "telegram_album_s": 0.3,
            "telegram_dm_edit_s": 0.2,
            "telegram_group_edit_s": 0.2,
            **settings,
        }
        self._task: asyncio.Task[None] | None = None

    async def up(self) -> None:
        """Begin to serve."""
        ready = asyncio.Event()
        backend = BackendAt(self.settings["nemo_api_url"], own=True, public_url=PUBLIC)
        self._task = asyncio.create_task(serve(self.told(), backend, lambda _: ready.set()))
        waiting = asyncio.create_task(ready.wait())
        async with asyncio.timeout(60):
            await asyncio.wait({self._task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._task.done():
            self._task.result()

    async def down(self) -> None:
        """Stop, as SIGTERM does."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def told(self) -> Settings:
        """Return the program's settings."""
        return Settings(_env_file=None, **self.settings)

    async def jobs(self) -> list[Record]:
        """Return the jobs that the store knows, as `from-music jobs` would."""
        async with open_store(store_config(self.told())) as store:
            return list(await store.inbox.jobs(state=None, limit=1000))

    # -- what people see

    def texts(self, chat: int) -> list[str]:
        """What the bot's messages in a chat say now, in order."""
        return [message.get("text") or message.get("caption") or "" for message in self.api.shown(chat)]

    def chats(self) -> list[int]:
        """The chats where the bot has said something."""
        return sorted({chat for chat, _ in self.api.messages if self.api.shown(chat)})

    def over(self, chat: int) -> bool:
        """Whether a job of this chat has come to its end."""
        return any(line.startswith(OVER) for text in self.texts(chat) for line in text.split("\n"))

    async def settled(self, within_s: float = 60.0) -> list[Record]:
        """Return the jobs once none of them runs any more."""
        async with asyncio.timeout(within_s):
            while True:
                jobs = await self.jobs()
                if all(job.ended_ms is not None for job in jobs):
                    return jobs
                await asyncio.sleep(0.1)

    def videos(self, chat: int) -> list[dict[str, Any]]:
        """The videos that stand in a chat."""
        return [message for message in self.api.shown(chat) if "video" in message]

    def buttons(self, message: dict[str, Any]) -> dict[str, str]:
        """The buttons of a message: action → what it carries."""
        rows = (message.get("reply_markup") or {}).get("inline_keyboard", ())
        return {
            key["callback_data"].split(":")[1]: key["callback_data"] for row in rows for key in row if "url" not in key
        }

    async def press(self, message: dict[str, Any], action: str, user: dict[str, Any] = ANNA) -> str:
        """Press a button; returns the words of the answer, "" for none."""
        query = self.api.presses(message, self.buttons(message)[action], user=user)
        answers: list[str] = []

        def answered() -> bool:
            calls = self.api.sent("answerCallbackQuery")
            answers[:] = [c.params.get("text", "") for c in calls if c.params["callback_query_id"] == query]
            return bool(answers)

        await self.until(answered)
        return answers[0]

    async def until(self, true: Callable[[], object], within_s: float = 60.0) -> None:
        """Wait until something holds; what stands in every chat is shown if it never does."""
        try:
            async with asyncio.timeout(within_s):
                while not true():
                    await asyncio.sleep(0.02)
        except TimeoutError:
            chats = sorted({chat for chat, _ in self.api.messages})
            raise AssertionError({chat: self.texts(chat) for chat in chats}) from None

    async def says(
        self, chat: int, text: str | None = None, *, ends: tuple[str, ...] = OVER, **more: Any
    ) -> dict[str, Any]:
        """Somebody says something; wait until one more message of the bot in the chat begins a line so."""

        def count() -> int:
            return sum(any(line.startswith(ends) for line in text.split("\n")) for text in self.texts(chat))

        before = count()
        said = self.api.says(chat, text, **more)
        await self.until(lambda: count() > before)
        return said


@asynccontextmanager
async def stage(
    folder: Path,
    script: Script | None = None,
    video: bytes = MP4,
    *,
    privacy: bool = True,
    api: BotApi | None = None,
    **settings: Any,
) -> AsyncIterator[Stage]:
    """Run the program until the block ends; `api`: a server that has not begun yet."""
    async with Backend(script or Script(), video=video) as backend, api or BotApi(privacy=privacy) as server:
        made = Stage(folder, server, backend.url, settings)
        made.backend = backend
        await made.up()
        try:
            yield made
        finally:
            await made.down()
