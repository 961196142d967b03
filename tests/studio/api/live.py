"""A real studio on a loopback port, with a small renderer handed in; and somebody who talks to it."""

from __future__ import annotations

import asyncio
import io
import json
import math
import socket
import struct
import uuid
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from studio.agent.turn import Heard
from studio.app import create_app, server_config
from studio.errors import RenderFailed, UnsupportedMedia
from studio.media.probe import MediaInfo, probe
from studio.render.model import Job, Rendered
from studio.settings import Settings

Json = dict[str, Any]
ATTRIBUTION = {"X-Skill-Source": "from-music", "X-Skill-Version": "0.1.0", "X-Skill-Platform": "unknown"}
FORM = {"app_name": "nemo_agent", "user_id": "me"}


class FakeClock:
    """Time that moves when it is told to."""

    def __init__(self) -> None:
        self.now_s = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class SmallRenderer:
    """Writes a small file instead of a video. With `gate` it waits in the middle until that is set."""

    gate: asyncio.Event | None = None
    fails: str = ""
    size_bytes: int = 5_000
    jobs: list[Job] = field(default_factory=list)
    cancelled: int = 0

    async def render(self, job: Job, on_progress: Any) -> Rendered:
        self.jobs.append(job)
        on_progress(0.5)
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.fails:
            raise RenderFailed(self.fails)
        job.out.write_bytes(bytes(range(250)) * (min(self.size_bytes, 5_000) // 250))
        poster = job.out.with_suffix(".jpg")
        poster.write_bytes(b"\xff\xd8\xff poster")
        return Rendered(job.out, poster, job.draft.duration_ms / 1000, self.size_bytes, 1920, 1080, 30)


async def small_probe(path: Path, name: str) -> MediaInfo:
    """Examine a file in this process: the confined one is tested where it stands, and a crash means the same there."""
    try:
        return await asyncio.to_thread(probe, path, name)
    except (AttributeError, ValueError, TypeError):
        raise UnsupportedMedia("a file that breaks its reader") from None


async def small_analysis(path: Path) -> Heard:
    return Heard(12.0, 120.0, 24)


def wav(seconds: float = 2.0, hz: float = 440.0) -> bytes:
    """A mono WAV of 8 kHz with a sine."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        count = round(seconds * 8000)
        file.writeframes(struct.pack(f"<{count}h", *(round(9000 * math.sin(i * hz / 1273)) for i in range(count))))
    return out.getvalue()


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001"
    "a5f645400000000049454e44ae426082"
)


def events(body: bytes) -> list[Any]:
    """The JSON of every data line."""
    return [json.loads(part[6:]) for part in body.split(b"\n\n") if part.startswith(b"data: ") and part[6:].strip()]


def texts(body: bytes) -> list[str]:
    """The complete texts of a stream in dialect A."""
    found = []
    for event in events(body):
        content = event.get("content", {})
        if content.get("role") == "model" and not event.get("partial"):
            found += [part["text"] for part in content["parts"] if "text" in part and not part.get("thought")]
    return found


@dataclass
class Person:
    """Somebody with a token."""

    http: httpx.AsyncClient
    token: str
    user: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", **ATTRIBUTION}

    async def get(self, path: str, **more: Any) -> httpx.Response:
        return await self.http.get(path, headers=self.headers, **more)

    async def post(self, path: str, body: Any = None, switch: str = "", **more: Any) -> httpx.Response:
        extra = {"X-Studio-Switch": switch} if switch else {}
        if body is not None:
            more["json"] = body
        return await self.http.post(path, headers={**self.headers, **extra}, **more)

    async def session(self, language: str = "en") -> str:
        answer = await self.post(
            "/api/tasks/me/with-session/nemo_agent", {"task_name": "project", "language": language}
        )
        return str(answer.json()["data"]["session_id"])

    async def upload(self, session: str, name: str = "song.wav", data: bytes | None = None) -> httpx.Response:
        files = {"files": (name, wav() if data is None else data)}
        return await self.post(f"/api/upload-video/nemo_agent/me/{session}", files=files)

    async def say(self, session: str, text: str, switch: str = "", **more: Any) -> httpx.Response:
        body = {**FORM, "session_id": session, "new_message": {"parts": [{"text": text}]}, **more}
        return await self.post("/run_sse", body, switch)

    async def state(self, session: str) -> Json:
        return dict((await self.get(f"/api/state/nemo_agent/me/{session}/latest")).json()["data"]["state"])

    async def draft(self, session: str) -> Json:
        return dict((await self.state(session))["draft"])

    async def made(self, language: str = "en") -> str:
        """A session with a track and a video made of it."""
        session = await self.session(language)
        assert (await self.upload(session)).json()["code"] == 0
        assert (await self.say(session, "create a video")).status_code == 200
        return session

    async def export(self, session: str, render: str = "render_1", switch: str = "", **more: Any) -> httpx.Response:
        body = {"id": render, "sessionId": session, "draft": await self.draft(session), **more}
        return await self.post("/api/render/proxy/lambda", body, switch)

    async def poll(self, render: str = "render_1", **more: Any) -> httpx.Response:
        return await self.get(f"/api/render/proxy/lambda/{render}", **more)

    async def finished(self, render: str = "render_1") -> Json:
        """Poll until it is over."""
        while True:
            body = (await self.poll(render)).json()
            if body["status"] in ("completed", "failed"):
                return dict(body)
            await asyncio.sleep(0.01)

    async def credits(self) -> tuple[int, int]:
        data = (await self.get("/api/credits/balance/simple")).json()["data"]
        assert data["total"] == data["available"] + data["frozen"]
        return data["available"], data["frozen"]


@dataclass
class Studio:
    """A running studio."""

    url: str
    http: httpx.AsyncClient
    clock: FakeClock
    renderer: SmallRenderer
    folder: Path
    before: frozenset[str] = frozenset()
    jobs_before: int = 0

    @property
    def jobs(self) -> list[Job]:
        """What was rendered in this test."""
        return self.renderer.jobs[self.jobs_before :]

    def files(self) -> list[str]:
        """What lies in the folders of uploads since this test began."""
        found = {p.name for folder in ("incoming", "media") for p in (self.folder / folder).iterdir()}
        return sorted(found - self.before)

    async def person(self, client: str = "somebody") -> Person:
        client = f"{client}-{uuid.uuid4().hex}"
        answer = await self.http.post("/api/auth/anonymous-token", headers={"X-Client-Id": client, **ATTRIBUTION})
        data = answer.json()["data"]
        return Person(self.http, data["token"], data["user_id"])


@asynccontextmanager
async def running(
    folder: Path, *, renderer: SmallRenderer | None = None, clock: FakeClock | None = None, **settings: Any
) -> AsyncIterator[Studio]:
    """Serve until the block ends. Settings differ from the defaults only in pace and in obeying the test header."""
    given: Json = {"data_dir": folder, "pace_s": 0.0, "switches": True, "free_bytes": 0, "tokens_per_address": 0}
    chosen = Settings(**{**given, **settings})
    clock, renderer = clock or FakeClock(), renderer or SmallRenderer()
    app = create_app(chosen, renderer, clock, small_probe, small_analysis)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(app))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not task.done():
        await asyncio.sleep(0.005)
    assert server.started, "the studio did not start; the captured log says why"
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(
            base_url=url + chosen.base_path, trust_env=False, verify=False, timeout=60
        ) as http:
            yield Studio(url, http, clock, renderer, folder)
    finally:
        server.should_exit = True
        await task
        listening.close()
