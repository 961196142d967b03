"""Words dressed for Discord: untrusted text made harmless, bars, cuts, file names. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import partial

from bots.bar import bar as bar_of
from bots.discord.limits import MAX_TEXT

_URL = re.compile(r"https?://[^\s<>]+")
_INVISIBLE = frozenset("\u200b\u200e\u200f\u061c\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SPECIAL = re.compile(r"[\\*_~`|\[\]]")
_LINE_START = re.compile(r"^(\s*)(#{1,3}|-#|-|\+|>{1,3})(?=\s)", re.MULTILINE)
_ANGLE = re.compile(r"<(?=[@#:/a-z])", re.IGNORECASE)
_EVERYBODY = re.compile(r"@(?=everyone|here)", re.IGNORECASE)

bar = partial(bar_of, 16)


def escape(text: str) -> str:
    """Show `text` as it is: no formatting, no mention, no hidden direction. Addresses stay whole."""
    clean = visible(text)
    parts, at = [], 0
    for link in _URL.finditer(clean):
        parts += [_escape(clean[at : link.start()]), link.group()]
        at = link.end()
    return "".join([*parts, _escape(clean[at:])])


def visible(text: str) -> str:
    """Drop control and direction characters; line ends stay."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in text if c in "\n\t" or (c not in _INVISIBLE and unicodedata.category(c) not in {"Cc", "Cs"})
    )


def _escape(text: str) -> str:
    text = _SPECIAL.sub(r"\\\g<0>", text)
    text = _LINE_START.sub(r"\1\\\2", text)
    text = _ANGLE.sub(r"\\<", text)
    return _EVERYBODY.sub("@\u200b", text)


def one_line(text: str) -> str:
    """All on one line, blanks run together."""
    return " ".join(visible(text).split())


def clip(text: str, limit: int) -> str:
    """At most `limit` characters, with an ellipsis where something is missing and no half escape."""
    if len(text) <= limit:
        return text
    return _whole(text[: limit - 1]).rstrip() + "…"


def split(text: str, limit: int = MAX_TEXT) -> Iterator[str]:
    """Cut into messages of at most `limit` characters, between paragraphs, lines or words where possible."""
    rest = text.strip()
    while len(rest) > limit:
        piece = rest[: _cut(rest, limit)]
        yield piece.rstrip()
        rest = rest[len(piece) :].lstrip()
    if rest:
        yield rest


def _cut(text: str, limit: int) -> int:
    for mark in ("\n\n", "\n", " "):
        at = text.rfind(mark, limit // 3, limit)
        if at > 0:
            return at
    return len(_whole(text[:limit]))


def _whole(text: str) -> str:
    slashes = len(text) - len(text.rstrip("\\"))
    return text[:-1] if slashes % 2 else text


def file_name(name: str, fallback: str = "video.mp4") -> str:
    """A name Discord keeps as it is: ASCII letters, digits, dot, dash, underscore; at most 80 characters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    found = re.fullmatch(r"(.*)\.([A-Za-z0-9]{1,5})", plain, re.DOTALL)
    stem, ending = (found[1], found[2]) if found else (plain, fallback.rpartition(".")[2])
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_.")[:70]
    return f"{stem}.{ending}" if stem else fallback
