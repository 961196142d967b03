"""Answers and refusals of the API as tables (nemovideo-api §2.4, §4, §10)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import (
    AccountLimited,
    BadAnswer,
    ClientIdMissing,
    ExportBlocked,
    FileTooLarge,
    MessageTooLong,
    NemoError,
    OutOfCredits,
    RateLimited,
    RenderUnknown,
    SessionBusy,
    SessionNotFound,
    TokenExpired,
    UnknownCode,
    Unreachable,
    UnsupportedFile,
)
from core.nemo import answers, protocol
from core.nemo.protocol import Balance, Kind, SessionState
from core.nemo.refusals import number_of, refusal, scrub


@pytest.mark.parametrize(
    ("kind", "status", "body", "error"),
    [
        # the body's code first, wherever the status stands
        (Kind.STATE, 200, {"code": 0}, None),
        (Kind.STATE, 200, {}, None),
        (Kind.STATE, 200, {"code": None, "message": None}, None),
        (Kind.STATE, 200, {"code": "0"}, None),
        (Kind.STATE, 200, {"code": False}, None),
        (Kind.STATE, 200, {"code": 1001}, TokenExpired),
        (Kind.STATE, 200, {"code": "1001"}, TokenExpired),
        (Kind.STATE, 200, {"code": 1010}, TokenExpired),
        (Kind.STATE, 200, {"code": 1011}, TokenExpired),
        (Kind.STATE, 200, {"code": 1002}, SessionNotFound),
        (Kind.CHAT, 200, {"code": 2001}, OutOfCredits),
        (Kind.CHAT, 402, {"code": 2001}, OutOfCredits),
        (Kind.CHAT, 500, {"code": 2001}, OutOfCredits),
        (Kind.UPLOAD, 200, {"code": 4001}, UnsupportedFile),
        (Kind.UPLOAD, 200, {"code": 4002}, FileTooLarge),
        (Kind.SUBMIT, 200, {"code": 402}, ExportBlocked),
        (Kind.SUBMIT, 500, {"code": 402}, ExportBlocked),
        (Kind.TOKEN, 200, {"code": 429}, AccountLimited),
        (Kind.TOKEN, 200, {"code": 400}, ClientIdMissing),
        (Kind.CREATE, 200, {"code": 400}, UnknownCode),
        (Kind.STATE, 200, {"code": 3333}, UnknownCode),
        (Kind.STATE, 200, {"code": -1}, UnknownCode),
        (Kind.STATE, 503, {"code": 3333}, Unreachable),
        (Kind.STATE, 200, {"code": 500}, Unreachable),
        (Kind.STATE, 200, {"code": 404}, SessionNotFound),
        # then the status
        (Kind.TOKEN, 400, None, ClientIdMissing),
        (Kind.SUBMIT, 400, None, UnknownCode),
        (Kind.SUBMIT, 402, None, ExportBlocked),
        (Kind.STATE, 429, None, RateLimited),
        (Kind.STATE, 401, {"detail": "no"}, TokenExpired),
        (Kind.CHAT, 403, None, TokenExpired),
        (Kind.CHAT, 404, {"detail": "Session not found"}, SessionNotFound),
        (Kind.STATE, 404, None, SessionNotFound),
        (Kind.UPLOAD, 404, None, SessionNotFound),
        (Kind.CREATE, 404, None, UnknownCode),
        (Kind.POLL, 404, None, RenderUnknown),
        (Kind.POLL, 404, {"code": 4040}, RenderUnknown),
        (Kind.POLL, 404, {"code": 404}, RenderUnknown),
        (Kind.POLL, 200, {"code": 404}, RenderUnknown),
        (Kind.DOWNLOAD, 404, None, RenderUnknown),
        (Kind.UPLOAD, 413, None, FileTooLarge),
        (Kind.CHAT, 413, None, MessageTooLong),
        (Kind.UPLOAD, 415, None, UnsupportedFile),
        (Kind.CHAT, 409, {"code": 409}, SessionBusy),
        (Kind.SUBMIT, 409, None, UnknownCode),
        (Kind.CHAT, 422, {"detail": [{"loc": ["body"], "msg": "bad"}]}, UnknownCode),
        (Kind.STATE, 408, None, Unreachable),
        (Kind.STATE, 500, None, Unreachable),
        (Kind.STATE, 502, {"detail": "x"}, Unreachable),
        (Kind.STATE, 302, None, BadAnswer),
        # then a failure without a code
        (Kind.SUBMIT, 200, {"success": False, "error": "bad"}, UnknownCode),
        (Kind.SUBMIT, 200, {"success": True}, None),
        (Kind.STATE, 200, [1], None),
    ],
)
def test_where_an_error_can_be(kind: Kind, status: int, body: Any, error: type[NemoError] | None) -> None:
    found = refusal(kind, status, body)
    assert (type(found) if found else None) is error


@pytest.mark.parametrize(
    ("value", "number"),
    [(7, 7), ("7", 7), (" -7 ", -7), ("", 0), ("x", 0), (None, 0), (True, 0), (1.5, 0), ("9" * 30, 0), ([], 0)],
)
def test_a_code_is_a_number_or_a_numeric_string(value: Any, number: int) -> None:
    assert number_of(value) == number


def test_an_error_knows_its_code_status_and_words() -> None:
    error = refusal(Kind.CHAT, 418, {"code": 5555, "message": "tea\x1b[31m nmv_usr_abc"})
    assert error is not None
    assert (error.code, error.status, error.detail) == (5555, 418, "tea [31m nmv_***")
    teapot = refusal(Kind.CHAT, 418, None)
    assert teapot is not None
    assert teapot.code == 418


@given(st.text())
@settings(deadline=None)
def test_words_for_the_log_are_short_printable_and_hold_no_token(text: str) -> None:
    found = scrub(text + " nmv_usr_SECRET123 " + text)
    assert len(found) <= 300
    assert found.isprintable()
    assert "SECRET" not in found


@pytest.mark.parametrize(
    ("data", "balance"),
    [
        ({"available": 25000, "frozen": 40, "total": 25040}, Balance(25000, 40, 25040)),
        ({}, Balance(0, 0, 0)),
        ({"available": -5, "frozen": None, "total": -1}, Balance(0, 0, 0)),
        ({"available": 5, "frozen": 2}, Balance(5, 2, 7)),
        ({"available": "12", "frozen": 1.9, "total": "x"}, Balance(12, 1, 13)),
        ({"available": -5, "frozen": "12", "total": -5}, Balance(0, 12, 12)),
        ({"available": True, "frozen": float("nan"), "total": float("inf")}, Balance(0, 0, 0)),
    ],
)
def test_credits(data: dict[str, Any], balance: Balance) -> None:
    assert answers.read_balance({"code": 0, "data": data}) == balance


@pytest.mark.parametrize(
    ("body", "status", "progress", "url", "reason"),
    [
        ({"status": "pending"}, "pending", None, None, None),
        ({"status": "PROCESSING", "progress": 5}, "processing", 0.05, None, None),
        ({"status": "queued", "progress": "40"}, "processing", 0.4, None, None),
        (
            {"status": "completed", "progress": 250, "url": "https://c.test/v"},
            "completed",
            1.0,
            "https://c.test/v",
            None,
        ),
        ({"status": "completed", "output_url": "https://c.test/v"}, "completed", None, "https://c.test/v", None),
        ({"status": "completed", "output": None, "outputUrl": None}, "completed", None, None, None),
        ({"status": "completed", "output": {"url": "ftp://x"}}, "completed", None, None, None),
        (
            {"success": True, "data": {"status": "failed", "error": "invalid draft"}},
            "failed",
            None,
            None,
            "invalid draft",
        ),
        ({"status": "failed", "errorMessage": "m", "message": ""}, "failed", None, None, "m"),
        ({"status": "pending", "data": {"other": 1}}, "pending", None, None, None),
        ({"status": "pending", "data": {"status": "completed"}}, "completed", None, None, None),
    ],
)
def test_polls(body: Any, status: str, progress: float | None, url: str | None, reason: str | None) -> None:
    render = answers.read_render(body, "r-1")
    assert (render.id, render.status, render.progress, render.url, render.reason) == (
        "r-1",
        status,
        progress,
        url,
        reason,
    )


@pytest.mark.parametrize("body", [None, [], {}, {"status": None}, {"data": {"status": 5}}])
def test_a_poll_without_a_status_is_no_answer(body: Any) -> None:
    with pytest.raises(BadAnswer):
        answers.read_render(body, "r-1")


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"success": True, "data": {"id": "theirs", "status": "pending"}}, "theirs"),
        ({"taskId": "theirs"}, "theirs"),
        ({"data": {"render_id": 77}}, "77"),
        ({"code": 0, "data": None}, "ours"),
        ({}, "ours"),
        (None, "ours"),
    ],
)
def test_the_id_of_a_submitted_render(body: Any, found: str) -> None:
    assert answers.read_submitted(body, "ours") == found


def state(**more: Any) -> SessionState:
    return answers.read_state({"data": {"state": {"draft": {"t": [1, {"b": 1, "a": 2}]}, **more}}})


def test_the_digest_sees_what_people_see_and_nothing_else() -> None:
    base = state()
    assert base.digest == state(video_infos=[], generated_media=None, canvas_config={}).digest
    assert base.digest == answers.read_state({"state": {"draft": {"t": [1, {"a": 2, "b": 1}]}}, "user_id": "u"}).digest
    assert base.digest == state(video_analyses={"x": 1}).digest
    changed = [
        state(video_infos=["a"]),
        state(generated_media=[1]),
        state(canvas_config={"w": 1}),
        state(draft={"t": []}),
    ]
    assert len({base.digest, *(one.digest for one in changed)}) == 5


def test_a_state_without_anything() -> None:
    bodies: list[Any] = [{}, {"data": None}, {"data": {"state": None}}, {"data": {"state": {"draft": []}}}]
    for body in bodies:
        found = answers.read_state(body)
        assert (found.draft, found.video_infos, found.task_id) == (None, (), None)


@pytest.mark.parametrize("token", [None, "", " ", 7, "nmv_usr_\n1", "two words", "ünicode"])
def test_a_token_must_fit_a_header(token: Any) -> None:
    with pytest.raises(BadAnswer):
        answers.read_token({"data": {"token": token}}, "id")


def test_a_token_is_hidden_in_its_repr() -> None:
    found = answers.read_token({"data": {"token": "nmv_usr_1", "expires_at": "2026-03-18T00:00:00Z"}}, "id")
    assert found.expires_at == 1773792000
    assert "nmv_usr_1" not in repr(found)


@pytest.mark.parametrize(
    ("call", "path"),
    [
        (protocol.state("a/../b?c#d"), "/api/state/nemo_agent/me/a%2F..%2Fb%3Fc%23d/latest"),
        (protocol.upload_files("é"), "/api/upload-video/nemo_agent/me/%C3%A9"),
        (protocol.poll_render("r/1"), "/api/render/proxy/lambda/r%2F1"),
        (protocol.download_render("r 1"), "/api/render/proxy/r%201/download"),
    ],
)
def test_ids_in_paths_are_quoted(call: protocol.Call, path: str) -> None:
    assert call.path == path


def test_a_session_without_a_language_leaves_it_out() -> None:
    assert protocol.create_session("", "").body == {"task_name": "project"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["code", "data", "status", "state", "draft", "output", "url", "files", "token", "error", "x"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(st.sampled_from(list(Kind)), st.integers(200, 599), JSON)
@settings(deadline=None)
def test_any_json_is_an_answer_or_a_refusal(kind: Kind, status: int, body: Any) -> None:
    refusal(kind, status, body)
    readers = (
        answers.read_session,
        answers.read_uploads,
        answers.read_balance,
        answers.read_state,
        answers.read_claim,
        answers.read_download_url,
        lambda answer: answers.read_render(answer, "r"),
        lambda answer: answers.read_token(answer, "c"),
        lambda answer: answers.read_submitted(answer, "r"),
    )
    for read in readers:
        try:
            found = read(body)
        except BadAnswer:
            continue
        if isinstance(found, SessionState):
            assert len(found.digest) == 64
