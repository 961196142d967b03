"""What is typed in a terminal → Message: words, files by path or dropped on the window, numbers for buttons."""

from __future__ import annotations

import io
import shlex
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from core.messages import Attachment, Channel, Message, Person

SUFFIXES = frozenset(
    ".mp3 .wav .m4a .aac .flac .ogg .opus .mp4 .mov .avi .webm .mkv .jpg .jpeg .png .gif .webp".split()  # noqa: SIM905
)
"""A bare word with one of these ends is taken for a file even if it is not there: then we can say so."""

PLATFORM = "console"


@dataclass(frozen=True, slots=True)
class Typed:
    """A line, read: its files, its words, or the number of a button."""

    paths: tuple[str, ...] = ()
    text: str = ""
    button: int | None = None


def read_line(line: str) -> Typed:
    """Read a line. Terminals drop files as quoted or backslash-escaped paths, or as file:// addresses."""
    stripped = line.strip()
    if stripped.isdigit() and len(stripped) <= 2:
        return Typed(button=int(stripped))
    if stripped.startswith("/attach "):
        return _attach(stripped.removeprefix("/attach ").strip())
    paths, rest = _leading_files(stripped)
    return Typed(paths, rest)


def _attach(rest: str) -> Typed:
    paths, text = _leading_files(rest)
    return Typed(paths, text) if paths else Typed((as_path(rest.strip("'\"")),))


def _leading_files(line: str) -> tuple[tuple[str, ...], str]:
    """Split the files at the beginning of a line from its words."""
    paths: list[str] = []
    rest = line
    while rest:
        word, after = _first_word(rest)
        if not looks_like_file(word):
            break
        paths.append(as_path(word))
        rest = after.lstrip()
    return tuple(paths), rest


def _first_word(line: str) -> tuple[str, str]:
    stream = io.StringIO(line)
    lexer = shlex.shlex(stream, posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        word = lexer.get_token() or ""
    except ValueError:  # an apostrophe in ordinary words is no quote
        return line.split(maxsplit=1)[0], line.partition(" ")[2]
    return word, stream.read()


def looks_like_file(word: str) -> bool:
    """Whether a word means a file: a path that is there, or one with the name of a media file."""
    if word.startswith("file://"):
        return True
    if "://" in word or not word:
        return False
    path = Path(word).expanduser()
    looks_like_path = ("/" in word and not word.startswith("/")) or word.startswith(("~", "/"))
    try:
        return path.suffix.lower() in SUFFIXES or (looks_like_path and path.is_file())
    except (OSError, ValueError):
        return False


def as_path(word: str) -> str:
    """A word that means a file → its path."""
    if word.startswith("file://"):
        return unquote(urlparse(word).path)
    return str(Path(word).expanduser())


def message(text: str, paths: Sequence[str], *, chat: str, person: str, locale: str | None) -> Message:
    """A message as the other platforms would bring it."""
    return Message(
        id=uuid.uuid4().hex,
        channel=Channel(PLATFORM, chat),
        person=Person(id="you", name=person, locale=locale, moderator=True),
        text=text,
        attachments=tuple(_attachment(Path(path)) for path in paths),
        locale=locale,
    )


def _attachment(path: Path) -> Attachment:
    try:
        size = path.stat().st_size
    except OSError:
        size = None
    return Attachment(name=path.name, source={"path": str(path.absolute())}, size_bytes=size)
