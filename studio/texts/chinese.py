"""Simplified and Traditional characters: one set of words and forms serves both. Pure."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from opencc import OpenCC

_HAN = re.compile(r"[\u3400-\u9fff]")


def simplified(text: str) -> str:
    """Return the text with each Traditional character in its Simplified form; as long as it was, for matching."""
    return "".join(map(_simplified, text))


def traditional(text: str) -> str:
    """Return Simplified words as they are written in Taiwan."""
    return str(_converter("s2twp").convert(text))


def is_traditional(text: str, otherwise: bool = False) -> bool:
    """Tell how a text is written; `otherwise` where its characters are the same in both."""
    forth = sum(_simplified(character) != character for character in text)
    back = sum(_one_for_one("s2t", character) != character for character in text)
    return otherwise if forth == back else forth > back


@lru_cache(maxsize=32768)
def _simplified(character: str) -> str:
    return _one_for_one("t2s", character)


@lru_cache(maxsize=32768)
def _one_for_one(profile: str, character: str) -> str:
    if not _HAN.match(character):
        return character
    converted = str(_converter(profile).convert(character))
    return converted if len(converted) == 1 else character


@cache
def _converter(profile: str) -> OpenCC:
    return OpenCC(profile)
