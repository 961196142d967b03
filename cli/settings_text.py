"""Every setting of both programs, as an example file (`.env.example`) and as a page (`docs/settings.md`)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import NoneType, UnionType
from typing import Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from bots.settings import Settings as BotSettings
from studio.settings import Settings as StudioSettings

HEAD = """\
# Every setting with its default. Copy this file to .env and change what you need; a line with # is not read.
# Nothing here is needed for a first video: without any setting the program talks in the terminal to its own studio.
# Times are in seconds, sizes in bytes, lists have commas between their values."""

PAGE_HEAD = """\
# Settings

Environment variables, or lines of a file named `.env` where the program is started; the environment wins. None is
needed for a first video. Times are in seconds, sizes in bytes, lists have commas between their values, switches are
`true` or `false`. A wrong value ends the program with a sentence that names it. Settings marked 🔒 are secrets: they
appear in no log, no chat and no error. Where there is no default, the description tells what happens.

`from-music settings --markdown` writes this page; the same as an example file: [.env.example](../.env.example)."""

STUDIO_PART = "The studio: our own render engine (the program starts one by itself with settings that fit)"

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
    for part, owner, name, field in everything():
        if part:
            lines += ["", f"# ---- {part}"]
        lines += setting(owner, name, field)
    return "\n".join(lines) + "\n"


def page() -> str:
    """Return the text of `docs/settings.md`: a table for each part."""
    lines = [PAGE_HEAD]
    for part, owner, name, field in everything():
        if part:
            lines += ["", f"## {part}", "", "| setting | values | default | what it is |", "| --- | --- | --- | --- |"]
        about = (field.description or "").rstrip(".").replace("|", "\\|")
        spelled = default(field)
        value = f"`{spelled}`" if spelled else ""
        lines.append(f"| `{key(owner, name)}` | {values(field)} | {value} | {about} |")
    return "\n".join(lines) + "\n"


def everything() -> Iterator[tuple[str, type[BaseSettings], str, FieldInfo]]:
    """Each setting in its order; the first of a part comes with the part's heading, the others with ""."""
    for name, field in BotSettings.model_fields.items():
        yield PARTS.get(name, ""), BotSettings, name, field
    for place, (name, field) in enumerate(StudioSettings.model_fields.items()):
        yield STUDIO_PART if place == 0 else "", StudioSettings, name, field


def key(owner: type[BaseSettings], name: str) -> str:
    """The name of a setting in the environment."""
    return f"{owner.model_config.get('env_prefix', '')}{name}".upper()


KINDS = {bool: "switch", int: "whole number", float: "number", str: "text", Path: "folder", SecretStr: "🔒 text"}


def values(field: FieldInfo) -> str:
    """What a setting may be: its kind or its words, and the range."""
    kinds = [field.annotation]
    if get_origin(field.annotation) in (Union, UnionType):
        kinds = [kind for kind in get_args(field.annotation) if kind is not NoneType]
    (kind,) = kinds
    if get_origin(kind) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(kind))
    if get_origin(kind) is tuple:
        return "list"
    if kind not in KINDS:
        raise TypeError(f"no word for {kind}")
    bounds = " and ".join(_bound(limit) for limit in field.metadata if _bound(limit))
    return f"{KINDS[kind]} {bounds}".strip()


def _bound(limit: object) -> str:
    """Spell one end of a range, as pydantic keeps it."""
    signs = {"gt": "&gt;", "ge": "≥", "lt": "&lt;", "le": "≤"}
    return next((f"{sign} {getattr(limit, name):g}" for name, sign in signs.items() if hasattr(limit, name)), "")


def setting(owner: type[BaseSettings], name: str, field: FieldInfo) -> list[str]:
    """Return the lines of one setting: what it is, then its name with the default."""
    about = (field.description or "").rstrip(".")
    return [
        *textwrap.wrap(about, 118, initial_indent="# ", subsequent_indent="# "),
        f"#{key(owner, name)}={default(field)}",
    ]


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
