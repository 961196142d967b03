"""Another Discord: what a second implementation may do differently and still keep to the documentation.

Each habit is a toggle of `Habits`; all of them together are `FOREIGN`.
"""

from __future__ import annotations

import asyncio
import json
import random
import zlib
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import web

from tests.support.discord.server import LoopbackDiscord, Session
from tests.support.discord.world import Json

LEFT_OUT: dict[str, tuple[str, ...]] = {
    "MESSAGE_CREATE": (
        "member", "flags", "tts", "pinned", "mention_roles", "edited_timestamp", "embeds", "components", "nonce",
    ),
    "INTERACTION_CREATE": (
        "app_permissions", "context", "authorizing_integration_owners", "locale", "guild_locale", "entitlements",
        "guild", "channel", "attachment_size_limit",
    ),
}  # fmt: skip
"""Fields that may be missing, or that servers older than them do not know."""


@dataclass(frozen=True)
class Habits:
    """How this server differs.

    Attributes:
        compressed: Gateway frames are zlib-stream, as the client asked for, in pieces.
        sparse: Optional fields are missing, everywhere; there are fields and events nobody knows.
        guilds: "late": after READY, and the first events before them. "away": unavailable for ever. "bare": without
            our member, roles and threads. "none": READY names none at all.
        hangs_up: Connections end after each answer.
        charset: JSON is "application/json; charset=utf-8".
        silent_acks: Callbacks answer 204.
        missing: These routes do not exist (404), are not allowed (403), or never answer ("hangs").
        limits: The first request of each kind is a 429 without `Via`, as a proxy sends it.
        ids: "random" snowflakes, not in the order of time; "small" ones tell no time either.
        moves: The CDN sends on to another path, and streams without a length.
    """

    compressed: bool = False
    sparse: bool = False
    guilds: Literal["late", "away", "bare", "none", ""] = ""
    hangs_up: bool = False
    charset: bool = False
    silent_acks: bool = False
    missing: Literal["404", "403", "hangs", ""] = ""
    limits: bool = False
    ids: Literal["random", "small", ""] = ""
    moves: bool = False


FOREIGN = Habits(True, True, "late", True, True, True, "404", True, "small", True)
LATE_S = 0.6
UNNEEDED = ("/typing", "/commands", "/reactions")
"""Routes without which a bot can do its work, with the reading of messages."""


class ForeignDiscord(LoopbackDiscord):
    """A Discord with habits of its own."""

    def __init__(self, habits: Habits) -> None:
        super().__init__()
        self.habits = habits
        self._limited: set[str] = set()
        self._coming: asyncio.Task[None] | None = None
        self._rng = random.Random(7)
        if habits.ids:
            self.world.mint = self._mint
            for table in (self.world.users, self.world.guilds, self.world.channels):
                table.clear()
            self.world.__post_init__()

    def _mint(self, _ago_s: float = 0.0) -> str:
        least, most = (10**5, 10**7) if self.habits.ids == "small" else (2**60, 2**62)
        return str(self._rng.randrange(least, most))

    # -- REST

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path, habits = request.path, self.habits
        reads = request.method == "GET" and "/messages" in path and "/webhooks" not in path
        if habits.missing and (reads or path.endswith(UNNEEDED)):
            return await self._not_there()
        kind = f"{request.method} {path.rpartition('/')[2] if '/callback' in path else path}"
        if habits.limits and request.method != "GET" and kind not in self._limited:
            self._limited.add(kind)
            return web.Response(status=429, text="slow down", headers={"Retry-After": "0.05"})
        answer = await super()._rest(request)
        if not isinstance(answer, web.Response):
            return answer
        if habits.silent_acks and path.endswith("/callback") and answer.status == 200:
            answer = web.Response(status=204)
        elif habits.sparse and isinstance(answer.body, bytes):
            answer.body = json.dumps(_sparse(json.loads(answer.body))).encode()
        if habits.charset and answer.content_type == "application/json":
            answer.charset = "utf-8"
        if habits.hangs_up:
            answer.force_close()
        return answer

    async def _not_there(self) -> web.Response:
        if self.habits.missing == "hangs":
            await asyncio.sleep(30)
        status = 403 if self.habits.missing == "403" else 404
        return web.Response(status=status, text="no such thing here")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if not self.habits.moves:
            return await super()._file(request)
        if "moved" not in request.query:
            raise web.HTTPFound(f"{request.path_qs}&moved=1")
        whole = await super()._file(request)
        assert isinstance(whole, web.Response)
        assert isinstance(whole.body, bytes)
        stream = web.StreamResponse(status=whole.status, headers={"Content-Type": "application/octet-stream"})
        stream.enable_chunked_encoding()
        await stream.prepare(request)
        for at in range(0, len(whole.body), 1000):
            await stream.write(whole.body[at : at + 1000])
        await stream.write_eof()
        return stream

    # -- gateway

    def _socket(self, request: web.Request) -> web.WebSocketResponse:
        asked = request.query.get("compress") == "zlib-stream"
        return _Squeezed() if self.habits.compressed and asked else super()._socket(request)

    async def _identified(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        habits = self.habits
        if habits.guilds in {"", "bare"}:
            return await super()._identified(socket, data)
        whole = dict(self.world.guilds)
        if habits.guilds == "none":
            self.world.guilds.clear()
        else:
            self.world.guilds = {gid: {"id": gid, "unavailable": True} for gid in whole}
        try:
            session = await super()._identified(socket, data)
        finally:
            self.world.guilds = whole
        if habits.guilds != "away" and session is not None:
            self._coming = asyncio.create_task(self._late(session))
        return session

    async def _late(self, session: Session) -> None:
        await asyncio.sleep(LATE_S)
        for guild in self.world.guilds.values():
            await self._send(session, "GUILD_CREATE", self._whole(guild))

    def _whole(self, guild: Json) -> Json:
        if guild.get("unavailable"):
            return guild
        whole = super()._whole(guild)
        if self.habits.guilds == "bare":
            whole |= {"members": [], "roles": []}
            del whole["threads"]
        return whole

    async def _send(self, session: Session, event: str, data: Any) -> None:
        if not self.habits.sparse:
            return await super()._send(session, event, data)
        if event == "READY" and self.habits.guilds == "none":
            data = {key: value for key, value in data.items() if key != "guilds"}
        if event in LEFT_OUT:
            await super()._send(session, "SOMETHING_NEW", {"id": "1", "of": [event]})
            data = {key: value for key, value in data.items() if key not in LEFT_OUT[event]}
            if "guild_id" not in data:
                data.pop("channel_type", None)
        return await super()._send(session, event, _sparse(data))


class _Squeezed(web.WebSocketResponse):
    """A socket whose frames are one zlib stream, each in two pieces."""

    def __init__(self) -> None:
        super().__init__()
        self._stream = zlib.compressobj()

    async def send_json(self, data: Any, *_: Any, **__: Any) -> None:
        packed = self._stream.compress(json.dumps(data).encode()) + self._stream.flush(zlib.Z_SYNC_FLUSH)
        half = len(packed) // 2
        await self.send_bytes(packed[:half])
        await self.send_bytes(packed[half:])


def _sparse(data: Any) -> Any:
    """Leave out what may be missing inside, add what nobody knows."""
    if isinstance(data, list):
        return [_sparse(one) for one in data]
    if not isinstance(data, dict):
        return data
    whole = {key: _sparse(value) for key, value in data.items()}
    if "proxy_url" in whole:
        for name in ("content_type", "proxy_url"):
            whole.pop(name, None)
    if "username" in whole:
        for name in ("avatar", "discriminator"):
            whole.pop(name, None)
    if "joined_at" in whole:
        del whole["flags"]
    if "permission_overwrites" in whole:
        for name in ("position", "message_count", "member_count", "thread_metadata"):
            whole.pop(name, None)
    if "type" in whole and "custom_id" in whole:
        whole.pop("id", None)  # a component that was not numbered
    return whole | {"of_tomorrow": None} if "id" in data or "type" in data else whole
