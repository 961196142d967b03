"""Whole frames against small stored ones; `python -m tests.studio.picture.test_spectrum` stores them anew."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from studio.draft import Draft
from studio.media.scale import planes
from studio.picture import palette
from studio.render.cues import cues
from studio.render.frames import Frames, artwork, timeline
from tests.support import tracks

STORED = Path(__file__).parent / "stored"
SIDE = 360
WIDE, TALL, SQUARE = (1920, 1080), (1080, 1920), (1080, 1080)
CHINESE: dict[str, Any] = {"title": "狂乱之歌", "artist": "韦诺之战"}

# name: (draft, features, frame)
CASES: dict[str, tuple[Draft, dict[str, Any], int]] = {
    "wide-start": (tracks.draft(9, title="Frantic 狂乱之歌", artist="Battle for Wesnoth"), {"seconds": 9}, 0),
    "wide-cut": (tracks.draft(9, title="Frantic", artist="Battle for Wesnoth"), {"seconds": 9}, 62),
    "wide-section": (
        tracks.draft(12, title="Frantic", artist="Someone", look={"palette": "aurora"}),
        {"seconds": 12, "sections_s": np.array([4.0, 8.0])},
        130,
    ),
    "wide-end": (tracks.draft(5, title="Frantic", artist="Someone", look={"palette": "violet"}), {"seconds": 5}, 149),
    "tall-chinese": (tracks.draft(4, size=TALL, look={"palette": "ocean"}, **CHINESE), {"seconds": 4}, 31),
    "square-accent": (
        tracks.draft(4, size=SQUARE, title="Rose", look={"accent": "#ff3366", "background": "#102040"}),
        {"seconds": 4},
        31,
    ),
    "silent-no-title": (tracks.draft(4), {"seconds": 4, "silent": True}, 60),
    "one-second": (tracks.draft(1, title="Blip", artist="Short", look={"palette": "gold"}), {"seconds": 1}, 15),
}


def frames_of(draft: Draft, facts: dict[str, Any], side: int = SIDE) -> Frames:
    features = {"track": tracks.features(**facts)}
    plan = cues(draft, features, side)
    return Frames.of(plan, timeline(plan.clips, features, plan.frames, plan.fps), *artwork(plan, None))


def small(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    height, width = picture.shape[:2]
    by = 200 / max(height, width)
    return np.asarray(
        cv2.resize(picture, (round(width * by), round(height * by)), interpolation=cv2.INTER_AREA), np.uint8
    )


@pytest.mark.parametrize("name", CASES)
def test_a_frame_looks_as_it_looked(name: str) -> None:
    draft, facts, number = CASES[name]
    found = small(frames_of(draft, facts).rgb(number)).astype(int)
    with Image.open(STORED / f"{name}.png") as image:
        stored = np.asarray(image.convert("RGB"), int)
    assert found.shape == stored.shape
    difference = np.abs(found - stored)
    assert difference.mean() < 1.5
    assert np.percentile(difference, 99.5) < 24


def test_a_frame_depends_on_its_number_only() -> None:
    frames = frames_of(*CASES["wide-cut"][:2])
    first = [frames.rgb(number) for number in (70, 5, 62)]
    again = [frames_of(*CASES["wide-cut"][:2]).rgb(number) for number in (62, 70, 5)]
    for one, other in zip(first, [again[1], again[2], again[0]], strict=True):
        assert (one == other).all()


def test_the_picture_beats_and_a_cut_is_seen() -> None:
    frames = frames_of(*CASES["wide-cut"][:2])
    luma = [float(frames.rgb(number).mean()) for number in range(28, 34)]
    assert luma[2] > luma[1] + 0.5, "brighter on the beat at frame 30"
    cut = frames.cues.shots[1].first
    before, at, after = (frames.rgb(number).astype(int) for number in (cut - 2, cut - 1, cut))
    assert np.abs(after - at).mean() > 2.5 * np.abs(at - before).mean()


def test_bars_stand_out_from_their_gaps() -> None:
    """Between bars it is darker than the bars by far: the glow does not fill the gaps."""
    frames = frames_of(*CASES["wide-start"][:2], 720)
    luma = planes(frames.draw(40))[0]
    bars = frames.scene.stages["card"].bars
    left = bars.rows["rise"].left
    row = bars.base - 12
    for k in range(len(left) - 1):
        middle = bars.x0 + left[k] + bars.width // 2
        gap = bars.x0 + (left[k] + bars.width + left[k + 1]) // 2
        assert int(luma[row, middle]) > 1.5 * int(luma[row, gap])


def test_gaps_widen_towards_the_treble() -> None:
    left = frames_of(*CASES["wide-start"][:2]).scene.stages["card"].bars.rows["rise"].left
    assert left[-1] - left[-9] > 1.2 * (left[8] - left[0])


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1080, 1080), (1350, 1080), (1080, 1350), (2560, 1080)])
def test_every_size_draws_every_set(size: tuple[int, int]) -> None:
    draft = tracks.draft(
        12, size=size, title="A title 歌", artist="x", texts=(tracks.text("Words", 0, 9000, "caption"),)
    )
    frames = frames_of(draft, {"seconds": 12, "sections_s": np.array([4.0, 8.0])}, 270)
    assert {shot.arrangement for shot in frames.cues.shots} == {"card", "centre", "album"}
    for shot in frames.cues.shots:
        assert 8 < frames.rgb(shot.first).mean() < 160


@pytest.mark.parametrize("name", palette.NAMED)
def test_every_palette_shows_bars_and_ground(name: str) -> None:
    frames = frames_of(tracks.draft(2, look={"palette": name}), {"seconds": 2}, 180)
    picture = frames.rgb(16)
    assert picture.max() > 150
    assert np.percentile(picture, 10) < 70


if __name__ == "__main__":
    STORED.mkdir(exist_ok=True)
    for case, (what, given, at) in CASES.items():
        Image.fromarray(small(frames_of(what, given).rgb(at))).save(STORED / f"{case}.png", optimize=True)
