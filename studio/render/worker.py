"""The process that does the work of a render: reads commands as JSON lines, answers with JSON lines.

    {"do": "prepare", "job": …}         analyse, plan, lay the curves on the timeline  → {"done": {"frames": n}}
    {"do": "chunk", "number", "first", "end"}   draw and encode     → {"at": frames so far} …, {"done": {}}
    {"do": "finish"}                    sound, one MP4, stills, the check              → {"done": {…}}

Any refusal is {"failed": reason, "detail": …}. It ends at the end of its input, so it never outlives its parent.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import queue
import shutil
import signal
import sys
import threading
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

from studio.draft import Draft, Kind
from studio.errors import RenderFailed, StudioError
from studio.media.decode import features_of
from studio.media.encode import MediaError, Sound, check, chunk_frames, encode_chunk, mux
from studio.media.mix import Stretch, mixed, rate_for
from studio.media.pictures import picture_file
from studio.picture.palette import Palette
from studio.render import cues as planning
from studio.render.cues import Cues
from studio.render.folder import Chunk, Folder, chunks
from studio.render.frames import Frames, artwork, still_frame, timeline
from studio.render.model import Job

NICE: Final = 10
STEP_FRAMES: Final = 10
"""So often a worker says how far it is."""
POSTER_PX, POSTER_BYTES = 320, 200_000
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_PR_SET_PDEATHSIG: Final = 1


class Worker:
    """Does the commands for one job in one work folder."""

    def __init__(self, job: Job, folder: Folder, cache_dir: Path) -> None:
        self.job, self.folder, self.cache_dir = job, folder, cache_dir
        self._frames: Frames | None = None

    def prepare(self) -> dict[str, Any]:
        """Analyse the tracks, plan the video, write plan, timeline and cover."""
        if not self.folder.plan.exists():
            sources = {piece.meta["src"] for piece in planning.segments(self.job.draft, Kind.AUDIO)}
            features = {src: features_of(self._media(src), self.cache_dir) for src in sorted(sources)}
            plan = planning.cues(self.job.draft, features, self.job.short_side)
            given = None if plan.cover is None else picture_file(self._media(plan.cover), 1600)
            colours, art = artwork(plan, given)
            np.save(self.folder.table, timeline(plan.clips, features, plan.frames, plan.fps))
            np.save(self.folder.art, art)
            plain = {"cues": plan.to_plain(), "stops": colours.stops, "background": colours.background}
            half = self.folder.plan.with_suffix(".part")
            half.write_text(json.dumps(plain), "utf-8")
            half.replace(self.folder.plan)
        return {"frames": self._plan()[0].frames}

    def chunk(self, part: Chunk) -> dict[str, Any]:
        """Draw and encode one chunk; it gets its name when it is whole."""
        frames, path = self._ready(), self.folder.path / part.name
        half = path.with_suffix(".part")
        plan = frames.cues

        def said(number: int) -> None:
            if (number - part.first) % STEP_FRAMES == STEP_FRAMES - 1:
                say({"at": number + 1 - part.first})

        encode_chunk(
            half,
            (plan.width, plan.height),
            plan.fps,
            range(part.first, part.end),
            frames.draw,
            self.job.quality,
            said,
        )
        if chunk_frames(half) != part.end - part.first:
            raise OSError(errno.ENOSPC, "a short chunk")
        half.replace(path)
        return {}

    def finish(self) -> dict[str, Any]:
        """Join chunks and sound, check the file, put it and its stills in their places."""
        frames = self._ready()
        plan, out = frames.cues, self.job.out
        out.parent.mkdir(parents=True, exist_ok=True)
        half = out.with_name(out.name + ".part")
        try:
            parts = [(self.folder.path / chunk.name, chunk.first) for chunk in chunks(plan.frames)]
            mux(parts, self._sound(plan), half, plan.fps)
            check(half, plan.frames, plan.fps, (plan.width, plan.height))
            poster = self._stills(frames)
            half.replace(out)
        except BaseException:
            half.unlink(missing_ok=True)
            for still in (out.with_suffix(".jpg"), out.with_suffix(".cover.jpg")):
                still.unlink(missing_ok=True)
            raise
        size = out.stat().st_size
        return {
            "poster": str(poster),
            "size_bytes": size,
            "width": plan.width,
            "height": plan.height,
            "frames": plan.frames,
        }

    def _sound(self, plan: Cues) -> Sound | None:
        stretches = [
            Stretch(
                self._media(clip.src), clip.start_ms / 1000, clip.duration_ms / 1000, clip.in_ms / 1000, clip.volume
            )
            for clip in plan.clips
        ]
        if not stretches:
            return None
        rate = rate_for(stretches)
        return Sound(rate, mixed(stretches, rate, round(plan.frames * rate / plan.fps)))

    def _stills(self, frames: Frames) -> Path:
        """Write the full-size cover `<stem>.cover.jpg` and the poster `<stem>.jpg`; return the poster."""
        image = Image.fromarray(frames.rgb(still_frame(frames.cues, frames.table)))
        image.save(self.job.out.with_suffix(".cover.jpg"), quality=90)
        image.thumbnail((POSTER_PX, POSTER_PX), Image.Resampling.LANCZOS)
        poster = self.job.out.with_suffix(".jpg")
        for quality in (88, 75, 60, 40):
            image.save(poster, quality=quality)
            if poster.stat().st_size <= POSTER_BYTES:
                break
        return poster

    def _ready(self) -> Frames:
        if self._frames is None:
            plan, colours = self._plan()
            table = np.load(self.folder.table, mmap_mode="r")
            self._frames = Frames.of(plan, table, colours, np.load(self.folder.art))
        return self._frames

    def _plan(self) -> tuple[Cues, Palette]:
        plain = json.loads(self.folder.plan.read_text("utf-8"))
        return Cues.from_plain(plain["cues"]), Palette(tuple(plain["stops"]), plain["background"])

    def _media(self, name: str) -> Path:
        path = self.job.media.get(name)
        if path is None or not path.is_file():
            raise RenderFailed("media-missing", name)
        return path


def obey(worker: Worker, command: dict[str, Any]) -> dict[str, Any]:
    """Do one command and return the answer; every refusal becomes an answer, too."""
    try:
        match command["do"]:
            case "prepare":
                done = worker.prepare()
            case "chunk":
                done = worker.chunk(Chunk(command["number"], command["first"], command["end"]))
            case _:
                done = worker.finish()
    except (StudioError, OSError, MediaError, MemoryError) as error:
        detail = str(error) if isinstance(error, StudioError) else type(error).__name__
        return {"failed": refusal(error, worker.folder.path, worker.job.out.parent), "detail": detail}
    return {"done": done}


def refusal(error: Exception, *places: Path) -> str:
    """Return the reason of RenderFailed for what went wrong while writing to `places`."""
    match error:
        case RenderFailed():
            return error.reason
        case StudioError():
            return "media-unreadable"
        case MemoryError():
            return "out-of-memory"
        case OSError() | MediaError():
            return reason_of(error, *places)
        case _:
            raise error


def reason_of(error: OSError | MediaError, *places: Path) -> str:
    """Return "disk-full", "no-permission" or "cannot-write".

    ffmpeg does not always pass on why a write failed, so the free space is looked at, too.
    """
    short = error.errno is None  # numpy's word for a write that took fewer bytes than it was given
    if (
        short
        or error.errno in _FULL
        or any(shutil.disk_usage(place).free < 65_536 for place in places if place.exists())
    ):
        return "disk-full"
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return "no-permission"
    return "cannot-write"


def say(answer: dict[str, Any]) -> None:
    """Write one line to the parent."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def end_with_parent() -> None:
    """See to it that this process never goes on alone; Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _listen(commands: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        commands.put(json.loads(line))
    os._exit(0)


def main() -> None:
    """Serve the parent until its end of our input."""
    end_with_parent()
    os.nice(NICE)
    cv2.setNumThreads(1)
    first = json.loads(sys.stdin.readline() or "null")
    if first is None:
        return
    job = first["job"]
    worker = Worker(
        Job(
            id=job["id"],
            draft=Draft.from_wire(job["draft"]),
            media={name: Path(path) for name, path in job["media"].items()},
            out=Path(job["out"]),
            quality=job["quality"],
            short_side=job["short_side"],
        ),
        Folder(Path(first["folder"])),
        Path(first["cache"]),
    )
    commands: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(commands,), daemon=True).start()
    while True:
        say(obey(worker, commands.get()))


if __name__ == "__main__":
    main()
