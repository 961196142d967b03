"""Real servers for tests: one process each, on a unix socket or a free port, killed by its own pid."""

from __future__ import annotations

import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.store.embedded import find_binary


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RealServer:
    """A valkey in a folder. Without a port it listens on a socket in that folder only."""

    def __init__(self, folder: Path, *options: str, port: int = 0, mode: str = "") -> None:
        self.folder, self.options, self.port, self.mode = folder, options, port, mode
        folder.mkdir(parents=True, exist_ok=True)
        self.socket = folder / "s.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0" if self.port else f"unix://{self.socket}"

    def client(self) -> Redis:
        return Redis.from_url(self.url, decode_responses=True, retry=Retry(NoBackoff(), 0), socket_timeout=5)

    def start(self) -> Self:
        where = ["--port", str(self.port), "--bind", "127.0.0.1"]
        if not self.port:
            where += ["--unixsocket", str(self.socket)]
        kept = [] if self.mode == "sentinel" else ["--save", "", "--appendonly", "yes"]
        first = [str(self.folder / "sentinel.conf"), "--sentinel"] if self.mode == "sentinel" else []
        with (self.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(find_binary()), *first, *where, *kept, "--dir", str(self.folder), *self.options],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        with self.client() as client:
            for _ in range(2000):
                try:
                    if client.ping():
                        return self
                except RedisError:
                    if self.process.poll() is not None:
                        break
                time.sleep(0.01)
        raise AssertionError((self.folder / "out.log").read_text())

    def kill(self) -> None:
        """kill -9."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
