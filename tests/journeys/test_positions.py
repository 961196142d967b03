"""The whole program against the real studio, in every trouble position of its switches, in two languages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bots.app import Program
from bots.texts import Texts
from core.messages import Channel
from tests.support.program import PLATFORM, Chat, message, over, say
from tests.support.rooms import Rooms, Studio, open_rooms, open_studio
from tests.support.tracks import write_wav

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("positions")]

TEXTS = Texts()
PROMPT = {
    "en": "create a video from this music with visualizer and beat-synced cuts",
    "zh": "用这首歌做一个音乐视频，卡着节拍切换",
}
MADE = {"en": "is ready: 1 s", "zh": "的视频做好了：1 秒"}
"""What the studio's agent says when it may speak."""

MACHINERY = (
    "functionCall",
    "adk-",
    "analyze_music",
    "build_timeline",
    "temporary issue",
    "nmv_usr_",
    "clm_",
    "Traceback",
)


@dataclass
class Place:
    studio: Studio
    program: Program
    rooms: Rooms
    song: Path


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("positions")
    waits = {"export_after_turn": "asked", "heartbeat_only_s": 8.0, "run_s": 60.0, "nemo_poll_s": 0.2}
    async with (
        open_studio(folder / "studio") as studio,
        open_rooms(folder, studio.url, nemo_web_url="https://web.test", **waits) as (program, rooms),
    ):
        yield Place(studio, program, rooms, write_wav(folder / "song.wav", 1.0))


async def talk(place: Place, switch: str, language: str, *, begin: str = "") -> tuple[str, Chat, list[str], int]:
    """Hand a track over in peace, then say the prompt under a switch: how it ended, the chat, the new replies, runs."""
    name = f"{language} {switch} {begin}"
    more = {"channel": Channel(PLATFORM, name), "locale": language}
    assert await say(place.program, "", place.song, event=f"{name}/file", **more) == "done"
    if begin:
        assert await say(place.program, begin, event=f"{name}/begin", **more) == "done"
    chat = place.rooms.chats[name]
    before, runs = len(chat.replies), place.studio.counted.runs
    async with place.studio.behaving(switch):
        stage = await say(place.program, PROMPT[language], event=f"{name}/prompt", **more)
    return stage, chat, chat.replies[before:], place.studio.counted.runs - runs


def words(language: str, key: str, **args: str | int) -> str:
    return TEXTS.say(language, key, **args)


BOTH = ("en", "zh")


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize(
    "switch",
    [
        "",
        "odd",
        "thought",
        "noise",
        "dialect=adk1",
        "dialect=typed",
        "heartbeat=json; heartbeat_s=0.05; silence_s=0.3",
        "heartbeat=comment; heartbeat_s=0.05; silence_s=0.3",
        "heartbeat=empty; heartbeat_s=0.05; silence_s=0.3",
        "heartbeat=event; heartbeat_s=0.05; silence_s=0.3",
        "heartbeat=word; heartbeat_s=0.05; silence_s=0.3",
        "heartbeat=none; silence_s=1",
        "mirror",
    ],
)
async def test_an_answer_is_shown_once_and_nothing_of_its_machinery(place: Place, switch: str, language: str) -> None:
    if language == "zh" and switch.startswith(("heartbeat", "dialect")):
        switch += "; odd"
    stage, chat, replies, runs = await talk(place, switch, language)
    assert stage == "done"
    assert runs == 1
    assert sum(MADE[language] in reply for reply in replies) == 1
    everything = "\n".join(post.text for post in chat.posts.values())
    assert not [word for word in MACHINERY if word in everything]


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("switch", ["silent", "silent; noise"])
async def test_a_silent_edit_is_told(place: Place, switch: str, language: str) -> None:
    stage, _, replies, runs = await talk(place, switch, language)
    assert (stage, runs) == ("done", 1)
    assert replies[-1].startswith(words(language, "chat-changed"))
    assert "song" in replies[-1]
    assert (words(language, "errors-broke-off") in replies) == ("noise" in switch)
    assert not any(words(language, "errors-unknown-code") in reply for reply in replies)


@pytest.mark.parametrize("language", BOTH)
async def test_two_stages_are_told_as_they_come_then_all_tracks(place: Place, language: str) -> None:
    stage, _, replies, _ = await talk(place, "two_stages", language)
    assert stage == "done"
    first = next(n for n, text in enumerate(replies) if {"en": "first", "zh": "初版"}[language] in text.lower())
    made = next(n for n, text in enumerate(replies) if MADE[language] in text)
    tracks = next(
        n for n, text in enumerate(replies) if text.startswith(words(language, "status-timeline", count=2)[:3])
    )
    assert first < made < tracks
    assert replies[-1] == words(language, "answers-keep-or-strip")


@pytest.mark.parametrize("language", BOTH)
async def test_talk_of_buttons_becomes_the_timeline(place: Place, language: str) -> None:
    _, _, replies, _ = await talk(place, "gui_talk", language)
    shown = "\n".join(replies)
    assert MADE[language] in shown
    assert not any(word in shown for word in ("click", "Export", "点击", "导出”按钮"))
    # The English sentence stands for the export that it ends in, the Chinese one for the look that it begins with.
    timeline = words(language, "status-timeline", count=2)[:3]
    assert any(reply.startswith(timeline) for reply in replies) == (language == "zh")


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize(
    "switch", ["drop=1", "drop=3", "drop=6", "heartbeat=json; heartbeat_s=0.2; silence_s=14"], ids=str
)
async def test_a_lost_line_is_looked_after_and_nothing_is_said_twice(place: Place, switch: str, language: str) -> None:
    if language == "zh" and switch != "drop=3":
        switch = f"silent; {switch}"
    stage, _, replies, runs = await talk(place, switch, language)
    assert runs == 1
    assert stage in ("done", "doubtful")
    if stage == "done":
        assert any(reply.startswith(words(language, "chat-changed")) for reply in replies)
    else:
        assert replies[-1] in (words(language, "errors-nothing-seen"), words(language, "errors-doubtful-message"))


@pytest.mark.parametrize("language", BOTH)
async def test_a_crash_in_the_answer_is_told_with_what_was_saved(place: Place, language: str) -> None:
    _, _, replies, runs = await talk(place, "crash=6", language)
    assert runs == 1
    assert any(words(language, "errors-broke-off") in reply for reply in replies)


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize("switch", ["crash=3", "run_s=0.3; silence_s=5"])
async def test_an_answer_that_broke_off_before_it_did_anything_may_be_tried_again(
    place: Place, switch: str, language: str
) -> None:
    stage, chat, replies, runs = await talk(place, switch, language)
    assert (stage, runs) == ("failed", 1)
    assert replies[-1] == words(language, "errors-broke-off-unchanged")
    assert len(replies) == 2  # the opening and this
    assert [button.action for button in chat.posts[chat.order[-1]].buttons] == ["retry"]


@pytest.mark.parametrize("language", BOTH)
async def test_who_has_sent_a_track_is_not_asked_for_one_again(place: Place, language: str) -> None:
    stage, chat, _, _ = await talk(place, "error_event; odd", language)
    assert stage == "failed"
    more = {"channel": Channel(PLATFORM, f"{language} error_event; odd "), "locale": language}
    await say(place.program, "/status", event=f"{language}/status", **more)
    await say(place.program, "/export", event=f"{language}/export", **more)
    assert chat.replies[-2:] == [words(language, key, media=1) for key in ("status-empty", "export-nothing-yet")]


@pytest.mark.parametrize("language", BOTH)
@pytest.mark.parametrize(
    ("switch", "key"),
    [
        ("error_event", "errors-unknown-code"),
        ("crash=1", "errors-unknown-code"),
        ("run_s=0.3; silence_s=5; silent", "errors-unknown-code"),
        ("code_in_stream=2001", "errors-out-of-credits"),
        ("code_in_stream=1002", "errors-session-renewed"),
        ("code_in_stream=429", "errors-rate-limited"),
        ("refuse=1001", "errors-token-expired"),
        ("refuse=2001", "errors-out-of-credits"),
        ("refuse=2001; mirror", "errors-out-of-credits"),
        ("refuse=429", "errors-rate-limited"),
        ("refuse=409", "errors-session-busy"),
        ("refuse=402", "errors-export-blocked"),
        ("refuse=4001; mirror", "errors-unsupported-file"),
        ("refuse=4002; mirror", "errors-file-too-large"),
        ("refuse=1002; errors=framework", "errors-session-not-found"),
    ],
)
async def test_each_refusal_has_its_sentence_and_ends_the_turn(
    place: Place, switch: str, key: str, language: str
) -> None:
    stage, chat, replies, _ = await talk(place, switch, language)
    assert stage == "failed"
    said = words(language, key, anonymous="yes", name="unnamed", why="type")
    assert any(reply.startswith(said[:10]) for reply in replies), replies
    if "2001" in switch:
        assert "https://web.test/register?bind=anon_" in replies[-1]
    if "2001" not in switch and "402" not in switch and "400" not in switch:
        assert [button.action for button in chat.posts[chat.order[-1]].buttons] == ["retry"]


@pytest.mark.parametrize("poll", ["poll=top", "poll=data", "poll=union; mirror"])
async def test_a_render_that_fails_is_tried_once_more_in_every_form_of_answer(place: Place, poll: str) -> None:
    name = f"render {poll}"
    more = {"channel": Channel(PLATFORM, name), "locale": "en"}
    assert await say(place.program, PROMPT["en"], place.song, event=f"{name}/1", **more) == "done"
    async with place.studio.behaving(f"{poll}; render_fails"):
        assert await say(place.program, "export", event=f"{name}/2", **more) == "failed"
    assert "failed twice" in place.rooms.chats[name].replies[-1]


async def test_an_export_brings_the_video_and_its_buttons_know_the_shape(place: Place) -> None:
    more = {"channel": Channel(PLATFORM, "video"), "locale": "zh"}
    await say(place.program, PROMPT["zh"] + "，竖屏", place.song, event="video/1", **more)
    async with place.studio.behaving("poll=data"):
        assert await say(place.program, "导出", event="video/2", **more) == "done"
    video, post = place.rooms.chats["video"].videos[0]
    assert (video.width, video.height) == (1080, 1920)
    assert [button.action for button in post.buttons if button.action.startswith("aspect")] == [
        "aspect-16x9",
        "aspect-1x1",
    ]
    assert next(button.url for button in post.buttons if button.url).startswith(
        "https://web.test/workspace/claim?ct=clm_"
    )


async def test_three_files_with_three_instructions_are_three_turns(place: Place, tmp_path: Path) -> None:
    more = {"channel": Channel(PLATFORM, "batch"), "locale": "en"}
    songs = [write_wav(tmp_path / f"{name}.wav", 1.0, hz=hz) for name, hz in (("a", 220), ("b", 330), ("c", 440))]
    text = '1. blue bars\n2. make it vertical\n3. title "Third" for 1 second'
    before = place.studio.counted.runs
    assert await say(place.program, text, *songs, event="batch", **more) == "done"
    said = "\n".join(place.rooms.chats["batch"].replies)
    assert place.studio.counted.runs - before == 3
    assert said.index("“a” is ready") < said.index("“b” is ready") < said.index("“c” is ready")
    assert "9:16" in said


async def test_the_session_speaks_the_language_of_the_person(place: Place) -> None:
    more = {"channel": Channel(PLATFORM, "taal"), "locale": "zh-Hans"}
    await say(place.program, "你好", event="taal/1", **more)
    session = await place.program.store.sessions.load("console:taal")
    assert session is not None
    stored = await place.studio.parts.store.session(session.session_id)
    assert stored is not None
    assert stored.language == "zh-CN"


async def test_a_stopped_turn_says_what_may_have_been_paid(place: Place) -> None:
    more: dict[str, Any] = {"channel": Channel(PLATFORM, "stop"), "locale": "en"}
    await say(place.program, "", place.song, event="stop/1", **more)
    async with place.studio.behaving("silence_s=20"):
        prompt = message("create a video from this music", event="stop/2", **more)
        job = (await place.program.relay.take(prompt)).job
        chat = place.rooms.chats["stop"]
        while not any("ready" in reply or "listen" in reply for reply in chat.replies[2:]):
            await asyncio.sleep(0.02)
        await say(place.program, "stop", event="stop/3", **more)
        assert await over(place.program, job) == "cancelled"
    assert any("may have been counted" in reply for reply in chat.replies)
