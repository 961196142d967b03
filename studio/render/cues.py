"""Draft × Features → Cues: what is on screen and what is heard, when. Pure: the same input gives the same video."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from studio.audio.features import Features
from studio.draft import Draft, Kind, Segment
from studio.picture.layout import SETS, SetName
from studio.picture.moment import Order, Shot
from studio.picture.text import Role, Text

Times = npt.NDArray[np.float64]

CUT_S: Final = 2.0  # a cut comes at the multiple of beats nearest to this
PACE_S: Final = {"slow": 2 * CUT_S, "normal": CUT_S, "fast": CUT_S / 2}  # what the person asked for instead
VIGOUR: Final = {"calm": 0.45, "normal": 1.0, "energetic": 1.4}
FREE_CUT_S: Final = (3.0, 5.5)  # without beats: after the first, at the strongest onset, at the latest at the second
QUIET_CUT_S: Final = 8.0  # in silence
ACT_S: Final = 9.5  # a set stays so long where the music names no sections
MOST_FRAMES: Final = 3600 * 60


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of sound: media id, start on the timeline and in the file in milliseconds, volume 0.0 to 2.0."""

    src: str
    start_ms: int
    duration_ms: int
    in_ms: int = 0
    volume: float = 1.0


@dataclass(frozen=True, slots=True)
class Cues:
    """All that a render does, as a plain value; `to_plain` and `from_plain` keep it as JSON."""

    width: int
    height: int
    fps: int
    frames: int
    seed: int
    palette: str
    accent: str | None
    background: str | None
    cover: str | None
    shots: tuple[Shot, ...]
    texts: tuple[Text, ...]
    clips: tuple[Clip, ...]
    vigour: float = 1.0
    """How strongly the picture answers to a beat: 0.45 calm, 1.0, 1.4 energetic."""

    @property
    def duration_s(self) -> float:
        """Length of the video in seconds."""
        return self.frames / self.fps

    def to_plain(self) -> dict[str, Any]:
        """Return a value that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Cues:
        """Read what `to_plain` gave."""
        lists = {
            "shots": tuple(Shot(**shot) for shot in plain["shots"]),
            "texts": tuple(Text(**text) for text in plain["texts"]),
            "clips": tuple(Clip(**clip) for clip in plain["clips"]),
        }
        return cls(**{**plain, **lists})


def cues(draft: Draft, features: Mapping[str, Features], short_side: int = 1080) -> Cues:
    """Plan a video.

    Args:
        features: Of every media id that an audio segment names in `src`.
        short_side: Of the frame, in pixels; the draft's width and height give the aspect.
    """
    fps = int(draft.meta.get("fps", 30))
    frames = int(np.clip(round(draft.duration_ms * fps / 1000), 1, MOST_FRAMES))
    seed = int(draft.meta.get("seed", 0)) % 2**31
    look = next((piece.meta for piece in segments(draft, Kind.VIDEO)), {})
    clips = tuple(_clip(piece) for piece in segments(draft, Kind.AUDIO) if piece.meta.get("src"))
    texts = _texts(draft, frames, fps)
    cut_s = PACE_S.get(str(look.get("pace")), CUT_S)
    heard = on_timeline(clips, features, frames / fps)
    marks = cuts(heard, frames, fps, cut_s) if look.get("cuts", "beats") != "none" else []
    width, height = _size(draft, short_side)
    titled = any(text.role != "caption" for text in texts)
    return Cues(
        width=width,
        height=height,
        fps=fps,
        frames=frames,
        seed=seed,
        palette=str(look.get("palette", "auto")),
        accent=look.get("accent"),
        background=look.get("background"),
        cover=draft.meta.get("cover") or None,
        shots=shots(marks, frames, fps, seed, SETS if titled else ("card", "album")),
        texts=texts,
        clips=clips,
        vigour=VIGOUR.get(str(look.get("energy")), 1.0),
    )


def segments(draft: Draft, kind: Kind) -> list[Segment]:
    """Return the segments of all tracks of a kind, in the order of time."""
    found = [piece for track in draft.tracks if track.kind == kind for piece in track.segments]
    return sorted(found, key=lambda piece: piece.start_ms)


def _clip(piece: Segment) -> Clip:
    volume = float(np.clip(float(piece.meta.get("volume", 1.0)), 0, 2))
    return Clip(str(piece.meta["src"]), piece.start_ms, piece.duration_ms, int(piece.meta.get("in", 0)), volume)


def _size(draft: Draft, short_side: int) -> tuple[int, int]:
    width, height = int(draft.meta.get("width", 1920)), int(draft.meta.get("height", 1080))
    by = short_side / min(width, height)
    return max(16, round(width * by / 2) * 2), max(16, round(height * by / 2) * 2)


def _texts(draft: Draft, frames: int, fps: int) -> tuple[Text, ...]:
    """Return what is to be read: text segments, and the draft's title and artist where no segment replaces them."""
    found: list[Text] = []
    for piece in segments(draft, Kind.TEXT):
        role: Role = piece.meta["role"] if piece.meta.get("role") in {"title", "artist"} else "caption"
        first = round(piece.start_ms * fps / 1000)
        end = min(frames, round((piece.start_ms + piece.duration_ms) * fps / 1000))
        if str(piece.meta.get("text", "")).strip() and end > first:
            found.append(Text(role, str(piece.meta["text"]), first, end, piece.meta.get("color")))
    for role in ("title", "artist"):
        text = str(draft.meta.get(role) or "").strip()
        if text and not any(each.role == role for each in found):
            found.append(Text(role, text, 0, frames))
    return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What cuts hang on, in seconds of the timeline."""

    beats_s: Times
    downbeats_s: Times
    sections_s: Times
    onsets: Times  # strength per frame of the timeline; empty in silence
    fps: int


def on_timeline(clips: Sequence[Clip], features: Mapping[str, Features], duration_s: float) -> Marks:
    """Move the beats of every clip's track to where they are heard."""
    moved: dict[str, list[Times]] = {"beats_s": [], "downbeats_s": [], "sections_s": []}
    fps = next((features[clip.src].fps for clip in clips if clip.src in features), 30)
    onsets = np.zeros(round(duration_s * fps) + 1)
    loud = False
    for clip in clips:
        track = features.get(clip.src)
        if track is None:
            continue
        shift = (clip.start_ms - clip.in_ms) / 1000
        start, end = clip.start_ms / 1000, min(duration_s, (clip.start_ms + clip.duration_ms) / 1000)
        for name, times in moved.items():
            here = np.asarray(getattr(track, name), np.float64) + shift
            times.append(here[(here >= start - 0.01) & (here < end)])
        at = np.arange(round(start * fps), min(len(onsets), round(end * fps)))
        source = at - round(shift * fps)
        known = (source >= 0) & (source < track.frames)
        onsets[at[known]] = np.maximum(onsets[at[known]], track.onset[source[known]])
        loud = loud or not track.silent
    merged = {name: np.unique(np.concatenate([*times, np.empty(0)])) for name, times in moved.items()}
    return Marks(**merged, onsets=onsets if loud else np.empty(0), fps=fps)


def cuts(marks: Marks, frames: int, fps: int, cut_s: float = CUT_S) -> list[tuple[int, float]]:
    """Return the frames that begin a new shot, ascending, each with its strength: 0.5 a cut, 1.0 a new section.

    Args:
        cut_s: How long a shot should be, in seconds; the nearest multiple of beats is.
    """
    duration = frames / fps
    beats, sections = marks.beats_s, marks.sections_s
    regular = _on_beats(marks, duration, cut_s) if len(beats) >= 4 else _on_energy(marks, duration, cut_s)
    strong = [_nearest(beats, at) for at in sections] if len(beats) >= 4 else list(sections)
    kept = [at for at in regular if all(abs(at - other) > 0.6 * cut_s for other in strong)]
    both = [(at, 0.5) for at in kept] + [(at, 1.0) for at in strong]
    inside = sorted((round(at * fps), strength) for at, strength in both if 1.0 <= at <= duration - 1.0)
    return [mark for k, mark in enumerate(inside) if k == 0 or mark[0] - inside[k - 1][0] > fps // 3]


def _on_beats(marks: Marks, duration: float, cut_s: float) -> list[float]:
    """Every so many beats, counted from the first down beat and anew after each stretch without beats."""
    beats = marks.beats_s
    gaps = np.diff(beats)
    step = max(1, round(cut_s / float(np.median(gaps))))
    bars = np.diff(marks.downbeats_s)
    if len(bars) >= 2 and 0.6 * cut_s <= float(np.median(bars)) <= 1.8 * cut_s:
        step = max(1, round(float(np.median(bars)) / float(np.median(gaps))))
    first = int(np.argmin(np.abs(beats - marks.downbeats_s[0]))) if len(marks.downbeats_s) else 0
    chosen = [float(beats[k]) for k in range(first % step, len(beats), step)]
    times: list[float] = []
    for at in [*chosen, duration]:
        since = times[-1] if times else 0.0
        while at - since > 2.5 * cut_s + step * 0.2 and at < duration:  # a stretch without beats
            since += 2 * cut_s
            if at - since > cut_s:
                times.append(since)
        if at < duration:
            times.append(at)
    return times


def _on_energy(marks: Marks, duration: float, cut_s: float) -> list[float]:
    """No beats are known: at the strongest onset three to five and a half seconds after the last cut."""
    times, at = [], 0.0
    while at < duration:
        if not len(marks.onsets):
            at += QUIET_CUT_S * cut_s / CUT_S
        else:
            first, last = (round((at + wait * cut_s / CUT_S) * marks.fps) for wait in FREE_CUT_S)
            window = marks.onsets[first:last]
            strongest = int(np.argmax(window)) if len(window) and window.max() > 0.2 else last - first
            at = (first + strongest) / marks.fps
        times.append(at)
    return times


def _nearest(times: Times, at: float) -> float:
    return float(times[int(np.argmin(np.abs(times - at)))])


_ORDERS: Final[dict[SetName, tuple[Order, ...]]] = {
    "card": ("rise", "mirror"),
    "centre": ("mirror", "valley"),
    "album": ("rise", "mirror"),
}


def shots(
    marks: Sequence[tuple[int, float]], frames: int, fps: int, seed: int, sets: Sequence[SetName] = SETS
) -> tuple[Shot, ...]:
    """Turn cuts into shots.

    Each cut reframes the background; every second one shifts the colours; every fourth one sets the bars in another
    order; a section (or, where there is none, an act of some ten seconds) changes the whole set.
    """
    rng = np.random.default_rng(seed)
    sections = any(strength >= 1 for _, strength in marks)
    made: list[Shot] = []
    act, act_start, since = 0, 0, 0
    for k, (first, strength) in enumerate([(0, 0.0), *marks]):
        due = strength >= 1 or (k > 0 and not sections and first - act_start >= ACT_S * fps)
        if k > 0 and (due or (sections and first - act_start >= 1.3 * ACT_S * fps)):
            act, act_start, since = act + 1, first, 0
        fresh = k > 0 and since == 0
        chosen = sets[act % len(sets)]
        orders = _ORDERS[chosen]
        end = marks[k][0] if k < len(marks) else frames
        made.append(_shot(rng, k, first, end, chosen, orders[(since // 4) % len(orders)], 1.0 if fresh else strength))
        since += 1
    return tuple(made)


def _shot(rng: np.random.Generator, k: int, first: int, end: int, name: SetName, order: Order, strength: float) -> Shot:
    side = 1 if k % 2 else -1
    near = (1.12, 1.62, 1.30, 1.85)[k % 4]
    return Shot(
        first=first,
        end=end,
        arrangement=name,
        order=order,
        zoom=round(near + float(rng.uniform(-0.06, 0.06)), 4),
        turn=round(side * float(rng.uniform(0.05, 0.28)) if k else 0.0, 4),
        x=round(side * float(rng.uniform(0.04, 0.15)) if k else 0.0, 4),
        y=round(float(rng.uniform(-0.12, 0.10)) if k else 0.0, 4),
        flip=bool(k % 4 in {1, 2}),
        hue=(0, 0, 1, 1, 0, 0, 2, 2)[k % 8],
        light=(1.0, 0.90, 1.12, 0.95)[k % 4],
        strength=strength,
    )
