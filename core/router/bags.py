"""Clauses of known words only, in any order and any mix of our languages: "lemme get that mp4", "把 mp4 send 给我".

A bag names the kinds of words that a request cannot do without and the kinds that change nothing about it; one word
of no such kind, and the clause is the agent's. Which words are of a kind is in the `vocabulary` of each language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, TypeAlias

Action: TypeAlias = Literal[
    "export", "credits", "status", "upload", "cancel", "help", "handing", "caption", "talk", "idle"
]

_SONG_NAME = r"[a-z0-9_-]+\.(?:mp3|wav|flac|m4a|aac)"
_SIGN = r"[^\s()\[\]*_~]"
_LATIN_WORD = r"[a-z0-9']+(?:[.:/-][a-z0-9']+)*"


@dataclass(frozen=True, slots=True)
class Bag:
    """One line of bags.toml.

    Attributes:
        needs: At least one word of each of these kinds must be there.
        may: Words of these kinds may be there as well, and no others.
        asked: Holds only where a question mark follows.
    """

    name: str
    action: Action
    needs: frozenset[str]
    may: frozenset[str]
    asked: bool = False


@cache
def bags() -> tuple[Bag, ...]:
    """All bags, in the order to try them."""
    lines = tomllib.loads((resources.files("core.router") / "tables" / "bags.toml").read_text("utf-8"))["bags"]
    return tuple(
        Bag(
            one["name"],
            one["action"],
            frozenset(one["needs"]),
            frozenset(one["needs"]) | frozenset(one["may"]),
            one.get("asked", False),
        )
        for one in lines
    )


class Vocabulary:
    """The kinds of words of all languages together."""

    def __init__(self, tables: tuple[Mapping[str, list[str]], ...]) -> None:
        """Args: tables: The `vocabulary` of each language: words and phrases by kind, folded."""
        kinds: dict[str, set[str]] = {}
        for table in tables:
            for kind, words in table.items():
                for word in words:
                    kinds.setdefault(word, set()).add(kind)
        self._kinds: Mapping[str, frozenset[str]] = {word: frozenset(of) for word, of in kinds.items()}
        longest_first = sorted(self._kinds, key=len, reverse=True)
        known = "|".join(re.escape(word) + (r"(?![a-z0-9'])" if word[-1].isascii() else "") for word in longest_first)
        self._word = re.compile(rf"{_SONG_NAME}|(?:{known})|{_LATIN_WORD}|{_SIGN}")

    def bag_of(self, clause: str, *, asked: bool) -> Bag | None:
        """Return the first bag that a tidy clause fits, or None."""
        kinds = [self._kinds_of(word) for word in self._word.findall(clause)]
        for bag in bags():
            if bag.asked and not asked:
                continue
            if all(of & bag.may for of in kinds) and all(any(need in of for of in kinds) for need in bag.needs):
                return bag
        return None

    def _kinds_of(self, word: str) -> frozenset[str]:
        """The kinds of a word; a name of a file stands for a song, and anybody's for mine."""
        if re.fullmatch(_SONG_NAME, word):
            return frozenset({"song"})
        return self._kinds.get(word) or self._kinds.get("my" if word.endswith("'s") else "", frozenset())
