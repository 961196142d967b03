"""What the picture is told of made sounds: every curve in its range, whatever comes in."""

from __future__ import annotations

import numpy as np
import pytest

from studio.audio.analysis import Analyser, analyse
from studio.audio.features import Features
from tests.studio.audio import made
from tests.studio.audio.made import Samples

CURVES = ("bands", "smear", "peaks", "bass", "loudness", "onset", "pulse")


def sine(hz: float, seconds: float, rate_hz: int = 44100) -> Samples:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)).astype(np.float32)


def noise(seconds: float, rate_hz: int = 44100) -> Samples:
    return np.random.default_rng(1).normal(0, 0.1, int(seconds * rate_hz)).astype(np.float32)


ODD = {
    "nothing": (np.zeros(0, dtype=np.float32), 44100),
    "one sample": (np.ones(1, dtype=np.float32), 44100),
    "silence": (np.zeros(44100, dtype=np.float32), 44100),
    "one second": (sine(440, 1.0), 44100),
    "eight kHz": (noise(2.0, 8000), 8000),
    "high rate": (noise(1.0, 96000), 96000),
    "NaN": (np.full(20000, np.nan, dtype=np.float32), 44100),
    "infinite": (np.full(20000, np.inf, dtype=np.float32), 44100),
    "far too loud": (1e30 * noise(1.0), 44100),
    "constant": (np.full(44100, 0.5, dtype=np.float32), 44100),
    "six channels": (np.stack([noise(1.0)] * 6, axis=1), 44100),
}


@pytest.mark.parametrize("name", ODD)
def test_every_curve_stays_in_its_range(name: str) -> None:
    samples, rate_hz = ODD[name]
    features = analyse(samples, rate_hz)
    assert features.frames == max(1, int(np.ceil(len(samples) / rate_hz * 30)))
    assert features.duration_s == pytest.approx(len(samples) / rate_hz)
    for curve in CURVES:
        values = getattr(features, curve)
        assert values.dtype == np.float32
        assert values.shape == ((features.frames, 64) if curve in CURVES[:3] else (features.frames,))
        assert np.isfinite(values).all()
        assert 0.0 <= values.min() <= values.max() <= 1.0, curve
    assert (features.smear >= features.bands).all()
    assert (features.peaks >= features.bands).all()


@pytest.mark.parametrize(
    ("samples", "silent"),
    [(np.zeros(44100), True), (sine(440, 1.0) * 0.0019, True), (sine(440, 1.0) * 0.0021, False), (noise(1.0), False)],
    ids=["zeros", "-60.4 dB", "-59.6 dB", "noise"],
)
def test_silence_is_what_stays_below_60_db(samples: Samples, silent: bool) -> None:
    features = analyse(samples, 44100)
    assert features.silent is silent
    if silent:
        assert not any(getattr(features, curve).any() for curve in CURVES)


@pytest.mark.parametrize("rate_hz", [8000, 22050, 44100, 48000, 96000])
@pytest.mark.parametrize("hz", [60.0, 250.0, 1000.0, 3000.0])
def test_a_tone_lights_its_own_band(hz: float, rate_hz: int) -> None:
    features = analyse(sine(hz, 1.0, rate_hz), rate_hz)
    centres = np.geomspace(40.0, 14000.0, 66)[1:-1]
    loudest = centres[features.bands[15].argmax()]
    assert loudest == pytest.approx(hz, rel=0.2)


def test_opposite_channels_do_not_cancel() -> None:
    song, _, _ = made.song("rock", 120.0, 6.0)
    same = analyse(np.stack([song, song], axis=1), 44100)
    opposite = analyse(np.stack([song, -song], axis=1), 44100)
    assert not opposite.silent
    assert np.allclose(same.bands, opposite.bands, atol=1e-4)
    assert np.allclose(same.beats_s, opposite.beats_s)


@pytest.mark.parametrize("size", [1000, 44100, 70001])
def test_blocks_of_any_size_give_the_same(size: int) -> None:
    song, _, _ = made.song("funk", 100.0, 5.0)
    whole, pieces = analyse(song, 44100), Analyser(44100, 1)
    for start in range(0, len(song), size):
        pieces.feed(song[start : start + size])
    fed = pieces.finish()
    for curve in (*CURVES, "beats_s"):
        assert np.array_equal(getattr(whole, curve), getattr(fed, curve)), curve


def test_bass_follows_the_kick_and_not_the_hat() -> None:
    low, high = sine(60.0, 2.0), sine(6000.0, 2.0)
    low[44100:], high[:44100] = 0.0, 0.0
    bass = analyse(low + high, 44100).bass
    assert bass[10:25].min() > 0.8
    assert bass[45:].max() < 0.2


def test_bars_rise_fast_and_fall_slowly() -> None:
    sound = np.zeros(3 * 44100, dtype=np.float32)
    sound[44100 : 2 * 44100] = sine(1000.0, 1.0)
    features = analyse(sound, 44100)
    band = features.bands[:, features.bands[45].argmax()]
    top = band.max()
    assert band[33] > 0.9 * top
    assert 0.2 * top < band[63] < 0.9 * top
    cap = features.peaks[:, features.bands[45].argmax()]
    assert (np.diff(cap[62:80]) <= 0).all()
    assert cap[63] > band[63]


def test_loudness_is_of_the_tracks_own_range() -> None:
    quiet, loud = 0.02 * noise(3.0), 0.5 * noise(3.0)
    loudness = analyse(np.concatenate([quiet, loud]), 44100).loudness
    assert loudness[10:80].max() < 0.3
    assert loudness[100:170].min() > 0.9


def test_the_pulse_is_one_on_every_beat() -> None:
    clicks, _ = made.clicks(120.0, 12.0)
    features: Features = analyse(clicks, 44100)
    at = np.floor(features.beats_s * 30 + 0.5).astype(int)
    assert len(at) > 15
    assert (features.pulse[at] == 1.0).all()
    assert features.pulse[at[3] + 1] == pytest.approx(np.exp(-7 / 30))


def test_other_frame_rates_move_alike() -> None:
    song, _, _ = made.song("house", 120.0, 4.0)
    slow, fast = analyse(song, 44100, 30), analyse(song, 44100, 60)
    assert fast.frames == 2 * slow.frames
    assert np.abs(fast.bands[::2] - slow.bands).mean() < 0.06


def test_channels_do_not_change_under_way() -> None:
    analyser = Analyser(44100, 2)
    with pytest.raises(ValueError, match="channels"):
        analyser.feed(np.zeros((10, 3)))
