"""The real program on Bot API servers of other manners: some know little, some say `true` to all, some misspell."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.test_platforms import tone
from tests.support.program import clip
from tests.support.telegram.server import ANNA, BotApi, Failure
from tests.support.telegram.stage import MIA, Stage, stage

OPTIONAL = frozenset(
    {"sendMessageDraft", "setMessageReaction", "setMyCommands", "sendChatAction", "getChatMember", "deleteWebhook"}
)
Retell = Callable[[str, Any], object]


def misspelt(_method: str, result: Any) -> object:
    """Every number is a word, no message has a date, what is null is said to be null."""
    told = json.loads(json.dumps(result), parse_int=str)
    for update in told if isinstance(told, list) else ():
        said = update.get("message") or {}
        said.pop("date", None)
        said["edit_date"] = said["via_bot"] = None
    return told


def as_documents(method: str, result: Any) -> object:
    """A video that was sent is told of as a document."""
    if method == "sendVideo":
        video = result["video"]
        return {**{key: value for key, value in result.items() if key != "video"}, "document": {"file_id": video}}
    return result


def bare(method: str, result: Any) -> object:
    """Nothing is told but what cannot be left out."""
    match method:
        case "getMe":
            return {name: result[name] for name in ("id", "is_bot", "username")}
        case "sendMessage" | "sendVideo":
            return {"message_id": result["message_id"]}
        case "getFile":
            return {"file_path": result["file_path"]}
        case _:
            return result


def mere_true(method: str, result: Any) -> object:
    """Whatever was sent or changed: `true`."""
    return True if method.startswith(("send", "edit")) else result


SERVERS: dict[str, dict[str, Any]] = {
    "knows little": {"without": OPTIONAL},
    "says true to what it does not know": {"without": OPTIONAL, "says_true": True},
    "misspells": {"retell": misspelt},
    "calls videos documents": {"retell": as_documents},
    "is short of words": {"retell": bare},
    "says true to all": {"retell": mere_true, "without": OPTIONAL, "says_true": True},
}


@pytest.mark.parametrize("manner", SERVERS)
async def test_a_song_becomes_a_video_on_servers_of_every_manner(tmp_path: Path, manner: str) -> None:
    api = BotApi(long_poll=False, **SERVERS[manner])
    api.tells_length = False
    poll_s = 0.05
    async with stage(tmp_path, video=clip(), api=api, telegram_poll_interval_s=poll_s) as on:
        on.api.count_anew()
        track = {**on.api.audio(tone(0.2), "a.wav", mime_type=None), "mime_type": "audio/x-wav"}
        on.api.says(7, audio=track, caption="blue", user=ANNA)
        track_of_ben = {"message_id": 1, "from": MIA, "audio": track, "chat": {"id": -9, "type": "supergroup"}}
        on.api.says(-9, "/video@clip_bot green", reply_to_message={**track_of_ben, "date": 1}, user=MIA)
        await on.until(lambda: len(on.api.sent("sendVideo")) == 2)
        assert {call.params["chat_id"] for call in on.api.sent("sendVideo")} == {7, -9}
        assert dict(on.backend.world.said) == {"blue": 1, "green": 1}
        assert [name for names in on.backend.world.uploads for name in names] == ["a.wav", "a.wav"]
        await press_again(on)
        assert not [job for job in await on.settled() if job.facts.get("failed")]


async def press_again(on: Stage) -> None:
    """Press a button under the private video, and wait for what it does."""
    video = on.videos(7)[0]
    query = on.api.presses(video, on.buttons(video)["aspect-9x16"])
    answered = on.api.sent
    await on.until(lambda: query in [c.params["callback_query_id"] for c in answered("answerCallbackQuery")])
    await on.until(lambda: len(on.api.sent("sendVideo")) == 3)


async def test_a_server_that_begins_to_count_again_is_heard_from_its_first_update(tmp_path: Path) -> None:
    api = BotApi(long_poll=False)
    api.count_anew()
    async with stage(tmp_path, api=api, telegram_poll_interval_s=0.05) as on:
        for words in ("nothing one", "nothing two", "nothing three"):
            await on.says(7, words)
        for words in ("nothing four", "nothing five"):
            on.api.count_anew()
            on.api.fail("getUpdates", Failure(502, body="<html><h1>502 Bad Gateway</h1></html>"))
            await on.says(7, words)
        await on.down()
        on.api.count_anew()
        await on.up()
        await on.says(7, "nothing six")
        wanted = [f"nothing {number}" for number in ("one", "two", "three", "four", "five", "six")]
        assert list(on.backend.world.said) == wanted


HTML = "<html><body><h1>{}</h1></body></html>"


async def test_pages_of_a_proxy_are_no_answers(tmp_path: Path) -> None:
    api = BotApi()
    # It is not there yet when we begin.
    api.fail("getMe", Failure(502, body=HTML.format("Bad Gateway")))
    async with stage(tmp_path, video=clip(), api=api) as on:
        on.api.fail("getUpdates", Failure(502, body=HTML.format("Bad Gateway")), Failure(404, body=HTML.format("?")))
        on.api.fail("sendMessage", Failure(429, body=HTML.format("Too Many Requests")))
        on.api.fail("sendVideo", Failure(413, body=HTML.format("Request Entity Too Large")))
        on.api.fail("getFile", Failure(503, body=HTML.format("Service Unavailable")))
        await on.says(7, audio=on.api.audio(tone(0.2), "a.wav"), caption="blue")
        assert [text for text in on.texts(7) if "https://" in text or "🎉" in text]
        assert "html" not in str(on.texts(7))
        assert len(on.backend.world.uploads) == 1


@pytest.mark.parametrize("spelled", ["{root}/files/{id}", "/files/{id}", "/file/bot{token}/music/{id}.mp3"])
async def test_a_file_is_found_however_its_path_is_spelled(tmp_path: Path, spelled: str) -> None:
    async with stage(tmp_path) as on:
        file = on.api.audio(tone(0.2), "a.wav")
        root = on.api.base_url.removesuffix("/bot")
        on.api.paths[file["file_id"]] = spelled.format(root=root, id=file["file_id"], token="42:TEST-secret")
        await on.says(7, audio=file, caption="nothing")
        assert len(on.backend.world.uploads) == 1
