"""Test switches: how rude the studio is to a client, for one request or for good (docs/nemovideo-api.md §12.19)."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

DIALECTS = ("adk", "adk1", "typed")
HEARTBEATS = ("json", "comment", "empty", "event", "word", "none")
POLLS = ("union", "top", "data")
PLACES = ("envelope", "framework")
_CHOICES = {"dialect": DIALECTS, "heartbeat": HEARTBEATS, "poll": POLLS, "errors": PLACES}


@dataclass(frozen=True, slots=True)
class Switches:
    """What is bent away from good manners. The defaults are good manners.

    Attributes:
        silent: The run edits and says nothing.
        two_stages: The first version is announced, then effects and title follow in the same stream.
        gui_talk: The agent speaks of buttons ("click Export").
        noise: After the answer come "I encountered a temporary issue" and an error event.
        odd: Answers hold U+2028, U+2029 and U+0085, raw.
        thought: A thought precedes the answer.
        drop: Break the connection inside the frame of this number, counted from 1; 0 never.
        crash: The agent raises before the event of this number; 0 never.
        error_event: The run ends in an event with `errorCode` and no content.
        code_in_stream: The stream is one envelope with this code (dialect D); 0 not.
        refuse: The request is refused with this code before anything happens; 0 not.
        silence_s: Seconds without an event in the middle of the run.
        run_s: The hard limit of a run in seconds; 0 means the setting.
        heartbeat_s: Silence between heartbeats in seconds; 0 means the setting.
        dialect: "adk" (2.x), "adk1" (1.27), "typed" (the withdrawn reference).
        heartbeat: Its bytes.
        poll: Shape of a poll's answer.
        errors: Where /run_sse refuses: in the envelope, or as the framework does (`detail`).
        mirror: Four-digit codes get an HTTP status of their own.
        render_fails: Every export fails.
    """

    silent: bool = False
    two_stages: bool = False
    gui_talk: bool = False
    noise: bool = False
    odd: bool = False
    thought: bool = False
    drop: int = 0
    crash: int = 0
    error_event: bool = False
    code_in_stream: int = 0
    refuse: int = 0
    silence_s: float = 0.0
    run_s: float = 0.0
    heartbeat_s: float = 0.0
    dialect: str = "adk"
    heartbeat: str = "json"
    poll: str = "union"
    errors: str = "envelope"
    mirror: bool = False
    render_fails: bool = False


NONE = Switches()


def read(spelled: str, base: Switches = NONE) -> Switches:
    """Read `silent; drop=3; dialect=typed` on top of `base`. Commas and semicolons both part.

    Raises:
        ValueError: An unknown switch, or a value it cannot have.
    """
    changes: dict[str, Any] = {}
    kinds = {field.name: type(field.default) for field in fields(Switches)}
    for item in spelled.replace(",", ";").split(";"):
        if not item.strip():
            continue
        name, _, value = (part.strip() for part in item.partition("="))
        if name not in kinds:
            raise ValueError(f"unknown switch {name[:40]!r}; known: {', '.join(kinds)}")
        changes[name] = _value(name, kinds[name], value)
    return replace(base, **changes)


def _value(name: str, kind: type, value: str) -> object:
    if kind is bool:
        return value.lower() not in ("0", "false", "no", "off")
    if kind is str:
        if value not in _CHOICES[name]:
            raise ValueError(f"{name} is one of {', '.join(_CHOICES[name])}")
        return value
    number: float = kind(value)
    if not 0 <= number <= 86_400:
        raise ValueError(f"{name} lies between 0 and 86400")
    return number
