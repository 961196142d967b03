"""Times, volumes and lines of a timeline, spelled without words: the words are the presenter's."""

from __future__ import annotations

from dataclasses import dataclass

from core.draft.nouns import Segment, Summary, Track

HANDFUL = 5
"""A track of more segments is told as its span and a count (nemovideo-api §6)."""

_ENGLISH = {"video": "Video", "audio": "BGM", "text": "Title", "other": "Track"}


@dataclass(frozen=True, slots=True)
class Piece:
    """One segment to show.

    Attributes:
        name: What it is called or says, or None.
        quoted: The name is words on the screen, to be shown in quotes.
        start, end: Seconds as text, "0", "2.5"; None where unknown.
        volume: "35%", or None.
    """

    name: str | None
    quoted: bool
    start: str | None
    end: str | None
    volume: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One track to show. `pieces` is empty for a track without segments, and for more than a handful.

    Attributes:
        number: From 1.
        kind: "video", "audio", "text" or "other": the label is the presenter's.
        count: How many segments it has.
        start, end: The span of all of them in seconds as text; None where unknown.
    """

    number: int
    kind: str
    pieces: tuple[Piece, ...]
    count: int
    start: str | None
    end: str | None


def seconds(time_ms: int) -> str:
    """Milliseconds as seconds without trailing zeros: 10000 is "10", 2500 is "2.5"."""
    return f"{time_ms / 1000:.3f}".rstrip("0").rstrip(".")


def _place(time_ms: int) -> str:
    """Where something lies, to 10 ms: a song of 60.003 s is one of 60 s to whoever reads it."""
    return seconds(round(time_ms, -1))


def percent(volume: float) -> str:
    """A volume of 0.0 to 2.0 as percent: 0.35 is "35%"."""
    return f"{round(volume * 100)}%"


def timeline_lines(summary: Summary) -> tuple[Line, ...]:
    """Return what to show of each track, in order."""
    return tuple(_line(number, track) for number, track in enumerate(summary.tracks, 1))


def in_english(summary: Summary) -> str:
    """The timeline in English, on one line: the form of nemovideo-api §6, for logs and tests."""
    lines = timeline_lines(summary)
    noun = "track" if len(lines) == 1 else "tracks"
    return " ".join(
        [f"Timeline ({len(lines)} {noun}):", *(f"{line.number}. {_line_in_english(line)}" for line in lines)]
    )


def _line(number: int, track: Track) -> Line:
    starts = [piece.start_ms for piece in track.segments if piece.start_ms is not None]
    ends = [end for piece in track.segments if (end := end_of(piece)) is not None]
    return Line(
        number=number,
        kind=track.kind,
        pieces=tuple(map(_piece, track.segments)) if len(track.segments) <= HANDFUL else (),
        count=len(track.segments),
        start=_place(min(starts)) if starts else None,
        end=_place(max(ends)) if ends else None,
    )


def end_of(piece: Segment) -> int | None:
    """Where a segment ends, in milliseconds; None if that is not known."""
    if piece.start_ms is None or piece.duration_ms is None:
        return None
    return piece.start_ms + piece.duration_ms


def _piece(segment: Segment) -> Piece:
    end = end_of(segment)
    return Piece(
        name=segment.text or segment.name,
        quoted=segment.text is not None,
        start=None if segment.start_ms is None else _place(segment.start_ms),
        end=None if end is None else _place(end),
        volume=None if segment.volume is None else percent(segment.volume),
    )


def _line_in_english(line: Line) -> str:
    label = _ENGLISH[line.kind]
    if line.count > HANDFUL:
        return f"{label}: {line.count} segments{_brackets(line.start, line.end, None)}"
    if not line.pieces:
        return f"{label}: empty"
    said = [
        (f'"{piece.name}"' if piece.quoted else piece.name or "") + _brackets(piece.start, piece.end, piece.volume)
        for piece in line.pieces
    ]
    return f"{label}: " + ", ".join(one.strip() for one in said)


def _brackets(start: str | None, end: str | None, volume: str | None) -> str:
    span = (
        f"{start}-{end}s" if start is not None and end is not None else f"from {start}s" if start is not None else None
    )
    inside = ", ".join(part for part in (span, volume) if part)
    return f" ({inside})" if inside else ""
