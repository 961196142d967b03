"""The only module that opens a connection to NemoVideo (nemovideo-api §2 to §5).

One `NemoClient` serves the whole process. Every request goes through the table of core/nemo/resend.py, and every
failure comes out as a class of core/errors.py whose text holds no token.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import logging
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx
from pydantic import SecretStr

from core.errors import BadAnswer, NemoError, NotSent, TokenExpired, Unreachable, VideoTooLarge
from core.nemo import answers, protocol
from core.nemo.auth import Credentials, StoredToken, TokenStore
from core.nemo.config import NemoConfig, Waits
from core.nemo.listening import close, listen
from core.nemo.pools import Pools
from core.nemo.protocol import (
    Balance,
    Call,
    Kind,
    LocalFile,
    NewSession,
    SessionState,
    StoredFile,
    new_render_id,
)
from core.nemo.refusals import parse_json, refusal
from core.nemo.resend import Action, Attempts, Pause, Remedy, remedy_for
from core.nemo.stream import ChatEvent, End, StreamReader
from core.nemo.transfer import FAILURES, CountedFile, OnProgress, Sent, save
from core.nemo.uploads import arrived
from core.render import Render

__all__ = [
    "Balance",
    "LocalFile",
    "NemoClient",
    "NemoConfig",
    "NewSession",
    "SessionState",
    "StoredFile",
    "Waits",
    "new_render_id",
]

log = logging.getLogger(__name__)

# Both write addresses and headers: ids of sessions at INFO, more at DEBUG.
logging.getLogger("httpx").setLevel(logging.WARNING)
logging.getLogger("httpcore").setLevel(logging.WARNING)

ANSWER_BYTES = 32_000_000
"""Largest JSON answer that is read: a draft of 10,000 segments has about a tenth of it."""

AT_THE_DOOR = 3
"""Messages of a process between their stored intent and their last byte, at once: a death there leaves so many doubts
at most, whatever the herd (a restart begins a thousand turns in one breath)."""

Guard = Callable[[], Awaitable[None] | None]
T = TypeVar("T")


class NemoClient:
    """Talks to one backend. An async context manager: it owns its connections.

    Args:
        config: Where, who, how long.
        store: Keeps the anonymous token and the client id.
        now: A clock that never goes back, in seconds: measures the limits of a stream.
        wall: Seconds since 1970: a token's expiry.
        sleep: Waits of §8.

    Every method raises classes of core.errors, and nothing of httpx. `guard` is called (and awaited, if it can be) as
    the last thing before the body of a request leaves, with the connection open, each time it is sent; what it raises
    comes out unchanged, with nothing sent that could be carried out.
    """

    def __init__(
        self,
        config: NemoConfig,
        store: TokenStore,
        *,
        now: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._config = config
        self._waits = config.waits
        self._base = config.api_url.rstrip("/")
        self._now = now
        self._sleep = sleep
        self._credentials = Credentials(_clean_token(config.token), config.client_id, store, self._fetch_token, wall)
        self._session_user: str | None = None
        self._state_user: str | None = None
        self._usual = self._timeout(config.waits.write_s, config.waits.read_s)
        self._door = asyncio.Semaphore(AT_THE_DOOR)
        self._http = Pools(_tls(), self._usual)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        await self._credentials.aclose()
        await self._http.aclose()

    @property
    def anonymous(self) -> bool:
        """True if the token came from endpoint 1, or the backend calls its owner `anon_…` (§3.5)."""
        return self._credentials.anonymous or (self.user_id or "").startswith("anon_")

    @property
    def user_id(self) -> str | None:
        """The token owner's id, as far as the backend has told it."""
        return self._session_user or self._state_user or self._credentials.user_id

    # sessions and talk

    async def create_session(self, name: str, language: str) -> NewSession:
        """Make a project and its session."""
        made = answers.read_session(await self._ask(protocol.create_session(name, language)))
        self._session_user = made.user_id or self._session_user
        return made

    async def chat(self, session_id: str, text: str, *, guard: Guard) -> AsyncGenerator[ChatEvent, None]:
        """Say something to the agent; gives what it does, the last event is one End.

        Close the generator (`contextlib.aclosing`) if it is left early: on some backends that cancels the run (§5.6).

        Raises, before the first event only:
            NotSent: No byte left.
            NemoError: Refused before a stream began. With a 5xx (Unreachable) and BadAnswer nobody knows whether
                the message arrived; a line that breaks after the request went out is no exception but
                End("disconnect").
        """
        call = protocol.chat(session_id, text)
        waits = self._timeout(self._waits.write_s, self._waits.run_s)
        started_s = self._now()

        async def open_stream(token: SecretStr | None) -> httpx.Response:
            nonlocal started_s
            started_s = self._now()
            response = await self._send(self._request(call, token, waits=waits), guard, long=True, door=self._door)
            return await self._check_stream(response)

        try:
            response = await self._repeat(call.kind, open_stream)
        except Unreachable as error:
            if error.status is not None:
                raise
            yield End("too-long" if self._now() - started_s >= self._waits.run_s else "disconnect", error)
            return
        reader = StreamReader(started_s, run_s=self._waits.run_s, heartbeat_only_s=self._waits.heartbeat_only_s)
        async with contextlib.aclosing(listen(response, reader, self._now)) as events:
            async for event in events:
                yield event

    async def _check_stream(self, response: httpx.Response) -> httpx.Response:
        """Let an event stream pass; read and raise what came instead of one (§2.4)."""
        if response.status_code == 200 and _mime(response) == "text/event-stream":
            return response
        await self._json(Kind.CHAT, response)
        raise BadAnswer(_instead(response, "an event stream"), status=response.status_code)

    async def state(self, session_id: str) -> SessionState:
        """Read the draft and the media of a session: always safe."""
        return self._seen(answers.read_state(await self._ask(protocol.state(session_id))))

    async def balance(self) -> Balance:
        """Read the credits."""
        return answers.read_balance(await self._ask(protocol.balance()))

    def _seen(self, state: SessionState) -> SessionState:
        self._state_user = state.user_id or self._state_user
        return state

    # uploads

    async def upload_files(
        self, session_id: str, files: Sequence[LocalFile], on_progress: OnProgress | None, guard: Guard
    ) -> tuple[StoredFile, ...]:
        """Send files in one request, streamed from the disk.

        `on_progress(sent, all)` counts bytes of the files; it begins anew if they are sent again.

        Raises:
            OSError: A file cannot be read.
            Unreachable: Nobody knows whether they arrived.
        """

        async def send(places: Sequence[int]) -> tuple[StoredFile, ...]:
            return await self._upload_files(session_id, [files[place] for place in places], on_progress, guard)

        return await self._upload(session_id, [file.name for file in files], send)

    async def upload_urls(self, session_id: str, urls: Sequence[str], guard: Guard) -> tuple[StoredFile, ...]:
        """Have the backend fetch these addresses."""

        async def send(places: Sequence[int]) -> tuple[StoredFile, ...]:
            call = protocol.upload_urls(session_id, [urls[place] for place in places])
            return answers.read_uploads(await self._ask(call, guard, waits=self._upload_timeout(), may_be_empty=True))

        return await self._upload(session_id, urls, send)

    async def _upload(
        self, session_id: str, names: Sequence[str], send: Callable[[Sequence[int]], Awaitable[tuple[StoredFile, ...]]]
    ) -> tuple[StoredFile, ...]:
        """Send; if the answer is lost, send what did not arrive once more (§8)."""
        before = await self._look(session_id)
        try:
            return await send(range(len(names)))
        except NemoError as error:
            remedy = remedy_for(Kind.UPLOAD, error)
            if remedy.action is not Action.LOOK:
                raise
            await self._pause(remedy, 0)
            after = await self._look(session_id)
            there = arrived(before, after, names) if after is not None else None
            if there is None:
                raise
        missing = [place for place in range(len(names)) if place not in there]
        found = tuple(there.values())
        return found + await send(missing) if missing else found

    async def _upload_files(
        self, session_id: str, files: Sequence[LocalFile], on_progress: OnProgress | None, guard: Guard
    ) -> tuple[StoredFile, ...]:
        call = protocol.upload_files(session_id)

        async def once(token: SecretStr | None) -> Any:
            with contextlib.ExitStack() as opened:
                sent = Sent(on_progress)
                parts = []
                for file in files:
                    handle = opened.enter_context(CountedFile(file.path, sent))
                    parts.append(("files", (file.name, handle, file.mime)))
                request = self._request(call, token, waits=self._upload_timeout(), files=parts)
                # A success is what holds no error (nemovideo-api §4.3): an empty answer holds none.
                return await self._json(call.kind, await self._send(request, guard, long=True), may_be_empty=True)

        return answers.read_uploads(await self._repeat(call.kind, once))

    async def _look(self, session_id: str) -> SessionState | None:
        """Read the state once; None if it cannot be read now."""
        call = protocol.state(session_id)
        try:
            token = await self._credentials.bearer()
            return self._seen(
                answers.read_state(await self._json(call.kind, await self._send(self._request(call, token), _free)))
            )
        except NemoError as error:
            log.info("the state cannot be read beside an upload: %s", type(error).__name__)
            return None

    # renders

    async def submit_render(
        self,
        render_id: str,
        session_id: str,
        draft: Mapping[str, Any],
        output: Mapping[str, Any] | None = None,
        *,
        guard: Guard,
    ) -> str:
        """Start an export; returns the id to poll.

        Submitting again under a new id is the caller's, who must store that id first: see
        `remedy_for(Kind.SUBMIT, error)`.
        """
        body = await self._ask(protocol.submit_render(render_id, session_id, draft, output), guard, may_be_empty=True)
        return answers.read_submitted(body, render_id)

    async def poll_render(self, render_id: str) -> Render:
        """Ask how an export stands. Raises RenderUnknown if it was never submitted."""
        return answers.read_render(await self._ask(protocol.poll_render(render_id)), render_id)

    async def cancel_render(self, render_id: str) -> bool:
        """Ask to drop an export; True if the backend agreed."""
        try:
            await self._ask(protocol.cancel_render(render_id), may_be_empty=True)
        except NemoError as error:
            log.info("cancelling a render was refused: %s", type(error).__name__)
            return False
        return True

    async def download(self, render: Render, into: Path, cap_bytes: int) -> None:
        """Fetch the finished file: from its own address without our headers, else through the API (§4.8).

        `into` is there whole afterwards, or not at all.

        Raises:
            VideoTooLarge: More than `cap_bytes`.
            OSError: It cannot be written.
        """
        if render.url is not None:
            try:
                await self._download_bare(render.url, into, cap_bytes)
            except VideoTooLarge:
                raise
            except NemoError as error:
                log.warning("a render's own address failed: %s; trying the API", type(error).__name__)
            else:
                return
        if (elsewhere := await self._download_api(render.id, into, cap_bytes)) is not None:
            await self._download_bare(elsewhere, into, cap_bytes)

    async def _download_bare(self, url: str, into: Path, cap_bytes: int) -> None:
        async def once(_: SecretStr | None) -> None:
            request = _bare_request(self._http.client, url)
            response = await self._send(request, _free, long=True, follow_redirects=True)
            async with contextlib.aclosing(response):
                if (refused := refusal(Kind.DOWNLOAD, response.status_code, None)) is not None:
                    raise refused
                if _is_page(response):
                    raise BadAnswer("no video at the address of the render")
                await save(response, into, cap_bytes)

        await self._repeat(Kind.DOWNLOAD, once, bare=True)

    async def _download_api(self, render_id: str, into: Path, cap_bytes: int) -> str | None:
        """Fetch through endpoint 10; returns another address if that is the answer."""
        call = protocol.download_render(render_id)

        async def once(token: SecretStr | None) -> str | None:
            response = await self._send(self._request(call, token), _free, long=True)
            async with contextlib.aclosing(response):
                if response.next_request is not None:
                    return str(response.next_request.url)
                if response.status_code != 200 or _is_page(response):
                    return answers.read_download_url(await self._json(call.kind, response))
                await save(response, into, cap_bytes)
            return None

        return await self._repeat(call.kind, once)

    # links

    async def claim_link(self, task_id: str | None, session_id: str) -> str | None:
        """Return a link that opens the project in a browser and holds no secret of ours; None without a web side."""
        web = self._config.web_url
        if not web or not task_id:
            return None
        try:
            token = answers.read_claim(await self._ask(protocol.claim_token(task_id, session_id)))
        except NemoError as error:
            log.info("no claim token: %s", type(error).__name__)
            return protocol.plain_url(web, task_id, session_id)
        return protocol.claim_url(web, token)

    def account_link(self, user_id: str | None) -> str | None:
        """Return where an anonymous user registers, else where the account is; None without a web side."""
        web = self._config.web_url
        if not web or not self.anonymous:
            return web or None
        return protocol.register_url(web, user_id or self.user_id)

    # the wire

    async def _fetch_token(self, client_id: str) -> StoredToken:
        call = protocol.anonymous_token()

        async def once(_: SecretStr | None) -> Any:
            request = self._request(call, None, {"X-Client-Id": client_id})
            return await self._json(call.kind, await self._send(request, _free))

        return answers.read_token(await self._repeat(call.kind, once, bare=True), client_id)

    async def _ask(
        self, call: Call, guard: Guard | None = None, *, waits: httpx.Timeout | None = None, may_be_empty: bool = False
    ) -> Any:
        """Send a request with the re-sends of §8, return the JSON of its answer."""

        async def once(token: SecretStr | None) -> Any:
            request = self._request(call, token, waits=waits)
            response = await self._send(request, guard or _free, long=call.kind is Kind.UPLOAD)
            return await self._json(call.kind, response, may_be_empty=may_be_empty)

        return await self._repeat(call.kind, once)

    async def _repeat(self, kind: Kind, once: Callable[[SecretStr | None], Awaitable[T]], *, bare: bool = False) -> T:
        """Do `once` as often as the table allows. `bare`: without a token."""
        attempts = Attempts(kind)
        while True:
            token = None if bare else await _before_sending(self._credentials.bearer())
            try:
                return await once(token)
            except NemoError as error:
                remedy, used = attempts.after(error)
                if remedy.action is Action.RENEW and token is not None and isinstance(error, TokenExpired):
                    await _before_sending(self._credentials.renew(token, error))
                    self._session_user = self._state_user = None
                elif remedy.action is Action.AGAIN:
                    await self._pause(remedy, used)
                else:
                    raise

    async def _pause(self, remedy: Remedy, used: int) -> None:
        if remedy.pause is Pause.RATE_LIMIT:
            await self._sleep(self._waits.rate_limit_s)
        elif remedy.pause is Pause.GROWING:
            await self._sleep(self._waits.retry_pause_s * 2**used)
        elif remedy.pause is Pause.MOMENT:
            await self._sleep(self._waits.retry_pause_s)

    def _request(
        self,
        call: Call,
        token: SecretStr | None,
        headers: Mapping[str, str] | None = None,
        *,
        waits: httpx.Timeout | None = None,
        files: Any = None,
    ) -> httpx.Request:
        """Build a request to the backend, with our headers."""
        config = self._config
        ours = {
            "Accept": call.accept,
            "X-Skill-Source": config.source,
            "X-Skill-Version": config.version,
            "X-Skill-Platform": config.platform,
        }
        if call.kind is Kind.CHAT:
            ours["Accept-Encoding"] = "identity"
        content = None
        if call.body is not None:
            ours["Content-Type"] = "application/json"
            content = _bytes(call.body)
        if token is not None:
            ours["Authorization"] = f"Bearer {token.get_secret_value()}"
        return self._http.client.build_request(
            call.method,
            self._base + call.path,
            headers=ours | dict(headers or {}),
            content=content,
            files=files,
            timeout=waits or self._usual,
        )

    async def _send(
        self,
        request: httpx.Request,
        guard: Guard,
        *,
        long: bool = False,
        door: asyncio.Semaphore | None = None,
        follow_redirects: bool = False,
    ) -> httpx.Response:
        """Send; the answer's body is still to be read. Raises NotSent or Unreachable.

        `door` is held from before the guard until the request has left.
        """
        left = False
        # With a body not at the headers: without it no request is carried out, and each write lets the loop turn once.
        begins = "send_request_body.started" if _has_body(request) else "send_request_headers.started"
        async with contextlib.AsyncExitStack() as held:

            async def trace(name: str, info: Mapping[str, Any]) -> None:
                nonlocal left
                if name == f"http11.{begins}" and info["request"].method != b"CONNECT":
                    if door is not None:
                        await held.enter_async_context(door)
                    if (waiting := guard()) is not None:
                        await waiting
                    left = True
                elif left and name in ("http11.send_request_body.complete", "http11.send_request_body.failed"):
                    await held.aclose()

            request.extensions = {**request.extensions, "trace": trace}
            try:
                return await self._http.send(request, long=long, follow_redirects=follow_redirects)
            except FAILURES as error:
                # The class says enough, and its text may quote a header.
                name = type(error).__name__
                raise (Unreachable(name) if left else NotSent(name)) from None

    async def _json(self, kind: Kind, response: httpx.Response, *, may_be_empty: bool = False) -> Any:
        """Read an answer to its end and close it; raise what it refuses. Raises BadAnswer unless it is JSON."""
        try:
            body = await _whole(response)
        except FAILURES as error:
            raise Unreachable(type(error).__name__) from None
        finally:
            await close(response)
        found = parse_json(body)
        if (refused := refusal(kind, response.status_code, found)) is not None:
            raise refused
        if found is None and (body.strip() or not may_be_empty):
            raise BadAnswer(_instead(response, "JSON"), status=response.status_code)
        return found

    def _timeout(self, write_s: float, read_s: float) -> httpx.Timeout:
        connect_s = self._waits.connect_s
        return httpx.Timeout(connect=connect_s, pool=connect_s, write=write_s, read=read_s)

    def _upload_timeout(self) -> httpx.Timeout:
        return self._timeout(self._waits.upload_write_s, self._waits.upload_read_s)


@functools.cache
def _tls() -> ssl.SSLContext:
    """Return the one TLS context of the process: reading the certificates takes a tenth of a second."""
    return httpx.create_ssl_context()


def _bytes(body: Mapping[str, Any]) -> bytes:
    """UTF-8; escaped where a draft holds half a surrogate pair: it goes back as it came (nemovideo-api §4.6)."""
    compact = functools.partial(json.dumps, body, separators=(",", ":"))
    try:
        return compact(ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return compact().encode()


def _has_body(request: httpx.Request) -> bool:
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _free() -> None:
    """The guard of requests that change nothing."""


def _clean_token(token: SecretStr | None) -> SecretStr | None:
    """Return a configured token without spaces round it. Raises ValueError if it cannot be sent in a header."""
    text = token.get_secret_value().strip() if token is not None else ""
    if not text:
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("NEMO_TOKEN holds characters that no token has")
    return SecretStr(text)


async def _before_sending(work: Awaitable[T]) -> T:
    """A token that cannot be had means: the request itself never left."""
    try:
        return await work
    except (Unreachable, BadAnswer) as error:
        raise NotSent(f"no token: {type(error).__name__} {error.detail}".rstrip(), status=error.status) from None


def _bare_request(http: httpx.AsyncClient, url: str) -> httpx.Request:
    """Build a request without any header of ours. Raises BadAnswer for an address that is none."""
    try:
        return http.build_request("GET", url, headers={"Accept-Encoding": "identity"})
    except (httpx.InvalidURL, ValueError):
        raise BadAnswer("the address of the render is none") from None


def _mime(response: httpx.Response) -> str:
    kind: str = response.headers.get("content-type", "")
    return kind.partition(";")[0].strip().lower()


def _is_page(response: httpx.Response) -> bool:
    """Whether words came where a video was wanted: a login page, an error of a storage service in XML or JSON."""
    kind = _mime(response)
    return kind.endswith(("html", "json", "xml"))


def _instead(response: httpx.Response, wanted: str) -> str:
    return f"{_mime(response) or 'no type'} instead of {wanted}"


async def _whole(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES:
            raise BadAnswer("an answer larger than any of this API", status=response.status_code)
    return bytes(body)
