"""One pass over a track: samples in blocks go in, `Features` come out; only the features grow with its length."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.audio import followers, loudness, onsets
from studio.audio.beats import Beats, find_beats
from studio.audio.features import Features
from studio.audio.sections import find_sections
from studio.audio.spectrum import Filters, Mono, Samples, Spectra, Windows, hann, log_edges, triangles, window_size
from studio.audio.units import db_to_amplitude, frame_count, power_to_db

Curve = npt.NDArray[np.float32]

BANDS = 64
LOW_HZ, HIGH_HZ = 40.0, 14000.0
WINDOW_S = 0.0929
"""4096 samples at 44.1 kHz."""
TILT_DB = 20.0
"""Music falls about 4 dB an octave; this lifts the top band against the lowest."""
RANGE_DB = 46.0
PERCENTILE = 99.3
GAMMA = 1.55
SILENCE_DB = -60.0
CLAIM = 0.45
"""Confidence from which beats are shown; below, the video is cut on energy and time."""
BLOCK = 1 << 16
BATCH = 2048
"""Rows worked on at once: what is only needed on the way never grows with the track."""
LOUDEST = 8.0
"""Float files may go beyond 1.0; what is further out is taken for rubbish."""


class Analyser:
    """Takes a track block by block, then says what the picture needs to know of it.

    Args:
        rate_hz: Sample rate of the blocks.
        channels: Columns of every block.
        fps: Frame rate of the curves.
    """

    def __init__(self, rate_hz: int, channels: int, fps: int = 30) -> None:
        if rate_hz <= 0 or channels <= 0 or fps <= 0:
            raise ValueError("rate, channels and frame rate are positive")
        self._rate_hz, self._fps, self._channels = rate_hz, fps, channels
        size = window_size(rate_hz, WINDOW_S)
        self._mono = Mono(channels)
        self._windows = Windows(rate_hz, fps, size)
        self._spectra = Spectra(hann(size))
        hz = np.asarray(np.fft.rfftfreq(size, 1.0 / rate_hz), dtype=np.float64)
        bass = ((hz > 30.0) & (hz < 150.0)).astype(np.float32)
        self._filters = Filters(
            np.hstack(
                [
                    triangles(log_edges(LOW_HZ, HIGH_HZ, BANDS), rate_hz, size),
                    bass[:, None],
                    loudness.weighting(hz)[:, None],
                ]
            )
        )
        self._rows: list[Curve] = []
        self._ear = onsets.Ear(rate_hz)
        self._waiting: list[Samples] = []
        self._count = 0
        self._peak = 0.0

    def feed(self, block: npt.ArrayLike) -> None:
        """Take float samples [n] or [n, channels], any n; what is no number counts as silence."""
        samples = np.asarray(block, dtype=np.float32)
        samples = samples[:, None] if samples.ndim == 1 else samples
        if samples.shape[1] != self._channels:
            raise ValueError("another number of channels than before")
        self._waiting.append(samples)
        if sum(map(len, self._waiting)) >= BLOCK:
            joined = np.concatenate(self._waiting)
            whole = len(joined) // BLOCK * BLOCK
            for start in range(0, whole, BLOCK):
                self._take(joined[start : start + BLOCK])
            self._waiting = [joined[whole:]]

    def finish(self) -> Features:
        """Return the features; a track without a sample has one silent frame."""
        if self._waiting:
            self._take(np.concatenate(self._waiting))
        duration_s = self._count / self._rate_hz
        frames = frame_count(duration_s, self._fps)
        self._rows.extend(self._row(windows) for windows in self._windows.finish(frames))
        rows = np.concatenate(self._rows)[:frames]
        heard = self._ear.finish(duration_s)
        if self._peak <= db_to_amplitude(SILENCE_DB):
            return self._silence(frames, duration_s)
        bands = followers.follow(levels(rows[:, :BANDS]), self._fps)
        beats = find_beats(heard)
        if beats.confidence < CLAIM:
            beats = Beats(confidence=beats.confidence)
        return Features(
            rate_hz=self._rate_hz,
            duration_s=duration_s,
            fps=self._fps,
            bands=bands,
            smear=followers.trail(bands, self._fps),
            peaks=followers.caps(bands, self._fps),
            bass=followers.follow(against_peak(np.sqrt(rows[:, BANDS]), 99.0), self._fps, 0.6, 0.15),
            loudness=loudness.short_term(rows[:, BANDS + 1], self._fps),
            onset=onset_curve(heard.log_mel, frames, self._fps),
            pulse=followers.pulse(beats.times_s, frames, self._fps),
            beats_s=beats.times_s,
            downbeats_s=beats.downbeats_s,
            tempo_bpm=beats.tempo_bpm,
            confidence=beats.confidence,
            sections_s=find_sections(heard.log_mel, beats.times_s, beats.downbeats_s, duration_s),
        )

    def _take(self, samples: Samples) -> None:
        clean = np.array(samples.T, order="C")
        clean[~np.isfinite(clean)] = 0.0
        np.clip(clean, -LOUDEST, LOUDEST, out=clean)
        self._count += clean.shape[1]
        self._peak = max(self._peak, float(clean.max(initial=0.0)), -float(clean.min(initial=0.0)))
        mono = self._mono.mix(clean)
        self._rows.extend(self._row(windows) for windows in self._windows.feed(mono))
        self._ear.feed(mono)

    def _row(self, windows: Samples) -> Curve:
        return self._filters.apply(self._spectra.power(windows))

    def _silence(self, frames: int, duration_s: float) -> Features:
        bands, curve = np.zeros((frames, BANDS), dtype=np.float32), np.zeros(frames, dtype=np.float32)
        return Features(
            self._rate_hz, duration_s, self._fps, bands, bands, bands, curve, curve, curve, curve, silent=True
        )


def analyse(samples: npt.ArrayLike, rate_hz: int, fps: int = 30) -> Features:
    """Return the features of a whole track.

    Args:
        samples: float32 [n] or [n, channels], -1.0 to 1.0.
    """
    array = np.asarray(samples, dtype=np.float32)
    analyser = Analyser(rate_hz, 1 if array.ndim == 1 else array.shape[1], fps)
    analyser.feed(array)
    return analyser.finish()


def _rise(log_mel: Curve) -> Curve:
    """Return the mean rise from each row to the next: float32 [n - 1]."""
    return np.asarray(onsets.flux(log_mel)[1:].mean(axis=1), dtype=np.float32)


def levels(power: Curve) -> Curve:
    """Return 0.0 to 1.0 for every band: decibels, tilted, against the track's own top, smoothed over neighbours."""
    db = power_to_db(power) + np.linspace(0.0, TILT_DB, power.shape[1], dtype=np.float32)
    top = float(np.percentile(db, PERCENTILE))
    for start in range(0, len(db), BATCH):
        rows = db[start : start + BATCH]
        level = ((rows - (top - RANGE_DB)) / RANGE_DB).clip(0.0, 1.0) ** np.float32(GAMMA)
        wide = np.pad(level, ((0, 0), (1, 1)), mode="edge")
        rows[:] = 0.2 * wide[:, :-2] + 0.6 * wide[:, 1:-1] + 0.2 * wide[:, 2:]
    return np.asarray(db, dtype=np.float32)


def against_peak(curve: Curve, percentile: float) -> Curve:
    """Return a curve divided by one of its own percentiles, 0.0 to 1.0."""
    return np.asarray((curve / (np.percentile(curve, percentile) + 1e-9)).clip(0.0, 1.0), dtype=np.float32)


def onset_curve(log_mel: Curve, frames: int, fps: int) -> Curve:
    """Return the strongest onset within each video frame, 0.0 to 1.0."""
    batches = range(0, len(log_mel) - 1, BATCH)
    strength = np.concatenate([np.zeros(1, np.float32), *(_rise(log_mel[k : k + BATCH + 1]) for k in batches)])
    strength = np.maximum(strength - onsets.smooth(strength, onsets.PER_SECOND // 2), 0.0)
    at = np.minimum((np.arange(len(strength)) * fps) // onsets.PER_SECOND, frames - 1)
    out = np.zeros(frames, dtype=np.float32)
    np.maximum.at(out, at, strength)
    return against_peak(out, 99.5)
