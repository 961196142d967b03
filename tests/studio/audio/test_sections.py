"""Changes of a track are found where they were made, and nowhere else."""

from __future__ import annotations

import numpy as np

from studio.audio.analysis import analyse
from tests.studio.audio import made
from tests.studio.audio.made import Samples


def part(style: str, seconds: float, gain: float, seed: int) -> Samples:
    return gain * made.song(style, 120.0, seconds, seed)[0]


def test_a_drop_and_a_break_are_found_near_where_they_are() -> None:
    song = np.concatenate([part("piano", 20.0, 0.3, 0), part("house", 24.0, 1.0, 1), part("strings", 20.0, 0.5, 2)])
    sections = analyse(song, made.RATE_HZ).sections_s
    for true in (20.0, 44.0):
        assert np.abs(sections - true).min() < 2.1
    assert len(sections) <= 4


def test_changes_stand_on_downbeats_where_there_are_some() -> None:
    song = np.concatenate([part("rock", 20.0, 0.2, 0), part("house", 20.0, 1.0, 1)])
    features = analyse(song, made.RATE_HZ)
    assert len(features.downbeats_s)
    assert len(features.sections_s)
    assert set(features.sections_s) <= set(features.downbeats_s)


def test_without_beats_changes_are_found_all_the_same() -> None:
    random = np.random.default_rng(0)
    song = np.concatenate([random.normal(0, level, 44100 * 15) for level in (0.01, 0.3, 0.02)])
    features = analyse(song, 44100)
    assert not len(features.beats_s)
    assert np.abs(features.sections_s - 15.0).min() < 1.1
    assert np.abs(features.sections_s - 30.0).min() < 1.1


def test_a_track_that_does_not_change_has_no_sections() -> None:
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(44100 * 40) / 44100)
    assert not len(analyse(tone, 44100).sections_s)
