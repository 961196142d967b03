"""`python -m bots`: serves each platform that has a token, against the backend that the settings name.

Unlike `from-music run` it never starts a studio: in a container of its own the studio has its own.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys

from pydantic import ValidationError

from bots.app import Backend
from bots.complaints import system_language, wrong_settings
from bots.serve import AllRefused, NothingToServe, serve
from bots.settings import DEFAULT_API_URL, Settings
from bots.texts import Texts
from core.errors import OperatorError

EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69
EXIT_CONFIG = 78


async def main(settings: Settings) -> int:
    """Serve until SIGINT, SIGTERM or SIGHUP; returns the exit code."""
    task = asyncio.current_task()
    assert task is not None  # noqa: S101 - inside a coroutine
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, task.cancel)
    texts, language = Texts(), settings.language or system_language()
    own = settings.backend == "studio"
    if settings.nemo_api_url is None and not settings.uses_cloud:
        complain(texts.say(language, "serve-no-backend"))
        return EXIT_CONFIG
    backend = Backend(settings.nemo_api_url or DEFAULT_API_URL, own=own, public_url=settings.public_url)
    try:
        await serve(settings, backend, lambda platform: say(f"{platform} is ready."))
    except asyncio.CancelledError:
        return 0
    except AllRefused as error:
        for reason in error.reasons:
            complain(texts.say(language, reason.key, **reason.values))
        return EXIT_CONFIG
    except OperatorError as error:
        complain(texts.say(language, error.key, **error.values))
        return EXIT_CONFIG if isinstance(error, NothingToServe) else EXIT_UNAVAILABLE
    return 0


def say(text: str) -> None:
    """One line on stdout, at once: whoever started us may wait for it."""
    print(text, flush=True)  # noqa: T201 - the program's own voice


def complain(text: str) -> None:
    """One sentence on stderr."""
    print(text, file=sys.stderr)  # noqa: T201 - the program's own voice


if __name__ == "__main__":
    try:
        told = Settings()
    except ValidationError as error:
        for sentence in wrong_settings(error, Texts(), system_language()):
            complain(sentence)
        sys.exit(EXIT_USAGE)
    logging.basicConfig(level=told.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.exit(asyncio.run(main(told)))
