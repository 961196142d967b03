"""A real studio in this process whose manners can be changed, and an outbound with a chat for each channel."""

from __future__ import annotations

import asyncio
import socket
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from bots.adapter import FREE, Departure, Limits, Post, Sent, Video, Where
from bots.app import Backend, Program, open_program, running
from bots.settings import Settings
from core.messages import Attachment
from studio.api.services import Services
from studio.app import create_app, server_config
from studio.settings import Settings as StudioSettings
from studio.switches import read
from tests.support.program import PLATFORM, QUICK, Chat


class Counted:
    """The studio's own application; counts what reaches it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.runs = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].endswith("/run_sse"):
            self.runs += 1
        await self._app(scope, receive, send)


@dataclass
class Studio:
    url: str
    parts: Services
    counted: Counted

    @asynccontextmanager
    async def behaving(self, switch: str) -> AsyncIterator[None]:
        """Set the switches of all requests for a while."""
        self.parts.always = read(switch)
        try:
            yield
        finally:
            self.parts.always = read("")


@asynccontextmanager
async def open_studio(folder: Path) -> AsyncIterator[Studio]:
    given = StudioSettings(data_dir=folder, pace_s=0.0, free_bytes=0, tokens_per_address=0, render_processes=1)
    app = create_app(given)
    counted = Counted(app)
    listening = socket.create_server(("127.0.0.1", 0))
    config = server_config(app)
    config.app = counted
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started and not task.done():
        await asyncio.sleep(0.005)
    assert server.started
    try:
        yield Studio(f"http://127.0.0.1:{listening.getsockname()[1]}", app.state.services, counted)
    finally:
        server.should_exit = True
        await task


@dataclass
class Rooms:
    """Implements Outbound: what is shown in each channel, by the chat's name."""

    chats: defaultdict[str, Chat] = field(default_factory=lambda: defaultdict(Chat))

    def _of(self, where: Where) -> Chat:
        return self.chats[where.channel.chat]

    def limits(self, where: Where) -> Limits:
        return self._of(where).limits_now

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        return await self._of(where).send(where, post, nonce, departure)

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        await self._of(where).edit(where, sent_id, post, departure)

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        return await self._of(where).send_video(where, video, post, nonce, departure)

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        return await self._of(where).find(where, nonce, after_id)

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None: ...

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        await Chat().fetch(attachment, into, cap_bytes)


@asynccontextmanager
async def open_rooms(folder: Path, url: str, **settings: Any) -> AsyncIterator[tuple[Program, Rooms]]:
    """Run the program with a chat for each channel."""
    rooms = Rooms()
    told = Settings(_env_file=None, data_dir=folder / "data", nemo_api_url=url, **{**QUICK, **settings})
    async with (
        open_program(told, Backend(url, own=True), {PLATFORM: lambda *_: nullcontext(rooms)}) as program,
        running(program.engine((PLATFORM,))),
    ):
        yield program, rooms
