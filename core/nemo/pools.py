"""Connections in small pools, streams apart from short requests: what thousands of conversations ask of httpx.

httpcore walks through all connections of its pool whenever a request begins or ends, and counts the busy ones among
those it would keep (encode/httpcore, `_assign_requests_to_connections`). In one pool with 2,000 open streams a short
request therefore costs milliseconds of CPU and a connection of its own, TLS included.
"""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar

import httpx

MOST = 32
"""Requests at once in one pool."""


@dataclass(slots=True, eq=False)
class _Pool:
    client: httpx.AsyncClient
    busy: int = 0


class Pools:
    """Sends requests, each through the first pool of its kind that has room; a pool more when none has.

    Args:
        tls, timeout: For all of them; a request may have its own timeout.
        most: Requests at once in one pool; it keeps as many connections.
    """

    def __init__(self, tls: ssl.SSLContext, timeout: httpx.Timeout, most: int = MOST) -> None:
        self._tls, self._timeout, self._most = tls, timeout, most
        self._cookies = CookieJar()
        self._short, self._streams = [self._pool()], [self._pool()]

    @property
    def client(self) -> httpx.AsyncClient:
        """One of the clients: builds requests."""
        return self._short[0].client

    async def send(
        self, request: httpx.Request, *, stays: bool = False, follow_redirects: bool = False
    ) -> httpx.Response:
        """Send; the body is still to be read, and the answer to be closed. `stays`: it is a stream of minutes."""
        pools = self._streams if stays else self._short
        pool = next((one for one in pools if one.busy < self._most), None)
        if pool is None:
            pools.append(pool := self._pool())
        pool.busy += 1
        try:
            response = await pool.client.send(request, stream=True, follow_redirects=follow_redirects)
        except BaseException:
            await self._leave(pool, pools)
            raise
        body = response.stream
        assert isinstance(body, httpx.AsyncByteStream)  # noqa: S101 - for the type checker
        response.stream = _Body(body, lambda: self._leave(pool, pools))
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for pool in (*self._short, *self._streams):
            await pool.client.aclose()

    def _pool(self) -> _Pool:
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=self._most)
        return _Pool(httpx.AsyncClient(limits=limits, timeout=self._timeout, verify=self._tls, cookies=self._cookies))

    async def _leave(self, pool: _Pool, pools: list[_Pool]) -> None:
        pool.busy -= 1
        if not pool.busy and pool is not pools[0]:
            pools.remove(pool)
            await pool.client.aclose()


class _Body(httpx.AsyncByteStream):
    """A body that tells when it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, closed: Callable[[], Awaitable[None]]) -> None:
        self._body, self._closed = body, closed

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            await self._closed()
