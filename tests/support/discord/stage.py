"""The real program on a loopback Discord: `bots.serve` with its store and relay, to be stopped and begun again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bots.app import Backend as BackendAt
from bots.serve import serve
from bots.settings import Settings
from tests.support.backend import MP4, Backend, Script
from tests.support.backend import World as BackendWorld
from tests.support.discord.people import Someone
from tests.support.discord.server import TOKEN, LoopbackDiscord
from tests.support.discord.world import EPHEMERAL, GUILD_TEXT, THREAD, V2, Interaction, Json, World, walk
from tests.support.program import QUICK

PUBLIC = "https://videos.example"
WITHIN_S = 60.0


class Stage:
    """A program that serves, the Discord it serves, the backend behind it, and a few people.

    Attributes:
        world: What took place at the backend, where that is our stand-in.
        lena: Who asks. ben: a stranger. mo: a moderator.
    """

    def __init__(self, url: str, discord: LoopbackDiscord, settings: dict[str, Any]) -> None:
        self.discord, self._url, self._told = discord, url, settings
        self.world = BackendWorld()
        self.lena = Someone(discord, discord.world.lena)
        self.ben = Someone(discord, discord.world.person("Ben"))
        self.mo = Someone(discord, discord.world.person("Mo"), moderator=True)
        self._task: asyncio.Task[None] | None = None

    async def up(self) -> None:
        """Begin to serve."""
        told = dict(self._told)
        public = told.pop("public_url", None)
        settings = Settings(_env_file=None, **told)
        ready = asyncio.Event()
        backend = BackendAt(self._url, own=True, public_url=public)
        self._task = asyncio.create_task(serve(settings, backend, lambda _: ready.set()))
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

    async def restart(self) -> None:
        """Begin anew with what is stored, and nothing else."""
        await self.down()
        await self.up()

    async def room(self, thread: bool = False) -> Json:
        """A new text channel, or a new thread of ours in the first one."""
        world = self.discord.world
        kind, parent = (THREAD, world.channel["id"]) if thread else (GUILD_TEXT, "")
        made = world.new_channel(world.guild, kind, parent, world.me["id"])
        await self.discord.dispatch("THREAD_CREATE" if thread else "CHANNEL_CREATE", made)
        return made

    # -- what people see

    def shown(self, channel: Json | None = None) -> list[Json]:
        """What the bot has posted in a channel, in order; what is for one person's eyes, too."""
        there = (channel or self.discord.world.channel)["id"]
        posted = self.discord.world.messages.values()
        ours = [m for m in posted if m["channel_id"] == there and m["author"]["id"] == self.discord.world.me["id"]]
        return sorted(ours, key=lambda m: int(m["id"]))

    def videos(self, channel: Json | None = None) -> list[Json]:
        """Messages with an MP4."""
        return [m for m in self.shown(channel) if any(f["filename"].endswith(".mp4") for f in m["attachments"])]

    def cards(self, channel: Json | None = None) -> list[Json]:
        """Status cards."""
        return [m for m in self.shown(channel) if m["flags"] & V2]

    def words(self, channel: Json | None = None) -> str:
        """Everything the bot's messages say there, cards too."""
        return "\n".join(text_of(m) for m in self.shown(channel))

    def whispers(self, interaction: Interaction) -> list[str]:
        """What was told to the person of an interaction alone, however it was sent."""
        bodies = [interaction.told.data] if interaction.told is not None and interaction.told.type == 4 else []
        bodies += [c.body for c in self.discord.asked("POST", rf"/webhooks/\d+/{interaction.payload['token']}")]
        original = self.discord.world.messages.get(interaction.original or "")
        seen: list[Json] = [*bodies, *([original] if original else [])]
        return [one["content"] for one in seen if int(one.get("flags") or 0) & EPHEMERAL and one.get("content")]

    async def until(self, true: Callable[[], Any], within_s: float = WITHIN_S) -> Any:
        """Wait until something holds; if it never does, tell what stands in the chats."""
        try:
            return await self.discord.until(true, within_s)
        except AssertionError:
            said = "\n".join(text_of(message) for message in self.discord.world.messages.values())
            raise AssertionError(said) from None

    async def video(self, count: int = 1, channel: Json | None = None) -> Json:
        """Wait for so many videos and the end of their cards; returns the last one."""
        await self.until(lambda: len(self.videos(channel)) >= count)
        await self.until(lambda: all("Done" in text_of(card) for card in self.cards(channel)))
        return self.videos(channel)[-1]


def text_of(message: Json) -> str:
    """The words of a message and of its components."""
    inner = [part.get("content") or part.get("label") or "" for part in walk(message["components"])]
    return "\n".join(filter(None, [message["content"], *inner]))


def actions_of(message: Json) -> list[str]:
    """The actions of a message's buttons."""
    ids = [str(part.get("custom_id", "")) for part in walk(message["components"])]
    return [one.split(":")[1] for one in ids if one.startswith("v1:")]


def settings_at(folder: Path, url: str, discord: LoopbackDiscord) -> dict[str, Any]:
    """What a program is told that serves this Discord against the backend at `url`."""
    told = {**QUICK, "data_dir": folder / "data", "nemo_api_url": url, "discord_sync_commands": False}
    told |= {"discord_token": SecretStr(TOKEN), "discord_api_base": discord.api, "discord_edit_s": 0.05}
    return told | {
        "discord_gateway_url": discord.gateway,
        "discord_cdn_base": discord.cdn,
        "discord_restart_s": 0.05,
    }


Prepare = Callable[[World], dict[str, Any] | None]
"""Changes a world before the bot comes into it; returns settings that follow from it."""


@asynccontextmanager
async def staged(
    folder: Path,
    script: Script | None = None,
    video: bytes = MP4,
    prepare: Prepare | None = None,
    server: LoopbackDiscord | None = None,
    **more: Any,
) -> AsyncIterator[Stage]:
    """A program that serves. `public_url` makes the studio's files reachable under that address."""
    async with Backend(script, video) as backend, server or LoopbackDiscord() as discord:
        followed = (prepare(discord.world) if prepare else None) or {}
        stage = Stage(backend.url, discord, settings_at(folder, backend.url, discord) | more | followed)
        stage.world = backend.world
        await stage.up()
        try:
            yield stage
        finally:
            await stage.down()
