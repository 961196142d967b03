"""A Discord on loopback: one aiohttp server with REST, gateway and CDN over a `World`."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.support.discord.world import EPHEMERAL, THREAD, Interaction, Json, Refusal, Told, World, snowflake

CONTENT_INTENT = 1 << 15
TOKEN = "bot-token-of-the-loopback"


@dataclass
class Call:
    """One request the bot made."""

    method: str
    path: str
    body: Json
    at_s: float
    files: list[str] = field(default_factory=list)


@dataclass
class Session:
    """One gateway session; it outlives its connection, for resumes."""

    id: str
    intents: int
    seq: int = 0
    sent: list[Json] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None


Answer = Callable[[web.Request], Awaitable[web.StreamResponse]] | Refusal | web.Response
VIA = {"Via": "1.1 loopback"}


class LoopbackDiscord:
    """`async with LoopbackDiscord() as discord:` — then point the bot at `api`, `gateway`, `cdn`."""

    def __init__(self) -> None:
        self.world = World()
        self.calls: list[Call] = []
        self.sessions: dict[str, Session] = {}
        self.scripts: list[tuple[str, re.Pattern[str], deque[Answer]]] = []
        self.files: dict[str, Callable[[web.Request], Awaitable[web.StreamResponse]]] = {}
        self.allow_content = True
        self.needs_shards = False
        self.latency_s = 0.0
        self.identifies = self.resumes = 0
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**30)
        app.router.add_get("/gw/", self._gateway)
        app.router.add_get("/attachments/{channel}/{id}/{name}", self._file)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.cdn = self.world.cdn = f"http://127.0.0.1:{port}"
        self.api, self.gateway = f"{self.cdn}/api/v10", f"ws://127.0.0.1:{port}/gw/"
        return self

    async def __aexit__(self, *_: object) -> None:
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.close()
        await self._runner.cleanup()

    # -- for tests

    def script(self, method: str, path: str, *answers: Answer) -> None:
        """Answer the next requests to a path (regular expression) with these, one each."""
        self.scripts.append((method, re.compile(path), deque(answers)))

    def forget(self) -> None:
        """Drop what was said and asked so far, for long runs."""
        world = self.world
        for kept in (world.messages, world.files, world.nonces, world.interactions):
            kept.clear()
        self.calls.clear()
        for session in self.sessions.values():
            session.sent.clear()

    async def until(self, true: Callable[[], Any], within_s: float = 20.0) -> Any:
        """Wait until something holds, looking whenever the bot asked for something."""
        end = time.monotonic() + within_s
        while not (found := true()):
            self._changed.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), 0.05)
            assert time.monotonic() < end, "it never came"
        return found

    def asked(self, method: str, path: str) -> list[Call]:
        """The requests the bot made to a path (regular expression)."""
        return [call for call in self.calls if call.method == method and re.fullmatch(path, call.path)]

    # -- REST

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        if self.latency_s:
            await asyncio.sleep(self.latency_s)
        path = "/" + request.match_info["path"].replace("%40", "@")
        body, files = await _read(request)
        self.calls.append(Call(request.method, path, body, time.monotonic(), [name for name, _ in files]))
        self._changed.set()
        try:
            for method, pattern, answers in self.scripts:
                if answers and method == request.method and pattern.fullmatch(path):
                    return await _scripted(answers.popleft(), request)
            secured = "/webhooks/" not in path and "/callback" not in path
            if secured and request.headers.get("Authorization") != f"Bot {TOKEN}":
                raise Refusal(401, 0, "401: Unauthorized")
            return _json(self._answer(request.method, path, body, files, request.query))
        except Refusal as refusal:
            return _refused(refusal)
        finally:
            self._changed.set()

    def _answer(self, method: str, path: str, body: Json, files: list[tuple[str, bytes]], query: Any) -> Any:
        for verb, pattern, answer in self._routes():
            found = re.fullmatch(pattern, path)
            if verb == method and found:
                return answer(*found.groups(), body=body, files=files, query=query)
        raise Refusal(404, 0, "404: Not Found")

    def _routes(self) -> tuple[tuple[str, str, Callable[..., Any]], ...]:
        world = self.world
        return (
            ("GET", "/users/@me", lambda **_: world.me),
            ("GET", "/oauth2/applications/@me", lambda **_: self._application()),
            ("GET", "/gateway/bot", lambda **_: self._gateway_bot()),
            ("PUT", r"/applications/\d+/commands", self._put_commands),
            ("POST", "/users/@me/channels", lambda **_: world.new_channel(None, 1)),
            ("POST", r"/channels/(\d+)/typing", lambda channel, **_: world.reachable(channel) and None),
            ("GET", r"/channels/(\d+)/messages", self._history),
            ("POST", r"/channels/(\d+)/messages", lambda c, body, files, **_: world.post(c, body, files)),
            ("GET", r"/channels/(\d+)/messages/(\d+)", self._message),
            ("PATCH", r"/channels/(\d+)/messages/(\d+)", self._edit),
            ("DELETE", r"/channels/(\d+)/messages/(\d+)", self._delete),
            ("POST", r"/channels/(\d+)/messages/(\d+)/threads", self._thread),
            ("POST", r"/interactions/(\d+)/([^/]+)/callback", self._callback),
            ("POST", r"/webhooks/\d+/([^/]+)", self._followup),
            ("GET", r"/webhooks/\d+/([^/]+)/messages/(@original|\d+)", self._hook_get),
            ("PATCH", r"/webhooks/\d+/([^/]+)/messages/(@original|\d+)", self._hook_edit),
            ("DELETE", r"/webhooks/\d+/([^/]+)/messages/(@original|\d+)", self._hook_delete),
        )

    def _application(self) -> Json:
        base = {"id": self.world.app_id, "name": "From Music", "icon": None, "description": "", "bot_public": True}
        return base | {"bot_require_code_grant": False, "verify_key": "", "owner": self.world.lena, "flags": 0}

    def _gateway_bot(self) -> Json:
        limit = {"total": 1000, "remaining": 1000, "reset_after": 1, "max_concurrency": 1}
        return {"url": self.gateway, "shards": 1, "session_start_limit": limit}

    def _put_commands(self, body: Any, **_: Any) -> list[Json]:
        self.world.commands = [
            {"id": self.world.mint(), "application_id": self.world.app_id, "description": "", "version": "1"} | one
            for one in body
        ]
        return self.world.commands

    def _history(self, channel: str, query: Any, **_: Any) -> list[Json]:
        self.world.reachable(channel)
        found = [m for m in self.world.messages.values() if m["channel_id"] == channel and not m["flags"] & EPHEMERAL]
        after = int(query.get("after", 0))
        newest = sorted((m for m in found if int(m["id"]) > after), key=lambda m: -int(m["id"]))
        return [{k: v for k, v in m.items() if k != "nonce"} for m in newest[: int(query.get("limit", 50))]]

    def _own(self, channel: str, message: str) -> Json:
        self.world.reachable(channel)
        found = self.world.messages.get(message)
        if found is None or found["channel_id"] != channel or found["flags"] & EPHEMERAL:
            raise Refusal(404, 10008, "Unknown Message")
        return found

    def _message(self, channel: str, message: str, **_: Any) -> Json:
        found = self._own(channel, message)
        for one in found["attachments"]:  # a fresh signature whenever a message is read again
            one["url"] = one["url"].split("?")[0] + "?" + self.world.signature(86400)
        return found

    def _edit(self, channel: str, message: str, body: Json, files: list[tuple[str, bytes]], **_: Any) -> Json:
        self._own(channel, message)
        return self.world.edit(message, body, files)

    def _delete(self, channel: str, message: str, **_: Any) -> None:
        gone = self.world.messages.pop(self._own(channel, message)["id"])
        for one in gone["attachments"]:
            self.world.files.pop(one["url"].removeprefix(self.cdn).split("?")[0], None)

    def _thread(self, channel: str, message: str, body: Json, **_: Any) -> Json:
        parent = self.world.reachable(channel)
        if message in self.world.channels:
            raise Refusal(400, 160004, "A thread has already been created for this message")
        if not self.world.permissions(parent) >> 35 & 1:
            raise Refusal(403, 50013, "Missing Permissions")
        thread = self.world.new_channel({"id": parent["guild_id"]}, THREAD, channel, self.world.me["id"])
        del self.world.channels[thread["id"]]
        thread |= {"id": message, "name": body["name"]}
        self.world.channels[message] = thread
        return thread

    # -- interactions

    def _live(self, token: str) -> Interaction:
        interaction = self.world.interactions.get(token)
        if interaction is None:
            raise Refusal(404, 10015, "Unknown Webhook")
        if time.time() - interaction.born_s > 15 * 60:
            raise Refusal(401, 50027, "Invalid Webhook Token")
        return interaction

    def _callback(self, iid: str, token: str, body: Json, **_: Any) -> Json:
        interaction = self.world.interactions.get(token)
        if interaction is None or time.time() - interaction.born_s > 15 * 60:
            raise Refusal(404, 10062, "Unknown interaction")
        if interaction.told is not None:
            raise Refusal(400, 40060, "Interaction has already been acknowledged.")
        data = body.get("data") or {}
        interaction.told = Told(body["type"], data)
        answer: Json = {"interaction": {"id": iid, "type": interaction.payload["type"]}}
        if body["type"] in {4, 5}:
            message = self._hook_message(interaction, data, body["type"] == 5)
            interaction.original = message["id"]
            interaction.deferred = body["type"] == 5
            answer["interaction"]["response_message_id"] = message["id"]
            answer["resource"] = {"type": body["type"], "message": message}
        elif body["type"] == 6:
            interaction.original = interaction.payload["message"]["id"]
        return answer

    def _hook_message(self, interaction: Interaction, body: Json, empty: bool = False, files: Any = ()) -> Json:
        channel = interaction.payload["channel_id"]
        if empty:
            where = self.world.channels.get(channel, {"id": channel})
            message = self.world.message(where, self.world.me)
            message["flags"] |= int(body.get("flags") or 0) | 128
            return message
        return self.world.post(channel, body, list(files), interaction)

    def _followup(self, token: str, body: Json, files: list[tuple[str, bytes]], **_: Any) -> Json:
        interaction = self._live(token)
        thinking = self.world.messages.get(interaction.original or "")
        if interaction.deferred and thinking is not None and thinking["flags"] & 128:
            # "Create Followup Message": directly after a defer it edits the loading message, whose flags stay
            thinking["flags"] &= ~128
            return self.world.edit(thinking["id"], {key: body[key] for key in body if key != "flags"}, files)
        interaction.followups += 1
        if interaction.user_install_only and interaction.followups > 5:
            raise Refusal(400, 40094, "Too many follow-up messages")
        return self._hook_message(interaction, body, files=files)

    def _which(self, token: str, message: str) -> Json:
        interaction = self._live(token)
        found = self.world.messages.get(interaction.original or "" if message == "@original" else message)
        if found is None:
            raise Refusal(404, 10008, "Unknown Message")
        return found

    def _hook_get(self, token: str, message: str, **_: Any) -> Json:
        return self._which(token, message)

    def _hook_edit(self, token: str, message: str, body: Json, files: list[tuple[str, bytes]], **_: Any) -> Json:
        found = self._which(token, message)
        found["flags"] &= ~128
        return self.world.edit(found["id"], body, files)

    def _hook_delete(self, token: str, message: str, **_: Any) -> None:
        del self.world.messages[self._which(token, message)["id"]]

    # -- CDN

    async def _file(self, request: web.Request) -> web.StreamResponse:
        if request.path in self.files:
            return await self.files[request.path](request)
        data = self.world.files.get(request.path)
        if data is None or time.time() > int(request.query.get("ex", "0"), 16):
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=data)

    # -- gateway

    def _socket(self, _request: web.Request) -> web.WebSocketResponse:
        return web.WebSocketResponse()

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = self._socket(request)
        await socket.prepare(request)
        await socket.send_json({"op": 10, "d": {"heartbeat_interval": 41250}})
        session: Session | None = None
        async for frame in socket:
            if frame.type is not aiohttp.WSMsgType.TEXT:
                break
            said = json.loads(frame.data)
            if said["op"] == 1:
                await socket.send_json({"op": 11})
            elif said["op"] == 2:
                session = await self._identified(socket, said["d"])
            elif said["op"] == 6:
                session = await self._resumed(socket, said["d"])
            self._changed.set()
        if session is not None and session.socket is socket:
            session.socket = None
        return socket

    async def _identified(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        self.identifies += 1
        if data["token"] != TOKEN:
            await socket.close(code=4004)
            return None
        if self.needs_shards and "shard" not in data:
            await socket.close(code=4011)
            return None
        if data["intents"] & CONTENT_INTENT and not self.allow_content:
            await socket.close(code=4014)
            return None
        session = Session(snowflake(), data["intents"], socket=socket)
        self.sessions[session.id] = session
        guilds = [{"id": gid, "unavailable": True} for gid in self.world.guilds]
        ready = {"v": 10, "user": self.world.me, "guilds": guilds, "session_id": session.id}
        ready |= {"resume_gateway_url": self.gateway, "application": {"id": self.world.app_id, "flags": 0}}
        if "shard" in data:
            ready["shard"] = data["shard"]
        await self._send(session, "READY", ready)
        for guild in self.world.guilds.values():
            await self._send(session, "GUILD_CREATE", self._whole(guild))
        return session

    def _whole(self, guild: Json) -> Json:
        here = [c for c in self.world.channels.values() if c.get("guild_id") == guild["id"]]
        channels = [c for c in here if c["type"] != THREAD]
        threads = [c for c in here if c["type"] == THREAD]
        return guild | {"channels": channels, "threads": threads, "members": [self.world.member(self.world.me)]}

    async def _resumed(self, socket: web.WebSocketResponse, data: Json) -> Session | None:
        self.resumes += 1
        session = self.sessions.get(data["session_id"])
        if session is None:
            await socket.send_json({"op": 9, "d": False})
            return None
        session.socket = socket
        for frame in session.sent[data["seq"] :]:
            await socket.send_json(frame)
        await self._send(session, "RESUMED", {})
        return session

    async def _send(self, session: Session, event: str, data: Any) -> None:
        session.seq += 1
        frame = {"op": 0, "s": session.seq, "t": event, "d": data}
        session.sent.append(frame)
        if session.socket is not None:
            with contextlib.suppress(ConnectionError):
                await session.socket.send_json(frame)

    async def dispatch(self, event: str, data: Any, raw: bool = False) -> None:
        """Send an event to every session, blanked where the intent is missing (unless raw)."""
        for session in self.sessions.values():
            blank = event == "MESSAGE_CREATE" and not raw and not session.intents & CONTENT_INTENT
            await self._send(session, event, self._blanked(data) if blank else data)

    def _blanked(self, message: Json) -> Json:
        """What is seen of a message without the Message Content intent."""
        me = self.world.me["id"]
        named = any(user["id"] == me for user in message.get("mentions", ()))
        if "guild_id" in message and not named and message["author"]["id"] != me:
            message = message | {"content": "", "attachments": [], "embeds": [], "components": []}
        inner = message.get("referenced_message")
        return message | {"referenced_message": self._blanked(inner)} if inner else message

    async def drop(self, code: int = 4000) -> None:
        """Close every connection; sessions stay and can be resumed."""
        for session in self.sessions.values():
            if session.socket is not None:
                await session.socket.close(code=code)


async def _read(request: web.Request) -> tuple[Any, list[tuple[str, bytes]]]:
    if not request.content_type.startswith("multipart/"):
        raw = await request.read()
        return (json.loads(raw) if raw else {}), []
    body: Json = {}
    files: list[tuple[str, bytes]] = []
    async for part in await request.multipart():
        assert isinstance(part, aiohttp.BodyPartReader)
        data = bytes(await part.read())
        if part.name == "payload_json":
            body = json.loads(data)
        else:
            files.append((part.filename or "", data))
    return body, files


def _json(data: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    if data is None:
        return web.Response(status=204)
    # The type without a charset, as the real one sends it: clients compare it whole.
    return web.Response(body=json.dumps(data).encode(), status=status, content_type="application/json", headers=headers)


def _refused(refusal: Refusal) -> web.Response:
    return _json(refusal.body, refusal.status, VIA if refusal.status == 429 else None)


async def _scripted(answer: Answer, request: web.Request) -> web.StreamResponse:
    if isinstance(answer, Refusal):
        return _refused(answer)
    return answer if isinstance(answer, web.Response) else await answer(request)


def limited(retry_s: float, everywhere: bool = False) -> Refusal:
    """A 429."""
    return Refusal(429, 0, "You are being rate limited.", retry_after=retry_s, **{"global": everywhere})
