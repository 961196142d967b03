"""`from-music run` as a process of its own on a loopback Discord: readiness, health, refusal, an orderly end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import aiohttp
import pytest

from tests.support.backend import Backend
from tests.support.discord.people import Someone
from tests.support.discord.server import TOKEN, LoopbackDiscord
from tests.support.program import QUICK, clip

COMMAND = (sys.executable, "-c", "from cli.app import main; main()")
ROOT = Path(__file__).parents[2]
READY_S = 60.0


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """Settings by environment and nothing of ours beside them; no .env is read from an empty folder."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
    quick = {name.upper(): str(value) for name, value in QUICK.items()}
    return kept | quick | {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "DATA_DIR": str(folder / "data")} | settings


def places(discord: LoopbackDiscord, token: str = TOKEN) -> dict[str, str]:
    told = {"DISCORD_TOKEN": token, "DISCORD_API_BASE": discord.api, "DISCORD_GATEWAY_URL": discord.gateway}
    return told | {"DISCORD_CDN_BASE": discord.cdn}


@asynccontextmanager
async def command(folder: Path, *words: str, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run `from-music` until the block ends; its stderr goes to `folder`/err."""
    with (folder / "err").open("wb") as errors:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            *words,
            cwd=folder,
            env=environment(folder, **settings),
            stdout=asyncio.subprocess.PIPE,
            stderr=errors,
        )
    try:
        yield process
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def line(process: asyncio.subprocess.Process) -> str:
    """The next line on stdout."""
    assert process.stdout is not None
    return (await asyncio.wait_for(process.stdout.readline(), READY_S)).decode().strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_it_says_when_it_is_ready_serves_a_track_and_ends_in_order(tmp_path: Path) -> None:
    port = free_port()
    async with Backend(video=clip(0.5, 36, 64)) as backend, LoopbackDiscord() as discord:
        told = {"BACKEND": "studio", "NEMO_API_URL": backend.url, "HEALTH_PORT": str(port)}
        async with command(tmp_path, "run", **places(discord), **told) as process:
            assert await line(process) == "Discord is ready."
            async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/healthz") as answer:
                assert answer.status == 200
                assert await answer.json() == {"ready": True, "store": True, "platforms": {"discord": True}}
            lena = Someone(discord, discord.world.lena)
            song = (ROOT / "cli" / "music" / "metal_madness-60s.mp3").read_bytes()[:50_000]
            await lena.says(f"{lena.mention()} blue bars", ("song.mp3", song))
            await discord.until(lambda: any(m["attachments"] for m in ours(discord)), within_s=60)
            assert discord.world.commands
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 30) == 0
    errors = (tmp_path / "err").read_text("utf-8")
    assert "reads mentions, DMs and commands (no Message Content)" in errors
    assert "Traceback" not in errors
    assert TOKEN not in errors


def ours(discord: LoopbackDiscord) -> list[dict[str, object]]:
    me = discord.world.me["id"]
    return [message for message in discord.world.messages.values() if message["author"]["id"] == me]


@pytest.mark.parametrize("token", ["a-token-nobody-knows", ""], ids=["refused", "none"])
async def test_a_refused_token_ends_with_a_sentence_that_says_where_to_get_one(tmp_path: Path, token: str) -> None:
    async with LoopbackDiscord() as discord:
        told = {"BACKEND": "studio", "NEMO_API_URL": "http://127.0.0.1:9"}
        async with command(tmp_path, "run", **places(discord, token), **told) as process:
            assert await asyncio.wait_for(process.wait(), READY_S) == 78
    errors = (tmp_path / "err").read_text("utf-8")
    assert "Traceback" not in errors
    if token:
        assert errors.count("https://discord.com/developers/applications") == 1
        assert token not in errors
    else:
        assert "DISCORD_TOKEN" in errors


async def test_the_invite_address_is_printed_from_the_token_alone(tmp_path: Path) -> None:
    async with command(tmp_path, "discord", "invite", DISCORD_TOKEN="NDI.x.y") as process:
        printed = await line(process)
        assert await process.wait() == 0
    assert printed.startswith("https://discord.com/oauth2/authorize?client_id=42&scope=bot+applications.commands")
    assert "permissions=" in printed
    async with command(tmp_path, "discord", "invite") as process:
        assert await process.wait() == 2
    assert "client" in (tmp_path / "err").read_text("utf-8").lower()


async def test_where_the_token_does_not_tell_whose_it_is_discord_is_asked(tmp_path: Path) -> None:
    async with LoopbackDiscord() as discord:
        async with command(tmp_path, "discord", "invite", **places(discord)) as process:
            assert f"client_id={discord.world.app_id}&" in await line(process)
            assert await process.wait() == 0
        async with command(tmp_path, "discord", "invite", **places(discord, "mistyped")) as process:
            assert await process.wait() == 78
    assert "https://discord.com/developers/applications" in (tmp_path / "err").read_text("utf-8")
