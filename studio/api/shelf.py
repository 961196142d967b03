"""Where uploaded bytes go: streamed to disk with the cap enforced on the way in, kept only if they are media."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from studio.api.errors import DiskFull, TooLarge, WrongType
from studio.errors import MediaTooLarge, StudioError, UnsupportedMedia
from studio.media.probe import MediaInfo
from studio.settings import Settings
from studio.store import Media

Probe = Callable[[Path, str], Awaitable[MediaInfo]]

IMAGES = ("jpg", "jpeg", "png", "gif", "webp")
TYPES = ("mp4", "mov", "m4v", "avi", "webm", "mkv", "mp3", "wav", "m4a", "aac", "flac", "ogg", "oga", "opus", *IMAGES)
"""File name endings we take: nemovideo-api §4.3, and FLAC, Ogg, Opus of §11."""
BATCH_BYTES = 256 * 1024
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def safe_name(name: str) -> str:
    """What a file may be called in answers and links: no path, no controls, at most 120 characters."""
    clean = name.encode("utf-8", "replace").decode("utf-8").replace("\\", "/")
    last = "".join(c for c in PurePosixPath(clean).name if c.isprintable())
    stem, dot, ending = last.rpartition(".")
    if not dot:
        return last[:120] or "file"
    return f"{stem[:100] or 'file'}.{ending[:16]}"


def ending_of(name: str) -> str:
    """The name's ending in small letters; "" without one."""
    return name.rpartition(".")[2].lower() if "." in name else ""


class Incoming:
    """One file on its way in. Leave the block without `keep` and nothing remains of it."""

    def __init__(self, path: Path, name: str, most_bytes: int) -> None:
        self.path = path
        self.name = name
        self.size_bytes = 0
        self.sha = hashlib.sha256()
        self._most_bytes = most_bytes
        self._batch: list[bytes] = []
        self._batched = 0

    async def write(self, chunk: bytes) -> None:
        """Add bytes. Raises TooLarge as soon as the cap is passed, DiskFull when the disk is."""
        self.size_bytes += len(chunk)
        if self.size_bytes > self._most_bytes:
            raise TooLarge(f"{self.name} is larger than {self._most_bytes} bytes")
        self._batch.append(chunk)
        self._batched += len(chunk)
        if self._batched >= BATCH_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Write what has been batched."""
        batch, self._batch, self._batched = self._batch, [], 0
        await _on_disk(self._append, b"".join(batch))

    def _append(self, data: bytes) -> None:
        self.sha.update(data)
        with self.path.open("ab") as file:
            file.write(data)

    def remove(self) -> None:
        """Take it off the disk."""
        self.path.unlink(missing_ok=True)


async def _on_disk(work: Callable[[bytes], None], data: bytes) -> None:
    try:
        await asyncio.to_thread(work, data)
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull from None
        raise


class Request:
    """The files of one upload request: all are kept, or none."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._files: list[Incoming] = []
        self._kept: list[Path] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        for file in self._files:
            file.remove()
        if kind is not None:
            for path in self._kept:
                path.unlink(missing_ok=True)

    def begin(self, name: str) -> Incoming:
        """Make room for a file. Raises WrongType by its name, TooLarge for too many files, DiskFull."""
        shelf = self._shelf
        name = safe_name(name)
        if len(self._files) >= shelf.settings.upload_files:
            raise TooLarge(f"more than {shelf.settings.upload_files} files in one request")
        if "." in name and ending_of(name) not in TYPES:
            raise WrongType(f"{name}: the file type is not supported")
        shelf.check_room()
        file = Incoming(shelf.incoming / f"{secrets.token_hex(16)}.part", name, shelf.settings.upload_max_bytes)
        self._files.append(file)
        return file

    async def keep(self) -> list[Media]:
        """Examine every file and move it to its place. Raises WrongType, TooLarge, DiskFull."""
        examined = [(file, await self._examined(file)) for file in self._files]
        media: list[Media] = []
        for file, info in examined:
            media += await _placed(self._shelf.media, file, info, self._kept)
        return media

    async def _examined(self, file: Incoming) -> MediaInfo:
        await file.flush()
        try:
            async with self._shelf.probing:
                info = await self._shelf.probe(file.path, file.name)
        except MediaTooLarge as error:
            raise TooLarge(f"{file.name}: {error}") from None
        except (UnsupportedMedia, StudioError) as error:
            raise WrongType(f"{file.name}: {error}") from None
        if "." in file.name and (info.kind == "image") != (ending_of(file.name) in IMAGES):
            raise WrongType(f"{file.name}: the content is not what the name says")
        return info


async def _placed(folder: Path, file: Incoming, info: MediaInfo, kept: list[Path]) -> list[Media]:
    facts: dict[str, Any] = {key: value for key, value in asdict(info).items() if key not in ("cover", "name", "kind")}
    found: list[Media] = []
    if info.cover:
        cover = _new(
            folder, "image", "cover", "img", len(info.cover), hashlib.sha256(info.cover).hexdigest(), {}, hidden=True
        )
        kept.append(cover.path)
        await _on_disk(_writer(cover.path), info.cover)
        facts["cover"] = cover.id
        found.append(cover)
    ending = ending_of(file.name)
    media = _new(folder, info.kind, file.name, ending or "bin", file.size_bytes, file.sha.hexdigest(), facts)
    kept.append(media.path)
    file.path.replace(media.path)
    return [*found, media]


def _writer(path: Path) -> Callable[[bytes], None]:
    def write(data: bytes) -> None:
        path.write_bytes(data)

    return write


def _new(
    folder: Path, kind: str, name: str, ending: str, size: int, sha: str, info: dict[str, Any], *, hidden: bool = False
) -> Media:
    key = f"med_{secrets.token_hex(10)}"
    return Media(key, secrets.token_urlsafe(24), kind, name, folder / f"{key}.{ending}", size, sha, info, hidden)


class Shelf:
    """The folders `incoming` (unfinished) and `media` (kept) under the data folder."""

    def __init__(self, settings: Settings, probe: Probe) -> None:
        self.settings = settings
        self.probe = probe
        self.incoming = settings.data_dir / "incoming"
        self.media = settings.data_dir / "media"
        self.probing = asyncio.Semaphore(settings.probes)

    def open(self) -> None:
        """Make the folders; remove what a killed studio left unfinished."""
        for folder in (self.incoming, self.media):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for path in self.incoming.iterdir():
            path.unlink(missing_ok=True)

    def check_room(self) -> None:
        """Raise DiskFull when less than the set space would be left."""
        if shutil.disk_usage(self.media).free < self.settings.free_bytes:
            raise DiskFull

    def request(self) -> Request:
        """Begin to take the files of a request."""
        return Request(self)

    def sweep(self, known: set[str]) -> None:
        """Remove kept files that the database does not know."""
        for path in self.media.iterdir():
            if str(path) not in known:
                path.unlink(missing_ok=True)

    @staticmethod
    def remove(paths: Sequence[Path]) -> None:
        """Remove files that were forgotten; an empty folder goes with its last file."""
        for path in paths:
            path.unlink(missing_ok=True)
            if path.parent.parent.name == "videos":
                try:
                    os.rmdir(path.parent)  # noqa: PTH106 - only when empty
                except OSError:
                    continue
