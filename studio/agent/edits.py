"""Edit × Draft → Draft: every change a person may ask for, as a value, and what it does. Pure; times in milliseconds.

Create        a video from a track
SetText       title, artist, end credits or a caption: words, time
Reword        other words for words on screen
RemoveText    one of them
SetAspect     16:9, 9:16, 1:1
SetPalette    a named set of colours
SetColor      the colour of the bars, the background or the words
SetVolume     the music's volume; ChangeVolume makes it louder or quieter
Trim          keep a part of the track; Drop cuts off its beginning or end
SetCuts       cuts on beats or none; ChangePace makes them faster or slower
SetEnergy     calm, normal, energetic
SetStyle      the visualizer
UseCover      a picture as cover
StartOver     everything as it was after the first Create
Undo, Redo    a step in the history
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import singledispatch
from typing import Any, Literal

from studio.draft import Draft, Kind, Segment, Track

Aspect = Literal["16:9", "9:16", "1:1"]
Role = Literal["title", "artist", "caption", "credits"]
Removable = Role | Literal["text"] | None
Target = Literal["bars", "background", "text"]

SIZES: dict[str, tuple[int, int]] = {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}
PALETTES = ("sunset", "aurora", "violet", "ember", "ocean", "rose", "gold", "forest", "mono", "neon")
STYLES = ("spectrum",)
SHORTEST_MS = 1_000
CREDITS_MS = 6_000
CAPTION_MS = 4_000
TEXT_MOST = 120
CREDITS_MOST = 400


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the session. `cover` is the media id of the picture embedded in it."""

    id: str
    kind: Literal["audio", "video", "image"]
    name: str
    duration_ms: int = 0
    title: str = ""
    artist: str = ""
    cover: str = ""
    has_sound: bool = True


@dataclass(frozen=True, slots=True)
class When:
    """When a text is shown. None: from the start, or as long as is usual; `at_end`: it ends with the video."""

    start_ms: int | None = None
    duration_ms: int | None = None
    end_ms: int | None = None
    at_end: bool = False

    @property
    def said(self) -> bool:
        """Whether anything was said about time."""
        return self != When()


@dataclass(frozen=True, slots=True)
class Create:
    """A video from the newest track."""


@dataclass(frozen=True, slots=True)
class SetText:
    """Put words on screen; one text of a role, but any number of captions."""

    role: Role
    text: str
    when: When = field(default_factory=When)


@dataclass(frozen=True, slots=True)
class RetimeText:
    """Show the words of a role at another time."""

    role: Role
    when: When


@dataclass(frozen=True, slots=True)
class Reword:
    """Other words where these stand, whatever their role."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class RemoveText:
    """Take the words of a role away; "text": the captions, or all words where there are none; None: all words."""

    role: Removable


@dataclass(frozen=True, slots=True)
class SetAspect:
    """Another shape of the picture."""

    aspect: Aspect


@dataclass(frozen=True, slots=True)
class SetPalette:
    """A named set of colours, or "auto": from the cover."""

    name: str


@dataclass(frozen=True, slots=True)
class SetColor:
    """A colour "#rrggbb" for a part of the picture. `said` is how the person called it."""

    target: Target
    color: str
    said: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Volume of the music, 0.0 to 2.0."""

    volume: float


@dataclass(frozen=True, slots=True)
class ChangeVolume:
    """Volume times a factor."""

    factor: float


@dataclass(frozen=True, slots=True)
class Trim:
    """Keep a part of the track; `end_ms` None means its end."""

    start_ms: int
    end_ms: int | None


@dataclass(frozen=True, slots=True)
class Drop:
    """Cut off some of the beginning or the end."""

    where: Literal["start", "end"]
    ms: int


@dataclass(frozen=True, slots=True)
class KeepLast:
    """Keep the last part of the track."""

    ms: int


@dataclass(frozen=True, slots=True)
class SetCuts:
    """Cuts on the beats, or none."""

    cuts: Literal["beats", "none"]


@dataclass(frozen=True, slots=True)
class ChangePace:
    """Cuts one step faster (1) or slower (-1)."""

    step: Literal[1, -1]


@dataclass(frozen=True, slots=True)
class SetEnergy:
    """How much everything moves."""

    energy: Literal["calm", "normal", "energetic"]


@dataclass(frozen=True, slots=True)
class SetStyle:
    """The visualizer."""

    style: str


@dataclass(frozen=True, slots=True)
class UseCover:
    """The newest picture of the session as cover; `use` False takes the cover away."""

    use: bool = True


@dataclass(frozen=True, slots=True)
class StartOver:
    """Make the video from its track again, without any of the changes."""


@dataclass(frozen=True, slots=True)
class Undo:
    """One step back in the history."""


@dataclass(frozen=True, slots=True)
class Redo:
    """One step forward."""


Edit = (
    Create | SetText | RetimeText | Reword | RemoveText | SetAspect | SetPalette | SetColor | SetVolume | ChangeVolume
    | Trim | Drop | KeepLast | SetCuts | ChangePace | SetEnergy | SetStyle | UseCover | StartOver | Undo | Redo
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    """What came of an edit: a key of the texts with its values. `done` is False where nothing changed."""

    key: str
    values: dict[str, Any] = field(default_factory=dict)
    done: bool = True


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of the session, oldest first; `look` is what the visualizer is called in the person's language."""

    sources: tuple[Source, ...] = ()
    look: str = "Spectrum"

    @property
    def track(self) -> Source | None:
        """The newest track; else the newest clip with sound."""
        sound = [s for s in self.sources if s.kind == "audio"] or [
            s for s in self.sources if s.kind == "video" and s.has_sound
        ]
        return sound[-1] if sound else None

    @property
    def picture(self) -> Source | None:
        """The newest picture."""
        return next((s for s in reversed(self.sources) if s.kind == "image"), None)

    def of(self, media_id: str) -> Source | None:
        """The file with this id."""
        return next((s for s in self.sources if s.id == media_id), None)


Outcome = tuple[Draft, Note]


@singledispatch
def apply(edit: Edit, draft: Draft, shelf: Shelf) -> Outcome:
    """Return the draft after an edit, and what to say about it. Undo and Redo are the history's business."""
    raise TypeError(f"no draft comes of {type(edit).__name__}")


# --- parts of a draft -----------------------------------------------------------------------------------------------


def audio_of(draft: Draft) -> Segment | None:
    """The music's segment."""
    return next((s for t in draft.tracks if t.kind is Kind.AUDIO for s in t.segments), None)


def picture_of(draft: Draft) -> Segment | None:
    """The visualizer's segment."""
    return next((s for t in draft.tracks if t.kind is Kind.VIDEO for s in t.segments), None)


def texts_of(draft: Draft) -> tuple[Segment, ...]:
    """All words on screen."""
    return tuple(s for t in draft.tracks if t.kind is Kind.TEXT for s in t.segments)


def _on(draft: Draft, kind: Kind, change: Callable[[Segment], Segment]) -> Draft:
    tracks = tuple(
        replace(track, segments=tuple(map(change, track.segments))) if track.kind is kind else track
        for track in draft.tracks
    )
    return replace(draft, tracks=tracks)


def _with(segment: Segment, **meta: Any) -> Segment:
    """The segment with other metadata; None takes a key away."""
    merged = {**segment.meta, **meta}
    return replace(segment, meta={key: value for key, value in merged.items() if value is not None})


def _meta(draft: Draft, **meta: Any) -> Draft:
    merged = {**draft.meta, **meta}
    return replace(draft, meta={key: value for key, value in merged.items() if value is not None})


def _with_texts(draft: Draft, texts: tuple[Segment, ...]) -> Draft:
    rest = tuple(track for track in draft.tracks if track.kind is not Kind.TEXT)
    ordered = tuple(sorted(texts, key=lambda s: (s.start_ms, s.id)))
    return replace(draft, tracks=(*rest, Track("t3", Kind.TEXT, ordered)) if ordered else rest)


def _free_id(draft: Draft) -> str:
    taken = {segment.id for track in draft.tracks for segment in track.segments}
    return next(name for name in (f"s{i}" for i in range(1, 10_000)) if name not in taken)


def _full(draft: Draft, segment: Segment) -> bool:
    return segment.start_ms == 0 and segment.duration_ms >= draft.duration_ms


# --- the edits ------------------------------------------------------------------------------------------------------


@apply.register
def _(edit: Create, draft: Draft, shelf: Shelf) -> Outcome:
    track = shelf.track
    if track is None:
        return draft, Note("need-track", done=False)
    made = fresh(track, shelf.picture, shelf.look)
    return made, Note("created", {"name": made.meta["title"], "seconds": seconds(made.duration_ms)})


def fresh(track: Source, picture: Source | None = None, look_name: str = "Spectrum") -> Draft:
    """The first draft of a track: visualizer, music, title and artist from its tags."""
    title = (track.title or track.name.rpartition(".")[0] or track.name)[:TEXT_MOST]
    length = max(track.duration_ms, SHORTEST_MS)
    look = Segment("s1", 0, length, {"name": look_name, "style": "spectrum", "palette": "auto", "cuts": "beats"})
    sound = Segment("s2", 0, length, {"name": title, "src": track.id, "in": 0, "volume": 1.0, "length": length})
    words = [Segment("s3", 0, length, {"text": title, "role": "title"})]
    if track.artist:
        words.append(Segment("s4", 0, length, {"text": track.artist[:TEXT_MOST], "role": "artist"}))
    width, height = SIZES["16:9"]
    meta: dict[str, Any] = {
        "title": title,
        "artist": track.artist[:TEXT_MOST],
        "width": width,
        "height": height,
        "fps": 30,
    }
    meta["seed"] = sum(ord(c) * (i + 1) for i, c in enumerate(title)) % 100_000
    if cover := (picture.id if picture else track.cover):
        meta["cover"] = cover
    tracks = (
        Track("t1", Kind.VIDEO, (look,)),
        Track("t2", Kind.AUDIO, (sound,)),
        Track("t3", Kind.TEXT, tuple(words)),
    )
    return Draft(tracks, length, meta)


@apply.register
def _(edit: StartOver, draft: Draft, shelf: Shelf) -> Outcome:
    sound = audio_of(draft)
    track = (shelf.of(str(sound.meta.get("src"))) if sound else None) or shelf.track
    if track is None:
        return draft, Note("need-track", done=False)
    made = fresh(track, shelf.picture, shelf.look)
    return made, Note("started-over", {"name": made.meta["title"]})


@apply.register
def _(edit: SetText, draft: Draft, shelf: Shelf) -> Outcome:
    text = " ".join(edit.text.split())[: CREDITS_MOST if edit.role == "credits" else TEXT_MOST]
    if not text:
        return draft, Note("text-empty", done=False)
    old = next((s for s in texts_of(draft) if s.meta.get("role") == edit.role), None)
    placed = _placed(edit.role, edit.when, old, draft.duration_ms)
    if placed is None:
        return draft, Note("text-late", {"seconds": seconds(draft.duration_ms)}, done=False)
    start, length = placed
    meta = {**(old.meta if old and edit.role != "caption" else {}), "text": text, "role": edit.role}
    segment = Segment(old.id if old and edit.role != "caption" else _free_id(draft), start, length, meta)
    kept = tuple(s for s in texts_of(draft) if s.id != segment.id)
    made = _with_texts(draft, (*kept, segment))
    if edit.role in ("title", "artist"):
        made = _meta(made, **{edit.role: text})
    return made, Note(f"text-{edit.role}", _span(text, start, length))


@apply.register
def _(edit: RetimeText, draft: Draft, shelf: Shelf) -> Outcome:
    old = next((s for s in texts_of(draft) if s.meta.get("role") == edit.role), None)
    if old is None:
        return draft, Note("text-missing", {"role": edit.role}, done=False)
    return apply(SetText(edit.role, str(old.meta["text"]), edit.when), draft, shelf)


def _placed(role: Role, when: When, old: Segment | None, total_ms: int) -> tuple[int, int] | None:
    """Start and duration of a text; None if it would begin behind the end."""
    if not when.said and old is not None and role != "caption":
        return old.start_ms, old.duration_ms
    usual = {"credits": min(CREDITS_MS, total_ms), "caption": min(CAPTION_MS, total_ms)}.get(role, total_ms)
    at_end = when.at_end or (role == "credits" and when.start_ms is None)
    if when.start_ms is not None and when.end_ms is not None:
        length = when.end_ms - when.start_ms
    else:
        length = when.duration_ms or (min(usual, CAPTION_MS) if when.at_end else usual)
    start = max(0, total_ms - length) if at_end else when.start_ms or 0
    if start >= total_ms or length <= 0:
        return None
    return start, min(length, total_ms - start)


@apply.register
def _(edit: Reword, draft: Draft, shelf: Shelf) -> Outcome:
    old = next((s for s in texts_of(draft) if edit.old.casefold() in str(s.meta["text"]).casefold()), None)
    if old is None or not edit.old:
        return draft, Note("text-not-found", {"text": edit.old}, done=False)
    text = re.sub(re.escape(edit.old), lambda _: edit.new, str(old.meta["text"]), flags=re.IGNORECASE)
    role: Role = old.meta.get("role", "caption")
    kept = _with_texts(draft, tuple(s for s in texts_of(draft) if s is not old))
    return apply(SetText(role, text, When(old.start_ms, old.duration_ms)), kept, shelf)


@apply.register
def _(edit: RemoveText, draft: Draft, shelf: Shelf) -> Outcome:
    captions = any(s.meta.get("role") == "caption" for s in texts_of(draft))
    role = ("caption" if captions else "all") if edit.role == "text" else edit.role or "all"
    kept = tuple(s for s in texts_of(draft) if role not in ("all", s.meta.get("role")))
    if len(kept) == len(texts_of(draft)):
        return draft, Note("text-missing", {"role": role}, done=False)
    # The renderer falls back on the draft's own title and artist where no segment stands for them.
    made = _meta(_with_texts(draft, kept), **{name: None for name in ("title", "artist") if role in (name, "all")})
    return made, Note("text-removed", {"role": role})


@apply.register
def _(edit: SetAspect, draft: Draft, shelf: Shelf) -> Outcome:
    width, height = SIZES[edit.aspect]
    same = (draft.meta.get("width"), draft.meta.get("height")) == (width, height)
    note = Note("aspect-same" if same else "aspect", {"aspect": edit.aspect, "size": f"{width}×{height}"}, not same)
    return _meta(draft, width=width, height=height), note


@apply.register
def _(edit: SetPalette, draft: Draft, shelf: Shelf) -> Outcome:
    made = _on(draft, Kind.VIDEO, lambda s: _with(s, palette=edit.name, accent=None, background=None))
    return made, Note("palette", {"palette": edit.name})


@apply.register
def _(edit: SetColor, draft: Draft, shelf: Shelf) -> Outcome:
    note = Note("color", {"target": edit.target, "color": edit.said or edit.color})
    if edit.target == "text":
        if not texts_of(draft):
            return draft, Note("text-missing", {"role": "all"}, done=False)
        return _on(draft, Kind.TEXT, lambda s: _with(s, color=edit.color)), note
    key = {"bars": "accent", "background": "background"}[edit.target]
    return _on(draft, Kind.VIDEO, lambda s: _with(s, **{key: edit.color})), note


@apply.register
def _(edit: SetVolume, draft: Draft, shelf: Shelf) -> Outcome:
    volume = round(min(2.0, max(0.0, edit.volume)), 2)
    made = _on(draft, Kind.AUDIO, lambda s: _with(s, volume=volume))
    return made, Note("volume-muted" if volume == 0 else "volume", {"percent": round(volume * 100)}, made != draft)


@apply.register
def _(edit: ChangeVolume, draft: Draft, shelf: Shelf) -> Outcome:
    sound = audio_of(draft)
    before = float(sound.meta.get("volume", 1.0)) if sound else 1.0
    return apply(SetVolume((before or 0.5) * edit.factor), draft, shelf)


@apply.register
def _(edit: Trim, draft: Draft, shelf: Shelf) -> Outcome:
    sound = audio_of(draft)
    if sound is None:
        return draft, Note("need-track", done=False)
    whole = int(sound.meta.get("length", sound.duration_ms))
    end = min(edit.end_ms or whole, whole)
    if edit.start_ms >= whole or end - edit.start_ms < SHORTEST_MS:
        return draft, Note("trim-impossible", {"seconds": seconds(whole)}, done=False)
    length = end - edit.start_ms
    made = _resized(draft, length)
    made = _on(made, Kind.AUDIO, lambda s: _with(replace(s, duration_ms=length), **{"in": edit.start_ms}))
    values = {"from": clock(edit.start_ms), "to": clock(end), "seconds": seconds(length)}
    return made, Note("trimmed", values, made != draft)


@apply.register
def _(edit: Drop, draft: Draft, shelf: Shelf) -> Outcome:
    sound = audio_of(draft)
    if sound is None:
        return draft, Note("need-track", done=False)
    start = int(sound.meta.get("in", 0))
    end = start + sound.duration_ms
    return apply(
        Trim(start + edit.ms, end) if edit.where == "start" else Trim(start, max(1, end - edit.ms)), draft, shelf
    )


@apply.register
def _(edit: KeepLast, draft: Draft, shelf: Shelf) -> Outcome:
    sound = audio_of(draft)
    whole = int(sound.meta.get("length", sound.duration_ms)) if sound else 0
    return apply(Trim(max(0, whole - edit.ms), None), draft, shelf)


def _resized(draft: Draft, length_ms: int) -> Draft:
    """Another length: what filled the video fills it again, what ended with it ends with it, the rest is clipped."""

    def fit(segment: Segment) -> Segment | None:
        if _full(draft, segment):
            return replace(segment, duration_ms=length_ms)
        start = segment.start_ms
        if start > 0 and start + segment.duration_ms >= draft.duration_ms:
            start = max(0, length_ms - segment.duration_ms)
        if start >= length_ms:
            return None
        return replace(segment, start_ms=start, duration_ms=min(segment.duration_ms, length_ms - start))

    tracks = tuple(
        replace(track, segments=tuple(s for s in map(fit, track.segments) if s is not None)) for track in draft.tracks
    )
    return replace(draft, tracks=tuple(t for t in tracks if t.segments), duration_ms=length_ms)


@apply.register
def _(edit: SetCuts, draft: Draft, shelf: Shelf) -> Outcome:
    made = _on(draft, Kind.VIDEO, lambda s: _with(s, cuts=edit.cuts))
    return made, Note(f"cuts-{edit.cuts}")


PACES = ("slow", "normal", "fast")


@apply.register
def _(edit: ChangePace, draft: Draft, shelf: Shelf) -> Outcome:
    look = picture_of(draft)
    before = PACES.index(look.meta.get("pace", "normal")) if look else 1
    after = PACES[min(2, max(0, before + edit.step))]
    made = _on(draft, Kind.VIDEO, lambda s: _with(s, cuts="beats", pace=after))
    return made, Note(f"pace-{after}", {}, made != draft)


@apply.register
def _(edit: SetEnergy, draft: Draft, shelf: Shelf) -> Outcome:
    pace = {"calm": "slow", "normal": "normal", "energetic": "fast"}[edit.energy]
    made = _on(draft, Kind.VIDEO, lambda s: _with(s, energy=edit.energy, pace=pace))
    return made, Note(f"energy-{edit.energy}", {}, made != draft)


@apply.register
def _(edit: SetStyle, draft: Draft, shelf: Shelf) -> Outcome:
    made = _on(draft, Kind.VIDEO, lambda s: _with(s, style=edit.style, name=edit.style.capitalize()))
    return made, Note("style", {"name": edit.style}, made != draft)


@apply.register
def _(edit: UseCover, draft: Draft, shelf: Shelf) -> Outcome:
    if not edit.use:
        had = "cover" in draft.meta
        return _meta(draft, cover=None), Note("cover-removed" if had else "cover-none", {}, had)
    picture = shelf.picture
    if picture is None:
        return draft, Note("need-picture", done=False)
    return _meta(draft, cover=picture.id), Note("cover", {"name": picture.name})


# --- words for numbers ----------------------------------------------------------------------------------------------


def seconds(ms: int) -> str:
    """Seconds for people, without trailing zeros."""
    return f"{ms / 1000:.1f}".rstrip("0").rstrip(".")


def clock(ms: int) -> str:
    """Minutes and seconds, "1:05"."""
    seconds = round(ms / 1000)
    return f"{seconds // 60}:{seconds % 60:02d}"


def _span(text: str, start_ms: int, length_ms: int) -> dict[str, Any]:
    return {
        "text": text,
        "start": seconds(start_ms),
        "end": seconds(start_ms + length_ms),
        "seconds": seconds(length_ms),
    }
