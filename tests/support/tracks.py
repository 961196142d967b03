"""Features made of numbers, sounds as WAV files and drafts, for tests of pictures and renders."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import numpy as np

from studio.audio.features import Features
from studio.draft import Draft, Kind, Segment, Track

FPS = 30
RATE_HZ = 44_100


def features(seconds: float = 4.0, bpm: float | None = 120.0, *, silent: bool = False, **other: Any) -> Features:
    """A track with a beat every 60 / bpm seconds; bands swing like waves through them."""
    n = max(1, round(seconds * FPS))
    t = np.arange(n) / FPS
    beats = np.arange(0.0, seconds, 60 / bpm) if bpm else np.empty(0)
    since = t - beats[np.searchsorted(beats, t + 1e-9) - 1] if bpm else np.full(n, 9.0)
    pulse = np.exp(-7 * since).astype(np.float32)
    wave_ = 0.5 + 0.35 * np.sin(np.arange(64)[None, :] * 0.25 + t[:, None] * 3) * np.cos(np.arange(64) * 0.11)[None, :]
    bands = (wave_ * (0.55 + 0.45 * pulse[:, None])).astype(np.float32) * (0 if silent else 1)
    zero = np.zeros(n, np.float32)
    curves: dict[str, Any] = {
        "bands": bands,
        "smear": np.minimum(bands * 1.15, 1),
        "peaks": np.minimum(bands * 1.3 + (0 if silent else 0.05), 1),
        "bass": zero if silent else pulse * 0.8,
        "loudness": zero if silent else zero + 0.6,
        "onset": zero if silent else pulse,
        "pulse": zero if silent or not bpm else pulse,
    }
    facts = {"beats_s": beats, "tempo_bpm": bpm, "confidence": 0.9 if bpm else 0.0, "silent": silent}
    return Features(RATE_HZ, seconds, FPS, **{**curves, **facts, **other})


def write_wav(path: Path, seconds: float, *, hz: float = 220.0, level: float = 0.4, rate: int = RATE_HZ) -> Path:
    """A tone that starts anew every half second; level 0 is silence."""
    t = np.arange(round(seconds * rate)) / rate
    sound = level * np.sin(2 * np.pi * hz * t) * np.exp(-6 * (t % 0.5))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


def draft(
    seconds: float,
    *,
    texts: tuple[Segment, ...] = (),
    look: dict[str, Any] | None = None,
    sound: dict[str, Any] | None = None,
    size: tuple[int, int] = (1920, 1080),
    **meta: Any,
) -> Draft:
    """One visualizer and one piece of sound, media id "track", over the whole length."""
    length = round(seconds * 1000)
    heard = {"src": "track", "name": "track.wav", "in": 0, "volume": 1.0, **(sound or {})}
    tracks = [
        Track("v", Kind.VIDEO, (Segment("v1", 0, length, {"style": "spectrum", "palette": "sunset", **(look or {})}),)),
        Track("a", Kind.AUDIO, (Segment("a1", 0, length, heard),)),
        Track("t", Kind.TEXT, texts),
    ]
    return Draft(tuple(tracks), length, {"width": size[0], "height": size[1], "fps": FPS, "seed": 3, **meta})


def text(words: str, start_ms: int, duration_ms: int, role: str = "title", **meta: Any) -> Segment:
    """A text segment."""
    return Segment(f"t-{start_ms}-{role}", start_ms, duration_ms, {"text": words, "role": role, **meta})
