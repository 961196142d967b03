"""A timeline and its changes in words: `Timeline (3 tracks): 1. Video: … (0-10s) 2. BGM: … (0-10s, 35%)`. Pure."""

from __future__ import annotations

from typing import Protocol

from core.draft import Change, Segment, Summary, Track

SHOWN_SEGMENTS = 4
"""A track with more segments is told as a span and a count (nemovideo-api §6)."""
SHOWN_CHANGES = 8
SHOWN_TRACKS = 12


class Say(Protocol):
    """Words in one person's language."""

    def __call__(self, key: str, /, **args: str | int | float) -> str:
        """Return the sentence `key`."""
        ...


def timeline_text(summary: Summary, say: Say) -> str:
    """Spell all tracks, a line each."""
    lines = [say("status-timeline", count=len(summary.tracks))]
    lines += [f"{n}. {track_text(track, say)}" for n, track in enumerate(summary.tracks[:SHOWN_TRACKS], 1)]
    if len(summary.tracks) > SHOWN_TRACKS:
        lines.append(say("status-more", count=len(summary.tracks) - SHOWN_TRACKS))
    return "\n".join(lines)


def track_text(track: Track, say: Say) -> str:
    """Spell one track: its label, then its segments or their span and count."""
    label = say(f"status-track-{track.kind}")
    if not track.segments:
        return f"{label}: {say('status-track-empty')}"
    if len(track.segments) <= SHOWN_SEGMENTS:
        return f"{label}: " + ", ".join(segment_text(segment) for segment in track.segments)
    first, last = track.segments[0], track.segments[-1]
    until = (last.start_ms or 0) + (last.duration_ms or 0)
    return f"{label}: " + say(
        "status-segments", count=len(track.segments), span=f"{seconds(first.start_ms or 0)}-{seconds(until)}s"
    )


def segment_text(segment: Segment) -> str:
    """Spell one segment: name or quoted text, place, volume."""
    words = f"“{segment.text}”" if segment.text else (segment.name or "")
    details = []
    if segment.duration_ms is not None:
        start = segment.start_ms or 0
        details.append(f"{seconds(start)}-{seconds(start + segment.duration_ms)}s")
    if segment.volume is not None:
        details.append(f"{round(segment.volume * 100)}%")
    place = f"({', '.join(details)})" if details else ""
    return " ".join(part for part in (words, place) if part) or "—"


def changes_text(changes: tuple[Change, ...], say: Say) -> str:
    """Spell changes, a line each: what, where, when, before → after."""
    lines = [f"• {change_text(change, say)}" for change in changes[:SHOWN_CHANGES]]
    if len(changes) > SHOWN_CHANGES:
        lines.append(say("status-more", count=len(changes) - SHOWN_CHANGES))
    return "\n".join(lines)


def change_text(change: Change, say: Say) -> str:
    """Spell one change."""
    kind = say(f"status-track-{change.kind}") if change.kind != "project" else say("status-project")
    name = f"“{change.name}”" if change.name else ""
    what = say(f"status-change-{change.what}", kind=kind, name=name).replace("  ", " ").strip()
    if change.before is not None and change.after is not None:
        what += f": {change.before} → {change.after}"
    elif change.after is not None and change.what not in ("added", "removed"):
        what += f": {change.after}"
    if change.start_ms is not None and change.end_ms is not None and change.what in ("added", "removed", "text"):
        what += f" ({seconds(change.start_ms)}-{seconds(change.end_ms)}s)"
    return what


def seconds(ms: int) -> str:
    """Milliseconds as seconds without trailing zeros: 10000 → "10", 1500 → "1.5"."""
    return f"{ms / 1000:.2f}".rstrip("0").rstrip(".")
