"""Still frames of the looks into docs/gallery: `python -m bench.gallery [TRACK] [--all] [--out FOLDER]`.

Without --all only those that the README shows. PNG or JPEG of at most 1280 px and 300 kB.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from bench.drafts import draft_for
from bench.music import excerpt
from studio.audio.features import Features
from studio.media.decode import features_of
from studio.render.cues import Cues, cues
from studio.render.frames import Frames, artwork, timeline

LONGEST_PX, MOST_BYTES = 1280, 300_000
WIDE, TALL, SQUARE = (1920, 1080), (1080, 1920), (1080, 1080)


@dataclass(frozen=True)
class Still:
    """One picture: `when` is "start", "beat", "cut", "end" or a set: "card", "centre", "album"."""

    name: str
    when: str
    palette: str = "sunset"
    size: tuple[int, int] = WIDE
    seconds: float = 30.0
    seed: int = 3
    shown: bool = False
    meta: dict[str, Any] = field(default_factory=lambda: {"title": "Frantic 狂乱之歌", "artist": "Battle for Wesnoth"})


STILLS = (
    Still("beat", "beat", shown=True),
    Still("scene", "centre", "aurora", seed=5, shown=True),
    Still("album", "album", "violet", seed=11, shown=True),
    Still("tall", "card", "ocean", TALL, seed=8, shown=True),
    Still("square", "card", "neon", SQUARE, seed=21, shown=True),
    Still("chinese", "card", "rose", seed=14, meta={"title": "海上生明月，天涯共此时", "artist": "张九龄"}, shown=True),
    Still("start", "start", "ember"),
    Still("cut", "cut", "gold"),
    Still("end", "end", "forest"),
    Still("second", "beat", "mono", seconds=1.0, meta={"title": "Blip", "artist": "One Second"}),
    Still("tall-scene", "centre", "rose", TALL),
    Still("tall-album", "album", "ember", TALL),
    Still("square-scene", "centre", "gold", SQUARE),
    Still(
        "long",
        "card",
        "violet",
        meta={
            "title": "The Unbearable Lightness of a Very Long Title (Extended Mix)",
            "artist": "An Artist with a Long Name feat. Another",
        },
    ),
)


def frame_for(still: Still, plan: Cues, track: Features) -> int:
    """Return the number of the frame that shows what the still is about."""
    match still.when:
        case "start":
            return 0
        case "end":
            return plan.frames - 1
        case "cut":
            return plan.shots[min(3, len(plan.shots) - 1)].first + 1
        case "beat":
            inside = [round(beat * plan.fps) for beat in track.beats_s.tolist() if beat > min(4.0, still.seconds / 3)]
            return min((inside[0] if inside else plan.frames // 2) + 1, plan.frames - 1)
        case _:
            shot = next((shot for shot in plan.shots if shot.arrangement == still.when), plan.shots[0])
            span = range(shot.first + 8, max(shot.first + 9, min(shot.end, plan.frames)))
            lively = [float(track.bands[k].mean() + track.pulse[k]) for k in span if k < track.frames]
            return span.start + lively.index(max(lively)) if lively else span.start


def picture(still: Still, tracks: dict[float, Path], cache: Path) -> Image.Image:
    features = {"track": features_of(tracks[still.seconds], cache)}
    width, height = still.size
    draft = draft_for(
        tracks[still.seconds],
        still.seconds,
        palette=still.palette,
        width=width,
        height=height,
        seed=still.seed,
        **still.meta,
    )
    plan = cues(draft, features)
    frames = Frames.of(plan, timeline(plan.clips, features, plan.frames, plan.fps), *artwork(plan, None))
    image = Image.fromarray(frames.rgb(frame_for(still, plan, features["track"])))
    image.thumbnail((LONGEST_PX, LONGEST_PX), Image.Resampling.LANCZOS)
    return image


def main() -> None:
    parser = argparse.ArgumentParser(description="Still frames of the looks.")
    parser.add_argument("track", nargs="?", type=Path, help="a music file; without one, music is made")
    parser.add_argument("--all", action="store_true", help="every still, not only those of the README")
    parser.add_argument("--out", type=Path, default=Path("docs/gallery"))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="gallery-") as name:
        tracks = {}
        for seconds in {still.seconds for still in STILLS}:
            folder = Path(name) / str(seconds)
            folder.mkdir()
            tracks[seconds] = excerpt(given.track, seconds, folder)
        for still in STILLS:
            if not (given.all or still.shown):
                continue
            path = given.out / f"{still.name}.jpg"
            image = picture(still, tracks, Path(name) / "cache")
            for quality in (93, 88, 80, 70):
                image.save(path, quality=quality, subsampling=0, optimize=True)
                if path.stat().st_size <= MOST_BYTES:
                    break
            print(f"{path}  {image.width}x{image.height}  {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
