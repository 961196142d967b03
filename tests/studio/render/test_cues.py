"""Draft × Features → Cues: cuts fall on beats, texts come and go, trims move the beats along."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from studio.audio.features import Features
from studio.draft import Draft
from studio.render.cues import CUT_S, PACE_S, Cues, Marks, cues, cuts
from tests.support import tracks


def plan(draft: Draft, **facts: Any) -> Cues:
    return cues(draft, {"track": tracks.features(**facts)})


def starts(found: Cues) -> list[int]:
    return [shot.first for shot in found.shots]


@pytest.mark.parametrize("bpm", [62.0, 97.3, 120.0, 128.0, 174.0, 210.0])
def test_every_cut_is_the_frame_nearest_to_a_beat_about_every_two_seconds(bpm: float) -> None:
    features = tracks.features(60, bpm)
    found = starts(cues(tracks.draft(60), {"track": features}))
    beats = {round(beat * 30) for beat in features.beats_s.tolist()}
    assert set(found[1:]) <= beats
    gaps = np.diff(found) / 30
    assert 1.3 < np.median(gaps) < 2.7
    assert gaps[1:-1].max() < 3.2
    assert len(found) > 20


def test_cuts_keep_to_bars_where_bars_are_known() -> None:
    beats = np.arange(0.13, 40, 0.48)
    features = tracks.features(40, beats_s=beats, downbeats_s=beats[2::4])
    found = starts(cues(tracks.draft(40), {"track": features}))
    assert set(found[1:]) <= {round(bar * 30) for bar in beats[2::4].tolist()}


def test_no_rounded_period_adds_up() -> None:
    beats = np.arange(0.0, 300, 60 / 127.3)
    features = tracks.features(300, beats_s=beats)
    late = [first for first in starts(cues(tracks.draft(300), {"track": features})) if first > 8000]
    assert late
    for first in late:
        assert np.abs(beats - first / 30).min() <= 0.5 / 30 + 1e-9


def test_a_section_changes_the_set() -> None:
    found = plan(tracks.draft(30, title="x"), seconds=30, sections_s=np.array([9.9, 20.1]))
    at = {shot.first: shot for shot in found.shots}
    assert at[300].strength == at[600].strength == 1.0, "snapped to the beat"
    sets = [shot.arrangement for shot in found.shots]
    assert at[300].arrangement != sets[0]
    assert len(set(sets)) == 3


def test_neighbouring_shots_differ() -> None:
    found = plan(tracks.draft(40), seconds=40).shots
    for one, other in pairwise(found):
        assert abs(one.zoom - other.zoom) > 0.1
        assert other.strength >= 0.5


def test_the_shots_are_the_whole_video_without_a_gap() -> None:
    found = plan(tracks.draft(47.3), seconds=47.3)
    assert found.frames == 1419
    assert found.shots[0].first == 0
    assert found.shots[-1].end == found.frames
    assert all(one.end == other.first for one, other in zip(found.shots, found.shots[1:], strict=False))


@pytest.mark.parametrize("facts", [{"bpm": None}, {"bpm": None, "silent": True}])
def test_without_beats_it_still_moves(facts: dict[str, Any]) -> None:
    gaps = np.diff(starts(plan(tracks.draft(40), seconds=40, **facts))) / 30
    assert len(gaps) >= 3
    assert gaps.min() > 2.5
    assert gaps.max() <= 9


def test_without_beats_cuts_take_the_strongest_onset() -> None:
    onset = np.zeros(600, np.float32)
    onset[[120, 250, 375]] = 1
    found = starts(plan(tracks.draft(20), seconds=20, bpm=None, onset=onset))
    assert {120, 250, 375} <= set(found)


@pytest.mark.parametrize("seconds", [0.02, 0.5, 1.0, 1.9])
def test_a_very_short_track_is_one_shot(seconds: float) -> None:
    found = plan(tracks.draft(seconds), seconds=seconds)
    assert len(found.shots) == 1
    assert found.frames >= 1


def test_cuts_can_be_turned_off() -> None:
    assert len(plan(tracks.draft(20, look={"cuts": "none"}), seconds=20).shots) == 1


def test_a_trim_moves_the_beats() -> None:
    beats = np.arange(0.0, 60, 0.5)
    draft = tracks.draft(20, sound={"in": 10_250})
    found = starts(cues(draft, {"track": tracks.features(60, beats_s=beats)}))
    assert len(found) > 5
    assert all((first / 30 + 10.25) % 0.5 == pytest.approx(0, abs=0.5 / 30 + 1e-6) for first in found[1:])


def test_text_comes_from_segments_and_else_from_the_draft() -> None:
    timed = tracks.text("Hello", 1000, 2000, color="#ffcc00")
    found = plan(tracks.draft(10, texts=(timed,), title="Name", artist="Who"), seconds=10).texts
    assert [(text.role, text.text, text.first, text.end, text.colour) for text in found] == [
        ("title", "Hello", 30, 90, "#ffcc00"),
        ("artist", "Who", 0, 300, None),
    ]


def test_text_outside_the_video_is_left_out() -> None:
    gone = (tracks.text("late", 20_000, 1000), tracks.text("  ", 0, 1000), tracks.text("none", 500, 0))
    assert plan(tracks.draft(10, texts=gone), seconds=10).texts == ()


@pytest.mark.parametrize(
    ("size", "side", "found"),
    [
        ((1920, 1080), 1080, (1920, 1080)),
        ((1920, 1080), 540, (960, 540)),
        ((1080, 1920), 720, (720, 1280)),
        ((1080, 1080), 540, (540, 540)),
        ((1366, 768), 540, (960, 540)),
    ],
)
def test_the_short_side_sets_the_size(size: tuple[int, int], side: int, found: tuple[int, int]) -> None:
    made = cues(tracks.draft(2, size=size), {"track": tracks.features(2)}, side)
    assert (made.width, made.height) == found


def test_cues_go_through_json() -> None:
    found = plan(tracks.draft(20, title="狂乱", texts=(tracks.text("x", 0, 900),)), seconds=20)
    assert Cues.from_plain(json.loads(json.dumps(found.to_plain()))) == found


def test_the_same_draft_gives_the_same_cues_and_another_seed_others() -> None:
    features: dict[str, Features] = {"track": tracks.features(20)}
    assert cues(tracks.draft(20), features) == cues(tracks.draft(20), features)
    assert cues(tracks.draft(20, seed=4), features) != cues(tracks.draft(20), features)


@pytest.mark.parametrize(("pace", "seconds"), [("slow", 4.0), ("normal", 2.0), ("fast", 1.0), (None, 2.0)])
def test_the_pace_that_was_asked_for_sets_the_length_of_a_shot(pace: str | None, seconds: float) -> None:
    beats = np.arange(0.0, 60.0, 0.5)
    marks = Marks(beats, np.empty(0), np.empty(0), np.ones(1801), 30)
    firsts = [first for first, _ in cuts(marks, 1800, 30, PACE_S.get(str(pace), CUT_S))]
    assert np.median(np.diff(firsts)) == pytest.approx(seconds * 30)
