"""`from-music demo`: one song in, one MP4 out, shown as the person in the chat would see it."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from importlib.resources import as_file, files
from pathlib import Path

from bots.adapter import Post, Video
from bots.app import Program
from bots.console import inbound
from bots.console.screens import Buttons, LiveScreen
from bots.presenter import span
from bots.settings import Settings
from cli.console import open_console, until_over
from cli.terminal import EXIT_FAILED, EXIT_INTERRUPTED, Stop, Terminal, check_out_dir, check_track, keep_log

CANCEL_S = 5.0

TRACK = "final_step-60s.ogg"
"""The track that ships with the program (cli/music/LICENSES.md)."""


class DemoScreen(LiveScreen):
    """A live screen that remembers the video."""

    made: tuple[Path, Video] | None = None

    def video(self, path: Path, video: Video, post: Post) -> None:
        """See Screen."""
        self.made = (path, video)
        super().video(path, video, Post(post.kind, post.text))


async def demo(settings: Settings, terminal: Terminal, track: Path | None, prompt: str | None) -> int:
    """Make one video; returns the exit code. Raises Stop, StudioFailed, StoreError."""
    check_out_dir(settings, terminal)
    if track is not None:
        check_track(track, terminal)
        return await _make(settings, terminal, track, prompt)
    with as_file(files("cli").joinpath("music", TRACK)) as shipped:
        return await _make(settings, terminal, shipped, prompt)


async def _make(settings: Settings, terminal: Terminal, track: Path, prompt: str | None) -> int:
    keep_log(settings)
    began = time.monotonic()
    screen = DemoScreen(terminal.console, Buttons())
    chat = f"demo-{time.time_ns():x}"
    if terminal.console.is_terminal:
        terminal.console.print(terminal.say("cli-starting"), style="dim")
    try:
        async with open_console(settings, screen, chat) as program:
            words = prompt or terminal.say("cli-demo-prompt")
            you = terminal.say("cli-you")
            message = inbound.message(words, (str(track),), chat=chat, person=you, locale=terminal.locale)
            screen.person(you, words, (track.name,))
            await _until_over(program, (await program.relay.take(message)).job, chat, terminal)
    finally:
        screen.close()
    return _report(screen, terminal, time.monotonic() - began)


async def _until_over(program: Program, job: str, chat: str, terminal: Terminal) -> None:
    """Wait for the end. Ctrl-C is a cancel: the render stops, the project is kept."""
    try:
        await until_over(program, job)
    except asyncio.CancelledError:
        if (task := asyncio.current_task()) is not None:
            task.uncancel()  # the end is waited for in order
        await program.store.inbox.cancel(job)
        with suppress(TimeoutError):
            async with asyncio.timeout(CANCEL_S):
                await until_over(program, job)
        raise Stop(terminal.fail("cli-interrupted", EXIT_INTERRUPTED, chat=chat).code) from None


def _report(screen: DemoScreen, terminal: Terminal, took_s: float) -> int:
    if screen.made is None:
        terminal.console.print(terminal.say("cli-demo-failed"))
        return EXIT_FAILED
    path, video = screen.made
    terminal.console.print()
    terminal.console.print(
        terminal.say(
            "cli-demo-done",
            path=str(path),
            length=clock(video.duration_s),
            mb=f"{video.size_bytes / 1e6:.1f}",
            width=str(video.width),
            height=str(video.height),
            took=span(took_s, terminal.say),
        ),
        soft_wrap=True,
        highlight=False,
    )
    return 0


def clock(seconds: float) -> str:
    """Spell a length as m:ss."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
