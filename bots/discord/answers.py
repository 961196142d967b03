"""Answers to interactions that we give ourselves, at once: acknowledgements, refusals, notices."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import aiohttp
import discord

from bots.discord import access, inbound
from bots.discord.refusals import ALREADY_ANSWERED, TOO_MANY, retry_s
from bots.discord.routes import ORIGINAL
from bots.services import Services, StoreDown
from bots.settings import Settings
from core.messages import Person

T = TypeVar("T")
log = logging.getLogger(__name__)
UNREACHED = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, TimeoutError)
"""What an answer can fail with: Discord says no, or is not there."""
LOST = (aiohttp.ClientError, OSError, TimeoutError)
TRIES = 3
LET_GO_FIRST_S = 2.0
ACK_PAUSE_S, PAUSE_S = 0.5, 5.0
"""Longest waits between two tries: an acknowledgement has three seconds in all."""
NOBODY = discord.AllowedMentions.none()


class Acks:
    """Acknowledgements under way. They have three seconds; what follows on them has minutes and lets them go first."""

    def __init__(self) -> None:
        self._count = 0
        self._none = asyncio.Event()
        self._none.set()

    @contextmanager
    def one(self) -> Iterator[None]:
        """One is under way within the block."""
        self._count += 1
        self._none.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._none.set()

    async def over(self) -> None:
        """Wait until none is under way, but not for long: under a steady stream there always is one."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LET_GO_FIRST_S):
                await self._none.wait()


class Missed(Exception):
    """The interaction could not be acknowledged: too late, or it is not known any more (10062)."""


async def acknowledge(interaction: discord.Interaction[Any], *, ephemeral: bool, thinking: bool) -> int | None:
    """Answer within Discord's three seconds; the id of the "thinking" message, None if there is none.

    Where the server does not tell that id, it is `ORIGINAL`. A second delivery of the same interaction (40060) counts
    as acknowledged: the intake knows it by its id. A line that was cut and a rate limit are tried again.

    Raises:
        Missed: See there.
    """
    try:
        with interaction.client.acks.one():
            response = await _tried(
                lambda: interaction.response.defer(ephemeral=ephemeral, thinking=thinking), ACK_PAUSE_S
            )
    except UNREACHED as error:
        if isinstance(error, discord.HTTPException) and error.code == ALREADY_ANSWERED:
            return ORIGINAL if thinking else None
        log.info("an interaction was not acknowledged: %s", _kind(error))
        raise Missed from None
    return (response and response.message_id) or ORIGINAL if thinking else None


async def _tried(call: Callable[[], Awaitable[T]], longest_s: float = PAUSE_S) -> T:
    """Do it again after a cut line or a rate limit: neither of them has done anything that twice would hurt."""
    for _ in range(TRIES - 1):
        try:
            return await call()
        except UNREACHED as error:
            limited = isinstance(error, discord.RateLimited) or getattr(error, "status", 0) == TOO_MANY
            if not isinstance(error, LOST) and not limited:
                raise
            await asyncio.sleep(min(longest_s, retry_s(error, 0.0)))
    return await call()


async def whisper(interaction: discord.Interaction[Any], text: str) -> None:
    """Tell this person alone, whether or not the interaction was answered before."""
    try:
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True, allowed_mentions=NOBODY)
        else:
            respond = interaction.response.send_message
            await _tried(lambda: respond(text, ephemeral=True, allowed_mentions=NOBODY), ACK_PAUSE_S)
    except UNREACHED as error:
        log.info("a notice was not shown: %s", _kind(error))


async def conclude(interaction: discord.Interaction[Any], text: str) -> None:
    """Put words in place of the "thinking" message."""
    await interaction.client.acks.over()
    try:
        await _tried(lambda: interaction.edit_original_response(content=text, allowed_mentions=NOBODY))
    except UNREACHED as error:
        log.info("an acknowledgement was not concluded: %s", _kind(error))


def _kind(error: BaseException) -> str:
    if isinstance(error, discord.HTTPException):
        return f"status {error.status}, code {error.code}"
    return type(error).__name__


def may_use(interaction: discord.Interaction[Any], settings: Settings) -> bool:
    """Whether this person may use the bot here (decisions 17)."""
    guild, channels = inbound.places(interaction)
    return access.allowed(settings, guild, channels, str(interaction.user.id))


def not_allowed(services: Services, locale: str | None, guild: str, user: str) -> str:
    """The sentence for people on no list; it names the line that would let them in."""
    line = f"DISCORD_GUILDS={guild}" if guild else f"DISCORD_USERS={user}"
    return services.texts.say(locale, "discord-not-allowed", line=line)


async def language(services: Services, person: Person, seen: str | None) -> str:
    """The language to speak to this person; what was seen last if the store does not answer."""
    try:
        return await services.intake.locale_of("discord", person, seen)
    except StoreDown:
        return seen or "en"
