"""python -m studio.media.worker: does one call on one untrusted file inside limits, answers on its standard output.

Started by `studio.media.sandbox`; the request comes as one JSON object on the standard input. Nothing heavy is
imported before the limits stand.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import signal
import sys
from typing import Any

CALLABLE = ("studio.media.", "studio.audio.")
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38


def main() -> int:
    """Read the request, confine this process, do the call, write the parcel; 0 also for a refusal."""
    request = json.loads(sys.stdin.buffer.read())
    out = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what native libraries print must not get into the answer
        os.dup2(quiet, stream)
    confine(request["limits"])
    from studio.media import parcel  # noqa: PLC0415  (numpy and av come in under the limits)

    with out:
        out.write(parcel.pack(answer(request)))
    return 0


def confine(limits: dict[str, int]) -> None:
    """Take from this process what it does not need; what a platform lacks is left out."""
    _limit("RLIMIT_CORE", 0)
    _limit("RLIMIT_AS", limits["memory_bytes"])
    _limit("RLIMIT_CPU", limits["cpu_s"])
    _limit("RLIMIT_FSIZE", limits["file_bytes"])
    _limit("RLIMIT_NOFILE", limits["open_files"])
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if libc.unshare(_CLONE_NEWNET) != 0:  # needs privilege; else inside a user namespace, where that is allowed
            libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Do the call; a refusal comes as {"refused": class, "why": sentence}, a result as {"done": value}."""
    from studio.errors import StudioError  # noqa: PLC0415
    from studio.media import parcel  # noqa: PLC0415

    module, _, name = request["call"].partition(":")
    if not module.startswith(CALLABLE) or name.startswith("_") or not name.isidentifier():
        return {"refused": "UnsupportedMedia", "why": "no such call"}
    arguments = parcel.unpack(bytes.fromhex(request["arguments"]))
    try:
        return {"done": getattr(importlib.import_module(module), name)(*arguments)}
    except StudioError as refusal:
        return {"refused": type(refusal).__name__, "why": getattr(refusal, "reason", str(refusal))}
    except MemoryError:
        return {"refused": "MediaTooLarge", "why": "needs more memory than it is given"}


def _limit(name: str, value: int) -> None:
    import resource  # noqa: PLC0415  (not on every platform)

    number = getattr(resource, name, None)
    if number is None:
        return
    _, hard = resource.getrlimit(number)
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    try:
        resource.setrlimit(number, (value, value))
    except (ValueError, OSError):
        return  # macOS knows RLIMIT_AS by name only


if __name__ == "__main__":
    sys.exit(main())
