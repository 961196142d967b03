"""Every setting of both programs as an example file: `.env.example` is what this prints."""

from __future__ import annotations

import textwrap
from pathlib import Path

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from bots.settings import Settings as BotSettings
from studio.settings import Settings as StudioSettings

HEAD = """\
# Every setting with its default. Copy this file to .env and change what you need; a line with # is not read.
# Nothing here is needed for a first video: without any setting the program talks in the terminal to its own studio.
# Times are in seconds, sizes in bytes, lists have commas between their values."""

PARTS = {
    "backend": "The backend",
    "session_scope": "People and channels",
    "data_dir": "Where things are kept",
    "connect_s": "Waits (docs/nemovideo-api.md §9)",
    "chat_copy": "Delivery",
    "discord_token": "Discord",
    "telegram_token": "Telegram",
    "health_port": "The process",
}


def example() -> str:
    """Return the text of `.env.example`."""
    lines = [HEAD]
    for name, field in BotSettings.model_fields.items():
        if name in PARTS:
            lines += ["", f"# ---- {PARTS[name]}"]
        lines += setting(BotSettings, name, field)
    lines += ["", "# ---- The studio: our own render engine (the program starts one by itself with settings that fit)"]
    for name, field in StudioSettings.model_fields.items():
        lines += setting(StudioSettings, name, field)
    return "\n".join(lines) + "\n"


def setting(owner: type[BaseSettings], name: str, field: FieldInfo) -> list[str]:
    """Return the lines of one setting: what it is, then its name with the default."""
    about = (field.description or "").rstrip(".")
    key = f"{owner.model_config.get('env_prefix', '')}{name}".upper()
    return [*textwrap.wrap(about, 118, initial_indent="# ", subsequent_indent="# "), f"#{key}={default(field)}"]


def default(field: FieldInfo) -> str:
    """Spell a default; empty where it is found out at run time."""
    if field.default_factory is not None or field.default is None:
        return ""
    value = field.default
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    if isinstance(value, Path):
        return value.as_posix()
    return str(value)
