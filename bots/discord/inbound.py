"""What people do on Discord, as Messages: pure readings of the library's objects, no request is made here."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import discord

from bots.discord import markup, permissions
from bots.discord.limits import TOKEN_LIFE_S, upload_limit
from bots.settings import Settings
from core.messages import Attachment, Channel, Message, Person

TALK = frozenset({discord.MessageType.default, discord.MessageType.reply})
BELIEVED_S = 3600.0
ENGLISH = frozenset({"en-US", "en-GB"})


@dataclass(frozen=True, slots=True)
class Addressed:
    """Why a message is meant for us: by mention, a DM, a reply to a post of ours, a project thread, an open channel."""

    why: Literal["mention", "dm", "reply", "thread", "open"]


def addressed(message: discord.Message, me: int, settings: Settings) -> Addressed | None:
    """Whether a message is meant for us. Bots, webhooks and notices of Discord never are."""
    if message.author.bot or message.webhook_id is not None or message.type not in TALK:
        return None
    if _guild_id(message) is None:
        return Addressed("dm")
    if any(user.id == me for user in message.mentions) or _role_mentioned(message, me):
        return Addressed("mention")
    replied = _replied(message)
    if replied is not None and replied.author.id == me:
        return Addressed("reply")
    if isinstance(message.channel, discord.Thread) and message.channel.owner_id == me:
        return Addressed("thread")
    return Addressed("open") if set(_channels(message.channel)) & set(settings.discord_open_channels) else None


def _role_mentioned(message: discord.Message, me: int) -> bool:
    """Discord gives each bot a role of the same name, and people pick it by mistake."""
    return any(role.tags is not None and role.tags.bot_id == me for role in message.role_mentions)


def _replied(message: discord.Message) -> discord.Message | None:
    resolved = message.reference.resolved if message.reference is not None else None
    return resolved if isinstance(resolved, discord.Message) else None


def _guild_id(message: discord.Message) -> int | None:
    guild = message.guild or getattr(message.channel, "guild", None)
    return guild.id if guild is not None else getattr(message.channel, "guild_id", None)


def _channels(channel: Any) -> tuple[str, ...]:
    """Ids of a channel and, for a thread, of its parent."""
    parent = getattr(channel, "parent_id", None) if isinstance(channel, discord.Thread) else None
    return (str(channel.id),) + ((str(parent),) if parent else ())


def places(source: discord.Message | discord.Interaction[Any]) -> tuple[str, tuple[str, ...]]:
    """Return (server id or "", ids of the channel and its parent), for the lists of `access`."""
    if isinstance(source, discord.Interaction):
        channel = source.channel
        return str(source.guild_id or ""), _channels(channel) if channel is not None else (str(source.channel_id),)
    return str(_guild_id(source) or ""), _channels(source.channel)


# -- messages


def read_message(message: discord.Message, me: int, settings: Settings) -> Message:
    """Read one thing said to us, with its files: its own, forwarded ones, or those of the message it answers."""
    guild = message.guild
    files = attachments(message) or _replied_attachments(message, me)
    text = words(message, me)
    opens = settings.discord_threads and bool(files) and isinstance(message.channel, discord.TextChannel)
    locale = str(guild.preferred_locale) if guild is not None else None
    return Message(
        id=str(message.id),
        channel=channel_of(message.channel, message.author.id, settings, str(message.id) if opens else ""),
        person=_person(message.author, _moderates(message)),
        text=text,
        attachments=files,
        locale=None if locale in ENGLISH else locale,  # English is what a server has that never chose
        reply=_reply_of_message(message, settings, _thread_title(text, files) if opens else ""),
        sent_at_s=message.created_at.timestamp(),
    )


def words(message: discord.Message, me: int) -> str:
    """What was said, without our mention; other people's mentions become their names. Forwards count as said."""
    parts = [message.content, *(snapshot.content for snapshot in message.message_snapshots)]
    text = "\n".join(part for part in parts if part)
    text = re.sub(rf"<@!?{me}>", " ", text)
    for role in message.role_mentions:
        own = role.tags is not None and role.tags.bot_id == me
        text = text.replace(role.mention, " " if own else f"@{role.name}")
    for user in message.mentions:
        text = re.sub(rf"<@!?{user.id}>", f"@{user.display_name}", text)
    return re.sub(r"[ \t]{2,}", " ", text).strip()


def attachments(message: discord.Message) -> tuple[Attachment, ...]:
    """The files of a message, and of a message forwarded in it."""
    forwarded = (one for snapshot in message.message_snapshots for one in snapshot.attachments)
    found = [*message.attachments, *forwarded]
    return tuple(attachment(one, str(message.channel.id), str(message.id)) for one in found)


def _replied_attachments(message: discord.Message, me: int) -> tuple[Attachment, ...]:
    """The track of the message that this one answers, unless it is a video of ours."""
    replied = _replied(message)
    return attachments(replied) if replied is not None and replied.author.id != me else ()


def attachment(one: discord.Attachment, channel: str = "", message: str = "") -> Attachment:
    """Read a file. A slash command's has no message: its address is all there is, and it ends soon."""
    source = {"url": one.url, "attachment": str(one.id)}
    if channel and message:
        source |= {"channel": channel, "message": message}
    return Attachment(
        name=_name(one.filename, one.title),
        source=source,
        mime=one.content_type,
        size_bytes=one.size or None,
        duration_s=one.duration,
    )


def _name(stored: str, title: str | None) -> str:
    """The name a person gave a file: Discord stores it in plain letters and keeps the rest as its title."""
    ending = stored.rpartition(".")[2] if "." in stored else ""
    return f"{title}.{ending}" if title and ending else title or stored


def raw_attachment(data: Mapping[str, Any]) -> Attachment:
    """Read a file of a submitted modal."""
    return Attachment(
        name=_name(str(data["filename"]), data.get("title")),
        source={"url": str(data["url"]), "attachment": str(data["id"])},
        mime=data.get("content_type"),
        size_bytes=int(data.get("size") or 0) or None,
        duration_s=data.get("duration_secs"),
    )


def nothing_usable(message: Message) -> bool:
    """Whether there is nothing to work with: a sticker, an embed, a mention alone."""
    return not message.text and not message.attachments


def answers_another(message: discord.Message, me: int) -> bool:
    """Whether a message answers somebody else's."""
    replied, reference = _replied(message), message.reference
    answers = reference is not None and reference.type is discord.MessageReferenceType.reply
    return answers and (replied is None or replied.author.id != me)


def hidden(message: discord.Message, read: Message, me: int) -> bool:
    """Whether somebody points at a message of which we are shown nothing: deleted, or no Message Content intent."""
    if read.attachments or not answers_another(message, me):
        return False
    replied = _replied(message)
    return replied is None or not (replied.content or replied.attachments or replied.embeds or replied.stickers)


def channel_of(channel: Any, user: int, settings: Settings, new_thread: str = "") -> Channel:
    """Name where this is said; a thread is a channel of its own within its parent."""
    person = str(user) if settings.session_scope == "person" else ""
    if isinstance(channel, discord.Thread):
        return Channel("discord", str(channel.parent_id or channel.id), str(channel.id), person)
    return Channel("discord", str(channel.id), new_thread, person)


def _person(user: discord.abc.User, moderator: bool, locale: str | None = None) -> Person:
    return Person(str(user.id), markup.one_line(user.display_name), locale, moderator)


def _moderates(message: discord.Message) -> bool:
    author, channel = message.author, message.channel
    if not isinstance(author, discord.Member) or isinstance(channel, discord.DMChannel | discord.PartialMessageable):
        return False
    rights = _rights(channel, author)
    return rights is not None and rights.manage_messages


def _rights(channel: Any, member: discord.Member) -> discord.Permissions | None:
    """What a member may do in a channel; None while the server's roles are not known."""
    if member.guild.get_role(member.guild.id) is None:  # @everyone is in every server that came whole
        return None
    try:
        return channel.permissions_for(member)  # type: ignore[no-any-return]
    except (discord.ClientException, AttributeError):  # a thread whose parent is not known
        return member.guild_permissions


def bot_rights(message: discord.Message) -> discord.Permissions | None:
    """What the bot may do where a message stands; None if that is not known (then Discord will tell)."""
    me: discord.Member | None = message.guild.me if message.guild is not None else None
    if me is None or isinstance(message.channel, discord.PartialMessageable):
        return None
    rights = _rights(message.channel, me)
    if rights is not None and me.joined_at is None and len(me.roles) <= 1:
        return None  # the library's stand-in for us after an interaction: our roles are not known
    return rights


def _thread_title(text: str, files: Sequence[Attachment]) -> str:
    return markup.clip(markup.one_line(text) or (files[0].name if files else ""), 90)


def _reply_of_message(message: discord.Message, settings: Settings, thread: str) -> dict[str, str]:
    guild, rights = _guild_id(message), bot_rights(message)
    upload = 0 if rights is not None and not rights.attach_files else upload_limit(settings, message.guild)
    reply = {
        "mode": "channel",
        "channel": str(message.id if thread else message.channel.id),
        "message": str(message.id),
        "user": str(message.author.id),
        "upload": str(upload),
    }
    if guild is not None:
        reply["guild"] = str(guild)
    if thread:
        reply["thread"] = thread
    if rights is not None and not rights.embed_links:
        reply["unfurls"] = "no"
    return reply


# -- interactions


def spoken(interaction: discord.Interaction[Any]) -> str:
    """The language of the person's Discord, also one that the library does not know yet."""
    return str(interaction.locale.value)


def postable(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot itself, not only an interaction's token, can post here."""
    if interaction.guild_id is None:
        return not interaction.context.private_channel
    if interaction.is_user_integration() and not interaction.is_guild_integration():
        return False
    rights = interaction.app_permissions
    return not rights.value or permissions.can_post(rights, isinstance(interaction.channel, discord.Thread))


def lacking(interaction: discord.Interaction[Any], settings: Settings) -> tuple[str, ...]:
    """Names of the permissions the bot lacks here; empty where servers' permissions do not matter."""
    alone = interaction.is_user_integration() and not interaction.is_guild_integration()
    if interaction.guild_id is None or alone or not interaction.app_permissions.value:
        return ()
    in_thread = isinstance(interaction.channel, discord.Thread)
    return permissions.missing(interaction.app_permissions, in_thread, settings.discord_threads)


def read_interaction(
    interaction: discord.Interaction[Any],
    settings: Settings,
    *,
    text: str = "",
    files: Iterable[Attachment] = (),
    verb: str = "",
    args: Mapping[str, str] | None = None,
    private: bool = False,
    original: int | None = None,
) -> Message:
    """Read a command, a pressed button or a submitted modal.

    Args:
        private: Its answer is for this person's eyes only.
        original: Id of the "thinking" message that the first answer replaces; None if there is none.
    """
    channel = interaction.channel
    if channel is not None:
        where = channel_of(channel, interaction.user.id, settings)
    else:
        where = channel_of(discord.Object(interaction.channel_id or interaction.user.id), interaction.user.id, settings)
    return Message(
        id=str(interaction.id),
        channel=where,
        person=_person(interaction.user, interaction.permissions.manage_messages, spoken(interaction)),
        text=text,
        attachments=tuple(files),
        verb=verb,
        args=dict(args or {}),
        locale=spoken(interaction),
        reply=_reply_of_interaction(interaction, settings, private, original),
        sent_at_s=_born_s(interaction),
    )


def _born_s(interaction: discord.Interaction[Any]) -> float:
    """When an interaction began, seconds since 1970. Where ids tell no time, it is now: it comes at once, or never."""
    told, now = interaction.created_at.timestamp(), time.time()
    return told if abs(now - told) < BELIEVED_S else now


def _reply_of_interaction(
    interaction: discord.Interaction[Any], settings: Settings, private: bool, original: int | None
) -> dict[str, str]:
    """How to answer. The token goes along only where it is needed: it is a credential for 15 minutes."""
    by_bot = postable(interaction)
    in_guild = interaction.guild_id is not None
    born_s = _born_s(interaction)
    reply = {
        "mode": "channel" if by_bot else "interaction",
        "channel": str(interaction.channel_id or ""),
        "user": str(interaction.user.id),
        "upload": str(upload_limit(settings, interaction.guild) if by_bot else interaction.filesize_limit),
    }
    if in_guild:
        reply["guild"] = str(interaction.guild_id)
        rights = interaction.app_permissions
        if by_bot and rights.value and not rights.attach_files:
            reply["upload"] = "0"
        if by_bot and rights.value and not rights.embed_links:
            reply["unfurls"] = "no"
    if interaction.message is not None and by_bot:
        reply["message"] = str(interaction.message.id)
    # The token is what is left where a person closed their DM to bots, or a server has our commands but not our bot.
    alone = not in_guild or interaction.client.get_guild(interaction.guild_id or 0) is None
    if private or not by_bot or alone:
        reply |= {
            "interaction": str(interaction.id),
            "app": str(interaction.application_id),
            "token": interaction.token,
            "expires": str(born_s + TOKEN_LIFE_S),
        }
        if private:
            reply["private"] = "yes"
        if original:
            reply["original"] = str(original)
    return reply
