"""`from-music jobs` beside a running program: what the operator does is seen in the chat."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.app import Program
from tests.core.store.servers import RealServer
from tests.support.backend import Backend, Script
from tests.support.program import Chat, clip, message, open_chat, over


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend(Script(stream_s=0.1, render_s=0.2), video=clip()) as server:
        yield server


async def jobs(url: str, folder: Path, *words: str) -> str:
    """Run the command in a process of its own, as an operator does; returns what it prints."""
    command = [sys.executable, "-W", "ignore", "-c", "from cli.app import main; main()", "jobs", *words]
    env = {**os.environ, "REDIS_URL": url, "DATA_DIR": str(folder), "COLUMNS": "200"}
    run = await asyncio.to_thread(subprocess.run, command, env=env, check=True, capture_output=True, timeout=120)
    return " ".join(run.stdout.decode().split())


async def rest(program: Program) -> None:
    async with asyncio.timeout(60):
        while any(job.ended_ms is None for job in await program.store.inbox.jobs()):
            await asyncio.sleep(0.02)


@pytest.mark.timeout(180)
async def test_jobs_are_listed_shown_cancelled_and_delivered_again(backend: Backend, tmp_path: Path) -> None:
    with RealServer(tmp_path / "store") as store:
        async with open_chat(tmp_path, backend.url, redis_url=store.url) as (program, chat):
            first = (await program.relay.take(message("a first one"))).job
            assert await over(program, first) == "done"
            backend.world.script.stream_s = 600.0
            running = (await program.relay.take(message("a long one"))).job
            waiting = (await program.relay.take(message("never mind"))).job
            listed = await jobs(store.url, tmp_path)
            assert [f"{job} {state}" in listed for job, state in ((first, "done"), (running, "running"))] == [True] * 2
            assert f"{waiting} queued" in listed
            shown = await jobs(store.url, tmp_path, "show", first)
            assert all(stage in shown for stage in ("sending", "streaming", "rendering", "delivering", "delivered"))

            await jobs(store.url, tmp_path, "cancel", waiting)
            assert await over(program, waiting) == "cancelled"
            await jobs(store.url, tmp_path, "cancel", running)
            assert await over(program, running) == "cancelled"
            await rest(program)
            assert "never mind" not in backend.world.said
            assert open_cards(chat) == []

            await jobs(store.url, tmp_path, "deliver", first)
            await rest(program)
            assert open_cards(chat) == []
    assert len(chat.videos) == 2
    assert len(backend.world.renders) == 1


def open_cards(chat: Chat) -> list[str]:
    return [post.title for post in chat.posts.values() if post.kind == "status" and not post.final]
