"""The timeline of curves, and how texts come and go."""

from __future__ import annotations

import numpy as np
import pytest

from studio.picture.text import Text
from studio.render.cues import Clip, cues
from studio.render.frames import BANDS, still_frame, timeline, visible
from tests.support import tracks


def test_a_trimmed_clip_shows_what_is_heard() -> None:
    features = tracks.features(20)
    table = timeline((Clip("track", 1000, 4000, 2500),), {"track": features}, 180, 30)
    assert (table[:30] == 0).all()
    assert (table[150:] == 0).all()
    assert (table[30:150, :BANDS] == features.bands[75:195]).all()
    assert (table[30:150, -1] == features.pulse[75:195]).all()


def test_a_clip_longer_than_its_track_falls_silent() -> None:
    table = timeline((Clip("track", 0, 9000),), {"track": tracks.features(2)}, 200, 30)
    assert table[59].any()
    assert (table[60:] == 0).all()


def test_where_clips_overlap_the_louder_shows() -> None:
    low, high = tracks.features(2, silent=True), tracks.features(2)
    both = {"a": low, "b": high}
    assert (timeline((Clip("b", 0, 2000), Clip("a", 0, 2000)), both, 60, 30)[:, :BANDS] == high.bands).all()


@pytest.mark.parametrize(
    ("frame", "shown"),
    [(29, 0.0), (30, "fading"), (45, 1.0), (78, 1.0), (85, "fading"), (88, "fading"), (89, "fading"), (90, 0.0)],
)
def test_a_timed_text_fades_in_and_out(frame: int, shown: float | str) -> None:
    found = visible(Text("title", "x", 30, 90), frame, 300, 30)
    assert 0 < found < 1 if shown == "fading" else found == shown


def test_a_text_of_the_whole_video_is_there_from_the_first_frame_to_the_last() -> None:
    assert {visible(Text("title", "x", 0, 300), frame, 300, 30) for frame in range(300)} == {1.0}


def test_the_still_is_lively_and_titled() -> None:
    features = {"track": tracks.features(12)}
    plan = cues(tracks.draft(12, texts=(tracks.text("x", 0, 1500),)), features)
    table = timeline(plan.clips, features, plan.frames, plan.fps)
    chosen = still_frame(plan, table)
    assert 8 <= chosen < 45
    assert table[chosen, :BANDS].mean() > np.median(table[:45, :BANDS].mean(1))
