"""How a finished video gets into a chat: the original, a smaller copy, or a link. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bots.adapter import Limits


@dataclass(frozen=True, slots=True)
class Original:
    """Attach the file as it is."""


@dataclass(frozen=True, slots=True)
class ChatCopy:
    """Attach a copy of at most `max_bytes`, if it stays watchable at that size (decisions 20)."""

    max_bytes: int


@dataclass(frozen=True, slots=True)
class Link:
    """Post the public link. `url` None: there is none, and the person is told why."""

    url: str | None


Step: TypeAlias = Original | ChatCopy | Link


def ladder(size_bytes: int, limits: Limits, link: str | None, *, copies: bool) -> tuple[Step, ...]:
    """Return the ways to deliver, best first; the next is taken when the platform refuses one."""
    steps: list[Step] = []
    if size_bytes <= limits.max_upload_bytes:
        steps.append(Original())
    if copies:
        steps.append(ChatCopy(min(limits.max_upload_bytes, size_bytes)))
    steps.append(Link(link))
    return tuple(steps)
