"""What `demo` and `chat` share: one terminal, its program, its language, and sentences instead of tracebacks."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from rich.console import Console

from bots.complaints import system_language
from bots.presenter import dashed
from bots.settings import Settings
from bots.texts import Texts
from core.errors import NemoError, OperatorError

LOG = "from-music.log"
LOG_BYTES = 5_000_000
LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_UNAVAILABLE = 69
"""EX_UNAVAILABLE of sysexits.h: the store or the studio cannot run here."""
EXIT_INTERRUPTED = 130


class Stop(Exception):
    """End the command with this exit code; a sentence was printed."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Terminal:
    """A terminal and the language of its person."""

    console: Console
    texts: Texts
    locale: str

    def say(self, key: str, /, **args: str | int | float) -> str:
        """Return a sentence in the person's language."""
        return self.texts.say(self.locale, key, **args)

    def fail(self, key: str, /, code: int = EXIT_FAILED, **args: str | int | float) -> Stop:
        """Print a sentence on stderr; returns the exception to raise."""
        print_error(self.say(key, **args))
        return Stop(code)


def open_terminal(settings: Settings) -> Terminal:
    """Find out the language: LANGUAGE of the settings, else that of the system."""
    spoken = settings.language or system_language()
    return Terminal(Console(), Texts(("bots.texts", "cli.texts")), spoken)


def print_error(text: str) -> None:
    """One sentence on stderr."""
    print(text, file=sys.stderr)  # noqa: T201 - the command's own voice


def check_track(path: Path, terminal: Terminal) -> None:
    """Refuse early what no program could read. Raises Stop."""
    try:
        if not path.exists():
            raise terminal.fail("cli-missing", EXIT_USAGE, path=str(path))
        if not path.is_file():
            raise terminal.fail("cli-not-a-file", EXIT_USAGE, path=str(path))
        if path.stat().st_size == 0:
            raise terminal.fail("cli-empty-file", EXIT_USAGE, path=str(path))
        if not os.access(path, os.R_OK):
            raise terminal.fail("cli-forbidden", EXIT_USAGE, path=str(path))
    except OSError:
        raise terminal.fail("cli-forbidden", EXIT_USAGE, path=str(path)) from None


def check_out_dir(settings: Settings, terminal: Terminal) -> None:
    """Refuse early a folder that no video could be written to. Raises Stop."""
    folder = settings.out_dir
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".{os.getpid()}.probe"
        probe.touch()
        probe.unlink()
    except OSError as error:
        reason = os.strerror(error.errno or errno.EIO)
        raise terminal.fail("cli-out-dir", EXIT_UNAVAILABLE, path=str(folder), reason=reason) from None


def keep_log(settings: Settings) -> None:
    """Write the log to a file beside the data: a talk on a terminal has no room for its lines."""
    path = settings.data_dir / LOG
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return  # the store needs the same folder, and says why it cannot be used
    logging.basicConfig(level=settings.log_level, handlers=[handler], format=LOG_FORMAT)


def run(main: Callable[[], Coroutine[Any, Any, int]], terminal: Terminal) -> int:
    """Run a command to its exit code; every expected failure is a sentence, Ctrl-C is orderly."""

    async def guarded() -> int:
        task = asyncio.current_task()
        loop = asyncio.get_running_loop()
        assert task is not None  # noqa: S101 - inside a coroutine
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(name, task.cancel)
        return await main()

    try:
        return asyncio.run(guarded())
    except Stop as stop:
        return stop.code
    except (asyncio.CancelledError, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except OperatorError as error:
        print_error(terminal.say(error.key, **error.values))
        return EXIT_UNAVAILABLE
    except NemoError as error:
        print_error(terminal.say(f"errors-{dashed(type(error).__name__)}"))
        return EXIT_UNAVAILABLE
