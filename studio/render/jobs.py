"""Runs a render: worker processes, chunks, resume, cancel. Nothing heavy happens in this process."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import studio
from studio.errors import RenderFailed
from studio.render.folder import Chunk, Folder, chunks, digest, job_to_plain
from studio.render.model import Job, Rendered

Progressed = Callable[[float], None]

_PREPARED, _DRAWN = 0.03, 0.96  # shares of the progress at which those stages end
_ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
_KEPT: Final = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH")


class Renderer:
    """Makes videos, each in worker processes of its own.

    Args:
        work_dir: Where unfinished renders keep their chunks.
        cache_dir: Where features of tracks are kept.
        processes: Workers of one render; None or 0 for one on each core.
    """

    def __init__(self, work_dir: Path, cache_dir: Path, processes: int | None = None) -> None:
        self.work_dir, self.cache_dir = work_dir, cache_dir
        self.processes = processes or cores()

    async def render(self, job: Job, on_progress: Progressed) -> Rendered:
        """Make the MP4 of a job, `on_progress` from 0.0 to 1.0, never backwards.

        Cancelling the awaiting task kills the workers at once and leaves the finished chunks; the same job, given
        again, goes on from them. A job of the same id but another draft begins anew.

        Raises:
            RenderFailed: "media-missing", "media-unreadable", "disk-full", "no-permission", "cannot-write",
                "worker-died", "chunk-mismatch", "bad-output", "out-of-memory".
        """
        folder = Folder.of(self.work_dir, job.id)
        try:
            folder.open_for(await asyncio.to_thread(digest, job))
        except OSError as error:
            raise RenderFailed("disk-full" if error.errno == errno.ENOSPC else "no-permission") from None
        progress = _Progress(on_progress)
        start = {"job": job_to_plain(job), "folder": str(folder.path), "cache": str(self.cache_dir)}
        crew = _Crew(start)
        try:
            frames = int((await crew.do({"do": "prepare"}))["frames"])
            progress.prepared()
            await self._draw(crew, folder, chunks(frames), progress)
            made = await crew.do({"do": "finish"})
        finally:
            await crew.dismiss()
            folder.tidy()
        folder.remove()
        progress.done()
        return _rendered(job, made)

    async def _draw(self, crew: _Crew, folder: Folder, wanted: list[Chunk], progress: _Progress) -> None:
        """Have all chunks drawn that are not there yet, by as many workers as are of use."""
        there = folder.finished(wanted)
        progress.begin(wanted[-1].end, sum(chunk.end - chunk.first for chunk in there))
        waiting = [chunk for chunk in wanted if chunk not in there]

        async def draw() -> None:
            while waiting:
                chunk = waiting.pop(0)
                command = {"do": "chunk", "number": chunk.number, "first": chunk.first, "end": chunk.end}
                await crew.do(command, partial(progress.at, chunk.number))
                progress.at(chunk.number, chunk.end - chunk.first)

        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(self.processes, len(waiting))):
                    group.create_task(draw())
        except* RenderFailed as failures:
            raise failures.exceptions[0] from None


def cores() -> int:
    """Return how many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _rendered(job: Job, made: dict[str, Any]) -> Rendered:
    return Rendered(
        path=job.out,
        poster=Path(made["poster"]),
        duration_s=made["frames"] / int(job.draft.meta.get("fps", 30)),
        size_bytes=made["size_bytes"],
        width=made["width"],
        height=made["height"],
        frames=made["frames"],
    )


@dataclass(slots=True)
class _Progress:
    """Adds up what the workers say; never goes backwards."""

    told: Progressed
    total: int = 1
    before: int = 0
    parts: dict[int, int] = field(default_factory=dict)
    last: float = 0.0

    def prepared(self) -> None:
        self._say(_PREPARED)

    def begin(self, total: int, before: int) -> None:
        self.total, self.before = total, before

    def at(self, number: int, frames: int) -> None:
        self.parts[number] = frames
        share = (self.before + sum(self.parts.values())) / self.total
        self._say(_PREPARED + (_DRAWN - _PREPARED) * share)

    def done(self) -> None:
        self._say(1.0)

    def _say(self, share: float) -> None:
        if share > self.last:
            self.last = min(1.0, share)
            self.told(self.last)


class _Crew:
    """The worker processes of one render: hired when needed, each replaced once if it dies at a command."""

    def __init__(self, start: dict[str, Any]) -> None:
        self.start = start
        self.idle: list[asyncio.subprocess.Process] = []
        self.all: list[asyncio.subprocess.Process] = []

    async def do(self, command: dict[str, Any], said: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
        """Have a command done and return its result; a worker that died at it is replaced once.

        Raises:
            RenderFailed: As the worker said, or "worker-died".
        """
        for _ in range(2):
            worker = self.idle.pop() if self.idle else await self._hire()
            answer = await _answer(worker, command, said)
            if answer is None:
                await _end(worker)
                continue
            self.idle.append(worker)
            if "failed" in answer:
                raise RenderFailed(answer["failed"], answer.get("detail", ""))
            return dict(answer["done"])
        raise RenderFailed("worker-died")

    async def dismiss(self) -> None:
        """End every worker now and wait until they are gone."""
        for worker in self.all:
            _kill(worker)
        await asyncio.shield(asyncio.gather(*(_end(worker) for worker in self.all)))

    async def _hire(self) -> asyncio.subprocess.Process:
        hiring = asyncio.ensure_future(
            asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "studio.render.worker"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
            )
        )
        try:
            worker = await asyncio.shield(hiring)
        except asyncio.CancelledError:  # it may be half started: wait for it, or it would be nobody's
            with suppress(OSError):
                self.all.append(await hiring)
            raise
        self.all.append(worker)
        _write(worker, self.start)
        return worker


async def _answer(
    worker: asyncio.subprocess.Process, command: dict[str, Any], said: Callable[[int], None]
) -> dict[str, Any] | None:
    """Give a command and return the answer; None if the worker died."""
    assert worker.stdout is not None  # noqa: S101  (a pipe)
    _write(worker, command)
    while line := await worker.stdout.readline():
        answer: dict[str, Any] = json.loads(line)
        if "at" not in answer:
            return answer
        said(answer["at"])
    return None


def _write(worker: asyncio.subprocess.Process, message: dict[str, Any]) -> None:
    assert worker.stdin is not None  # noqa: S101  (a pipe)
    with suppress(BrokenPipeError, ConnectionResetError):
        worker.stdin.write(json.dumps(message).encode() + b"\n")


def _kill(worker: asyncio.subprocess.Process) -> None:
    if worker.returncode is None:
        with suppress(ProcessLookupError):
            worker.kill()


async def _end(worker: asyncio.subprocess.Process) -> None:
    _kill(worker)
    assert worker.stdin is not None  # noqa: S101  (a pipe)
    worker.stdin.close()
    await worker.wait()


def _environment() -> dict[str, str]:
    """Return what a worker needs of our environment: no token, no address."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **_ONE_THREAD, "PYTHONPATH": str(Path(studio.__file__).parents[1]), "PYTHONSAFEPATH": "1"}
