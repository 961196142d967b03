"""Music made of numbers, whose beats are known: drums, bass and chords by pattern, over any tempo."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Samples = np.ndarray[Any, Any]
RATE_HZ = 44100
KEYS = (0, 9, 5, 7)
"""Chord roots in semitones: I vi IV V."""


@dataclass(frozen=True)
class Style:
    """A bar in sixteenths (or triplet eighths): x hits hard, o softly, . rests."""

    kick: str = ""
    snare: str = ""
    hat: str = ""
    bass: str = ""
    chord: str = ""
    beats: int = 4
    arp: bool = False
    slow: bool = False
    triplets: bool = False


STYLES: dict[str, Style] = {
    "house": Style("x...x...x...x...", "....x.......x...", "..x...x...x...x.", "..xx..xx..xx..xx", "x..............."),
    "rock": Style("x.....x.x.......", "....x.......x...", "x.x.x.x.x.x.x.x.", "x.x.x.x.x.x.x.x.", "x.......x......."),
    "funk": Style("x..x......x..x..", "....x..o.o..x..o", "xoxoxoxoxoxoxoxo", "x..x..x...x..x..", "...x..x...x....."),
    "breaks": Style("x.x.......xx....", "....x..o.o..x..x", "x.x.x.x.x.x.x.x.", "x.........x.....", "x..............."),
    "ballad": Style("x...............", "........x.......", "x...x...x...x...", "x.......x.......", "x...x...x...x..."),
    "swing": Style("............", "...x.....x..", "x..x.xx..x.x", "x..x..x..x..", "..x.....x...", triplets=True),
    "shuffle": Style("x.....x.....", "...x.....x..", "x.xx.xx.xx.x", "x.xx.xx.xx.x", "x...........", triplets=True),
    "waltz": Style("x...........", "....x...x...", "x...x...x...", "x...........", "....x...x...", beats=3),
    "tracker": Style("x.....x...x.....", "....x.......x...", "", "x.xxx.xxx.xxx.xx", "", arp=True),
    "piano": Style("", "", "", "x.......x.......", "x...x.x.x...x.x."),
    "off": Style("x.......x.......", "....x.......x...", "", "x.......x.......", "..x...x...x...x."),
    "strings": Style("", "", "", "x...............", "x...x...x...x...", slow=True),
}


def song(
    style: str,
    bpm: float,
    seconds: float = 30.0,
    seed: int = 0,
    drift: float = 0.0,
    jitter_s: float = 0.0,
    lead: float = 0.0,
) -> tuple[Samples, Samples, Samples]:
    """Return float32 [n] mono, its beats and its downbeats in seconds.

    Args:
        drift: Share by which the tempo wanders up and down over the piece.
        jitter_s: How far players miss their time (standard deviation).
        lead: Loudness of a melody in free rhythm over it, 0.0 to 1.0.
    """
    random, shape = np.random.default_rng(seed), STYLES[style]
    beats = _beat_times(bpm, seconds, drift, random.uniform(0.1, 0.8))
    out = np.zeros(int((seconds + 4) * RATE_HZ), dtype=np.float64)
    steps = 3 if shape.triplets else 4
    key = random.integers(0, 12)
    for index, beat in enumerate(beats[:-1]):
        place, bar = index % shape.beats, index // shape.beats
        root = 110.0 * 2 ** ((key + KEYS[bar % 4]) / 12)
        for step in range(steps):
            at = beat + (beats[index + 1] - beat) * step / steps + random.normal(0, jitter_s)
            column = place * steps + step
            _hits(out, at, column, shape, root, random)
            if lead and random.random() < 0.35:
                pitch = root * 2 ** (random.choice((12, 14, 16, 19, 21, 24)) / 12)
                _add(out, at, 0.15 * lead * random.uniform(0.3, 1) * _note([pitch], 0.4, 4.0, 0.01))
    out = np.tanh(out[: int(seconds * RATE_HZ)] + random.normal(0, 0.001, int(seconds * RATE_HZ)))
    inside = beats[beats < seconds]
    return out.astype(np.float32), inside, inside[:: shape.beats]


def clicks(bpm: float, seconds: float, first_s: float = 0.5, rate_hz: int = RATE_HZ) -> tuple[Samples, Samples]:
    """Return a metronome and its beats."""
    beats = np.arange(first_s, seconds - 0.1, 60.0 / bpm)
    out = np.zeros(int(seconds * rate_hz))
    for beat in beats:
        _add(out, beat, _decaying(0.03, 120.0, rate_hz) * np.sin(2 * np.pi * 1500 * _clock(0.03, rate_hz)), rate_hz)
    return (0.8 * out).astype(np.float32), beats


def _beat_times(bpm: float, seconds: float, drift: float, first_s: float) -> Samples:
    times, now = [], first_s
    while now < seconds + 2:
        times.append(now)
        now += 60.0 / (bpm * (1.0 + drift * np.sin(2 * np.pi * now / 20.0)))
    return np.array(times)


def _hits(out: Samples, at: float, column: int, shape: Style, root: float, random: np.random.Generator) -> None:
    def force(pattern: str) -> float:
        return {"x": 1.0, "o": 0.35}.get(pattern[column] if column < len(pattern) else ".", 0.0) * random.uniform(
            0.8, 1
        )

    if loud := force(shape.kick):
        t = _clock(0.25)
        _add(out, at, 0.7 * loud * np.sin(2 * np.pi * (50 * t + 6 * (1 - np.exp(-30 * t)))) * np.exp(-14 * t))
    if loud := force(shape.snare):
        t = _clock(0.2)
        body = random.normal(0, 0.3, len(t)) * np.exp(-22 * t) + 0.3 * np.sin(2 * np.pi * 190 * t) * np.exp(-30 * t)
        _add(out, at, loud * body)
    if loud := force(shape.hat):
        noise = np.diff(random.normal(0, 0.08, int(0.06 * RATE_HZ) + 1))
        _add(out, at, loud * noise * _decaying(0.06, 70.0))
    if loud := force(shape.bass):
        _add(out, at, 0.25 * loud * _note([root / 2], 0.3, 6.0, 0.004))
    if loud := force(shape.chord):
        long, attack = (1.6, 0.12) if shape.slow else (0.8, 0.008)
        _add(out, at, 0.08 * loud * _note([root * 2 ** (s / 12) for s in (12, 16, 19)], long, 2.5, attack))
    if shape.arp:
        _add(out, at, 0.1 * _note([root * 2 ** ((12, 16, 19, 24)[column % 4] / 12)], 0.12, 9.0, 0.002))


def _note(pitches: Sequence[float], seconds: float, decay: float, attack_s: float) -> Samples:
    t = _clock(seconds)
    tone = sum(np.sin(2 * np.pi * hz * k * t) / k for hz in pitches for k in (1, 2, 3, 4))
    return np.asarray(tone * np.exp(-decay * t) * np.minimum(1.0, t / attack_s))


def _clock(seconds: float, rate_hz: int = RATE_HZ) -> Samples:
    return np.arange(int(seconds * rate_hz)) / rate_hz


def _decaying(seconds: float, speed: float, rate_hz: int = RATE_HZ) -> Samples:
    return np.asarray(np.exp(-speed * _clock(seconds, rate_hz)))


def _add(out: Samples, at_s: float, sound: Samples, rate_hz: int = RATE_HZ) -> None:
    start = max(0, round(at_s * rate_hz))
    end = min(len(out), start + len(sound))
    if end > start:
        out[start:end] += sound[: end - start]
