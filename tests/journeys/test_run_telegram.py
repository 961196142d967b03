"""`python -m bots` on Telegram as a process: its lines, its exit codes, its health, its end."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.support.backend import Backend
from tests.support.telegram.server import TOKEN, BotApi, Failure

EXIT_CONFIG = 78


@asynccontextmanager
async def process(folder: Path, api: BotApi, backend: str, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run the program until the block ends; stderr goes into stdout."""
    told = {
        "TELEGRAM_TOKEN": TOKEN,
        "TELEGRAM_BASE_URL": api.base_url,
        "TELEGRAM_BASE_FILE_URL": api.base_file_url,
        "BACKEND": "studio",
        "NEMO_API_URL": backend,
        "DATA_DIR": str(folder / "data"),
        **more,
    }
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    running = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bots",
        env={**kept, **told, "PYTHONPATH": str(Path.cwd())},
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def line(of: asyncio.subprocess.Process, with_: str) -> str:
    """Wait for a line that holds these words; returns all that was said until then."""
    assert of.stdout is not None
    said = ""
    async with asyncio.timeout(60):
        while with_ not in said:
            read = (await of.stdout.readline()).decode()
            assert read, said
            said += read
    return said


async def test_it_says_that_it_is_ready_tells_a_second_poller_and_ends_well_on_sigterm(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    async with (
        Backend() as backend,
        BotApi() as api,
        process(tmp_path, api, backend.url, HEALTH_PORT=str(port)) as running,
        aiohttp.ClientSession() as session,
    ):
        said = await line(running, "telegram is ready.")
        async with session.get(f"http://127.0.0.1:{port}/healthz") as answer:
            assert (answer.status, await answer.json()) == (
                200,
                {"ready": True, "store": True, "platforms": {"telegram": True}},
            )
        api.fail("getUpdates", Failure(409, "Conflict: terminated by other getUpdates request"))
        api.says(7, "/help")
        await api.until("sendMessage")
        said += await line(running, "another program polls with this bot's token")
        running.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            rest, _ = await running.communicate()
        assert running.returncode == 0, rest.decode()
        assert TOKEN.split(":")[1] not in said + rest.decode()
        assert "Traceback" not in said + rest.decode()


async def test_a_refused_token_is_told_in_a_sentence_and_an_exit_code(tmp_path: Path) -> None:
    async with (
        Backend() as backend,
        BotApi() as api,
        process(tmp_path, api, backend.url, TELEGRAM_TOKEN="42:WRONG-secret") as running,
    ):
        async with asyncio.timeout(60):
            said, _ = await running.communicate()
    assert running.returncode == EXIT_CONFIG, said.decode()
    assert "Telegram refuses TELEGRAM_TOKEN" in said.decode()
    assert "WRONG-secret" not in said.decode()
    assert "Traceback" not in said.decode()


async def test_a_webhook_without_an_address_names_the_setting(tmp_path: Path) -> None:
    async with (
        Backend() as backend,
        BotApi() as api,
        process(tmp_path, api, backend.url, TELEGRAM_MODE="webhook") as running,
    ):
        async with asyncio.timeout(60):
            said, _ = await running.communicate()
    assert (running.returncode, "TELEGRAM_WEBHOOK_URL" in said.decode()) == (EXIT_CONFIG, True)
