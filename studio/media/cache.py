"""Features on disk, by the hash of the track: written whole or not at all, read without trust."""

from __future__ import annotations

import errno
import io
import os
import tempfile
import zipfile
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np

from studio.audio.features import Features
from studio.errors import MediaTooLarge, RenderFailed

_FULL = (errno.ENOSPC, errno.EDQUOT)
VERSION = 3
"""Part of every name: a change of the analysis makes older files unread, not wrong."""


def load(folder: Path, key: str) -> Features | None:
    """Return kept features, or None where there are none or they cannot be read."""
    try:
        data = io.BytesIO(_path(folder, key).read_bytes())
        with np.load(data, allow_pickle=False) as arrays:
            return _features({name: arrays[name] for name in arrays.files})
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def save(folder: Path, key: str, features: Features) -> None:
    """Keep features; a reader sees the old state or the new one.

    Raises:
        MediaTooLarge: More than this process may write.
        RenderFailed: No room or no permission; nothing half is left.
    """
    try:
        _write(folder, key, features)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise MediaTooLarge("its features need more room than they are given") from None
        raise RenderFailed("disk-full" if error.errno in _FULL else "storage-failed") from None


def _write(folder: Path, key: str, features: Features) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **_arrays(features))
        Path(name).replace(_path(folder, key))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}-v{VERSION}.npz"


def _arrays(features: Features) -> dict[str, Any]:
    values = {field.name: getattr(features, field.name) for field in fields(features)}
    values["tempo_bpm"] = np.nan if features.tempo_bpm is None else features.tempo_bpm
    return {name: np.asarray(value) for name, value in values.items()}


def _features(arrays: dict[str, Any]) -> Features:
    whole = {name: value for name, value in arrays.items() if value.ndim}
    single = {name: value.item() for name, value in arrays.items() if not value.ndim}
    if np.isnan(single["tempo_bpm"]):
        single["tempo_bpm"] = None
    features = Features(**whole, **single)
    if features.bands.shape != (len(features.pulse), 64):
        raise ValueError("not the features of a track")
    return features
