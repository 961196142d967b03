"""Which demuxer a file needs, told by its first bytes alone: ffmpeg never guesses, so no playlist is ever opened."""

from __future__ import annotations

from typing import Literal

from studio.errors import UnsupportedMedia

Demuxer = Literal["mov", "matroska", "avi", "mp3", "wav", "aac", "flac", "ogg", "image"]

HEAD_BYTES = 256 * 1024
"""Enough to pass over a cover in an ID3 tag's first part; longer tags are skipped by their stated length."""
SEARCH_BYTES = 64 * 1024
"""How far rubbish before the first MPEG frame is passed over."""

_PREFIXES: tuple[tuple[int, bytes, Demuxer], ...] = (
    (0, b"\x1a\x45\xdf\xa3", "matroska"),
    (0, b"OggS", "ogg"),
    (0, b"fLaC", "flac"),
    (0, b"\x89PNG\r\n\x1a\n", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF87a", "image"),
    (0, b"GIF89a", "image"),
    (4, b"ftyp", "mov"),
    (4, b"moov", "mov"),
    (4, b"mdat", "mov"),
    (4, b"wide", "mov"),
)
_RIFF: dict[bytes, Demuxer] = {b"WAVE": "wav", b"AVI ": "avi", b"WEBP": "image"}
_MPEG_KBPS = {
    (3, 3): (0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448),
    (3, 2): (0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (3, 1): (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 3): (0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
"""Bit rates by (version 1 or 2, layer bits); version 2 shares one row for layers II and III."""
_MPEG_HZ = (44100, 48000, 32000)


def demuxer(head: bytes) -> Demuxer:
    """Return the demuxer for a file that begins with these bytes.

    Raises:
        UnsupportedMedia: None of the kinds we take, whatever its name says.
    """
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] in _RIFF:
        return _RIFF[head[8:12]]
    for offset, magic, name in _PREFIXES:
        if head[offset : offset + len(magic)] == magic:
            return name
    if found := _frames(head[:SEARCH_BYTES]):
        return found
    raise UnsupportedMedia("not a media file we know")


def id3_bytes(head: bytes) -> int:
    """Return the length of an ID3v2 tag at the start, 0 without one."""
    if len(head) < 10 or head[:3] != b"ID3":
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + 10 + (10 if head[5] & 0x10 else 0)


def _frames(data: bytes) -> Literal["mp3", "aac"] | None:
    """Find two MPEG audio or ADTS frames one behind the other: chance alone hardly ever makes them."""
    at = data.find(b"\xff")
    while 0 <= at < len(data) - 7:
        for name, length in (("aac", _adts_bytes), ("mp3", _mpeg_bytes)):
            size = length(data[at : at + 7])
            after = data[at + size : at + size + 7]
            if size and (length(after) or (at == 0 and at + size == len(data))):
                return "aac" if name == "aac" else "mp3"
        at = data.find(b"\xff", at + 1)
    return None


def _adts_bytes(header: bytes) -> int:
    if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or (header[2] >> 2) & 15 > 12:
        return 0
    size = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
    return size if size > 7 else 0


def _mpeg_bytes(header: bytes) -> int:
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate, pitch, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer == 0 or rate in (0, 15) or pitch == 3:
        return 0
    row = (3, layer) if version == 3 else (2, 3 if layer == 3 else 2)
    bits = _MPEG_KBPS[row][rate] * 1000
    hz = _MPEG_HZ[pitch] >> {3: 0, 2: 1, 0: 2}[version]
    if layer == 3:
        return (12 * bits // hz + padding) * 4
    samples = 576 if layer == 1 and version != 3 else 1152
    return samples // 8 * bits // hz + padding
