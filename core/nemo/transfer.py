"""Files on their way: counted while they are sent, whole or not at all when they are fetched."""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import Callable
from pathlib import Path

import httpx

from core.errors import BadAnswer, Unreachable, VideoTooLarge

BLOCK_BYTES = 1_000_000
"""Downloads go to the disk in blocks of this size."""

FAILURES = (httpx.HTTPError, httpx.StreamError, httpx.InvalidURL, httpx.CookieConflict)
"""All that httpx raises."""

OnProgress = Callable[[int, int], None]


class Sent:
    """Adds up the bytes of an upload."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress
        self._sent = 0
        self._all = 0

    def expect(self, size: int) -> None:
        """A file of this size will be sent."""
        self._all += size

    def count(self, size: int) -> None:
        """So much more of it has been."""
        self._sent += size
        if self._on_progress is not None:
            self._on_progress(self._sent, self._all)


class CountedFile(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: Path, sent: Sent) -> None:
        super().__init__(path, "rb")
        self._sent = sent
        sent.expect(path.stat().st_size)

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
        chunk = super().read(-1 if size is None else size)
        if chunk:
            self._sent.count(len(chunk))
        return chunk


async def save(response: httpx.Response, into: Path, cap_bytes: int) -> None:
    """Stream a body into a file: whole or not at all."""
    length = response.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length) > cap_bytes:
        raise VideoTooLarge(length + " bytes")
    draft = into.with_name(f".{into.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("wb") as file:
            await _copy(response, file, cap_bytes)
        draft.replace(into)
    except FAILURES as error:
        raise Unreachable(type(error).__name__) from None
    finally:
        draft.unlink(missing_ok=True)


async def _copy(response: httpx.Response, file: io.BufferedWriter, cap_bytes: int) -> None:
    block = bytearray()
    size = 0
    async for chunk in response.aiter_bytes():
        size += len(chunk)
        if size > cap_bytes:
            raise VideoTooLarge("more than the cap")
        block += chunk
        if len(block) >= BLOCK_BYTES:
            await asyncio.to_thread(file.write, block)
            block = bytearray()
    if not size:
        raise BadAnswer("an empty file")
    await asyncio.to_thread(file.write, block)
