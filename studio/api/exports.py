"""The queue of exports: kept in the store, made one by one, resumed after a kill (docs/nemovideo-api.md §12.25-29)."""

from __future__ import annotations

import asyncio
import logging
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from studio.api.services import Rendering
from studio.draft import Draft
from studio.errors import RenderFailed, StudioError
from studio.render.model import Job, Quality, Rendered
from studio.settings import Settings
from studio.store import Render, Store

log = logging.getLogger("studio")

PREVIEW_MOST_BYTES = 50_000_000  # what link previews of chats load at most (decisions: og:video)
SIDES = (540, 720, 1080)


class Exports:
    """Makes what waits, oldest first; one render at a time uses all cores."""

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], float], renderer: Rendering) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._renderer = renderer
        self._videos = settings.data_dir / "videos"
        self._wake = asyncio.Event()
        self._worker: asyncio.Task[None] | None = None
        self._making: asyncio.Task[Rendered] | None = None
        self._current = ""
        self._progress = 0.0

    async def open(self) -> None:
        """Go on with what a stopped studio left."""
        self._videos.mkdir(parents=True, exist_ok=True, mode=0o700)
        count = await self._store.requeue()
        if count:
            log.info("%d exports go on", count)
        self._worker = asyncio.create_task(self._work(), name="exports")
        self._wake.set()

    async def close(self) -> None:
        """Stop. What was being made goes on at the next start."""
        if self._worker is not None:
            self._worker.cancel()
            with suppress(asyncio.CancelledError):
                await self._worker

    def queued(self) -> None:
        """Something new waits."""
        self._wake.set()

    def progress(self, render: Render) -> float:
        """How far an export is, 0 to 100."""
        if render.status == "completed":
            return 100.0
        return round(99.0 * self._progress, 1) if render.key == self._current else 0.0

    async def cancel(self, render: Render) -> bool:
        """Stop an export, also one under way; False if it is over."""
        if not await self._store.set_render(render.key, "cancelled", error="cancelled", now_s=self._clock()):
            return False
        if self._current == render.key and self._making is not None:
            self._making.cancel()
        return True

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while render := await self._store.next_render():
                try:
                    await self._make(render)
                except Exception:
                    log.exception("export %s", render.key)
                    await self._over(render, "failed", "internal")

    async def _make(self, render: Render) -> None:
        if not await self._store.set_render(render.key, "processing", now_s=self._clock()):
            return
        if render.job.get("fail"):
            await self._over(render, "failed", "a test switch says so")
            return
        self._current, self._progress = render.key, 0.0
        try:
            made = await self._rendered(_job(render, self._videos, render.key, "video.mp4"))
        except asyncio.CancelledError:
            if (task := asyncio.current_task()) is not None and task.cancelling():
                raise  # the studio stops; the export stays "processing" and is taken up again
            shutil.rmtree(self._videos / render.key, ignore_errors=True)
        except RenderFailed as error:
            await self._over(render, "failed", error.reason)
        except StudioError as error:
            await self._over(render, "failed", str(error))
        else:
            await self._over(render, "completed", result=_result(made))
            if made.size_bytes > PREVIEW_MOST_BYTES:
                await self._preview(render)
        finally:
            self._current = ""

    async def _rendered(self, job: Job) -> Rendered:
        job.out.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        loop = asyncio.get_running_loop()

        def tell(done: float) -> None:
            loop.call_soon_threadsafe(self._advance, done)

        self._making = asyncio.ensure_future(self._renderer.render(job, tell))
        try:
            return await self._making
        finally:
            self._making = None

    def _advance(self, done: float) -> None:
        self._progress = max(self._progress, min(1.0, done))

    async def _over(self, render: Render, status: Any, error: str = "", result: dict[str, Any] | None = None) -> None:
        if status == "failed":
            log.warning("export %s failed: %s", render.key, error)
            shutil.rmtree(self._videos / render.key, ignore_errors=True)
        if not await self._store.set_render(render.key, status, error=error, result=result, now_s=self._clock()):
            shutil.rmtree(self._videos / render.key, ignore_errors=True)

    async def _preview(self, render: Render) -> None:
        """Make the small copy that link previews load; the export is complete without it."""
        job = _job(render, self._videos, f"{render.key}-preview", "preview.mp4", quality="draft", side=540)
        try:
            made = await self._rendered(job)
        except StudioError as error:
            log.warning("no preview of %s: %s", render.key, error)
            return
        if made.size_bytes <= PREVIEW_MOST_BYTES:
            await self._store.set_preview(render.key, str(made.path))
        else:
            made.path.unlink(missing_ok=True)
        made.poster.unlink(missing_ok=True)


def _job(render: Render, videos: Path, key: str, name: str, *, quality: Quality | None = None, side: int = 0) -> Job:
    spec = render.job
    return Job(
        id=key,
        draft=Draft.from_wire(spec["draft"]),
        media={media: Path(path) for media, path in spec["media"].items()},
        out=videos / render.key / name,
        quality=quality or spec["quality"],
        short_side=side or spec["short_side"],
        names=spec["names"],
    )


def _result(made: Rendered) -> dict[str, Any]:
    return {
        "path": str(made.path),
        "poster": str(made.poster),
        "duration": round(made.duration_s, 3),
        "bytes": made.size_bytes,
        "width": made.width,
        "height": made.height,
    }
