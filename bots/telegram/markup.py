"""Words and buttons as Telegram wants them: entities, not markup; lengths in UTF-16 units. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity

from bots.adapter import Button, Post
from bots.bar import bar as bar_of
from bots.telegram.limits import BUTTONS_A_ROW, MAX_CALLBACK_BYTES

_UNSEEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
"""Control characters and the ones that turn the direction of what follows."""

bar = partial(bar_of, 12)


@dataclass(frozen=True, slots=True)
class Dressed:
    """Plain words and the entities over them; offsets and lengths in UTF-16 units."""

    text: str
    entities: tuple[MessageEntity, ...] = ()

    @property
    def plain(self) -> Dressed:
        """The words alone."""
        return Dressed(self.text)


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it: UTF-16 code units."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def clean(text: str) -> str:
    """Take out control and direction characters; a right-to-left title cannot turn the words after it."""
    return _UNSEEN.sub("", text.replace("\r\n", "\n"))


def clip(text: str, limit: int) -> str:
    """Cut a text to `limit` UTF-16 units, never inside a character, with an ellipsis where it was cut."""
    if units(text) <= limit:
        return text
    room, kept = limit - 1, 0
    for index, char in enumerate(text):
        kept += 2 if ord(char) > 0xFFFF else 1
        if kept > room:
            return text[:index].rstrip() + "…"
    return text


def dress(post: Post, limit: int) -> Dressed:
    """Return a post's words: the title in bold, the text, the bar, the facts; nothing in them is read as markup."""
    title = clip(clean(post.title), min(256, limit))
    lines = [clean(post.text).strip()]
    if post.done is not None and not post.final:
        lines.append(bar(post.done, number="%" not in post.text))
    lines.extend(clean(fact) for fact in post.facts)
    body = "\n".join(line for line in lines if line)
    text = clip("\n".join(part for part in (title, body) if part), limit) or "…"
    bold = (MessageEntity(MessageEntity.BOLD, 0, min(units(title), units(text))),) if title else ()
    return Dressed(text, bold)


def data_of(action: str, job: str) -> str:
    """Return what a button carries, `v1:<action>:<job>`, the grammar shared with Discord.

    Raises:
        ValueError: It is longer than 64 bytes.
    """
    data = f"v1:{action}:{job}"
    if len(data.encode()) > MAX_CALLBACK_BYTES:
        msg = f"button data of {len(data.encode())} bytes; 64 fit"
        raise ValueError(msg)
    return data


def action_of(data: str | None) -> tuple[str, str] | None:
    """Read `data_of` back: (action, job), or None if it is not of this grammar."""
    version, _, rest = (data or "").partition(":")
    action, _, job = rest.partition(":")
    return (action, job) if version == "v1" and action and job else None


def keyboard(buttons: Sequence[Button], *, links: bool = True) -> InlineKeyboardMarkup | None:
    """Return the buttons in rows of three, or None for none; those that open an address only with `links`."""
    keys = [_key(button) for button in buttons if links or button.url is None]
    rows = [keys[index : index + BUTTONS_A_ROW] for index in range(0, len(keys), BUTTONS_A_ROW)]
    return InlineKeyboardMarkup(rows) if rows else None


def _key(button: Button) -> InlineKeyboardButton:
    label = clip(clean(button.label), 64) or "…"
    if button.url is not None:
        return InlineKeyboardButton(label, url=button.url)
    style = {"primary": "primary", "danger": "danger"}.get(button.style)
    return InlineKeyboardButton(label, callback_data=data_of(button.action, button.job), style=style)
