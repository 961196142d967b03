"""A draft → what it holds. Anything that is not as expected counts as not said (nemovideo-api §6)."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from core.draft.nouns import Segment, Summary, Track

Kind: TypeAlias = Literal["video", "audio", "text", "other"]

_KINDS: dict[Any, Kind] = {0: "video", 1: "audio", 7: "text"}
_STARTS = ("s", "start", "start_ms", "startTime", "start_time", "target_start", "offset")
_DURATIONS = ("d", "duration", "duration_ms")
_NAMES = ("name", "title", "label", "file_name", "filename")
_TEXTS = ("text", "content")
_VOLUMES = ("volume", "vol", "v")
_SOURCES = ("src", "source", "url", "path", "media_id")
_LONGEST_MS = 10**12
_LONGEST_NAME = 200
_LONGEST_NUMBER = 24


@dataclass(frozen=True, slots=True)
class Found:
    """A segment as it was found in a draft, with what only a comparison needs.

    Attributes:
        place: Index of its track and of itself there.
        features: What else its `m` says, key by key.
    """

    kind: Kind
    segment: Segment
    id: str | None
    source: str | None
    place: tuple[int, int]
    features: Mapping[str, Any] = field(default_factory=dict)


def ready(draft: object) -> bool:
    """Whether the draft may be exported: some track has a segment."""
    return any(any(isinstance(piece, Mapping) for piece in _list(track.get("sg"))) for track in tracks_of(draft))


def summarise(draft: object) -> Summary | None:
    """Return all tracks of a draft, or None if nothing was made yet (or it is no draft)."""
    tracks = tracks_of(draft)
    if not tracks:
        return None
    meta = meta_of(draft)
    rows: list[list[Segment]] = [[] for _ in tracks]
    for one in segments_of(draft):
        rows[one.place[0]].append(one.segment)
    return Summary(
        tracks=tuple(Track(kind_of(track), tuple(row)) for track, row in zip(tracks, rows, strict=True)),
        duration_ms=_duration_of(draft, rows),
        title=text_in(meta, ("title",)),
        width=_size(meta.get("width")),
        height=_size(meta.get("height")),
    )


def tracks_of(draft: object) -> list[Mapping[str, Any]]:
    """The tracks of a draft; [] for whatever else it is."""
    if not isinstance(draft, Mapping):
        return []
    return [track for track in _list(draft.get("t")) if isinstance(track, Mapping)]


def meta_of(thing: object) -> Mapping[str, Any]:
    """The `m` of a draft, track or segment, or nothing."""
    meta = thing.get("m") if isinstance(thing, Mapping) else None
    return meta if isinstance(meta, Mapping) else {}


def kind_of(track: Mapping[str, Any]) -> Kind:
    """What a track holds; "other" where `tt` is unknown."""
    number = track.get("tt")
    return _KINDS.get(_milliseconds(number), "other") if not isinstance(number, bool) else "other"


def segments_of(draft: object) -> Iterator[Found]:
    """Every segment, track by track. A start that is not said follows from the durations before it."""
    for row, track in enumerate(tracks_of(draft)):
        kind, clock = kind_of(track), 0
        running: int | None = clock
        for index, piece in enumerate(_list(track.get("sg"))):
            if isinstance(piece, Mapping):
                found = _segment(piece, kind, running, (row, index))
                running = _end(found.segment)
                yield found


def text_in(thing: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """The first of these keys that holds words, as one line of at most 200 characters."""
    for key in keys:
        value = thing.get(key)
        if isinstance(value, str) and (line := one_line(value)):
            return line
    return None


def one_line(text: str) -> str:
    """Words of a draft made fit to show: one line, no halves of surrogate pairs, at most 200 characters."""
    cut = " ".join(text[: 4 * _LONGEST_NAME].split())[:_LONGEST_NAME]
    return cut.encode("utf-8", "replace").decode()


def digest(value: object) -> str:
    """Return a SHA-256 that is the same for equal JSON values, however deep: the order of keys does not matter."""
    hashed = hashlib.sha256()
    todo: list[tuple[bool, object]] = [(True, value)]
    while todo:
        is_value, one = todo.pop()
        if is_value and isinstance(one, Mapping):
            hashed.update(b"{%d" % len(one))
            for key in sorted(one, key=str, reverse=True):
                todo += [(True, one[key]), (False, f"{key!r}:")]
        elif is_value and isinstance(one, list | tuple):
            hashed.update(b"[%d" % len(one))
            todo += [(True, item) for item in reversed(one)]
        else:
            hashed.update(ascii(one).encode() + b",")
    return hashed.hexdigest()


def _segment(piece: Mapping[str, Any], kind: Kind, running: int | None, place: tuple[int, int]) -> Found:
    meta = meta_of(piece)
    start = _first_time(piece, meta, _STARTS)
    segment = Segment(
        name=text_in(meta, _NAMES) or text_in(piece, _NAMES),
        start_ms=running if start is None else start,
        duration_ms=_first_time(piece, meta, _DURATIONS),
        volume=_volume(piece, meta),
        text=text_in(meta, _TEXTS) or text_in(piece, _TEXTS),
    )
    number = piece.get("id")
    known = isinstance(number, str | int) and not isinstance(number, bool) and number != ""
    source = next(
        (value for thing in (meta, piece) for key in _SOURCES if isinstance(value := thing.get(key), str)), None
    )
    return Found(kind, segment, str(number)[:_LONGEST_NAME] if known else None, source, place, _features(piece, meta))


def _features(piece: Mapping[str, Any], meta: Mapping[str, Any]) -> dict[str, Any]:
    """Everything a segment says that the fields of Segment do not hold."""
    read = {*_STARTS, *_DURATIONS, *_NAMES, *_TEXTS, *_VOLUMES, *_SOURCES, "id", "m"}
    loose = {str(key): value for key, value in piece.items() if key not in read}
    return loose | {str(key): value for key, value in meta.items() if key not in read - {"m"}}


def _first_time(piece: Mapping[str, Any], meta: Mapping[str, Any], keys: tuple[str, ...]) -> int | None:
    for thing in (piece, meta):
        for key in keys:
            time = _milliseconds(thing.get(key))
            if time is not None and time >= 0:
                return time
    return None


def _milliseconds(value: object) -> int | None:
    number = _number(value)
    return None if number is None or abs(number) > _LONGEST_MS else round(number)


def _number(value: object) -> float | None:
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def _volume(piece: Mapping[str, Any], meta: Mapping[str, Any]) -> float | None:
    """A volume of 0.0 to 10.0; larger numbers are taken for percent."""
    for thing in (meta, piece):
        for key in _VOLUMES:
            number = _number(thing.get(key))
            if number is not None and 0 <= number <= 1000:
                return number if number <= 10 else number / 100
    return None


def _size(value: object) -> int | None:
    number = _milliseconds(value)
    return number if number is not None and 0 < number <= 100_000 else None


def _duration_of(draft: object, rows: list[list[Segment]]) -> int | None:
    said = _first_time(draft, {}, _DURATIONS) if isinstance(draft, Mapping) else None
    if said:
        return said
    ends = [end for row in rows for piece in row if (end := _end(piece)) is not None]
    return max(ends, default=None)


def _end(piece: Segment) -> int | None:
    if piece.start_ms is None or piece.duration_ms is None:
        return None
    return piece.start_ms + piece.duration_ms


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
