"""A song in a chat, a video back: the real program on loopback Discord and Telegram, the real studio rendering."""

from __future__ import annotations

import asyncio
import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bots.app import Backend as BackendAt
from bots.serve import serve
from bots.settings import Settings
from cli.backend import Keeper
from tests.support.backend import Backend, Script
from tests.support.discord.people import Someone
from tests.support.discord.server import TOKEN as DISCORD_TOKEN
from tests.support.discord.server import LoopbackDiscord
from tests.support.program import QUICK, clip
from tests.support.telegram.server import TOKEN as TELEGRAM_TOKEN
from tests.support.telegram.server import BotApi

PROMPT = "create a video from this music with visualizer and beat-synced cuts"
RENDER_S = 180.0
"""A second of 1080p takes a few seconds here; a busy machine takes its time."""


@asynccontextmanager
async def serving(
    folder: Path, url: str, discord: LoopbackDiscord | None, telegram: BotApi | None, **more: Any
) -> AsyncIterator[None]:
    """Run `bots.serve` against a backend until the block ends."""
    told: dict[str, Any] = {**QUICK, "data_dir": folder / "data", "nemo_api_url": url, "discord_sync_commands": False}
    if discord is not None:
        told |= {"discord_token": SecretStr(DISCORD_TOKEN), "discord_api_base": discord.api}
        told |= {"discord_gateway_url": discord.gateway, "discord_cdn_base": discord.cdn}
    if telegram is not None:
        told |= {"telegram_token": SecretStr(TELEGRAM_TOKEN), "telegram_base_url": telegram.base_url}
        told |= {"telegram_base_file_url": telegram.base_file_url, "telegram_poll_timeout_s": 2.0}
    settings = Settings(_env_file=None, **{**told, **more})
    ready: set[str] = set()
    task = asyncio.create_task(serve(settings, BackendAt(url, own=True), ready.add))
    try:
        async with asyncio.timeout(60):
            while len(ready) < (discord is not None) + (telegram is not None):
                if task.done():
                    task.result()
                await asyncio.sleep(0.02)
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@cache
def tone(seconds: float = 1.0, rate: int = 22_050) -> bytes:
    """A real WAV: a click every quarter of a second on a soft tone."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        values = (
            0.3 * math.sin(2 * math.pi * 220 * n / rate) + (0.6 if n % (rate // 4) < 200 else 0.0)
            for n in range(round(seconds * rate))
        )
        file.writeframes(b"".join(struct.pack("<h", round(20_000 * value)) for value in values))
    return out.getvalue()


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[str]:
    async with Keeper(tmp_path / "studio") as keeper:
        yield keeper.url


@pytest.mark.timeout(600)
async def test_a_track_in_a_discord_channel_comes_back_as_a_video(studio: str, tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        lena = Someone(discord, discord.world.lena)
        async with serving(tmp_path, studio, discord, None):
            said = await lena.says(f"{lena.mention()} {PROMPT}", ("night drive.wav", tone()))
            await discord.until(lambda: videos_of(discord), within_s=RENDER_S)
            await discord.until(lambda: "Done" in str(cards_of(discord)), within_s=30)
    (video,) = videos_of(discord)
    assert video["message_reference"]["message_id"] == said["id"]
    assert video["pinged"] == [lena.id]
    assert video["attachments"][0]["filename"].endswith(".mp4")
    assert video["attachments"][0]["size"] > 10_000
    assert len(cards_of(discord)) == 1


@pytest.mark.timeout(600)
async def test_a_song_in_a_telegram_dm_comes_back_as_a_streamed_video(studio: str, tmp_path: Path) -> None:
    async with BotApi() as telegram, serving(tmp_path, studio, None, telegram):
        song = telegram.audio(tone(), "夜航.wav", title="夜航", performer="小雨", mime_type="audio/x-wav")
        telegram.says(77, audio=song, caption="用这首歌做一个竖屏的可视化视频")
        (sent,) = await telegram.until("sendVideo", within_s=RENDER_S)
        await until(lambda: "✅" in str([call.params for call in telegram.sent("editMessageText")]))
    assert sent.params["supports_streaming"] is True
    assert (sent.params["width"], sent.params["height"]) == (1080, 1920)
    assert sent.files["video"] > 10_000
    assert "夜航" in sent.params["caption"]


async def test_a_reply_to_a_track_in_a_topic_answers_in_the_topic(tmp_path: Path) -> None:
    async with (
        Backend(Script(), video=clip()) as backend,
        BotApi() as telegram,
        serving(tmp_path, backend.url, None, telegram),
    ):
        chat = {"id": -100123, "type": "supergroup"}
        track = {"message_id": 900, "date": 1, "chat": chat, "audio": telegram.audio(tone())}
        said: dict[str, Any] = {
            "reply_to_message": track,
            "message_thread_id": 5,
            "is_topic_message": True,
            "entities": [{"type": "bot_command", "offset": 0, "length": 17}],
        }
        telegram.says(-100123, f"/video@{telegram.me['username']}", **said)
        (sent,) = await telegram.until("sendVideo", within_s=60)
    assert sent.params["message_thread_id"] == 5
    assert backend.world.uploads == [["song.wav"]]


async def test_both_platforms_are_served_at_once(tmp_path: Path) -> None:
    async with (
        Backend(Script(), video=clip()) as backend,
        BotApi() as telegram,
        LoopbackDiscord() as discord,
        serving(tmp_path, backend.url, discord, telegram, telegram_dm_edit_s=0.0),
    ):
        lena = Someone(discord, discord.world.lena)
        await lena.says(f"{lena.mention()} make something blue")
        telegram.says(77, "make something red")
        await telegram.until("sendVideo", within_s=60)
        await discord.until(lambda: videos_of(discord), within_s=60)
    assert sorted(backend.world.said) == ["make something blue", "make something red"]


async def until(true: Any, within_s: float = 30.0) -> None:
    async with asyncio.timeout(within_s):
        while not true():
            await asyncio.sleep(0.05)


def videos_of(discord: LoopbackDiscord) -> list[dict[str, Any]]:
    """Messages of the bot with a video."""
    found = discord.world.messages.values()
    return [m for m in found if any(file["filename"].endswith(".mp4") for file in m.get("attachments", ()))]


def cards_of(discord: LoopbackDiscord) -> list[dict[str, Any]]:
    """Status cards of the bot."""
    return [message for message in discord.world.messages.values() if message.get("flags", 0) & (1 << 15)]
