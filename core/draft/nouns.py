"""Draft, Track, Segment, Summary, Change: the timeline as the backend keeps it; times in ms (nemovideo-api §6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece on a track. `start_ms` None where the draft does not say and nothing can be summed."""

    name: str | None
    start_ms: int | None
    duration_ms: int | None
    volume: float | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Track:
    """A row of the timeline. `kind`: "video" (tt 0), "audio" (1), "text" (7), else "other"."""

    kind: Literal["video", "audio", "text", "other"]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """All tracks, for `Timeline (3 tracks): 1. Video: city timelapse (0-10s) …`."""

    tracks: tuple[Track, ...]
    duration_ms: int | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs between two drafts.

    Attributes:
        what: "added", "removed", "moved", "resized", "volume", "text", "renamed", "canvas", "style", "media", "other".
        kind: The track's kind, or "project".
        name: What it is called, or None. For "style" the feature that changed ("palette", "accent", "cuts", …).
        before, after: The value, spelled for people (seconds, percent, text, "1920x1080"); None where there is none.
        start_ms, end_ms: Where on the timeline, None where unknown.
    """

    what: str
    kind: str
    name: str | None = None
    before: str | None = None
    after: str | None = None
    start_ms: int | None = None
    end_ms: int | None = None


Draft = dict[str, Any]
"""The draft as it came: opaque, passed on untouched."""
