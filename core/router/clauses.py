"""Words → clauses, and which of them are actions, idle talk, or edits for the agent."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from core.router.rules import (
    Match,
    asks_for_something,
    closes,
    comes_after,
    condition_behind,
    goes_on,
    is_turned_off,
    joints,
    leans_on_the_next,
    match,
    names_things,
    opens_condition,
    tidy,
)
from core.router.words import ADDRESS, CONTENT, Words

_MOST_JOINED = 4
"""Pieces tried as one clause: a joint may stand inside a request ("what have we got so far")."""

_MOST_PIECES = 60
"""Pieces read at the beginning and at the end of a message; what lies between in a longer one describes a video."""

_MOST_WORDS_BEFORE = 24
"""Places tried where a request may begin without a comma ("when you're done with the subtitles export it")."""

_SPACED_HAN = re.compile(r"[\u3400-\u9fff] [\u3400-\u9fff]")
_BEHIND = frozenset({"export", "credits", "status"})
_WORD_BEGINS = re.compile(r"(?<= )(?=\S)|(?<=[\u3400-\u9fff])(?=\S)")
_STRONG = re.compile(r"[.!?。！？；;\n]")
_NO_WORDS = re.compile(r"[\W_]*")
_NEGATION = re.compile(
    r"^(?:please |pls |but |and |ok |no )*(?:don'?t|do not|dont|never|no need to|not|please don'?t|no)\s+(?P<en>.+)$"
    r"|^(?:先别|先不要|不要|别|不用|不必|无需|暂时不|先不|不需要|请别|请不要|no)\s*(?P<zh>.+)$"
)


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause of a message.

    Attributes:
        start, end: Where it stands in the folded words.
        kind: "action" (ours), "idle" (asks for nothing) or "edit" (the agent's).
        match: The rule that fired; None for an edit.
        why: Why a rule that fired was not followed, else "".
        strong: A full stop, not a mere joint, stands before it.
        apart: It was said behind the request that it comes before.
    """

    start: int
    end: int
    kind: Literal["action", "idle", "edit"]
    match: Match | None = None
    why: str = ""
    strong: bool = True
    apart: bool = False


def read(words: Words, *, has_file: bool) -> tuple[Clause, ...]:
    """Cut a message into clauses and say of each what it is. `has_file`: a file or its address comes with it."""
    pieces = _pieces(words.folded)
    head, tail = pieces[:_MOST_PIECES], pieces[max(_MOST_PIECES, len(pieces) - _MOST_PIECES) :]
    between = pieces[len(head) : len(pieces) - len(tail)]
    matched = [_as_caption(one, has_file) for one in (*_matched(words, head), *between, *_matched(words, tail))]
    return _without_lone_nouns(_without_negated(words, matched))


def _pieces(folded: str) -> list[Clause]:
    """Everything between two joints, as edits."""
    pieces, start, strong = [], 0, True
    for joint in [*joints().finditer(folded), None]:
        end = joint.start() if joint else len(folded)
        if not _NO_WORDS.fullmatch(folded, start, end):
            pieces.append(Clause(start, end, "edit", strong=strong))
            strong = False
        if joint:
            start = joint.end()
            strong = strong or bool(_STRONG.search(joint[0]))
    return pieces


def _matched(words: Words, pieces: list[Clause]) -> list[Clause]:
    """Find the pieces a rule holds for; where none does, neighbours that it holds for together."""
    clauses, index = [], 0
    while index < len(pieces):
        for count in range(1, min(_MOST_JOINED, len(pieces) - index) + 1):
            span = pieces[index : index + count]
            end = span[-1].end
            found = _match(words.folded[span[0].start : end], asked=words.folded[end : end + 2].strip().startswith("?"))
            if found and found.rule.action == "idle" and len(behind := _behind_another(words, span[0])) > 1:
                clauses += behind
                index += 1
                break
            if found and (count == 1 or found.rule.action != "idle"):
                parts = _with_condition(words, _matched_clause(span[0], end, found))
                index += count
                while len(parts) > 1 and index < len(pieces) and goes_on(words.folded[pieces[index].start :]):
                    parts.insert(-1, replace(pieces[index], apart=True))
                    index += 1
                clauses += parts
                break
        else:
            clauses += _behind_another(words, pieces[index])
            index += 1
    return clauses


def _matched_clause(begin: Clause, end: int, found: Match) -> Clause:
    if found.rule.action == "talk":
        return replace(begin, end=end, why="about")
    kind: Literal["action", "idle"] = "idle" if found.rule.action == "idle" else "action"
    return replace(begin, end=end, kind=kind, match=found)


def _with_condition(words: Words, clause: Clause) -> list[Clause]:
    """Take apart "export it once you've made it darker": what has to come first comes first, though said last."""
    found = condition_behind(words.folded[clause.start : clause.end].rstrip())
    if (
        clause.kind == "idle"
        or found is None
        or (request := _match(found["do"], asked=False)) is None
        or request.rule.action == "idle"
    ):
        return [clause]
    group = found.lastgroup or "first"
    begin, end = (clause.start + place for place in found.span(group))
    first = Clause(begin, end, "edit", strong=clause.strong, apart=True)
    condition = _match(found[group], asked=False)
    if group == "credits":
        if condition is None or condition.rule.action != "credits":
            return [clause]
        first = _matched_clause(first, end, condition)
    elif condition is not None and condition.rule.action != "idle":
        return [clause]
    return [first, _matched_clause(clause, clause.start + found.end("do"), request)]


def _behind_another(words: Words, piece: Clause) -> list[Clause]:
    """Take apart what has no comma: "when you're done with the subtitles export it", "that's great can you send it"."""
    if len(behind := _with_condition(words, piece)) > 1:
        return behind
    text = words.folded[piece.start : piece.end]
    conditional = opens_condition(text)
    for place in list(_WORD_BEGINS.finditer(text))[:_MOST_WORDS_BEFORE]:
        rest, at_blank = text[place.start() :], text[place.start() - 1] == " "
        head = tidy(text[: place.start()])
        asks = conditional or asks_for_something(rest)
        if not (asks or at_blank or closes(head)):
            continue
        request = _match(rest, asked=False, mend=False)
        if request is None or request.rule.action not in _BEHIND or not head or names_things(head):
            continue
        begin = piece.start + place.start()
        first = _match(head, asked=at_blank)
        parted = at_blank and first and (first.rule.action == "idle" or _SPACED_HAN.match(text, place.start() - 2))
        closed = first is None and request.rule.action == "export" and closes(head)
        if leans_on_the_next(head) or not (asks or parted or closed):
            continue
        before = replace(piece, end=begin)
        return [
            _matched_clause(before, begin, first) if first else before,
            _matched_clause(replace(piece, start=begin, strong=False), piece.end, request),
        ]
    return [piece]


def _match(text: str, *, asked: bool, mend: bool = True) -> Match | None:
    """The rule for a clause. One that holds an address can only hand that over ("upload this https://…")."""
    if ADDRESS not in text:
        return match(tidy(text), asked=asked, mend=mend)
    found = match(tidy(text.replace(ADDRESS, "")), asked=asked)
    return found if found and found.rule.action in ("upload", "handing", "caption") else None


def _as_caption(clause: Clause, has_file: bool) -> Clause:
    """ "For you!" beside a file asks for nothing; without one it is the agent's. "Video pls" is the other way round."""
    if clause.match is not None and clause.match.rule.fileless and has_file:
        return replace(clause, kind="edit", why="file")
    if clause.match is None or clause.match.rule.action != "caption":
        return clause
    return replace(clause, kind="idle") if has_file else replace(clause, kind="edit", why="no-file")


def _without_negated(words: Words, clauses: list[Clause]) -> list[Clause]:
    """Take back actions that the clause before turns off ("don't render and send it", "等我说了再导出")."""
    kept: list[Clause] = []
    off = False
    for clause in clauses:
        text = tidy(words.folded[clause.start : clause.end])
        before = tidy(words.folded[kept[-1].start : kept[-1].end]) if kept and not clause.strong else ""
        why = ""
        if clause.kind == "action" and before:
            if off or is_turned_off(before):
                why = "turned-off"
            elif (
                _is_one_word(text)
                and kept[-1].kind == "edit"
                and not comes_after(words.folded[kept[-1].end : clause.start])
                and not words.ends_quoted(kept[-1].end)
                and names_things(before)
            ):
                why = "shown"
        if why:
            clause = replace(clause, kind="edit", why=why)  # noqa: PLW2901 - the clause as it counts from here on
        off = (off and not clause.strong and bool(why)) or _forbids_an_action(text)
        kept.append(clause)
    return kept


def _without_lone_nouns(clauses: list[Clause]) -> tuple[Clause, ...]:
    """A bare noun ("credits", "status") is a request only where the message holds no edit."""
    if not any(clause.kind == "edit" for clause in clauses):
        lone = sum(clause.kind == "action" for clause in clauses) == 1
        return tuple(
            replace(clause, kind="idle") if clause.match and clause.match.rule.soft and not lone else clause
            for clause in clauses
        )
    return tuple(
        replace(clause, kind="edit", why="bare-noun") if clause.match and clause.match.rule.alone else clause
        for clause in clauses
    )


def _forbids_an_action(text: str) -> bool:
    found = _NEGATION.match(text)
    if not found:
        return False
    forbidden = match(tidy(found["en"] or found["zh"]))
    return forbidden is not None and forbidden.rule.action != "idle"


def _is_one_word(text: str) -> bool:
    return " " not in text and len(text) <= (12 if text.isascii() else 3) and CONTENT not in text
