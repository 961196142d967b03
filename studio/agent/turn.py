"""One instruction and what is known of the session → what the agent does and says. Pure."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

from studio import texts
from studio.agent import edits as e
from studio.agent.instructions import missed, read
from studio.agent.phrases import mask
from studio.agent.rules import Ask, Cannot, Missed, Wish
from studio.draft import Draft
from studio.texts.chinese import is_traditional

Language = Literal["en", "zh", "zh-TW", "es"]
WAITING_MOST = 10


@dataclass(frozen=True, slots=True)
class Context:
    """What the agent knows of a session. `past` and `ahead` are its neighbours in the history."""

    language: str = ""
    draft: Draft = field(default_factory=Draft)
    past: Draft | None = None
    ahead: Draft | None = None
    shelf: e.Shelf = field(default_factory=e.Shelf)
    waiting: tuple[str, ...] = ()
    seen_audio: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """What listening to the track brought; `tempo_bpm` None where no beat may be claimed."""

    duration_s: float
    tempo_bpm: float | None
    beats: int
    silent: bool = False

    def to_wire(self) -> dict[str, Any]:
        """As a tool's answer."""
        return {
            "duration": round(self.duration_s, 2),
            "tempo": None if self.tempo_bpm is None else round(self.tempo_bpm, 1),
            "beats": self.beats,
            "silent": self.silent,
        }


@dataclass(frozen=True, slots=True)
class Step:
    """A tool the agent uses, and what it gives back."""

    tool: str
    args: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] = field(default_factory=dict)
    done: bool = True


@dataclass(frozen=True, slots=True)
class Turn:
    """What the agent does with a message.

    Attributes:
        opening: A key of the texts, said before the work; "" for none.
        notes: What came of each wish, for the closing words.
        draft: The draft afterwards; `changed` when it is a new one for the history.
        cursor_step: Where to go in the history first: -1 undo, 1 redo.
        track: The media id of the track in the draft.
        waiting: Instructions kept until there is a track.
    """

    language: Language
    kind: Literal["create", "edit", "talk"]
    opening: str
    steps: tuple[Step, ...]
    notes: tuple[e.Note, ...]
    draft: Draft
    changed: bool
    cursor_step: int
    track: str
    waiting: tuple[str, ...]
    seen_audio: str


TOOLS: dict[type, str] = {
    e.Create: "build_timeline", e.StartOver: "build_timeline", e.SetText: "add_title", e.RetimeText: "add_title",
    e.Reword: "add_title",
    e.RemoveText: "remove_text", e.SetAspect: "set_aspect", e.SetPalette: "set_colors", e.SetColor: "set_colors",
    e.SetVolume: "set_volume", e.ChangeVolume: "set_volume", e.Trim: "trim", e.Drop: "trim", e.KeepLast: "trim",
    e.SetCuts: "set_cuts", e.ChangePace: "set_cuts", e.SetEnergy: "set_energy", e.SetStyle: "set_visualizer",
    e.UseCover: "set_cover", e.Undo: "undo", e.Redo: "redo",
}  # fmt: skip

_HAN = re.compile(r"[\u3400-\u9fff]")
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
_SPANISH = re.compile(
    r"[¿¡ñ]|\b(?:el|la|los|las|un|una|con|por|para|que|haz|crea|pon|quita|añade|barras|fondo|hola|gracias|vídeo|título)\b",
    re.IGNORECASE,
)
_ENGLISH = re.compile(
    r"\b(?:the|a|an|make|add|it|to|with|from|this|create|video|title|please|what|how|and|bars|set|first|undo|remove"
    r"|for|seconds?|of|on|at|is|are|my|change|show|put|text|only|then)\b",
    re.IGNORECASE,
)
_MAKES = re.compile(
    r"\b(?:make|create|do|build|generate|give|turn|surprise|video|v[íi]deo|clip|visuals?|something|anything|whatever|go|haz|crea|algo)\b"
    r"|[做弄搞整来]|视频|随便|都行|自由发挥",
    re.IGNORECASE,
)
"""Words of somebody who wants a video and leaves it to us how it looks."""
_BUT = re.compile(
    r"[?？]|[吗呢][\s.。!！~～]*$|^\W*(?:what|how|why|when|where|which|who)\b|\b(?:don'?t|not|no|never|wait)\b|[别不没]|先等",
    re.IGNORECASE,
)
"""… unless they ask something, or say what not to do."""


def language_of(text: str, session: str = "") -> Language:
    """The language to answer in: the message's where it shows one, else the session's, else English.

    Quoted words do not count: `add a title "夜航"` is English.
    """
    bare = re.sub("\ue000.\ue001", " ", mask(text).written)
    tag, *script = session.lower().replace("_", "-").split("-")
    taiwan = bool(_TRADITIONAL & set(script)) and "hans" not in script
    if _HAN.search(bare):
        return "zh-TW" if is_traditional(bare, taiwan) else "zh"
    spanish, english = len(_SPANISH.findall(bare)), len(_ENGLISH.findall(bare))
    if spanish >= 2 and spanish > english:
        return "es"
    if tag == "zh":
        return "en" if english >= 2 else "zh-TW" if taiwan else "zh"
    if tag == "es":
        return "en" if english >= 2 and not spanish else "es"
    return "es" if spanish and not english else "en"


def take(text: str, context: Context) -> Turn:
    """Decide what a message does."""
    language = language_of(text, context.language)
    wishes = read(text)
    edits = [wish for wish in wishes if isinstance(wish, e.Edit)]
    talk = tuple(_said(wish) for wish in wishes if not isinstance(wish, e.Edit))
    track = context.shelf.track
    if all(isinstance(wish, Cannot) for wish in wishes) and _makes_one(text, track, context):
        # "make something cool": a new track is there, so a video is what is wanted, whatever the words.
        talk = talk or tuple(map(_said, missed(text))) or (e.Note("free-hand"),)
        edits = [e.Create()]
    if not edits:
        return _talk(language, context, talk or (e.Note("unknown", done=False),))
    if track is None:
        return _no_track(language, text, context, talk)
    if isinstance(edits[0], e.Create) or _begins(edits, track, context):
        earlier: list[Wish] = [wish for past in context.waiting for wish in read(past)]
        rest = [
            w for w in (*earlier, *edits) if isinstance(w, e.Edit) and not isinstance(w, e.Create | e.Undo | e.Redo)
        ]
        edits = [e.Create(), *rest]
    return _worked(language, edits, talk, context, track)


def _begins(edits: list[e.Edit], track: e.Source, context: Context) -> bool:
    """An edit makes the video first: when there is none, or when a new track came since the last message."""
    if all(isinstance(edit, e.Undo | e.Redo) for edit in edits):
        return False
    return _is_new(track, context)


def _makes_one(text: str, track: e.Source | None, context: Context) -> bool:
    """Whether a video is to be made although the words name no edit."""
    bare = mask(text).text
    left_to_us = bool(_MAKES.search(bare)) and not _BUT.search(bare)
    return left_to_us and track is not None and _is_new(track, context) and Cannot("import") not in read(text)


def _is_new(track: e.Source, context: Context) -> bool:
    """Whether no video was made of a track yet."""
    return not context.draft.ready or track.id != context.seen_audio


def _came_with_others(track: e.Source, context: Context) -> bool:
    """Whether further tracks came since the last video: only one of them is in the new one."""
    tracks = [source.id for source in context.shelf.sources if source.kind == "audio"]
    new = tracks[tracks.index(context.seen_audio) + 1 :] if context.seen_audio in tracks else tracks
    return track.id in new and len(new) > 1


def _talk(language: Language, context: Context, notes: tuple[e.Note, ...]) -> Turn:
    return Turn(
        language, "talk", "", (), notes, context.draft, False, 0, "", context.waiting, context.seen_audio
    )  # fmt: skip


def _no_track(language: Language, text: str, context: Context, talk: tuple[e.Note, ...]) -> Turn:
    """Ask for a track, and keep what was wished for."""
    waiting = (*context.waiting, text[:500])[-WAITING_MOST:]
    turn = _talk(language, context, (e.Note("need-track", done=False), *talk))
    return Turn(**{**{name: getattr(turn, name) for name in Turn.__slots__}, "waiting": waiting})


def _worked(
    language: Language, edits: list[e.Edit], talk: tuple[e.Note, ...], context: Context, track: e.Source
) -> Turn:
    draft, cursor_step = context.draft, 0
    notes: list[e.Note] = []
    steps: list[Step] = []
    before = draft
    shelf = replace(context.shelf, look=texts.say(language, "look-spectrum"))
    for edit in edits:
        if isinstance(edit, e.Create):
            steps.append(Step("analyze_music", {"media": track.id, "name": track.name}))
        if isinstance(edit, e.Undo | e.Redo):
            draft, step, note = _stepped(edit, draft, context, cursor_step, changed=draft != before)
            cursor_step += step
            before = draft if step else before
        else:
            draft, note = e.apply(edit, draft, shelf)
        notes.append(note)
        steps.append(Step(TOOLS[type(edit)], _args(edit), {"note": note.key}, note.done))
    changed = draft != before
    if notes[0].key == "created":  # how long the video is after all that was asked for
        notes[0] = e.Note("created", {**notes[0].values, "seconds": e.seconds(draft.duration_ms)})
        if _came_with_others(track, context):
            notes.insert(1, e.Note("one-track", {"name": track.title or track.name}))
    if not changed and not cursor_step and any(note.done for note in notes):
        notes.append(e.Note("same", done=False))
    created = any(isinstance(edit, e.Create) for edit in edits)
    sound = e.audio_of(draft)
    return Turn(
        language=language,
        kind="create" if created else "edit" if changed or cursor_step else "talk",
        opening="opening-create" if created else "",
        steps=tuple(steps),
        notes=(*notes, *talk),
        draft=draft,
        changed=changed,
        cursor_step=cursor_step,
        track=str(sound.meta.get("src", "")) if sound else "",
        waiting=() if created else context.waiting,
        seen_audio=track.id,
    )


def _stepped(
    edit: e.Undo | e.Redo, draft: Draft, context: Context, at: int, *, changed: bool
) -> tuple[Draft, int, e.Note]:
    """A step in the history; one step in a message, from where the session stands."""
    there, step, word = (context.past, -1, "undone") if isinstance(edit, e.Undo) else (context.ahead, 1, "redone")
    if there is None or at or changed:
        return draft, 0, e.Note(f"nothing-{word}", done=False)
    if not there.ready:
        return there, step, e.Note("undone-all")
    return there, step, e.Note(word)


def _args(edit: e.Edit) -> dict[str, Any]:
    return {key: value for key, value in asdict(edit).items() if value not in (None, "")}


def _said(wish: Wish) -> e.Note:
    match wish:
        case Ask(topic):
            return e.Note(f"ask-{topic}", done=False)
        case Cannot(topic):
            return e.Note(f"cannot-{topic}", done=False)
        case Missed(said):
            return e.Note("missed", {"text": said}, done=False)
        case _:
            raise TypeError(type(wish).__name__)
