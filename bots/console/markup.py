"""Posts as rich text for a terminal. Untrusted words lose their control characters."""

from __future__ import annotations

import re
import unicodedata

from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from bots.adapter import Button, Post

_LINKS = re.compile(r"https?://\S+")
_KEPT = frozenset("\n\t\u200d")
"""The zero-width joiner holds emoji together; everything else of the control and format classes goes."""


def clean(text: str) -> str:
    """Drop control characters and bidi overrides: a file name must not repaint the terminal."""
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def words(text: str) -> Text:
    """Plain words, links underlined."""
    shown = Text(clean(text))
    shown.highlight_regex(_LINKS, "underline cyan")
    return shown


def card(post: Post, width: int) -> RenderableType:
    """The status card: one line with a bar while something runs."""
    line = words(post.text)
    facts = Text(" · ".join(clean(fact) for fact in post.facts), style="dim")
    if post.done is None:
        return Group(line, facts) if post.facts and not post.final else line
    row = Table.grid(padding=(0, 1))
    row.add_row(line, ProgressBar(total=1.0, completed=post.done, width=max(10, min(40, width - 34))))
    return Group(row, facts) if post.facts else row


def hints(buttons: tuple[Button, ...], first: int) -> Text:
    """Buttons as numbers to type: `[1] Again  [2] 9:16`; links are shown as they are."""
    shown = Text()
    number = first
    for button in buttons:
        if button.url:
            shown.append(f"{clean(button.label)} → ", style="dim")
            shown.append(clean(button.url), style="underline cyan")
        else:
            shown.append(f"[{number}] ", style="bold cyan")
            shown.append(clean(button.label), style="cyan")
            number += 1
        shown.append("  ")
    return shown
