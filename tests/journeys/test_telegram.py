"""Conversations on Telegram with the real program: store, relay, client and the library; the backend is a quick one.

Many chats talk to one program at once: what is spaced in one chat holds up no other.
"""

from __future__ import annotations

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from rich.console import Console

from bots.texts import Texts
from cli import jobs as cli_jobs
from cli.terminal import Terminal
from core.verbs import VERBS
from tests.journeys.test_platforms import tone
from tests.support.backend import Script
from tests.support.program import clip
from tests.support.telegram.server import ANNA, Failure
from tests.support.telegram.stage import BEN, MIA, PUBLIC, Stage, stage

ZH = {**ANNA, "language_code": "zh-hans"}
PHOTO = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def file(on: Stage, content: bytes, name: str | None = None, **more: Any) -> dict[str, Any]:
    """A file of any kind; `mime_type` None: the platform tells none."""
    made = on.api.audio(content, name, **{"mime_type": None, **more})
    return {key: value for key, value in made.items() if value is not None}


async def test_every_kind_of_file_and_every_kind_of_chat_is_a_way_in(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        size = {"width": 64, "height": 64}
        wish: dict[str, Any] = {"caption": "nothing much"}
        video = {**file(on, clip(), mime_type="video/mp4"), **size}
        animation = {**file(on, clip(), "cat.mp4", mime_type="video/mp4"), **size}
        hidden = {"type": "hidden_user", "date": 1, "sender_user_name": "?"}
        ways: dict[int, tuple[dict[str, Any], str]] = {
            10: ({"audio": file(on, tone(0.2), title="T/1", performer="P"), **wish}, "P - T-1.wav"),
            11: ({"voice": file(on, tone(0.2), mime_type="audio/ogg"), **wish}, "voice-{}.wav"),
            12: ({"document": file(on, tone(0.2), "track.mp3", mime_type="audio/x-wav"), **wish}, "track.wav"),
            13: ({"video": video, **wish}, "video-{}.mp4"),
            14: ({"video_note": {**file(on, clip()), "length": 64}, **wish}, "video-note-{}.mp4"),
            15: ({"animation": animation, "document": animation, **wish}, "cat.mp4"),
            16: ({"photo": [{**file(on, PHOTO), **size}], **wish}, "photo-{}.png"),
            17: ({"audio": file(on, tone(0.2), "🎵 夜航 🚗.wav"), **wish}, "🎵 夜航 🚗.wav"),
            18: ({"audio": file(on, tone(0.2), "a.wav"), "forward_origin": hidden, **wish}, "a.wav"),
            19: ({"text": "nothing but https://example.org/a.mp3"}, "https://example.org/a.mp3"),
            20: ({"audio": file(on, tone(0.2), "c.wav"), "caption": "nothing " + "x" * 1016}, "c.wav"),
        }
        messages = {chat: on.api.says(chat, **said) for chat, (said, _) in ways.items()}
        on.api.says(30, "nothing " + "🎵" * 2044)
        on.api.says(31, document=file(on, b"MZ" + tone(0.2), "track.exe"), **wish)
        group = groups(on)
        await on.until(lambda: len(on.api.sent("editMessageText")) and all(map(on.over, [*ways, 30, 31, *group])))
        assert {chat for chat in on.chats() if "⚠️" in str(on.texts(chat))} == {31}
        assert "I cannot take track.exe. I take MP3, WAV" in str(on.texts(31))
        stored = [name for names in on.backend.world.uploads for name in names]
        wanted = [name.format(messages[chat]["message_id"]) for chat, (_, name) in ways.items()]
        assert sorted(stored) == sorted([*wanted, *(name for name in group.values() if name)])
        said = list(on.backend.world.said)
        assert {len(words) for words in said if "🎵" in words} == {8 + 2044}
        assert max(map(len, said)) == 2052

        def explained() -> list[str]:
            return [text for chat in group for text in on.texts(chat) if "/video@clip_bot" in text]

        await on.until(lambda: len(explained()) >= len(group))
        await asyncio.sleep(0.3)
        assert len(explained()) == len(group), "once in each group"
        assert on.api.sent("sendMessage")[-1].params["chat_id"] in on.chats()
        in_topic = [call for call in on.api.sent("sendMessage") if call.params["chat_id"] == -203]
        assert {call.params["message_thread_id"] for call in in_topic} == {5}


def groups(on: Stage) -> dict[int, str]:
    """Say something in groups of every kind; returns chat → the file that is to arrive, "" for none."""
    track = {"message_id": 900, "date": 1, "from": BEN, "audio": file(on, tone(0.2), "of ben.wav")}
    admin = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}

    def answers(chat: int) -> dict[str, Any]:
        return {"reply_to_message": {**track, "chat": {"id": chat, "type": "supergroup"}}}

    on.api.says(-201, "/video@clip_bot nothing", **answers(-201))
    on.api.says(-202, "@clip_bot nothing blue")
    on.api.says(-203, "/video@clip_bot nothing", **answers(-203), message_thread_id=5, is_topic_message=True)
    on.api.says(-204, "@clip_bot nothing", user=admin, sender_chat={"id": -204, "type": "supergroup", "title": "G"})
    on.api.says(-205, "@clip_bot nothing", user=admin, sender_chat={"id": -9, "type": "channel", "title": "Radio"})
    on.api.says(-206, "nothing for you, all of you")
    return {-201: "of ben.wav", -202: "", -203: "of ben.wav", -204: "", -205: ""}


async def test_an_album_of_sixty_is_one_request_with_its_caption(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        for number in range(60):
            caption: dict[str, Any] = {"caption": "nothing with all of these"} if number == 20 else {}
            part = file(on, tone(0.2), f"{number:02}.wav")
            on.api.says(7, audio=part, media_group_id=f"g{number // 10}", **caption)
        await on.until(lambda: on.over(7))
        stored = [name for names in on.backend.world.uploads for name in names]
        assert stored == [f"{number:02}.wav" for number in range(60)]
        assert list(on.backend.world.said) == ["nothing with all of these"]


async def test_every_command_of_the_menu_is_answered(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        names = [verb.name for verb in VERBS] + ["start", "start language-es", "dance", "导出", "start cancel"]
        for chat, name in enumerate(names, 100):
            on.api.says(chat, f"/{name}", user={**ANNA, "id": chat})
        await on.until(lambda: all(on.texts(chat) for chat in range(100, 100 + len(names))))
        words = {name: "\n".join(on.texts(chat)) for chat, name in enumerate(names, 100)}
    assert "Drop a track" in words["start"]
    assert words["start"] == words["help"] == words["start cancel"] == words["dance"]
    assert "español" in words["start language-es"]
    assert words["credits"].startswith("💳 90 credits")
    assert not [name for name, text in words.items() if "went wrong" in text]


async def test_buttons_live_through_a_restart_and_know_who_presses(tmp_path: Path) -> None:
    async with stage(tmp_path, video=clip(), privacy=False) as on:
        on.api.admins = {MIA["id"]}
        await on.says(-300, "@clip_bot something blue")
        (video,) = on.videos(-300)
        await on.down()
        await on.up()
        guarded = list(on.buttons(video))
        assert guarded == ["again", "edit", "aspect-16x9", "aspect-9x16", "delete"]
        for action in guarded:
            assert await on.press(video, action, BEN) == "Only Anna and the admins of this group may press that."
        assert await on.press(video, "aspect-9x16", MIA) == ""
        await on.until(lambda: len(on.videos(-300)) == 2)
        assert await on.press(video, "edit") == ""
        await on.until(lambda: "What should change? Answer this message." in on.texts(-300))
        (question,) = [m for m in on.api.shown(-300) if m.get("text", "").startswith("What should change")]
        on.api.says(-300, "warmer", reply_to_message=question)
        await on.until(lambda: len(on.videos(-300)) == 3)
        assert await on.press(video, "delete", MIA) == ""
        await on.until(lambda: video not in on.videos(-300))
        assert "Telegram does not let me delete" in await on.press(video, "delete")
        query = on.api.presses(video, "v1:again:0123456789abcdef")
        await on.until(lambda: query in str(on.api.sent("answerCallbackQuery")[-1].params))
        assert "too old" in on.api.sent("answerCallbackQuery")[-1].params["text"]
        assert next(iter(on.backend.world.said)) == "something blue"
        assert list(on.backend.world.said)[-1] == "warmer"


async def test_a_job_is_cancelled_by_its_owner_and_looked_at_by_anyone(tmp_path: Path) -> None:
    async with stage(tmp_path, Script(stream_s=8.0), privacy=False) as on:
        on.api.says(-301, "@clip_bot something slow")
        await on.until(lambda: on.api.shown(-301) and on.backend.world.said)
        card = on.api.shown(-301)[0]
        assert "Only Anna" in await on.press(card, "cancel", BEN)
        assert await on.press(card, "status", BEN) == ""
        assert await on.press(card, "cancel") == ""
        await on.until(lambda: "⏹️" in on.texts(-301)[0])


@pytest.mark.parametrize(("size", "words"), [(20_900_000, None), (21_100_000, "三个办法")])
async def test_the_limit_of_20_mib_is_told_with_three_ways_out(tmp_path: Path, size: int, words: str | None) -> None:
    async with stage(tmp_path) as on:
        sound = on.api.audio(tone(0.2) + b"\0" * (size - len(tone(0.2))), "长歌.wav")
        await on.says(7, audio=sound, caption="nothing 不变", user=ZH)
        told = [text for text in on.texts(7) if "三个办法" in text]
        assert bool(told) == (words is not None)
        assert len(on.backend.world.uploads) == (words is None)
        if told:
            assert all(way in told[0] for way in ("长歌.wav", "20", "直链", "MP3", "Bot API"))
        assert "TEST-secret" not in json.dumps(on.texts(7))


TROUBLE = {
    "blocked": (Failure(403, "Forbidden: bot was blocked by the user"), 401, "kept"),
    "kicked": (Failure(403, "Forbidden: bot was kicked from the supergroup chat"), -402, "kept"),
    "muted": (Failure(400, "Bad Request: not enough rights to send videos to the chat"), -403, "Send Videos"),
    "upgraded": (
        Failure(400, "Bad Request: group chat was upgraded to a supergroup chat", {"migrate_to_chat_id": -1404}),
        -404,
        "sent",
    ),
    "flood": (Failure(429, "Too Many Requests: retry after 1", {"retry_after": 1}), 405, "sent"),
    "cut": (Failure(cut=True), 406, "doubtful"),
}


async def test_trouble_in_the_middle_of_a_job_loses_no_video(tmp_path: Path) -> None:
    """Removed, blocked, muted, moved, flooded, cut: the result is there, or kept, or a button asks."""
    async with stage(tmp_path, video=clip(), privacy=False) as on:
        for failure, chat, _ in TROUBLE.values():
            on.api.fail("sendVideo", Failure(**{**vars(failure), "only": chat}))
        for name, (_, chat, _) in TROUBLE.items():
            on.api.says(chat, f"@clip_bot {name}", user={**ANNA, "id": abs(chat)})
        await on.until(lambda: on.videos(405) and on.videos(-1404) and "❔" in str(on.texts(406)), 90)
        await on.until(lambda: "Send Videos" in str(on.texts(-403)))
        jobs = {job.message.channel.chat: job for job in await on.settled()}
        assert {chat: jobs[chat].facts.get("undelivered") for chat in ("401", "-402", "-403")} == {
            "401": "Gone",
            "-402": "Gone",
            "-403": "Refused",
        }
        assert on.videos(401) == on.videos(-402) == on.videos(-403) == []
        # The line was cut after the video was taken: it stands there once, and a button asks before a second.
        assert len(on.videos(406)) == 1
        (doubt,) = [m for m in on.api.shown(406) if "deliver" in on.buttons(m)]
        assert await on.press(doubt, "deliver", {**ANNA, "id": 406}) == ""
        await on.until(lambda: len(on.videos(406)) == 2)

        on.api.push({"my_chat_member": change(on, 401, "kicked", "member")})
        renders = len(on.backend.world.renders)
        for chat in (401, -403, 405):
            assert await deliver(on, jobs[str(chat)].turn_id) == 0
        await on.until(lambda: on.videos(401) and on.videos(-403) and len(on.videos(405)) == 2)
        assert len(on.backend.world.renders) == renders
        first, second = on.videos(405)
        assert first["video"]["file_id"] == second["video"]["file_id"]
        assert [bool(call.files) for call in on.api.sent("sendVideo") if call.params["chat_id"] == 405] == [True, False]


def change(on: Stage, chat: int, old: str, new: str) -> dict[str, Any]:
    """The bot's standing in a chat changes."""
    until = {"until_date": 0}
    return {
        "chat": {"id": chat, "type": "private" if chat > 0 else "supergroup"},
        "from": {**ANNA, "id": abs(chat)},
        "date": 1,
        "old_chat_member": {"status": old, "user": on.api.me, **(until if old == "kicked" else {})},
        "new_chat_member": {"status": new, "user": on.api.me, **(until if new == "kicked" else {})},
    }


async def deliver(on: Stage, job: str) -> int:
    """`from-music jobs deliver`."""
    terminal = Terminal(Console(quiet=True), Texts(("bots.texts", "cli.texts")), "en")
    return await cli_jobs.run("deliver", on.told(), terminal, job=job)


def heavy(size: int) -> bytes:
    """A video of so many bytes, most of them in a box that players skip."""
    small = clip(1.0, 640)
    padding = size - len(small)
    return small + padding.to_bytes(4, "big") + b"free" + bytes(padding - 8)


async def test_what_is_refused_as_too_large_comes_as_a_smaller_copy(tmp_path: Path) -> None:
    async with stage(tmp_path, Script(pages=True), video=heavy(400_000)) as on:
        on.api.fail("sendVideo", Failure(413, "Request Entity Too Large"))
        await on.says(7, "something large")
        (refused,), (copy,) = on.api.sent("failed:sendVideo"), on.api.sent("sendVideo")
        assert refused.files["video"] == 400_000 > copy.files["video"] > 5_000
        assert (copy.params["width"], copy.params["height"]) == (640, 640)
        assert copy.params["supports_streaming"] is True
        assert PUBLIC in copy.params["caption"]
        assert "smaller copy" in copy.params["caption"]
        # What was learned holds for the next one: it is not tried in vain.
        await on.says(7, "something larger")
        assert len(on.api.sent("failed:sendVideo")) == 1
        assert len(on.videos(7)) == 2


@pytest.mark.parametrize("local", [False, True], ids=["public server", "server of our own"])
async def test_more_than_50_mb_go_only_through_a_server_of_our_own(tmp_path: Path, local: bool) -> None:
    async with stage(tmp_path, Script(), video=heavy(51_000_000), telegram_local=local) as on:
        on.api.local = local
        await on.says(7, "something heavy")
        (call,) = on.api.sent("sendVideo")
        if local:
            assert (call.params["video"].startswith("file:///"), "video" in call.files) == (True, False)
        else:
            assert call.files["video"] < 50_000_000
            assert "smaller copy" in call.params["caption"]


@pytest.mark.parametrize("public", [True, False], ids=["public link", "none"])
async def test_what_no_copy_can_save_is_a_link_or_a_sentence(tmp_path: Path, public: bool) -> None:
    async with stage(tmp_path, Script(pages=public), video=clip(1.0, 640)) as on:
        on.api.fail("sendVideo", *[Failure(413, "Request Entity Too Large")] * 9)
        await on.says(7, "something large")
        assert on.videos(7) == []
        if public:
            (link,) = [call for call in on.api.sent("sendMessage") if PUBLIC in call.params["text"]]
            assert link.params["link_preview_options"] == {"prefer_large_media": True, "is_disabled": False}
        else:
            assert "too large" in str(on.texts(7))


async def test_a_restart_in_the_middle_and_updates_that_come_again_make_one_video(tmp_path: Path) -> None:
    async with stage(tmp_path, Script(render_s=4.0), video=clip()) as on:
        song_ = on.api.says(7, audio=file(on, tone(0.2), "a.wav"), caption="blue")
        update = {"update_id": on.api.last_update, "message": song_}
        on.api.edits(song_, "green")
        await on.until(lambda: on.backend.world.renders)
        await on.down()
        on.api.push(dict(update))
        await on.up()
        on.api.push(dict(update))
        await on.until(lambda: on.over(7))
        assert len(on.videos(7)) == len(on.backend.world.renders) == 1
        assert on.backend.world.said == {"blue": 1}
        assert [text for text in on.texts(7) if text.startswith("I take messages as they were sent")]


async def test_a_webhook_brings_the_same_conversation(tmp_path: Path) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    hook = {
        "telegram_mode": "webhook",
        "telegram_webhook_port": port,
        "telegram_webhook_url": f"http://127.0.0.1:{port}/own/path",
        "telegram_webhook_secret": SecretStr("s3cret"),
    }
    async with stage(tmp_path, video=clip(), **hook) as on:
        said = await on.says(7, audio=file(on, tone(0.2), "a.wav"), caption="blue")
        (video,) = on.api.sent("sendVideo")
        assert video.params["reply_parameters"]["message_id"] == said["message_id"]
        assert on.api.sent("getUpdates") == []
        assert await on.press(on.videos(7)[0], "delete") == ""
        assert on.videos(7) == []


async def test_words_are_shown_while_they_are_written_and_never_talk_of_buttons(tmp_path: Path) -> None:
    async with stage(tmp_path, Script(stream_s=0.6), privacy=False) as on:
        on.api.says(7, "nothing in pieces")
        on.api.says(-7, "@clip_bot nothing in pieces")
        whole = "The bars are blue. The title is in. Enjoy!"
        await on.until(lambda: whole in on.texts(7) and whole in on.texts(-7))
        drafts = on.api.sent("sendMessageDraft")
        assert {call.params["chat_id"] for call in drafts} == {7}
        assert drafts[0].params["text"] == "The bars are blue."
        assert all(whole.startswith(call.params["text"]) for call in drafts)
        assert len({call.params["draft_id"] for call in drafts}) == 1
        assert on.texts(7).count(whole) == 1


async def test_titles_of_every_script_are_mere_words(tmp_path: Path) -> None:
    async with stage(tmp_path, video=clip()) as on:
        titles = {7: "<b>AT&T</b> *x* [y](z)", 8: "\u202eשיר לילה\u202c", 9: "أغنية <i>الليل</i>"}
        for chat, title in titles.items():
            on.api.says(
                chat, audio=file(on, tone(0.2), "a.wav", title=title), caption="nothing", user={**ANNA, "id": chat}
            )
        await on.until(lambda: all(map(on.over, titles)))
        for chat, title in titles.items():
            plain = title.replace("\u202e", "").replace("\u202c", "")
            assert on.texts(chat)[0].startswith(plain + "\n")
        assert not [call for call in on.api.calls if "parse_mode" in call.params]
        await asyncio.sleep(0)
