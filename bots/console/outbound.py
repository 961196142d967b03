"""The terminal as a platform: replies are printed, the card is drawn in place, the video is put in a folder."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from bots.adapter import FREE, Departure, FetchFailed, Limits, Post, Refused, Sent, Video, Where
from bots.console.limits import LIMITS
from core.messages import Attachment

CHUNK_BYTES = 1 << 20


class Screen(Protocol):
    """Where posts are shown: a live terminal, a prompt, or plain lines for a pipe."""

    def reply(self, post: Post) -> None:
        """Print a message of its own."""

    def card(self, post: Post) -> None:
        """Draw the status card in place of its last state."""

    def video(self, path: Path, video: Video, post: Post) -> None:
        """Say where the finished video is."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where things of the terminal are: finished videos, and the marks of what was delivered."""

    videos: Path
    marks: Path


class ConsoleOutbound:
    """Implements `bots.adapter.Outbound` for one terminal.

    Args:
        chat: The conversation on the screen. A turn of another one (left over from a command that was killed) is
            finished without a word; its video lies in the folder.
    """

    def __init__(self, screen: Screen, place: Place, chat: str) -> None:
        self._screen, self._place, self._chat = screen, place, chat
        self._count = 0

    def limits(self, where: Where) -> Limits:
        """See Outbound."""
        return LIMITS

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """See Outbound."""
        await departure.leaves()
        self._count += 1
        self._show(where, post)
        return Sent(str(self._count))

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        """See Outbound."""
        await departure.leaves()
        self._show(where, post)

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Move the file into the folder of videos, under a free name. Raises Refused with a reason."""
        await departure.leaves()
        try:
            path = await asyncio.to_thread(_place, video, self._place, nonce)
        except OSError as error:
            raise Refused(_reason(error), permission=str(self._place.videos)) from None
        if where.channel.chat == self._chat:
            self._screen.video(path, video, post)
        return Sent(str(path))

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        """See Outbound: a mark says which file a delivery became."""
        path = await asyncio.to_thread(_marked, self._place.marks / nonce)
        return Sent(str(path)) if path else None

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None:
        """The card says it already."""

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        """Copy a local file, a plain one only. Raises FetchFailed."""
        await asyncio.to_thread(copy_in, Path(attachment.source["path"]), into, cap_bytes)

    def _show(self, where: Where, post: Post) -> None:
        if where.channel.chat != self._chat:
            return
        if post.kind == "status":
            self._screen.card(post)
        else:
            self._screen.reply(post)


def copy_in(source: Path, into: Path, cap_bytes: int) -> None:
    """Copy a plain file of at most `cap_bytes`. Raises FetchFailed; leaves no half file."""
    try:
        # O_NONBLOCK: opening a fifo must not wait for a writer that never comes.
        handle = os.open(source, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise FetchFailed("missing") from None
    except PermissionError:
        raise FetchFailed("forbidden") from None
    except OSError:
        raise FetchFailed("not-a-file") from None
    facts = os.fstat(handle)
    if not stat.S_ISREG(facts.st_mode):  # before fdopen, which knows folders by an error of its own
        os.close(handle)
        raise FetchFailed("not-a-file")
    with os.fdopen(handle, "rb") as file:
        if facts.st_size > cap_bytes:
            raise FetchFailed("too-large", cap_bytes)
        try:
            with into.open("xb") as out:
                shutil.copyfileobj(file, out, CHUNK_BYTES)
        except OSError:
            into.unlink(missing_ok=True)
            raise


def _place(video: Video, place: Place, nonce: str) -> Path:
    """Move a video to a free name: the mark first, so that a crash in between is found, never repeated."""
    place.videos.mkdir(parents=True, exist_ok=True)
    place.marks.mkdir(parents=True, exist_ok=True)
    path = _free_name(place.videos, video.file_name)
    half = path.with_name(f".{nonce}.part")
    try:
        shutil.copyfile(video.path, half)
        (place.marks / nonce).write_text(json.dumps({"path": str(path.absolute())}), "utf-8")
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return path.absolute()


def _marked(mark: Path) -> Path | None:
    """The delivered file that a mark names, if it is there."""
    try:
        path = Path(json.loads(mark.read_text("utf-8"))["path"])
    except (OSError, ValueError, KeyError):
        return None
    return path if path.is_file() else None


def _free_name(folder: Path, name: str) -> Path:
    path = folder / name
    number = 2
    while path.exists():
        path = folder / f"{Path(name).stem} {number}{Path(name).suffix}"
        number += 1
    return path


def _reason(error: OSError) -> str:
    return "disk-full" if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) else "no-permission"
