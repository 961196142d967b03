"""How long work takes, from what was measured, and the stream of stage changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.store.keys import Keys
from core.store.server import Server

_KEPT = 50
_ENOUGH = 3


@dataclass(frozen=True, slots=True)
class Span:
    """An honest range: eight in ten took between `low_s` and `high_s` seconds."""

    low_s: float
    high_s: float


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a stage. `id` orders the stream and is where the next reading goes on."""

    id: str
    turn_id: str
    queue: str
    step: int
    stage: str
    at_ms: int


def span(durations_s: Sequence[float]) -> Span | None:
    """The 10th to the 90th percentile, linearly between neighbours; None for fewer than three."""
    if len(durations_s) < _ENOUGH:
        return None
    ordered = sorted(durations_s)

    def at(part: float) -> float:
        place = part * (len(ordered) - 1)
        low = int(place)
        high = min(low + 1, len(ordered) - 1)
        return ordered[low] + (ordered[high] - ordered[low]) * (place - low)

    return Span(at(0.1), at(0.9))


class History:
    """Durations by kind of work ("upload", "chat", "render 1080p" …), and stage changes. May raise StoreError."""

    def __init__(self, server: Server, keys: Keys) -> None:
        self._server, self._keys = server, keys

    async def took(self, kind: str, seconds: float) -> None:
        """Remember how long one piece of work took."""
        key = self._keys("took", kind)
        if await self._server.do("LPUSH", key, f"{seconds:.3f}") >= 2 * _KEPT:  # not at each: it is twice the work
            await self._server.do("LTRIM", key, 0, _KEPT - 1)

    async def expect(self, kind: str) -> Span | None:
        """How long work of this kind takes; None while fewer than three were measured."""
        return span([float(text) for text in await self._server.do("LRANGE", self._keys("took", kind), 0, _KEPT - 1)])

    async def changes(self, after: str = "-", limit: int = 100) -> list[Change]:
        """Stage changes in order, from the one after `after` on ("-": from the oldest kept)."""
        start = after if after == "-" else f"({after}"
        found = await self._server.do("XRANGE", self._keys("events"), start, "+", "COUNT", limit)
        return [
            Change(at, fields["turn"], fields["queue"], int(fields["step"]), fields["stage"], int(at.split("-")[0]))
            for at, fields in found
        ]
