"""What a Discord remembers: people, servers, channels, messages, files. Plain data, checked as the real one checks."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

EPOCH_MS = 1_420_070_400_000
V2, EPHEMERAL = 1 << 15, 1 << 6
GUILD_TEXT, DM, THREAD = 0, 1, 11
ALL_PERMISSIONS = (1 << 50) - 1
Json = dict[str, Any]
_counter = itertools.count(1)


def snowflake(ago_s: float = 0.0) -> str:
    """A new id minted now, or some seconds ago."""
    ms = int((time.time() - ago_s) * 1000) - EPOCH_MS
    return str((ms << 22) | (next(_counter) & 0x3FFFFF))


class Refusal(Exception):
    """An answer that is an error: HTTP status, Discord's code."""

    def __init__(self, status: int, code: int, message: str = "refused", **extra: Any) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message, **extra}


@dataclass
class Told:
    """One answer to an interaction, and what it holds."""

    type: int
    data: Json


@dataclass
class Interaction:
    payload: Json
    born_s: float
    told: Told | None = None
    original: str | None = None
    followups: int = 0
    deferred: bool = False

    @property
    def user_install_only(self) -> bool:
        return "0" not in self.payload["authorizing_integration_owners"]


@dataclass
class World:
    """Everything there is; `checked_post` is the gate every message of the bot passes."""

    cdn: str = ""
    mint: Callable[..., str] = snowflake
    content_limit: int = 2000
    default_upload: int = 10 * 1024 * 1024
    users: dict[str, Json] = field(default_factory=dict)
    guilds: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Json] = field(default_factory=dict)
    messages: dict[str, Json] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    nonces: dict[tuple[str, str], str] = field(default_factory=dict)
    interactions: dict[str, Interaction] = field(default_factory=dict)
    uploads: dict[str, int] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    commands: list[Json] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.me = self.person("From Music", bot=True)
        self.app_id = self.me["id"]
        self.guild = self.new_guild()
        self.channel = self.new_channel(self.guild)
        self.lena = self.person("Lena")

    def person(self, name: str, bot: bool = False) -> Json:
        user: Json = {"id": self.mint(), "username": name.lower().replace(" ", ""), "global_name": name}
        user |= {"discriminator": "0", "avatar": None, "bot": bot}
        self.users[user["id"]] = user
        return user

    def new_guild(self, tier: int = 0, locale: str = "en-US") -> Json:
        gid = self.mint()
        role = {
            "id": gid,
            "name": "@everyone",
            "permissions": str(ALL_PERMISSIONS & ~(1 << 3) & ~(1 << 13)),
            "position": 0,
        }
        role |= {"color": 0, "hoist": False, "managed": False, "mentionable": False, "flags": 0}
        guild = {"id": gid, "name": "Band", "roles": [role], "premium_tier": tier, "preferred_locale": locale}
        guild |= {"owner_id": "1", "member_count": 3, "emojis": [], "stickers": [], "features": [], "threads": []}
        self.guilds[gid] = guild
        return guild

    def new_channel(self, guild: Json | None, kind: int = GUILD_TEXT, parent: str = "", owner: str = "") -> Json:
        channel: Json = {"id": self.mint(), "type": kind, "name": "tracks", "position": 0, "permission_overwrites": []}
        if guild is not None:
            channel["guild_id"] = guild["id"]
        if kind == DM:
            channel["recipients"] = [self.me]
        if kind == THREAD:
            channel |= {"parent_id": parent, "owner_id": owner, "message_count": 0, "member_count": 1}
            stamp = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": _stamp(), "locked": False}
            channel["thread_metadata"] = stamp
        self.channels[channel["id"]] = channel
        return channel

    def deny(self, channel: Json, *bits: int) -> None:
        """Take permissions from everyone in a channel."""
        total = sum(1 << bit for bit in bits)
        channel["permission_overwrites"] = [{"id": channel["guild_id"], "type": 0, "allow": "0", "deny": str(total)}]

    def permissions(self, channel: Json) -> int:
        denied = sum(int(one["deny"]) for one in channel.get("permission_overwrites", ()))
        return ALL_PERMISSIONS & ~(1 << 3) & ~denied

    def member(self, user: Json, moderator: bool = False) -> Json:
        rights = ALL_PERMISSIONS & ~(1 << 3) if moderator else ALL_PERMISSIONS & ~(1 << 3) & ~(1 << 13)
        return {"user": user, "roles": [], "flags": 0, "joined_at": _stamp(), "permissions": str(rights)}

    def attachment(self, name: str, data: bytes, channel: str, life_s: float = 86400, mime: str | None = None) -> Json:
        stored = re.sub(r"[^A-Za-z0-9._-]", "_", name)
        one = {"id": self.mint(), "filename": stored, "size": len(data)}
        if stored != name:
            one["title"] = name.rpartition(".")[0]
        path = f"/attachments/{channel}/{one['id']}/{stored}"
        self.files[path] = data
        url = f"{self.cdn}{path}?{self.signature(life_s)}"
        one |= {"url": url, "proxy_url": url, "content_type": mime}
        return one

    def signature(self, life_s: float) -> str:
        now = time.time()
        return f"ex={int(now + life_s):x}&is={int(now):x}&hm=" + "ab" * 32

    def message(self, channel: Json, author: Json, content: str = "", **more: Any) -> Json:
        ago_s = more.pop("ago_s", 0.0)
        message = {"id": self.mint(ago_s), "channel_id": channel["id"], "author": author, "content": content, "type": 0}
        message |= {"attachments": [], "embeds": [], "components": [], "flags": 0, "timestamp": _stamp(), "tts": False}
        message |= {"mention_everyone": False, "mention_roles": [], "pinned": False, "edited_timestamp": None}
        message["mentions"] = [
            self.users[uid] for uid in dict.fromkeys(re.findall(r"<@!?(\d+)>", content)) if uid in self.users
        ]
        if "guild_id" in channel:
            message["guild_id"] = channel["guild_id"]
        message |= more
        self.messages[message["id"]] = message
        return message

    # -- what the bot sends

    def post(self, channel_id: str, body: Json, files: list[tuple[str, bytes]], by: Interaction | None = None) -> Json:
        """Take a message of the bot. Raises Refusal."""
        channel = self.reachable(channel_id) if by is None else self.channels.get(channel_id, {"id": channel_id})
        nonce = body.get("nonce")
        if nonce is not None and body.get("enforce_nonce") and (channel_id, nonce) in self.nonces:
            return self.messages[self.nonces[channel_id, nonce]]
        self.check(body, files, channel, by)
        message = self.message(channel, self.me, body.get("content") or "")
        self.apply(message, body, files)
        reference = body.get("message_reference")
        if reference:
            reference["message_id"] = str(reference["message_id"])
            if reference["message_id"] not in self.messages and reference.get("fail_if_not_exists", True):
                raise Refusal(400, 50035, "Invalid Form Body")
            message |= {"message_reference": reference, "type": 19}
        if nonce is not None:
            self.nonces[channel_id, nonce] = message["id"]
        return message | ({"nonce": nonce} if nonce is not None else {})

    def reachable(self, channel_id: str) -> Json:
        channel = self.channels.get(channel_id)
        if channel is None:
            raise Refusal(404, 10003, "Unknown Channel")
        if channel_id in self.hidden or channel.get("guild_id") in self.hidden:
            raise Refusal(403, 50001, "Missing Access")
        return channel

    def check(self, body: Json, files: list[tuple[str, bytes]], channel: Json, by: Interaction | None = None) -> None:
        bad = Refusal(400, 50035, "Invalid Form Body")
        parts = list(walk(body.get("components") or ()))
        flags = int(body.get("flags") or 0)
        v2 = bool(flags & V2) or any(part["type"] in {9, 10, 12, 13, 14, 17} for part in parts)
        if v2 and (not flags & V2 or body.get("content") or body.get("embeds")):
            raise bad
        texts = sum(len(part["content"]) for part in parts if part["type"] == 10)
        ids = [part["custom_id"] for part in parts if part.get("custom_id")]
        too_long = len(body.get("content") or "") > self.content_limit or texts > 4000 or len(parts) > 40
        bad_button = any(len(part.get("label") or "") > 80 for part in parts) or any(len(i) > 100 for i in ids)
        bad_row = any(part["type"] == 1 and not 1 <= len(part["components"]) <= 5 for part in parts)
        if too_long or bad_button or bad_row or len(set(ids)) != len(ids) or len(str(body.get("nonce", ""))) > 25:
            raise bad
        if not v2 and not body.get("content") and not files and not body.get("embeds"):
            raise Refusal(400, 50006, "Cannot send an empty message")
        rights = self.permissions(channel)
        if by is None and "guild_id" in channel:
            need = 38 if channel["type"] == THREAD else 11
            if not rights >> need & 1 or (files and not rights >> 15 & 1):
                raise Refusal(403, 50013, "Missing Permissions")
        limit = self.uploads.get(channel.get("guild_id", "dm"), self.default_upload)
        if any(len(data) > limit for _, data in files):
            raise Refusal(413, 40005, "Request entity too large")

    def apply(self, message: Json, body: Json, files: list[tuple[str, bytes]]) -> None:
        """Write a body's fields into a message; whom it pings follows its allowed_mentions, as on the real one."""
        if "content" in body:
            message["content"] = body["content"] or ""
        if "components" in body:
            message["components"] = _numbered(body["components"] or [])
        message["flags"] |= int(body.get("flags") or 0)
        message["attachments"] += [self.attachment(name, data, message["channel_id"]) for name, data in files]
        text = message["content"] + "".join(p.get("content", "") for p in walk(message["components"]))
        allowed = body.get("allowed_mentions")
        named = set(re.findall(r"<@!?(\d+)>", text))
        users = (
            named
            if allowed is None or "users" in allowed.get("parse", ())
            else named & set(map(str, allowed.get("users", ())))
        )
        everyone = "@everyone" in text and (allowed is None or "everyone" in allowed.get("parse", ()))
        message["pinged"] = sorted(users) + ["everyone"] * everyone
        message["mentions"] = [self.users[uid] for uid in sorted(named) if uid in self.users]

    def edit(self, message_id: str, body: Json, files: list[tuple[str, bytes]]) -> Json:
        message = self.messages.get(message_id)
        if message is None or message["author"]["id"] != self.me["id"]:
            raise Refusal(404, 10008, "Unknown Message")
        whole = {"flags": message["flags"], "content": message["content"], "components": message["components"]} | body
        whole["flags"] = int(body.get("flags") or 0) | message["flags"]
        self.check(
            {k: v for k, v in whole.items() if k != "nonce"},
            files,
            self.channels.get(message["channel_id"], {}),
            Interaction({}, 0),
        )
        self.apply(message, body, files)
        message["edited_timestamp"] = _stamp()
        message["edits"] = message.get("edits", 0) + 1
        return message


def walk(components: Any) -> Iterator[Json]:
    """All components at any depth."""
    for part in components:
        yield part
        yield from walk(part.get("components") or ())
        if part.get("component"):
            yield from walk([part["component"]])


def _numbered(components: list[Json]) -> list[Json]:
    numbers = itertools.count(1)
    for part in walk(components):
        part.setdefault("id", next(numbers))
    return components


def _stamp() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000+00:00", time.gmtime())
