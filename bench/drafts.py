"""A whole video of a track as a draft, and the render of one in a process of its own."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from studio.draft import Draft, Kind, Segment, Track
from studio.render.jobs import Renderer
from studio.render.model import Job


def draft_for(track: Path, seconds: float, **meta: object) -> Draft:
    """Return the draft of a whole video of a track, media id "track"; `palette` and `cuts` go to the picture."""
    length = round(seconds * 1000)
    look = {"style": "spectrum", "palette": meta.pop("palette", "sunset"), "cuts": meta.pop("cuts", "beats")}
    plain = {"title": "Frantic", "artist": "From Music", "width": 1920, "height": 1080, "fps": 30, "seed": 3, **meta}
    sound = {"name": track.name, "src": "track", "in": 0, "volume": 1.0}
    return Draft(
        (
            Track("v", Kind.VIDEO, (Segment("v1", 0, length, look),)),
            Track("a", Kind.AUDIO, (Segment("a1", 0, length, sound),)),
        ),
        length,
        plain,
    )


def main(track: Path, seconds: float, folder: Path, short_side: int = 1080) -> None:
    """Render once, with nothing known from before."""
    job = Job("bench", draft_for(track, seconds), {"track": track}, folder / "ours.mp4", short_side=short_side)
    asyncio.run(Renderer(folder / "work", folder / "cache").render(job, lambda _: None))
    for left in (folder / "cache").iterdir():
        left.unlink()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]), *map(int, sys.argv[4:]))
