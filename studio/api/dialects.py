"""What a run says, as the bytes of an event stream: ADK's events and the other forms (docs/nemovideo-api.md §5)."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from studio.api.auth import APP

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """A text: a piece of one, a complete one, or a thought."""

    text: str
    partial: bool = False
    thought: bool = False


@dataclass(frozen=True, slots=True)
class Called:
    """A tool is called."""

    id: str
    name: str
    args: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Returned:
    """What the tool gave back."""

    id: str
    name: str
    response: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Changed:
    """The session's state is another one."""

    delta: Json


@dataclass(frozen=True, slots=True)
class Erred:
    """An error inside an otherwise healthy stream."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Broke:
    """The run ended in an exception: the last frame (dialect B)."""

    kind: str
    message: str


@dataclass(frozen=True, slots=True)
class Coded:
    """An envelope in a frame (dialect D)."""

    code: int
    message: str


Happening = Said | Called | Returned | Changed | Erred | Broke | Coded


def frame(value: Any) -> bytes:
    """One event of the stream; U+2028 and its like stay raw, as ADK leaves them."""
    return b"data: " + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"


class Adk:
    """Dialect A, as ADK 2 writes it; with `old`, as 1.27 does."""

    def __init__(self, *, old: bool = False) -> None:
        self._old = old
        self._invocation = f"e-{uuid.uuid4()}"
        self._turn_id = str(uuid.uuid4())

    def bytes_of(self, happening: Happening, now_s: float) -> bytes:
        """Spell one happening."""
        match happening:
            case Broke(kind, message):
                return frame(self._broken(kind, message, now_s))
            case Coded(code, message):
                return frame({"code": code, "message": message})
            case _:
                return frame(self._event(happening, now_s))

    def _broken(self, kind: str, message: str, now_s: float) -> Json:
        if self._old:
            return {"error": message}
        details = {"error_type": kind, "error_message": message, "timestamp": now_s}
        return {"error": f"{kind}: {message}", "error_details": details}

    def _event(self, happening: Said | Called | Returned | Changed | Erred, now_s: float) -> Json:
        head: Json = {}
        tail: Json = {}
        delta: Json = {}
        match happening:
            case Said(text, partial, thought):
                part: Json = {"text": text, "thought": True} if thought else {"text": text}
                head["content"] = {"parts": [part], "role": "model"}
                if partial:
                    head["partial"] = True
            case Called(key, name, args):
                call = {"id": key, "args": args, "name": name}
                head["content"] = {"parts": [{"functionCall": call}], "role": "model"}
                tail["longRunningToolIds"] = []
            case Returned(key, name, response):
                answer = {"id": key, "name": name, "response": response}
                head["content"] = {"parts": [{"functionResponse": answer}], "role": "user"}
            case Changed(delta):
                pass
            case Erred(code, message):
                head |= {"errorCode": code, "errorMessage": message}
        actions = {
            "stateDelta": delta,
            "artifactDelta": {},
            "requestedAuthConfigs": {},
            "requestedToolConfirmations": {},
        }
        event = {**head, "invocationId": self._invocation, "author": APP, "actions": actions}
        if not self._old:
            event["nodeInfo"] = {"path": f"{APP}@1"}
        return {**event, **tail, "id": self._id(happening), "timestamp": now_s}

    def _id(self, happening: Happening) -> str:
        """In ADK 2 the pieces and the complete event of one model turn share an id; in 1.27 each has its own."""
        if self._old:
            return str(uuid.uuid4())
        key = self._turn_id
        if not (isinstance(happening, Said) and happening.partial):
            self._turn_id = str(uuid.uuid4())
        return key


class Typed:
    """Dialect C, of the vendor's withdrawn reference. It has no pieces, no errors and no state of its own."""

    def bytes_of(self, happening: Happening, now_s: float) -> bytes:
        """Spell one happening; b"" for what the dialect has no word for."""
        match happening:
            case Said(text, partial=False, thought=False):
                return frame({"type": "text", "content": text})
            case Called(_, name, args):
                return frame({"type": "tool_call", "name": name, "args": args})
            case Returned(_, name, response):
                return frame({"type": "tool_result", "name": name, "result": response})
            case Broke(_, message) | Erred(_, message):
                return frame({"error": message})
            case Coded(code, message):
                return frame({"code": code, "message": message})
            case _:
                return b""


def dialect(name: str) -> Adk | Typed:
    """The writer a switch names."""
    return Typed() if name == "typed" else Adk(old=name == "adk1")


HEARTBEATS: dict[str, bytes] = {
    "json": b'data: {"type":"heartbeat"}\n\n',
    "comment": b": ping\n\n",
    "empty": b"data:\n\n",
    "event": b"event: heartbeat\ndata: {}\n\n",
    "word": b"data: heartbeat\n\n",
    "none": b"",
}
