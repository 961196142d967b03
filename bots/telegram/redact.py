"""Keeping the bot's token out of logs: it stands in every address of the Bot API."""

from __future__ import annotations

import logging
import traceback
from typing import Final

from typing_extensions import override

NOISY: Final = ("httpx", "httpcore")
"""Loggers that write request addresses."""

LIBRARY: Final = (
    "telegram",
    "telegram.Bot",
    "telegram.ext",
    "telegram.ext.Application",
    "telegram.ext.ExtBot",
    "telegram.ext.Updater",
    "telegram.request",
    "telegram.request.BaseRequest",
    "telegram.request.HTTPXRequest",
    "tornado.access",
    "tornado.application",
    "tornado.general",
)


class Redactor(logging.Filter):
    """Replaces a secret in the words of log records, their arguments and their tracebacks."""

    def __init__(self, secret: str) -> None:
        super().__init__()
        self._secret = secret

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record that holds the secret; every record passes."""
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip()
        words = record.getMessage()
        if self._secret in words:
            record.msg, record.args = words.replace(self._secret, "<token>"), ()
        if record.exc_text and self._secret in record.exc_text:
            record.exc_text = record.exc_text.replace(self._secret, "<token>")
            record.exc_info = None
        return True


def protect(token: str) -> None:
    """Keep this token out of everything that the library and its HTTP client log."""
    for name in NOISY:
        logger = logging.getLogger(name)
        logger.setLevel(max(logging.WARNING, logger.level))
    redactor = Redactor(token)
    for name in (*NOISY, *LIBRARY):
        logger = logging.getLogger(name)
        for old in [f for f in logger.filters if isinstance(f, Redactor)]:
            logger.removeFilter(old)
        logger.addFilter(redactor)


def without(text: str, token: str) -> str:
    """Return the text without the token."""
    return text.replace(token, "<token>") if token else text
