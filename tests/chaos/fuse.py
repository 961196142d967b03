"""Kills a worker exactly before or after the n-th thing that leaves it: every store script, every HTTP request.

It stands on the wire, so the program under test is the program, without a hook. Before: the bytes have come and
nothing has happened yet. After: it has happened, and not a byte of the answer went back.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from aiohttp import web

from core.store import scripts

IDLE = frozenset({"renew", "claim", "reclaim", "put", "handover", "release", "quiet"})
"""Scripts between turns: they are no step of one."""

_NAMES = {hashlib.sha1(text.encode()).hexdigest(): name for name, text in scripts.ALL.items()}


class Blown(Exception):
    """The worker is dead; nothing more happens for it."""


@dataclass
class Fuse:
    """Counts the steps of one worker; at step `at`, or the first of that name, it is no more. 0: it lives.

    Attributes:
        freezes: It is stopped (SIGSTOP) instead, and only its own steps stop: what was on its way takes place.
    """

    at: int | str = 0
    pid: int = 0
    freezes: bool = False
    steps: list[str] = field(default_factory=list)
    blown: str = ""

    def arm(self, at: int | str) -> None:
        """Begin anew, for the next worker."""
        self.at, self.steps, self.blown = at, [], ""

    def step(self, name: str) -> None:
        """Count a step. Raises Blown from the fatal one on."""
        if self.blown and not self.freezes:
            raise Blown
        self.steps.append(name)
        if not self.blown and self.at in (len(self.steps), name):
            self.blown = name
            os.kill(self.pid, signal.SIGSTOP if self.freezes else signal.SIGKILL)
            if not self.freezes:
                raise Blown

    # -- HTTP

    def fit(self, app: web.Application) -> None:
        """Count a server's requests."""
        app.middlewares.append(self._request)
        app.on_response_prepare.append(self._answer)

    @web.middleware
    async def _request(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        name = _named(request)
        if request.content_type == "application/json":
            with contextlib.suppress(ConnectionError):
                await request.read()  # the whole of it has come: headers alone are no request yet
        try:
            self.step(f"before {name}")
            response = await handler(request)
            if not isinstance(response, web.Response):
                self.step(f"at the end of {name}")
        except Blown:
            _cut(request)
            return web.Response()
        return response

    async def _answer(self, request: web.Request, _response: web.StreamResponse) -> None:
        """The handler has done its work, the first byte of the answer is about to go."""
        try:
            self.step(f"after {_named(request)}")
        except Blown:
            _cut(request)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


def _named(request: web.Request) -> str:
    route = request.match_info.route.resource
    path = route.canonical if route is not None else request.path
    return f"{request.method} {path.rpartition('nemo_agent')[2] or path}"


class StoreProxy:
    """Stands between one worker and the store, and counts the scripts of a turn."""

    def __init__(self, fuse: Fuse, store: Path, here: Path) -> None:
        self._fuse, self._store, self._here = fuse, store, here
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"unix://{self._here}"

    async def __aenter__(self) -> StoreProxy:
        self._server = await asyncio.start_unix_server(self._accept, str(self._here))
        return self

    async def __aexit__(self, *_exc: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        up_reader, up_writer = await asyncio.open_unix_connection(str(self._store))
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, Blown):
                await self._pass_on(reader, writer, up_reader, up_writer)
        finally:
            self._tasks.discard(task)
            up_writer.close()
            writer.close()

    async def _pass_on(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        up_reader: asyncio.StreamReader,
        up_writer: asyncio.StreamWriter,
    ) -> None:
        """One command, one answer, as RESP 2 orders them; what subscribes is only passed on."""
        while True:
            raw, words = await _value(reader)
            name = _script(words)
            if name:
                self._fuse.step(f"before {name}")
            up_writer.write(raw)
            if words and words[0].upper() == b"SUBSCRIBE":
                await asyncio.gather(_pour(reader, up_writer), _pour(up_reader, writer))
                return
            answer, _ = await _value(up_reader)
            if name and not answer.startswith(b"-NOSCRIPT"):
                self._fuse.step(f"after {name}")
            writer.write(answer)
            await writer.drain()


def _script(words: list[bytes]) -> str:
    """The name of one of a turn's scripts, with the stage it writes; "" for any other command."""
    if len(words) < 3 or words[0].upper() != b"EVALSHA":
        return ""
    name = _NAMES.get(words[1].decode(), "?")
    if name in IDLE:
        return ""
    if name == "write":
        fields = words[3 + int(words[2]) + 5 :]
        told = dict(zip(fields[::2], fields[1::2], strict=True))
        return f"write {told.get(b'stage', b'+'.join(told)).decode()}"
    return name


async def _value(reader: asyncio.StreamReader) -> tuple[bytes, list[bytes]]:
    """Read one RESP value: its bytes as they came, and the strings in it."""
    line = await reader.readuntil(b"\r\n")
    kind, rest = line[:1], line[1:-2]
    if kind == b"$" and int(rest) >= 0:
        body = await reader.readexactly(int(rest) + 2)
        return line + body, [body[:-2]]
    if kind == b"*" and int(rest) >= 0:
        parts = [await _value(reader) for _ in range(int(rest))]
        return line + b"".join(raw for raw, _ in parts), [word for _, words in parts for word in words]
    return line, []


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while block := await reader.read(65536):
        writer.write(block)
        await writer.drain()
