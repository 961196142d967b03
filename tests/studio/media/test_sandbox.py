"""Untrusted files are read in a process that may be killed; whatever happens there is a refusal here."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from studio.errors import MediaTooLarge, RenderFailed, UnsupportedMedia
from studio.media import parcel, sandbox
from studio.media.decode import digest
from studio.media.probe import MediaInfo
from studio.media.sandbox import Limits, features_confined, picture_confined, probe_confined, run
from tests.studio.media import corpus


def stored(folder: Path, data: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(data)
    return path


async def test_a_song_is_probed_and_analysed_there(tmp_path: Path) -> None:
    path = stored(tmp_path, corpus.sound("song.m4a"))
    info, features = await asyncio.gather(probe_confined(path, "夜曲.mp3"), features_confined(path, tmp_path / "cache"))
    assert (info.name, info.kind, info.container) == ("夜曲.mp3", "audio", "mov")
    assert features.frames >= 30
    again = await features_confined(path, tmp_path / "cache", Limits(wall_s=0.0))  # no time to start a process
    assert np.array_equal(features.bands, again.bands)


async def test_a_picture_is_decoded_there(tmp_path: Path) -> None:
    pixels = await picture_confined(corpus.still("WEBP"), 20)
    assert pixels.shape == (15, 20, 3)
    assert (await picture_confined(stored(tmp_path, corpus.still("GIF")))).shape == (30, 40, 3)
    with pytest.raises(MediaTooLarge):
        await picture_confined(corpus.png_bomb())


@pytest.mark.parametrize(
    ("data", "refusal"),
    [(corpus.PLAYLISTS["ffconcat"], UnsupportedMedia), (corpus.hours_of_silence(), MediaTooLarge)],
    ids=["ffconcat", "hours"],
)
async def test_refusals_keep_their_class_on_the_way_back(tmp_path: Path, data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await probe_confined(stored(tmp_path, data), "song.mp3")


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        (Limits(memory_bytes=64 << 20), UnsupportedMedia),
        (Limits(wall_s=0.05), UnsupportedMedia),
        (Limits(file_bytes=1000), MediaTooLarge),
        (Limits(answer_bytes=10), UnsupportedMedia),
    ],
    ids=["memory", "time", "file", "answer"],
)
async def test_every_limit_ends_in_a_refusal(tmp_path: Path, limits: Limits, refusal: type[Exception]) -> None:
    path = stored(tmp_path, corpus.sound("pcm.wav"))
    with pytest.raises(refusal):
        await features_confined(path, tmp_path / "cache", limits)
    assert not (tmp_path / "cache").exists() or not list((tmp_path / "cache").glob("*.part"))


async def test_processor_time_is_bounded(tmp_path: Path) -> None:
    path = stored(tmp_path, corpus.wav(np.zeros((44100 * 120, 2), dtype=np.float32) + 0.1, 44100))
    with pytest.raises(UnsupportedMedia):
        await features_confined(path, tmp_path / "cache", Limits(cpu_s=1))


def _children() -> set[str]:
    """Processes that this one has started; other tests may keep some."""
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return set(path.read_text().split()) if path.exists() else set()


async def test_a_cancelled_call_leaves_no_process(tmp_path: Path) -> None:
    path = stored(tmp_path, corpus.sound("pcm.wav"))
    before = _children()
    task = asyncio.create_task(features_confined(path, tmp_path / "cache"))
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert _children() <= before


async def test_only_our_own_public_calls_are_done() -> None:
    with pytest.raises(UnsupportedMedia):
        await run(os.getpid)


async def test_the_worker_gets_none_of_our_secrets() -> None:
    assert not [name for name in sandbox._environment() if "TOKEN" in name or "URL" in name or "PROXY" in name.upper()]


async def test_a_folder_that_takes_no_cache_is_no_fault_of_the_song(tmp_path: Path) -> None:
    path = stored(tmp_path, corpus.sound("eight-k.wav"))
    (tmp_path / "cache").write_text("a file where a folder should be")
    with pytest.raises(RenderFailed):
        await features_confined(path, tmp_path / "cache")


def test_a_parcel_brings_back_what_went_in() -> None:
    info = MediaInfo("x", "audio", "mp3", ("mp3",), 5, cover=b"\0\xff")
    value = {"a": [1, 2.5, None, True], "b": (Path("/tmp/x"), "é"), 3: info, "n": np.float32(2)}
    back = parcel.unpack(parcel.pack({**value, "array": np.arange(3)}))
    assert list(back.pop("array")) == [0, 1, 2]
    assert back == value


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"\x80\x04N.", b"{}"])
def test_other_bytes_are_no_parcel(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a parcel"):
        parcel.unpack(data)


def test_the_same_bytes_have_the_same_digest(tmp_path: Path) -> None:
    assert digest(stored(tmp_path, b"abc")).startswith("ba7816bf")
    assert replace(Limits(), cpu_s=1).cpu_s == 1
