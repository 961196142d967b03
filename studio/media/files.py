"""Opens a local plain file, and nothing else, for PyAV."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

import av
import av.container

from studio.errors import UnsupportedMedia
from studio.media.formats import HEAD_BYTES, Demuxer, demuxer, id3_bytes

OPTIONS = {"protocol_whitelist": "none", "enable_drefs": "0"}
"""The bytes come through our own handle, so ffmpeg itself may open nothing at all."""


@contextmanager
def plain_file(path: Path) -> Iterator[BufferedReader]:
    """Open a regular file that is no link.

    Raises:
        UnsupportedMedia: A folder, pipe, device, link or nothing at all.
    """
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        handle = os.open(path, flags)
    except (OSError, ValueError):
        raise UnsupportedMedia("not a file that can be read") from None
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UnsupportedMedia("not a plain file")
    with os.fdopen(handle, "rb") as file:
        yield file


def kind_of(file: BufferedReader) -> Demuxer:
    """Return the demuxer for an open file, and rewind it.

    Raises:
        UnsupportedMedia: Empty, or none of the kinds we take.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    if not head:
        raise UnsupportedMedia("an empty file")
    if tag := id3_bytes(head):
        file.seek(tag)
        head = file.read(HEAD_BYTES)
    try:
        return demuxer(head)
    finally:
        file.seek(0)


@contextmanager
def opened(path: Path) -> Iterator[av.container.InputContainer]:
    """Open an audio or video file with the one demuxer its bytes ask for.

    Raises:
        UnsupportedMedia: No media file we take, an image, or one that does not open.
    """
    with plain_file(path) as file:
        name = kind_of(file)
        if name == "image":
            raise UnsupportedMedia("a picture, not a track")
        try:
            container = av.open(
                file, "r", format=name, options={**OPTIONS, "format_whitelist": name}, metadata_errors="surrogateescape"
            )
        except (av.FFmpegError, ValueError, MemoryError, OverflowError):
            raise UnsupportedMedia("a file that does not open") from None
        with container:
            yield container
