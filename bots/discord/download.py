"""The bytes of an attachment, streamed to a file: only from hosts we name, with a cap, never wholly in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import parse_qs

import aiohttp
import tenacity
import yarl

from bots.adapter import FetchFailed
from bots.settings import Settings

CHUNK_BYTES = 256 * 1024
TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=60)
EXPIRY_MARGIN_S = 30
MOVED = frozenset({301, 302, 303, 307, 308})
MOST_MOVES = 5
DISCORD_CDN = frozenset({"cdn.discordapp.com", "media.discordapp.net"})


class _Again(Exception):
    """The network failed in the middle."""


class Stale(Exception):
    """The signed address is over: ask Discord for a new one."""


def place(settings: Settings, url: str) -> yarl.URL:
    """Return where an attachment is fetched from: its address, or its path at DISCORD_CDN_BASE if that is set.

    Raises:
        FetchFailed: The host is not on the list (ATTACHMENT_HOSTS): such an address is never opened.
    """
    base = yarl.URL(settings.discord_cdn_base)
    own = yarl.URL(type(settings).model_fields["discord_cdn_base"].default)
    try:
        # A signed address: not a character may change, unless it is no address as it stands.
        there = yarl.URL(url, encoded=url.isascii() and " " not in url)
    except ValueError:
        raise FetchFailed("gone") from None
    if base != own and there.host in DISCORD_CDN:
        there = yarl.URL(str(base).rstrip("/") + there.raw_path_qs, encoded=True)
    if (there.scheme, there.authority) == (base.scheme, base.authority):
        return there
    named = {there.host, f"{there.host}:{there.port}"} & set(settings.attachment_hosts)
    # Whoever names a host of their own may serve it without TLS; Discord never does.
    schemes = {"https"} if there.host in DISCORD_CDN else {"https", "http"}
    if not named or there.scheme not in schemes:
        raise FetchFailed("gone")
    return there


def stale(url: str, now_s: float) -> bool:
    """Whether the signature of a CDN address is over, or about to be: `ex` is its end, seconds in hexadecimal."""
    try:
        return now_s > int(parse_qs(yarl.URL(url).raw_query_string)["ex"][0], 16) - EXPIRY_MARGIN_S
    except (KeyError, ValueError, IndexError):
        return False


async def download(
    session: aiohttp.ClientSession, settings: Settings, url: str, into: Path, cap_bytes: int, attempts: int = 3
) -> None:
    """Stream one address to a new file; leaves none behind on failure.

    Raises:
        FetchFailed: "too-large", "network", or "gone": the host is not on the list, nor is one it sends us to.
        Stale: 401, 403, 404 or 410: the address is over or the message is deleted.
    """
    retrying = tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(_Again),
        stop=tenacity.stop_after_attempt(attempts),
        wait=tenacity.wait_exponential_jitter(multiplier=0.3, max=5),
        reraise=True,
    )
    try:
        await retrying(_once, session, settings, url, into, cap_bytes)
    except _Again:
        raise FetchFailed("network") from None


async def _once(session: aiohttp.ClientSession, settings: Settings, url: str, into: Path, cap_bytes: int) -> None:
    """Ask once; where we are sent on, the next host has to be on the list as well."""
    there = place(settings, url)
    for _ in range(MOST_MOVES + 1):
        try:
            async with session.get(there, timeout=TIMEOUT, allow_redirects=False) as response:
                if response.status not in MOVED:
                    _judge(response, cap_bytes)
                    return await _write(response, into, cap_bytes)
                moved = there.join(yarl.URL(response.headers.get("Location", ""), encoded=True))
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _Again from error
        there = place(settings, str(moved))
    raise _Again


def _judge(response: aiohttp.ClientResponse, cap_bytes: int) -> None:
    if response.status in {401, 403, 404, 410}:
        raise Stale
    if response.status != 200:
        raise _Again
    if (response.content_length or 0) > cap_bytes:
        raise FetchFailed("too-large", cap_bytes)


async def _write(response: aiohttp.ClientResponse, into: Path, cap_bytes: int) -> None:
    file = await asyncio.to_thread(into.open, "wb")
    whole = False
    try:
        whole = await _copy(response, file, cap_bytes)
    finally:
        file.close()
        if not whole:
            await asyncio.to_thread(into.unlink, missing_ok=True)
    if not whole:
        raise FetchFailed("too-large", cap_bytes)


async def _copy(response: aiohttp.ClientResponse, file: BinaryIO, cap_bytes: int) -> bool:
    """Copy a body; False: it is longer than the cap."""
    got = 0
    async for chunk in response.content.iter_chunked(CHUNK_BYTES):
        got += len(chunk)
        if got > cap_bytes:
            return False
        await asyncio.to_thread(file.write, chunk)
    return True


Renew = Callable[[], Awaitable[str | None]]
"""Asks Discord for the attachment's present address; None: the message or the file is gone."""


async def fetch(
    session: aiohttp.ClientSession, settings: Settings, url: str, renew: Renew, now_s: float, into: Path, cap_bytes: int
) -> None:
    """Fetch by address, with a fresh one where it is over. Raises FetchFailed."""
    if url and not stale(url, now_s):
        with contextlib.suppress(Stale):
            return await download(session, settings, url, into, cap_bytes)
    again = await renew()
    if again is None:
        raise FetchFailed("gone")
    try:
        await download(session, settings, again, into, cap_bytes)
    except Stale:
        raise FetchFailed("gone") from None
