"""Pressed buttons: answered at once, kept next, whoever may (decisions 10, 16)."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from telegram import Bot, CallbackQuery, ChatMember
from telegram.error import TelegramError

from bots.adapter import Where
from bots.services import JobView, Services, StoreDown, may_press
from bots.telegram import inbound
from bots.telegram.guard import UNREADABLE
from bots.telegram.limits import MAX_ANSWER, is_group
from bots.telegram.markup import action_of, clip
from bots.telegram.outbound import TelegramOutbound
from core.messages import Message, Person

log = logging.getLogger(__name__)

ANSWER_WITHIN_S = 1.0
"""A press is answered by then, with words or without: the client shows a clock until it is."""

MODERATORS_S = 300.0
"""How long we believe what getChatMember said."""

MayUse = Callable[[str, str, Person], bool]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What became of a press. `key`: words for the answer, "" for none; `ask`: the person is asked what to change."""

    key: str = ""
    ask: Message | None = None
    name: str = ""


class Presses:
    """Takes pressed buttons."""

    def __init__(self, services: Services, outbound: TelegramOutbound, bot: Bot) -> None:
        self._services, self._outbound, self._bot = services, outbound, bot
        self._moderators: dict[tuple[str, str], tuple[float, bool]] = {}

    async def keep(self, query: CallbackQuery, may_use: MayUse) -> Callable[[], Awaitable[None]]:
        """Take a press; return what answers it. A press that takes long is answered before it is kept."""
        person = inbound.presser(query.from_user)
        deciding = asyncio.create_task(self._decide(query, person, may_use))
        done, _ = await asyncio.wait({deciding}, timeout=ANSWER_WITHIN_S)
        if not done:
            await self._answer(query, "")
        verdict = await deciding
        return lambda: self._show(query, person, verdict, answered=not done)

    async def _decide(self, query: CallbackQuery, person: Person, may_use: MayUse) -> _Verdict:
        wanted = action_of(query.data)
        message = inbound.press_of(query, person)
        if wanted is None or message is None:
            return _Verdict("telegram-expired")
        try:
            return await self._press(*wanted, message, may_use)
        except StoreDown:
            # Pressed again it works; Telegram does not send a press twice in time.
            return _Verdict("telegram-store-down-press")

    async def _press(self, action: str, job_id: str, message: Message, may_use: MayUse) -> _Verdict:
        chat = message.reply["chat"]
        job = await self._services.intake.job(job_id)
        first = await self._outbound.chats.first_id(chat)
        if job is None or job.channel.chat not in {chat, first}:
            return _Verdict("telegram-expired")
        if not may_use(first, chat, message.person):
            return _Verdict("telegram-not-allowed")
        person = await self._with_office(action, message.person, job, chat)
        if not may_press(action, person, job.owner):
            return _Verdict("telegram-not-yours", name=job.owner.name)
        message = replace(message, person=person, channel=job.channel)
        if action == "delete":
            gone = await self._outbound.delete(Where(message.channel, person.id, message.reply))
            return _Verdict("" if gone else "telegram-not-deleted")
        if action == "edit":
            return _Verdict(ask=message)
        receipt = await self._services.intake.press(action, job_id, message)
        return _Verdict("telegram-expired" if receipt is None else "")

    async def _show(self, query: CallbackQuery, person: Person, verdict: _Verdict, *, answered: bool) -> None:
        words = ""
        if verdict.key:
            locale = await self._locale(person)
            words = self._services.texts.say(locale, verdict.key, name=verdict.name or "?", bot=self._bot.username)
        if not answered:
            await self._answer(query, words)
        if verdict.ask is not None:
            await self._ask(verdict.ask)

    async def _ask(self, message: Message) -> None:
        locale = await self._locale(message.person)
        where = Where(message.channel, message.person.id, message.reply, locale)
        say = self._services.texts.say
        await self._outbound.ask(where, say(locale, "telegram-edit-ask"), say(locale, "telegram-edit-hint"))

    async def _answer(self, query: CallbackQuery, words: str) -> None:
        try:
            await self._bot.answer_callback_query(query.id, clip(words, MAX_ANSWER) or None, show_alert=bool(words))
        except TelegramError as error:
            # Too old, mostly: the person pressed while we were away.
            log.debug("telegram: a press was not answered: %s", type(error).__name__)

    async def _locale(self, person: Person) -> str:
        try:
            return await self._services.intake.locale_of("telegram", person, person.locale)
        except StoreDown:
            return person.locale or "en"

    async def _with_office(self, action: str, person: Person, job: JobView, chat: str) -> Person:
        """Find out whether a person is an admin, where it matters: asked of Telegram once in five minutes."""
        if not is_group(chat) or may_press(action, person, job.owner):
            return person
        now = time.monotonic()
        known = self._moderators.get((chat, person.id))
        if known is None or now - known[0] > MODERATORS_S:
            self._moderators = {key: one for key, one in self._moderators.items() if now - one[0] <= MODERATORS_S}
            known = self._moderators[chat, person.id] = (now, await self._is_admin(chat, person))
        return replace(person, moderator=known[1])

    async def _is_admin(self, chat: str, person: Person) -> bool:
        try:
            member = await self._bot.get_chat_member(int(chat), int(person.id))
        except (TelegramError, *UNREADABLE) as error:
            log.info("telegram: getChatMember: %s", type(error).__name__)
            return False
        return getattr(member, "status", "") in {ChatMember.OWNER, ChatMember.ADMINISTRATOR}
