"""A pressed button: answered at once, checked, then taken as a message of its channel."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Protocol

import discord

from bots.adapter import OutboundError
from bots.discord import inbound, modals
from bots.discord.answers import Missed, acknowledge, conclude, language, may_use, not_allowed, whisper
from bots.discord.refusals import told
from bots.services import JobView, Services, StoreDown, may_press
from bots.settings import Settings

PRIVATE = frozenset({"status"})
"""Buttons whose answer is for the presser's eyes only."""

OPENS = frozenset({"edit", "upload"})
"""Buttons that open a modal, which has to be the first answer."""


class Tell(Protocol):
    """Tells the presser alone, in their language."""

    async def __call__(self, key: str, **args: str) -> None:
        """Say the sentence `key`."""
        ...


async def press(
    interaction: discord.Interaction[Any], action: str, job_id: str, settings: Settings, services: Services
) -> None:
    """Do what a button says, or tell the presser alone why not."""
    if not may_use(interaction, settings):
        guild, user = str(interaction.guild_id or ""), str(interaction.user.id)
        await whisper(interaction, not_allowed(services, inbound.spoken(interaction), guild, user))
        return
    if action in OPENS:
        await _open(interaction, action, job_id, services)
        return
    by_token = not inbound.postable(interaction)
    private = action in PRIVATE
    try:
        thinking = private or (by_token and action not in {"cancel", "delete"})
        original = await acknowledge(interaction, ephemeral=private, thinking=thinking)
    except Missed:
        return  # the person saw it fail and presses again; nothing was done
    await take(interaction, action, job_id, settings, services, private=private, original=original)


async def _open(interaction: discord.Interaction[Any], action: str, job_id: str, services: Services) -> None:
    """Open a modal. Who may edit is judged by whom the result names: there is no time to ask the store before."""
    message = interaction.message
    named = {user.id for user in message.mentions} if message is not None else set()
    foreign = action == "edit" and bool(named) and interaction.user.id not in named
    if foreign and not interaction.permissions.manage_messages:
        await whisper(interaction, services.texts.say(inbound.spoken(interaction), "discord-not-yours"))
        return
    modal = (modals.edit if action == "edit" else modals.new)(services.texts, inbound.spoken(interaction), job_id)
    await modals.show(interaction, modal)


async def take(
    interaction: discord.Interaction[Any],
    action: str,
    job_id: str,
    settings: Settings,
    services: Services,
    *,
    private: bool = False,
    original: int | None = None,
    words: str = "",
) -> None:
    """Check who presses, then hand the press to the intake. The interaction is acknowledged."""
    message = inbound.read_interaction(
        interaction, settings, text=words, verb=action, args={"job": job_id}, private=private, original=original
    )

    async def tell(key: str, **args: str) -> None:
        locale = await language(services, message.person, message.locale)
        # A "thinking" message is filled: a follow-up may or may not take its place, and it would go on thinking.
        answer = whisper if original is None else conclude
        await answer(interaction, services.texts.say(locale, key, **args))

    try:
        job = await services.intake.job(job_id)
        if action == "delete":
            await _delete(interaction, job, tell)
            return
        if job is None:
            await tell("discord-expired")
            return
        if not may_press(action, message.person, job.owner):
            await tell("discord-not-yours")
            return
        if await services.intake.press(action, job_id, replace(message, channel=job.channel)) is None:
            await tell("discord-expired")
    except StoreDown:
        await tell("discord-store-down")


async def _delete(interaction: discord.Interaction[Any], job: JobView | None, tell: Tell) -> None:
    """Delete the message with the button. The record may be gone: then the person the message names is its owner."""
    message = interaction.message
    if message is None:
        return
    owners = {job.owner.id} if job is not None else {str(user.id) for user in message.mentions}
    if str(interaction.user.id) not in owners and not interaction.permissions.manage_messages:
        await tell("discord-not-yours")
        return
    try:
        if inbound.postable(interaction):
            await told(message.delete())
        else:
            await told(interaction.delete_original_response())
    except OutboundError:
        await tell("discord-not-deleted")
