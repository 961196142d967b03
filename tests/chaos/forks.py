"""Real processes that start in milliseconds: forked from a server that has everything imported, killed by pid.

A worker that is killed sixty times would otherwise spend the run importing libraries. Each one has its own loop, its
own connections and its own memory; SIGKILL, SIGSTOP and SIGTERM reach it as they reach any process.
"""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["bots.serve", "bots.__main__", "aiohttp.web"])


class Worker(Protocol):
    """A process as a monkey sees it; `subprocess.Popen` is one, too."""

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def terminate(self) -> None: ...

    def send_signal(self, number: int, /) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


class Fork:
    """A process that runs `asyncio.run(work(*args))`; what it prints and logs is appended to `log`."""

    def __init__(self, log: Path, work: Callable[..., Awaitable[None]], *args: Any) -> None:
        self._process = _CONTEXT.Process(target=_enter, args=(str(log), work, args), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def send_signal(self, number: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        code = self.poll()
        if code is None:
            raise subprocess.TimeoutExpired(["fork"], timeout or 0.0)
        return code


def _enter(log: str, work: Callable[..., Awaitable[None]], args: tuple[Any, ...]) -> None:
    file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.close(file)
    os.setsid()  # a Ctrl-C is for the driver, which ends its workers itself
    form = f"%(asctime)s {os.getpid()} %(levelname)s %(name)s: %(message)s"
    logging.basicConfig(level=logging.INFO, format=form, stream=sys.stderr, force=True)
    asyncio.run(_main(work, args))


async def _main(work: Callable[..., Awaitable[None]], args: tuple[Any, ...]) -> None:
    """Until SIGTERM, which cancels the work as it does in bots/__main__.py."""
    task = asyncio.ensure_future(work(*args))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
