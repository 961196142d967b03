"""Builds the studio: routes, parts, their opening and closing; and serves it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Mount

from studio import switches, watch
from studio.agent.instructions import warm
from studio.agent.turn import Heard
from studio.api import auth, chat, health, media, renders, state, tasks, uploads
from studio.api import credits as balances
from studio.api.errors import Refusal, crashed, refused, unrouted
from studio.api.exports import Exports
from studio.api.fetch import Fetcher
from studio.api.runs import Analyse, Runs
from studio.api.services import Rendering, Services
from studio.api.shelf import Probe, Shelf
from studio.media.probe import MediaInfo
from studio.media.sandbox import features_confined, probe_confined
from studio.render.jobs import Renderer
from studio.settings import DAY_S, Settings
from studio.store import Store

log = logging.getLogger("studio")

RETENTION_EVERY_S = 3600.0
ROUTES: list[BaseRoute] = [
    *auth.ROUTES, *tasks.ROUTES, *chat.ROUTES, *uploads.ROUTES, *balances.ROUTES, *state.ROUTES, *renders.ROUTES,
    *media.ROUTES, *watch.ROUTES, *health.ROUTES,
]  # fmt: skip


class CannotStart(Exception):
    """The studio cannot begin; the text says why, for the person at the terminal."""


def create_app(
    settings: Settings,
    renderer: Rendering | None = None,
    clock: Callable[[], float] = time.time,
    probe: Probe | None = None,
    analyse: Analyse | None = None,
) -> Starlette:
    """Return the application. Its lifespan opens and closes everything.

    Args:
        settings: What the environment says.
        renderer: What makes videos; studio.render.jobs.Renderer if None.
        clock: Seconds since 1970.
        probe: What examines uploads; a confined process if None.
        analyse: What hears a track; a confined process if None.
    """
    folder = settings.data_dir
    cache = folder / "cache"
    store = Store(folder / "studio.sqlite3")
    shelf = Shelf(settings, probe or _probe)
    making = renderer or Renderer(folder / "work", cache, settings.render_processes or None)
    parts = Services(
        settings=settings,
        store=store,
        clock=clock,
        shelf=shelf,
        fetcher=Fetcher(settings.url_allow, settings.upload_max_bytes, settings.url_s),
        runs=Runs(settings, store, clock, analyse or _analyser(cache, shelf.probing)),
        exports=Exports(settings, store, clock, making),
        always=switches.read(settings.switch),
        log=log,
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with opened(parts):
            yield

    routes = [Mount(settings.base_path, routes=ROUTES)] if settings.base_path else ROUTES
    app = Starlette(
        routes=routes,
        lifespan=lifespan,
        exception_handlers={Refusal: refused, HTTPException: unrouted, Exception: crashed},
    )
    app.router.redirect_slashes = False
    app.state.services = parts
    return app


@contextlib.asynccontextmanager
async def opened(parts: Services) -> AsyncIterator[None]:
    """Open everything, mend what a kill left, and close in reverse order."""
    parts.settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    parts.shelf.open()
    await parts.store.open()
    try:
        cut_off = await parts.store.mark_cut_off(parts.clock())
        if cut_off:
            log.warning("%d runs were cut off; their credits are returned", cut_off)
        await _sweep(parts)
        await parts.exports.open()
        keeper = asyncio.create_task(_keep(parts), name="retention")
        warming = asyncio.create_task(asyncio.to_thread(warm), name="warming")
        try:
            yield
        finally:
            keeper.cancel()
            await asyncio.shield(warming)
            with contextlib.suppress(asyncio.CancelledError):
                await keeper
            await parts.exports.close()
            await parts.runs.close()
    finally:
        await parts.store.close()


async def _keep(parts: Services) -> None:
    """Forget what is too old, now and every hour."""
    while True:
        try:
            await forget(parts)
        except (OSError, sqlite3.Error) as error:
            log.warning("retention: %s", error)
        await asyncio.sleep(RETENTION_EVERY_S)


async def forget(parts: Services) -> int:
    """Remove what is too old or, beyond the quota, oldest. Returns how many files went."""
    settings = parts.settings
    gone = await parts.store.forget(
        parts.clock(), older_s=settings.retention_days * DAY_S, most_bytes=settings.quota_bytes
    )
    await asyncio.to_thread(parts.shelf.remove, gone)
    if gone:
        log.info("%d old files are removed", len(gone))
    return len(gone)


async def _sweep(parts: Services) -> None:
    """Remove files that no row speaks of: uploads, videos and chunks that a kill left behind."""
    known = await parts.store.known_files()
    await asyncio.to_thread(parts.shelf.sweep, known)
    keys = await parts.store.render_keys()
    await asyncio.to_thread(_sweep_renders, parts.settings.data_dir, keys)


def _sweep_renders(folder: Path, keys: set[str]) -> None:
    for parent in (folder / "videos", folder / "work"):
        if parent.is_dir():
            for path in parent.iterdir():
                if path.name.removesuffix("-preview") not in keys:
                    shutil.rmtree(path, ignore_errors=True)


async def _probe(path: Path, name: str) -> MediaInfo:
    return await probe_confined(path, name)


def _analyser(cache: Path, turn: asyncio.Semaphore) -> Analyse:
    async def analyse(path: Path) -> Heard:
        async with turn:
            found = await features_confined(path, cache)
        return Heard(found.duration_s, found.tempo_bpm, len(found.beats_s), found.silent)

    return analyse


# --- serving --------------------------------------------------------------------------------------------------------


class _Server(uvicorn.Server):
    """Says where it listens as soon as it does."""

    def __init__(self, config: uvicorn.Config, settings: Settings, ready: Callable[[str], None]) -> None:
        super().__init__(config)
        self._studio = settings
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and sockets:
            host, port = sockets[0].getsockname()[:2]
            spelled = f"[{host}]" if ":" in host else host
            self._ready(f"http://{spelled}:{port}{self._studio.base_path}")


def check_folder(settings: Settings) -> None:
    """Raise CannotStart when the data folder cannot be used."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        trial = folder / ".write-test"
        trial.write_bytes(b"")
        trial.unlink()
    except OSError as error:
        raise CannotStart(f"The data folder {folder} cannot be written: {error.strerror or error}.") from None


def serve(settings: Settings, ready: Callable[[str], None] | None = None) -> None:
    """Serve until SIGTERM or Ctrl-C. `ready` gets the address once requests are taken.

    Raises:
        CannotStart: The port is taken, the folder cannot be written, the database cannot be opened.
    """
    if threading.current_thread() is threading.main_thread():
        # uvicorn stops in order, then raises the signal again: that has to mean "done", not "killed".
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    asyncio.run(_serve(settings, ready or _print))


def _listen(settings: Settings) -> socket.socket:
    """Bind the port before anything else is opened. Raises CannotStart."""
    try:
        family, kind, proto, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, proto)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        reason = error.strerror or str(error)
        raise CannotStart(f"Cannot listen on {settings.host} port {settings.port}: {reason}.") from None
    return listening


def server_config(app: Starlette) -> uvicorn.Config:
    """How the application is served; X-Forwarded-For is our own business (STUDIO_TRUST_PROXY)."""
    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="on",
        timeout_graceful_shutdown=5,
        server_header=False,
        proxy_headers=False,
    )


def _print(url: str) -> None:
    print(f"studio ready at {url}", flush=True)  # noqa: T201 - the one line that starters wait for


async def _serve(settings: Settings, ready: Callable[[str], None]) -> None:
    check_folder(settings)
    listening = _listen(settings)
    server = _Server(server_config(create_app(settings)), settings, ready)
    try:
        await server.serve(sockets=[listening])
    finally:
        listening.close()
    if not server.started:
        raise CannotStart(f"The studio could not open its data in {settings.data_dir}; the log says why.")
