"""Builds the Discord bot and keeps it running."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

import discord
import tenacity

from bots.discord.answers import UNREACHED
from bots.discord.bot import DiscordBot, ShardedBot
from bots.discord.outbound import DiscordOutbound
from bots.discord.permissions import invite_url
from bots.discord.seams import Placed
from bots.services import Services
from bots.settings import Settings
from core.errors import OperatorError

__all__ = ["DiscordOutbound", "TokenRefused", "application_id", "create_discord_bot", "invite_url", "serve"]

log = logging.getLogger(__name__)

LONGEST_PAUSE_S = 300.0
HEALTHY_S = 60.0
"""A connection that lasted so long ends the back-off."""

REFUSED, SHARDS_NEEDED = 4004, 4011
"""Close codes of the gateway (topics/opcodes-and-status-codes, "Gateway Close Event Codes")."""

QUIET = ("discord.http", "discord.gateway", "discord.client", "discord.webhook.async_", "discord.state")


class TokenRefused(OperatorError):
    """Discord does not take the bot's token; trying again would be no use."""

    def __init__(self) -> None:
        super().__init__("Discord refused DISCORD_TOKEN: reset it in the developer portal", "discord-token-refused")


def create_discord_bot(
    settings: Settings, services: Services, *, content: bool | None = None, sharded: bool | None = None
) -> DiscordBot:
    """Build the bot; needs no network, token or running loop.

    Args:
        content: Whether to ask for the Message Content intent; None: as the settings say.
        sharded: Whether to hold as many connections as Discord asks for; None: as the settings say.
    """
    wanted = settings.discord_message_content if content is None else content
    many = settings.discord_sharded if sharded is None else sharded
    return (ShardedBot if many else DiscordBot)(settings, services, wanted)


async def serve(settings: Settings, services: Services, on_ready: Callable[[], None]) -> None:
    """Hold the gateway until cancelled; what ends the client starts it again, later each time.

    Raises:
        TokenRefused: No token, or one that Discord does not know.
    """
    _hush()
    content, sharded = settings.discord_message_content, settings.discord_sharded
    while True:
        pauses = tenacity.wait_exponential_jitter(multiplier=settings.discord_restart_s, max=LONGEST_PAUSE_S)
        retrying = tenacity.AsyncRetrying(retry=tenacity.retry_if_exception_type(_Ended), wait=pauses, reraise=True)
        try:
            await retrying(_run, settings, services, on_ready, content, sharded)
        except _ShardsNeeded:
            log.info("Discord asks for more than one connection: this bot is in many servers")
            sharded = True
        except _ContentRefused:
            log.warning(
                "Discord does not give this bot the Message Content intent: it goes on without, by mentions, DMs and "
                "commands. To grant it: https://discord.com/developers/applications → Bot → Message Content Intent."
            )
            content = False


async def application_id(settings: Settings) -> int | None:
    """Ask Discord whose token this is; None: it is out of reach.

    Raises:
        TokenRefused: No token, or one that Discord does not know.
    """
    token = settings.discord_token
    async with Placed(settings, intents=discord.Intents.none()) as rest:
        try:
            await rest.login(token.get_secret_value() if token is not None else "")
        except discord.LoginFailure:
            raise TokenRefused from None
        except UNREACHED as error:
            log.info("Discord was not asked whose token this is: %s", type(error).__name__)
        return rest.application_id


class _Ended(Exception):
    """The client ended early on; the next pause is longer."""


class _ShardsNeeded(Exception):
    """The bot is in too many servers for one connection."""


class _ContentRefused(Exception):
    """The privileged intent is not switched on in the portal."""


async def _run(
    settings: Settings, services: Services, on_ready: Callable[[], None], content: bool, sharded: bool
) -> None:
    """Run one client to its end; returns after a healthy time, so that the back-off begins anew."""
    if settings.discord_token is None:
        raise TokenRefused
    bot = create_discord_bot(settings, services, content=content, sharded=sharded)
    bot.on_serving = on_ready
    began = time.monotonic()
    try:
        async with bot:
            await bot.start(settings.discord_token.get_secret_value())
    except discord.LoginFailure:
        raise TokenRefused from None
    except discord.PrivilegedIntentsRequired:
        raise _ContentRefused from None
    except discord.ConnectionClosed as error:
        if error.code == REFUSED:
            raise TokenRefused from None
        if error.code == SHARDS_NEEDED and not sharded:
            raise _ShardsNeeded from None
        log.warning("Discord closed the connection (%s)", error.code)
    except Exception as error:
        log.warning("the Discord client ended: %s", type(error).__name__)
    if time.monotonic() - began < HEALTHY_S:
        raise _Ended
    await asyncio.sleep(settings.discord_restart_s)


def _hush() -> None:
    """Keep the library's request log out of ours: at DEBUG it writes people's words and interactions' tokens."""
    for name in QUIET:
        logger = logging.getLogger(name)
        logger.setLevel(max(logging.INFO, logger.level))
        logger.addFilter(_brief)


def _brief(record: logging.LogRecord) -> bool:
    """Keep the library's tracebacks out of the log: a gateway that is away for a minute is a line, not a screenful."""
    if record.exc_info and record.exc_info[0] is not None:
        record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.exc_info = record.exc_text = None
    return True
