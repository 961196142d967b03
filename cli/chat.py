"""`from-music chat`: the whole conversation in this terminal."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import WordCompleter
from prompt_toolkit.history import FileHistory
from prompt_toolkit.patch_stdout import patch_stdout
from rich.console import Console

from bots.app import Program
from bots.console import inbound
from bots.console.screens import Buttons, LiveScreen, PromptScreen
from bots.services import StoreDown
from bots.settings import Settings
from cli.console import open_console, until_over
from cli.terminal import Terminal, check_out_dir, keep_log
from core.verbs import VERBS


async def chat(settings: Settings, terminal: Terminal, name: str) -> int:
    """Talk until the person leaves; lines from a pipe are answered one by one. Returns the exit code."""
    check_out_dir(settings, terminal)
    keep_log(settings)
    if sys.stdin.isatty() and terminal.console.is_terminal:
        return await _prompted(settings, terminal, name)
    return await _piped(settings, terminal, name)


async def _prompted(settings: Settings, terminal: Terminal, name: str) -> int:
    buttons = Buttons()
    with patch_stdout(raw=True):
        console = Console(file=sys.stdout, force_terminal=True)
        screen = PromptScreen(console, buttons)
        session: PromptSession[str] = PromptSession(
            "› ",
            history=FileHistory(str(settings.data_dir / "chat-history")),
            completer=WordCompleter([f"/{verb.name}" for verb in VERBS] + ["/attach "], sentence=True),
            complete_while_typing=False,
            bottom_toolbar=screen.toolbar,
            refresh_interval=0.25,
        )
        if not settings.uses_cloud:
            console.print(terminal.say("cli-starting"), style="dim", highlight=False)
        async with open_console(settings, screen, name) as program:
            console.print(terminal.say("cli-chat-welcome"), style="dim", highlight=False)
            while True:
                try:
                    line = await session.prompt_async()
                except (EOFError, KeyboardInterrupt):
                    break
                if line.strip():
                    await take(program, terminal, buttons, line, name)
            console.print(terminal.say("cli-chat-bye"), style="dim", highlight=False)
    return 0


async def _piped(settings: Settings, terminal: Terminal, name: str) -> int:
    """Each line waits for its answer, so that a script reads like a conversation."""
    buttons = Buttons()
    screen = LiveScreen(terminal.console, buttons)
    async with open_console(settings, screen, name) as program:
        async for line in _lines():
            if not line.strip():
                continue
            typed = inbound.read_line(line)
            said = typed.text if typed.button is None else line.strip()
            screen.person(terminal.say("cli-you"), said, tuple(Path(path).name for path in typed.paths))
            job = await take(program, terminal, buttons, line, name)
            if job is not None:
                await until_over(program, job)
    screen.close()
    return 0


async def _lines() -> AsyncIterator[str]:
    """Give the lines of stdin as they come.

    By a daemon thread on the descriptor itself: a pool's thread, or one inside sys.stdin, would hold up the end of the
    program until the pipe closes.
    """
    loop = asyncio.get_running_loop()
    read: asyncio.Queue[bytes] = asyncio.Queue()

    def feed() -> None:
        with suppress(OSError, RuntimeError):  # the loop may be gone by then
            while True:
                piece = os.read(0, 65_536)
                loop.call_soon_threadsafe(read.put_nowait, piece)
                if not piece:
                    return

    threading.Thread(target=feed, daemon=True, name="stdin").start()
    rest = b""
    while piece := await read.get():
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace")
    yield rest.decode("utf-8", "replace")


async def take(program: Program, terminal: Terminal, buttons: Buttons, line: str, name: str) -> str | None:
    """Hand a typed line to the relay; returns its job, None if there is none."""
    typed = inbound.read_line(line)
    person = terminal.say("cli-you")
    message = inbound.message(typed.text, typed.paths, chat=name, person=person, locale=terminal.locale)
    try:
        if typed.button is None:
            return (await program.relay.take(message)).job or None
        button = buttons.get(typed.button)
        if button is None:
            terminal.console.print(terminal.say("cli-chat-no-button", number=typed.button))
            return None
        receipt = await program.relay.press(button.action, button.job, message)
    except StoreDown:
        terminal.console.print(terminal.say("errors-store-down"))
        return None
    if receipt is None:
        terminal.console.print(terminal.say("cli-chat-expired"))
        return None
    return receipt.job
