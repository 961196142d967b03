"""Words → Wishes: edits and questions, several in one message, in English, Chinese and some Spanish. Pure.

A table of rules is laid over the message. Each rule names a form of words; what it takes is covered, so that no later
rule reads it again, and quoted words are covered from the start. A "don't" before a form turns it round or drops it.
What is left over at the end and still asks for something is a wish too: one that was missed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from studio.agent import edits as e
from studio.agent.forms import COVER
from studio.agent.leftovers import corrected, leftovers
from studio.agent.phrases import Masked, mask
from studio.agent.rules import RULES, Ask, Cannot, Found, Missed, Wish, pattern

_NOT = re.compile(
    r"(?:\b(?:don'?t|do\s+not|doesn'?t|never|not|no|without|avoid|nothing|isn'?t|no\s+need\s+to)\b(?:\s+(?:want|need|make|use|have|be|it|the|a|any|to|so|too|add|put|set|you))*|(?:不要|别|不用|不必|不需要|不想要?|无需|先别|没有?)(?:再|太|把|将|改成?|做成?|变成?|换成?|弄成?|用|加|设成?|搞)*)\s*$",
    re.IGNORECASE,
)
LONGEST = 1_500  # characters of a message that are read
SENTENCE = 300
SAID_MOST, MISSED_MOST = 60, 3  # of what is quoted back: characters, pieces


def read(text: str) -> tuple[Wish, ...]:
    """Return what a message asks for, in the order it is said; () if nothing of it is understood.

    A message of which nothing is understood is not quoted back; `missed` has its pieces.
    """
    wishes = _all(text)
    return wishes if any(not isinstance(wish, Missed) for wish in wishes) else ()


def missed(text: str) -> tuple[Missed, ...]:
    """Return the pieces of a message that ask for something no rule understands."""
    return tuple(wish for wish in _all(text) if isinstance(wish, Missed))


@lru_cache(256)
def _all(text: str) -> tuple[Wish, ...]:
    masked = mask(text[:LONGEST])
    return _tidy([wish for sentence in _sentences(masked.text) for wish in _read(sentence, masked)])


def warm() -> None:
    """Compile every form now, so that the first message does not wait for it."""
    for rule in RULES:
        pattern(rule.spelled)


def _sentences(text: str) -> Iterator[str]:
    """Parts that are read on their own: what a "don't" or a time belongs to ends with its sentence."""
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
        for at in range(0, len(sentence), SENTENCE):
            yield sentence[at : at + SENTENCE]


def _read(sentence: str, masked: Masked) -> list[Wish]:
    found, left = _laid(sentence, masked)
    mended = corrected(sentence, left)
    if mended != sentence:
        found, left = _laid(mended, masked)
    found += [(at, Missed(masked.shown(said)[:SAID_MOST])) for at, said in leftovers(left)]
    found.sort(key=lambda pair: pair[0])
    return [wish for _, wish in found]


def _laid(left: str, masked: Masked) -> tuple[list[tuple[int, Wish]], str]:
    """Lay the table over a sentence: the wishes with their places, and what no rule has taken."""
    found: list[tuple[int, Wish]] = []
    for rule in RULES:
        if not rule.may_match(left):
            continue
        for match in list(rule.form.finditer(left)):
            if not match[0].strip() or (COVER in match[0] and not rule.through):
                continue
            denied = _NOT.search(left[: match.start()])
            build = rule.negated if denied else rule.build
            wishes = _listed(build(Found(match, masked))) if build else []
            if wishes is None:
                continue
            found += [(match.start(), wish) for wish in wishes]
            start = denied.start() if denied else match.start()
            left = left[:start] + COVER * (match.end() - start) + left[match.end() :]
    return found, left


def _listed(value: Any) -> list[Wish] | None:
    if value is None:
        return None
    return value if isinstance(value, list) else [value]


def _tidy(wishes: list[Wish]) -> tuple[Wish, ...]:
    """Drop what is said twice, politeness beside real wishes, and what a Create implies; Create goes first."""
    once = list(dict.fromkeys(wishes))
    untold = [wish for wish in once if isinstance(wish, Missed)][MISSED_MOST:]
    once = [wish for wish in once if wish not in untold]
    if any(isinstance(wish, e.Trim) for wish in once):
        once = [wish for wish in once if wish != Cannot("length")]  # "too long, make it 30 s"
    if any(isinstance(wish, e.Edit) for wish in once):
        once = [wish for wish in once if not (isinstance(wish, Ask) and wish.topic in ("hello", "thanks"))]
    if e.Create() in once:
        implied = (e.SetStyle("spectrum"), e.SetCuts("beats"))
        once = [e.Create(), *(wish for wish in once if wish not in (e.Create(), *implied))]
    elif len([w for w in once if isinstance(w, e.Edit)]) > 1:
        once = [wish for wish in once if wish != e.SetStyle("spectrum")]
    return tuple(once)
