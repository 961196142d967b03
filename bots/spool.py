"""Files on their way from a chat to the backend: one copy of the same bytes, fetched once."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator, Mapping
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

    async def forget(self, message: Message, attachment: Attachment) -> None:
        """This attachment is not needed any more; the bytes go with the last attachment that has them."""
        await asyncio.to_thread(self._remove, _source_name(message, attachment))

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

    def _remove(self, name: str) -> None:
        folder = self._folder / "by-source"
        with contextlib.suppress(OSError, UnicodeDecodeError), _alone(self._folder):
            bytes_name = (folder / name).read_text("ascii")
            (folder / name).unlink()
            if not any(_text(link) == bytes_name for link in folder.iterdir()):
                (self._folder / bytes_name).unlink(missing_ok=True)

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
    name = _text(link)
    path = folder / name if name else None
    return path if path is not None and path.is_file() else None


def _settle(half: Path, link: Path, folder: Path) -> Path:
    """Give fetched bytes their name, atomically."""
    digest = hashlib.sha256()
    with half.open("rb") as file:
        while block := file.read(CHUNK_BYTES):
            digest.update(block)
    path = folder / digest.hexdigest()
    fresh = link.with_suffix(f".{os.getpid()}")
    with _alone(folder):
        fresh.write_text(path.name, "ascii")
        fresh.replace(link)
        half.replace(path)
    return path


def _text(link: Path) -> str | None:
    try:
        return link.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Names and bytes change together, whichever process changes them."""
    with (folder / ".lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
