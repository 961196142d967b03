"""What every route is given: built once in app.py, closed there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from starlette.requests import HTTPConnection

from studio import switches
from studio.render.model import Job, Rendered
from studio.settings import Settings
from studio.store import Store
from studio.switches import Switches

if TYPE_CHECKING:
    from studio.api.exports import Exports
    from studio.api.fetch import Fetcher
    from studio.api.runs import Runs
    from studio.api.shelf import Shelf

Progressed = Callable[[float], None]


class Rendering(Protocol):
    """What makes a video: `studio.render.jobs.Renderer`, or a small stand-in in tests.

    Cancelling the awaiting task stops the work and ends its processes. A job with the same id goes on from its
    finished chunks.
    """

    def render(self, job: Job, on_progress: Progressed) -> Awaitable[Rendered]:
        """Make the file. Raises studio.errors.StudioError."""
        ...


@dataclass(slots=True)
class Services:
    """The parts of a running studio."""

    settings: Settings
    store: Store
    clock: Callable[[], float]
    shelf: Shelf
    fetcher: Fetcher
    runs: Runs
    exports: Exports
    always: Switches = switches.NONE
    log: logging.Logger = field(default_factory=lambda: logging.getLogger("studio"))


def services(connection: HTTPConnection) -> Services:
    """The parts that belong to the application of this request."""
    return cast("Services", connection.app.state.services)


def switches_of(connection: HTTPConnection) -> Switches:
    """The switches of this request: those that are always on, and the header's where that is allowed."""
    parts = services(connection)
    asked = connection.headers.get("x-studio-switch", "")
    if not (asked and parts.settings.switches):
        return parts.always
    try:
        return switches.read(asked, parts.always)
    except ValueError:
        return parts.always


def base_url(connection: HTTPConnection) -> str:
    """Where links begin: PUBLIC_URL, else the address this very connection came to (never the Host header)."""
    settings = services(connection).settings
    if settings.public_url:
        return settings.public_url
    host, port = connection.scope.get("server") or (settings.host, settings.port)
    spelled = f"[{host}]" if ":" in host else host
    return f"http://{spelled}:{port}{settings.base_path}"


def address_of(connection: HTTPConnection) -> str:
    """The caller's address, for the limits."""
    if services(connection).settings.trust_proxy:
        forwarded = connection.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
        if forwarded:
            return forwarded[:64]
    return connection.client.host if connection.client else "local"


def plain(value: Any, most: int) -> str:
    """A short text out of JSON, without surrogates and controls; "" if it is none."""
    if not isinstance(value, str):
        return ""
    clean = value.encode("utf-8", "replace").decode("utf-8")
    return "".join(c for c in clean if c.isprintable() or c in "\n\t")[:most].strip()


def size_of(path: Path) -> int:
    """Bytes of a file, 0 if it is not there."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
