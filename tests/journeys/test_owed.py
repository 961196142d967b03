"""A video that was put off for a newer message is made whatever becomes of that message (decisions 2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.app import Program
from core.store.record import Record
from core.verbs import OWED
from tests.support.backend import Backend, Script
from tests.support.program import Chat, clip, message, open_chat, over, track


@pytest.fixture
async def backend() -> AsyncIterator[Backend]:
    async with Backend(Script(stream_s=0.3, render_s=0.3), video=clip()) as server:
        yield server


async def rest(program: Program) -> None:
    """Wait until nothing runs or waits in the channel."""
    async with asyncio.timeout(60):
        while await program.store.inbox.queue("console:c1"):
            await asyncio.sleep(0.02)


async def owed(program: Program) -> list[Record]:
    """The turns that made up for a video, newest first."""
    return [record for record in await program.store.inbox.jobs() if record.message.verb == OWED]


@pytest.mark.parametrize(
    ("second", "end"),
    [
        ("drop with nothing", "doubtful"),
        ("poor me", "failed"),
        ("nothing of it, please", "done"),
        ("make it blue", "done"),
    ],
)
async def test_whatever_the_newer_message_comes_to(backend: Backend, tmp_path: Path, second: str, end: str) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        jobs = [(await program.relay.take(message(text))).job for text in ("make a video", second)]
        assert [await over(program, job) for job in jobs] == ["done", end]
        await rest(program)
        session = await program.store.sessions.load("console:c1")
        assert session is not None
        assert session.open_render is None
        made_up = await owed(program)
    assert len(chat.videos) == 1
    assert len(made_up) == (end != "done")
    assert all(post.final for post in chat.posts.values() if post.kind == "status")


async def test_a_file_without_words_brings_no_video_of_its_own(backend: Backend, tmp_path: Path) -> None:
    (tmp_path / "cover.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    async with open_chat(tmp_path, backend.url) as (program, chat):
        first = (await program.relay.take(message("make a video"))).job
        second = (await program.relay.take(message("", tmp_path / "cover.png"))).job
        for job in (first, second):
            await over(program, job)
        await rest(program)
    assert len(chat.videos) == 1


async def test_the_newer_message_is_cancelled_while_it_waits(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.stream_s = 0.1
    chat = Chat()
    async with open_chat(tmp_path, backend.url, chat) as (program, _):
        await over(program, (await program.relay.take(message("a first one"))).job)
        backend.world.script.render_s = 30.0
        first = (await program.relay.take(message("make a video"))).job
        while len(backend.world.renders) < 2:
            await asyncio.sleep(0.02)
        # the store alone: nobody holds the channel when the debt is seen
        second = (await program.store.inbox.put(message("make it blue"))).turn_id
        while not (await program.relay.facts(first)).get("superseded"):
            assert await program.relay.cancel(second) in ("queued", "gone")
            second = (await program.store.inbox.put(message("make it blue", event=second))).turn_id
            await asyncio.sleep(0.02)
        await program.relay.cancel(second)
        backend.world.script.render_s = 0.1
        await over(program, first)
        await rest(program)
    assert len(chat.videos) == 2


async def test_the_newer_message_is_cancelled_while_it_runs(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        first = (await program.relay.take(message("make a video"))).job
        second = (await program.relay.take(message("make it blue"))).job
        await over(program, first)
        while "make it blue" not in backend.world.said:
            await asyncio.sleep(0.01)
        assert await program.relay.cancel(second) == "running"
        assert await over(program, second) == "cancelled"
        await rest(program)
    assert len(chat.videos) == 1


async def test_it_comes_before_a_new_project_that_waits(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        for text in ("make a video", "drop with nothing"):
            await program.relay.take(message(text))
        await program.relay.take(message("", verb="new", event="new"))
        await rest(program)
        assert [record.stage.value for record in await owed(program)] == ["done"]
    assert len(chat.videos) == 1
    assert len(backend.world.sessions) == 2


async def test_a_debt_that_a_newer_edit_pays_makes_no_second_video(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        for text in ("make a video", "drop with nothing", "make it red"):
            await program.relay.take(message(text))
        await rest(program)
        assert await owed(program) == []
    assert len(chat.videos) == 1


async def test_once_more_of_a_made_up_video_says_the_words_again(backend: Backend, tmp_path: Path) -> None:
    async with open_chat(tmp_path, backend.url) as (program, chat):
        for text in ("make a video", "drop with nothing"):
            await program.relay.take(message(text))
        await rest(program)
        [made_up] = await owed(program)
        pressed = await program.relay.press("again", made_up.turn_id, message("", event="press"))
        assert pressed is not None
        await over(program, pressed.job)
    assert backend.world.said["make a video"] == 2
    assert len(chat.videos) == 2


async def test_a_render_that_failed_is_tried_again_without_saying_it_again(backend: Backend, tmp_path: Path) -> None:
    backend.world.script.failing_renders = 2
    async with open_chat(tmp_path, backend.url) as (program, chat):
        job = (await program.relay.take(message("make a video", track(tmp_path)))).job
        assert await over(program, job) == "failed"
        [button] = chat.posts[chat.order[-1]].buttons
        pressed = await program.relay.press(button.action, button.job, message("", event="press"))
        assert pressed is not None
        assert await over(program, pressed.job) == "done"
    assert (backend.world.said, len(backend.world.uploads), len(chat.videos)) == ({"make a video": 1}, 1, 1)
