"""A stand-in of NemoVideo that counts every effect. It knows nothing that the real one does not tell:
no echo of a turn, no list of renders. `python -m tests.support.backend PORT` runs it as a process of its own.

Words in a message steer it, so that a test needs no second channel: see `Script`.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web


@dataclass
class Script:
    """How it behaves; times in seconds.

    A message with the word `silent` is answered without words, `nothing` changes nothing, `gui` talks of buttons,
    `pieces` writes its answer bit by bit, `drop` cuts the stream, `poor` is refused with 2001, `crash` ends with a
    stream-level error, `lost` is 1002.
    """

    stream_s: float = 0.05
    render_s: float = 0.1
    failing_renders: int = 0
    blocked: bool = False
    refuse_upload: int = 0
    pages: bool = False
    """Whether a file's address is one for which our studio has a page: …/files/<link>/<name>."""


@dataclass
class World:
    """Everything that took place."""

    script: Script = field(default_factory=Script)
    said: Counter[str] = field(default_factory=Counter)
    order: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    uploads: list[list[str]] = field(default_factory=list)
    renders: dict[str, dict[str, Any]] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    sessions: dict[str, dict[str, Any]] = field(default_factory=dict)
    overlaps: int = 0
    open_runs: Counter[str] = field(default_factory=Counter)
    tokens: int = 0
    forgot: bool = False

    def report(self) -> dict[str, Any]:
        """What a chaos run asks at its end."""
        drafts: Counter[str] = Counter(render["draft"] for render in self.renders.values())
        return {
            "said": self.said,
            "order": self.order,
            "renders": len(self.renders),
            "rendered_twice": [draft for draft, count in drafts.items() if count > 1],
            "overlaps": self.overlaps,
            "uploads": len(self.uploads),
            "sessions": len(self.sessions),
        }


MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 64


Fit = Callable[[web.Application], None]
"""Fits something to a server before it starts: tests/chaos counts and cuts its requests so."""


def unfitted(_app: web.Application) -> None:
    """Fit nothing."""


class Backend:
    """The server; `url` once it runs. `video`: the bytes of every finished render."""

    def __init__(self, script: Script | None = None, video: bytes = MP4, fit: Fit = unfitted) -> None:
        self.world = World(script or Script())
        self._video, self._fit = video, fit
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def __aenter__(self) -> Backend:
        await self.start(0)
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    async def start(self, port: int) -> None:
        app = web.Application(client_max_size=1 << 30)
        self._fit(app)
        app.router.add_post("/api/auth/anonymous-token", self._token)
        app.router.add_post("/api/auth/claim-token", self._claim)
        app.router.add_post("/api/tasks/me/with-session/nemo_agent", self._session)
        app.router.add_post("/run_sse", self._chat)
        app.router.add_post("/api/upload-video/nemo_agent/me/{sid}", self._upload)
        app.router.add_get("/api/credits/balance/simple", self._credits)
        app.router.add_get("/api/state/nemo_agent/me/{sid}/latest", self._state)
        app.router.add_post("/api/render/proxy/lambda", self._render)
        app.router.add_get("/api/render/proxy/lambda/{rid}", self._poll)
        app.router.add_post("/api/render/proxy/lambda/{rid}/cancel", self._cancel)
        app.router.add_get("/files/{rid}.mp4", self._file)
        app.router.add_get("/api/render/proxy/{rid}/download", self._file)
        app.router.add_get("/files/{rid}/{name}", self._file)
        app.router.add_get("/report", self._report)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=4096)
        await site.start()
        address = self._runner.addresses[0]
        self.url = f"http://127.0.0.1:{address[1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _token(self, request: web.Request) -> web.Response:
        self.world.tokens += 1
        return ok({"token": f"nmv_usr_{self.world.tokens:032d}", "credits": 100, "user_id": "anon_1"})

    async def _claim(self, _request: web.Request) -> web.Response:
        return ok({"claim_token": "clm_1", "expires_in": 604800})

    async def _session(self, request: web.Request) -> web.Response:
        body = await request.json()
        sid = str(7_000_000_000_000_000_000 + len(self.world.sessions))
        self.world.sessions[sid] = {
            "name": body["task_name"],
            "language": body.get("language"),
            "edits": [],
            "media": [],
        }
        return ok({"task_id": f"t{sid}", "session_id": sid, "user_id": "anon_1"})

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        sid, text = body["session_id"], body["new_message"]["parts"][0]["text"]
        session = self.world.sessions.get(sid)
        if session is not None and "lost" in text and not self.world.forgot:
            self.world.forgot = True
            session = self.world.sessions.pop(sid, None) and None
        if session is None:
            return web.json_response({"code": 1002, "message": "no session"})
        if "poor" in text:
            return web.json_response({"code": 2001, "message": "no credits"})
        self.world.said[text] += 1
        self.world.order[sid].append(text)
        if self.world.open_runs[sid]:
            self.world.overlaps += 1
        self.world.open_runs[sid] += 1
        run = asyncio.ensure_future(self._work(sid, text))  # detached: a client that leaves changes nothing
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(request)
            await self._stream(response, text, run)
        except ConnectionError:
            pass
        return response

    async def _stream(self, response: web.StreamResponse, text: str, run: asyncio.Future[None]) -> None:
        script = self.world.script
        await event(response, {"content": {"parts": [{"functionCall": {"name": "build_timeline"}}], "role": "model"}})
        if "drop" in text:
            await asyncio.sleep(script.stream_s / 2)
            assert response._req is not None
            assert response._req.transport is not None
            response._req.transport.abort()
            return
        await asyncio.shield(run)
        if "pieces" in text:
            await self._pieces(response)
        elif "crash" in text:
            await event(
                response, {"content": {"parts": [{"text": "Half of it is "}], "role": "model"}, "partial": True}
            )
            await event(response, {"error": "RuntimeError: tool backend went away"})
        elif "gui" in text:
            await event(response, said("The title is in. Click Export to save it."))
        elif "silent" not in text:
            await event(response, said(f"Done: {text[:60]}."))

    async def _pieces(self, response: web.StreamResponse) -> None:
        """An answer as it is written, with an instruction in its midst; the whole of it follows."""
        written = ("The bars ", "are blue. ", "Click Exp", "ort to save ", "it. The ti", "tle is in.", " Enjoy!")
        for piece in written:
            await event(response, {**said(piece), "partial": True})
            await asyncio.sleep(self.world.script.stream_s)
        await event(response, said("".join(written)))

    async def _work(self, sid: str, text: str) -> None:
        try:
            await asyncio.sleep(self.world.script.stream_s)
            if "nothing" not in text and sid in self.world.sessions:
                self.world.sessions[sid]["edits"].append(text)
        finally:
            self.world.open_runs[sid] -= 1

    async def _upload(self, request: web.Request) -> web.Response:
        session = self.world.sessions.get(request.match_info["sid"])
        if session is None:
            return web.json_response({"code": 1002, "message": "no session"})
        names = []
        if request.content_type == "application/json":
            names = list((await request.json())["urls"])
        else:
            async for part in await request.multipart():
                assert isinstance(part, BodyPartReader)
                assert part.name == "files"
                names.append(part.filename or "?")
                while await part.read_chunk(1 << 16):
                    pass
        if self.world.script.refuse_upload:
            return web.json_response({"code": self.world.script.refuse_upload, "message": "refused"})
        self.world.uploads.append(names)
        files = [{"filename": name, "file_type": "audio", "cdn_url": f"https://cdn.invalid/{name}"} for name in names]
        session["media"] += files
        return ok({"files": files, "session_state_applied": True})

    async def _credits(self, _request: web.Request) -> web.Response:
        return ok({"available": 90, "frozen": 10, "total": 100})

    async def _state(self, request: web.Request) -> web.Response:
        sid = request.match_info["sid"]
        session = self.world.sessions.get(sid)
        if session is None:
            return web.json_response({"code": 1002, "message": "no session"})
        return ok(
            {
                "session_id": sid,
                "task_id": f"t{sid}",
                "state": {"draft": draft(session), "video_infos": session["media"]},
            }
        )

    async def _render(self, request: web.Request) -> web.Response:
        body = await request.json()
        if self.world.script.blocked:
            return web.json_response({"code": 402, "message": "plan"}, status=402)
        rid = body["id"]
        if rid in self.world.renders:
            return web.json_response({"code": 1234, "message": "duplicate id"})
        fails = len(self.world.renders) < self.world.script.failing_renders
        self.world.renders[rid] = {
            "draft": body["sessionId"] + json.dumps(body["draft"], sort_keys=True),
            "at": asyncio.get_running_loop().time(),
            "fails": fails,
        }
        return web.json_response({"success": True, "data": {"id": rid, "status": "pending", "progress": 5}})

    async def _poll(self, request: web.Request) -> web.Response:
        rid = request.match_info["rid"]
        render = self.world.renders.get(rid)
        if render is None:
            return web.json_response({"code": 4040, "message": "unknown render"}, status=404)
        part = (asyncio.get_running_loop().time() - render["at"]) / self.world.script.render_s
        if part < 1:
            return web.json_response({"taskId": rid, "status": "processing", "progress": round(100 * part)})
        if render["fails"]:
            return web.json_response({"success": True, "data": {"status": "failed", "error": "invalid draft"}})
        url = f"{self.url}/files/{rid}/video.mp4" if self.world.script.pages else f"{self.url}/files/{rid}.mp4"
        return web.json_response({"taskId": rid, "status": "completed", "progress": 100, "output": {"url": url}})

    async def _cancel(self, request: web.Request) -> web.Response:
        self.world.cancelled.append(request.match_info["rid"])
        return ok({})

    async def _file(self, _request: web.Request) -> web.Response:
        return web.Response(body=self._video, content_type="video/mp4")

    async def _report(self, _request: web.Request) -> web.Response:
        return web.json_response(self.world.report())


def ok(data: dict[str, Any]) -> web.Response:
    return web.json_response({"code": 0, "data": data})


def said(text: str) -> dict[str, Any]:
    return {"content": {"parts": [{"text": text}], "role": "model"}, "author": "nemo_agent"}


async def event(response: web.StreamResponse, body: dict[str, Any]) -> None:
    await response.write(b"data: " + json.dumps(body).encode() + b"\n\n")


def draft(session: dict[str, Any]) -> dict[str, Any]:
    """A draft with one title for each edit: every message that changes something makes another draft."""
    edits = session["edits"]
    if not edits:
        return {}
    titles = [{"id": f"s{n}", "s": n * 1000, "d": 1000, "m": {"text": text}} for n, text in enumerate(edits)]
    video = {"id": "v", "tt": 0, "sg": [{"id": "v1", "s": 0, "d": 10_000, "m": {"name": "city timelapse"}}]}
    return {
        "t": [video, {"id": "x", "tt": 7, "sg": titles}],
        "d": 10_000,
        "m": {"title": "Night", "width": 1920, "height": 1080},
    }


async def main() -> None:
    backend = Backend(Script(stream_s=float(sys.argv[2]), render_s=float(sys.argv[3])))
    await backend.start(int(sys.argv[1]))
    print(backend.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
