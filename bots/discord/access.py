"""Who may use the bot: plain lists from settings (decisions 17). Pure."""

from __future__ import annotations

from collections.abc import Collection

from bots.settings import Settings


def allowed(settings: Settings, guild: str, channels: Collection[str], user: str) -> bool:
    """Whether this person may use the bot here.

    Empty lists mean everyone, but nobody once a NEMO_TOKEN is configured: then somebody's credits are at stake.

    Args:
        guild: Id of the server, "" in a DM.
        channels: Ids of the channel and, for a thread, of its parent.
        user: Id of the person.
    """
    lists = (settings.discord_guilds, settings.discord_channels, settings.discord_users)
    if not any(lists):
        return settings.nemo_token is None
    guilds, open_channels, users = lists
    return guild in guilds or user in users or any(channel in open_channels for channel in channels)
