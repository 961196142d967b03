"""Cues × frame number → picture. Pure: any frame can be drawn first, last, twice, in any process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from studio.audio.features import Features
from studio.media.scale import Frame, planes
from studio.picture import cover, palette
from studio.picture.moment import Moment
from studio.picture.text import Text
from studio.picture.visualizers.spectrum import Look, Spectrum
from studio.render.cues import Clip, Cues

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

BANDS: Final = 64
_CURVES: Final = ("bass", "loudness", "onset", "pulse")
COLUMNS: Final = 3 * BANDS + len(_CURVES)
_FADE_S, _CLOSING_S = 0.4, 0.9
_LARGEST_COVER: Final = 0.84  # of the short side, in any set


def timeline(clips: tuple[Clip, ...], features: Mapping[str, Features], frames: int, fps: int) -> F32:
    """Lay the tracks' curves on the video's frames: float32 [frames, 196].

    Columns: bands, smear, peaks (64 each), bass, loudness, onset, pulse. Where clips overlap the louder one shows;
    where no clip is heard everything is 0.
    """
    table = np.zeros((frames, COLUMNS), np.float32)
    for clip in clips:
        if (track := features.get(clip.src)) is None:
            continue
        first = max(0, round(clip.start_ms * fps / 1000))
        end = min(frames, round((clip.start_ms + clip.duration_ms) * fps / 1000))
        seconds = np.arange(first, end) / fps + (clip.in_ms - clip.start_ms) / 1000
        source = np.round(seconds * track.fps).astype(np.int64)
        known = (source >= 0) & (source < track.frames)
        rows, source = np.arange(first, end)[known], source[known]
        parts = [track.bands, track.smear, track.peaks, *(getattr(track, name)[:, None] for name in _CURVES)]
        at = 0
        for part in parts:
            columns = slice(at, at + part.shape[1])
            table[rows, columns] = np.maximum(table[rows, columns], part[source])
            at += part.shape[1]
    return table


def artwork(cues: Cues, given: U8 | None) -> tuple[palette.Palette, U8]:
    """Return the palette and the cover of a video: from the given picture [h, w, 3] RGB, or both from the seed."""
    size = max(128, round(min(cues.width, cues.height) * _LARGEST_COVER))
    square = None if given is None else cover.square(given, size)
    colours = palette.choose(cues.palette, seed=cues.seed, cover=square, accent=cues.accent, background=cues.background)
    return colours, cover.made(colours.ramp(), cues.seed, size) if square is None else square


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """The pictures of a video.

    Attributes:
        table: What `timeline` gave; may be mapped from a file.
    """

    cues: Cues
    table: F32
    scene: Spectrum

    @classmethod
    def of(cls, cues: Cues, table: F32, colours: palette.Palette, art: U8) -> Frames:
        """Prepare everything that stands still. Takes about half a second at 1080p."""
        cv2.setNumThreads(1)
        sets = dict.fromkeys(shot.arrangement for shot in cues.shots)
        look = Look(cues.width, cues.height, colours, art, cues.texts, cues.seed)
        return cls(cues, table, Spectrum(look, sets))

    def draw(self, frame: int) -> Frame:
        """Draw frame number `frame`, 0 to cues.frames - 1."""
        opacity = [visible(text, frame, self.cues.frames, self.cues.fps) for text in self.cues.texts]
        return self.scene.draw(self.moment(frame), opacity)

    def moment(self, frame: int) -> Moment:
        """Return what the picture is told of one frame."""
        cues, row = self.cues, self.table[frame]
        closing_frames = max(1, min(round(_CLOSING_S * cues.fps), cues.frames // 4))
        closing = float(np.clip((frame - (cues.frames - 1 - closing_frames)) / closing_frames, 0, 1))
        ease = np.float32(1 - closing**2)
        bass, loudness, onset, pulse = (float(value) for value in row[3 * BANDS :])
        return Moment(
            frame=frame,
            fps=cues.fps,
            bands=row[:BANDS] * ease,
            smear=row[BANDS : 2 * BANDS] * ease,
            peaks=row[2 * BANDS : 3 * BANDS] * ease,
            bass=bass,
            loudness=loudness,
            onset=onset,
            pulse=pulse * cues.vigour,
            progress=frame / max(1, cues.frames - 1),
            closing=closing,
            shot=next(shot for shot in cues.shots if shot.first <= frame < shot.end),
        )

    def rgb(self, frame: int) -> U8:
        """Return one frame as uint8 [h, w, 3] RGB, for stills."""
        return palette.to_rgb(*planes(self.draw(frame)))


def visible(text: Text, frame: int, frames: int, fps: int) -> float:
    """Return how visible a text is, 0.0 to 1.0; no fade at the very start and end of the video."""
    if not text.first <= frame < text.end:
        return 0.0
    fade = max(1.0, min(_FADE_S * fps, (text.end - text.first) / 3))
    shown = 1.0 if text.first == 0 else min(1.0, (frame - text.first + 1) / fade)
    left = 1.0 if text.end >= frames else min(1.0, (text.end - frame) / fade)
    return float(min(shown, left) ** 1.5)


def still_frame(cues: Cues, table: F32) -> int:
    """Return the frame for a still: the liveliest one on a beat in the first set, not at the very start or end."""
    first = cues.shots[0].arrangement
    usable = [k for shot in cues.shots if shot.arrangement == first for k in range(shot.first + 8, shot.end)]
    usable = [k for k in usable if k < cues.frames * 0.9] or [cues.frames // 2]
    titled = [k for k in usable if all(visible(text, k, cues.frames, cues.fps) > 0.9 for text in cues.texts)]
    at = np.array(titled or usable)
    score = table[at, :BANDS].mean(1) + 0.3 * table[at, -1]
    return int(at[int(np.argmax(score))])
