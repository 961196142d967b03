"""Forms: a new video for those who never type commands, and what to change about one.

A form is not remembered: its submission is read from its own data (`on_interaction`), so it works after a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bots.discord.inbound import raw_attachment
from bots.discord.limits import MAX_PROMPT
from bots.texts import Texts
from core.messages import Attachment

PREFIX = "v1m"
ASPECTS = ("16:9", "9:16", "1:1")


@dataclass(frozen=True, slots=True)
class Form:
    """A submitted form: "new" or "edit", the job it is about, and what was filled in."""

    action: str
    job: str
    words: str
    files: tuple[Attachment, ...]
    aspect: str


def new(texts: Texts, locale: str, _job: str = "") -> ui.Modal:
    """The form for a new video: files, words, aspect."""
    modal = ui.Modal(title=texts.say(locale, "discord-form-title"), custom_id=f"{PREFIX}:new:", timeout=600)
    files: ui.FileUpload[Any] = ui.FileUpload(custom_id="files", required=True, min_values=1, max_values=10)
    words: ui.TextInput[Any] = ui.TextInput(
        custom_id="words",
        style=discord.TextStyle.paragraph,
        required=False,
        max_length=MAX_PROMPT,
        placeholder=texts.say(locale, "discord-form-words-hint"),
    )
    aspect: ui.RadioGroup[Any] = ui.RadioGroup(custom_id="aspect", required=False)
    for name in ASPECTS:
        label = texts.say(locale, f"discord-aspect-{name.replace(':', 'x')}")
        aspect.add_option(label=label, value=name, default=name == ASPECTS[0])
    modal.add_item(ui.Label(text=texts.say(locale, "discord-form-files"), component=files))
    modal.add_item(ui.Label(text=texts.say(locale, "discord-form-words"), component=words))
    modal.add_item(ui.Label(text=texts.say(locale, "discord-form-aspect"), component=aspect))
    return modal


def edit(texts: Texts, locale: str, job: str) -> ui.Modal:
    """The form for a change: words."""
    modal = ui.Modal(title=texts.say(locale, "discord-edit-title"), custom_id=f"{PREFIX}:edit:{job}", timeout=600)
    words: ui.TextInput[Any] = ui.TextInput(
        custom_id="words",
        style=discord.TextStyle.paragraph,
        required=True,
        max_length=MAX_PROMPT,
        placeholder=texts.say(locale, "discord-edit-hint"),
    )
    modal.add_item(ui.Label(text=texts.say(locale, "discord-edit-words"), component=words))
    return modal


async def show(interaction: discord.Interaction[Any], modal: ui.Modal) -> None:
    """Open a form, and forget it: the library would keep it in memory until it is filled in."""
    await interaction.response.send_modal(modal)
    modal.stop()


def read(data: Mapping[str, Any]) -> Form | None:
    """Read a submitted form from its interaction's data; None if it is not one of ours."""
    prefix, _, rest = str(data.get("custom_id", "")).partition(":")
    action, _, job = rest.partition(":")
    if prefix != PREFIX or action not in {"new", "edit"}:
        return None
    fields = {str(field["custom_id"]): field for field in _fields(data.get("components", ()))}
    resolved = data.get("resolved", {}).get("attachments", {})
    names = fields.get("files", {}).get("values") or ()
    return Form(
        action=action,
        job=job,
        words=str(fields.get("words", {}).get("value") or "").strip(),
        files=tuple(raw_attachment(resolved[name]) for name in names if name in resolved),
        aspect=str(fields.get("aspect", {}).get("value") or ""),
    )


def _fields(components: Any) -> Iterator[Mapping[str, Any]]:
    """Inputs at any depth: labels and rows hold them."""
    for part in components:
        inner = [part["component"]] if "component" in part else part.get("components", ())
        yield from _fields(inner)
        if "custom_id" in part:
            yield part
