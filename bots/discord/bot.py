"""The client of the gateway: what comes in is read, judged, kept; what it answers itself are notices only."""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import discord
import tenacity

from bots.adapter import Button, OutboundError
from bots.discord import access, buttons, commands, inbound, modals, permissions
from bots.discord.answers import (
    LOST,
    NOBODY,
    UNREACHED,
    Acks,
    Missed,
    acknowledge,
    conclude,
    language,
    may_use,
    not_allowed,
    whisper,
)
from bots.discord.card import GRAMMAR, ActionButton
from bots.discord.memory import Memory
from bots.discord.refusals import TOO_MANY, told
from bots.discord.seams import Placed
from bots.services import Receipt, Services, StoreDown
from bots.settings import Settings
from core.messages import Attachment, Message

log = logging.getLogger(__name__)

SYNC_TRIES, LONGEST_PAUSE_S = 6, 300.0
ONCE_A_DAY_S = 24 * 3600.0


def intents(content: bool) -> discord.Intents:
    """What the gateway tells us: servers, messages; their words only with the privileged intent."""
    wanted = discord.Intents.none()
    wanted.guilds = wanted.guild_messages = wanted.dm_messages = True
    wanted.message_content = content
    return wanted


class DiscordBot(Placed):
    """The bot on the gateway.

    Attributes:
        me: Our own id, 0 before the login. What the gateway says of our user later on does not change it.
        content: Whether it asks for the Message Content intent.
        acks: Answers to interactions that are under way.
        on_serving: Called whenever the gateway is ready.
    """

    def __init__(self, settings: Settings, services: Services, content: bool) -> None:
        super().__init__(
            settings,
            intents=intents(content),
            allowed_mentions=NOBODY,
            max_messages=None,
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.2,  # we serve at once; servers come along while we do
            member_cache_flags=discord.MemberCacheFlags.none(),
        )
        self.settings, self.services, self.content = settings, services, content
        self.memory = Memory(services.notes)
        self.me = 0
        self.acks = Acks()
        self.on_serving: Callable[[], None] = lambda: None
        self.tree = commands.Tree(self, settings, services)
        commands.add_all(self.tree, self, services.texts, lambda: self.me)
        self._tasks: set[asyncio.Task[Any]] = set()

    async def setup_hook(self) -> None:
        """Know ourselves, and our buttons, also those of messages sent before a restart."""
        self.me = self.user.id if self.user is not None else 0
        self.add_dynamic_items(ActionButton)
        await self.tree.set_translator(commands.FromTexts(self.services.texts))

    async def on_ready(self) -> None:
        """Say so, and send the commands beside it if they changed."""
        words = "reads all messages" if self.content else "reads mentions, DMs and commands (no Message Content)"
        log.info("Discord: servers: %s; %s", len(self.guilds), words)
        self.on_serving()
        if self.settings.discord_sync_commands:
            self._beside(self._sync())

    async def on_resumed(self) -> None:
        """The gateway is back where it was."""
        self.on_serving()

    async def _sync(self) -> None:
        pauses = tenacity.wait_exponential_jitter(multiplier=self.settings.discord_restart_s, max=LONGEST_PAUSE_S)
        passing = tenacity.retry_if_exception(lambda error: isinstance(error, LOST) or _passes(error))
        stop = tenacity.stop_after_attempt(SYNC_TRIES)
        try:
            await tenacity.AsyncRetrying(retry=passing, wait=pauses, stop=stop, reraise=True)(
                commands.sync, self.tree, self.memory
            )
        except UNREACHED as error:
            log.warning("the commands were not sent to Discord: %s", type(error).__name__)

    def _beside(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        """Count what a handler could not do; people's words are not logged."""
        self.skipped(event_method, sys.exc_info()[1] or RuntimeError())

    # -- messages

    async def on_message(self, message: discord.Message) -> None:
        """Keep what is meant for us."""
        why = inbound.addressed(message, self.me, self.settings)
        if why is None:
            return
        guild, channels = inbound.places(message)
        if not access.allowed(self.settings, guild, channels, str(message.author.id)):
            await self._refuse(message, guild)
            return
        rights = inbound.bot_rights(message)
        if rights is not None and not permissions.can_post(rights, isinstance(message.channel, discord.Thread)):
            await self._tell_in_dm(message, rights)
            return
        read = inbound.read_message(message, self.me, self.settings)
        if inbound.nothing_usable(read) or inbound.hidden(message, read, self.me):
            await self._explain(message, read, why.why)
            return
        try:
            await self.services.intake.take(read)
        except StoreDown:
            await self._notice(message, read, "discord-store-down")

    async def _explain(self, message: discord.Message, read: Message, why: str) -> None:
        """Say why there was nothing to take, and how it goes; in channels of ours, once a day at most."""
        if why in {"thread", "open"}:
            if self.content or not await self._once("blank", read):
                return
            await self._notice(message, read, "discord-unseen", name=self.user.display_name if self.user else "")
            return
        if inbound.answers_another(message, self.me):
            await self._notice(message, read, "discord-cannot-see", upload=True)
            return
        await self._notice(message, read, "discord-nothing", upload=True)

    async def _refuse(self, message: discord.Message, guild: str) -> None:
        read = inbound.read_message(message, self.me, self.settings)
        if not await self._once("refused", read):
            return
        locale = await language(self.services, read.person, read.locale)
        await self._reply(message, not_allowed(self.services, locale, guild, str(message.author.id)))

    async def _notice(
        self, message: discord.Message, read: Message, key: str, upload: bool = False, **args: str
    ) -> None:
        locale = await language(self.services, read.person, read.locale)
        say = self.services.texts.say
        view = None
        if upload:
            view = discord.ui.View(timeout=None)
            view.add_item(ActionButton.of(Button(say(locale, "discord-upload"), "upload", "new", style="primary")))
        await self._reply(message, say(locale, key, **args), view)

    async def _reply(self, message: discord.Message, text: str, view: discord.ui.View | None = None) -> None:
        extra: dict[str, Any] = {"view": view} if view is not None else {}
        try:
            await told(message.reply(text, mention_author=False, allowed_mentions=NOBODY, **extra))
        except OutboundError as error:
            log.info("a notice was not shown: %s", type(error).__name__)

    async def _tell_in_dm(self, message: discord.Message, rights: discord.Permissions) -> None:
        """We cannot answer there: tell the person which permission is missing."""
        in_thread = isinstance(message.channel, discord.Thread)
        names = ", ".join(permissions.missing(rights, in_thread, self.settings.discord_threads))
        read = inbound.read_message(message, self.me, self.settings)
        if not await self._once("permissions", read):
            return
        locale = await language(self.services, read.person, read.locale)
        channel = f"#{getattr(message.channel, 'name', '')}"
        text = self.services.texts.say(locale, "discord-missing", channel=channel, names=names)
        try:
            await told(message.author.send(text, allowed_mentions=NOBODY))
        except OutboundError as error:
            log.info("missing permissions (%s) could not be told: %s", names, type(error).__name__)

    async def _once(self, what: str, read: Message) -> bool:
        return await self.memory.once(f"discord:{what}:{read.channel.key}", ONCE_A_DAY_S, otherwise=False)

    # -- interactions

    async def take_command(
        self,
        interaction: discord.Interaction[Any],
        verb: str,
        *,
        text: str = "",
        args: Mapping[str, str] | None = None,
        files: tuple[Attachment, ...] = (),
        private: bool = False,
    ) -> None:
        """Acknowledge, keep, conclude: a command, a menu or a form."""
        by_bot = inbound.postable(interaction)
        try:
            original = await acknowledge(interaction, ephemeral=private or by_bot, thinking=True)
        except Missed:
            if not by_bot:
                return  # there is no other way to answer
            original = None
        message = inbound.read_interaction(
            interaction,
            self.settings,
            text=text,
            files=files,
            verb=verb,
            args=args,
            private=private,
            original=original if private or not by_bot else None,
        )
        if verb == "help":
            message = await self._with_hearing(message)
        try:
            receipt = await self.services.intake.take(message)
        except StoreDown:
            locale = await language(self.services, message.person, message.locale)
            await conclude(interaction, self.services.texts.say(locale, "discord-store-down"))
            return
        if receipt.duplicate:
            return
        if by_bot and not private:
            await self._conclude(interaction, message, receipt)

    async def _with_hearing(self, message: Message) -> Message:
        """Have the help say what this bot hears: all talk, or mentions, DMs and commands.

        In one message with it: a follow-up of its own would take the place of the "thinking" message, and the help
        that of the follow-up.
        """
        locale = await language(self.services, message.person, message.locale)
        key = "discord-hears-all" if self.content else "discord-hears-mentions"
        return replace(message, reply={**message.reply, "after": self.services.texts.say(locale, key)})

    async def _conclude(self, interaction: discord.Interaction[Any], message: Message, receipt: Receipt) -> None:
        """Point to the card in the channel, and name permissions that are missing here."""
        locale = await language(self.services, message.person, message.locale)
        say = self.services.texts.say
        if receipt.full:
            await conclude(interaction, say(locale, "errors-queue-full", limit=self.settings.queue_limit))
            return
        lines = [say(locale, "discord-taken", place=receipt.place)]
        names = inbound.lacking(interaction, self.settings)
        if names:
            lines.append(say(locale, "discord-missing-here", names=", ".join(names)))
        await conclude(interaction, "\n".join(lines))

    async def pressed(self, interaction: discord.Interaction[Any], action: str, job: str) -> None:
        """Answer a pressed button."""
        await self._safely("button", buttons.press(interaction, action, job, self.settings, self.services))

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Take submitted forms; commands and buttons come by their own ways."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self._safely("form", self._submitted(interaction))
        elif interaction.type is discord.InteractionType.component:
            await self._safely("button", self._unknown(interaction))

    async def _unknown(self, interaction: discord.Interaction[Any]) -> None:
        """Say of a button that another version of this bot made that it is over; ours come by their own way."""
        data: Mapping[str, Any] = interaction.data or {}
        if GRAMMAR.fullmatch(str(data.get("custom_id", ""))) is None:
            await whisper(interaction, self.services.texts.say(inbound.spoken(interaction), "discord-expired"))

    async def _submitted(self, interaction: discord.Interaction[Any]) -> None:
        form = modals.read(interaction.data or {})
        if form is None:
            return
        if not may_use(interaction, self.settings):
            guild, user = str(interaction.guild_id or ""), str(interaction.user.id)
            await whisper(interaction, not_allowed(self.services, inbound.spoken(interaction), guild, user))
            return
        if form.action == "new":
            args = {"prompt": form.words, "aspect": form.aspect}
            given = {name: value for name, value in args.items() if value}
            await self.take_command(interaction, "video", text=form.words, args=given, files=form.files)
            return
        by_token = not inbound.postable(interaction)
        try:
            original = await acknowledge(interaction, ephemeral=False, thinking=by_token)
        except Missed:
            return
        await buttons.take(
            interaction, "edit", form.job, self.settings, self.services, words=form.words, original=original
        )

    async def _safely(self, what: str, work: Any) -> None:
        try:
            await work
        except Exception as error:  # malformed, or a fault of ours: the client lives
            self.skipped(what, error)


def _passes(error: BaseException) -> bool:
    """Whether a refusal of Discord is one for now only."""
    return isinstance(error, discord.RateLimited) or (
        isinstance(error, discord.HTTPException) and (error.status == TOO_MANY or error.status >= 500)
    )


class ShardedBot(DiscordBot, discord.AutoShardedClient):
    """The bot on as many connections as Discord asks for."""
