"""Every sample as real bytes over a socket, read by the real client: slow, in odd pieces, cut off."""

from __future__ import annotations

from typing import Any

import pytest

from core.errors import BadAnswer, NemoError, SessionNotFound, TokenExpired, UnknownCode
from core.nemo.readings import recorded
from core.nemo.stream import ChatEvent, End, StreamError, Text, ToolCall
from tests.support.nemo import STREAM_HEAD, Answer, ByteServer, Line, allow, chunk, client_for, says, streams
from tests.wire.sample_readings import READINGS, Reading, sample

REFUSALS: dict[str, type[NemoError]] = {
    "client_left.session_after.json.txt": BadAnswer,
    "client_left.session_after.adk1.json.txt": BadAnswer,
    "run_not_sse.json.txt": BadAnswer,
    "refusal_not_json.txt": UnknownCode,
    "refusal_session_unknown.txt": SessionNotFound,
    "refusal_user_id_missing.txt": UnknownCode,
    "composed/business_error_not_a_stream.json": TokenExpired,
}
STREAMS = sorted(set(READINGS) - set(REFUSALS))
SPLIT_EVERYWHERE = ["separators.txt", "unicode.txt", "composed/crlf.txt", "composed/heartbeats.txt"]


def lines(events: list[ChatEvent]) -> Reading:
    """The reading of events; live, a held-back text comes after what follows it, so texts go first."""
    found: Reading = []
    for event in events:
        match event:
            case Text(text, _, shown):
                found.append({"kind": "text", "text": text, "shown": shown})
            case ToolCall(name):
                found.append({"kind": "call", "name": name})
            case StreamError(code, message):
                found.append({"kind": "error", "code": code, "message": message})
            case End(outcome):
                found.append({"kind": "end", "outcome": outcome})
            case _:
                pass
    return found


def settled(reading: Reading) -> Reading:
    """Texts that are not shown have no place of their own in a live stream: put them first."""
    return sorted(reading, key=lambda line: line.get("shown", True))


async def talk(answer: Answer) -> list[ChatEvent]:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/run_sse", answer)
        events = [event async for event in client.chat("s-1", "hello", guard=allow)]
        assert server.count("/run_sse") == 1
        return events


def pieces(raw: bytes, size: int) -> list[bytes]:
    return [raw[start : start + size] for start in range(0, len(raw), size)]


def body_of(name: str) -> bytes:
    return recorded(sample(name)).body


@pytest.mark.parametrize("name", STREAMS)
async def test_a_sample_reads_over_a_socket_as_from_a_file(name: str) -> None:
    events = await talk(streams(pieces(body_of(name), 4096)))
    assert settled(lines(events)) == settled(READINGS[name])


@pytest.mark.parametrize("name", SPLIT_EVERYWHERE)
async def test_a_sample_in_chunks_of_one_byte(name: str) -> None:
    events = await talk(streams(pieces(body_of(name), 1)))
    assert settled(lines(events)) == settled(READINGS[name])


async def test_a_recorded_answer_with_its_own_chunk_framing() -> None:
    name = "text_with_chunk_framing.txt"
    assert lines(await talk([sample(name)])) == READINGS[name]


async def test_a_slow_stream_with_pauses_inside_of_a_frame() -> None:
    raw = body_of("two_stage.txt")
    slow: list[Any] = []
    for part in pieces(raw, 700):
        slow += [part, 0.02]
    assert lines(await talk(streams(slow))) == READINGS["two_stage.txt"]


@pytest.mark.parametrize("name", ["text.txt", "two_stage.txt", "tools_only.txt", "crash.txt", "empty.txt"])
async def test_a_cut_connection_keeps_the_texts_and_ends_in_disconnect(name: str) -> None:
    events = lines(await talk(streams(pieces(body_of(name), 512), end=Line.RESET)))
    texts = [line for line in READINGS[name] if line["kind"] in {"text", "call"}]
    assert [line for line in events if line["kind"] in {"text", "call"}] == texts
    assert events[-1] == {"kind": "end", "outcome": "disconnect"}


async def test_a_connection_that_closes_without_a_last_chunk_is_no_clean_end() -> None:
    events = await talk(
        [STREAM_HEAD.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), chunk(body_of("text.txt"))]
    )
    assert isinstance(events[-1], End)
    assert events[-1].outcome == "disconnect"


async def test_a_stream_that_ends_with_its_connection_is_a_clean_end() -> None:
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
    assert lines(await talk([head, body_of("text.txt")])) == READINGS["text.txt"]


@pytest.mark.parametrize(("name", "refusal"), REFUSALS.items())
async def test_a_body_that_is_no_stream_is_a_refusal_and_never_silence(name: str, refusal: type[NemoError]) -> None:
    recording = recorded(sample(name))
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/run_sse", says(recording.body, recording.status or 200))
        with pytest.raises(refusal):
            _ = [event async for event in client.chat("s-1", "hello", guard=allow)]
        assert server.count("/run_sse") == 1
