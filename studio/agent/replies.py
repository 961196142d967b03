"""What the agent says about what it did, in the person's language. Pure; the words stand in studio/texts."""

from __future__ import annotations

from studio import texts
from studio.agent.turn import Heard, Language, Turn

ROLES = ("title", "artist", "credits", "caption", "all")


def opening(turn: Turn) -> str:
    """What is said before the work; "" for nothing."""
    return texts.say(turn.language, turn.opening) if turn.opening else ""


def first_stage(language: Language) -> str:
    """What is said when the raw version is there and effects follow."""
    return texts.say(language, "stage-first")


def closing(turn: Turn, heard: Heard | None, *, gui_talk: bool = False) -> str:
    """What came of every wish, what was heard, and what could come next."""
    language = turn.language
    lines = [texts.say(language, f"note-{note.key}", **_values(language, note.values)) for note in turn.notes]
    if heard is not None:
        lines.insert(1, _heard(language, heard))
    if turn.kind != "talk":
        lines.append(texts.say(language, "next-create" if turn.kind == "create" else "next-edit"))
    if gui_talk:
        lines.append(texts.say(language, "gui-talk"))
    return "\n".join(dict.fromkeys(line for line in lines if line))


def _heard(language: Language, heard: Heard) -> str:
    if heard.silent:
        return texts.say(language, "heard-silent")
    if heard.tempo_bpm is None:
        return texts.say(language, "heard-no-beat")
    return texts.say(language, "heard-beats", tempo=round(heard.tempo_bpm), beats=heard.beats)


def _values(language: Language, values: dict[str, object]) -> dict[str, object]:
    """Values as people read them: roles, targets and palettes have names in each language."""
    shown = dict(values)
    for name in ("role", "target", "palette"):
        if name in shown:
            shown[name] = texts.say(language, f"{name}-{shown[name]}")
    return shown
