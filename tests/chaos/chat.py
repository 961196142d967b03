"""The smallest chat with a REST interface that counts what is posted, and the way out to it.

Two kinds of chat, as the real platforms are: on `seeker` a nonce makes one message and the bot can look for its own
posts (Discord), on `blind` neither (Telegram). Chats whose name begins with `file` take videos; the others take no
upload at all, so that the result is a message with words.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
from aiohttp import web

from bots.adapter import FREE, Departure, Limits, Post, SendDoubtful, Sent, Video, Where
from bots.console.outbound import copy_in
from core.messages import Attachment
from tests.support.backend import Fit, unfitted

SEEKER, BLIND = "seeker", "blind"
PLATFORMS = (SEEKER, BLIND)


@dataclass
class Chats:
    """Everything that was posted. Jobs are known by the buttons of a post, as to a person who presses one."""

    posts: list[dict[str, Any]] = field(default_factory=list)
    by_nonce: dict[tuple[str, str], int] = field(default_factory=dict)
    repeats: int = 0
    edits: int = 0

    def post(self, body: dict[str, Any]) -> int:
        key = (body["chat"], body["nonce"])
        if body["platform"] == SEEKER and key in self.by_nonce:
            self.repeats += 1
            return self.by_nonce[key]
        self.posts.append(body)
        self.by_nonce.setdefault(key, len(self.posts))
        return len(self.posts)

    def results(self) -> Counter[str]:
        """How many results stand in the chats, by job."""
        return Counter(post["job"] for post in self.posts if post["kind"] == "result")

    def offers(self, action: str) -> Counter[str]:
        """How many posts have a button for this, by job."""
        return Counter(post["job"] for post in self.posts if action in post["actions"])

    def report(self) -> dict[str, Any]:
        """What a run asks at its end."""
        kinds = Counter(post["kind"] for post in self.posts)
        doubts = self.offers("deliver") + self.offers("retry")
        final = Counter(post["nonce"] for post in self.posts if post["final"])
        open_ = Counter(post["nonce"] for post in self.posts if post["kind"] == "status" and not post["final"])
        told = {"results": self.results(), "doubts": doubts, "final": final, "open": open_}
        return {**told, "kinds": kinds, "repeats": self.repeats, "edits": self.edits}


class ChatServer:
    """The server; `url` once it runs."""

    def __init__(self, fit: Fit = unfitted) -> None:
        self.chats = Chats()
        self._fit = fit
        self._runner: web.AppRunner | None = None
        self.url = ""

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=1 << 26)
        self._fit(app)
        for kind in ("status", "reply", "result"):
            app.router.add_post(f"/post/{kind}", self._post)
        app.router.add_post("/video", self._video)
        app.router.add_post("/edit", self._edit)
        app.router.add_get("/find", self._find)
        app.router.add_get("/report", self._report)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", port, backlog=4096).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        return web.json_response({"id": self.chats.post(await request.json())})

    async def _video(self, request: web.Request) -> web.Response:
        size = len(await request.read())
        told = {name: value for name, value in request.query.items() if name != "actions"}
        body = {**told, "actions": request.query["actions"].split(), "final": False, "bytes": size}
        return web.json_response({"id": self.chats.post(body)})

    async def _edit(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.chats.edits += 1
        self.chats.posts[body["id"] - 1].update(text=body["text"], final=body["final"], actions=body["actions"])
        return web.json_response({})

    async def _find(self, request: web.Request) -> web.Response:
        found = self.chats.by_nonce.get((request.query["chat"], request.query["nonce"]))
        return web.json_response({"id": found if found and found > int(request.query["after"]) else None})

    async def _report(self, _request: web.Request) -> web.Response:
        return web.json_response(self.chats.report())


class Way:
    """The way out to a ChatServer."""

    def __init__(self, url: str, platform: str, http: httpx.AsyncClient, edit_s: float) -> None:
        self._url, self._platform, self._http, self._edit_s = url, platform, http, edit_s

    def limits(self, where: Where) -> Limits:
        takes = 1 << 26 if where.channel.chat.startswith("file") else 0
        seeks = self._platform == SEEKER
        return Limits(4000, 1000, takes, edit_interval_s=self._edit_s, finds_own_posts=seeks)

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        return await self._new(f"/post/{post.kind}", departure, json=self._spell(where, post, nonce))

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        spelled = self._spell(where, post, "") | {"id": int(sent_id)}
        await self._ask("POST", "/edit", departure, json=spelled)

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        spelled = self._spell(where, post, nonce)
        told = {name: str(value) for name, value in spelled.items()} | {"actions": " ".join(spelled["actions"])}
        content = await asyncio.to_thread(video.path.read_bytes)
        assert len(content) == video.size_bytes
        return await self._new("/video", departure, params=told, content=content)

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        asked = {"chat": where.channel.chat, "nonce": nonce, "after": after_id or "0"}
        found = (await self._ask("GET", "/find", FREE, params=asked))["id"]
        return Sent(str(found)) if found else None

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None: ...

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        await asyncio.to_thread(copy_in, Path(attachment.source["path"]), into, cap_bytes)

    def _spell(self, where: Where, post: Post, nonce: str) -> dict[str, Any]:
        return {
            "platform": self._platform,
            "chat": where.channel.chat,
            "kind": post.kind,
            "text": post.text[:200],
            "job": next((button.job for button in post.buttons if button.job), ""),
            "actions": [button.action for button in post.buttons],
            "final": post.final,
            "nonce": nonce,
        }

    async def _new(self, path: str, departure: Departure, **what: Any) -> Sent:
        return Sent(str((await self._ask("POST", path, departure, **what))["id"]))

    async def _ask(self, method: str, path: str, departure: Departure, **what: Any) -> Any:
        """One request; what may be repeated here is: edits, looks, and posts where a nonce makes one of them."""

        async def trace(name: str, _info: Any) -> None:
            if name == "http11.send_request_body.started":
                await departure.leaves()

        what["extensions"] = {"trace": trace}
        for left in range(0 if self._platform == BLIND and path.startswith(("/post", "/video")) else 2, -1, -1):
            try:
                answer = await self._http.request(method, self._url + path, **what)
                answer.raise_for_status()
            except httpx.HTTPError:
                if not left:
                    raise SendDoubtful from None
            else:
                return answer.json()
        raise AssertionError


@asynccontextmanager
async def way(url: str, platform: str, edit_s: float) -> AsyncIterator[Way]:
    """Open a way out, close its connections."""
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(timeout=30, trust_env=False, verify=False, limits=limits) as http:
        yield Way(url, platform, http, edit_s)


async def serve(port: int) -> None:
    """A chat in a process of its own."""
    server = ChatServer()
    await server.start(port)
    await asyncio.Event().wait()
