"""Connections in small pools, streams apart from short requests: what thousands of conversations ask of httpx.

httpcore walks through all connections of its pool whenever a request begins or ends, and counts the busy ones among
those it would keep (encode/httpcore, `_assign_requests_to_connections`). In one pool with 2,000 open streams a short
request therefore costs milliseconds of CPU and a connection of its own, TLS included.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

MOST = 32
"""Requests at once in one pool."""

SHORT = 128
"""Short requests at once: of thousands of turns that end in the same second the others wait for a warm connection."""


@dataclass(slots=True, eq=False)
class _Pool:
    client: httpx.AsyncClient
    busy: int = 0


@dataclass(slots=True, eq=False)
class _Kind:
    """Pools of one kind of request. `room`: how many of them may be under way at once."""

    pools: list[_Pool]
    room: asyncio.Semaphore | contextlib.nullcontext[None]


class Pools:
    """Sends requests, each through the first pool of its kind that has room; a pool more when none has.

    Args:
        tls, timeout: For all of them; a request may have its own timeout.
    """

    def __init__(self, tls: ssl.SSLContext, timeout: httpx.Timeout) -> None:
        self._tls, self._timeout = tls, timeout
        # None is kept: our token says who we are, and the host of a video must learn nothing (nemovideo-api §2.2).
        self._cookies = CookieJar(DefaultCookiePolicy(allowed_domains=()))
        self._short = _Kind([self._pool()], asyncio.Semaphore(SHORT))
        self._long = _Kind([self._pool()], contextlib.nullcontext())

    @property
    def client(self) -> httpx.AsyncClient:
        """One of the clients: builds requests."""
        return self._short.pools[0].client

    async def send(
        self, request: httpx.Request, *, long: bool = False, follow_redirects: bool = False
    ) -> httpx.Response:
        """Send; the body is still to be read, and the answer to be closed, which gives its place to the next.

        Args:
            long: It may take minutes: a stream or a file.
        """
        kind = self._long if long else self._short
        async with contextlib.AsyncExitStack() as held:
            await held.enter_async_context(kind.room)
            pool = next((one for one in kind.pools if one.busy < MOST), None)
            if pool is None:
                kind.pools.append(pool := self._pool())
            pool.busy += 1
            held.push_async_callback(self._leave, pool, kind)
            response = await pool.client.send(request, stream=True, follow_redirects=follow_redirects)
            assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - what an AsyncClient gives
            response.stream = _Body(response.stream, held.pop_all())
            return response

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in (*self._short.pools, *self._long.pools):
            await pool.client.aclose()

    def _pool(self) -> _Pool:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=MOST)
        return _Pool(httpx.AsyncClient(limits=limits, timeout=self._timeout, verify=self._tls, cookies=self._cookies))

    async def _leave(self, pool: _Pool, kind: _Kind) -> None:
        pool.busy -= 1
        # Of short ones there are few pools, and the next burst finds them warm.
        if kind is self._long and not pool.busy and pool is not kind.pools[0]:
            kind.pools.remove(pool)
            await pool.client.aclose()


class _Body(httpx.AsyncByteStream):
    """A body that lets go of its place when it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, held: contextlib.AsyncExitStack) -> None:
        self._body, self._held = body, held

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()

    async def aclose(self) -> None:
        async with self._held:
            await self._body.aclose()
