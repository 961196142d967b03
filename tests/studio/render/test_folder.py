"""The work folder: what may be used again, and what belongs to another job."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.render.folder import Chunk, Folder, chunks, digest
from studio.render.model import Job
from tests.support import tracks


def job(out: Path, **changes: object) -> Job:
    plain: dict[str, object] = {"id": "j", "draft": tracks.draft(3), "media": {}, "out": out, **changes}
    return Job(**plain)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("frames", "cut"),
    [(1, [(0, 1)]), (150, [(0, 150)]), (151, [(0, 150), (150, 151)]), (310, [(0, 150), (150, 300), (300, 310)])],
)
def test_a_video_is_cut_into_chunks(frames: int, cut: list[tuple[int, int]]) -> None:
    assert [(chunk.first, chunk.end) for chunk in chunks(frames)] == cut


def test_the_digest_follows_what_the_frames_depend_on(tmp_path: Path) -> None:
    song = tracks.write_wav(tmp_path / "a.wav", 0.1)
    base = digest(job(tmp_path, media={"track": song}))
    assert digest(job(tmp_path / "elsewhere", media={"track": song}, id="other")) == base
    assert digest(job(tmp_path, media={"track": song}, draft=tracks.draft(3, title="new"))) != base
    assert digest(job(tmp_path, media={"track": song}, quality="draft")) != base
    assert digest(job(tmp_path, media={"track": song}, short_side=540)) != base
    tracks.write_wav(song, 0.2)
    assert digest(job(tmp_path, media={"track": song})) != base


def test_finished_chunks_are_kept_for_the_same_digest_only(tmp_path: Path) -> None:
    folder = Folder.of(tmp_path, "../../etc/passwd")
    assert folder.path.parent == tmp_path
    folder.open_for("one")
    (folder.path / Chunk(0, 0, 150).name).write_bytes(b"x")
    (folder.path / "00001.part").write_bytes(b"half")
    folder.open_for("one")
    assert folder.finished(chunks(300)) == [Chunk(0, 0, 150)]
    assert not list(folder.path.glob("*.part"))
    folder.open_for("two")
    assert folder.finished(chunks(300)) == []
