"""Which permissions the bot needs, which are missing, and the address that invites it with exactly these. Pure."""

from __future__ import annotations

import discord

NEEDED = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "embed_links",
    "attach_files",
    "read_message_history",
)
"""To see the request, answer it (in threads, too), show players of links, upload the video, reply to the request."""

FOR_THREADS = ("create_public_threads",)
"""Needed only with DISCORD_THREADS."""

NAMES = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "attach_files": "Attach Files",
    "read_message_history": "Read Message History",
    "create_public_threads": "Create Public Threads",
}
"""As Discord's own pages spell them."""


def needed(threads: bool = False) -> discord.Permissions:
    """The permissions the bot needs."""
    return discord.Permissions(**dict.fromkeys(NEEDED + (FOR_THREADS if threads else ()), True))


def missing(has: discord.Permissions, in_thread: bool = False, threads: bool = False) -> tuple[str, ...]:
    """Names of what is missing, in the order of `NEEDED`."""
    unneeded = "send_messages" if in_thread else "send_messages_in_threads"
    asked = NEEDED + (FOR_THREADS if threads and not in_thread else ())
    return tuple(NAMES[name] for name in asked if name != unneeded and not getattr(has, name))


def can_post(has: discord.Permissions, in_thread: bool = False) -> bool:
    """Whether a regular message can be posted at all."""
    return has.view_channel and (has.send_messages_in_threads if in_thread else has.send_messages)


def invite_url(client_id: int | str, threads: bool = False) -> str:
    """The address that adds the bot to a server with exactly the permissions it needs."""
    return discord.utils.oauth_url(int(client_id), permissions=needed(threads), scopes=("bot", "applications.commands"))
