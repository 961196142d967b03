"""Type and size of a file before it is sent: by its content as well as by its name (nemovideo-api §4.3).

An own table, since the question is narrow: is this one of seventeen types, and which? General libraries answer
"OpenDocument" for plain text and cannot tell WebM from Matroska or Opus from Vorbis.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO, Literal

from core.errors import FileTooLarge, UnsupportedFile

LIMIT_BYTES = 200_000_000
"""200 MB read as the smaller of its two meanings; the server refuses at the larger one (§11)."""

HEAD_BYTES = 65_536

ACCEPTED = ("mp4", "mov", "avi", "webm", "mkv", "jpg", "jpeg", "png", "gif", "webp", "mp3", "wav", "m4a", "aac")
"""Types the backend names. For texts that list the formats."""

MAY_BE_REFUSED = ("flac", "ogg", "opus")
"""May be sent; the hosted service may answer 4001 (§11)."""

Family = Literal["video", "audio", "image"]

MIMES: dict[str, tuple[Family, str]] = {
    "mp4": ("video", "video/mp4"),
    "mov": ("video", "video/quicktime"),
    "avi": ("video", "video/x-msvideo"),
    "webm": ("video", "video/webm"),
    "mkv": ("video", "video/x-matroska"),
    "jpg": ("image", "image/jpeg"),
    "png": ("image", "image/png"),
    "gif": ("image", "image/gif"),
    "webp": ("image", "image/webp"),
    "mp3": ("audio", "audio/mpeg"),
    "wav": ("audio", "audio/wav"),
    "m4a": ("audio", "audio/mp4"),
    "aac": ("audio", "audio/aac"),
    "flac": ("audio", "audio/flac"),
    "ogg": ("audio", "audio/ogg"),
    "opus": ("audio", "audio/ogg"),
}

ALIASES = {
    "": None,
    "jpeg": "jpg",
    "jfif": "jpg",
    "m4v": "mp4",
    "qt": "mov",
    "m4b": "m4a",
    "mpga": "mp3",
    "mpeg": "mp3",
    "wave": "wav",
    "oga": "ogg",
    "adts": "aac",
    "weba": "webm",
    "bin": None,
    "tmp": None,
}
"""Other endings that names of such files have; None tells nothing. Any ending in neither table is refused by name."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """A file that may be sent.

    Attributes:
        ending: What its content is: a key of MIMES.
        name: The person's name for it, with an ending that fits the content.
        may_be_refused: The hosted service may answer 4001.
    """

    ending: str
    family: Family
    mime: str
    name: str
    size_bytes: int
    may_be_refused: bool = False


def sniff(path: Path, name: str, limit_bytes: int = LIMIT_BYTES) -> Sniffed:
    """Look at a file before its transfer.

    Args:
        path: Where its bytes are.
        name: The person's own name for it; decides together with the content.
    Raises:
        FileTooLarge: More than `limit_bytes`.
        UnsupportedFile: Content or name is of no type that is taken, or there are no bytes.
        OSError: It cannot be read.
    """
    size = path.stat().st_size
    check_size(size, name, limit_bytes)
    with path.open("rb") as file:
        ending = by_content(file)
    named = by_name(name)
    if ending is None:
        why = "empty" if not size else "disguise" if named else ""
        raise UnsupportedFile("empty" if not size else "unknown content", name=name, why=why)
    if named is False:
        raise UnsupportedFile("unknown ending", name=name)
    family, mime = MIMES[ending]
    return Sniffed(ending, family, mime, _fitting(name, ending, named), size, ending in MAY_BE_REFUSED)


def check_size(size_bytes: int | None, name: str, limit_bytes: int = LIMIT_BYTES) -> None:
    """Raise FileTooLarge for a size over the limit; None is a size nobody told."""
    if size_bytes is not None and size_bytes > limit_bytes:
        raise FileTooLarge("over the limit", name=name)


def by_name(name: str) -> str | Literal[False] | None:
    """Return the type an ending stands for, None for an ending that says nothing, False for one that is not taken."""
    ending = PurePath(name).suffix.removeprefix(".").lower()
    if ending in MIMES:
        return ending
    return ALIASES.get(ending, False)


def by_content(file: BinaryIO) -> str | None:
    """Return the type of the bytes of a seekable file, None if it is none that is taken."""
    file.seek(0)
    head = file.read(HEAD_BYTES)
    for magic, ending in MAGIC:
        if magic.match(head):
            return ending
    for container, inner in CONTAINERS:
        if head.startswith(container) or head[4:8] == container:
            return inner(head)
    if head.startswith(b"ID3"):
        file.seek(_after_id3(head))
        head = file.read(HEAD_BYTES)
        if head.startswith(b"fLaC"):
            return "flac"
    return _raw_audio(head)


MAGIC = tuple(
    (re.compile(pattern, re.DOTALL), ending)
    for pattern, ending in (
        (rb"\xff\xd8\xff", "jpg"),
        (rb"\x89PNG\r\n\x1a\n", "png"),
        (rb"GIF8[79]a", "gif"),
        (rb"(RIFF|RF64|BW64).{4}WAVE", "wav"),
        (rb"RIFF.{4}AVI ", "avi"),
        (rb"RIFF.{4}WEBP", "webp"),
        (rb"fLaC", "flac"),
    )
)


def _iso(head: bytes) -> str | None:
    """ISO base media: the brand tells QuickTime, audio and still pictures (which are not taken) apart."""
    brand = head[8:12]
    if brand == b"qt  ":
        return "mov"
    if brand in {b"M4A ", b"M4B ", b"M4P "}:
        return "m4a"
    return None if brand[:3] in {b"avi", b"hei", b"hev", b"mif", b"msf", b"cr3", b"crx"} else "mp4"


def _quicktime(_: bytes) -> str:
    """An old QuickTime file, which begins without a brand."""
    return "mov"


def _matroska(head: bytes) -> str | None:
    kind = re.search(rb"\x42\x82.{1,8}?(webm|matroska)", head[:4096], re.DOTALL)
    return None if kind is None else "webm" if kind[1] == b"webm" else "mkv"


def _ogg(head: bytes) -> str | None:
    if b"OpusHead" in head[:256]:
        return "opus"
    return "ogg" if b"vorbis" in head[:256] or b"fLaC" in head[:256] or b"Speex" in head[:256] else None


CONTAINERS: tuple[tuple[bytes, Callable[[bytes], str | None]], ...] = (
    (b"ftyp", _iso),
    (b"moov", _quicktime),
    (b"mdat", _quicktime),
    (b"wide", _quicktime),
    (b"\x1a\x45\xdf\xa3", _matroska),
    (b"OggS", _ogg),
)


def _after_id3(head: bytes) -> int:
    """Return where the audio begins after an ID3v2 tag; its size is written with 7 bits a byte."""
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return 10 + size + (10 if len(head) > 5 and head[5] & 0x10 else 0)


def _raw_audio(head: bytes) -> str | None:
    """Find a frame of MP3 or ADTS that another one, or the end, follows: text and playlists have none."""
    start = len(head) - len(head.lstrip(b"\0"))
    for found in re.finditer(rb"\xff[\xe2-\xff]", head[start:]):
        at = start + found.start()
        for ending, length_of in (("mp3", _mp3_bytes), ("aac", _adts_bytes)):
            length = length_of(head[at : at + 7])
            if length and (length_of(head[at + length : at + length + 7]) or at + length == len(head)):
                return ending
    return None


_RATES_HZ = (44_100, 48_000, 32_000)
_MPEG1_KBITS = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_MPEG2_KBITS = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)


def _mp3_bytes(header: bytes) -> int:
    """Return the length of the MPEG layer III frame that begins so; 0 if none does. Source: ISO 11172-3 §2.4.2.3."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return 0
    version, kbits, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or kbits in {0, 15} or rate == 3:
        return 0
    rate_hz = _RATES_HZ[rate] >> {3: 0, 2: 1, 0: 2}[version]
    table, samples = (_MPEG1_KBITS, 1152) if version == 3 else (_MPEG2_KBITS, 576)
    return samples // 8 * table[kbits] * 1000 // rate_hz + (header[2] >> 1 & 1)


def _adts_bytes(header: bytes) -> int:
    """Return the length of the ADTS frame that begins so; 0 if none does. Source: ISO 13818-7 §6.2."""
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or header[2] >> 2 & 15 > 12:
        return 0
    length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return length if length > 7 else 0


def _fitting(name: str, ending: str, named: str | None) -> str:
    """Return the name with an ending that tells the truth."""
    suffix = PurePath(name).suffix
    if named == ending and suffix.removeprefix(".").lower() in {*ACCEPTED, *MAY_BE_REFUSED}:
        return name
    stem = name.removesuffix(suffix) if suffix else name
    return f"{stem or 'file'}.{ending}"
