"""The turn under what no server and no person should send: a sentence each time, one request, no secret, no stop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio

from bots.app import Program
from core.messages import Channel
from tests.support.nemo import Answer, ByteServer, Line, Step, frame, says, streams
from tests.support.program import PLATFORM, Chat, say
from tests.support.rooms import Rooms, open_rooms

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("bad input")]

SID = "7001"
STATE = f"/api/state/nemo_agent/me/{SID}/latest"
SECRET = "nmv_usr_" + "s3cret" * 6


def state(draft: Any = None, **more: Any) -> Answer:
    return says({"code": 0, "data": {"state": {"draft": draft, "video_infos": [], **more}}})


def text(words: str) -> bytes:
    return frame({"content": {"parts": [{"text": words}], "role": "model"}, "author": "nemo_agent"})


@dataclass
class Place:
    server: ByteServer
    program: Program
    rooms: Rooms
    count: int = field(default=0)

    async def hear(self, words: str = "make it blue", **more: Any) -> tuple[str, Chat]:
        """Say something in a channel of its own."""
        self.count += 1
        channel = Channel(PLATFORM, f"c{self.count}")
        stage = await say(self.program, words, event=f"e{self.count}", channel=channel, **more)
        return stage, self.rooms.chats[channel.chat]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Place]:
    folder = tmp_path_factory.mktemp("bad")
    async with ByteServer() as server:
        server.on("/api/tasks/me/with-session/nemo_agent", says({"code": 0, "data": {"session_id": SID, "task_id": 9}}))
        waits = {"nemo_token": SECRET, "heartbeat_only_s": 2.5, "run_s": 20.0, "read_s": 8.0, "look_times": 2}
        async with open_rooms(folder, server.url, **waits, silent_look_times=1) as (program, rooms):
            yield Place(server, program, rooms)


def shown(chat: Chat) -> str:
    posts = chat.posts.values()
    return "\n".join([*(post.text for post in posts), *(post.title for post in posts)])


BIG = b"data: " + b"x" * 1_000_000


@pytest.mark.parametrize(
    ("pieces", "end", "stage", "words"),
    [
        (
            [text("Half of"), frame({"error": "RuntimeError"})],
            b"0\r\n\r\n",
            "failed",
            "nothing changed on the timeline",
        ),
        ([b"data: {not json\n\n", text("Fine.")], b"0\r\n\r\n", "done", "Fine."),
        ([b"data: \xff\xfe\xfa\n\n", text("Fine.")], b"0\r\n\r\n", "done", "Fine."),
        ([frame(None), frame([]), frame(7), frame({"content": None}), text("Fine.")], b"0\r\n\r\n", "done", "Fine."),
        (
            [frame({"content": {"parts": None}, "actions": None, "author": None})],
            b"0\r\n\r\n",
            "done",
            "cannot see any",
        ),
        ([BIG, *[b"y" * 1_000_000] * 20, b"\n\n", text("Fine.")], b"0\r\n\r\n", "done", "Fine."),
        ([text("\u202eevil\u2066 title\u0000\u001b[2J")], b"0\r\n\r\n", "done", "evil"),
        ([text("Part of it"), b'data: {"content"'], Line.RESET, "doubtful", "no change has shown up"),
        ([], Line.RESET, "doubtful", "could not see whether"),
        ([b"<html>502 Bad Gateway</html>"], b"0\r\n\r\n", "failed", "do not understand"),
        ([frame({"code": 2001, "message": f"poor {SECRET}"})], b"0\r\n\r\n", "failed", "used up"),
        ([text("Half of it."), frame({"code": 2001})], b"0\r\n\r\n", "failed", "used up"),
        ([text(f"Your token is {SECRET}.")], b"0\r\n\r\n", "done", "Your token is"),
        ([frame({"error": f"RuntimeError: {SECRET}"})], b"0\r\n\r\n", "failed", "could not finish this"),
    ],
    ids=lambda value: None,
)
async def test_streams_that_no_server_should_send(
    place: Place, pieces: list[Step], end: Step, stage: str, words: str
) -> None:
    place.server.on(STATE, state()).on("/run_sse", streams(pieces, end))
    before = place.server.count("/run_sse")
    ended, chat = await place.hear()
    assert (ended, place.server.count("/run_sse") - before) == (stage, 1)
    assert words in shown(chat)
    assert SECRET not in shown(chat)


async def test_endless_heartbeats_come_to_an_end(place: Place) -> None:
    beats: list[Step] = [step for _ in range(200) for step in (b'data: {"type":"heartbeat"}\n\n', 0.05)]
    place.server.on(STATE, state()).on("/run_sse", streams(beats, Line.HANG))
    ended, chat = await place.hear()
    assert ended == "doubtful"
    assert "no change has shown up" in shown(chat)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (says(b"<html>Welcome</html>", kind="text/html"), "could not see whether"),
        (says(b"{broken", kind="application/json"), "could not see whether"),
        (says(b"", 302, location="https://elsewhere.test/"), "could not see whether"),
        (says(b"oops", 500, kind="text/plain"), "could not see whether"),
        (says(b"<html>Request Entity Too Large</html>", 413, kind="text/html"), "in fewer words"),
        (says({"code": 1001, "message": SECRET}), "does not accept this bot's account"),
        (says({"detail": "Session not found"}, 404), "lost this project"),
        (says({"code": 777, "message": SECRET}), "could not finish this"),
    ],
    ids=lambda value: None,
)
async def test_answers_that_are_no_stream_are_one_sentence_and_never_sent_again(
    place: Place, answer: Answer, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    place.server.on(STATE, state()).on("/run_sse", answer)
    ended, chat = await place.hear()
    assert ended in ("failed", "doubtful")
    assert words in shown(chat)
    assert SECRET not in shown(chat)
    assert ended == "doubtful" or "core.flows.failures" in {record.name for record in caplog.records}
    assert SECRET not in caplog.text


async def test_a_code_that_nobody_knows_stands_in_the_log_and_not_in_the_chat(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.server.on(STATE, state()).on("/run_sse", says({"code": 777, "message": "the moon is full"}))
    _, chat = await place.hear()
    assert "code 777, status 200: the moon is full" in caplog.text
    assert "777" not in shown(chat)


async def test_an_address_that_the_backend_cannot_fetch_is_named(place: Place) -> None:
    answers = says({"code": 400, "message": "the host does not resolve", "data": None}, status=400)
    place.server.on(STATE, state()).on(f"/api/upload-video/nemo_agent/me/{SID}", answers)
    stage, chat = await place.hear("https://nowhere.example/night.mp3 make a video")
    assert stage == "failed"
    assert "could not fetch night.mp3 from that address" in shown(chat)


async def test_an_edit_without_words_and_without_a_state_to_look_at_is_looked_after(place: Place) -> None:
    place.server.on(STATE, state(), says(b"<html>Welcome</html>", kind="text/html")).on(
        "/run_sse", streams([frame({"type": "tool_call", "name": "x"})])
    )
    ended, chat = await place.hear()
    assert ended == "doubtful"
    assert "no change has shown up" in shown(chat)


async def test_a_reading_verb_whose_answer_is_late_gets_a_card(place: Place) -> None:
    place.server.on(STATE, state()).on("/run_sse", streams([text("Heard.")]))
    _, chat = await place.hear()
    cards = len(chat.order)
    place.server.on(STATE, streams([5.5, b'{"code":0,"data":{"state":{"draft":{},"video_infos":[]}}}'], b"0\r\n\r\n"))
    channel = Channel(PLATFORM, f"c{place.count}")
    ended = await say(place.program, "status", event="late", channel=channel)
    assert ended == "done"
    async with asyncio.timeout(10.0):
        while not any(chat.posts[sent].final for sent in chat.order[cards:]):
            await asyncio.sleep(0.02)
    late = [chat.posts[sent] for sent in chat.order[cards:]]
    assert [(post.kind, post.stage) for post in late] == [("status", "done"), ("reply", "")]
    assert "Nothing is on the timeline yet" in chat.replies[-1]


ODD_DRAFTS: list[Any] = [
    {"t": None, "d": None, "m": None},
    {"t": [None, 7, "x", {"sg": None}, {"tt": None, "sg": [None, {"s": None, "d": None, "m": None}]}]},
    {"t": [{"tt": 0, "sg": [{"s": -5000, "d": -1, "m": {"name": -1, "volume": -3}}]}], "d": -9},
    {"t": [{"tt": 7, "sg": [{"s": 1e308, "d": 10**30, "m": {"text": "\u202e\u0000" * 50}}]}]},
    {"t": {"not": "a list"}},
    {"t": [{"tt": [], "sg": [[[[]]]]}]},
]


@pytest.mark.parametrize("draft", ODD_DRAFTS)
async def test_drafts_that_make_no_sense_are_told_calmly(place: Place, draft: Any) -> None:
    place.server.on(STATE, state(), state(draft)).on("/run_sse", streams([frame({"type": "tool_call", "name": "x"})]))
    place.server.on("/api/render/proxy/lambda", says({"code": 402}, 402))
    ended, chat = await place.hear()
    assert ended in ("done", "failed")
    assert len(chat.replies) >= 2
    assert await place.hear("status") is not None


async def test_a_draft_of_ten_thousand_segments_holds_nobody_up(place: Place) -> None:
    def draft(volume: float) -> dict[str, Any]:
        pieces = [
            {"id": str(n), "s": n * 9, "d": 9, "m": {"name": f"clip {n}", "volume": volume}} for n in range(10_000)
        ]
        return {"t": [{"tt": 1, "sg": pieces}], "d": 90_000}

    place.server.on(STATE, state(draft(0.5)), state(draft(0.7)))
    place.server.on("/run_sse", streams([frame({"type": "tool_call", "name": "x"})]))
    place.server.on("/api/render/proxy/lambda", says({"code": 402}, 402))
    pulses = 0

    async def pulse() -> None:
        nonlocal pulses
        while True:
            await asyncio.sleep(0.01)
            pulses += 1

    beating = asyncio.create_task(pulse())
    ended, chat = await place.hear()
    beating.cancel()
    assert ended == "failed"  # the 402 of the export
    assert "… and 9992 more" in shown(chat).replace(",", "")
    assert len(max(chat.replies, key=len)) < 2000
    assert pulses > 20


@pytest.mark.parametrize(
    "words",
    [
        "x" * 1_000_000,
        "🎉🎉🎉",
        "\u202e\u2066make it blue\u2069",
        "the title says 'export' and \"status\" and /cancel",
        "title “导出” for 3 seconds",
        "\ud800 half a pair",
        "\x00\x1b[2J\x07",
    ],
    ids=lambda words: ascii(words[:12]),
)
async def test_odd_words_reach_the_agent_once_and_as_they_are(place: Place, words: str) -> None:
    place.server.on(STATE, state()).on("/run_sse", streams([text("Heard.")]))
    before = place.server.count("/run_sse")
    ended, chat = await place.hear(words)
    assert ended == "done"
    assert "Heard." in shown(chat)
    assert place.server.count("/run_sse") - before == 1
    sent = next(one for one in reversed(place.server.seen) if one.path == "/run_sse")
    said = sent.json["new_message"]["parts"][0]["text"]
    assert said == words.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize("words", ["", " \n ", "\u202e\u2066\u200b"])
async def test_words_that_say_nothing_are_not_sent(place: Place, words: str) -> None:
    before = place.server.count("/run_sse")
    ended, chat = await place.hear(words)
    assert ended == "done"
    assert "Send me the track" in shown(chat)
    assert place.server.count("/run_sse") == before
