"""The gate: an update is kept first, then confirmed, and only then seen to have been heard (decisions 10)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace

from telegram import Bot, ChatMember, ChatMemberUpdated, Update
from telegram.error import TelegramError

from bots.adapter import OutboundError, Post, Where
from bots.services import Services, StoreDown
from bots.settings import Settings
from bots.telegram import inbound
from bots.telegram.access import may_use
from bots.telegram.albums import Albums
from bots.telegram.inbound import Me
from bots.telegram.limits import is_group
from bots.telegram.outbound import RECEIVED, TelegramOutbound
from bots.telegram.presses import Presses
from core.messages import Channel, Message, Person

log = logging.getLogger(__name__)

Show = Callable[[], Awaitable[None]]
"""What is left to do after an update was kept: nothing that may not be lost."""

REMEMBERED = 10_000
DAY_S, MONTH_S, YEAR_S = 86_400.0, 2_592_000.0, 31_536_000.0
STORE_DOWN_S = 300.0
"""Least time between two notes in one chat that the store does not answer."""

INSIDE = frozenset({ChatMember.MEMBER, ChatMember.ADMINISTRATOR, ChatMember.OWNER, ChatMember.RESTRICTED})


async def _nothing() -> None:
    """Show nothing."""


class Gate:
    """Takes updates in. `receive` is durable and comes first; `show` is what the person sees, and may be lost."""

    def __init__(self, settings: Settings, services: Services, outbound: TelegramOutbound, bot: Bot) -> None:
        self._settings, self._services = settings, services
        self._outbound, self._bot = outbound, bot
        self._left: OrderedDict[tuple[object, ...], Show] = OrderedDict()
        self._told_down: dict[str, float] = {}
        self._presses = Presses(services, outbound, bot)
        self.albums = Albums(
            services.notes, self._take_album, settings.telegram_album_s, f"telegram:albums:{_bot_number(settings)}"
        )

    async def receive(self, update: object) -> None:
        """Keep what an update says. Returning means: it may be confirmed. Raises StoreDown."""
        if not isinstance(update, Update) or (name := inbound.identity(update)) in self._left:
            return
        show = await self._keep(update)
        self._left[name] = show
        while len(self._left) > REMEMBERED:
            self._left.popitem(last=False)

    async def show(self, update: object) -> None:
        """Show that an update was heard; keep it first if nobody did."""
        if isinstance(update, Update):
            await self.receive(update)
            name = inbound.identity(update)
            try:
                await self._left.get(name, _nothing)()
            except (OutboundError, TelegramError, StoreDown) as error:
                log.info("telegram: an answer was not made: %s", type(error).__name__)
            finally:
                self._left[name] = _nothing

    async def _keep(self, update: Update) -> Show:
        if update.callback_query is not None:
            return await self._presses.keep(update.callback_query, self._may_use)
        change = inbound.joined(update)
        if change is not None:
            return await self._joined(change)
        if (step := inbound.moved(update)) is not None:
            await self._outbound.chats.moved(*step)
            return _nothing
        if (old := inbound.edited(update, self._me())) is not None:
            return lambda: self._tell_once(old, "telegram-edited", f"edited:{old.channel.chat}", MONTH_S)
        return await self._said(update)

    async def _said(self, update: Update) -> Show:
        album, by_person = inbound.album_of(update), self._settings.session_scope == "person"
        message = inbound.read(update, self._me(), person_scope=by_person)
        if message is not None:
            return await self._message(await self._known(message), album)
        if album and (part := inbound.read(update, self._me(), person_scope=by_person, to_us=True)) is not None:
            await self.albums.overhear(await self._known(part), album)
            return _nothing
        return self._useless(update)

    async def _message(self, message: Message, album: str | None) -> Show:
        chat = message.reply["chat"]
        if not self._may_use(message.channel.chat, chat, message.person):
            return lambda: self._tell_once(message, "telegram-not-allowed", f"refused:{chat}", DAY_S)
        await self._outbound.chats.is_back(chat)
        try:
            if album:
                await self.albums.add(message, album)
                return _nothing
            receipt = await self._services.intake.take(message)
        except StoreDown:
            await self._tell_down(message)
            raise
        return _nothing if receipt.duplicate else lambda: self._heard(message)

    async def _take_album(self, message: Message) -> None:
        receipt = await self._services.intake.take(message)
        if not receipt.duplicate:
            await self._heard(message)

    async def _heard(self, message: Message) -> None:
        """Give the light receipt; the first time in a group, say how to be heard there."""
        await self._outbound.react(where_of(message), RECEIVED)
        await self._explain_group(message)

    async def _explain_group(self, message: Message) -> None:
        chat = message.reply["chat"]
        # A channel's posts reach its admins whatever the privacy mode: there is nothing to explain.
        if is_group(chat) and message.reply.get("kind") != "channel" and not self._me().reads_groups:
            await self._tell_once(message, "telegram-privacy", f"privacy:{message.channel.chat}", YEAR_S)

    async def _joined(self, change: ChatMemberUpdated) -> Show:
        chat = str(change.chat.id)
        if change.new_chat_member.status not in INSIDE:
            await self._outbound.chats.mark_gone(chat)
            return _nothing
        await self._outbound.chats.is_back(chat)
        person = inbound.presser(change.from_user)
        channel = Channel("telegram", await self._outbound.chats.first_id(chat))
        message = Message("", channel, person, locale=person.locale, reply={"chat": chat})
        if change.chat.type in {"private", "channel"} or not self._may_use(channel.chat, chat, person):
            return _nothing
        return lambda: self._explain_group(message)

    def _useless(self, update: Update) -> Show:
        said = update.message
        if said is None or not inbound.unusable(update):
            return _nothing
        person = inbound.person_of(said)
        message = Message(
            "", inbound.channel_of(said, person, person_scope=False), person, reply=inbound.reply_of(said)
        )
        return lambda: self._tell_once(message, "telegram-unusable", f"unusable:{said.chat.id}", DAY_S)

    async def _known(self, message: Message) -> Message:
        """Put the message into the channel we know: a group that moved keeps its first id, and its project."""
        first = await self._outbound.chats.first_id(message.channel.chat)
        if first == message.channel.chat:
            return message
        return replace(message, channel=replace(message.channel, chat=first))

    def _may_use(self, first_id: str, chat: str, person: Person) -> bool:
        settings = self._settings
        access = may_use(
            (first_id, chat),
            person.id,
            chats=settings.telegram_chats,
            users=settings.telegram_users,
            costs_money=settings.nemo_token is not None,
        )
        return access == "yes"

    async def _tell_once(self, message: Message, key: str, note: str, ttl_s: float) -> None:
        if await self._services.notes.once(f"telegram:{note}", ttl_s):
            await self._tell(message, key)

    async def _tell(self, message: Message, key: str) -> None:
        locale = await self._services.intake.locale_of("telegram", message.person, message.locale)
        words = self._services.texts.say(locale, key, bot=self._me().username)
        await self._outbound.send(where_of(message), Post("reply", words), nonce=message.id)

    async def _tell_down(self, message: Message) -> None:
        """Say that the message stays with Telegram until the store answers again; the language is the message's."""
        chat, now = message.reply["chat"], time.monotonic()
        if now - self._told_down.get(chat, -STORE_DOWN_S) < STORE_DOWN_S:
            return
        self._told_down[chat] = now
        words = self._services.texts.say(message.locale, "telegram-store-down")
        try:
            await asyncio.wait_for(self._outbound.send(where_of(message), Post("reply", words), ""), 5)
        except (OutboundError, StoreDown, TimeoutError) as error:
            log.info("telegram: nobody could be told that the store is down: %s", type(error).__name__)

    def _me(self) -> Me:
        user = self._bot.bot
        return Me(user.id, user.username or "", bool(user.can_read_all_group_messages))


class KeepingQueue(asyncio.Queue[object]):
    """The library's queue of updates; an update that is put is kept before `put` returns."""

    def __init__(self) -> None:
        super().__init__()
        self.gate: Gate | None = None

    async def put(self, item: object) -> None:
        """Keep an update, then queue it for what people see. Raises StoreDown: nothing was kept or queued."""
        if self.gate is not None:
            await self.gate.receive(item)
        await super().put(item)


def where_of(message: Message) -> Where:
    """Return where to answer a message."""
    return Where(message.channel, message.person.id, message.reply, message.locale or "en")


def _bot_number(settings: Settings) -> str:
    """Return the part of the token that is no secret: the bot's id."""
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    return token.partition(":")[0] if ":" in token else "0"
