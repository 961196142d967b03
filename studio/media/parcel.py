"""A value as bytes between two processes of ours: JSON for the tree, numpy's own format for arrays, never pickle."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from studio.audio.beats import Beats
from studio.audio.features import Features
from studio.media.probe import MediaInfo

RECORDS: dict[str, type[Any]] = {record.__name__: record for record in (Beats, Features, MediaInfo)}


def pack(value: object) -> bytes:
    """Return a value as bytes.

    Args:
        value: Of None, bool, int, float, str, bytes, Path, numpy arrays, the records named above, and lists,
            tuples and dicts of these (tuples come back as tuples).

    Raises:
        TypeError: Something else is in it.
    """
    arrays: list[Any] = []
    tree = json.dumps(_plain(value, arrays)).encode()
    out = io.BytesIO()
    np.savez(out, tree=np.frombuffer(tree, dtype=np.uint8), **{f"a{i}": array for i, array in enumerate(arrays)})
    return out.getvalue()


def unpack(data: bytes) -> Any:
    """Return the value behind the bytes.

    Raises:
        ValueError: Not what `pack` makes.
    """
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            return _value(json.loads(arrays["tree"].tobytes()), arrays)
    except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError("not a parcel of ours") from error


def _plain(value: object, arrays: list[Any]) -> object:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [_plain(item, arrays) for item in value]
    tag, inner = _tagged(value, arrays)
    return {tag: inner}


def _tagged(value: object, arrays: list[Any]) -> tuple[str, object]:
    name = type(value).__name__
    match value:
        case bytes():
            tagged: tuple[str, object] = "bytes", base64.b64encode(value).decode()
        case Path():
            tagged = "path", str(value)
        case np.ndarray() | np.generic():
            arrays.append(value)
            tagged = "array" if isinstance(value, np.ndarray) else "number", len(arrays) - 1
        case tuple():
            tagged = "tuple", [_plain(item, arrays) for item in value]
        case dict():
            tagged = "dict", [[_plain(k, arrays), _plain(v, arrays)] for k, v in value.items()]
        case _ if is_dataclass(value) and RECORDS.get(name) is type(value):
            tagged = name, {f.name: _plain(getattr(value, f.name), arrays) for f in fields(value)}
        case _:
            raise TypeError(name)
    return tagged


def _value(tree: Any, arrays: Any) -> Any:
    if isinstance(tree, list):
        return [_value(item, arrays) for item in tree]
    if not isinstance(tree, dict):
        return tree
    ((tag, inner),) = tree.items()
    read = _READERS.get(tag)
    if read is not None:
        return read(inner, arrays)
    return RECORDS[tag](**{name: _value(item, arrays) for name, item in inner.items()})


_READERS: dict[str, Callable[[Any, Any], Any]] = {
    "bytes": lambda inner, _: base64.b64decode(inner),
    "path": lambda inner, _: Path(inner),
    "array": lambda inner, arrays: arrays[f"a{inner}"],
    "number": lambda inner, arrays: arrays[f"a{inner}"].item(),
    "tuple": lambda inner, arrays: tuple(_value(item, arrays) for item in inner),
    "dict": lambda inner, arrays: {_value(key, arrays): _value(item, arrays) for key, item in inner},
}
