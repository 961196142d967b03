"""`from-music run`: every platform that has a token, with our own studio unless the cloud is set."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging

from bots.discord.app import TokenRefused, application_id, invite_url
from bots.serve import AllRefused, serve
from bots.settings import Settings
from cli.backend import open_backend
from cli.terminal import EXIT_USAGE, LOG_FORMAT, Terminal, print_error

EXIT_CONFIG = 78
"""EX_CONFIG of sysexits.h."""


async def serve_all(settings: Settings, terminal: Terminal) -> int:
    """Serve until stopped; returns the exit code. Raises StudioFailed, StoreError."""
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    if settings.discord_token is None and settings.telegram_token is None:
        raise terminal.fail("cli-run-nothing", EXIT_CONFIG)

    def ready(platform: str) -> None:
        # stdout, at once: whoever started us may wait for this line
        print(terminal.say("cli-run-ready", platform=platform.title()), flush=True)  # noqa: T201

    try:
        async with open_backend(settings) as backend:
            await serve(settings, backend, ready)
    except asyncio.CancelledError:
        print_error(terminal.say("cli-run-stopping"))
        return 0
    except AllRefused as error:
        for reason in error.reasons:
            print_error(terminal.say(reason.key, **reason.values))
        return EXIT_CONFIG
    return 0


def invite(settings: Settings, terminal: Terminal, client_id: str | None) -> int:
    """Print the invite address; returns the exit code."""
    try:
        known = client_id or _id_in_token(settings) or _id_told(settings)
    except TokenRefused as error:
        print_error(terminal.say(error.key, **error.values))
        return EXIT_CONFIG
    if known is None or not known.isdigit():
        raise_code = terminal.fail("cli-invite-id", EXIT_USAGE)
        return raise_code.code
    print(invite_url(known, threads=settings.discord_threads))  # noqa: T201 - the command's own voice
    return 0


def _id_in_token(settings: Settings) -> str | None:
    """The first part of a bot token is the application's id in base64."""
    if settings.discord_token is None:
        return None
    head = settings.discord_token.get_secret_value().split(".")[0]
    try:
        known = base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return None
    return known if known.isdigit() else None


def _id_told(settings: Settings) -> str | None:
    """What Discord says whose token this is. Raises TokenRefused."""
    if settings.discord_token is None:
        return None
    told = asyncio.run(application_id(settings))
    return str(told) if told is not None else None
