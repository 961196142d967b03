"""Telegram's application: built without a network, run supervised in one loop beside the others."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from telegram import Bot, Update
from telegram.error import InvalidToken, TelegramError
from telegram.ext import Application, ApplicationBuilder, CallbackContext, ExtBot, TypeHandler

from bots.services import Services, StoreDown
from bots.settings import Settings
from bots.telegram import commands
from bots.telegram.files import is_here, tls
from bots.telegram.gate import Gate, KeepingQueue
from bots.telegram.guard import GuardedRequest, PlainRequest
from bots.telegram.outbound import TelegramOutbound
from bots.telegram.poller import ALLOWED, Backoff, Poller, tell
from bots.telegram.redact import protect
from core.errors import OperatorError

log = logging.getLogger(__name__)

AnyApplication = Application[Any, Any, Any, Any, Any, Any]
AnyBuilder = ApplicationBuilder[Any, Any, Any, Any, Any, Any]

AT_ONCE = 256
"""Updates whose answers are made side by side."""

HOOK_PATH = "/telegram"
"""Path of the webhook if TELEGRAM_WEBHOOK_URL names none."""

PUBLIC_HOST = "api.telegram.org"
"""Telegram's own server, which hands out no paths."""

STOP_S = 2.0
"""How long answers under way may take when the program stops."""

OUTBOUND = "from_music_outbound"
GATE = "from_music_gate"
REQUESTS = "from_music_requests"


class TokenRefused(OperatorError):
    """Telegram does not know the token."""

    def __init__(self) -> None:
        super().__init__("Telegram refused TELEGRAM_TOKEN: ask @BotFather for it", "telegram-token-refused")


class SettingMissing(OperatorError):
    """A setting is missing or cannot be. The words name it."""


def build_telegram_application(
    builder: AnyBuilder, settings: Settings, services: Services, *, outbound: TelegramOutbound | None = None
) -> AnyApplication:
    """Build the application; no byte leaves before `initialize`.

    Args:
        builder: What it was told already (addresses, requests) stands, unless the settings say otherwise.
        outbound: Shares its budget with whoever else sends in this process; made here if not given.
    """
    if settings.telegram_token is not None:
        # Before the bot is made: it logs its address.
        protect(settings.telegram_token.get_secret_value())
    requests = _tell_builder(builder, settings)
    queue = KeepingQueue()
    builder.update_queue(queue).concurrent_updates(AT_ONCE).job_queue(None)
    application = builder.build()
    bot: Bot = application.bot
    protect(bot.token)
    outbound = outbound or TelegramOutbound(settings, services.notes, bot)
    gate = Gate(settings, services, outbound, bot)
    queue.gate = gate
    application.updater = Poller(bot, queue)
    application.bot_data.update({OUTBOUND: outbound, GATE: gate, REQUESTS: requests})

    async def show(update: Update, _context: CallbackContext[Any, Any, Any, Any]) -> None:
        await gate.show(update)

    application.add_handler(TypeHandler(Update, show))
    application.add_error_handler(_on_error)
    return application


def build_bot(settings: Settings) -> Bot:
    """Return a bot for sending only: for a `TelegramOutbound` in a process that takes nothing in.

    Raises:
        SettingMissing: TELEGRAM_TOKEN is not set.
    """
    token = _token(settings)
    protect(token)
    return ExtBot(
        token,
        base_url=settings.telegram_base_url,
        base_file_url=settings.telegram_files,
        request=_request(settings),
        get_updates_request=PlainRequest(connection_pool_size=1, httpx_kwargs=_httpx(settings)),
        local_mode=settings.telegram_local,
    )


async def serve(
    settings: Settings,
    services: Services,
    on_ready: Callable[[], None],
    *,
    outbound: TelegramOutbound | None = None,
) -> None:
    """Serve Telegram until cancelled: what breaks is begun again, with growing pauses.

    Args:
        on_ready: Called each time updates begin to come in.

    Raises:
        TokenRefused: Telegram does not know the token; trying again would not help.
        SettingMissing: A setting that this needs is not there.
    """
    _token(settings)
    _check_local(settings)
    hook = hook_of(settings) if settings.telegram_mode == "webhook" else None
    backoff = Backoff()
    while True:
        application = build_telegram_application(Application.builder(), settings, services, outbound=outbound)
        try:
            await _run(application, settings, services, hook, on_ready)
        except InvalidToken:
            raise TokenRefused from None
        except (TelegramError, StoreDown, OSError) as error:
            pause = backoff.pause_s(error)
            log.warning("telegram: %s; beginning again in %.0f s", type(error).__name__, pause)
        except SettingMissing:
            raise
        except Exception as error:
            pause = backoff.pause_s(error)
            log.exception("telegram: beginning again in %.0f s", pause)
        finally:
            await _close(application, own_outbound=outbound is None)
        await asyncio.sleep(pause)


def hook_of(settings: Settings) -> dict[str, Any]:
    """Return what `start_webhook` needs: the public address, its path, where to listen, the secret.

    Raises:
        SettingMissing: TELEGRAM_WEBHOOK_URL is not set.
    """
    address = settings.telegram_webhook_url
    if not address:
        msg = "TELEGRAM_MODE=webhook needs TELEGRAM_WEBHOOK_URL"
        raise SettingMissing(msg, "telegram-no-webhook")
    path = urlsplit(address).path.rstrip("/") or HOOK_PATH
    public = address if urlsplit(address).path.strip("/") else address.rstrip("/") + HOOK_PATH
    chosen = settings.telegram_webhook_secret
    return {
        "listen": settings.telegram_webhook_listen,
        "port": settings.telegram_webhook_port,
        "url_path": path,
        "webhook_url": public,
        "secret_token": chosen.get_secret_value() if chosen else secrets.token_urlsafe(32),
    }


async def _run(
    application: AnyApplication,
    settings: Settings,
    services: Services,
    hook: dict[str, Any] | None,
    on_ready: Callable[[], None],
) -> None:
    await application.initialize()
    await application.bot_data[GATE].albums.recover()
    await application.start()
    poller = application.updater
    if not isinstance(poller, Poller):
        raise TypeError("the application has lost its poller")
    if hook is not None:
        await poller.start_webhook(**hook, allowed_updates=ALLOWED)
    else:
        await poller.start_polling(
            poll_interval=settings.telegram_poll_interval_s,
            timeout=dt.timedelta(seconds=settings.telegram_poll_timeout_s),
            allowed_updates=ALLOWED,
            error_callback=tell,
        )
    log.info("telegram: serving as @%s by %s", application.bot.username, settings.telegram_mode)
    on_ready()
    await commands.publish(application.bot, services.notes, services.texts)
    await poller.ended()


async def _close(application: AnyApplication, *, own_outbound: bool) -> None:
    """Stop in order; nothing here waits for a job."""
    poller = application.updater
    if poller is not None and poller.running:
        with suppress(TelegramError, RuntimeError):
            await poller.stop()
    await application.bot_data[GATE].albums.aclose()
    if application.running:
        # Answers under way may take as long as Telegram does; the channels are handed over sooner (decisions 13).
        with suppress(TimeoutError):
            await asyncio.wait_for(application.stop(), STOP_S)
    if own_outbound:
        await application.bot_data[OUTBOUND].aclose()
    with suppress(TelegramError, RuntimeError):
        await application.shutdown()
    # A bot whose server was not there yet was never initialised, and leaves its connections open.
    await asyncio.gather(*(request.shutdown() for request in application.bot_data[REQUESTS]))


def _tell_builder(builder: AnyBuilder, settings: Settings) -> tuple[PlainRequest, ...]:
    """Give the builder our settings; the library refuses a thing said twice, and then the first word stands.

    Returns:
        What makes the bot's requests, as far as it is ours: whoever closes the application closes it.
    """
    named = settings.model_fields_set
    if settings.telegram_token is not None:
        builder.token(settings.telegram_token.get_secret_value())
    if "telegram_base_url" in named:
        builder.base_url(settings.telegram_base_url)
    if named & {"telegram_base_url", "telegram_base_file_url"}:
        builder.base_file_url(settings.telegram_files)
    if settings.telegram_local:
        builder.local_mode(True)
    calls = _request(settings)
    polls = GuardedRequest(
        connection_pool_size=1, read_timeout=10.0, connect_timeout=10.0, httpx_kwargs=_httpx(settings)
    )
    with suppress(RuntimeError):
        builder.request(calls)
    with suppress(RuntimeError):
        builder.get_updates_request(polls)
    return calls, polls


def _request(settings: Settings) -> PlainRequest:
    return PlainRequest(
        connection_pool_size=256,
        connect_timeout=10.0,
        read_timeout=60.0,
        write_timeout=30.0,
        pool_timeout=10.0,
        media_write_timeout=300.0,
        httpx_kwargs=_httpx(settings),
    )


def _httpx(settings: Settings) -> dict[str, Any]:
    # A server on this machine is not asked through the proxy of the environment.
    return {"trust_env": not is_here(settings.telegram_base_url), "verify": tls()}


def _check_local(settings: Settings) -> None:
    """Refuse what would only show when the first large file is lost. Raises SettingMissing."""
    if settings.telegram_local and urlsplit(settings.telegram_base_url).hostname == PUBLIC_HOST:
        raise SettingMissing("TELEGRAM_LOCAL needs TELEGRAM_BASE_URL", "telegram-no-base")


def _token(settings: Settings) -> str:
    if settings.telegram_token is None:
        raise SettingMissing("TELEGRAM_TOKEN is not set", "telegram-no-token")
    return settings.telegram_token.get_secret_value()


async def _on_error(_update: object, context: CallbackContext[Any, Any, Any, Any]) -> None:
    log.error("telegram: an update made %s", type(context.error).__name__, exc_info=context.error)
