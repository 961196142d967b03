"""The work folder of a job: what it holds, and which of it may be used again."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from studio.render.model import Job

CHUNK_FRAMES: Final = 150
PICTURES: Final = 3
"""Number of the drawing code: raised when frames change, so that a resumed render never mixes two looks."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Frames `first` to before `end`, in one file."""

    number: int
    first: int
    end: int

    @property
    def name(self) -> str:
        """File name in the work folder."""
        return f"{self.number:05d}.mp4"


def chunks(frames: int) -> list[Chunk]:
    """Cut a video into chunks of CHUNK_FRAMES; the last one may be shorter."""
    firsts = range(0, frames, CHUNK_FRAMES)
    return [Chunk(k, first, min(frames, first + CHUNK_FRAMES)) for k, first in enumerate(firsts)]


def digest(job: Job) -> str:
    """Return what a job's frames depend on, as a hash: draft, files, size, quality, code and libraries."""
    files = {}
    for name, path in job.media.items():
        try:
            stat = path.stat()
            files[name] = [str(path), stat.st_size, stat.st_mtime_ns]
        except OSError:
            files[name] = [str(path), -1, -1]
    versions = [PICTURES, *(version(name) for name in ("av", "opencv-python-headless", "numpy", "pillow"))]
    plain = [job.draft.to_wire(), files, job.quality, job.short_side, CHUNK_FRAMES, versions]
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Folder:
    """`<work>/<job>/`: the digest it belongs to, the plan, its arrays, the finished chunks."""

    path: Path

    @classmethod
    def of(cls, work_dir: Path, job_id: str) -> Folder:
        """Return the folder of a job; any id is made a safe name."""
        return cls(work_dir / hashlib.sha256(job_id.encode()).hexdigest()[:24])

    def open_for(self, key: str) -> None:
        """Make the folder ready for a job of this digest; what another digest left is removed. Raises OSError."""
        mark = self.path / "digest"
        if not mark.exists() or mark.read_text("ascii") != key:
            self.remove()
        self.path.mkdir(parents=True, exist_ok=True)
        mark.write_text(key, "ascii")
        self.tidy()

    def tidy(self) -> None:
        """Remove what is only half there."""
        for half in self.path.glob("*.part"):
            half.unlink(missing_ok=True)

    def remove(self) -> None:
        """Remove it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)

    @property
    def plan(self) -> Path:
        """The cues as JSON; written last, so that its presence means that the arrays are whole."""
        return self.path / "plan.json"

    @property
    def table(self) -> Path:
        """The timeline of curves."""
        return self.path / "timeline.npy"

    @property
    def art(self) -> Path:
        """The cover, square."""
        return self.path / "cover.npy"

    def finished(self, wanted: list[Chunk]) -> list[Chunk]:
        """Return those of the chunks that are there; a chunk gets its name only when it is whole."""
        return [chunk for chunk in wanted if (self.path / chunk.name).exists()]


def job_to_plain(job: Job) -> dict[str, Any]:
    """Return a job as a value that JSON can hold."""
    plain = {key: value for key, value in asdict(job).items() if key not in {"draft", "media", "out", "names"}}
    media = {name: str(path) for name, path in job.media.items()}
    return {**plain, "draft": job.draft.to_wire(), "media": media, "out": str(job.out), "names": dict(job.names)}
