"""The command menu, made from the registry of verbs, per language and kind of chat."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping

from telegram import Bot, BotCommand, BotCommandScope, BotCommandScopeAllGroupChats, BotCommandScopeAllPrivateChats
from telegram.error import TelegramError

from bots.services import Notes, StoreDown
from bots.telegram.markup import clip
from bots.texts import Texts
from core.verbs import VERBS

log = logging.getLogger(__name__)

LANGUAGES: Mapping[str, str] = {"": "en", "zh": "zh", "es": "es"}
"""Telegram's two-letter language ("" for all others) → ours."""

PRIVATE_ONLY = frozenset({"settings", "projects", "why", "credits"})
"""Left out of the menu of groups, which is short on purpose; typed there they still work."""

MAX_ABOUT = 256
"""Characters of a description (Bot API, BotCommand)."""

KEPT_S = 30 * 86_400.0
"""How long we believe that Telegram still has the menus we sent."""

Menus = dict[tuple[str, str], list[tuple[str, str]]]
"""(kind of chat, Telegram's language) → (command, description)."""


def menus(texts: Texts) -> Menus:
    """Return every menu."""
    return {
        (kind, code): [
            (verb.name, clip(texts.say(ours, verb.about_key), MAX_ABOUT))
            for verb in VERBS
            if kind == "private" or verb.name not in PRIVATE_ONLY
        ]
        for kind in ("private", "groups")
        for code, ours in LANGUAGES.items()
    }


async def publish(bot: Bot, notes: Notes, texts: Texts) -> bool:
    """Send the menus to Telegram if they are not those sent last. A refusal is logged: a menu is a convenience."""
    wanted = menus(texts)
    digest = hashlib.sha256(json.dumps(sorted(wanted.items())).encode()).hexdigest()[:24]
    key = f"telegram:commands:{bot.id}"
    try:
        if await notes.get(key) == digest:
            return False
        for (kind, code), commands in wanted.items():
            scope: BotCommandScope = (
                BotCommandScopeAllPrivateChats() if kind == "private" else BotCommandScopeAllGroupChats()
            )
            await bot.set_my_commands([BotCommand(*one) for one in commands], scope, code or None)
        await notes.put(key, digest, KEPT_S)
    except (TelegramError, StoreDown) as error:
        log.warning("telegram: the command menu was not set: %s", type(error).__name__)
        return False
    return True
