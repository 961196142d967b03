"""Discord's numbers, each with its source, and what holds in one channel. Pure.

Sources are pages of https://docs.discord.com/developers unless said otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping

import discord

from bots.adapter import Limits
from bots.settings import Settings

MAX_TEXT = 2000
"""Characters of `content` (resources/message, "Create Message")."""

MAX_CARD_TEXT = 4000
"""Characters of all text displays of one message together (components/reference, "Text Display")."""

MAX_LABEL = 80
"""Characters of a button's label (components/reference, "Button")."""

MAX_PROMPT = 4000
"""Characters of a text input (components/reference, "Text Input")."""

BUTTONS_PER_ROW = 5
"""Buttons of an action row (components/reference, "Action Row")."""

TOKEN_LIFE_S = 15 * 60
"""Life of an interaction's token (interactions/receiving-and-responding, "Interaction Callback")."""

TOKEN_MARGIN_S = 60
"""We stop to rely on a token this long before its end: clocks differ and uploads take time."""

UPLOAD_STEPS = tuple(mib * 1024 * 1024 for mib in (100, 50, 25, 20, 10, 8))
"""Upload limits Discord has had: boost tiers 3 and 2, then defaults over the years, newest first."""


def limits(settings: Settings, reply: Mapping[str, str], learned_bytes: int | None, by_token: bool) -> Limits:
    """Return what holds now.

    Args:
        reply: What `inbound` stored about the channel: "upload", "unfurls".
        learned_bytes: Largest file that a refusal has left us (`next_step`), None if none was refused.
        by_token: Posts go through an interaction's token, where a post cannot be looked up afterwards.
    """
    upload = reply.get("upload", "")
    # "0" is a missing permission, not a size: the refusal of the video will name it.
    told = int(upload) if upload.isdigit() and upload != "0" else settings.discord_upload_bytes
    return Limits(
        max_text=MAX_TEXT,
        max_caption=MAX_TEXT - 100,  # the mention of the requester stands before it
        max_upload_bytes=told if learned_bytes is None else min(told, learned_bytes),
        edit_interval_s=settings.discord_edit_s,
        max_edits_15min=settings.discord_edits_per_15min,
        finds_own_posts=not by_token,
        unfurls=reply.get("unfurls") != "no",
        markup="discord",
    )


def upload_limit(settings: Settings, guild: discord.Guild | None) -> int:
    """Bytes the bot may upload: what boosts give, else the setting (the library's default may be out of date)."""
    if guild is None or guild.filesize_limit <= discord.utils.DEFAULT_FILE_SIZE_LIMIT_BYTES:
        return settings.discord_upload_bytes
    return guild.filesize_limit


def next_step(refused_bytes: int) -> int:
    """The largest limit Discord has had that is below a refused size; below all of them, half the size."""
    return next((step for step in UPLOAD_STEPS if step < refused_bytes), refused_bytes // 2)
