"""A timeline and its changes in words: `Timeline (3 tracks): 1. Video: … (0-10s) 2. BGM: … (0-10s, 35%)`. Pure."""

from __future__ import annotations

from typing import Protocol

from core.draft import Change, Line, Piece, Summary, seconds, timeline_lines

SHOWN_CHANGES = 8
SHOWN_TRACKS = 12


class Say(Protocol):
    """Words in one person's language."""

    def __call__(self, key: str, /, **args: str | int | float) -> str:
        """Return the sentence `key`."""
        ...


def timeline_text(summary: Summary, say: Say) -> str:
    """Spell all tracks, a line each."""
    lines = timeline_lines(summary)
    shown = [say("status-timeline", count=len(lines))]
    shown += [f"{line.number}. {line_text(line, say)}" for line in lines[:SHOWN_TRACKS]]
    if len(lines) > SHOWN_TRACKS:
        shown.append(say("status-more", count=len(lines) - SHOWN_TRACKS))
    return "\n".join(shown)


def line_text(line: Line, say: Say) -> str:
    """Spell one track: its label, then its segments, or their span and count."""
    label = say(f"status-track-{line.kind}")
    if not line.count:
        what = say("status-track-empty")
    elif not line.pieces:
        what = say("status-segments", count=line.count, span=span_text(line.start, line.end))
    else:
        what = say("status-comma").join(piece_text(piece, say) for piece in line.pieces)
    return say("status-line", label=label, what=what)


def piece_text(piece: Piece, say: Say) -> str:
    """Spell one segment: name or quoted text, place, volume."""
    words = say("status-quoted", text=piece.name or "") if piece.quoted else (piece.name or "")
    details = [part for part in (span_text(piece.start, piece.end), piece.volume) if part]
    return " ".join(part for part in (words, f"({', '.join(details)})" if details else "") if part) or "—"


def span_text(start: str | None, end: str | None) -> str:
    """Spell a span: "0-10s"; "" where it is not known."""
    return f"{start}-{end}s" if start is not None and end is not None else ""


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
    if change.what == "style":
        what = say("status-change-style", kind=kind, look=say("status-look", name=change.name or "other"))
    else:
        what = say(f"status-change-{change.what}", kind=kind, name=name).replace("  ", " ").strip()
    if change.before is not None and change.after is not None:
        what = say("status-line", label=what, what=f"{change.before} → {change.after}")
    elif change.after is not None and change.what not in ("added", "removed"):
        what = say("status-line", label=what, what=change.after)
    if change.start_ms is not None and change.end_ms is not None and change.what in ("added", "removed", "text"):
        what += f" ({seconds(change.start_ms)}-{seconds(change.end_ms)}s)"
    return what
