"""How the reader understands a recorded `/run_sse` body, for `from-music sse FILE`. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import BadAnswer, NemoError
from core.nemo.protocol import Kind
from core.nemo.refusals import parse_json, refusal, scrub
from core.nemo.stream import ChatEvent, End, StreamError, StreamReader, Text, ToolCall

BLOCK_BYTES = 65_536
FOREVER_S = 1.0
HEAD_BYTES = 65_536
"""What more headers than this stand before is no recorded answer."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recorded answer: `status` None if the file holds a body only; `cut` if the body is not whole."""

    body: bytes
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False


def read_recorded(raw: bytes, suffix: str = "") -> Iterator[dict[str, Any]]:
    """Yield one dict for each line of the reading.

    `{"kind": "text", "text": …, "shown": bool}`, `{"kind": "call", "name": …}`,
    `{"kind": "error", "code": int | str | None, "message": …}`, last `{"kind": "end", "outcome": …}` with "text",
    "silent", "failed", "broken-off" or "disconnect".

    Args:
        raw: The whole file: a body, or headers and a body, with or without chunk framing.
        suffix: Of the file's name; ".json" says that the body is no stream.
    """
    recording = recorded(raw)
    if not _is_stream(recording, suffix):
        error = _refused(recording)
        yield {"kind": "error", "code": error.code, "message": scrub(error.detail)}
        yield {"kind": "end", "outcome": "failed"}
        return
    reader = StreamReader(0.0, run_s=FOREVER_S, heartbeat_only_s=FOREVER_S, in_order=True)
    body = recording.body
    for start in range(0, len(body), BLOCK_BYTES):
        yield from _lines(reader.feed(body[start : start + BLOCK_BYTES], 0.0))
    yield from _lines(reader.cut() if recording.cut else reader.close())


def recorded(raw: bytes) -> Recording:
    """Take a file apart into status, headers and body; without headers all of it is the body."""
    head = re.match(rb"HTTP/[0-9.]+ ([0-9]{3})[^\r\n]*\r?\n((?:[^\r\n]+\r?\n)*)\r?\n", raw[:HEAD_BYTES])
    if head is None:
        return Recording(raw)
    headers = {}
    for line in head[2].decode("latin-1").splitlines():
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    body, cut = raw[head.end() :], False
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body, cut = unchunked(body)
    elif (length := headers.get("content-length", "")).isdigit():
        cut = len(body) < int(length)
        body = body[: int(length)]
    return Recording(body, int(head[1]), headers, cut)


def unchunked(raw: bytes) -> tuple[bytes, bool]:
    """Undo HTTP chunk framing; the second is True if the last chunk is missing."""
    body = bytearray()
    size_line = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r?\n")
    at = 0
    while (found := size_line.match(raw, at)) is not None:
        size = int(found[1], 16)
        if size == 0:
            return bytes(body), False
        data = raw[found.end() : found.end() + size]
        body += data
        at = found.end() + size
        if len(data) < size:
            break
        at += 2 if raw[at : at + 2] == b"\r\n" else 1 if raw[at : at + 1] == b"\n" else 0
    return bytes(body), True


def _is_stream(recording: Recording, suffix: str) -> bool:
    if recording.status is not None:
        kind = recording.headers.get("content-type", "").partition(";")[0].strip().lower()
        return recording.status == 200 and kind == "text/event-stream"
    beginning = recording.body[:64].removeprefix(b"\xef\xbb\xbf").lstrip()
    return suffix.lower() != ".json" and beginning[:1] not in {b"{", b"[", b"<"}


def _refused(recording: Recording) -> NemoError:
    found = refusal(Kind.CHAT, recording.status or 200, parse_json(recording.body))
    return found or BadAnswer("the body is not an event stream")


def _lines(events: list[ChatEvent]) -> Iterator[dict[str, Any]]:
    for event in events:
        match event:
            case Text(text, _, shown):
                yield {"kind": "text", "text": text, "shown": shown}
            case ToolCall(name):
                yield {"kind": "call", "name": name}
            case StreamError(code, message):
                yield {"kind": "error", "code": code, "message": message}
            case End(outcome):
                yield {"kind": "end", "outcome": outcome}
            case _:
                pass
