"""`python -m studio`: starts, stops, refuses to start, survives a kill."""

from __future__ import annotations

import resource
import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.studio.api.live import ATTRIBUTION, FORM, wav
from tests.studio.process import start, studio_process, url_of


class Caller:
    """Somebody who talks to a studio process."""

    def __init__(self, url: str, token: str = "") -> None:
        self.http = httpx.Client(base_url=url, trust_env=False, timeout=60, headers=ATTRIBUTION)
        if not token:
            answer = self.http.post("/api/auth/anonymous-token", headers={"X-Client-Id": str(time.monotonic_ns())})
            token = answer.json()["data"]["token"]
        self.token = token
        self.http.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.http.close()

    def session(self) -> str:
        return str(self.http.post("/api/tasks/me/with-session/nemo_agent", json={}).json()["data"]["session_id"])

    def upload(self, session: str, data: bytes) -> Any:
        return self.http.post(f"/api/upload-video/nemo_agent/me/{session}", files={"files": ("a.wav", data)})

    def say(self, session: str, text: str, **headers: str) -> httpx.Response:
        body = {**FORM, "session_id": session, "new_message": {"parts": [{"text": text}]}}
        return self.http.post("/run_sse", json=body, headers=headers)

    def draft(self, session: str) -> Any:
        return self.http.get(f"/api/state/nemo_agent/me/{session}/latest").json()["data"]["state"]["draft"]


def test_a_term_ends_it_cleanly(tmp_path: Path) -> None:
    process = start(tmp_path)
    url_of(process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert out == ""
    assert "Traceback" not in err


def test_a_port_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        process = start(tmp_path, port=str(taken.getsockname()[1]))
        _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert err.startswith("Cannot listen on 127.0.0.1 port")
    assert "Traceback" not in err


def test_a_folder_that_cannot_be_used_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    process = start(tmp_path / "file" / "data")
    _, err = process.communicate(timeout=60)
    assert process.returncode == 3
    assert "cannot be written" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(("name", "value"), [("port", "many"), ("switch", "fly"), ("retention_days", "0")])
def test_a_wrong_setting_is_named(tmp_path: Path, name: str, value: str) -> None:
    process = start(tmp_path, **{name: value})
    _, err = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"STUDIO_{name.upper()}" in err
    assert "Traceback" not in err


def test_a_killed_studio_goes_on_with_its_renders_and_returns_what_a_run_had_held(tmp_path: Path) -> None:
    settings = {"switches": "1", "price_edit": "30", "pace_s": "0"}
    process = start(tmp_path, **settings)
    with Caller(url_of(process)) as caller:
        session = _left_at_work(caller)
        process.kill()
        process.communicate()
    with studio_process(tmp_path, **settings) as (url, _), Caller(url, caller.token) as again:
        balance = again.http.get("/api/credits/balance/simple").json()["data"]
        assert balance == {"available": 100, "frozen": 0, "total": 100}
        while (poll := again.http.get("/api/render/proxy/lambda/r").json())["status"] not in ("completed", "failed"):
            time.sleep(0.05)
        assert poll["status"] == "completed", poll
        assert again.http.get(poll["output"]["url"]).content[4:8] == b"ftyp"
        assert again.say(session, "make it square").status_code == 200


def _left_at_work(caller: Caller) -> str:
    """A session whose export is half made and whose run waits."""
    session = caller.session()
    assert caller.upload(session, wav(6)).json()["code"] == 0
    caller.say(session, "create a video")
    body = {
        "id": "r",
        "sessionId": session,
        "draft": caller.draft(session),
        "output": {"quality": "draft", "resolution": "540"},
    }
    caller.http.post("/api/render/proxy/lambda", json=body)
    request = caller.http.build_request(
        "POST", "/run_sse", headers={"X-Studio-Switch": "silence_s=60"},
        json={**FORM, "session_id": session, "new_message": {"parts": [{"text": "make it square"}]}},
    )  # fmt: skip
    caller.http.send(request, stream=True)
    while caller.http.get("/api/credits/balance/simple").json()["data"]["frozen"] != 30:
        time.sleep(0.02)
    while caller.http.get("/api/render/proxy/lambda/r").json()["progress"] < 10:
        time.sleep(0.02)
    return session


def test_a_disk_that_fills_during_an_upload_leaves_nothing_and_the_studio_lives(tmp_path: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limit[1]))  # a file may not grow further: as a full disk
    try:
        process = start(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    try:
        with Caller(url_of(process)) as caller:
            answer = caller.upload(caller.session(), wav(120))
            assert (answer.status_code, answer.json()["code"]) == (507, 507)
            assert list((tmp_path / "incoming").iterdir()) == []
            assert list((tmp_path / "media").iterdir()) == []
            assert caller.http.get("/healthz").status_code == 200
    finally:
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert "Traceback" not in err


def test_its_files_are_for_its_owner_alone(tmp_path: Path) -> None:
    with studio_process(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0
        assert (tmp_path / "data" / "studio.sqlite3").stat().st_mode & 0o077 == 0
