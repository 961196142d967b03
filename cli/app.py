"""The `from-music` command."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from bots.complaints import system_language, wrong_settings
from bots.settings import Settings
from bots.texts import Texts
from cli import terminal as terminals
from cli.terminal import EXIT_USAGE, Terminal, print_error

app = typer.Typer(
    name="from-music",
    help="Drop a track into a chat, say what you want, get a finished music video back.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
SSE_BYTES = 500_000_000
_LINE_ENDS = {code: f"\\u{code:04x}" for code in (0x85, 0x2028, 0x2029)}
"""What some readers of lines take for the end of one."""
"""Largest recording that is read back."""

discord_app = typer.Typer(help="Things of Discord.", no_args_is_help=True)
jobs_app = typer.Typer(help="Look at jobs and steer them.", invoke_without_command=True)
app.add_typer(discord_app, name="discord")
app.add_typer(jobs_app, name="jobs")


def load() -> tuple[Settings, Terminal]:
    """Read the settings; a wrong one is a sentence, not a traceback."""
    try:
        settings = Settings()
    except ValidationError as error:
        for sentence in wrong_settings(error, Texts(), system_language()):
            print_error(sentence)
        raise typer.Exit(EXIT_USAGE) from None
    return settings, terminals.open_terminal(settings)


@app.command()
def demo(
    track: Annotated[Path | None, typer.Argument(help="A track of your own; unset: the one that ships.")] = None,
    prompt: Annotated[str | None, typer.Option(help="What to say with it.")] = None,
) -> None:
    """A real song goes in, an MP4 comes out."""
    from cli import demo as demo_command  # noqa: PLC0415 - see why: the short commands start fast

    settings, terminal = load()
    raise typer.Exit(terminals.run(lambda: demo_command.demo(settings, terminal, track, prompt or None), terminal))


@app.command()
def chat(
    name: Annotated[str, typer.Option(help="Name of the conversation; each has its own project.")] = "home",
) -> None:
    """Talk to it in this terminal; its log is from-music.log in DATA_DIR."""
    from cli import chat as chat_command  # noqa: PLC0415 - prompt_toolkit is for this command only

    settings, terminal = load()
    raise typer.Exit(terminals.run(lambda: chat_command.chat(settings, terminal, name), terminal))


@app.command()
def run() -> None:
    """Serve every platform that has a token."""
    from cli import run as run_command  # noqa: PLC0415 - the platforms' libraries are for this command only

    settings, terminal = load()
    raise typer.Exit(terminals.run(lambda: run_command.serve_all(settings, terminal), terminal))


@app.command()
def studio() -> None:
    """Run the render engine alone."""
    from studio.__main__ import main as studio_main  # noqa: PLC0415 - it brings numpy and OpenCV

    raise typer.Exit(studio_main() or 0)


@app.command()
def why(
    text: Annotated[str | None, typer.Argument(help="A message.")] = None,
    plans: Annotated[
        bool, typer.Option("--plans", help='Read {"language","attachment","text"} lines on stdin, print a plan a line.')
    ] = False,
) -> None:
    """Tell which rule reads a message, and what it would do."""
    from bots.presenter import explained_text  # noqa: PLC0415
    from core.flows.verbs import why as explained  # noqa: PLC0415
    from core.messages import Channel, Message, Person  # noqa: PLC0415
    from core.router import plans_from_json_lines  # noqa: PLC0415

    if plans:
        for plan in plans_from_json_lines(sys.stdin.buffer):
            typer.echo(plan)
        return
    _settings, terminal = load()
    if text is None:
        raise typer.Exit(terminal.fail("cli-why-text", EXIT_USAGE).code)
    message = Message(id="why", channel=Channel("console", "why"), person=Person("you"))
    typer.echo(explained_text(explained(message, text), terminal.say))


@app.command()
def sse(path: Annotated[Path, typer.Argument(help="A raw /run_sse body.")]) -> None:
    """Tell how the reader understands a recorded stream, one JSON object a line."""
    from core.nemo.readings import read_recorded  # noqa: PLC0415

    _settings, terminal = load()
    try:
        if path.stat().st_size > SSE_BYTES:
            raise typer.Exit(terminal.fail("cli-sse-large", EXIT_USAGE, path=str(path), mb=SSE_BYTES // 1_000_000).code)
        raw = path.read_bytes()
    except OSError:
        raise typer.Exit(terminal.fail("cli-sse-missing", EXIT_USAGE, path=str(path)).code) from None
    for line in read_recorded(raw, path.suffix):
        typer.echo(json.dumps(line, ensure_ascii=False).translate(_LINE_ENDS))


@app.command()
def settings(
    markdown: Annotated[bool, typer.Option("--markdown", help="As the page docs/settings.md instead.")] = False,
) -> None:
    """Print every setting with its default, as an example file."""
    from cli.settings_text import example, page  # noqa: PLC0415 - it reads the studio's settings, too

    typer.echo(page() if markdown else example(), nl=False)


@app.command()
def version() -> None:
    """Tell the version."""
    typer.echo(importlib.metadata.version("from-music"))


@discord_app.command()
def invite(
    client_id: Annotated[str | None, typer.Option(help="Application id; unset: read from DISCORD_TOKEN.")] = None,
) -> None:
    """Print the address that adds the bot to a server, with exactly the permissions it needs."""
    from cli import run as run_command  # noqa: PLC0415

    settings, terminal = load()
    raise typer.Exit(run_command.invite(settings, terminal, client_id))


@jobs_app.callback()
def jobs(
    context: typer.Context,
    state: Annotated[str | None, typer.Option(help="queued, running, done, failed, doubtful, parked, …")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50,
) -> None:
    """List jobs, newest first."""
    if context.invoked_subcommand is None:
        _jobs("list", state=state, limit=limit)


@jobs_app.command()
def show(job: str) -> None:
    """Show one job with every stage it went through."""
    _jobs("show", job=job)


@jobs_app.command()
def cancel(job: str) -> None:
    """Cancel a job."""
    _jobs("cancel", job=job)


@jobs_app.command()
def deliver(job: str) -> None:
    """Deliver a finished video again."""
    _jobs("deliver", job=job)


def _jobs(action: str, **args: str | int | None) -> None:
    from cli import jobs as jobs_command  # noqa: PLC0415

    settings, terminal = load()
    raise typer.Exit(terminals.run(lambda: jobs_command.run(action, settings, terminal, **args), terminal))


def main() -> None:
    """Entry point of the console command."""
    app()
