"""What files are, whatever they are called."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from studio.errors import MediaTooLarge, StudioError, UnsupportedMedia
from studio.media.probe import MediaInfo, probe
from tests.studio.media import corpus


def probed(folder: Path, data: bytes, name: str = "song.mp3") -> MediaInfo:
    path = folder / "upload"
    path.write_bytes(data)
    return probe(path, name)


@pytest.mark.parametrize("name", corpus.SOUNDS)
def test_sound_of_every_kind_is_known_under_any_name(tmp_path: Path, name: str) -> None:
    info = probed(tmp_path, corpus.sound(name), "wrong.jpg")
    assert info.kind == "audio"
    assert info.duration_s == pytest.approx(0.5 if "five" in name else 1.0, abs=0.1)
    assert info.channels == (6 if "five" in name else 1 if "eight" in name else 2)
    assert info.rate_hz == (
        8000 if "eight" in name else 44100 if info.codecs != ("opus",) and "five" not in name else 48000
    )
    assert not info.cut_short


@pytest.mark.parametrize("name", corpus.FILMS)
def test_films_have_a_size_and_a_rate(tmp_path: Path, name: str) -> None:
    info = probed(tmp_path, corpus.film(*corpus.FILMS[name]), name)
    assert (info.kind, info.width, info.height, info.channels) == ("video", 64, 48, 0)
    assert info.fps == pytest.approx(25.0, abs=0.5)
    assert info.duration_s == pytest.approx(0.4, abs=0.1)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_pictures_have_a_size(tmp_path: Path, kind: str) -> None:
    info = probed(tmp_path, corpus.still(kind))
    assert (info.kind, info.container, info.width, info.height) == ("image", kind.lower(), 40, 30)


@pytest.mark.parametrize("name", corpus.PLAYLISTS)
def test_what_is_no_media_is_refused_by_content(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnsupportedMedia):
        probed(tmp_path, corpus.PLAYLISTS[name], "song.mp3")


@pytest.mark.parametrize("name", corpus.PLAYLISTS)
def test_an_id3_tag_does_not_make_a_song_of_it(tmp_path: Path, name: str) -> None:
    tag = b"ID3\x04\0\0" + bytes((0, 0, 0, 20)) + bytes(20)
    with pytest.raises(UnsupportedMedia):
        probed(tmp_path, tag + corpus.PLAYLISTS[name])


@pytest.mark.parametrize(
    "make", [corpus.fifo, corpus.link_loop, corpus.link_away, corpus.folder, corpus.nothing], ids=lambda m: m.__name__
)
def test_only_plain_files_are_opened(tmp_path: Path, make: corpus.Maker) -> None:
    make(tmp_path / "song.mp3")
    with pytest.raises(UnsupportedMedia):
        probe(tmp_path / "song.mp3", "song.mp3")


def test_a_device_is_no_file() -> None:
    with pytest.raises(UnsupportedMedia):
        probe(Path("/dev/zero"), "song.mp3")


HOSTILE: dict[str, tuple[Callable[[], bytes], type[StudioError]]] = {
    "zero bytes": (lambda: b"", UnsupportedMedia),
    "65535 channels": (corpus.many_channels_wav, StudioError),
    "hours of silence": (corpus.hours_of_silence, MediaTooLarge),
    "png bomb": (corpus.png_bomb, MediaTooLarge),
    "start of an mp4": (lambda: corpus.film("mp4", "libx264")[:200], UnsupportedMedia),
    "start of an m4a": (lambda: corpus.sound("song.m4a")[:400], UnsupportedMedia),
    "start of a png": (lambda: corpus.still("PNG")[:12], UnsupportedMedia),
    "wav magic": (lambda: b"RIFF\xff\xff\xff\xffWAVE", UnsupportedMedia),
    "ogg magic": (lambda: b"OggS" + bytes(4000), UnsupportedMedia),
    "flac magic": (lambda: b"fLaC" + bytes(4000), UnsupportedMedia),
    "matroska magic": (lambda: b"\x1a\x45\xdf\xa3" + bytes(4000), UnsupportedMedia),
    "mp4 magic": (lambda: b"\0\0\0\x18ftypisom" + bytes(4000), UnsupportedMedia),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused(tmp_path: Path, name: str) -> None:
    make, refusal = HOSTILE[name]
    with pytest.raises(refusal):
        probed(tmp_path, make())


def test_a_header_is_not_believed_about_the_length(tmp_path: Path) -> None:
    info = probed(tmp_path, corpus.lying_mp4())
    assert info.duration_s == pytest.approx(0.4, abs=0.1)


def test_nor_about_the_size(tmp_path: Path) -> None:
    info = probed(tmp_path, corpus.sized_mp4(60000, 60000))
    assert (info.width, info.height) == (64, 48)


def test_a_film_beyond_every_screen_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MediaTooLarge):
        probed(tmp_path, corpus.film("matroska", "libx264", (8200, 16), 1))


@pytest.mark.parametrize("name", ["song.mp3", "song.flac", "pcm.wav", "song.aac"])
def test_a_file_cut_short_lasts_as_long_as_what_is_left(tmp_path: Path, name: str) -> None:
    data = corpus.sound(name)
    info = probed(tmp_path, data[: len(data) * 6 // 10])
    assert 0.3 < info.duration_s < 0.8


def test_every_prefix_of_a_song_is_read_or_refused(tmp_path: Path) -> None:
    for data in (corpus.sound("song.m4a"), corpus.sound("song.opus"), corpus.film("avi", "mpeg4")):
        for length in range(1, len(data), max(1, len(data) // 40)):
            with suppress(StudioError):
                assert probed(tmp_path, data[:length]).duration_s <= 1.2


def test_a_refusal_names_no_path(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        probe(tmp_path / "missing", "song.mp3")
    assert str(tmp_path) not in str(refused.value)


def test_tags_are_read_and_their_encoding_mended(tmp_path: Path) -> None:
    latin = "夜曲".encode("gbk").decode("latin-1")
    data = corpus.encoded(
        "mp3", "libmp3lame", [corpus.tone(0.3, 44100, 2)], 44100, metadata={"title": latin, "artist": "Motörhead"}
    )
    info = probed(tmp_path, data)
    assert (info.title, info.artist, info.album) == ("夜曲", "Motörhead", "")


def test_an_old_tag_at_the_end_in_gbk_is_read(tmp_path: Path) -> None:
    tag = b"TAG" + "月光".encode("gbk").ljust(30, b"\0") + b"Someone".ljust(30, b"\0") + bytes(64) + b"\xff"
    data = corpus.encoded(
        "mp3", "libmp3lame", [corpus.tone(0.3, 44100, 2)], 44100, options={"write_xing": "0", "id3v2_version": "0"}
    )
    info = probed(tmp_path, data + tag)
    assert (info.title, info.artist) == ("月光", "Someone")


def test_the_cover_comes_out_of_the_tag(tmp_path: Path) -> None:
    picture = corpus.still("JPEG")
    apic = b"\0image/jpeg\0\x03\0" + picture
    frame = b"APIC" + struct.pack(">I", len(apic)) + b"\0\0" + apic
    size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
    song = corpus.encoded("mp3", "libmp3lame", [corpus.tone(0.3, 44100)], 44100, "mono", options={"id3v2_version": "0"})
    info = probed(tmp_path, b"ID3\x03\0\0" + size + frame + song)
    assert info.kind == "audio"
    assert info.cover == picture
    assert "cover" not in repr(info)


def test_a_flac_cover_comes_out_too(tmp_path: Path) -> None:
    picture = corpus.still("PNG")
    block = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIIII", 0, 40, 30, 24, 0, len(picture)) + picture
    song = corpus.sound("song.flac")
    info = probed(tmp_path, song[:42] + b"\x06" + struct.pack(">I", len(block))[1:] + block + song[42:])
    assert info.cover == picture


def test_an_ogg_comment_cover_is_found(tmp_path: Path) -> None:
    picture = corpus.still("PNG")
    block = struct.pack(">II", 3, 9) + b"image/png" + struct.pack(">IIIIII", 0, 40, 30, 24, 0, len(picture)) + picture
    data = corpus.encoded(
        "ogg",
        "libopus",
        [corpus.tone(0.5, 48000, 2)],
        48000,
        metadata={"METADATA_BLOCK_PICTURE": base64.b64encode(block).decode()},
    )
    assert probed(tmp_path, data).cover == picture


def test_a_codec_nobody_knows_is_refused(tmp_path: Path) -> None:
    known = Path("tests/music/caves-58s.m4a").read_bytes()
    path = tmp_path / "strange.m4a"
    path.write_bytes(known.replace(b"mp4a", b"zzzz").replace(b"esds", b"zzzd"))
    with pytest.raises(UnsupportedMedia):
        probe(path, "strange.m4a")
