"""The agent believes in a graphical editor: what its instructions stand for, and what of its words people see.

Sentence by sentence (nemovideo-api §7.2, decisions 2 and 4): an instruction to click, open or drag goes and becomes
an action; all that speaks of the video stays, letter for letter. Quoted words and code are content, never touched.
Pure. The words are in `gui.toml`; another language is another table there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

from core.languages import simplified

Kind: TypeAlias = Literal["export", "state", "tracks", "credits", "files", "follow-up"]


@dataclass(frozen=True, slots=True)
class GuiAction:
    """What a removed instruction stands for.

    Attributes:
        kind: "export" (decisions 2), "state", "tracks" and "credits" are looked up and shown; "files" asks for
            more of them, which people send whenever they like; "follow-up" is an edit that would be sent to the
            agent (decisions 4).
        text: For "follow-up" the words to send; else "".
    """

    kind: Kind
    text: str = ""


@dataclass(frozen=True, slots=True)
class Translated:
    """What people see of an answer ("" if nothing is left: the turn counts as silent), and what its GUI talk meant."""

    shown: str
    actions: tuple[GuiAction, ...] = ()


_QUOTED = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`|“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|《[^》\n]*》|«[^»\n]*»|‘[^’\n]*’|\"[^\"\n]*\""
    r"|(?<![^\W_])'[^'\n]+(?:'[^\W_][^'\n]*)*'(?![^\W_])|https?://\S+",
    re.DOTALL,
)
_EMOJI = r"[\u2600-\u26ff\u2700-\u27a0\U0001f300-\U0001f445\U0001f44a-\U0001faff]\ufe0f?"  # the pointing hands point on
_SENTENCE = re.compile(
    rf"(?:(?!{_EMOJI}\s)[^.!?。！？\n]|\.(?=[^\s\n])|(?<=[.:;,!?。：；，！？] \d)\.(?= [^\n]))+"
    rf"(?:[.!?。！？…]+[\"'”’)\]*_]*)?(?:\s*{_EMOJI}(?=\s|$))*|[.!?。！？…]+|\n|{_EMOJI}"
)
_FINISHED = re.compile(r"[.!?…](?=\s)|[。！？]|\n")
_NUMBER = re.compile(r"\s*\d+[.)、]\s+")
_BULLET = re.compile(r"[\s>#]*(?:[-*+•·]|\d+[.)、])?\s*")
_ORNAMENT = re.compile(r"[^\w\ue000]*")
_LAST_MARKS = re.compile(r"[\s.!?。！？…\"'”’)\]*_]*$")
_TRIVIAL = re.compile(r"[\W\d_]*")
_MOST_ACTIONS = 8
_LONGEST = 100_000
_LONGEST_LINE = 4_000
"""Characters: whoever says more in one go, or on one line, gives no instructions."""


@dataclass(frozen=True, slots=True)
class _Tables:
    """`gui.toml`, compiled: per language an instruction, and one joined to content; kinds; a quick first look; words
    that mean the same and are as long.
    """

    patterns: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    kinds: tuple[tuple[Kind, re.Pattern[str]], ...]
    hint: re.Pattern[str]
    same: dict[str, str]


@cache
def _tables() -> _Tables:
    raw = tomllib.loads((resources.files("core.nemo") / "gui.toml").read_text("utf-8"))
    return _Tables(
        patterns=tuple(_compile(language, raw["fragments"]) for language in raw["languages"].values()),
        kinds=tuple((line["kind"], re.compile(line["words"], re.IGNORECASE)) for line in raw["kinds"]),
        hint=re.compile(raw["hint"]["words"], re.IGNORECASE),
        same=raw["same"],
    )


def read_tables() -> None:
    """Read and compile `gui.toml` now, not in the first conversation."""
    _tables()


def _compile(language: dict[str, list[str]], fragments: dict[str, str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    leads, joints, instructions = ("|".join(language[part]) for part in ("leads", "joints", "instructions"))
    instruction = rf"(?:(?:{leads})\s*)*(?:{instructions})"
    for name, words in fragments.items():
        instruction = instruction.replace(f"{{{name}}}", f"(?:{words})")
    return re.compile(instruction, re.IGNORECASE), re.compile(rf"(?:{joints})\s*{instruction}", re.IGNORECASE)


def translate(text: str) -> Translated:
    """Return what people see of an answer and what its GUI talk stands for. Never raises, adds no letter."""
    if len(text) > _LONGEST:
        return Translated(text)
    covered = _plain(_QUOTED.sub(lambda found: re.sub(r"[^\n]", "\ue000", found[0]), text))
    kept: list[str] = []
    actions: list[GuiAction] = []
    changed = False
    for line, written in _lines(covered, text):
        shown, found = _line(line, written)
        changed = changed or shown != written
        actions += found
        kept.append(shown)
    if not changed:
        return Translated(text)
    whole = _joined(text, kept)
    return Translated("" if _TRIVIAL.fullmatch(whole) else whole, tuple(dict.fromkeys(actions))[:_MOST_ACTIONS])


def so_far(text: str) -> str:
    """What people see of an answer that is still being written: its finished sentences, without instructions.

    Half an instruction ("Click Exp") looks like any other words.
    """
    ends = [end.end() for end in _FINISHED.finditer(text)]
    return translate(text[: ends[-1]]).shown.rstrip() if ends else ""


def _plain(text: str) -> str:
    """Chinese as the tables spell it, character for character: Simplified, and with the mainland's words."""
    if text.isascii():
        return text
    plain = simplified(text)
    for taiwan, mainland in _tables().same.items():
        plain = plain.replace(taiwan, mainland)
    return plain


def _lines(covered: str, text: str) -> Iterator[tuple[str, str]]:
    start = 0
    for line in covered.split("\n"):
        yield line, text[start : start + len(line)]
        start += len(line) + 1


def _line(covered: str, written: str) -> tuple[str, list[GuiAction]]:
    """One line without its instructions; "" if they were all of it."""
    if len(covered) > _LONGEST_LINE or not _tables().hint.search(covered):
        return written, []
    bullet = _BULLET.match(covered)
    start = bullet.end() if bullet else 0
    kept: list[str] = []
    actions: list[GuiAction] = []
    for sentence in _SENTENCE.finditer(covered, start):
        cut, action = _sentence(sentence[0], written[sentence.start() : sentence.end()])
        kept.append(cut)
        actions += action
    rest = "".join(kept)
    if not actions:
        return written, []
    return ("" if _TRIVIAL.fullmatch(rest) else (written[:start] + rest).rstrip()), actions


def _sentence(covered: str, written: str) -> tuple[str, list[GuiAction]]:
    """One sentence without the instruction in it: all of it, or a clause joined to content."""
    ornament = _ORNAMENT.match(covered)
    begin = ornament.end() if ornament else 0
    marks = _LAST_MARKS.search(covered)
    end = marks.start() if marks else len(covered)
    for whole, _ in _tables().patterns:
        if whole.match(covered, begin, end):
            return "", [_action(written[begin:end])]
    for _, joined in _tables().patterns:
        if found := joined.search(covered, begin, end):
            action = _action(written[found.start() : end])
            return written[: found.start()] + written[end:], [action]
    return written, []


def _action(instruction: str) -> GuiAction:
    plain = _plain(instruction)
    for kind, words in _tables().kinds:
        if words.search(plain):
            return GuiAction(kind, _request(instruction) if kind == "follow-up" else "")
    return GuiAction("state")


def _request(instruction: str) -> str:
    """A follow-up as it would be said to the agent: without the joint before it."""
    return re.sub(r"^[\W_]+|[\s,;:，；：]+$", "", instruction)[:500]


def _joined(text: str, kept: list[str]) -> str:
    """The lines that are left; a heading ("Next steps:") whose lines all went goes with them, and so do double gaps."""
    written = text.split("\n")
    gone = [bool(before.strip()) and not after for before, after in zip(written, kept, strict=True)]
    out: list[str] = []
    for index, line in enumerate(kept):
        if gone[index] or (line.rstrip().endswith((":", "：")) and _leads_nowhere(index, written, gone)):
            continue
        if not line.strip() and (not out or not out[-1].strip()):
            continue
        out.append(line)
    return "\n".join(out).strip()


def _leads_nowhere(index: int, written: list[str], gone: list[bool]) -> bool:
    block: list[bool] = []
    for line, is_gone in zip(written[index + 1 :], gone[index + 1 :], strict=True):
        if not line.strip():
            if block:
                break
            continue
        block.append(is_gone)
        if not is_gone:
            break
    return bool(block) and all(block)
