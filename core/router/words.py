"""A message as the rules see it: folded, with content of quotes and titles covered. Positions lead back to the words.

Folding: compatibility forms (full-width, ligatures) and accents go, case goes, Traditional becomes Simplified,
emoji and invisible marks become nothing or a blank. Each folded character knows which written one it came from.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from core.languages import simplified

CONTENT = "\ue000"
"""Stands for quoted words, code and titles: never ours to act upon."""

ADDRESS = "\ue001"
"""Stands for each character of a web address."""

_QUOTES = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`|“[^”]*”|„[^“”]*[“”]|「[^」]*」|『[^』]*』|《[^》]*》|〈[^〉]*〉|【[^】]*】|«[^»]*»"
    r"|‘[^’\n]*’|\"[^\"]*\"|＂[^＂]*＂|(?<![^\W_])'[^'\n]+(?:'[^\W_][^'\n]*)*'(?![^\W_])",
    re.DOTALL,
)
_DECORATED = re.compile(r"\s*【[^】]*】\s*")
"""Such brackets quote inside a sentence; round a whole message ("【导出】") they adorn it."""
_CLOSING = "”’」』》〉】»\"＂'`“"
_MENTIONS = re.compile(r"<(?:@[!&]?|#|a?:\w+:)\d+>|(?<![\w.])[@＠][\w.]+")
_BLANKS = {"Zs", "Zl", "Zp", "So", "Sk", "Cn", "Cs"}
_NOTHING = {"Cf", "Mn", "Me"}
_SAME = {
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "´": "'",
    "`": "'",
    "\t": " ",
    "\r": "\n",
    "\u2028": "\n",
    "\u2029": "\n",
    "\v": "\n",
}


@dataclass(frozen=True, slots=True)
class Words:
    """What was written, and the folded text that rules match.

    Attributes:
        folded: What the rules see; CONTENT and ADDRESS cover what they must not read.
        at: For each folded character the index of the written one; one more for the end.
    """

    written: str
    folded: str
    at: tuple[int, ...]

    def ends_quoted(self, end: int) -> bool:
        """Whether folded[:end] ends with a closed quote, so that nothing behind it belongs to those words."""
        last = len(self.folded[:end].rstrip()) - 1
        return last >= 0 and self.folded[last] == CONTENT and self.written[self.at[last]] in _CLOSING

    def between(self, start: int, end: int) -> str:
        """Return the written words that folded[start:end] came from, without blanks around them."""
        return self.written[self.at[start] : self.at[end]].strip()


def fold(written: str, addresses: tuple[tuple[int, int], ...] = (), labels: re.Pattern[str] | None = None) -> Words:
    """Fold a message for matching.

    Args:
        written: What the person wrote.
        addresses: Where web addresses stand in it.
        labels: What content follows without quotes ("title: …"); its group "content" is covered.
    """
    covered = _cover(written, addresses)
    folded: list[str] = []
    at: list[int] = []
    for index, character in enumerate(covered):
        for piece in _fold_character(character):
            folded.append(piece)
            at.append(index)
    text = "".join(folded)
    if labels is not None:
        text = labels.sub(_cover_label, text)
    return Words(written, text, (*at, len(written)))


def _cover(written: str, addresses: tuple[tuple[int, int], ...]) -> str:
    for start, end in addresses:
        written = written[:start] + ADDRESS * (end - start) + written[end:]
    if not _DECORATED.fullmatch(written):
        written = _QUOTES.sub(lambda found: CONTENT * len(found[0]), written)
    return _MENTIONS.sub(lambda found: " " * len(found[0]), written)


def _cover_label(found: re.Match[str]) -> str:
    start, end = (place - found.start() for place in found.span("content"))
    return found[0][:start] + CONTENT * (end - start) + found[0][end:]


@lru_cache(maxsize=16384)
def _fold_character(character: str) -> str:
    if character in _SAME:
        return _SAME[character]
    pieces = []
    for piece in unicodedata.normalize("NFKD", character):
        category = unicodedata.category(piece)
        if category in _NOTHING:
            continue
        pieces.append(" " if category in _BLANKS else piece)
    return simplified("".join(pieces).casefold())
