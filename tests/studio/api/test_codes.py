"""Every error code of docs/nemovideo-api.md §10 on every endpoint where it can appear, in both placements."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.studio.api.live import ATTRIBUTION, FORM, PNG, Person, Studio, running, wav

ENDPOINTS = [
    ("POST", "/api/tasks/me/with-session/nemo_agent"),
    ("POST", "/run_sse"),
    ("POST", "/api/upload-video/nemo_agent/me/42"),
    ("GET", "/api/credits/balance/simple"),
    ("GET", "/api/state/nemo_agent/me/42/latest"),
    ("POST", "/api/render/proxy/lambda"),
    ("GET", "/api/render/proxy/lambda/render_1"),
    ("POST", "/api/auth/claim-token"),
    ("GET", "/api/render/proxy/render_1/download"),
    ("POST", "/api/render/proxy/lambda/render_1/cancel"),
    ("GET", "/api/tokens"),
    ("POST", "/api/tokens"),
    ("POST", "/api/tokens/tok_1/revoke"),
]
BAD_TOKENS = [None, "", "Bearer", "Bearer nmv_usr_" + "x" * 43, "Basic abc", "Bearer clm_" + "x" * 43]


@pytest.mark.parametrize(("method", "path"), ENDPOINTS)
async def test_a_bad_token_is_1001_everywhere(studio: Studio, method: str, path: str) -> None:
    for bad in BAD_TOKENS:
        headers = {"Authorization": bad} if bad is not None else {}
        answer = await studio.http.request(method, path, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (200, 1001)
        assert answer.json()["message"]


@pytest.mark.parametrize("code", [400, 402, 429, 1001, 1002, 2001, 4001, 4002])
async def test_a_switch_refuses_with_any_code_in_its_place(studio: Studio, ann: Person, code: int) -> None:
    session = await ann.session()
    mirrored = {1001: 401, 1002: 404, 2001: 200, 4001: 415, 4002: 413}
    for switch, status in (
        (f"refuse={code}", code if code < 1000 else 200),
        (f"refuse={code}; mirror", mirrored.get(code, code)),
    ):
        answer = await ann.say(session, "hi", switch=switch)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["content-type"] == "application/json"


async def test_an_unknown_session_is_1002_on_every_route_that_names_one(ann: Person) -> None:
    asked: list[tuple[str, str, Any]] = [
        ("POST", "/run_sse", {**FORM, "session_id": "42", "new_message": {"parts": [{"text": "hi"}]}}),
        ("GET", "/api/state/nemo_agent/me/42/latest", None),
        ("POST", "/api/upload-video/nemo_agent/me/42", {"urls": ["http://example.org/a.mp3"]}),
        ("POST", "/api/auth/claim-token", {"session_id": "42", "task_id": "1"}),
        ("POST", "/api/render/proxy/lambda", {"id": "r", "sessionId": "42", "draft": {}}),
    ]
    for method, path, body in asked:
        for switch, status in (("", 200), ("mirror", 404)):
            headers = {**ann.headers, "X-Studio-Switch": switch}
            answer = await ann.http.request(method, path, json=body, headers=headers)
            wanted = {1002} if "lambda" not in path else {1002, 422}
            assert answer.json()["code"] in wanted
            if answer.json()["code"] == 1002:
                assert answer.status_code == status


async def test_the_framework_form_of_an_unknown_session(ann: Person) -> None:
    answer = await ann.say("42", "hi", switch="errors=framework")
    assert answer.status_code == 404
    assert "Session not found" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"a":NaN}',
        b"null",
        b"\xff\xfe",
        b'{"app_name":"nemo_agent"}',
        b'{"app_name":"nemo_agent","session_id":7}',
        b'{"app_name":"nemo_agent","session_id":"1","new_message":{"parts":[]}}',
        b'{"app_name":"nemo_agent","session_id":"1","new_message":{"parts":[{"txt":"hi"}]}}',
        b'{"app_name":"nemo_agent","session_id":"1","new_message":{"parts":[{"text":7}]}}',
        b'{"app_name":"nemo_agent","session_id":"1","new_message":"hi"}',
        b"[" * 100_000,
    ],
)
async def test_a_body_that_does_not_fit_is_422(ann: Person, body: bytes) -> None:
    answer = await ann.http.post("/run_sse", content=body, headers=ann.headers)
    assert (answer.status_code, answer.json()["code"]) == (422, 422)


async def test_half_a_surrogate_is_a_text_like_any_other(ann: Person) -> None:
    body = rb'{"app_name":"nemo_agent","session_id":"\ud800","new_message":{"parts":[{"text":"\ud800"}]}}'
    answer = await ann.http.post("/run_sse", content=body, headers=ann.headers)
    assert answer.json()["code"] == 1002


async def test_an_unknown_app_is_404(ann: Person) -> None:
    body = {**FORM, "app_name": "other", "session_id": "1", "new_message": {"parts": [{"text": "hi"}]}}
    assert (await ann.post("/run_sse", body)).status_code == 404
    assert (await ann.post("/api/tasks/me/with-session/other", {})).status_code == 404


async def test_files_that_are_not_media_are_4001_by_name_and_by_content(ann: Person) -> None:
    session = await ann.session()
    for name, data in (
        ("notes.txt", wav()),
        ("program.exe", wav()),
        ("video.mp4", b"just a text"),
        ("song.mp3", b"#EXTM3U\nhttp://127.0.0.1/secret\n"),
        ("song.mp3", PNG),
        ("picture.png", wav()),
        ("empty.wav", b""),
        ("half.wav", wav()[:20]),
    ):
        answer = await ann.upload(session, name, data)
        assert (answer.status_code, answer.json()["code"]) == (200, 4001), name
    assert (await ann.state(session))["video_infos"] == []


async def test_mirrored_upload_codes(tmp_path: Path) -> None:
    async with running(tmp_path, upload_max_bytes=20_000) as studio:
        ann = await studio.person()
        path = f"/api/upload-video/nemo_agent/me/{await ann.session()}"
        for name, data, status in (("a.mp4", b"text", 415), ("a.wav", wav(9), 413)):
            answer = await ann.post(path, files={"files": (name, data)}, switch="mirror")
            assert answer.status_code == status


@pytest.mark.parametrize("missing", [*ATTRIBUTION, "all"])
async def test_an_export_without_attribution_is_402(ann: Person, missing: str) -> None:
    session = await ann.made()
    body = {"id": "r", "sessionId": session, "draft": await ann.draft(session)}
    headers = {"Authorization": f"Bearer {ann.token}", **ATTRIBUTION}
    kept = {k: v for k, v in headers.items() if k != missing and (missing != "all" or k == "Authorization")}
    answer = await ann.http.post("/api/render/proxy/lambda", json=body, headers=kept)
    assert (answer.status_code, answer.json()["code"]) == (402, 402)


async def test_a_plan_without_export_is_402(tmp_path: Path) -> None:
    async with running(tmp_path, export_plan=False) as studio:
        ann = await studio.person()
        answer = await ann.export(await ann.made())
        assert (answer.status_code, answer.json()["code"]) == (402, 402)


async def test_what_is_not_there_is_404_and_the_wrong_method_405(studio: Studio) -> None:
    for method, path, status in (
        ("GET", "/", 404),
        ("GET", "/api/nothing", 404),
        ("GET", "/run_sse", 405),
        ("GET", "/files/nothing/video.mp4", 404),
        ("GET", "/media/nothing/a.mp3", 404),
        ("GET", "/v/nothing", 404),
    ):
        answer = await studio.http.request(method, path)
        assert answer.status_code == status
        assert "Traceback" not in answer.text


async def test_health_tells_nothing_but_health(studio: Studio) -> None:
    for path in ("/healthz", "/health"):
        assert (await studio.http.get(path)).json() == {"code": 0, "data": {"status": "ok", "room": True}}


async def test_a_prefix_stands_before_every_route(tmp_path: Path) -> None:
    async with running(tmp_path, base_path="/nemo/") as studio:
        ann = await studio.person()
        session = await ann.made()
        await ann.export(session)
        url = (await ann.finished())["output"]["url"]
        assert url.startswith(f"{studio.url}/nemo/files/")
        assert (await studio.http.get(url)).status_code == 200
