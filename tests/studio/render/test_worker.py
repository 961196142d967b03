"""What a worker answers, stage by stage, when the disk is full or the media is gone."""

from __future__ import annotations

import errno
from pathlib import Path

import av
import pytest

from studio.errors import RenderFailed, UnsupportedMedia
from studio.media.encode import PROFILES, Profile, check, encode_chunk, mux
from studio.media.scale import planes
from studio.render.folder import Folder, chunks
from studio.render.model import Job
from studio.render.worker import Worker, obey, refusal
from tests.support import limits, tracks


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    song = tracks.write_wav(tmp_path / "track.wav", 1)
    folder = Folder.of(tmp_path / "work", "j")
    folder.open_for("x")
    job = Job("j", tracks.draft(1, title="Frantic"), {"track": song}, tmp_path / "made" / "out.mp4", short_side=180)
    return Worker(job, folder, tmp_path / "cache")


def test_a_full_disk_at_a_chunk_and_at_the_end_leaves_nothing_half(worker: Worker) -> None:
    chunk = {"do": "chunk", "number": 0, "first": 0, "end": 30}
    assert obey(worker, {"do": "prepare"}) == {"done": {"frames": 30}}
    with limits.room_for(3000):
        assert obey(worker, chunk)["failed"] == "disk-full"
    assert worker.folder.finished(chunks(30)) == []
    assert obey(worker, chunk) == {"done": {}}
    with limits.room_for(8000):
        assert obey(worker, {"do": "finish"})["failed"] == "disk-full"
    assert not list(worker.job.out.parent.iterdir())
    assert obey(worker, {"do": "finish"})["done"]["frames"] == 30
    assert {path.name for path in worker.job.out.parent.iterdir()} == {"out.mp4", "out.jpg", "out.cover.jpg"}


def test_a_device_that_is_full_is_told_by_its_error() -> None:
    grey = av.VideoFrame(320, 180, "yuv420p")
    for plane in planes(grey):
        plane[:] = 99
    with pytest.raises((OSError, av.FFmpegError)) as failed:
        encode_chunk(Path("/dev/full"), (320, 180), 30, range(30), lambda _: grey)
    assert refusal(failed.value) == "disk-full"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(errno.ENOSPC, ""), "disk-full"),
        (OSError(errno.EDQUOT, ""), "disk-full"),
        (PermissionError(errno.EACCES, ""), "no-permission"),
        (OSError(errno.EIO, ""), "cannot-write"),
        (RenderFailed("chunk-mismatch"), "chunk-mismatch"),
        (UnsupportedMedia("text"), "media-unreadable"),
        (MemoryError(), "out-of-memory"),
    ],
)
def test_each_error_has_its_reason(error: OSError, reason: str) -> None:
    assert refusal(error) == reason


def test_a_file_with_another_number_of_frames_is_refused(worker: Worker) -> None:
    obey(worker, {"do": "prepare"})
    obey(worker, {"do": "chunk", "number": 0, "first": 0, "end": 30})
    obey(worker, {"do": "finish"})
    check(worker.job.out, 30, 30, (320, 180))
    for frames, fps, size in [(31, 30, (320, 180)), (30, 25, (320, 180)), (30, 30, (180, 320))]:
        with pytest.raises(RenderFailed) as failed:
            check(worker.job.out, frames, fps, size)
        assert failed.value.reason == "bad-output"


@pytest.mark.parametrize("rest", [1, 2, 3])
@pytest.mark.parametrize("profile", PROFILES)
def test_a_last_chunk_of_any_length_joins_the_others(tmp_path: Path, profile: Profile, rest: int) -> None:
    grey = av.VideoFrame(320, 180, "yuv420p")
    for plane in planes(grey):
        plane[:] = 99
    parts = [(tmp_path / "0.mp4", 0), (tmp_path / "1.mp4", 30)]
    for (path, _), count in zip(parts, (30, rest), strict=True):
        encode_chunk(path, (320, 180), 30, range(count), lambda _: grey, profile)
    mux(parts, None, tmp_path / "out.mp4", 30)
    check(tmp_path / "out.mp4", 30 + rest, 30, (320, 180))
