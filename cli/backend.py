"""The studio as a child process: started when nobody else has, stopped when we stop, restarted when it dies."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx

from bots.app import Backend
from bots.settings import DEFAULT_API_URL, Settings
from cli.errors import StudioFailed

log = logging.getLogger(__name__)

READY_S = 60.0
STOP_S = 5.0
LOOK_S = 1.0


@asynccontextmanager
async def open_backend(settings: Settings) -> AsyncIterator[Backend]:
    """Give the cloud, or our own studio for as long as the block lasts (decisions 1). Raises StudioFailed."""
    if settings.uses_cloud:
        yield Backend(settings.nemo_api_url or DEFAULT_API_URL)
        return
    if settings.nemo_api_url is not None:
        yield Backend(settings.nemo_api_url, own=True, public_url=settings.public_url)
        return
    keeper = Keeper(settings.data_dir / "studio", settings.public_url)
    async with keeper:
        yield Backend(keeper.url, own=True, public_url=settings.public_url)


class Keeper:
    """One studio a data folder: a lock decides who runs it, everyone else uses it and takes over if its owner goes.

    The port is remembered, so that addresses stay the same over restarts.
    """

    def __init__(self, folder: Path, public_url: str | None = None) -> None:
        self._folder, self._public_url = folder, public_url
        self._lock: int | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self.url = ""

    async def __aenter__(self) -> Keeper:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(self._folder / "owner.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StudioFailed("cli-studio-folder", path=str(self._folder), reason=str(error.strerror)) from None
        try:
            port = await self._port()
            self.url = f"http://127.0.0.1:{port}"
            if self._own():
                await self._start(port)
            else:
                await self._wait_for_other()
        except BaseException:
            await self._close()
            raise
        self._task = asyncio.create_task(self._keep(port), name="studio keeper")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        await self._close()

    def _own(self) -> bool:
        assert self._lock is not None  # noqa: S101 - set in __aenter__
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    async def _port(self) -> int:
        """The remembered port, else a free one; an owner that finds it taken by a stranger takes another."""
        path = self._folder / "port"
        with contextlib.suppress(OSError, ValueError):
            port = int(path.read_text("ascii"))
            if not self._own() or await asyncio.to_thread(_is_free, port) or await self._answers(port):
                return port
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        path.write_text(str(port), "ascii")
        return port

    async def _start(self, port: int) -> None:
        # Its own session: Ctrl-C in the terminal is for us; we stop it in order. Its stdin is our life line.
        environ = os.environ | {
            "STUDIO_PORT": str(port),
            "STUDIO_HOST": "127.0.0.1",
            "STUDIO_DATA_DIR": str(self._folder),
        }
        if self._public_url:
            environ["STUDIO_PUBLIC_URL"] = self._public_url
        logfile = (self._folder / "studio.log").open("ab")
        with logfile:
            self._child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "cli.studio_child",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=logfile,
                start_new_session=True,
                env=environ,
            )
        await self._wait_ready(port)

    async def _wait_ready(self, port: int) -> None:
        assert self._child is not None  # noqa: S101 - just made
        deadline = asyncio.get_running_loop().time() + READY_S
        while not await self._answers(port):
            if self._child.returncode is not None:
                raise StudioFailed("cli-studio-ended", reason=_last_line(self._folder / "studio.log"))
            if asyncio.get_running_loop().time() > deadline:
                raise StudioFailed("cli-studio-silent", path=str(self._folder / "studio.log"))
            await asyncio.sleep(0.05)

    async def _wait_for_other(self) -> None:
        port = int(self.url.rsplit(":", 1)[1])
        deadline = asyncio.get_running_loop().time() + READY_S
        while not await self._answers(port):
            if self._own():
                await self._start(port)
                return
            if asyncio.get_running_loop().time() > deadline:
                raise StudioFailed("cli-studio-other")
            await asyncio.sleep(0.1)

    async def _keep(self, port: int) -> None:
        """Start it again when it dies, and when its owner has gone."""
        pause = LOOK_S
        while True:
            await asyncio.sleep(pause)
            alive = self._child is not None and self._child.returncode is None
            if alive or not self._own() or await self._answers(port):
                pause = LOOK_S
                continue
            log.warning("the studio is gone; starting it again")
            try:
                await self._start(port)
            except (StudioFailed, OSError) as error:
                log.warning("the studio did not start: %s", error)
                pause = min(60.0, pause * 2)

    async def _answers(self, port: int) -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False, timeout=2.0) as http:
                return (await http.get(f"http://127.0.0.1:{port}/healthz")).status_code == 200
        except httpx.HTTPError:
            return False

    async def _close(self) -> None:
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(child.wait(), STOP_S)
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    child.kill()
                await child.wait()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _last_line(path: Path) -> str:
    try:
        lines = path.read_text("utf-8", "replace").strip().splitlines()
    except OSError:
        lines = []
    return lines[-1] if lines else "-"
