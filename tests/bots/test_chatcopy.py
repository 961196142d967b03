"""A real small video made here: its copy fits, plays, and looks like it."""

from __future__ import annotations

import asyncio
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from bots import chatcopy
from bots.chatcopy import Facts, Plan

MB = 1_000_000


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of 1280x720 noise at 60 frames a second with a tone: as hard to compress as it gets."""
    path = tmp_path_factory.mktemp("video") / "noisy.mp4"
    rng = np.random.default_rng(1)
    tiles = rng.integers(0, 255, (16, 360, 640, 3), np.uint8)
    with av.open(str(path), "w") as out:
        video = out.add_stream("libx264", rate=60, options={"preset": "ultrafast", "crf": "30"})
        video.width, video.height, video.pix_fmt = 1280, 720, "yuv420p"
        audio = out.add_stream("aac", rate=44100, layout="mono")
        for index in range(120):
            picture = tiles[index % 16].repeat(2, 0).repeat(2, 1)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = index, Fraction(1, 60)
            out.mux(video.encode(frame))
        tone = np.sin(np.arange(2 * 44100) * 2 * np.pi * 440 / 44100).astype(np.float32)
        for start in range(0, len(tone), 1024):
            sound = av.AudioFrame.from_ndarray(tone[None, start : start + 1024].copy(), format="fltp", layout="mono")
            sound.sample_rate, sound.pts, sound.time_base = 44100, start, Fraction(1, 44100)
            out.mux(audio.encode(sound))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    return path


FULL_HD = Facts(1920, 1080, 180.0, 150 * MB)


@pytest.mark.parametrize(
    ("facts", "max_bytes", "plan"),
    [
        # what fits 180 s with a margin of 5 %: 10 MiB is 0.44 Mbit/s, 50 MB is 2.1
        (FULL_HD, 10 << 20, None),
        (FULL_HD, 20 << 20, Plan(540, 789_464, 96_000)),
        (FULL_HD, 50 * MB, Plan(720, 1_951_111, 160_000)),
        (FULL_HD, 100 * MB, Plan(1080, 4_062_222, 160_000)),
        (Facts(1080, 1920, 60.0, 90 * MB), 50 * MB, Plan(1080, 6_173_333, 160_000)),
        (Facts(640, 360, 60.0, 90 * MB), 50 * MB, Plan(360, 6_173_333, 160_000)),
        (Facts(1920, 1080, 0.0, 90 * MB), 50 * MB, None),
    ],
)
def test_a_copy_is_planned_by_its_bits_a_second(facts: Facts, max_bytes: int, plan: Plan | None) -> None:
    assert chatcopy.plan(facts, max_bytes) == plan


def test_a_second_plan_is_smaller_in_size_and_bits_and_knows_the_floor() -> None:
    again = chatcopy.second(Plan(720, 2_000_000, 128_000), 55 * MB, 50 * MB)
    assert again is not None
    assert (again.side_px, again.video_bps < 2_000_000 * 50 / 55) == (540, True)
    assert chatcopy.second(Plan(540, 720_000, 96_000), 60 * MB, 50 * MB) is None


@pytest.mark.parametrize(("shape", "side", "size"), [((1920, 1080), 720, (1280, 720)), ((1080, 1920), 540, (540, 960))])
def test_a_copy_keeps_the_shape(shape: tuple[int, int], side: int, size: tuple[int, int]) -> None:
    assert chatcopy.frame_size(Facts(*shape, 1.0, 1), side) == size


async def test_a_copy_fits_exactly_and_plays(noisy: Path, tmp_path: Path) -> None:
    out, most = tmp_path / "copy.mp4", 350_000
    assert noisy.stat().st_size > 2 * most
    assert await chatcopy.make(noisy, out, most)

    assert out.stat().st_size <= most
    found = await chatcopy.facts(out)
    assert found.size_bytes == out.stat().st_size
    assert abs(found.duration_s - 2.0) < 0.2
    head = out.read_bytes()
    assert head.index(b"moov") < head.index(b"mdat")
    with av.open(str(out)) as made:
        video, audio = made.streams.video[0], made.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (min(video.width, video.height), video.average_rate) in ((540, Fraction(30)), (720, Fraction(30)))
        assert (video.codec_context.colorspace, video.codec_context.color_primaries) == (1, 1)
        assert sum(1 for _ in made.decode(video=0)) == pytest.approx(60, abs=2)


async def test_below_the_floor_there_is_no_copy_and_no_file(noisy: Path, tmp_path: Path) -> None:
    assert not await chatcopy.make(noisy, tmp_path / "copy.mp4", 150_000)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"not a video at all", b"\x00\x00\x00\x20ftypisom" + b"\xff" * 5000])
async def test_what_is_no_video_gets_no_copy_no_poster_no_facts(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    assert not await chatcopy.make(path, tmp_path / "copy.mp4", 50 * MB)
    assert not await chatcopy.poster(path, tmp_path / "poster.jpg")
    with pytest.raises(ValueError, match="no video"):
        await chatcopy.facts(path)


async def test_a_poster_is_small_and_its_cover_is_not(noisy: Path, tmp_path: Path) -> None:
    poster, cover = tmp_path / "poster.jpg", tmp_path / "cover.jpg"
    assert await chatcopy.poster(noisy, poster, cover)
    assert poster.stat().st_size <= 200_000
    with Image.open(poster) as small, Image.open(cover) as full:
        assert (small.format, max(small.size), full.size) == ("JPEG", 320, (1280, 720))


async def test_a_cancelled_copy_leaves_no_process_and_no_file(noisy: Path, tmp_path: Path) -> None:
    copying = asyncio.create_task(chatcopy.make(noisy, tmp_path / "copy.mp4", 350_000))
    while not (tmp_path / "copy.mp4").exists() and not copying.done():
        await asyncio.sleep(0.02)
    copying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await copying
    assert list(tmp_path.iterdir()) == []
