"""Which way a post goes: as a message of the bot's own, or through an interaction's token. Pure.

`Message.reply` is the memory: written by `inbound`, kept with the turn, read here. Its keys:

    mode        "channel": the bot can post there; "interaction": it cannot (user install, group DM)
    channel     id of the channel or thread to post to
    message     id of the message to answer, if there is one
    guild       id of the server, absent in a DM
    user        id of the person, for the way by DM
    upload      largest upload here, bytes; "0" where the bot may not attach files
    unfurls     "no" where links show no player
    thread      title of a thread to be opened on `message` (DISCORD_THREADS)
    private     "yes": replies are for the person's eyes only, while the token lives
    after       a sentence of the adapter's own below a reply
    interaction, app, token, expires    the interaction; `token` is a credential, `expires` are seconds since 1970
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bots.discord.limits import TOKEN_MARGIN_S

ORIGINAL = -1
"""The "thinking" message of an interaction where the server does not tell its id: "@original" on the wire."""


@dataclass(frozen=True, slots=True)
class SentId:
    """A message of ours by channel and id; "channel/message" as `Sent.id` keeps it.

    Attributes:
        interaction: Id of the interaction whose token made it, "" for a message of the bot's own.
    """

    channel: int
    message: int
    interaction: str = ""

    def __str__(self) -> str:
        return f"{self.channel}/{self.message}" + (f"/{self.interaction}" if self.interaction else "")

    @classmethod
    def read(cls, text: str) -> SentId:
        """Read what `str` wrote. Raises ValueError for anything else."""
        channel, message, *interaction = text.split("/")
        return cls(int(channel), int(message), *interaction)


def token_lives(reply: Mapping[str, str], now_s: float) -> bool:
    """Whether the interaction's token can still be used, with a margin."""
    return bool(reply.get("token")) and now_s < float(reply.get("expires", 0)) - TOKEN_MARGIN_S


def way(reply: Mapping[str, str], kind: str, now_s: float) -> Literal["channel", "token"]:
    """How a new post goes out.

    Where the bot cannot post, everything goes by token while it lives; then a message is tried all the same. Where it
    can, only replies for one person's eyes go by token: cards and results outlive it.
    """
    if not token_lives(reply, now_s):
        return "channel"
    if reply.get("mode") == "interaction":
        return "token"
    return "token" if kind == "reply" and reply.get("private") == "yes" else "channel"


def marker(nonce: str) -> int:
    """A component id (31 bits, never one Discord numbers by itself) that marks the post with this nonce.

    Discord keeps the ids of components and gives them back with a message's history; the nonce it does not.
    """
    digest = hashlib.blake2b(nonce.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % 2**30 + 2**30


def short_nonce(nonce: str, part: int = 0) -> str:
    """A nonce of at most 25 characters, Discord's limit; the same for the same step of the same turn."""
    if part == 0 and 0 < len(nonce) <= 25 and nonce.isascii():
        return nonce
    return hashlib.blake2b(f"{nonce}/{part}".encode(), digest_size=12).hexdigest()
