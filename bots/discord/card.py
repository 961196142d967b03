"""A Post as Discord shows it: the card as a layout, the buttons of a message.

Views here hold dynamic buttons and links only and never time out: anything else would be remembered by the library per
message, or unregister the buttons of every other message.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import discord
from discord import ui

from bots.adapter import Button, Post
from bots.discord import markup
from bots.discord.limits import BUTTONS_PER_ROW, MAX_CARD_TEXT, MAX_LABEL

WORKING, DONE = 0x5865F2, 0x4E5058
"""Edge of a card under way, and of one that is over."""

_STYLES = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "danger": discord.ButtonStyle.danger,
}
_TITLE, _FACTS = 200, 600


@runtime_checkable
class Presses(Protocol):
    """What a client has to offer for our buttons to do something."""

    async def pressed(self, interaction: discord.Interaction[Any], action: str, job: str) -> None:
        """Answer a pressed button."""
        ...


GRAMMAR = re.compile(r"v1:(?P<action>[a-z0-9-]{1,24}):(?P<job>[!-~]{0,70})")


class ActionButton(ui.DynamicItem[ui.Button[Any]], template=GRAMMAR):
    """A button of the shared grammar `v1:<action>:<job>`: all its state is in its id, so it works after a restart."""

    def __init__(self, item: ui.Button[Any], action: str, job: str) -> None:
        super().__init__(item)
        self.action, self.job = action, job

    @classmethod
    def of(cls, button: Button, marker: int | None = None) -> ActionButton:
        """Make the button of a post. Raises ValueError for an action or job outside the grammar."""
        item: ui.Button[Any] = ui.Button(
            style=_STYLES.get(button.style, discord.ButtonStyle.secondary),
            label=markup.clip(button.label, MAX_LABEL),
            custom_id=f"v1:{button.action}:{button.job}",
            id=marker,
        )
        return cls(item, button.action, button.job)

    @classmethod
    async def from_custom_id(cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], match: Any, /) -> Any:
        """Make the button again from its id, when it is pressed."""
        return cls(item, match["action"], match["job"])  # type: ignore[arg-type]

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hand the press to the client."""
        if isinstance(interaction.client, Presses):
            await interaction.client.pressed(interaction, self.action, self.job)


def card(post: Post, marker: int | None = None) -> ui.LayoutView:
    """Draw the status card; a final one shrinks to its words.

    Args:
        marker: Id of the outer component, by which the post is found again (`routes.marker`).
    """
    view = ui.LayoutView(timeout=None)
    box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=DONE if post.final else WORKING, id=marker)
    for text in _fitting(_texts(post)):
        box.add_item(ui.TextDisplay(text))
    rows = _rows(tuple(button for button in post.buttons if button.url or not post.final))
    if rows and not post.final:
        box.add_item(ui.Separator(spacing=discord.SeparatorSpacing.small))
    for row in rows:
        box.add_item(row)
    view.add_item(box)
    return view


def _texts(post: Post) -> list[str]:
    title = markup.escape(markup.clip(markup.one_line(post.title), _TITLE))
    facts = markup.clip(markup.escape(" · ".join(markup.one_line(fact) for fact in post.facts)), _FACTS)
    words = markup.escape(post.text)
    if post.final:
        return [f"**{title}**\n{words}".strip() if title else words] + ([f"-# {facts}"] if facts else [])
    head = f"### {title}\n{words}".strip() if title else words
    bar = [markup.bar(post.done, number="%" not in post.text)] if post.done is not None else []
    return [head, *bar, *([f"-# {facts}"] if facts else [])]


def _fitting(texts: list[str]) -> list[str]:
    """Cut the first text where all together are too long: bar and facts are short and matter more than its end."""
    head, *rest = texts
    room = MAX_CARD_TEXT - sum(map(len, rest))
    return [text for text in (markup.clip(head, room), *rest) if text.strip()] or ["…"]


def _rows(buttons: Sequence[Button]) -> list[ui.ActionRow[ui.LayoutView]]:
    items = [_item(button) for button in buttons]
    return [ui.ActionRow(*items[at : at + BUTTONS_PER_ROW]) for at in range(0, len(items), BUTTONS_PER_ROW)]


def _item(button: Button, marker: int | None = None) -> ui.Item[Any]:
    if button.url:
        return ui.Button(label=markup.clip(button.label, MAX_LABEL), url=button.url, id=marker)
    return ActionButton.of(button, marker)


def buttons(post: Post, marker: int | None = None) -> ui.View | None:
    """The buttons under a classic message, None for none. The first one carries the marker."""
    if not post.buttons:
        return None
    view = ui.View(timeout=None)
    for index, button in enumerate(post.buttons[: 5 * BUTTONS_PER_ROW]):
        view.add_item(_item(button, marker if index == 0 else None))
    return view


def marked(components: Sequence[Any], marker: int) -> bool:
    """Whether any of a message's components, at any depth, has this id."""
    return any(
        getattr(part, "id", None) == marker or marked(getattr(part, "children", None) or (), marker)
        for part in components
    )
