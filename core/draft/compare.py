"""Two drafts → what differs, for people. Segments are the same by id, else by what they hold, else by their place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from core.draft.nouns import Change
from core.draft.reading import Found, digest, meta_of, one_line, segments_of, summarise, tracks_of
from core.draft.spelling import end_of, percent, seconds

STYLE = frozenset(
    {"style", "palette", "accent", "background", "cuts", "color", "font", "effect", "filter", "transition", "animation"}
)
"""What a segment or project may say about its look."""

_QUIET = frozenset({"s", "d", "id", "title", "width", "height", "fps", "artist"})
_Key = Callable[[Found], Hashable | None]


def compare(before: object, after: object) -> tuple[Change, ...]:
    """Return what differs, in the order of the timeline after; () if the two are equal as JSON. Never raises."""
    if digest(before) == digest(after):
        return ()
    pairs, removed, added = _match(list(segments_of(before)), list(segments_of(after)))
    changes = [_came_or_went("removed", one) for one in removed]
    for old, new in sorted(pairs, key=lambda pair: pair[1].place):
        changes += _pair(old, new)
    changes += [_came_or_went("added", one) for one in added]
    changes += _project(before, after, alone=not changes)
    return tuple(changes) or (Change("other", "project"),)


def _match(old: list[Found], new: list[Found]) -> tuple[list[tuple[Found, Found]], list[Found], list[Found]]:
    """Pair the segments of two drafts, in linear time: (pairs, only before, only after)."""
    pairs: list[tuple[Found, Found]] = []
    for key, only_single in _KEYS:
        old_by, new_by = _by_key(old, key), _by_key(new, key)
        taken_old, taken_new = set(), set()
        for value in old_by.keys() & new_by.keys():
            if only_single and (len(old_by[value]), len(new_by[value])) != (1, 1):
                continue
            for one, other in zip(old_by[value], new_by[value], strict=False):
                pairs.append((one, other))
                taken_old.add(one.place)
                taken_new.add(other.place)
        old = [one for one in old if one.place not in taken_old]
        new = [one for one in new if one.place not in taken_new]
    return pairs, old, new


def _by_key(found: list[Found], key: _Key) -> dict[Hashable, list[Found]]:
    by: defaultdict[Hashable, list[Found]] = defaultdict(list)
    for one in found:
        value = key(one)
        if value is not None:
            by[value].append(one)
    return by


def _by_content(one: Found) -> Hashable | None:
    known = (one.segment.name, one.segment.text, one.source)
    return (one.kind, *known) if any(part is not None for part in known) else None


_KEYS: tuple[tuple[_Key, bool], ...] = (
    (lambda one: one.id, True),
    (lambda one: (one.kind, one.segment, one.source), False),
    (_by_content, False),
    (lambda one: (one.kind, one.segment.start_ms), True),
    (lambda one: (one.kind, one.place[0]), True),
)
"""How two segments may be the same, surest first; and whether it counts only where one of each has the key."""


def _came_or_went(what: str, one: Found) -> Change:
    spelled = one.segment.text or one.segment.name
    before, after = (spelled, None) if what == "removed" else (None, spelled)
    return _change(what, one, before, after)


def _pair(old: Found, new: Found) -> Iterator[Change]:
    was, now = old.segment, new.segment
    if was.start_ms != now.start_ms:
        yield _change("moved", new, _time(was.start_ms), _time(now.start_ms))
    if was.duration_ms != now.duration_ms:
        yield _change("resized", new, _time(was.duration_ms), _time(now.duration_ms))
    if was.volume != now.volume:
        yield _change("volume", new, _volume(was.volume), _volume(now.volume))
    if was.text != now.text:
        yield _change("text", new, was.text, now.text)
    if old.source != new.source:
        yield _change("media", new, was.name, now.name)
    elif was.name != now.name:
        yield _change("renamed", new, was.name, now.name)
    yield from _features(old, new)


def _features(old: Found, new: Found) -> Iterator[Change]:
    differing = _differing(old.features, new.features)
    for key in sorted(differing & STYLE):
        where = _change("style", new, _spell(old.features.get(key)), _spell(new.features.get(key)))
        yield Change("style", where.kind, key, where.before, where.after, where.start_ms, where.end_ms)
    if "in" in differing:
        yield _change("media", new, _trim(old.features.get("in")), _trim(new.features.get("in")))
    if differing - STYLE - {"in"} or old.kind != new.kind:
        yield _change("other", new, None, None)


def _project(before: object, after: object, *, alone: bool) -> Iterator[Change]:
    """What differs in the whole. `alone`: nothing else does, so that a new length is worth a word."""
    was, now = summarise(before), summarise(after)
    old, new = meta_of(before), meta_of(after)
    if was is not None and now is not None:
        if (was.width, was.height) != (now.width, now.height):
            yield Change("canvas", "project", None, _canvas(was.width, was.height), _canvas(now.width, now.height))
        if was.title != now.title:
            yield Change("renamed", "project", None, was.title, now.title)
        if alone and was.duration_ms != now.duration_ms:
            yield Change("resized", "project", None, _time(was.duration_ms), _time(now.duration_ms))
        differing = _differing(old, new)
        for key in sorted(differing & (STYLE | {"fps", "artist"})):
            yield Change("style", "project", key, _spell(old.get(key)), _spell(new.get(key)))
        if "cover" in differing:
            yield Change("media", "project", "cover")
        if differing - STYLE - _QUIET - {"cover"}:
            yield Change("other", "project")
    elif not tracks_of(before) and alone and now is not None:
        yield Change("added", "project", None, None, now.title)
    elif not tracks_of(after) and alone and was is not None:
        yield Change("removed", "project", None, was.title, None)


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    return {str(key) for key in old.keys() | new.keys() if digest(old.get(key)) != digest(new.get(key))}


def _change(what: str, one: Found, before: str | None, after: str | None) -> Change:
    piece = one.segment
    return Change(what, one.kind, piece.name or piece.text, before, after, piece.start_ms, end_of(piece))


def _time(time_ms: int | None) -> str | None:
    return None if time_ms is None else f"{seconds(time_ms)}s"


def _volume(volume: float | None) -> str | None:
    return None if volume is None else percent(volume)


def _trim(value: object) -> str | None:
    is_time = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
    return f"{seconds(int(value))}s" if is_time and isinstance(value, int) else None


def _canvas(width: int | None, height: int | None) -> str | None:
    return f"{width}x{height}" if width and height else None


def _spell(value: object) -> str | None:
    """A feature's value for people: short words and numbers; None for what is neither."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        return one_line(value)[:60] or None
    return f"{value:g}" if isinstance(value, float) or (isinstance(value, int) and abs(value) < 10**9) else None
