"""What people say: where talk is held, who talks, one thing said, a file with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Channel:
    """Where talk is held; its `key` names the queue, the lease and the session (decisions 16).

    Attributes:
        platform: "discord", "telegram" or "console".
        chat: The platform's id of the chat or channel, as text.
        thread: A thread or forum topic that is a channel of its own, else "".
        person: Set only with SESSION_SCOPE=person: each person has a session of their own.
    """

    platform: str
    chat: str
    thread: str = ""
    person: str = ""

    @property
    def key(self) -> str:
        """The one name of this channel in the store, e.g. "telegram:-10042:7"."""
        return ":".join((self.platform, self.chat, self.thread, self.person)).rstrip(":")

    @classmethod
    def from_key(cls, key: str) -> Channel:
        """Read back what `key` wrote."""
        platform, chat, thread, person = ([*key.split(":"), "", "", ""])[:4]
        return cls(platform, chat, thread, person)


@dataclass(frozen=True, slots=True)
class Person:
    """Who said it.

    Attributes:
        name: As shown in the chat; untrusted, escape before showing.
        locale: A BCP 47 tag if the platform tells one, else None.
        moderator: May press buttons of others in this channel (decisions 16).
    """

    id: str
    name: str = ""
    locale: str | None = None
    moderator: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file with a message. Its bytes are read lazily, through the platform's `Outbound.fetch`.

    Attributes:
        source: How the platform finds the bytes again after a restart (ids, a CDN address). Never a token.
        sha256: Name of the bytes in the spool once they were fetched, else None.
        size_bytes, mime, duration_s: As the platform says, which may be wrong or missing.
        title, artist: From the platform's own tags (Telegram audio), else None.
    """

    name: str
    source: Mapping[str, str] = field(default_factory=dict)
    mime: str | None = None
    size_bytes: int | None = None
    sha256: str | None = None
    duration_s: float | None = None
    title: str | None = None
    artist: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One thing said in a channel: words, files, a slash command or a pressed button.

    Attributes:
        id: The platform's id of the event; the same event never runs twice.
        verb: Name in the verb registry if the person chose one (slash command, button), else "".
            A verb always wins over the words.
        args: Arguments of the verb, e.g. {"aspect": "9:16"} or {"job": "<turn id>"}.
        locale: Language of this message if the platform tells one (BCP 47).
        reply: Where and how to answer; opaque to core, written and read by the platform's adapter only.
        sent_at_s: When it was said, seconds since 1970; 0.0 if unknown.
    """

    id: str
    channel: Channel
    person: Person
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    verb: str = ""
    args: Mapping[str, str] = field(default_factory=dict)
    locale: str | None = None
    reply: Mapping[str, str] = field(default_factory=dict)
    sent_at_s: float = 0.0
