"""Did an upload arrive whose answer was lost? (nemovideo-api §8). Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from core.nemo.answers import stored_file
from core.nemo.protocol import SessionState, StoredFile


def arrived(before: SessionState | None, after: SessionState, names: Sequence[str]) -> dict[int, StoredFile] | None:
    """Return which of the files are in the session now, by their place in `names`.

    Args:
        before: The state before the upload, None if it could not be read.
        names: File names, or addresses for an upload by URL.
    Returns:
        None if it cannot be told: a file of that name is there and may have been there before.
    """
    was, new = _entries(before), _entries(after)
    known = Counter(_label(entry) for entry in was)
    fresh: dict[str, list[StoredFile]] = {}
    for entry in new:
        label = _label(entry)
        if known[label]:
            known[label] -= 1
        else:
            fresh.setdefault(label, []).append(entry)
    found = {place: fresh[key].pop(0) for place, name in enumerate(names) if fresh.get(key := _key(name, fresh))}
    if before is None:
        return None if found else {}
    grown = len(new) - len(was)
    if grown >= len(names) > len(found):
        spare = [entry for left in fresh.values() for entry in left]
        missing = [place for place in range(len(names)) if place not in found]
        found |= dict(zip(missing, spare, strict=False))
    return found


def _entries(state: SessionState | None) -> list[StoredFile]:
    infos = state.video_infos if state is not None else ()
    return [stored_file(info) if isinstance(info, Mapping) else StoredFile(_text(info)) for info in infos]


def _text(info: Any) -> str | None:
    return info if isinstance(info, str) else None


def _label(entry: StoredFile) -> str:
    return entry.name or _base(entry.url or "")


def _key(name: str, fresh: Mapping[str, list[StoredFile]]) -> str:
    return name if name in fresh else _base(name)


def _base(address: str) -> str:
    return address.partition("?")[0].rpartition("/")[2]
