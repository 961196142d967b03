"""One thing asked for, and all that a message asks for, in order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Upload:
    """Take the message's files and these addresses into the session. With neither: ask for a file."""

    urls: tuple[str, ...] = ()
    files: bool = False
    kind: Literal["upload"] = "upload"


@dataclass(frozen=True, slots=True)
class Credits:
    """Tell the NemoVideo balance."""

    kind: Literal["credits"] = "credits"


@dataclass(frozen=True, slots=True)
class Status:
    """Tell what is on the timeline and how the job stands."""

    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True)
class Export:
    """Render the draft and deliver the MP4. `asked` is False for the export after a turn (decisions 2)."""

    asked: bool = True
    kind: Literal["export"] = "export"


@dataclass(frozen=True, slots=True)
class Chat:
    """Say `text` to the agent, as the person wrote it, without the clauses that other intents took."""

    text: str = ""
    kind: Literal["chat"] = "chat"


@dataclass(frozen=True, slots=True)
class Do:
    """A verb of the registry that our own program answers: help, why, queue, cancel, new, language, …"""

    verb: str = ""
    argument: str = ""
    kind: Literal["do"] = "do"


Intent: TypeAlias = Upload | Credits | Status | Export | Chat | Do
Plan: TypeAlias = tuple[Intent, ...]


def name(intent: Intent) -> str:
    """The label of an intent as the example files spell it: "UPLOAD", "CHAT", "CANCEL", …"""
    return (intent.verb if isinstance(intent, Do) else intent.kind).upper()


def names(plan: Plan) -> str:
    """A plan as the example files spell it, e.g. "UPLOAD+CHAT"."""
    return "+".join(name(intent) for intent in plan)
