"""Recorded streams read back: every sample, and files with headers and chunk framing in them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nemo.readings import read_recorded, unchunked
from tests.wire.sample_readings import READINGS, all_samples, end, error, sample, text

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
HELLO = b'data: {"content":{"parts":[{"text":"Hello."}]}}\n\n'


def test_every_sample_has_a_reading() -> None:
    assert all_samples() == set(READINGS)


@pytest.mark.parametrize("name", READINGS)
def test_a_sample_is_read_as_its_readme_says(name: str) -> None:
    assert list(read_recorded(sample(name), name[name.rfind(".") :])) == READINGS[name]


NO_STREAM = "the body is not an event stream"


@pytest.mark.parametrize(
    ("raw", "reading"),
    [
        (HEAD + b"\r\n" + HELLO, [text("Hello."), end("text")]),
        (HEAD.replace(b"\r\n", b"\n") + b"\n" + HELLO, [text("Hello."), end("text")]),
        (HEAD + b"content-length: 900\r\n\r\n" + HELLO, [text("Hello."), end("disconnect")]),
        (HEAD + b"content-length: %d\r\n\r\n" % len(HELLO) + HELLO + b"more", [text("Hello."), end("text")]),
        (
            HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(HELLO) + HELLO + b"\r\n",
            [text("Hello."), end("disconnect")],
        ),
        (b"<html>Bad gateway</html>", [error(None, "the body is not an event stream"), end("failed")]),
        (b'  {"code": "2001", "message": "no"}', [error(2001, "no"), end("failed")]),
        (b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\n\r\n<html>", [error(502, ""), end("failed")]),
        (b"Internal Server Error", [error(None, NO_STREAM), end("failed")]),
        (
            b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000,
            [error(None, "the body is not an event stream"), end("failed")],
        ),
        (b"heartbeat\n\n", [end("silent")]),
        (b"", [end("silent")]),
    ],
)
def test_files_with_headers_and_files_that_are_no_stream(raw: bytes, reading: list[dict[str, Any]]) -> None:
    assert list(read_recorded(raw)) == reading


@settings(deadline=None)
@given(st.lists(st.binary(min_size=1, max_size=40)), st.booleans())
def test_chunk_framing_is_undone(pieces: list[bytes], whole: bool) -> None:
    framed = b"".join(b"%x;ext=1\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    assert unchunked(framed + (b"0\r\n\r\n" if whole else b"")) == (b"".join(pieces), not whole)


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=300).map(lambda body: HEAD + b"\r\n" + body)))
def test_any_file_has_a_reading_with_one_end(raw: bytes) -> None:
    lines = list(read_recorded(raw))
    assert [line["kind"] for line in lines].count("end") == 1
    assert lines[-1]["kind"] == "end"
