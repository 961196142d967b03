"""The draft as the wire spells it (docs/nemovideo-api.md §6): `t`, `tt` type, `sg`, `d` ms, metadata `m`.

A plain value: an Edit makes a new one, undo goes back to an old one, a render gets one. Times are in milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any


class Kind(IntEnum):
    """What a track holds: `tt` on the wire."""

    VIDEO = 0
    AUDIO = 1
    TEXT = 7


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece on a track.

    Attributes:
        start_ms, duration_ms: Where on the timeline; `s` and `d` on the wire.
        meta: Everything else, inside `m`. A video segment that is a visualizer: `style` ("spectrum"), `palette` (a
            name or "auto"), `accent` ("#rrggbb" or absent), `background` ("#rrggbb" or absent), `cuts` ("beats" or
            "none"). Audio: `name`, `src` (media id), `in` (trim start, ms), `volume` (0.0 to 2.0).
            Text: `text`, `role` ("title", "artist", "caption"), `color`.
    """

    id: str
    start_ms: int
    duration_ms: int
    meta: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Track:
    """A row of the timeline."""

    id: str
    kind: Kind
    segments: tuple[Segment, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """The whole timeline. `meta`: `title`, `artist`, `width`, `height`, `fps`, `cover` (media id or absent), `seed`."""

    tracks: tuple[Track, ...] = ()
    duration_ms: int = 0
    meta: dict[str, Any] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether some track has a segment, so that it may be rendered (api §6)."""
        return any(track.segments for track in self.tracks)

    def to_wire(self) -> dict[str, Any]:
        """Return the JSON object that endpoint 6 shows and endpoint 7 takes; {} if nothing was made."""
        if not self.tracks:
            return {}
        return {
            "t": [
                {
                    "id": track.id,
                    "tt": int(track.kind),
                    "sg": [
                        {"id": piece.id, "s": piece.start_ms, "d": piece.duration_ms, "m": piece.meta}
                        for piece in track.segments
                    ],
                }
                for track in self.tracks
            ],
            "d": self.duration_ms,
            "m": self.meta,
        }

    @classmethod
    def from_wire(cls, wire: dict[str, Any]) -> Draft:
        """Read what `to_wire` wrote. Raises ValueError on anything else."""
        try:
            tracks = tuple(
                Track(
                    str(track["id"]),
                    Kind(track["tt"]),
                    tuple(Segment(str(s["id"]), int(s["s"]), int(s["d"]), dict(s["m"])) for s in track["sg"]),
                )
                for track in wire.get("t", ())
            )
            return cls(tracks, int(wire.get("d", 0)), dict(wire.get("m", {})))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValueError("not a draft of this studio") from error
