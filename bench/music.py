"""Music for measurements and pictures: an excerpt of a given track, or a made one: drums, bass, chords, breaks."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

from studio.media.decode import sound_blocks

F32 = npt.NDArray[np.float32]
RATE = 44_100


def excerpt(track: Path | None, seconds: float, folder: Path) -> Path:
    """Write the first seconds of a track, or of made music, as WAV; return the file."""
    out = folder / "excerpt.wav"
    if track is None:
        save(out, made(seconds))
        return out
    blocks, count = [], 0
    for block in sound_blocks(track, RATE, 2):
        blocks.append(block if block.shape[1] == 2 else np.repeat(block, 2, 1))
        count += len(block)
        if count >= seconds * RATE:
            break
    save(out, np.concatenate(blocks)[: round(seconds * RATE)])
    return out


def save(path: Path, samples: F32) -> None:
    """Write float32 [n, 2] as 16-bit WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def made(seconds: float, bpm: float = 122.0, seed: int = 5) -> F32:
    """Make music float32 [n, 2]: kick on every beat, hats, bass, pads in four chords; a break every eighth bar."""
    rng = np.random.default_rng(seed)
    n, beat = round(seconds * RATE), 60 / bpm
    t = np.arange(n) / RATE
    left = np.zeros(n)
    index = (t / beat).astype(int)
    inside = t - index * beat
    quiet = (index // 4) % 8 == 7
    kick = np.sin(2 * np.pi * (48 * inside + 18 * (1 - np.exp(-inside * 30)))) * np.exp(-inside * 9) * ~quiet
    half = (t / (beat / 2)) % 1 * (beat / 2)
    noise = rng.standard_normal(n)
    hats = np.diff(noise, prepend=0) * np.exp(-half * 60) * 0.12
    snare = noise * np.exp(-inside * 18) * (index % 2 == 1) * 0.22 * ~quiet
    roots = np.array([55.0, 43.65, 65.41, 49.0])[(index // 4) % 4]
    bass = np.sign(np.sin(2 * np.pi * roots * t)) * 0.13 * (0.4 + 0.6 * np.minimum(1, inside * 6))
    pad = sum(
        np.sin(2 * np.pi * roots * k * t + k) * a for k, a in ((4, 0.1), (5, 0.07), (6, 0.08), (8, 0.05), (16, 0.03))
    )
    lead_notes = rng.choice([4, 5, 6, 8, 9, 10, 12], len(np.unique(index * 2)) * 2 + 4)
    lead = np.sin(2 * np.pi * roots * 2 * lead_notes[(t / (beat / 2)).astype(int) % len(lead_notes)] * t)
    lead = np.tanh(lead * 2) * np.exp(-half * 7) * 0.11
    left = 0.6 * kick + hats + snare + bass + pad + lead
    right = 0.6 * kick + hats + snare + bass + np.roll(pad, 300) + 0.7 * np.roll(lead, 700)
    return np.asarray(np.stack([left, right], 1) * 0.6, np.float32)
