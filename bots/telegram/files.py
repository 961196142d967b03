"""Getting a file's bytes: from the Bot API's file address, or from disk where the server is our own."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import httpx
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bots.adapter import FetchFailed
from bots.telegram.guard import UNREADABLE
from bots.telegram.limits import MAX_FETCH_BYTES
from bots.telegram.redact import without
from bots.telegram.sender import seconds
from core.messages import Attachment

log = logging.getLogger(__name__)

TRIES = 3
LONGEST_WAIT_S = 60.0
"""A 429 that asks for more is no moment's flood: the person hears about it."""

CHUNK_BYTES = 1 << 18


def http_client(base_url: str) -> httpx.AsyncClient:
    """Return a client for file addresses. A server on this machine is never asked through a proxy."""
    return httpx.AsyncClient(timeout=httpx.Timeout(60, connect=10), trust_env=not is_here(base_url), verify=tls())


@cache
def tls() -> ssl.SSLContext:
    """Return the one TLS context of all clients; making one takes a tenth of a second."""
    return httpx.create_ssl_context()


def is_here(address: str) -> bool:
    """Whether an address is on this machine."""
    return urlsplit(address).hostname in {"127.0.0.1", "localhost", "::1"}


async def fetch(
    bot: Bot, client: httpx.AsyncClient, attachment: Attachment, into: Path, cap_bytes: int, *, local: bool
) -> None:
    """Stream an attachment to the new file `into`. Raises FetchFailed, which names no address."""
    size = attachment.size_bytes or 0
    if size > cap_bytes:
        raise FetchFailed("too-large", cap_bytes)
    if not local and size > MAX_FETCH_BYTES:
        raise FetchFailed("too-large-for-platform", MAX_FETCH_BYTES)
    found = await _file_path(bot, attachment.source.get("file_id", ""))
    async with _whole_or_nothing(into) as part:
        shared = local or is_here(bot.base_url)
        path = await asyncio.to_thread(_on_disk, found) if shared else None
        if path is not None:
            await asyncio.to_thread(_copy, path, part, cap_bytes)
            return
        if local and found.startswith(("/", "file:")):
            log.error(
                "telegram: the Bot API server keeps files in %s, which this program cannot read. "
                "TELEGRAM_LOCAL needs its folder here under the same path.",
                # A server of one's own names a folder of each bot by its token.
                without(str(PurePosixPath(found.removeprefix("file://")).parent), bot.token),
            )
        *others, last = addresses(found, bot.base_url, bot.base_file_url)
        for address in others:
            with suppress(FetchFailed):
                await _download(client, address, part, cap_bytes)
                return
        await _download(client, last, part, cap_bytes)


def addresses(found: str, base_url: str, base_file_url: str) -> tuple[str, ...]:
    """Return where a `file_path` may be fetched, likeliest first: it is relative, but some servers say more. Pure.

    Raises:
        FetchFailed: It is on a machine that is neither of the two that we were told of.
    """
    if found.startswith(("http://", "https://")):
        if urlsplit(found).hostname not in {urlsplit(base_url).hostname, urlsplit(base_file_url).hostname}:
            raise FetchFailed("gone")
        return (found,)
    below = f"{base_file_url}/{found.removeprefix('file://').lstrip('/')}"
    if not found.startswith("/"):
        return (below,)
    root = urlsplit(base_file_url)
    return below, f"{root.scheme}://{root.netloc}{found}"


async def _file_path(bot: Bot, file_id: str) -> str:
    """Return what the server calls the file: a path below the file address, mostly."""
    for attempt in range(TRIES):
        try:
            found = await bot.get_file(file_id)
        except BadRequest as error:
            if "too big" in str(error).lower():
                raise FetchFailed("too-large-for-platform", MAX_FETCH_BYTES) from None
            raise FetchFailed("gone") from None
        except (Forbidden, InvalidToken):
            raise FetchFailed("gone") from None
        except UNREADABLE:
            raise FetchFailed("gone") from None
        except TelegramError as error:
            told_s = seconds(error.retry_after) if isinstance(error, RetryAfter) else 0.0
            if attempt == TRIES - 1 or told_s > LONGEST_WAIT_S:
                raise FetchFailed("network") from None
            await asyncio.sleep(told_s or 2.0**attempt)
        else:
            # The library puts its file address before whatever it does not find on this disk.
            path = (found.file_path or "").removeprefix(f"{bot.base_file_url}/")
            if path:
                return path
            raise FetchFailed("gone")
    raise FetchFailed("network")


async def _download(client: httpx.AsyncClient, address: str, part: Path, cap_bytes: int) -> None:
    for attempt in range(TRIES):
        try:
            await _stream(client, address, part, cap_bytes)
        except httpx.HTTPStatusError as error:
            if error.response.status_code < 500:
                raise FetchFailed("gone") from None
        except (httpx.HTTPError, httpx.InvalidURL):
            pass
        else:
            return
        if attempt < TRIES - 1:
            await asyncio.sleep(2.0**attempt)
    raise FetchFailed("network")


async def _stream(client: httpx.AsyncClient, address: str, part: Path, cap_bytes: int) -> None:
    async with client.stream("GET", address) as response:
        response.raise_for_status()
        count = 0
        with part.open("wb") as file:
            async for chunk in response.aiter_bytes(CHUNK_BYTES):
                count += len(chunk)
                if count > cap_bytes:
                    raise FetchFailed("too-large", cap_bytes)
                await asyncio.to_thread(file.write, chunk)


def _on_disk(found: str) -> Path | None:
    """Return the path of a file that the server keeps on a disk we share, else None."""
    path = Path(unquote(found.removeprefix("file://")) if found.startswith("file://") else found)
    return path if path.is_absolute() and path.is_file() else None


def _copy(path: Path, part: Path, cap_bytes: int) -> None:
    if path.stat().st_size > cap_bytes:
        raise FetchFailed("too-large", cap_bytes)
    try:
        shutil.copyfile(path, part)
    except OSError:
        raise FetchFailed("gone") from None


@contextmanager
def named(path: Path, name: str) -> Iterator[Path]:
    """Give the path of the same file under the name that people are to see: a local server shows what the path says.

    ASCII only: whether a server undoes the %20 of an address is its own affair.
    """
    folder = path.with_name(f"{path.name}.as")
    stem = re.sub("[^A-Za-z0-9.-]+", "_", PurePosixPath(name).stem).strip("._-")
    called = folder / f"{stem or 'video'}{path.suffix}"
    try:
        folder.mkdir(exist_ok=True)
        called.unlink(missing_ok=True)
        called.hardlink_to(path)
    except OSError:
        called = path
    try:
        yield called
    finally:
        with suppress(OSError):
            if called != path:
                called.unlink(missing_ok=True)
            folder.rmdir()


@asynccontextmanager
async def _whole_or_nothing(into: Path) -> AsyncIterator[Path]:
    """Give a path to write to; it becomes `into` when all is well and vanishes when not."""
    part = into.with_name(f"{into.name}.part{os.getpid()}")
    try:
        yield part
        part.replace(into)
    finally:
        with suppress(FileNotFoundError):
            part.unlink()
