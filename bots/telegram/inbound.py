"""Telegram's updates → Message. Pure: nothing here asks, waits or sends.

In private chats all is meant for us. In groups: a command, a mention, a reply to one of our messages; with
privacy mode Telegram shows us no more than that anyway, and where it shows all we do not listen in.
"""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, MessageEntity, Update, User
from telegram import Message as Said

from bots.telegram.lenient import UNKNOWN_TIME
from bots.telegram.sender import seconds
from core import verbs
from core.messages import Attachment, Channel, Message, Person

SERVICE_ACCOUNTS = frozenset({1087968824, 136817688, 777000})
"""Accounts that Telegram puts before the real sender: GroupAnonymousBot, Channel_Bot, Telegram itself."""

_COMMAND = re.compile(r"/([^\W\d_]\w{0,31})(?:@(\w{3,64}))?(?:\s+(.*))?$", re.DOTALL)

HARMLESS = frozenset({"video", "language"})
"""Verbs beside the reading ones that a deep link may carry: a link must not cancel, spend or delete."""

_MEDIA: Mapping[str, tuple[str, str | None]] = {
    # field of the message: (extension, type) where the platform names neither
    "audio": (".mp3", "audio/mpeg"),
    "voice": (".ogg", "audio/ogg"),
    "video": (".mp4", "video/mp4"),
    "video_note": (".mp4", "video/mp4"),
    "animation": (".mp4", "video/mp4"),
    "document": ("", None),
}


@dataclass(frozen=True, slots=True)
class Me:
    """The bot itself, as getMe tells."""

    id: int
    username: str
    reads_groups: bool = False


@dataclass(frozen=True, slots=True)
class Command:
    """A command as typed: `/video@bot make it blue` is ("video", "make it blue", True)."""

    name: str
    rest: str
    named_us: bool


def read(update: Update, me: Me, *, person_scope: bool = False, to_us: bool = False) -> Message | None:
    """Return what was said to us, or None if nothing was.

    Args:
        person_scope: In groups each person has a channel of their own (SESSION_SCOPE=person).
        to_us: It is known to be meant for us though it does not say so.
    """
    said = update.message or update.channel_post
    if said is None or _from_a_bot(said):
        return None
    words = _words(said)
    command = command_of(words, me)
    if said.chat.type != "private" and not to_us and not _meant(said, me, words, command):
        return None
    verb, args, text = _asked(command, words, me)
    attachments = attachments_of(said) or _of_the_track_answered(said, me, command)
    if not (text or attachments or verb):
        return None
    person = person_of(said)
    return Message(
        id=f"telegram:{update.update_id}:{said.chat.id}:{said.message_id}:{_when(said)}:{_told(said)}",
        channel=channel_of(said, person, person_scope=person_scope),
        person=person,
        text=text,
        attachments=attachments,
        verb=verb,
        args=args,
        locale=person.locale,
        reply=reply_of(said),
        sent_at_s=0.0 if _when(said) == UNKNOWN_TIME else said.date.timestamp(),
    )


def identity(update: Update) -> tuple[object, ...]:
    """Return what tells an update from any other, also where a server begins its numbers again."""
    number = update.update_id
    if (query := update.callback_query) is not None:
        card = query.message.message_id if query.message is not None else None
        return number, query.id, query.from_user.id, card, query.data
    if (change := update.my_chat_member) is not None:
        return number, change.chat.id, change.date.timestamp(), change.new_chat_member.status
    said = update.message or update.channel_post or update.edited_message
    if said is None:
        return (number,)
    return number, said.chat.id, said.message_id, _when(said), _told(said)


def album_of(update: Update) -> str | None:
    """Return the id of the album that a message is a part of."""
    said = update.message or update.channel_post
    return said.media_group_id if said is not None else None


def moved(update: Update) -> tuple[str, str] | None:
    """Return (old, new) if a group became a supergroup."""
    said = update.message
    if said is not None and said.migrate_to_chat_id:
        return str(said.chat.id), str(said.migrate_to_chat_id)
    if said is not None and said.migrate_from_chat_id:
        return str(said.migrate_from_chat_id), str(said.chat.id)
    return None


def joined(update: Update) -> ChatMemberUpdated | None:
    """Return the change if it made us a member of a group, or threw us out of a chat."""
    return update.my_chat_member


def edited(update: Update, me: Me) -> Message | None:
    """Return an edited message as if it had been said now: only to tell its author that we do not look at edits."""
    said = update.edited_message
    return read(Update(update.update_id, message=said), me) if said is not None else None


def unusable(update: Update) -> bool:
    """Whether somebody sent us, in private, a thing we can do nothing with: a sticker, a contact, a poll."""
    said = update.message
    kinds = ("sticker", "contact", "location", "poll", "dice", "venue", "game", "story", "paid_media", "checklist")
    return said is not None and said.chat.type == "private" and any(getattr(said, kind, None) for kind in kinds)


def command_of(words: str, me: Me) -> Command | None:
    """Return the command that a text begins with, unless it names another bot."""
    match = _COMMAND.match(words)
    if match is None or (match[2] and match[2].lower() != me.username.lower()):
        return None
    return Command(match[1].lower(), (match[3] or "").strip(), bool(match[2]))


def channel_of(said: Said, person: Person, *, person_scope: bool) -> Channel:
    """Return the channel: a chat, or a topic of it (a thread of mere replies is none)."""
    thread = str(said.message_thread_id) if said.is_topic_message and said.message_thread_id else ""
    scoped = person.id if person_scope and said.chat.type != "private" else ""
    return Channel("telegram", str(said.chat.id), thread, scoped)


def reply_of(said: Said) -> dict[str, str]:
    """Return what is needed to answer."""
    thread = str(said.message_thread_id) if said.is_topic_message and said.message_thread_id else ""
    reply = {"chat": str(said.chat.id), "message": str(said.message_id)}
    kind = {"kind": "channel"} if said.chat.type == "channel" else {}
    return reply | ({"thread": thread} if thread else {}) | kind


def person_of(said: Said) -> Person:
    """Return who spoke: a person, a channel that signs, or a group whose admin stays anonymous."""
    if said.sender_chat is not None:
        name = said.sender_chat.effective_name or said.author_signature or ""
        anonymous_admin = said.sender_chat.id == said.chat.id
        return Person(str(said.sender_chat.id), name, moderator=anonymous_admin)
    return presser(said.from_user) if said.from_user is not None else Person(str(said.chat.id))


def presser(user: User) -> Person:
    """Return the person behind a user."""
    return Person(str(user.id), user.full_name, user.language_code)


def press_of(query: CallbackQuery, person: Person) -> Message | None:
    """Return a pressed button as a message of the chat it is in; None for a button outside of any chat."""
    card = query.message
    if card is None:
        return None
    reply = {"chat": str(card.chat.id), "message": str(card.message_id)}
    channel = Channel("telegram", str(card.chat.id))
    if isinstance(card, Said):
        reply, channel = reply_of(card), channel_of(card, person, person_scope=False)
    number = f"telegram:press:{query.id}:{card.message_id}:{_digest(query.data or '')}"
    return Message(id=number, channel=channel, person=person, locale=person.locale, reply=reply)


def attachments_of(said: Any) -> tuple[Attachment, ...]:
    """Return the files of a message or of a message quoted from elsewhere."""
    for field, (extension, mime) in _MEDIA.items():
        file = getattr(said, field, None)
        if file is not None:
            return (_attachment(file, field, said, extension, mime),)
    photos: Sequence[Any] = getattr(said, "photo", None) or ()
    if photos:
        # Several sizes of one picture, the largest last; always JPEG, never named.
        return (_attachment(photos[-1], "photo", said, ".jpg", "image/jpeg"),)
    return ()


def merge(parts: Iterable[Message]) -> Message:
    """Make one message of the parts of an album: files in the order they were sent, captions kept."""
    ordered = sorted(parts, key=lambda part: int(part.reply.get("message", "0")))
    first = ordered[0]
    captions = dict.fromkeys(part.text for part in ordered if part.text)
    spoken = next((part for part in ordered if part.verb), first)
    return replace(
        first,
        id=f"{first.id}:album",
        text="\n".join(captions),
        attachments=tuple(file for part in ordered for file in part.attachments),
        verb=spoken.verb,
        args=spoken.args,
    )


def _attachment(file: Any, field: str, said: Any, extension: str, mime: str | None) -> Attachment:
    mime = getattr(file, "mime_type", None) or mime
    duration = getattr(file, "duration", None)
    return Attachment(
        name=_name(file, field, said, extension, mime),
        source={"file_id": file.file_id, "unique_id": file.file_unique_id},
        mime=mime,
        size_bytes=file.file_size,
        duration_s=seconds(duration) if duration is not None else None,
        title=getattr(file, "title", None) if field == "audio" else None,
        artist=getattr(file, "performer", None) if field == "audio" else None,
    )


def _name(file: Any, field: str, said: Any, extension: str, mime: str | None) -> str:
    """Return the file's own name, else one made of its title, else one made of what it is."""
    given = PurePosixPath((getattr(file, "file_name", None) or "").replace("\\", "/")).name
    if given:
        return given
    ending = (mimetypes.guess_extension(mime) if mime else None) or extension
    ending = extension if extension and ending in {".mp2", ".oga", ".jpe"} else ending
    parts = [part for part in (getattr(file, "performer", None), getattr(file, "title", None)) if part]
    number = getattr(said, "message_id", None)
    plain = field.replace("_", "-") + (f"-{number}" if number else "")
    return (" - ".join(parts).replace("/", "-") or plain) + ending


def _of_the_track_answered(said: Said, me: Me, command: Command | None) -> tuple[Attachment, ...]:
    """Return the files of the message that this one answers: `/video@bot` as a reply to a track."""
    answered = said.reply_to_message
    if answered is None:
        return attachments_of(said.external_reply) if said.external_reply is not None else ()
    ours = answered.from_user is not None and answered.from_user.id == me.id
    wanted = command is not None or said.chat.type != "private"
    return attachments_of(answered) if wanted and not ours else ()


def _asked(command: Command | None, words: str, me: Me) -> tuple[str, dict[str, str], str]:
    """Return (verb, arguments, words): a verb wins over the words, so it takes them all with it."""
    verb = verbs.find(command.name) if command is not None else None
    if command is None:
        return "", {}, _without_mention(words, me)
    if verb is None:
        # Nobody's command: core says what there is.
        return "", {}, f"/{command.name} {command.rest}".strip()
    if command.name == "start" and command.rest:
        return _deep_link(command.rest)
    return verb.name, verbs.bind(verb, command.rest), ""


def _deep_link(payload: str) -> tuple[str, dict[str, str], str]:
    """Read `/start language-es`: a verb and its argument. What is no harmless verb is a mere greeting."""
    name, _, rest = payload.partition("-")
    verb = verbs.find(name)
    if verb is None or not (verb.reads or verb.name in HARMLESS):
        return "help", {}, ""
    return verb.name, verbs.bind(verb, rest.replace("_", " ")), ""


def _meant(said: Said, me: Me, words: str, command: Command | None) -> bool:
    if words.startswith("/"):
        return command is not None and (command.named_us or verbs.find(command.name) is not None)
    answered = said.reply_to_message
    to_us = answered is not None and answered.from_user is not None and answered.from_user.id == me.id
    # In a topic every message answers the service message that opened it; we may have opened it.
    opening = answered is not None and answered.forum_topic_created is not None
    return (to_us and not opening) or _mentioned(said, me, words)


def _mentioned(said: Said, me: Me, words: str) -> bool:
    entities = said.entities or said.caption_entities or ()
    by_id = any(e.type == MessageEntity.TEXT_MENTION and e.user is not None and e.user.id == me.id for e in entities)
    return by_id or (bool(me.username) and _mention(me).search(words) is not None)


def _mention(me: Me) -> re.Pattern[str]:
    return re.compile(rf"(?<![A-Za-z0-9_])@{re.escape(me.username)}(?![A-Za-z0-9_])", re.IGNORECASE)


def _without_mention(words: str, me: Me) -> str:
    return re.sub(r"[ \t]{2,}", " ", _mention(me).sub("", words)).strip() if me.username else words


def _words(said: Said) -> str:
    """Return text or caption; an address behind words is put after them."""
    words = (said.text or said.caption or "").strip()
    hidden = [e.url for e in (said.entities or said.caption_entities or ()) if e.type == MessageEntity.TEXT_LINK]
    return " ".join([words, *(url for url in hidden if url and url not in words)]).strip()


def _when(said: Said) -> int:
    return int((said.edit_date or said.date).timestamp())


def _told(said: Said) -> str:
    """Return a short digest of what a message says and carries."""
    files = (file.source["unique_id"] for file in attachments_of(said))
    return _digest("\n".join((said.text or said.caption or "", *files)))


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def _from_a_bot(said: Said) -> bool:
    user = said.from_user
    return user is not None and user.is_bot and user.id not in SERVICE_ACCOUNTS
