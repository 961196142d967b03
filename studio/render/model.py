"""A render as a value: what to make, and what was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from studio.draft import Draft

Quality = Literal["draft", "high", "quality"]


@dataclass(frozen=True, slots=True)
class Job:
    """A render to make.

    Attributes:
        id: Names the chunks in the work folder: the same id goes on where a killed render stopped.
        media: Media id (`src`, `cover` in the draft) → local file.
        out: Where the MP4 comes; a poster JPEG comes beside it as `<stem>.jpg`.
        quality: "draft" (fast preview), "high" (default), "quality" (slow, finer).
        short_side: 1080, 720 or 540 pixels.
    """

    id: str
    draft: Draft
    media: Mapping[str, Path]
    out: Path
    quality: Quality = "high"
    short_side: int = 1080
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A finished file: probed, not assumed."""

    path: Path
    poster: Path
    duration_s: float
    size_bytes: int
    width: int
    height: int
    frames: int
