"""Every way a send can go wrong, over real sockets against the loopback Bot API."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from telegram.ext import ExtBot

from bots.adapter import (
    Button,
    FetchFailed,
    Gone,
    OutboundError,
    Post,
    Refused,
    SendDoubtful,
    Sent,
    TooLarge,
    Video,
    Where,
)
from bots.settings import Settings
from bots.telegram import files
from bots.telegram.app import build_bot
from bots.telegram.guard import PlainRequest
from bots.telegram.limits import Uploads
from bots.telegram.outbound import TelegramOutbound
from core.messages import Attachment, Channel
from core.turn import LostLease
from tests.support.telegram.fakes import MemoryNotes, settings
from tests.support.telegram.server import TOKEN, BotApi, Failure

ANNA = Where(Channel("telegram", "7"), "7", {"chat": "7", "message": "1"})
GROUP = Where(Channel("telegram", "-100", "5"), "7", {"chat": "-100", "message": "1", "thread": "5"})
RESULT = Post("result", "Here it is")

Open = Callable[..., AbstractAsyncContextManager[TelegramOutbound]]


@pytest.fixture
def way_out() -> Open:
    """Return a function that opens a way out: `async with way_out(api, **settings) as outbound`."""

    @asynccontextmanager
    async def opened(api: BotApi, notes: MemoryNotes | None = None, **more: object) -> AsyncIterator[TelegramOutbound]:
        chosen: Settings = settings(api, **more)
        outbound = TelegramOutbound(chosen, notes or MemoryNotes(), build_bot(chosen))
        try:
            yield outbound
        finally:
            await outbound.aclose()

    return opened


@pytest.fixture
def video(tmp_path: Path) -> Video:
    """Return bytes that stand for a finished video, with pictures."""
    (tmp_path / "clip.mp4").write_bytes(b"mp4" * 1000)
    (tmp_path / "poster.jpg").write_bytes(b"jpeg")
    picture = tmp_path / "poster.jpg"
    return Video(tmp_path / "clip.mp4", "clip.mp4", 720, 1280, 30.4, 3000, picture, picture)


@pytest.mark.parametrize(
    ("failure", "raised"),
    [
        (Failure(403, "Forbidden: bot was blocked by the user"), Gone),
        (Failure(403, "Forbidden: bot was kicked from the supergroup chat"), Gone),
        (Failure(400, "Bad Request: chat not found"), Gone),
        (Failure(400, "Bad Request: message thread not found"), Gone),
        (Failure(400, "Bad Request: TOPIC_DELETED"), Gone),
        (Failure(400, "Bad Request: TOPIC_CLOSED"), Refused),
        (Failure(400, "Bad Request: not enough rights to send text messages to the chat"), Refused),
        (Failure(400, "Bad Request: message is too long"), Refused),
        (Failure(413, "Request Entity Too Large"), TooLarge),
        (Failure(502, "Bad Gateway"), SendDoubtful),
        (Failure(500, "Internal Server Error"), SendDoubtful),
        (Failure(401, "Unauthorized"), Refused),
        (Failure(404, "Not Found"), Refused),
    ],
)
@pytest.mark.parametrize("method", ["sendMessage", "sendVideo"])
async def test_a_refused_send_is_tried_once_and_named(
    way_out: Open, video: Video, method: str, failure: Failure, raised: type[OutboundError]
) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.fail(method, failure)
        sends = {
            "sendVideo": lambda: outbound.send_video(ANNA, video, RESULT, "n"),
            "sendMessage": lambda: outbound.send(ANNA, RESULT, "n"),
        }
        with pytest.raises(raised) as caught:
            await sends[method]()
        assert len(api.sent(f"failed:{method}")) == 1
        assert api.sent(method) == []
        assert TOKEN.split(":")[1] not in f"{caught.value!r} {caught.value.__cause__!r}"


async def test_an_upload_that_was_too_large_teaches_the_limit_of_its_chat(way_out: Open, video: Video) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        assert outbound.limits(ANNA).max_upload_bytes == 50_000_000
        api.fail("sendVideo", Failure(413, "Request Entity Too Large"))
        with pytest.raises(TooLarge):
            await outbound.send_video(ANNA, video, RESULT, "n")
        assert outbound.limits(ANNA).max_upload_bytes == 2_999
        assert outbound.limits(GROUP).max_upload_bytes == 50_000_000


def test_a_refused_upload_counts_for_an_hour() -> None:
    uploads = Uploads(50)
    assert uploads.most_bytes("7", 0.0) == 50
    uploads.refused("7", 40, 0.0)
    uploads.refused("7", 45, 10.0)
    assert [uploads.most_bytes(*asked) for asked in (("7", 11.0), ("8", 11.0), ("7", 3611.0))] == [39, 50, 50]


async def test_a_flood_limit_holds_its_chat_as_long_as_it_says_and_no_other(way_out: Open) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.fail("sendMessage", Failure(429, "Too Many Requests", {"retry_after": 2}, only=7))
        began = time.monotonic()
        held = asyncio.create_task(outbound.send(ANNA, Post("reply", "held"), "n"))
        await api.until("failed:sendMessage")
        await outbound.send(Where(Channel("telegram", "8")), Post("reply", "free"), "n")
        assert not held.done()
        await held
        assert time.monotonic() - began >= 2
        assert [call.params["text"] for call in api.sent("sendMessage")] == ["free", "held"]


async def test_a_send_that_hangs_is_doubtful_and_never_repeated(way_out: Open) -> None:
    async with BotApi() as api:
        impatient = ExtBot(TOKEN, base_url=api.base_url, request=PlainRequest(read_timeout=0.5))
        outbound = TelegramOutbound(settings(api), MemoryNotes(), impatient)
        api.fail("sendMessage", Failure(hang=True))
        with pytest.raises(SendDoubtful):
            await outbound.send(ANNA, RESULT, "n")
        assert len(api.sent("sendMessage")) == 1
        await outbound.aclose()


async def test_edits_that_fail_half_way_are_repeated(way_out: Open) -> None:
    async with BotApi() as api, way_out(api, telegram_dm_edit_s=0.0) as outbound:
        card = await outbound.send(ANNA, Post("status", "one"), "n")
        api.fail("editMessageText", Failure(502, "Bad Gateway"))
        await outbound.edit(ANNA, card.id, Post("status", "two", final=True))
        assert api.messages[7, int(card.id)]["text"] == "two"


async def test_the_same_words_again_are_no_error(way_out: Open) -> None:
    async with BotApi() as api, way_out(api, telegram_dm_edit_s=0.0) as outbound:
        card = await outbound.send(ANNA, Post("status", "one"), "n")
        await outbound.edit(ANNA, card.id, Post("status", "one", final=True))
        assert api.messages[7, int(card.id)]["text"] == "one"


async def test_a_card_that_was_deleted_is_gone(way_out: Open) -> None:
    async with BotApi() as api, way_out(api, telegram_dm_edit_s=0.0) as outbound:
        with pytest.raises(Gone):
            await outbound.edit(ANNA, "99", Post("status", "two", final=True))
        with pytest.raises(Gone):
            await outbound.edit(ANNA, "99", Post("status", "two"))


async def test_a_group_that_became_a_supergroup_is_followed_and_remembered(way_out: Open) -> None:
    notes = MemoryNotes()
    async with BotApi() as api:
        async with way_out(api, notes) as outbound:
            api.fail("sendMessage", Failure(400, "group chat was upgraded", {"migrate_to_chat_id": -1009}, only=-100))
            await outbound.send(GROUP, RESULT, "n")
        async with way_out(api, notes) as later:
            await later.send(GROUP, RESULT, "n")
        assert [call.params["chat_id"] for call in api.sent("sendMessage")] == [-1009, -1009]
        assert "reply_parameters" not in api.sent("sendMessage")[0].params


async def test_who_threw_us_out_is_not_written_to_until_somebody_speaks(way_out: Open) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.fail("sendMessage", Failure(403, "Forbidden: bot was blocked by the user"))
        for _ in range(2):
            with pytest.raises(Gone):
                await outbound.send(ANNA, RESULT, "n")
        assert len(api.sent("failed:sendMessage")) == 1
        await outbound.chats.is_back("7")
        assert (await outbound.send(ANNA, RESULT, "n")).id


async def test_a_lost_request_and_a_bad_picture_do_not_cost_the_video(way_out: Open, video: Video) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.fail(
            "sendVideo",
            Failure(400, "Bad Request: message to be replied not found"),
            Failure(400, "Bad Request: IMAGE_PROCESS_FAILED"),
        )
        await outbound.send_video(ANNA, video, RESULT, "n")
        (call,) = api.sent("sendVideo")
        assert call.files == {"video": 3000}


async def test_what_is_refused_for_a_detail_goes_without_it(way_out: Open) -> None:
    entities = Failure(400, "Bad Request: can't parse entities: unsupported type")
    address = Failure(400, "Bad Request: inline keyboard button URL 'http://localhost/' is invalid: Wrong HTTP URL")
    told = Post(
        "status", "words", "Title", buttons=(Button("Stop", "cancel", "j"), Button("Link", url="http://localhost/"))
    )
    async with BotApi() as api, way_out(api, telegram_dm_edit_s=0.0) as outbound:
        api.fail("sendMessage", entities, address)
        card = await outbound.send(ANNA, told, "n")
        api.fail("editMessageText", address, entities)
        await outbound.edit(ANNA, card.id, replace(told, text="more words", final=True))
        for call in (*api.sent("sendMessage"), *api.sent("editMessageText")):
            assert not call.params.get("entities")
            (row,) = call.params["reply_markup"]["inline_keyboard"]
            assert [button["text"] for button in row] == ["Stop"]


async def test_a_server_that_always_misses_the_request_is_asked_twice(way_out: Open) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.fail("sendMessage", *[Failure(400, "Bad Request: message to be replied not found")] * 5)
        with pytest.raises(Refused):
            await outbound.send(ANNA, RESULT, "n")
        assert len(api.sent("failed:sendMessage")) == 2


async def test_topic_reply_and_caption_go_with_the_video(way_out: Open, video: Video) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.messages[-100, 1] = {"message_id": 1}
        title = "<b>Ночь</b> 🎵 \u202eעברית"
        await outbound.send_video(GROUP, video, Post("result", "x" * 2000, title), "n")
        (call,) = api.sent("sendVideo")
        assert call.params["message_thread_id"] == 5
        assert call.params["reply_parameters"] == {"message_id": 1, "allow_sending_without_reply": True}
        assert "parse_mode" not in call.params
        assert call.params["caption"].startswith("<b>Ночь</b> 🎵 עברית\nx")
        assert len(call.params["caption"].encode("utf-16-le")) // 2 <= 1024
        (bold,) = call.params["caption_entities"]
        assert (bold["type"], bold["offset"], bold["length"]) == ("bold", 0, len("<b>Ночь</b> 🎵 עברית") + 1)


async def test_long_words_become_several_messages_with_the_buttons_under_the_last(way_out: Open) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        text = "🎵" * 3000 + "\n\nend"
        await outbound.send(ANNA, Post("reply", text, buttons=(Button("Stop", "cancel", "j"),)), "n")
        calls = api.sent("sendMessage")
        assert "".join(call.params["text"] for call in calls).replace("\n", "") == text.replace("\n", "")
        assert ["reply_markup" in call.params for call in calls] == [False] * (len(calls) - 1) + [True]


async def test_progress_that_finds_no_room_gives_way_to_newer_news(way_out: Open) -> None:
    async with BotApi() as api, way_out(api, telegram_dm_edit_s=3.0) as outbound:
        card = await outbound.send(ANNA, Post("status", "0"), "n")
        for number in (1, 2, 3):
            await outbound.edit(ANNA, card.id, Post("status", str(number)))
        await outbound.edit(ANNA, card.id, Post("status", "done", final=True))
        shown = [call.params["text"] for call in api.sent("editMessageText")]
        assert shown[-1] == "done"
        assert "2" not in shown


async def test_a_server_that_says_true_to_all_is_lived_with(way_out: Open, video: Video) -> None:
    async with BotApi(says_true=True) as api, way_out(api) as outbound:
        outbound_calls = [
            outbound.stream(ANNA, "words"),
            outbound.show_activity(ANNA, "uploading"),
            outbound.react(ANNA, "👀"),
        ]
        await asyncio.gather(*outbound_calls)
        assert await outbound.find(ANNA, "n", None) is None
        await outbound.edit(ANNA, "", Post("status", "x"))
        assert isinstance(await outbound.send_video(ANNA, video, RESULT, "n"), Sent)


async def test_drafts_stop_where_the_server_knows_none(way_out: Open) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        await outbound.stream(ANNA, "once")
        assert api.sent("sendMessageDraft")[0].params["text"] == "once"
        await outbound.stream(GROUP, "never in groups")
    async with BotApi() as api, way_out(api) as outbound:
        api.fail("sendMessageDraft", *[Failure(404, "Not Found: method not found")] * 2)
        await outbound.stream(ANNA, "one")
        await outbound.stream(Where(Channel("telegram", "8"), "8", {"message": "3"}), "two")
        assert len(api.sent("failed:sendMessageDraft")) == 1


async def test_the_way_to_an_answer_names_no_thread_that_is_not_there(way_out: Open, video: Video) -> None:
    plain = Where(Channel("telegram", "-1009"), "7", {"chat": "-1009", "message": "1"})
    async with BotApi() as api, way_out(api) as outbound:
        asked = await outbound.send(plain, Post("reply", "what?"), "m")
        plain = replace(plain, reply={"chat": "-1009", "message": asked.id})
        sent = await outbound.send_video(plain, video, RESULT, "n")
        assert "reply_to_message" in api.messages[-1009, int(sent.id)]
        assert sent.link == f"https://t.me/c/9/{sent.id}"


async def test_a_file_is_asked_for_again_when_a_flood_is_over(way_out: Open, tmp_path: Path) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        file_id = api.audio(b"song")["file_id"]
        flood = Failure(429, "Too Many Requests: retry after 1", {"retry_after": 1})
        api.fail("getFile", flood, flood)
        await outbound.fetch(_file(file_id, 4), tmp_path / "f", 10)
        calls = [call.at_s for method in ("failed:getFile", "getFile") for call in api.sent(method)]
        assert len(calls) == 3
        assert min(later - earlier for earlier, later in itertools.pairwise(calls)) >= 1.0
        api.fail("getFile", Failure(429, "Too Many Requests: retry after 9000", {"retry_after": 9000}))
        with pytest.raises(FetchFailed, match="network"):
            await outbound.fetch(_file(file_id, 4), tmp_path / "g", 10)


def _file(file_id: str, size: int | None) -> Attachment:
    return Attachment("song.mp3", {"file_id": file_id}, size_bytes=size)


@pytest.mark.parametrize("told", [True, False])
async def test_the_limit_of_20_mib_is_that_of_the_server(way_out: Open, tmp_path: Path, told: bool) -> None:
    below, above = 20_900_000, 21_100_000
    async with BotApi() as api, way_out(api) as outbound:
        small, large = api.audio(b"s" * below)["file_id"], api.audio(b"l" * above)["file_id"]
        await outbound.fetch(_file(small, below if told else None), tmp_path / "small", 200_000_000)
        with pytest.raises(FetchFailed) as caught:
            await outbound.fetch(_file(large, above if told else None), tmp_path / "large", 200_000_000)
        assert (caught.value.reason, caught.value.limit_bytes) == ("too-large-for-platform", 20 << 20)
        assert [(path.name, path.stat().st_size) for path in tmp_path.iterdir()] == [("small", below)]
        assert len(api.sent("getFile")) == 1


@pytest.mark.parametrize(("cap", "known"), [(10, 50), (10, None)])
async def test_a_cap_holds_whatever_the_platform_says(
    way_out: Open, tmp_path: Path, cap: int, known: int | None
) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        file_id = api.audio(b"s" * 50)["file_id"]
        with pytest.raises(FetchFailed, match="too-large"):
            await outbound.fetch(_file(file_id, known), tmp_path / "f", cap)
        assert list(tmp_path.iterdir()) == []


async def test_a_file_that_is_gone_is_named_so_without_its_address(way_out: Open, tmp_path: Path) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        with pytest.raises(FetchFailed, match="gone"):
            await outbound.fetch(_file("nobody", 5), tmp_path / "f", 10)
        lost = api.audio(b"x")["file_id"]
        api.paths[lost] = "music/not-there.mp3"
        with pytest.raises(FetchFailed, match="gone") as caught:
            await outbound.fetch(_file(lost, 1), tmp_path / "f", 10)
        assert TOKEN not in repr(caught.value.__cause__)
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spelled", ["{}", "file://{}"])
async def test_a_server_of_our_own_shares_its_disk(way_out: Open, tmp_path: Path, video: Video, spelled: str) -> None:
    stored = tmp_path / "on the server.mp3"
    stored.write_bytes(b"s" * 100)
    async with BotApi() as api, way_out(api, telegram_local=True) as outbound:
        api.local = True
        file_id = api.audio(b"")["file_id"]
        api.paths[file_id] = spelled.format(stored)
        await outbound.fetch(_file(file_id, 21 << 20), tmp_path / "f", 200_000_000)
        assert (tmp_path / "f").read_bytes() == b"s" * 100
        assert outbound.limits(ANNA).max_upload_bytes == 2_000_000_000
        names = {"Night Drive (2).mp4": "Night_Drive_2.mp4", "夜航.mp4": "video.mp4", "../a.mp4": "a.mp4"}
        for name, shown in names.items():
            await outbound.send_video(ANNA, replace(video, file_name=name), RESULT, "n")
            call = api.sent("sendVideo")[-1]
            assert call.params["video"] == f"{video.path.as_uri()}.as/{shown}"
            assert "video" not in call.files
        assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


@pytest.mark.parametrize(
    "refused",
    [
        "Bad Request: invalid file HTTP URL specified: Unsupported URL protocol",
        "Bad Request: wrong file identifier/HTTP URL specified",
        "Bad Request: can't get file: file not found",
    ],
)
async def test_a_server_that_cannot_read_our_disk_is_given_the_bytes(way_out: Open, video: Video, refused: str) -> None:
    async with BotApi() as api, way_out(api, telegram_local=True) as outbound:
        api.fail("sendVideo", Failure(400, refused))
        await outbound.send_video(ANNA, video, RESULT, "n")
        (call,) = api.sent("sendVideo")
        assert call.files["video"] == 3000


class Door:
    """A departure that writes down when it was told, and may refuse."""

    def __init__(self, api: BotApi, stop: Exception | None = None) -> None:
        self._api, self._stop = api, stop
        self.told: list[str] = []

    async def leaves(self) -> None:
        self.told.append(f"leaves after {len(self._api.sent('failed:sendMessage'))} refusals")
        if self._stop:
            raise self._stop

    async def held(self) -> None:
        self.told.append("held")


async def test_a_departure_is_told_after_the_wait_for_the_budget(way_out: Open) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.fail("sendMessage", Failure(429, "Too Many Requests", {"retry_after": 1}))
        door = Door(api)
        await outbound.send(ANNA, RESULT, "n", door)
        assert door.told == ["leaves after 0 refusals", "held", "leaves after 1 refusals"]


async def test_nothing_is_sent_by_who_may_not_any_more(way_out: Open, video: Video) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        door = Door(api, LostLease())
        card = await outbound.send(ANNA, Post("status", "one"), "n")
        for send in (
            lambda: outbound.send(ANNA, RESULT, "n", door),
            lambda: outbound.send_video(ANNA, video, RESULT, "n", door),
            lambda: outbound.send_again(ANNA, "file", RESULT, "n", door),
            lambda: outbound.edit(ANNA, card.id, Post("status", "two", final=True), door),
        ):
            with pytest.raises(LostLease):
                await send()
        assert len(door.told) == 4
        assert len(api.sent("sendMessage")) == 1
        assert api.sent("sendVideo") == api.sent("editMessageText") == []
        assert (await outbound.send(ANNA, RESULT, "n")).id  # the line is as good as before


async def test_a_send_that_waits_for_its_turn_can_be_cancelled_without_a_doubt(way_out: Open) -> None:
    async with BotApi() as api, way_out(api) as outbound:
        api.fail("sendMessage", Failure(429, "Too Many Requests", {"retry_after": 60}))
        door = Door(api)
        waiting = asyncio.create_task(outbound.send(ANNA, RESULT, "n", door))
        await api.until("failed:sendMessage")
        while door.told[-1] != "held":
            await asyncio.sleep(0.01)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert door.told == ["leaves after 0 refusals", "held"]


async def test_no_departure_is_told_where_no_connection_is_made(way_out: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.telegram.outbound.CONNECT_TRIES", 2)
    async with BotApi() as api:
        opened = way_out(api)
    async with opened as outbound:
        door = Door(api)
        with pytest.raises(OutboundError, match="no connection"):
            await outbound.send(ANNA, RESULT, "n", door)
        assert door.told == []


async def test_a_folder_that_is_not_shared_is_named_to_the_operator_without_the_token(
    way_out: Open, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with BotApi() as api, way_out(api, telegram_local=True) as outbound:
        api.local = True
        file_id = api.audio(b"x")["file_id"]
        api.paths[file_id] = f"/not/mounted/{TOKEN}/music/there.mp3"
        with pytest.raises(FetchFailed, match="gone"):
            await outbound.fetch(_file(file_id, 1), tmp_path / "f", 10)
    assert "/not/mounted/<token>/music" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("found", "addresses"),
    [
        ("music/a.mp3", ["http://h:1/file/bot42:T/music/a.mp3"]),
        ("/music/a.mp3", ["http://h:1/file/bot42:T/music/a.mp3", "http://h:1/music/a.mp3"]),
        ("http://h:2/a.mp3", ["http://h:2/a.mp3"]),
    ],
)
def test_a_path_is_looked_for_below_the_file_address_first(found: str, addresses: list[str]) -> None:
    assert list(files.addresses(found, "http://h:1/bot42:T", "http://h:1/file/bot42:T")) == addresses


def test_a_server_cannot_send_us_to_another_machine() -> None:
    with pytest.raises(FetchFailed, match="gone"):
        files.addresses("http://169.254.169.254/latest", "http://h:1/bot42:T", "http://h:1/file/bot42:T")
