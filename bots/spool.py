"""Files on their way from a chat to the backend: one copy of the same bytes, fetched once."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import os
import time
from collections.abc import Mapping
from pathlib import Path

from bots.adapter import FetchFailed, Outbound
from core.flows.tools import FileUnavailable
from core.messages import Attachment, Message

CHUNK_BYTES = 1 << 20
KEPT_S = 86_400.0
"""A file that no turn asked for within a day is a leftover of a crash."""


class Spool:
    """The folder `SPOOL_DIR`: `<sha256>` files, and `by-source/` names that say which bytes a source gave.

    Several machines may share the folder; one that does not fetches again by source.
    """

    def __init__(self, folder: Path, outbounds: Mapping[str, Outbound], cap_bytes: int) -> None:
        self._folder, self._outbounds, self._cap_bytes = folder, outbounds, cap_bytes
        self._running: dict[str, asyncio.Task[Path]] = {}

    async def fetch(self, message: Message, attachment: Attachment) -> Path:
        """Return the local file of an attachment, fetching it now if need be. Raises FileUnavailable."""
        if attachment.size_bytes is not None and attachment.size_bytes > self._cap_bytes:
            raise FileUnavailable("too-large", attachment.name, self._cap_bytes)
        name = _source_name(message, attachment)
        task = self._running.get(name)
        if task is None:
            task = asyncio.create_task(self._fetch(message, attachment, name))
            self._running[name] = task
            task.add_done_callback(lambda _task: self._running.pop(name, None))
        return await asyncio.shield(task)

    def prefetch(self, message: Message) -> None:
        """Begin to fetch at intake, because addresses expire; a failure shows when the turn asks."""
        for attachment in message.attachments:
            task = asyncio.ensure_future(self.fetch(message, attachment))
            task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def forget(self, path: Path) -> None:
        """Remove a file and every name that leads to it."""
        await asyncio.to_thread(self._remove, path)

    async def sweep(self) -> None:
        """Remove what is older than a day."""
        await asyncio.to_thread(self._sweep)

    async def _fetch(self, message: Message, attachment: Attachment, name: str) -> Path:
        link = self._folder / "by-source" / name
        known = await asyncio.to_thread(_read_link, link, self._folder)
        if known is not None:
            return known
        half = self._folder / f"{name}.{os.getpid()}.part"
        try:
            self._folder.joinpath("by-source").mkdir(parents=True, exist_ok=True)
            await self._outbounds[message.channel.platform].fetch(attachment, half, self._cap_bytes)
            return await asyncio.to_thread(_settle, half, link, self._folder)
        except FetchFailed as error:
            raise FileUnavailable(error.reason, attachment.name, error.limit_bytes) from None
        except OSError as error:
            reason = "disk-full" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "storage"
            raise FileUnavailable(reason, attachment.name) from None
        finally:
            with contextlib.suppress(OSError):
                half.unlink(missing_ok=True)

    def _remove(self, path: Path) -> None:
        folder = self._folder / "by-source"
        for link in folder.iterdir() if folder.is_dir() else ():
            with contextlib.suppress(OSError):
                if link.read_text("ascii") == path.name:
                    link.unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

    def _sweep(self) -> None:
        if not self._folder.is_dir():
            return
        limit = time.time() - KEPT_S
        for path in self._folder.rglob("*"):
            with contextlib.suppress(OSError):
                if path.is_file() and path.stat().st_mtime < limit:
                    path.unlink(missing_ok=True)


def _source_name(message: Message, attachment: Attachment) -> str:
    parts = [message.channel.platform, message.id, attachment.name]
    parts += [f"{key}={value}" for key, value in sorted(attachment.source.items()) if key != "url"]
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:40]


def _read_link(link: Path, folder: Path) -> Path | None:
    try:
        path = folder / link.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None
    return path if path.is_file() else None


def _settle(half: Path, link: Path, folder: Path) -> Path:
    """Give fetched bytes their name, atomically."""
    digest = hashlib.sha256()
    with half.open("rb") as file:
        while block := file.read(CHUNK_BYTES):
            digest.update(block)
    path = folder / digest.hexdigest()
    half.replace(path)
    fresh = link.with_suffix(f".{os.getpid()}")
    fresh.write_text(path.name, "ascii")
    fresh.replace(link)
    return path
