"""Bytes to frames: line ends, byte-order mark, unfinished frames, caps, any split."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.nemo.sse import FrameSplitter, Rest

NOTHING = Rest(None, cut=False)


def split(raw: bytes, *, step: int | None = None, cap: int = 1000) -> tuple[list[bytes], Rest]:
    splitter = FrameSplitter(cap)
    frames: list[bytes] = []
    for start in range(0, len(raw), step or len(raw) or 1):
        frames += splitter.feed(raw[start : start + (step or len(raw))])
    return frames, splitter.finish()


@pytest.mark.parametrize(
    ("raw", "frames"),
    [
        (b"data: one\n\ndata: two\n\n", [b"one", b"two"]),
        (b"data: one\r\rdata: two\r\r", [b"one", b"two"]),
        (b"data: one\r\n\r\ndata: two\r\n\r\n", [b"one", b"two"]),
        (b"data: mixed\r\n\ndata: ends\n\r\n", [b"mixed", b"ends"]),
        (b"\xef\xbb\xbfdata: after the mark\n\n", [b"after the mark"]),
        (b"data: a\n\n\xef\xbb\xbfdata: the mark counts at the beginning only\n\n", [b"a"]),
        (b"data:no space\n\ndata:  two spaces\n\n", [b"no space", b" two spaces"]),
        (b"data: a\ndata: b\ndata\ndata:\n\n", [b"a\nb\n\n"]),
        (b": comment\n\nevent: x\nid: 1\nretry: 2\n\n\n\n", []),
        (b": comment\ndata: a\nevent: late\n\n", [b"a"]),
        (b"data:\n\ndata: \n\n", [b"", b""]),
        ("data: a\u2028b\x85c\u2029d\x0be\x0cf\x1cg\n\n".encode(), ["a\u2028b\x85c\u2029d\x0be\x0cf\x1cg".encode()]),
        (b"data: \xff\xfe\x80\n\n", [b"\xff\xfe\x80"]),
        (b"database: no\n\nDATA: no\n\n data: no\n\n", []),
    ],
)
def test_frames_of_a_stream(raw: bytes, frames: list[bytes]) -> None:
    assert split(raw) == (frames, NOTHING)
    assert split(raw, step=1) == (frames, NOTHING)


@pytest.mark.parametrize(
    ("raw", "rest"),
    [
        (b"", NOTHING),
        (b"data: done\n\n", NOTHING),
        (b"data: {}\n", Rest(b"{}", cut=False)),
        (b"data: {}", Rest(b"{}", cut=True)),
        (b"data: a\ndata: b", Rest(b"a\nb", cut=True)),
        (b"data: a\nda", Rest(b"a", cut=True)),
        (b"d", Rest(None, cut=True)),
        (b"data:", Rest(b"", cut=True)),
        (b": half a com", NOTHING),
        (b"event: pin", NOTHING),
        (b"\xef\xbb\xbfdata: x", Rest(b"x", cut=True)),
        (b"\xef\xbb", NOTHING),
    ],
)
def test_what_is_left_at_the_end(raw: bytes, rest: Rest) -> None:
    assert split(raw)[1] == rest
    assert split(raw, step=1)[1] == rest


@settings(deadline=None)
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [b"\r", b"\n", b"\r\n", b"data:", b"data: ", b": ", b"event: x", b"\xef\xbb\xbf", b"{", b"da"]
            ),
            st.binary(max_size=12),
        )
    ).map(b"".join),
    st.integers(1, 7),
)
def test_the_split_into_chunks_does_not_matter(raw: bytes, step: int) -> None:
    assert split(raw, step=step, cap=100) == split(raw, cap=100)


@pytest.mark.parametrize("step", [1, 7, 4096])
def test_an_event_over_the_cap_is_dropped_and_the_next_one_is_read(step: int) -> None:
    raw = b"data: " + b"x" * 2000 + b"\n\ndata: next\n\n"
    splitter = FrameSplitter(1000)
    frames = [frame for start in range(0, len(raw), step) for frame in splitter.feed(raw[start : start + step])]
    assert (frames, splitter.dropped, splitter.finish()) == ([b"next"], 1, NOTHING)


def test_lines_of_one_event_count_together() -> None:
    splitter = FrameSplitter(1000)
    assert splitter.feed(b"data: 0123456789\n" * 100 + b"\ndata: next\n\n") == [b"next"]
    assert splitter.dropped == 1


def test_a_comment_over_the_cap_costs_nothing() -> None:
    splitter = FrameSplitter(1000)
    assert splitter.feed(b"data: kept\n: " + b"x" * 3000) == []
    assert splitter.feed(b"x" * 3000 + b"\n\n") == [b"kept"]


def test_a_hundred_megabytes_without_a_line_end_take_no_more_than_the_cap() -> None:
    splitter = FrameSplitter()
    block = b"x" * 1_000_000
    splitter.feed(b"data: ")
    tracemalloc.start()
    try:
        for _ in range(100):
            splitter.feed(block)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 40_000_000
    assert splitter.finish() == Rest(None, cut=True)
    assert splitter.dropped == 1


def test_a_body_that_is_no_stream_leaves_its_beginning() -> None:
    splitter = FrameSplitter()
    splitter.feed(b'{"code":1001}\n')
    splitter.finish()
    assert splitter.stray == b'{"code":1001}'
