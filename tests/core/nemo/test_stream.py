"""Frames to events: the rules of the contract's §5.3 to §5.5, one row each."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadAnswer, NemoError, OutOfCredits, RateLimited, TokenExpired, UnknownCode, Unreachable
from core.nemo.stream import (
    ChatEvent,
    End,
    Heartbeat,
    Piece,
    StateDelta,
    StreamError,
    StreamReader,
    Text,
    ToolCall,
    ToolResult,
    earlier,
    is_noise,
)
from tests.wire.sample_readings import READINGS, sample

NOISE = "I encountered a temporary issue. Please try again."


def said(text: str, author: str = "agent", **more: Any) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}], "role": "model"}, "author": author} | more


def piece(text: str, author: str = "agent", **more: Any) -> dict[str, Any]:
    return said(text, author, partial=True, **more)


def calls(name: str, **more: Any) -> dict[str, Any]:
    return {"content": {"parts": [{"functionCall": {"name": name}}], "role": "model"}, "author": "agent"} | more


def answers(name: str) -> dict[str, Any]:
    return {"content": {"parts": [{"functionResponse": {"name": name}}], "role": "user"}, "author": "agent"}


def reader(**more: Any) -> StreamReader:
    return StreamReader(0.0, **{"run_s": 900.0, "heartbeat_only_s": 600.0} | more)


def body(*events: Any) -> bytes:
    return b"".join(b"data: " + json.dumps(event).encode() + b"\n\n" for event in events)


def read(*events: Any) -> list[ChatEvent]:
    """What comes of a stream that ends cleanly, without pieces and signs of life."""
    one = reader()
    found = one.feed(body(*events), 1.0) + one.close()
    return [event for event in found if not isinstance(event, Piece | Heartbeat)]


def texts(events: list[ChatEvent]) -> list[str]:
    return [event.text for event in events if isinstance(event, Text) and event.shown]


def ended(events: list[ChatEvent]) -> tuple[str, type[NemoError] | None]:
    last = events[-1]
    assert isinstance(last, End)
    assert sum(isinstance(event, End) for event in events) == 1
    return last.outcome, type(last.error) if last.error else None


@pytest.mark.parametrize(
    ("events", "messages"),
    [
        ([piece("Half "), piece("a word"), said("Half a word")], ["Half a word"]),
        ([piece("Half "), piece("a word"), said("Half a word, and more")], ["Half a word, and more"]),
        ([piece("Half a word"), said("Half")], ["Half"]),
        ([piece("Other."), said("Message.")], ["Other.", "Message."]),
        ([piece("Other. "), piece("Message."), said("Message.")], ["Other.", "Message."]),
        ([piece("\nPadded "), said("Padded")], ["Padded"]),
        ([piece("Kept "), calls("tool"), piece("whole"), said("Kept whole")], ["Kept whole"]),
        ([piece("Only pieces")], ["Only pieces"]),
        ([piece("Only "), calls("tool"), piece("pieces")], ["Only pieces"]),
        ([said("Twice."), said("Twice.")], ["Twice.", "Twice."]),
        ([piece("Twice."), said("Twice."), said("Twice.")], ["Twice.", "Twice."]),
        ([piece("a1 ", "a"), piece("b1 ", "b"), piece("a2", "a"), said("b1 ", "b")], ["b1 ", "a1 a2"]),
        ([piece("x", branch="1"), piece("y", branch="2"), said("x", branch="1"), said("y", branch="2")], ["x", "y"]),
        ([said("")], []),
        ([said(" \n")], []),
        ([piece("Kept"), said(" "), said("Kept")], ["Kept"]),
        ([said("Not", partial=False)], ["Not"]),
        ([said("Null", partial=None)], ["Null"]),
        ([said("Odd", partial="true")], ["Odd"]),
        ([{"content": {"role": "user", "parts": [{"text": "typed by the user"}]}}], []),
        ([{"content": {"parts": [{"text": "a"}, {"text": "b"}, {"text": "hidden", "thought": True}]}}], ["ab"]),
        ([{"content": {"parts": [{"text": "A"}, {"functionCall": {"name": "t"}}, {"text": "B"}]}}], ["AB"]),
        ([{"type": "text", "content": "Typed."}], ["Typed."]),
        ([{"type": "text", "content": {"parts": [{"text": "Both forms."}]}}], ["Both forms."]),
    ],
)
def test_each_text_is_read_once(events: list[Any], messages: list[str]) -> None:
    assert texts(read(*events)) == messages


@pytest.mark.parametrize(
    ("events", "found"),
    [
        ([calls("add")], [ToolCall("add")]),
        ([calls("add", partial=True), calls("add")], [ToolCall("add")]),
        ([answers("add")], [ToolResult("add")]),
        ([{"type": "tool_call", "name": "add"}], [ToolCall("add")]),
        ([{"type": "tool_result", "name": "add"}], [ToolResult("add")]),
        ([{"actions": {"stateDelta": {"v": 1}}}], [StateDelta()]),
        ([{"actions": {"stateDelta": {}}}], []),
        ([{"content": {"parts": [{"functionCall": {"name": None}}]}}], [ToolCall("")]),
        ([{"content": {"parts": [{"functionCall": None}, None, 3, {}]}}], []),
        ([{"content": {"parts": None}, "actions": None, "author": None}], []),
        ([{"content": None, "actions": {"stateDelta": None}}], []),
        ([{"type": "heartbeat"}, {"code": 0}, {}, [], None, "word", 7], []),
        # an empty text beside what the part is about; the names of ADK's own classes
        ([{"content": {"parts": [{"text": "", "functionCall": {"name": "add"}}]}}], [ToolCall("add")]),
        ([{"content": {"parts": [{"text": None, "function_call": {"name": "add"}}]}}], [ToolCall("add")]),
        ([{"content": {"parts": [{"function_response": {"name": "add"}}], "role": "user"}}], [ToolResult("add")]),
        ([{"actions": {"state_delta": {"v": 1}}}], [StateDelta()]),
    ],
)
def test_tools_and_changes(events: list[Any], found: list[ChatEvent]) -> None:
    assert read(*events) == [*found, End("silent")]


B = {"error": "went away"}


@pytest.mark.parametrize(
    ("events", "end"),
    [
        ([said("Done.")], ("text", None)),
        ([piece("Done.")], ("text", None)),
        ([], ("silent", None)),
        ([calls("add"), answers("add")], ("silent", None)),
        ([B], ("failed", UnknownCode)),
        ([{"error": {"code": 429, "message": "slow down"}}], ("failed", RateLimited)),
        ([{"success": False, "error": "no"}], ("failed", UnknownCode)),
        ([{"type": "error", "message": "no"}], ("failed", UnknownCode)),
        ([calls("add"), B], ("failed", UnknownCode)),
        ([said("Done."), B], ("broken-off", UnknownCode)),
        ([piece("Half a"), B], ("broken-off", UnknownCode)),
        ([said("Done."), B, {"type": "heartbeat"}], ("broken-off", UnknownCode)),
        ([said("Done."), B, said("And on.")], ("text", None)),
        ([B, said("Well.")], ("text", None)),
        ([{"code": 2001, "message": "no credits"}], ("failed", OutOfCredits)),
        ([{"code": "1010"}], ("failed", TokenExpired)),
        ([{"code": 7777}], ("failed", UnknownCode)),
        ([said("Done."), {"code": 2001}], ("broken-off", OutOfCredits)),
        ([{"code": 2001}, said("No credits left.")], ("broken-off", OutOfCredits)),
        ([said("Done."), {"code": 7777}, calls("add")], ("text", None)),
        ([{"code": 2001, "message": "no credits", "content": None, "actions": None}], ("failed", OutOfCredits)),
        ([{"errorCode": "RESOURCE_EXHAUSTED"}], ("failed", UnknownCode)),
        ([{"error_code": "RESOURCE_EXHAUSTED", "error_message": "full", "content": None}], ("failed", UnknownCode)),
        ([said("Done."), {"errorCode": "UNKNOWN_ERROR"}], ("text", None)),
        ([said("Done."), {"errorCode": "2001"}], ("broken-off", OutOfCredits)),
        ([said("Cut", errorCode="MAX_TOKENS")], ("text", None)),
        ([said(NOISE)], ("failed", UnknownCode)),
        ([calls("add"), said(NOISE)], ("silent", None)),
        ([{"actions": {"stateDelta": {"v": 1}}}, said(NOISE)], ("silent", None)),
        ([said("Done."), said(NOISE)], ("text", None)),
        ([calls("add"), said(NOISE), B], ("failed", UnknownCode)),
    ],
)
def test_how_a_stream_ended(events: list[Any], end: tuple[str, type[NemoError] | None]) -> None:
    assert ended(read(*events)) == end


@pytest.mark.parametrize(
    ("events", "messages"),
    [
        ([said("Done."), said(NOISE)], ["Done."]),
        ([said("Done."), said(NOISE), said(NOISE)], ["Done."]),
        ([said(NOISE), said("Done.")], [NOISE, "Done."]),
        ([said("Done."), said(NOISE), said("Mended.")], ["Done.", NOISE, "Mended."]),
        ([said("Done."), piece(NOISE)], ["Done."]),
        ([said(NOISE)], []),
        ([said("The title was set. I encountered a temporary issue with the font.")], 1),
        ([said("Done! I encountered a temporary issue with one font, so I took another.")], 1),
    ],
)
def test_noise_at_the_end_is_not_shown(events: list[Any], messages: list[str] | int) -> None:
    shown = texts(read(*events))
    assert (len(shown) if isinstance(messages, int) else shown) == messages


@pytest.mark.parametrize(
    ("text", "noise"),
    [
        (NOISE, True),
        ("Sorry, I encountered a\ntemporary issue while saving.", False),
        ("Sorry, I Encountered a Temporary Issue while saving.", True),
        ("完成。I encountered a temporary issue", False),
        ("Done.", False),
    ],
)
def test_noise_is_told_by_its_first_sentence(text: str, noise: bool) -> None:
    assert is_noise(text) is noise


def test_a_text_is_passed_on_when_it_completes_but_noise_waits() -> None:
    one = reader()
    assert one.feed(body(said("Stage one.")), 1) == [Text("Stage one.", "agent")]
    assert one.feed(body(said(NOISE)), 2) == []
    assert one.feed(body(calls("add")), 3) == [ToolCall("add")]
    assert one.feed(body(said("Stage two.")), 4) == [Text(NOISE, "agent"), Text("Stage two.", "agent")]


def test_pieces_are_work_in_progress() -> None:
    one = reader()
    assert one.feed(body(piece("Half ")), 1) == [Piece("Half ")]
    assert one.feed(body(said("Half a word")), 2) == [Text("Half a word", "agent")]
    assert one.close() == [End("text")]
    assert one.close() == []
    assert one.feed(body(said("late")), 3) == []


@pytest.mark.parametrize(
    ("raw", "end"),
    [
        (b'data: {"content":{"parts":[{"text":"Whole."}]}}', "text"),
        (b'data: {"content":{"parts":[{"text":"Whole."}]}}\n', "text"),
        (b'data: {"content":{"parts":[{"te', "disconnect"),
        (b'data: {"content":{"parts":[{"te\n', "disconnect"),
        (b"da", "disconnect"),
        (b"data: heartbeat", "silent"),
        (b"data: heartbeat\n", "silent"),
        (b": pin", "silent"),
        (b'{"code":1001,"message":"expired"}', "failed"),
        (b"<html><body>Bad gateway</body></html>", "failed"),
        (b"data: {broken json}\n\n", "silent"),
    ],
)
def test_a_clean_close_within_a_frame(raw: bytes, end: str) -> None:
    one = reader()
    assert ended(one.feed(raw, 1) + one.close())[0] == end


def test_a_broken_line_keeps_what_was_said() -> None:
    one = reader()
    found = one.feed(body(said("First."), piece("Sec")), 1) + one.cut(Unreachable("ReadError"))
    assert texts(found) == ["First.", "Sec"]
    assert ended(found) == ("disconnect", Unreachable)


SUBSTANCE = [said("x"), piece("x"), calls("t"), calls("t", partial=True), answers("t"), B, {"code": 2001}]
LIFE = [{"type": "heartbeat"}, {}, said("x", content={"role": "user", "parts": [{"text": "x"}]}), said("")]


@pytest.mark.parametrize("event", [*SUBSTANCE, {"errorCode": "X"}, {"actions": {"stateDelta": {"v": 1}}}])
def test_substance_resets_the_heartbeat_clock(event: Any) -> None:
    one = reader()
    one.feed(b": ping\n\n", 100)
    assert one.deadline_s == 600
    one.feed(body(event), 200)
    assert one.deadline_s == 900
    one.feed(b": ping\n\n", 250)
    assert one.deadline_s == 800


@pytest.mark.parametrize("event", LIFE)
def test_signs_of_life_do_not(event: Any) -> None:
    one = reader()
    assert one.feed(body(event), 100) == [Heartbeat()]
    assert one.deadline_s == 600


def test_a_silent_line_is_waited_for_up_to_the_hard_limit() -> None:
    one = reader()
    assert one.deadline_s == 900
    assert ended(one.expire(900)) == ("too-long", None)


def test_heartbeats_alone_end_after_ten_minutes() -> None:
    one = reader()
    one.feed(body(said("Begun."), piece("and")), 10)
    for second in range(20, 610, 15):
        one.feed(b"data: heartbeat\n\n", second)
    assert one.deadline_s == 610
    found = one.expire(611)
    assert texts(found) == ["and"]
    assert ended(found)[0] == "timeout"


def test_an_event_over_the_cap_is_an_error_if_nothing_else_came() -> None:
    one = reader(cap_bytes=1000)
    found = one.feed(body(said("x" * 2000)), 1) + one.close()
    assert ended(found) == ("failed", BadAnswer)
    one = reader(cap_bytes=1000)
    assert ended(one.feed(body(said("x" * 2000), said("Fine.")), 1) + one.close()) == ("text", None)


def test_pieces_are_kept_up_to_the_cap() -> None:
    one = reader(cap_bytes=1000)
    for _ in range(50):
        one.feed(body(piece("0123456789" * 5)), 1)
    (message,) = texts(one.close())
    assert 600 < len(message) <= 1000


def test_invalid_utf_8_and_lone_surrogates_become_replacements() -> None:
    one = reader()
    found = one.feed(b'data: {"content":{"parts":[{"text":"a\xffb"}]}}\n\n', 1)
    found += one.feed(b'data: {"content":{"parts":[{"text":"a\\ud800b \\ud83c\\udfac"}]}}\n\n', 2)
    assert texts(found) == ["a\ufffdb", "a\ufffdb 🎬"]


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b"9" * 10_000, b'{"code":' + b"9" * 5000 + b"}"])
def test_hostile_json_is_a_sign_of_life(raw: bytes) -> None:
    one = reader()
    one.feed(b"data: " + raw + b"\n\n", 1)
    assert isinstance(one.close()[-1], End)


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b'{"timestamp":' + b"9" * 6_000 + b',"content":{"parts":[{"text":"t"}]}}', "t"),
        (b'{"content":{"parts":[{"text":"a\x00\tb"}]}}', "a\x00\tb"),
        (b'{"x":' + b"[" * 300 + b"]" * 300 + b',"content":{"parts":[{"text":"deep"}]}}', "deep"),
        (b'{"content":{"parts":[{"text":5},{"text":null},{"text":["x"]},{"text":"y"}]}}', "y"),
        (b'{"content":null,"content":{"parts":[{"text":"one","text":"two"}]}}', "two"),
        (b'{"content":{"parts":[{"text":"hel"}]},"partial":"true"}', "hel"),
    ],
)
def test_odd_json_is_read_as_far_as_it_tells(raw: bytes, text: str) -> None:
    one = reader()
    assert texts(one.feed(b"data: " + raw + b"\n\n", 1)) == [text]


def test_a_character_cut_in_two_by_the_server_is_one_again() -> None:
    one = reader()
    for half in (b"a\\ud83d", b"\\ude00b"):
        one.feed(b'data: {"partial":true,"content":{"parts":[{"text":"' + half + b'"}]}}\n\n', 1)
    assert texts(one.close()) == ["a😀b"]


@pytest.mark.parametrize(("code", "number"), [(b'"2001"', 2001), (b"2001.0", 2001), (b" 2001 ", 2001)])
def test_a_code_is_a_number_in_any_spelling(code: bytes, number: int) -> None:
    one = reader()
    one.feed(b'data: {"code":' + code + b',"message":"m"}\n\n', 1)
    assert [event.code for event in one.close() if isinstance(event, StreamError)] == [number]


def test_tokens_of_the_server_s_words_are_masked() -> None:
    found = read({"error": "token nmv_usr_abcDEF-123 is bad"})
    assert StreamError(None, "token nmv_*** is bad") in found
    assert "abcDEF" not in repr(found)


@pytest.mark.parametrize(
    ("pieces", "text", "kept"),
    [
        ("ab", "abc", ""),
        ("abc", "ab", ""),
        ("one two", "two", "one"),
        ("one", "two", "one"),
        (" abc ", "abc", ""),
    ],
)
def test_what_pieces_hold_beside_the_complete_text(pieces: str, text: str, kept: str) -> None:
    assert earlier(pieces, text) == kept


def shape(events: list[ChatEvent]) -> list[ChatEvent]:
    return [event for event in events if not isinstance(event, Heartbeat)]


def fed(raw: bytes, step: int) -> list[Any]:
    one = reader(in_order=True)
    found = [event for start in range(0, len(raw), step) for event in one.feed(raw[start : start + step], 1.0)]
    return [repr(event) for event in shape(found + one.close())]


@pytest.mark.parametrize("name", sorted(READINGS))
def test_a_split_at_every_byte_changes_nothing(name: str) -> None:
    raw = sample(name)
    assert fed(raw, 1) == fed(raw, len(raw) or 1)


@settings(deadline=None)
@given(st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([b"data: ", b"\n", b"\n\n", b"\r", b"{", b"}"]))))
def test_arbitrary_bytes_have_one_end_however_they_are_split(parts: list[bytes]) -> None:
    raw = b"".join(parts)
    whole = fed(raw, len(raw) or 1)
    assert whole == fed(raw, 3)
    assert sum(event.startswith("End(") for event in whole) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["content", "parts", "text", "role", "partial", "functionCall", "functionResponse", "name", "author", "branch",
         "actions", "stateDelta", "errorCode", "errorMessage", "error", "code", "message", "type", "thought"]
    ), inner, max_size=4),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(JSON, max_size=6))
def test_any_json_is_read_without_a_crash(events: list[Any]) -> None:
    assert isinstance(read(*events)[-1], End)


@pytest.mark.parametrize("heartbeat_only_s", [1.0, 4.0, 7.0, 30.0])
@pytest.mark.parametrize("seed", range(20))
def test_who_looks_when_told_sees_the_deadline_as_it_passes(seed: int, heartbeat_only_s: float) -> None:
    rng = random.Random(seed)
    reader = StreamReader(0.0, run_s=20.0, heartbeat_only_s=heartbeat_only_s)
    comes = sorted(rng.uniform(0.0, 20.0) for _ in range(rng.randrange(12)))
    look_s = reader.look_again_s(0.0)
    while look_s < reader.deadline_s:
        while comes and comes[0] <= look_s and comes[0] < reader.deadline_s:
            at_s = comes.pop(0)
            reader.feed(rng.choice([b": beat\n\n", b'data: {"type":"text","content":"word"}\n\n']), at_s)
            if at_s >= reader.deadline_s:
                return  # a beat after a long silence: over as it comes, and whoever read it knows
        if look_s < reader.deadline_s:
            look_s = reader.look_again_s(look_s)
    assert look_s == pytest.approx(reader.deadline_s)
