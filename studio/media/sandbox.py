"""Does work on untrusted files in a process of its own that may be killed: memory, time and files are bounded."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import studio
from studio.audio.features import Features
from studio.errors import MediaTooLarge, RenderFailed, SilentTrack, StudioError, UnsupportedMedia
from studio.media import cache, parcel
from studio.media.decode import digest, features_of
from studio.media.pictures import Pixels, picture, picture_file
from studio.media.probe import MediaInfo, probe

T = TypeVar("T")

log = logging.getLogger(__name__)

_REFUSALS: dict[str, type[StudioError]] = {
    refusal.__name__: refusal for refusal in (UnsupportedMedia, MediaTooLarge, SilentTrack, RenderFailed)
}
_ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "VECLIB_MAXIMUM_THREADS": "1"}
"""More would only spin, and each reserves address space."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use.

    Attributes:
        memory_bytes: Address space, libraries included (some 600 MB before the first sample).
        cpu_s: Of all its threads together.
        wall_s: From start to answer.
        file_bytes: Largest file it may write.
        open_files: Descriptors at once.
        answer_bytes: Largest answer read from it.
    """

    memory_bytes: int = 2 << 30
    cpu_s: int = 300
    wall_s: float = 600.0
    file_bytes: int = 512 << 20
    open_files: int = 64
    answer_bytes: int = 512 << 20


DEFAULT = Limits()


async def run(call: Callable[..., T], *args: object, limits: Limits = DEFAULT) -> T:
    """Do `call(*args)` in a confined process and return what it returned.

    Args:
        call: A public function of a module in `studio.media` or `studio.audio`.
        args: Whatever `parcel.pack` takes, as the result has to be, too.

    Raises:
        StudioError: As the call raised it; UnsupportedMedia also when the process crashed, was killed by a limit
            or did not answer in time.
    """
    request = {
        "call": f"{call.__module__}:{call.__qualname__}",
        "arguments": parcel.pack(args).hex(),
        "limits": asdict(limits),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "studio.media.worker"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(limits.wall_s):
            data = await _exchange(process, json.dumps(request).encode(), limits.answer_bytes)
            await process.wait()
    except TimeoutError:
        raise UnsupportedMedia("takes too long to read") from None
    finally:
        await _end(process)
    return _result(data, process.returncode)  # type: ignore[no-any-return]


async def probe_confined(path: Path, name: str, limits: Limits = DEFAULT) -> MediaInfo:
    """Say what an untrusted file is (see `probe.probe`)."""
    return await run(probe, path, name, limits=limits)


async def features_confined(path: Path, cache_dir: Path, limits: Limits = DEFAULT, fps: int = 30) -> Features:
    """Return the features of an untrusted track (see `decode.features_of`); a known one starts no process."""
    key = f"{await asyncio.to_thread(digest, path)}-{fps}"
    known = await asyncio.to_thread(cache.load, cache_dir, key)
    return known if known is not None else await run(features_of, path, cache_dir, fps, limits=limits)


async def picture_confined(source: Path | bytes, longest_px: int = 2160, limits: Limits = DEFAULT) -> Pixels:
    """Return the pixels of an untrusted picture file or cover (see `pictures.picture`)."""
    if isinstance(source, bytes):
        return await run(picture, source, longest_px, limits=limits)
    return await run(picture_file, source, longest_px, limits=limits)


def _environment() -> dict[str, str]:
    """Return what the worker needs of our environment: no token, no proxy, no address."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT") if name in os.environ}
    return {**kept, **_ONE_THREAD, "PYTHONPATH": str(Path(studio.__file__).parents[1]), "PYTHONSAFEPATH": "1"}


async def _exchange(process: asyncio.subprocess.Process, request: bytes, most: int) -> bytes:
    assert process.stdin is not None  # noqa: S101  (both are pipes)
    assert process.stdout is not None  # noqa: S101
    with suppress(BrokenPipeError, ConnectionResetError):
        process.stdin.write(request)
        await process.stdin.drain()
    process.stdin.close()
    parts, size = [], 0
    while part := await process.stdout.read(1 << 20):
        size += len(part)
        if size > most:
            raise UnsupportedMedia("its answer is too long")
        parts.append(part)
    return b"".join(parts)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill what is left of the worker and of whatever it started, and wait for it, even when we are cancelled."""
    if process.returncode is None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())


def _result(data: bytes, code: int | None) -> Any:
    if code != 0:
        log.warning("a media worker ended with %s", code)
        raise UnsupportedMedia("a file that breaks its reader")
    try:
        answer = parcel.unpack(data)
    except ValueError:
        raise UnsupportedMedia("a file that breaks its reader") from None
    if "refused" in answer:
        raise _REFUSALS.get(answer["refused"], UnsupportedMedia)(answer["why"])
    return answer["done"]
