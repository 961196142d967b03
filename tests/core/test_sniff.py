"""Type and size of a file, by content and by name."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import FileTooLarge, UnsupportedFile
from core.sniff import ACCEPTED, LIMIT_BYTES, MIMES, by_content, check_size, sniff

ROOT = Path(__file__).parents[2]
MP3 = (b"\xff\xfb\x90\x64" + b"\0" * 413) * 3
MPEG2_MP3 = (b"\xff\xf3\x40\xc4" + b"\0" * 100) * 3
ADTS = (b"\xff\xf1\x50\x80\x03\x1f\xfc" + b"\0" * 17) * 3


def id3(audio: bytes, size: int = 3000) -> bytes:
    return (
        b"ID3\4\0\0" + bytes([size >> 21 & 127, size >> 14 & 127, size >> 7 & 127, size & 127]) + b"\0" * size + audio
    )


def ebml(doctype: bytes) -> bytes:
    return b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\x82" + bytes([0x80 | len(doctype)]) + doctype


def riff(kind: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 36) + kind + b"fmt "


CONTENT = {
    "mp3": [MP3, MPEG2_MP3, id3(MP3), id3(MP3, 300_000), b"\0" * 700 + MP3],
    "aac": [ADTS, id3(ADTS)],
    "flac": [b"fLaC\0\0\0\x22", id3(b"fLaC\0\0\0\x22")],
    "ogg": [b"OggS\0\2" + b"\0" * 20 + b"\1\x1e\1vorbis"],
    "opus": [b"OggS\0\2" + b"\0" * 20 + b"\1\x13OpusHead\1"],
    "wav": [riff(b"WAVE"), b"RF64\xff\xff\xff\xffWAVEds64"],
    "avi": [riff(b"AVI ")],
    "webp": [riff(b"WEBP")],
    "webm": [ebml(b"webm")],
    "mkv": [ebml(b"matroska")],
    "mp4": [b"\0\0\0\x20ftypisom\0\0\2\0isomiso2", b"\0\0\0\x20ftypmp42"],
    "m4a": [b"\0\0\0\x20ftypM4A \0\0\0\0"],
    "mov": [b"\0\0\0\x14ftypqt  \0\0\0\0", b"\0\0\0\x08wide\0\0\0\0mdat", b"\0\0\x10\0moov\0\0\0\x6cmvhd"],
    "jpg": [b"\xff\xd8\xff\xe0\0\x10JFIF"],
    "png": [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"],
    "gif": [b"GIF89a", b"GIF87a"],
}


@pytest.mark.parametrize(("ending", "content"), [(ending, one) for ending in CONTENT for one in CONTENT[ending]])
def test_types_by_their_content(ending: str, content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "spooled"
    path.write_bytes(content)
    found = sniff(path, f"Song.{ending.upper()}")
    assert (found.ending, found.name, found.size_bytes) == (ending, f"Song.{ending.upper()}", len(content))
    assert (found.family, found.mime) == MIMES[ending]
    assert found.may_be_refused is (ending not in ACCEPTED)


def test_every_type_is_tested() -> None:
    assert set(CONTENT) == set(MIMES)


@pytest.mark.parametrize(
    ("path", "ending"),
    [
        ("cli/music/metal_madness-60s.mp3", "mp3"),
        ("cli/music/final_step-60s.ogg", "ogg"),
        ("tests/music/caves-58s.m4a", "m4a"),
    ],
)
def test_real_music(path: str, ending: str) -> None:
    assert sniff(ROOT / path, Path(path).name).ending == ending


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just text\n" * 1000,
        "text in sixteen bits".encode("utf-16"),
        b"#EXTM3U\nhttps://host.test/a.mp3\n",
        b"[playlist]\nFile1=a.mp3\n",
        b"<html><body>404</body></html>",
        b"%PDF-1.7",
        b"PK\3\4",
        b"MZ\x90\0",
        b"\xff\xfb\x90\x64 one header, and then words that are no frame at all",
        id3(b"words after a tag"),
        b"ID3",
        b"RIFF",
        b"\0\0\0\x20ftypheic",
        b"OggS\0\2" + b"\0" * 20 + b"\1\x1e\x80theora",
        b"\xff" * 70_000,
        b"\0" * 70_000,
    ],
)
def test_what_is_no_media_is_refused_whatever_its_name(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "spooled"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFile) as caught:
        sniff(path, "my song.mp3")
    assert caught.value.name == "my song.mp3"
    assert not isinstance(caught.value, FileTooLarge)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("song.mp3", "song.mp3"),
        ("song", "song.mp3"),
        ("song.wav", "song.mp3"),
        ("voice.mpga", "voice.mp3"),
        ("file.bin", "file.mp3"),
        ("my.best.song.MP3", "my.best.song.MP3"),
        ("", "file.mp3"),
        ("歌 🎵.mp4", "歌 🎵.mp3"),
    ],
)
def test_a_name_tells_the_truth_when_it_is_sent(name: str, sent: str, tmp_path: Path) -> None:
    path = tmp_path / "spooled"
    path.write_bytes(MP3)
    assert sniff(path, name).name == sent


@pytest.mark.parametrize("name", ["song.exe", "song.txt", "song.m3u8", "song.mid"])
def test_a_name_of_another_type_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "spooled"
    path.write_bytes(MP3)
    with pytest.raises(UnsupportedFile):
        sniff(path, name)


@pytest.mark.parametrize(
    ("content", "name", "why"),
    [
        (b"", "song.mp3", "empty"),
        (b"Dear diary", "song.mp3", "disguise"),
        (b"#EXTM3U\nsong.mp3\n", "song.flac", "disguise"),
        (b"Dear diary", "song.docx", ""),
    ],
)
def test_a_refusal_tells_why(content: bytes, name: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "spooled"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFile) as refused:
        sniff(path, name)
    assert refused.value.why == why


def test_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        file.write(MP3)
        file.truncate(LIMIT_BYTES)
    assert sniff(path, "big.mp3").size_bytes == LIMIT_BYTES
    with path.open("ab") as file:
        file.truncate(LIMIT_BYTES + 1)
    with pytest.raises(FileTooLarge):
        sniff(path, "big.mp3")
    with pytest.raises(FileTooLarge):
        check_size(LIMIT_BYTES + 1, "big.mp3")
    check_size(None, "unknown.mp3")


@given(st.binary(max_size=3000))
@settings(deadline=None)
def test_any_bytes_have_an_answer(content: bytes) -> None:
    assert by_content(io.BytesIO(content)) in {None, *MIMES}
