"""What a store and a turn can do to the program, through the relay: said in a sentence, nothing lost, nothing twice."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bots.services import StoreDown
from core.messages import Channel
from core.store.errors import StoreReadOnly
from tests.chaos.chat import SEEKER
from tests.chaos.failpoints import Course, Scene, message_of, scene
from tests.chaos.forks import Fork
from tests.chaos.worker import work
from tests.core.store.servers import RealServer, free_port
from tests.support.backend import Backend, Script
from tests.support.program import Chat, clip, message, open_chat, over


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend(Script(stream_s=0.5, render_s=0.5), video=clip()) as server:
        yield server


async def said(backend: Backend) -> None:
    while not backend.world.said:
        await asyncio.sleep(0.02)


async def test_a_store_gone_for_longer_than_the_lease_costs_nothing(backend: Backend, tmp_path: Path) -> None:
    with RealServer(tmp_path / "store", "--appendfsync", "always") as store:
        async with open_chat(tmp_path, backend.url, redis_url=store.url, lease_s=1.5) as (program, chat):
            job = (await program.relay.take(message("one"))).job
            await said(backend)
            store.kill()
            await asyncio.sleep(3.0)
            with pytest.raises(StoreDown):
                await asyncio.wait_for(program.relay.take(message("two")), 20)
            store.start()
            assert await over(program, job) == "done"
            assert await over(program, (await program.relay.take(message("two"))).job) == "done"
    assert backend.world.said == {"one": 1, "two": 1}
    assert len(chat.videos) == 2


async def test_a_full_store_refuses_the_message_and_loses_no_turn(backend: Backend, tmp_path: Path) -> None:
    with RealServer(tmp_path / "store", "--appendfsync", "always") as store, store.client() as admin:
        async with open_chat(tmp_path, backend.url, redis_url=store.url) as (program, chat):
            job = (await program.relay.take(message("one"))).job
            await said(backend)
            admin.config_set("maxmemory", "1")
            with pytest.raises(StoreDown):
                await program.relay.take(message("two"))
            await asyncio.sleep(1.0)
            admin.config_set("maxmemory", "0")
            assert await over(program, job) == "done"
    assert backend.world.said == {"one": 1}
    assert len(chat.videos) == 1


async def test_a_replica_is_refused_at_the_start_in_a_sentence(backend: Backend, tmp_path: Path) -> None:
    port = free_port()
    with RealServer(tmp_path / "primary", port=port), RealServer(tmp_path / "replica") as replica:
        with replica.client() as admin:
            admin.replicaof("127.0.0.1", port)
        with pytest.raises(StoreReadOnly, match="must name the primary"):
            async with open_chat(tmp_path, backend.url, redis_url=replica.url):
                raise AssertionError("it opened")


async def test_a_primary_that_becomes_a_replica_for_a_while_loses_nothing(backend: Backend, tmp_path: Path) -> None:
    with RealServer(tmp_path / "store", "--replica-read-only", "yes") as store, store.client() as admin:
        async with open_chat(tmp_path, backend.url, redis_url=store.url) as (program, chat):
            job = (await program.relay.take(message("one"))).job
            await said(backend)
            admin.replicaof("127.0.0.1", free_port())
            with pytest.raises(StoreDown):
                await program.relay.take(message("two"))
            await asyncio.sleep(0.5)
            admin.replicaof("NO", "ONE")
            assert await over(program, job) == "done"
    assert backend.world.said == {"one": 1}
    assert len(chat.videos) == 1


async def test_a_record_of_a_newer_version_waits_and_only_its_chat_waits(backend: Backend, tmp_path: Path) -> None:
    chat = Chat()
    async with open_chat(tmp_path, backend.url, chat, work=False) as (program, _):
        newer = (await program.relay.take(message("from tomorrow"))).job
        await program.store.server.do("HSET", program.store.keys("t", newer), "v", "99")
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        other = message("of today", channel=Channel("console", "c2"))
        assert await over(program, (await program.relay.take(other)).job) == "done"
        [waits] = await program.store.inbox.jobs(state="unreadable")
        assert (waits.turn_id, "newer version" in waits.problem) == (newer, True)
        await program.store.server.do("HSET", program.store.keys("t", newer), "v", "1")
        assert await over(program, newer) == "done"
    assert backend.world.said == {"of today": 1, "from tomorrow": 1}


async def test_a_turn_with_a_verb_of_a_newer_version_is_left_to_it_without_a_word(
    backend: Backend, tmp_path: Path
) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        newer = (await program.store.inbox.put(replace(message("from tomorrow"), verb="duet"))).turn_id
        other = message("of today", channel=Channel("console", "c2"))
        assert await over(program, (await program.relay.take(other)).job) == "done"
        [waits] = await program.store.inbox.jobs(state="unreadable")
        assert (waits.turn_id, "duet" in waits.problem, waits.began_ms) == (newer, True, None)
    assert not [post for post in chat.posts.values() if "tomorrow" in post.title or "duet" in post.text]


async def _dies_each_time(here: Scene, times: int) -> None:
    for _ in range(times):
        here.fuse.arm("before write plan")
        worker = Fork(here.folder / "worker.log", work, here.place)
        here.fuse.pid = worker.pid
        await asyncio.to_thread(worker.wait, 60)


@pytest.mark.timeout(240)
async def test_a_turn_that_kills_its_worker_three_times_is_parked_told_and_shown(tmp_path: Path) -> None:
    course = Course(SEEKER, "words")
    with RealServer(tmp_path / "store", "--appendfsync", "always") as store:
        async with scene(tmp_path / "scene", store, "from-music", b"") as here:
            poison = (await here.store.inbox.put(message_of(course, tmp_path))).turn_id
            await _dies_each_time(here, 3)
            here.fuse.arm(0)
            worker = Fork(here.folder / "worker.log", work, here.place)
            try:
                async with asyncio.timeout(60):
                    while (await here.record(poison)).state != "parked":
                        await asyncio.sleep(0.05)
            finally:
                worker.terminate()
                await asyncio.to_thread(worker.wait)
            assert any("set it aside" in post["text"] for post in here.chat.chats.posts)
            assert here.backend.world.said == {}
            shown = await asyncio.to_thread(_jobs, store.url, tmp_path)
    assert f"{poison} parked" in " ".join(shown.split())


def _jobs(url: str, folder: Path) -> str:
    run = "from cli.app import main; main()"
    command = [sys.executable, "-W", "ignore", "-c", run, "jobs", "--state", "parked"]
    env = {**os.environ, "REDIS_URL": url, "DATA_DIR": str(folder), "COLUMNS": "200"}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=120).stdout
