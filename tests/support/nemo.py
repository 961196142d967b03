"""Plain byte servers: what a test says is what goes over the wire, every request is counted.

Nothing here knows HTTP beyond finding the end of a request, so that client and server cannot merely agree.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any, Self, TypeAlias

from pydantic import SecretStr

from core.nemo.auth import StoredToken, new_id
from core.nemo.client import NemoClient, NemoConfig, Waits


class Line(Enum):
    """What a server does to the connection."""

    RESET = "reset"
    HANG = "hang until the client leaves"


Step: TypeAlias = bytes | float | Line
"""Bytes go out as one write; a number is a pause in seconds."""

Answer: TypeAlias = Sequence[Step]


@dataclass(frozen=True)
class Seen:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class ByteServer:
    """Answers each path with its next answer; the last one repeats. Unknown paths reset the connection.

    `keep_body` False counts bodies instead of keeping them.
    """

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    keep_body: bool = True
    early: dict[str, bytes] = field(default_factory=dict)
    """Answers that go out before the body was read; the connection is closed after it."""

    seen: list[Seen] = field(default_factory=list)
    received: int = 0
    connections: int = 0
    left: int = 0
    """Connections the client closed while an answer was under way."""

    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=1 << 20)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, path: str, *answers: Answer) -> Self:
        """Set the answers of a path (without its query), or of "path Bearer token" for requests with that token."""
        self.answers[path] = list(answers)
        return self

    def count(self, path: str) -> int:
        return sum(seen.path.partition("?")[0] == path for seen in self.seen)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        try:
            while (seen := await self._request(reader, writer)) is not None:
                self.seen.append(seen)
                if seen.path in self.early:
                    break
                answers = self._answers_for(seen)
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
                if not await self._play(answer, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            self.left += 1
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    def _answers_for(self, seen: Seen) -> list[Answer]:
        path = seen.path.partition("?")[0]
        with_token = self.answers.get(f"{path} {seen.headers.get('authorization', '')}")
        return with_token or self.answers.get(path, [[Line.RESET]])

    async def _request(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Seen | None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        except asyncio.IncompleteReadError as error:
            if error.partial:
                raise
            return None
        method, path, _ = head[0].split(" ", 2)
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        if path in self.early:
            writer.write(self.early[path])
            await writer.drain()
        body = b""
        left = int(headers.get("content-length", "0"))
        while left:
            chunk = await reader.read(min(left, 1 << 16))
            if not chunk:
                raise asyncio.IncompleteReadError(b"", left)
            left -= len(chunk)
            self.received += len(chunk)
            if self.keep_body:
                body += chunk
        return Seen(method, path, headers, body)

    async def _play(self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Return True if the connection may serve another request."""
        for step in answer:
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
            elif step is Line.RESET:
                writer.transport.abort()
                return False
            elif step is Line.HANG:
                await reader.read(1)
                self.left += 1
                return False
            else:
                assert isinstance(step, float)
                await asyncio.sleep(step)
        return b"onnection: close" not in b"".join(step for step in answer[:1] if isinstance(step, bytes))


def says(body: Any, status: int = 200, kind: str = "application/json", **headers: str) -> Answer:
    """One whole answer: `body` is sent as it is if it is bytes, else as JSON."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", f"content-type: {kind}", f"content-length: {len(raw)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ["\r\n".join([*lines, "", ""]).encode() + raw]


STREAM_HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    """One HTTP chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def streams(pieces: Iterable[Step], end: Step = b"0\r\n\r\n") -> Answer:
    """An event stream whose pieces are HTTP chunks of their own; `end` may be a reset instead of the clean end."""
    return [STREAM_HEAD, *(chunk(piece) if isinstance(piece, bytes) else piece for piece in pieces), end]


def frame(event: Any) -> bytes:
    """One event as ADK writes it."""
    return b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n"


@dataclass
class MemoryTokenStore:
    """A token store without a disk; counts what is asked of it."""

    token: StoredToken | None = None
    kept_id: str | None = None
    saved: int = 0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def load(self) -> StoredToken | None:
        return self.token

    async def save(self, token: StoredToken) -> None:
        self.token = token
        self.saved += 1

    async def client_id(self) -> str:
        self.kept_id = self.kept_id or new_id()
        return self.kept_id

    async def new_client_id(self) -> str:
        self.kept_id = new_id()
        return self.kept_id

    def lock(self) -> contextlib.AbstractAsyncContextManager[None]:
        return self._hold()

    @contextlib.asynccontextmanager
    async def _hold(self) -> AsyncIterator[None]:
        async with self._lock:
            yield


TOKEN = "nmv_usr_configured-0123456789"

SHORT = Waits(
    connect_s=20,
    write_s=20,
    read_s=20,
    run_s=60,
    heartbeat_only_s=40,
    upload_write_s=20,
    upload_read_s=20,
    rate_limit_s=0.03,
    retry_pause_s=0.01,
)
"""Waits of tests: pauses are short, limits are long enough for a slow machine."""


def client_for(
    url: str,
    *,
    token: str | None = TOKEN,
    store: MemoryTokenStore | None = None,
    waits: Waits = SHORT,
    web_url: str | None = None,
    client_id: str | None = None,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> NemoClient:
    """A client of a byte server."""
    config = NemoConfig(
        api_url=url,
        web_url=web_url,
        token=SecretStr(token) if token else None,
        client_id=client_id,
        version="1.2.3",
        waits=waits,
    )
    return NemoClient(config, store or MemoryTokenStore(), sleep=sleep)


def allow() -> None:
    """A guard that lets everything pass."""
