"""Title, artist and album as people wrote them, although many tags lie about their encoding."""

from __future__ import annotations

import re
import unicodedata

MOST_CHARACTERS = 200
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


def readable(value: str) -> str:
    """Return a tag fit to be shown: its encoding mended, no control characters, one line, at most 200 characters.

    Args:
        value: As the demuxer gave it; bytes that were no UTF-8 as lone surrogates.
    """
    text = unicodedata.normalize("NFC", _mended(value))
    kept = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    return " ".join(kept.split())[:MOST_CHARACTERS].strip()


def _mended(value: str) -> str:
    raw = _raw_bytes(value)
    if raw is None:
        return value
    for encoding, fits in (("utf-8", _always), ("gb18030", _chinese), ("cp1251", _cyrillic)):
        if fits(raw):
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
    return raw.decode("cp1252", errors="replace")


def _raw_bytes(value: str) -> bytes | None:
    """Return the bytes behind a text that was read as Latin-1 or not at all; None where the text is sound."""
    if value.isascii():
        return None
    try:
        if any("\udc80" <= c <= "\udcff" for c in value):
            return value.encode("utf-8", "surrogateescape")
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return None


def _always(raw: bytes) -> bool:
    return True


def _chinese(raw: bytes) -> bool:
    """Say whether high bytes come in pairs, nearly all among the 3755 everyday characters of GB 2312."""
    runs: list[bytes] = _HIGH_RUN.findall(raw)
    if any(len(run) % 2 for run in runs):
        return False
    leads = [run[i] for run in runs for i in range(0, len(run), 2)]
    return sum(0xB0 <= lead <= 0xD7 for lead in leads) >= 0.8 * len(leads)


def _cyrillic(raw: bytes) -> bool:
    """Say whether nearly all letters are high, as in Russian; a French or German word has few."""
    high = sum(byte >= 0xC0 or byte in (0xA8, 0xB8) for byte in raw)
    letters = high + sum(chr(byte).isalpha() for byte in raw if byte < 0x80)
    return letters > 2 and high >= 0.7 * letters
