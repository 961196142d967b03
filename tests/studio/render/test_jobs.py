"""Real renders: a file goes in, an MP4 comes out, whatever happens to the processes on the way."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from studio.draft import Draft
from studio.errors import RenderFailed
from studio.media.decode import features_of
from studio.render.folder import Folder
from studio.render.jobs import Renderer
from studio.render.model import Job, Rendered
from tests.studio.media import corpus
from tests.support import limits, tracks

SIDE = 180


def renderer(folder: Path, processes: int = 1) -> Renderer:
    return Renderer(folder / "work", folder / "cache", processes)


def job(folder: Path, draft: Draft, **changes: Any) -> Job:
    media = {"track": folder / "track.wav"}
    return Job(**{"id": "j1", "draft": draft, "media": media, "out": folder / "out.mp4", "short_side": SIDE, **changes})


def frame_hash(path: Path) -> str:
    found = hashlib.sha256()
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            found.update(frame.to_ndarray().tobytes())
    return found.hexdigest()


def children() -> set[int]:
    return {int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()}


def workers() -> list[int]:
    """Worker processes of this process that are alive."""
    found = []
    for pid in children():
        try:
            if b"studio.render.worker" in Path(f"/proc/{pid}/cmdline").read_bytes():
                found.append(pid)
        except OSError:
            continue
    return found


def boxes(path: Path) -> list[bytes]:
    """Names of the file's outermost boxes, in order."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        names.append(data[at + 4 : at + 8])
        at += size
    return names


async def test_a_full_size_video_is_what_platforms_want(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 0.6)
    told: list[float] = []
    draft = tracks.draft(0.6, title="Frantic", artist="Somebody")
    made = await renderer(tmp_path).render(job(tmp_path, draft, short_side=1080), told.append)
    assert (made.width, made.height, made.frames, made.duration_s) == (1920, 1080, 18, 0.6)
    assert made.size_bytes == made.path.stat().st_size
    with av.open(str(made.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        codec = video.codec_context
        assert (codec.name, codec.pix_fmt, video.average_rate) == ("h264", "yuv420p", Fraction(30))
        assert (codec.colorspace, codec.color_primaries, codec.color_trc, codec.color_range) == (1, 1, 1, 1)
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", 44100, 2)
        assert container.duration is not None
        assert abs(container.duration / 1e6 - 0.6) <= 1 / 30
    order = boxes(made.path)
    assert order.index(b"moov") < order.index(b"mdat")
    with Image.open(made.poster) as poster, Image.open(made.path.with_suffix(".cover.jpg")) as full:
        assert max(poster.size) == 320
        assert full.size == (1920, 1080)
    assert made.poster == tmp_path / "out.jpg"
    assert made.poster.stat().st_size <= 200_000
    assert told == sorted(told)
    assert told[-1] == 1.0
    assert not list((tmp_path / "work").iterdir()), "work files are gone"
    assert not workers()


async def test_chunks_join_without_a_seam(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 11)
    made = await renderer(tmp_path, 2).render(job(tmp_path, tracks.draft(11)), lambda _: None)
    with av.open(str(made.path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        headers = bytes(container.streams.video[0].codec_context.extradata or b"")
    assert len(packets) == made.frames == 330
    times = sorted(packet.pts for packet in packets if packet.pts is not None)
    assert len(set(np.diff(times))) == 1, "equal steps"
    dts = [packet.dts for packet in packets if packet.dts is not None]
    assert dts == sorted(set(dts))
    keys = [packet for packet in packets if packet.is_keyframe]
    assert [round(float(key.pts * key.time_base) * 30) for key in keys if key.pts is not None] == [0, 150, 300]
    for key in keys:
        assert _units(bytes(key)) & {5}, "an IDR, so that the group is closed"
        assert 7 not in _units(bytes(key)), "parameter sets stand once, in the header"
    assert headers
    with av.open(str(made.path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 330


def _units(packet: bytes) -> set[int]:
    """Types of the NAL units in an MP4 packet (four bytes of length before each)."""
    at, found = 0, set()
    while at + 5 <= len(packet):
        found.add(packet[at + 4] & 31)
        at += 4 + int.from_bytes(packet[at : at + 4], "big")
    return found


async def test_the_same_job_gives_the_same_frames_by_any_number_of_processes(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 5.4)
    hashes = []
    for processes, name in ((1, "one.mp4"), (3, "two.mp4")):
        made = await renderer(tmp_path, processes).render(
            job(tmp_path, tracks.draft(5.4, title="x"), out=tmp_path / name), lambda _: None
        )
        hashes.append(frame_hash(made.path))
    assert hashes[0] == hashes[1]


@pytest.mark.parametrize(
    ("seconds", "level", "meta"),
    [
        (1.0, 0.4, {"title": "Blip"}),
        (1.0, 0.0, {"title": "寂静 😀 مرحبا", "artist": "无声"}),
        (0.04, 0.4, {}),
    ],
    ids=["one second", "silent, Chinese title, no cover", "a single frame"],
)
async def test_small_tracks_render(tmp_path: Path, seconds: float, level: float, meta: dict[str, str]) -> None:
    tracks.write_wav(tmp_path / "track.wav", seconds, level=level)
    draft = tracks.draft(seconds, size=(1080, 1920), **meta)  # type: ignore[arg-type]
    made = await renderer(tmp_path).render(job(tmp_path, draft), lambda _: None)
    assert (made.width, made.height) == (180, 320)
    assert made.frames == max(1, round(seconds * 30))


@pytest.mark.parametrize(
    ("name", "seconds", "rate"),
    [("eight-k.wav", 1.0, 48_000), ("five-one.wav", 0.5, 48_000), ("song.mp3", 1.0, 44_100)],
)
async def test_any_rate_and_number_of_channels_comes_out_as_stereo(
    tmp_path: Path, name: str, seconds: float, rate: int
) -> None:
    (tmp_path / "track.wav").write_bytes(corpus.sound(name))
    made = await renderer(tmp_path).render(job(tmp_path, tracks.draft(seconds)), lambda _: None)
    assert made.frames == round(seconds * 30)
    with av.open(str(made.path)) as container:
        voice = container.streams.audio[0]
        assert (voice.codec_context.name, voice.rate, voice.channels) == ("aac", rate, 2)
        sound = np.concatenate([frame.to_ndarray() for frame in container.decode(audio=0)], axis=1)
    assert sound.shape[1] / rate == pytest.approx(seconds, abs=0.05)
    assert (np.abs(sound).max(axis=1) > 0.1).all(), "heard on both sides"


async def test_volume_trim_and_cover(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 4, rate=48_000)
    Image.new("RGB", (300, 200), (30, 90, 220)).save(tmp_path / "cover.png")
    loud: list[float] = []
    for volume in (1.0, 0.25):
        draft = tracks.draft(1, sound={"in": 2000, "volume": volume}, cover="art", look={"palette": "auto"})
        media = {"track": tmp_path / "track.wav", "art": tmp_path / "cover.png"}
        made = await renderer(tmp_path).render(job(tmp_path, draft, media=media), lambda _: None)
        with av.open(str(made.path)) as container:
            assert container.streams.audio[0].rate == 48_000
            loud.append(float(np.mean([np.abs(frame.to_ndarray()).mean() for frame in container.decode(audio=0)])))
    assert loud[0] / loud[1] == pytest.approx(4, rel=0.15)
    with Image.open(tmp_path / "out.cover.jpg") as still:
        red, _, blue = (np.asarray(still)[:, :, k].mean() for k in range(3))
    assert blue > 1.5 * red, "the palette is the cover's"


async def started(task: asyncio.Task[Rendered], ready: Callable[[], bool]) -> None:
    """Wait until the render is where the test wants it, or has ended."""
    while not ready() and not task.done():
        await asyncio.sleep(0.02)
    assert not task.done()


async def test_cancel_stops_the_workers_and_the_next_run_goes_on(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 11)
    work, this = renderer(tmp_path, 1), job(tmp_path, tracks.draft(11))
    folder = Folder.of(tmp_path / "work", this.id).path
    task = asyncio.create_task(work.render(this, lambda _: None))
    await started(task, lambda: bool(list(folder.glob("*.mp4"))))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not workers()
    kept = {path.name: path.stat().st_mtime_ns for path in folder.glob("*.mp4")}
    assert kept
    assert not (tmp_path / "out.mp4").exists()
    first: list[float] = []
    task = asyncio.create_task(work.render(this, first.append))
    await started(task, lambda: len(first) > 1)
    assert {path.name: path.stat().st_mtime_ns for path in folder.glob("*.mp4") if path.name in kept} == kept
    made = await task
    assert made.frames == 330


async def test_another_draft_under_the_same_id_begins_anew(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 2)
    this = job(tmp_path, tracks.draft(2, title="new"))
    folder = Folder.of(tmp_path / "work", this.id)
    folder.open_for("what another draft left")
    (folder.path / "00000.mp4").write_bytes(b"not of this draft")
    assert (await renderer(tmp_path).render(this, lambda _: None)).frames == 60


async def test_a_killed_worker_is_replaced_once(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 5)
    told: list[float] = []
    task = asyncio.create_task(renderer(tmp_path).render(job(tmp_path, tracks.draft(5)), told.append))
    await started(task, lambda: len(told) > 3 and bool(workers()))
    os.kill(workers()[0], signal.SIGKILL)
    assert (await task).frames == 150


async def test_workers_that_keep_dying_end_the_render(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "track.wav", 12)
    task = asyncio.create_task(renderer(tmp_path, 1).render(job(tmp_path, tracks.draft(12)), lambda _: None))
    while not task.done():
        for pid in workers():
            os.kill(pid, signal.SIGKILL)
        await asyncio.sleep(0.05)
    with pytest.raises(RenderFailed) as failed:
        await task
    assert failed.value.reason == "worker-died"
    assert not (tmp_path / "out.mp4").exists()


async def test_missing_and_broken_media_are_named(tmp_path: Path) -> None:
    (tmp_path / "track.wav").write_text("this is text")
    with pytest.raises(RenderFailed) as failed:
        await renderer(tmp_path).render(job(tmp_path, tracks.draft(1)), lambda _: None)
    assert failed.value.reason == "media-unreadable"
    (tmp_path / "track.wav").unlink()
    with pytest.raises(RenderFailed) as failed:
        await renderer(tmp_path).render(job(tmp_path, tracks.draft(1)), lambda _: None)
    assert failed.value.reason == "media-missing"
    assert not workers()


async def test_a_full_disk_is_named_and_the_next_run_goes_on(tmp_path: Path) -> None:
    features_of(tracks.write_wav(tmp_path / "track.wav", 2), tmp_path / "cache")
    this = job(tmp_path, tracks.draft(2, title="Frantic"))
    with limits.room_for(1000), pytest.raises(RenderFailed) as failed:
        await renderer(tmp_path).render(this, lambda _: None)
    assert failed.value.reason == "disk-full"
    assert {path.name for path in tmp_path.iterdir()} == {"track.wav", "work", "cache"}
    assert not workers()
    assert (await renderer(tmp_path).render(this, lambda _: None)).frames == 60


async def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    """Kill the process that renders; its workers see the end of their input and go."""
    tracks.write_wav(tmp_path / "track.wav", 30)
    program = (
        "import asyncio, sys; from pathlib import Path; from tests.studio.render import test_jobs as t\n"
        "folder = Path(sys.argv[1])\n"
        "asyncio.run(t.renderer(folder).render(t.job(folder, t.tracks.draft(30)), lambda p: print(p, flush=True)))\n"
    )
    parent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(tmp_path)), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    for _ in range(3):
        assert await parent.stdout.readline()
    grown = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    assert grown
    parent.kill()
    await parent.wait()
    for _ in range(500):
        if not any(Path(f"/proc/{pid}").exists() and not _dead(int(pid)) for pid in grown):
            return
        await asyncio.sleep(0.02)
    pytest.fail("a worker outlived its parent")


def _dead(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
