"""Endpoint 3: the stream, the draft, credits, one run per session, clients that leave, every switch."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.studio.api.live import FORM, Person, Studio, events, running, texts


async def test_a_run_speaks_adk_and_the_draft_is_there_when_it_closes(ann: Person) -> None:
    session = await ann.session()
    await ann.upload(session, "song.wav")
    answer = await ann.say(session, "create a video from this music with visualizer and beat-synced cuts")
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-accel-buffering"] == "no"
    found = events(answer.content)
    calls = [
        p["functionCall"]["name"] for e in found for p in e.get("content", {}).get("parts", []) if "functionCall" in p
    ]
    assert calls == ["analyze_music", "build_timeline"]
    results = [e for e in found if any("functionResponse" in p for p in e.get("content", {}).get("parts", []))]
    assert [e["content"]["role"] for e in results] == ["user", "user"]
    assert all("partial" not in e for e in found)
    assert all(None not in e.values() for e in found)
    assert len({e["invocationId"] for e in found}) == 1
    deltas = [e["actions"]["stateDelta"] for e in found if e["actions"]["stateDelta"]]
    draft = await ann.draft(session)
    assert [d["draft"] for d in deltas] == [draft]
    assert [t["tt"] for t in draft["t"]] == [0, 1, 7]
    assert "120 BPM" in texts(answer.content)[-1]


async def test_streaming_sends_pieces_and_then_the_whole(ann: Person) -> None:
    session = await ann.session()
    answer = await ann.say(session, "what can you do", streaming=True)
    found = events(answer.content)
    pieces = [e["content"]["parts"][0]["text"] for e in found if e.get("partial") is True]
    whole = [e["content"]["parts"][0]["text"] for e in found if "partial" not in e]
    assert len(pieces) > 2
    assert "".join(pieces) == "".join(whole)
    assert len({e["id"] for e in found}) == 1  # ADK 2: one model turn, one id


@pytest.mark.parametrize(
    "body",
    [
        {"appName": "nemo_agent", "userId": "me", "newMessage": {"role": "user", "parts": [{"text": "hi"}]}},
        {"app_name": "nemo_agent", "new_message": {"parts": [{"text": "hi"}]}},
        {**FORM, "new_message": {"parts": [{"text": "hi", "inline_data": {"mime_type": "x"}}]}, "later": [1]},
    ],
)
async def test_the_body_is_read_tolerantly(ann: Person, body: dict[str, Any]) -> None:
    session = await ann.session()
    answer = await ann.post("/run_sse", {**body, "session_id": session})
    assert texts(answer.content)


async def test_without_a_track_it_asks_for_one_and_remembers_the_wish(ann: Person) -> None:
    session = await ann.session()
    first = texts((await ann.say(session, "make it vertical")).content)
    assert "track" in first[0]
    assert await ann.draft(session) == {}
    await ann.upload(session)
    await ann.say(session, "create a video")
    assert (await ann.draft(session))["m"]["height"] == 1920


async def test_undo_goes_back_and_redo_forward(ann: Person) -> None:
    session = await ann.made()
    before = await ann.draft(session)
    await ann.say(session, "make it square")
    square = await ann.draft(session)
    assert square != before
    await ann.say(session, "undo")
    assert await ann.draft(session) == before
    await ann.say(session, "redo")
    assert await ann.draft(session) == square


async def test_the_answer_is_in_the_language_of_the_message_or_of_the_session(ann: Person) -> None:
    english, chinese = await ann.session("en"), await ann.session("zh-CN")
    assert "竖屏" in texts((await ann.say(english, "你能做什么")).content)[0]
    assert (
        "竖屏" in texts((await ann.say(chinese, "9:16?")).content)[0]
        or "歌" in texts((await ann.say(chinese, "9:16")).content)[0]
    )


async def test_a_second_run_in_a_session_is_refused_and_a_client_that_leaves_changes_nothing(ann: Person) -> None:
    session = await ann.made()
    body = {**FORM, "session_id": session, "new_message": {"parts": [{"text": "make it vertical"}]}}
    headers = {**ann.headers, "X-Studio-Switch": "silence_s=0.5"}
    async with ann.http.stream("POST", "/run_sse", json=body, headers=headers) as stream:
        async for _ in stream.aiter_bytes():
            break
        second = await ann.say(session, "make it square")
        assert (second.status_code, second.json()["code"]) == (409, 409)
    while (await ann.draft(session))["m"]["height"] != 1920:
        await asyncio.sleep(0.02)


async def test_credits_are_held_during_a_run_and_spent_at_its_end(tmp_path: Path) -> None:
    async with running(tmp_path, price_create=60, price_edit=30) as studio:
        ann = await studio.person()
        session = await ann.session()
        await ann.upload(session)
        await ann.say(session, "what can you do")
        assert await ann.credits() == (100, 0)
        task = asyncio.create_task(ann.say(session, "create a video", switch="silence_s=0.6"))
        while (await ann.credits())[1] == 0:
            await asyncio.sleep(0.01)
        assert await ann.credits() == (40, 60)
        await task
        assert await ann.credits() == (40, 0)
        await ann.say(session, "make it square")
        assert await ann.credits() == (10, 0)
        poor = await ann.say(session, "make it vertical")
        assert (poor.status_code, poor.json()["code"]) == (200, 2001)
        assert poor.headers["content-type"] == "application/json"


async def test_credits_of_failed_work_return(tmp_path: Path) -> None:
    async with running(tmp_path, price_create=60) as studio:
        ann = await studio.person()
        session = await ann.session()
        await ann.upload(session)
        answer = await ann.say(session, "create a video", switch="crash=2")
        last = events(answer.content)[-1]
        assert last["error"] == "RuntimeError: tool backend went away"
        assert last["error_details"]["error_type"] == "RuntimeError"
        assert await ann.credits() == (100, 0)
        assert await ann.draft(session) == {}


async def test_the_hard_limit_ends_a_run_with_an_error_frame(ann: Person) -> None:
    session = await ann.made()
    answer = await ann.say(session, "make it square", switch="run_s=0.2; silence_s=30")
    assert events(answer.content)[-1]["error"].startswith("TimeoutError")
    assert (await ann.say(session, "make it square")).status_code == 200


BEATS = {
    "json": b'data: {"type":"heartbeat"}\n\n',
    "comment": b": ping\n\n",
    "empty": b"data:\n\n",
    "event": b"event: heartbeat\ndata: {}\n\n",
    "word": b"data: heartbeat\n\n",
}


@pytest.mark.parametrize(("form", "spelled"), [*BEATS.items(), ("none", b"")])
async def test_heartbeats_fill_the_silence(ann: Person, form: str, spelled: bytes) -> None:
    session = await ann.made()
    switch = f"silence_s=0.4; heartbeat_s=0.05; heartbeat={form}"
    answer = await ann.say(session, "make it square", switch=switch)
    assert (spelled in answer.content) if spelled else not any(beat in answer.content for beat in BEATS.values())


async def test_a_silent_edit_edits_and_says_nothing(ann: Person) -> None:
    session = await ann.made()
    answer = await ann.say(session, "make it square", switch="silent")
    assert texts(answer.content) == []
    assert (await ann.draft(session))["m"]["width"] == 1080


async def test_two_stages_gui_talk_thoughts_noise_and_odd_characters(ann: Person) -> None:
    session = await ann.session()
    await ann.upload(session)
    answer = await ann.say(session, "create a video", switch="two_stages; gui_talk; thought; noise; odd")
    said = texts(answer.content)
    assert len(said) == 4  # opening, first stage, closing, noise
    assert "Export" in said[2]
    assert said[3] == "I encountered a temporary issue. Please try again."
    assert all(c in answer.content.decode() for c in "\u2028\u2029\u0085")
    found = events(answer.content)
    assert found[0]["content"]["parts"][0]["thought"] is True
    assert found[-1]["errorCode"] == "UNKNOWN_ERROR"


async def test_our_own_agent_does_not_speak_of_buttons(ann: Person) -> None:
    session = await ann.made()
    answer = await ann.say(session, "make it square")
    assert "click" not in answer.text.lower()


async def test_a_drop_cuts_a_frame_in_the_middle_and_the_run_goes_on(ann: Person) -> None:
    session = await ann.made()
    got = b""
    body = {**FORM, "session_id": session, "new_message": {"parts": [{"text": "make it square"}]}}
    headers = {**ann.headers, "X-Studio-Switch": "drop=2"}
    broken = False
    async with ann.http.stream("POST", "/run_sse", json=body, headers=headers) as stream:
        try:
            async for chunk in stream.aiter_bytes():
                got += chunk
        except httpx.RemoteProtocolError:
            broken = True
    assert broken
    assert got.count(b"\n\n") == 1
    assert not got.endswith(b"\n\n")
    while (await ann.draft(session))["m"]["width"] != 1080:
        await asyncio.sleep(0.02)


async def test_the_typed_dialect(ann: Person) -> None:
    session = await ann.made()
    answer = await ann.say(session, "make it square", switch="dialect=typed")
    assert [e["type"] for e in events(answer.content)] == ["tool_call", "tool_result", "text"]


async def test_the_older_adk_gives_every_event_its_own_id_and_a_bare_error(ann: Person) -> None:
    session = await ann.made()
    answer = await ann.say(session, "make it square", switch="dialect=adk1", streaming=True)
    found = events(answer.content)
    assert len({e["id"] for e in found}) == len(found)
    assert all("nodeInfo" not in e for e in found)
    crash = await ann.say(session, "make it square", switch="dialect=adk1; crash=1")
    assert events(crash.content) == [{"error": "tool backend went away"}]


@pytest.mark.parametrize(
    ("switch", "frame"),
    [
        ("code_in_stream=2001", {"code": 2001, "message": "a test switch says so"}),
        ("error_event", {"errorCode": "RESOURCE_EXHAUSTED", "errorMessage": "The model is overloaded."}),
    ],
)
async def test_errors_inside_a_healthy_stream(ann: Person, switch: str, frame: dict[str, Any]) -> None:
    session = await ann.made()
    found = events((await ann.say(session, "make it square", switch=switch)).content)
    assert len(found) == 1
    assert frame.items() <= found[0].items()


async def test_switches_of_a_request_are_ignored_unless_they_are_allowed(tmp_path: Path) -> None:
    async with running(tmp_path, switches=False) as studio:
        ann = await studio.person()
        session = await ann.session()
        answer = await ann.say(session, "what can you do", switch="silent; refuse=1001")
        assert texts(answer.content)


async def test_standing_switches_hold_for_everybody(tmp_path: Path) -> None:
    async with running(tmp_path, switches=False, switch="dialect=typed") as studio:
        ann = await studio.person()
        answer = await ann.say(await ann.session(), "what can you do")
        assert [e["type"] for e in events(answer.content)] == ["text"]


async def test_a_reader_of_one_byte_a_second_holds_nobody_up(studio: Studio, ann: Person) -> None:
    session, other = await ann.made(), await ann.made()
    host, port = studio.url.removeprefix("http://").split(":")
    body = json.dumps({**FORM, "session_id": session, "new_message": {"parts": [{"text": "make it square"}]}}).encode()
    head = [f"{k}: {v}" for k, v in {**ann.headers, "Host": host, "Content-Length": str(len(body))}.items()]
    reader, writer = await asyncio.open_connection(host, int(port), limit=16)
    writer.write("\r\n".join(["POST /run_sse HTTP/1.1", *head, "", ""]).encode() + body)
    await reader.readexactly(1)
    answer = await ann.say(other, "make it square")
    assert texts(answer.content)
    await reader.readexactly(1)
    while (await ann.draft(session))["m"]["width"] != 1080:  # the run does not wait for its reader
        await asyncio.sleep(0.02)
    writer.close()
