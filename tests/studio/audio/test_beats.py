"""Beats of made music are where they were put; where there are none, none are claimed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bench.scores import amlt, bias_s, f_any_level, f_measure, near
from studio.audio import metre
from studio.audio.analysis import analyse
from studio.audio.beats import Beats, find_beats, track
from studio.audio.onsets import Curve, Ear
from studio.audio.pulse import in_phase, two_phases
from studio.media.decode import sound_blocks
from tests.studio.audio import made
from tests.studio.audio.made import Samples

LENGTH = 44100 * 20


@pytest.mark.parametrize("bpm", [60, 72, 85, 100, 120, 128, 140, 155, 174, 200])
def test_a_metronome_is_followed_to_the_hundredth(bpm: int) -> None:
    clicks, true = made.clicks(bpm, 20.0)
    beats = track(clicks, made.RATE_HZ)
    assert f_measure(beats.times_s, true) > 0.96
    assert abs(bias_s(beats.times_s, true)) < 0.005
    assert beats.tempo_bpm == pytest.approx(bpm, rel=0.02)
    assert beats.confidence > 0.9


def test_a_click_every_500_ms_is_120_bpm() -> None:
    clicks, _ = made.clicks(120.0, 15.0)
    assert track(clicks, made.RATE_HZ).tempo_bpm == pytest.approx(120.0, abs=0.5)


@pytest.mark.parametrize("rate_hz", [8000, 11025, 22050, 48000, 96000])
def test_the_sample_rate_does_not_matter(rate_hz: int) -> None:
    clicks, true = made.clicks(110.0, 12.0, rate_hz=rate_hz)
    beats = track(clicks, rate_hz)
    assert near(beats.times_s, true) > 0.95
    assert abs(bias_s(beats.times_s, true)) < 0.01


TEMPI = {"house": 126, "rock": 110, "ballad": 72, "breaks": 165, "swing": 140, "shuffle": 120}
TEMPI |= {"waltz": 130, "tracker": 125, "piano": 96, "off": 130, "funk": 104}


@pytest.mark.parametrize(("style", "bpm"), TEMPI.items())
def test_bands_of_numbers_are_followed(style: str, bpm: float) -> None:
    song, true, _ = made.song(style, bpm, 20.0, seed=3, drift=0.02, jitter_s=0.004)
    beats = track(song, made.RATE_HZ)
    assert f_any_level(beats.times_s, true) > 0.8
    assert amlt(beats.times_s, true) > 0.75
    assert near(beats.times_s, true) > 0.8


@pytest.mark.parametrize(("style", "bpm", "length"), [("house", 126, 4), ("rock", 110, 4), ("waltz", 150, 3)])
def test_bars_begin_where_bass_and_harmony_move(style: str, bpm: float, length: int) -> None:
    song, _, true = made.song(style, bpm, 24.0, seed=5)
    beats = track(song, made.RATE_HZ)
    assert beats.places.max() == length
    assert f_measure(beats.downbeats_s, true) > 0.8


def test_a_tempo_that_wanders_is_followed() -> None:
    song, true, _ = made.song("rock", 115.0, 30.0, seed=2, drift=0.06)
    assert f_measure(track(song, made.RATE_HZ).times_s, true) > 0.9


def tone() -> Samples:
    return 0.5 * np.sin(2 * np.pi * 440 * np.arange(LENGTH) / 44100)


def chord() -> Samples:
    return 0.1 * sum(np.sin(2 * np.pi * hz * np.arange(LENGTH) / 44100) for hz in (220, 277, 330))  # type: ignore[return-value]


def white() -> Samples:
    return np.random.default_rng(1).normal(0, 0.2, LENGTH)


def rumble() -> Samples:
    return np.cumsum(np.random.default_rng(2).normal(0, 1.0, LENGTH)) * 1e-4


def rain() -> Samples:
    random = np.random.default_rng(3)
    out = np.zeros(LENGTH + 5000)
    for at in random.integers(0, LENGTH, 100):
        out[at : at + 4000] += random.normal(0, 0.2, 4000) * np.exp(-np.arange(4000) / 400)
    return out[:LENGTH]


def rubato() -> Samples:
    random, out, now = np.random.default_rng(4), np.zeros(LENGTH), 0.3
    t = np.arange(60000) / 44100
    while now < 18.0:
        hz, at = 220 * 2 ** (random.integers(0, 24) / 12), int(now * 44100)
        note = 0.2 * np.sin(2 * np.pi * hz * t) * np.exp(-2 * t) * np.minimum(1, t / 0.2)
        out[at : at + 60000] += note[: LENGTH - at]
        now += random.exponential(0.6) + 0.1
    return out


@pytest.mark.parametrize("make", [tone, chord, white, rumble, rain, rubato], ids=lambda make: make.__name__)
def test_no_beat_is_claimed_where_there_is_none(make: Callable[[], Samples]) -> None:
    features = analyse(make(), 44100)
    assert len(features.beats_s) == len(features.downbeats_s) == 0
    assert features.tempo_bpm is None
    assert features.confidence < 0.45
    assert not features.pulse.any()


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.5, 1.0, 1.9, 3.0])
def test_short_and_silent_tracks_have_no_beats(seconds: float) -> None:
    beats = track(np.zeros(int(44100 * seconds), dtype=np.float32), 44100)
    assert (len(beats.times_s), beats.tempo_bpm, beats.confidence) == (0, None, 0.0)


@pytest.mark.parametrize("seconds", [3, 8, 20])
def test_noise_does_not_even_lead_to_a_guess(seconds: int) -> None:
    beats = track(np.random.default_rng(seconds).normal(0, 0.1, 44100 * seconds), 44100)
    assert (len(beats.times_s), beats.confidence) == (0, 0.0)


def test_calm_music_without_drums_is_not_cut_on_a_beat() -> None:
    ear = Ear(44100)
    for block in sound_blocks(Path("tests/music/caves-58s.m4a"), 44100, 1):
        ear.feed(block[:, 0])
    assert find_beats(ear.finish(58.0)).confidence < 0.45


@pytest.mark.parametrize(
    ("sound", "truth", "least"),
    [
        ("cli/music/final_step-60s.ogg", "tests/music/final_step-60s.beats", (0.95, 0.95, 0.95)),
        ("cli/music/metal_madness-60s.mp3", "tests/music/metal_madness-60s.beats", (0.95, 0.95, 0.95)),
    ],
    ids=["trance", "metal: the snare leaves the beat for the off-beat and comes back"],
)
def test_real_tracks_with_known_beats(sound: str, truth: str, least: tuple[float, float, float]) -> None:
    ear, true = Ear(44100), np.loadtxt(truth)[:, 0]
    for block in sound_blocks(Path(sound), 44100, 1):
        ear.feed(block[:, 0])
    beats = find_beats(ear.finish(60.0))
    found = beats.times_s
    assert f_any_level(found, true) > least[0]
    assert near(found, true) > least[1]
    assert amlt(found, true) > least[2]
    assert beats.confidence > 0.45


def strokes(times: Samples, force: Samples | float = 1.0) -> Curve:
    """Onsets that die away within a tenth of a second."""
    curve = np.zeros(4100, dtype=np.float32)
    curve[np.round(times * 100).astype(int)] = force
    return np.convolve(curve, np.exp(-np.arange(10) / 2.0))[: len(curve)].astype(np.float32)


def heard_as(strength: Curve) -> metre.Music:
    return metre.Music(strength, strength, strength, (strength,))


@pytest.mark.parametrize(
    ("period_s", "forces", "kept"),
    [
        (0.5, [1], 1),
        (0.4, [1], 1),
        (0.9, [1], 1),
        (0.25, [2, 0.3, 1, 0.3], 2),
        (0.15, [2, 0.1, 1, 0.1], 2),
        (0.3, [2, 0.4, 1, 0.4, 1.5, 0.4, 1, 0.4], 2),
    ],
    ids=["120 bpm", "150", "67 with nothing between", "weak eighths at 120", "weak eighths at 200", "weak at 100"],
)
def test_the_level_is_the_one_a_listener_taps(period_s: float, forces: list[float], kept: int) -> None:
    times = np.arange(0.5, 40.0, period_s)
    found = metre.best(heard_as(strokes(times, np.resize(forces, len(times)))), [times])
    assert np.allclose(found, times[::kept])


@pytest.mark.parametrize("bpm", [70.0, 93.0, 125.0, 150.0, 190.0])
def test_the_tempo_of_a_pulse_or_one_that_halves_or_doubles_it_is_among_those_tried(bpm: float) -> None:
    curve = strokes(np.arange(0.3, 40.0, 60.0 / bpm))
    tried = np.array(metre.tempi(np.stack([curve] * 4, axis=1)))
    assert np.abs(np.log2(tried / bpm) - np.round(np.log2(tried / bpm))).min() < 0.03


def test_three_notes_in_the_time_of_four_do_not_take_the_tempo_away() -> None:
    """A bar of 3 + 3 + 3 + 3 + 4 sixteenths over a backbeat, as tracker music likes it, returns only as a whole."""
    beats = np.arange(0.5, 38.0, 0.48)
    figure = np.add.outer(beats[:-4:4], 0.12 * np.array([0, 3, 6, 9, 12])).ravel()
    curve = strokes(figure) + strokes(beats[1::2], 0.8)
    found = metre.best(heard_as(curve), [np.arange(0.5, 38.0, 0.36), beats])
    assert np.isclose(np.median(np.diff(found)) / 0.48, [0.5, 1.0, 2.0]).any()


@pytest.mark.parametrize("led_by", [0, 1, 2], ids=["the beat", "a silent third", "the short note"])
def test_a_shuffle_is_not_led_by_its_short_notes(led_by: int) -> None:
    beats = np.arange(0.6, 38.0, 0.6)
    curve = strokes(beats) + strokes(beats[:-1] + 0.4, 0.5)
    found = metre.best(heard_as(curve), [beats + 0.2 * led_by])
    assert np.abs(found[:, None] - beats).min(axis=1).max() < 0.02
    assert np.median(np.diff(found)) == pytest.approx(0.6, rel=0.01)


@pytest.mark.parametrize(
    ("times", "parts", "found"),
    [([1, 2, 4], 1, [1, 2, 4]), ([1, 2, 4], 2, [1, 1.5, 2, 3, 4]), ([0, 3], 3, [0, 1, 2, 3])],
)
def test_steps_are_divided_evenly_however_long_they_are(times: list[float], parts: int, found: list[float]) -> None:
    assert metre.split(np.array(times, dtype=np.float64), parts) == pytest.approx(found)


def hits_at(*parts: Samples) -> Curve:
    curve = np.zeros(4000, dtype=np.float32)
    for times in parts:
        curve[np.round(times * 100).astype(int)] = 1.0
    return curve


def test_louder_off_beats_for_a_while_do_not_turn_the_song() -> None:
    beats = np.arange(0.5, 38.0, 0.5)
    hits = hits_at(beats) + 0.5 * hits_at(beats[20:45] + 0.25)
    hits[np.round(beats[20:45] * 100).astype(int)] = 0.3
    assert np.allclose(in_phase(beats, hits), beats)
    assert np.allclose(in_phase(beats + 0.25, hits), beats[1:])


def test_a_bar_with_half_a_beat_too_many_is_seen() -> None:
    beats = np.arange(0.5, 38.0, 0.5)
    found = in_phase(beats, hits_at(beats[:38], beats[38:] + 0.25))
    assert np.allclose(found[:37], beats[:37])
    assert np.allclose(found[-30:], beats[-31:-1] + 0.25)


@pytest.mark.parametrize(
    ("evidence", "path"),
    [
        ([1, 1, 1, 1], "...."),
        ([-1, -1, -1, 0.5], "xxxx"),
        ([3, 3, -1, 3, 3], "....."),
        ([3, 3, 3, -3, -3, -3], "...xxx"),
        ([0.1], "."),
    ],
)
def test_the_phase_changes_only_where_that_is_worth_a_leap(evidence: list[float], path: str) -> None:
    assert "".join(".x"[int(other)] for other in two_phases(np.array(evidence), 5.0)) == path


def test_beats_say_which_begin_a_bar() -> None:
    beats = Beats(np.array([1.0, 2.0, 3.0]), np.array([4, 1, 2]), 60.0, 1.0)
    assert list(beats.downbeats_s) == [2.0]
