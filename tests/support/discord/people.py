"""What people do: say something, choose a command, press a button, fill in a form. Dispatches and nothing else."""

from __future__ import annotations

import time
from typing import Any

from tests.support.discord.server import LoopbackDiscord
from tests.support.discord.world import DM, Interaction, Json, walk


class Someone:
    """A person at a keyboard.

    Args:
        moderator: Has Manage Messages.
        locale: Language of their Discord.
        installed: The bot is installed by the person alone, not by the server.
    """

    def __init__(
        self,
        discord: LoopbackDiscord,
        user: Json,
        *,
        moderator: bool = False,
        locale: str = "en-US",
        installed: bool = False,
    ) -> None:
        self.discord, self.world, self.user = discord, discord.world, user
        self.moderator, self.locale, self.installed = moderator, locale, installed

    @property
    def id(self) -> str:
        return str(self.user["id"])

    async def says(self, text: str = "", *files: tuple[str, bytes], channel: Json | None = None, **more: Any) -> Json:
        """Post a message; `reply_to` is a message."""
        channel = channel or self.world.channel
        reply_to = more.pop("reply_to", None)
        if reply_to is not None:
            same = {"message_id": reply_to["id"], "channel_id": reply_to["channel_id"], "type": 0}
            more |= {
                "message_reference": same,
                "referenced_message": self.world.messages.get(reply_to["id"]),
                "type": 19,
            }
        made = [self.world.attachment(name, data, channel["id"]) for name, data in files]
        message = self.world.message(channel, self.user, text, attachments=made) | more
        self.world.messages[message["id"]] = message
        member = self.world.member(self.user, self.moderator)
        extra = {"member": {k: v for k, v in member.items() if k != "user"}} if "guild_id" in channel else {}
        await self.discord.dispatch("MESSAGE_CREATE", message | extra)
        return message

    def mention(self) -> str:
        """How people call the bot."""
        return f"<@{self.world.me['id']}>"

    async def chooses(self, name: str, channel: Json | None = None, **options: Any) -> Interaction:
        """Choose a slash command; a (name, bytes) option is a file."""
        channel = channel or self.world.channel
        resolved: Json = {}
        given = []
        for key, value in options.items():
            if isinstance(value, tuple):
                file = self.world.attachment(value[0], value[1], channel["id"]) | {"ephemeral": True}
                resolved[file["id"]] = file
                given.append({"name": key, "type": 11, "value": file["id"]})
            else:
                given.append({"name": key, "type": 3, "value": value})
        data = {
            "id": self.world.mint(),
            "name": name,
            "type": 1,
            "options": given,
            "resolved": {"attachments": resolved},
        }
        return await self._interacts(2, data, channel)

    async def picks(
        self, message: Json, name: str = "Make a video from this", channel: Json | None = None
    ) -> Interaction:
        """Choose the menu of a message."""
        data = {"id": self.world.mint(), "name": name, "type": 3, "target_id": message["id"]}
        data["resolved"] = {"messages": {message["id"]: message}}
        return await self._interacts(2, data, channel or self.world.channels[message["channel_id"]])

    async def presses(self, message: Json, action: str, ago_s: float = 0.0, *, bare: bool = False) -> Interaction:
        """Press a button of a message by its action; `bare`: the event names the message and tells nothing of it."""
        ids = [
            p["custom_id"]
            for p in walk(message["components"])
            if str(p.get("custom_id", "")).startswith(f"v1:{action}:")
        ]
        assert ids, f"there is no button {action}"
        channel = self.world.channels[message["channel_id"]]
        told = {"id": message["id"], "channel_id": message["channel_id"]} if bare else message
        return await self._interacts(3, {"custom_id": ids[0], "component_type": 2}, channel, ago_s, message=told)

    async def submits(
        self, form: Json, message: Json | None = None, channel: Json | None = None, **fields: Any
    ) -> Interaction:
        """Fill in a form as it was shown; a list of (name, bytes) are files."""
        channel = channel or self.world.channel
        resolved: Json = {}
        components = []
        for label in form["components"]:
            field = label["component"]
            value = fields.get(field["custom_id"])
            filled = {"type": field["type"], "custom_id": field["custom_id"], "id": 3}
            if field["type"] == 19:
                made = [self.world.attachment(name, data, channel["id"]) for name, data in value or ()]
                resolved |= {one["id"]: one for one in made}
                filled["values"] = [one["id"] for one in made]
            else:
                filled["value"] = value
            components.append({"type": 18, "id": 2, "component": filled})
        data = {"custom_id": form["custom_id"], "components": components, "resolved": {"attachments": resolved}}
        return await self._interacts(5, data, channel, 0.0, **({"message": message} if message else {}))

    async def _interacts(self, kind: int, data: Json, channel: Json, ago_s: float = 0.0, **more: Any) -> Interaction:
        payload = self._payload(kind, data, channel, ago_s) | more
        interaction = Interaction(payload, time.time() - ago_s)
        self.world.interactions[payload["token"]] = interaction
        await self.discord.dispatch("INTERACTION_CREATE", payload)
        return interaction

    def _payload(self, kind: int, data: Json, channel: Json, ago_s: float) -> Json:
        iid = self.world.mint(ago_s)
        payload: Json = {
            "id": iid,
            "application_id": self.world.app_id,
            "type": kind,
            "token": f"token-{iid}",
            "version": 1,
        }
        payload |= {"data": data, "channel": channel, "channel_id": channel["id"], "locale": self.locale}
        payload |= {"attachment_size_limit": self.world.default_upload, "entitlements": []}
        guild = channel.get("guild_id")
        payload["authorizing_integration_owners"] = {"1": self.id} if self.installed or not guild else {"0": guild}
        if guild:
            rights = "0" if self.installed else str(self.world.permissions(channel))
            payload |= {"guild_id": guild, "member": self.world.member(self.user, self.moderator), "context": 0}
            payload |= {
                "app_permissions": rights,
                "guild_locale": "en-US",
                "guild": {"id": guild, "locale": "en-US", "features": []},
            }
        else:
            private = channel["type"] != DM or self.installed
            payload |= {"user": self.user, "context": 2 if private else 1, "app_permissions": "0"}
        return payload
