"""Sound comes out of files in blocks, whatever is wrong with them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from studio.errors import MediaTooLarge, UnsupportedMedia
from studio.media import cache
from studio.media.decode import features_of, sound_blocks, sound_rate
from tests.studio.media import corpus


def stored(folder: Path, data: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("name", corpus.SOUNDS)
def test_every_kind_of_sound_is_decoded_to_floats(tmp_path: Path, name: str) -> None:
    path = stored(tmp_path, corpus.sound(name))
    rate_hz, channels = sound_rate(path)
    blocks = list(sound_blocks(path, rate_hz, channels))
    samples = np.concatenate(blocks)
    assert samples.dtype == np.float32
    assert samples.shape[1] == channels <= 2
    assert len(samples) / rate_hz == pytest.approx(0.5 if "five" in name else 1.0, abs=0.1)
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    assert np.abs(middle).max() > 0.2


def test_vorbis_is_decoded(tmp_path: Path) -> None:
    path = Path("cli/music/final_step-60s.ogg")
    assert sum(len(block) for block in sound_blocks(path, 8000, 1)) == pytest.approx(480_000, abs=200)


def test_blocks_stay_small_however_long_the_track(tmp_path: Path) -> None:
    path = stored(tmp_path, corpus.wav(np.zeros((8000 * 60, 2), dtype=np.float32), 8000))
    assert max(len(block) for block in sound_blocks(path, 8000, 2)) < 8000 * 4


def test_a_track_that_goes_on_too_long_is_refused_on_the_way(tmp_path: Path) -> None:
    path = stored(tmp_path, corpus.wav(np.zeros((8000 * 20, 1), dtype=np.float32), 8000))
    with pytest.raises(MediaTooLarge):
        list(sound_blocks(path, 8000, 1, max_seconds=10.0))


@pytest.mark.parametrize("data", [corpus.film("mp4", "mpeg4"), corpus.still("PNG"), b""], ids=["film", "png", "empty"])
def test_what_has_no_sound_is_refused(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnsupportedMedia):
        features_of(stored(tmp_path, data), tmp_path / "cache")


def test_no_number_among_the_samples_counts_as_silence(tmp_path: Path) -> None:
    samples = corpus.tone(1.0, 8000)
    samples[::7] = np.nan
    samples[3::11] = np.inf
    features = features_of(stored(tmp_path, corpus.float_wav(samples, 8000)), tmp_path)
    for name in ("bands", "smear", "peaks", "bass", "loudness", "onset", "pulse"):
        assert np.isfinite(getattr(features, name)).all(), name


def test_rubbish_in_the_middle_costs_only_itself(tmp_path: Path) -> None:
    whole = corpus.encoded("mp3", "libmp3lame", [corpus.tone(4.0, 44100, 2)], 44100)
    middle = len(whole) // 2
    broken = whole[:middle] + os.urandom(3000) + whole[middle + 3000 :]
    features = features_of(stored(tmp_path, broken), tmp_path)
    assert features.duration_s == pytest.approx(4.0, abs=0.5)


def test_features_come_from_the_cache_for_the_same_bytes(tmp_path: Path) -> None:
    path = stored(tmp_path, corpus.sound("song.mp3"))
    kept = tmp_path / "cache"
    first = features_of(path, kept)
    path.rename(tmp_path / "other-name")
    (entry,) = kept.iterdir()
    written = entry.stat().st_mtime_ns
    again = features_of(tmp_path / "other-name", kept)
    assert entry.stat().st_mtime_ns == written
    assert np.array_equal(first.bands, again.bands)
    assert (first.tempo_bpm, first.duration_s, first.silent) == (again.tempo_bpm, again.duration_s, again.silent)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half", b"\x80\x04N."], ids=["empty", "half", "pickle"])
def test_a_damaged_cache_is_made_again(tmp_path: Path, damage: bytes) -> None:
    path = stored(tmp_path, corpus.sound("eight-k.wav"))
    kept = tmp_path / "cache"
    features_of(path, kept)
    (entry,) = kept.iterdir()
    entry.write_bytes(damage)
    assert features_of(path, kept).frames == 30
    assert cache.load(kept, entry.name.rpartition("-v")[0]) is not None
    assert len(list(kept.iterdir())) == 1
