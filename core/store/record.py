"""One turn as it is stored: a hash of text fields, marked with the version that wrote it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.intents import Do, Plan
from core.messages import Channel, Message, Person
from core.records import VERSION, message_from_text, message_to_text, plan_from_text
from core.store.errors import Unreadable
from core.store.keys import queue_of
from core.turn import Stage
from core.verbs import KNOWN

ENDS = frozenset({Stage.DOUBTFUL, Stage.DONE, Stage.FAILED, Stage.CANCELLED, Stage.PARKED})
"""Stages in which a turn may rest for ever."""

OURS = frozenset(
    "v queue message created_ms began_ms ended_ms cancel tries word retry_of retried_as".split()  # noqa: SIM905
)
"""Fields that the store itself keeps. `plan`, `step`, `stage`, `facts` and any other name belong to the handler."""

_HANDLERS = frozenset({"plan", "step", "stage", "facts"})


@dataclass(frozen=True, slots=True)
class Record:
    """What is stored of one turn.

    Attributes:
        plan: None until a holder wrote it.
        cancelled: Somebody asked to stop it.
        tries: How often it was begun since its last step forward.
        created_ms, began_ms, ended_ms: The server's clock, milliseconds since 1970; None: not yet.
        retry_of, retried_as: The turn this one repeats, and the one that repeats it; else "".
        extra: Further fields of whoever put or wrote them.
        problem: Why it cannot be read by this version, else "". Then `message` holds the channel only.
    """

    turn_id: str
    channel_key: str
    message: Message
    lane: str = ""
    plan: Plan | None = None
    step: int = 0
    stage: Stage = Stage.BEGIN
    facts: dict[str, Any] = field(default_factory=dict)
    cancelled: bool = False
    tries: int = 0
    created_ms: int = 0
    began_ms: int | None = None
    ended_ms: int | None = None
    retry_of: str = ""
    retried_as: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    @property
    def state(self) -> str:
        """ "queued", "running", "unreadable", or the stage it ended in: "done", "failed", "doubtful", …"""
        if self.problem:
            return "unreadable"
        if self.ended_ms is not None:
            return self.stage.value
        return "running" if self.began_ms is not None else "queued"


def new_fields(message: Message, lane: str, extra: Mapping[str, str]) -> dict[str, str]:
    """The fields of a turn that begins its life. Raises ValueError if `extra` uses a name of ours."""
    taken = (OURS | _HANDLERS) & extra.keys()
    if taken:
        msg = f"these names belong to the store: {sorted(taken)}"
        raise ValueError(msg)
    return {
        **extra,
        "v": str(VERSION),
        "queue": queue_of(message.channel.key, lane),
        "message": message_to_text(message),
        "stage": Stage.BEGIN.value,
    }


def read(turn_id: str, channel_key: str, lane: str, fields: Mapping[str, str]) -> Record:
    """Decode a record.

    Raises:
        Unreadable: It is of a newer version, asks for what only a newer one can do, or is damaged.
    """
    try:
        version = int(fields["v"])
        if version > VERSION:
            msg = f"turn {turn_id} was written by a newer version of the program ({version} > {VERSION})"
            raise Unreadable(msg)
        message = message_from_text(fields["message"])
        plan = plan_from_text(fields["plan"]) if "plan" in fields else None
        asked = {message.verb, *(part.verb for part in plan or () if isinstance(part, Do))}
        if strange := asked - KNOWN - {""}:
            # To tell the person that nobody knows it would be untrue while a newer program runs beside this one.
            msg = f"turn {turn_id} asks for {sorted(strange)}: only a newer version of the program can do that"
            raise Unreadable(msg)
        return Record(
            turn_id=turn_id,
            channel_key=channel_key,
            lane=lane,
            message=message,
            plan=plan,
            step=int(fields.get("step", "0")),
            stage=Stage(fields["stage"]),
            facts=dict(json.loads(fields.get("facts", "{}"))),
            **_times(fields),
            extra={name: value for name, value in fields.items() if name not in OURS | _HANDLERS},
        )
    except (KeyError, ValueError, TypeError) as error:
        msg = f"the record of turn {turn_id} is damaged ({type(error).__name__})"
        raise Unreadable(msg) from None


def glance(turn_id: str, channel_key: str, lane: str, fields: Mapping[str, str]) -> Record:
    """Decode what can be decoded, for lists: an unreadable record says so in `problem`."""
    try:
        return read(turn_id, channel_key, lane, fields)
    except Unreadable as error:
        nobody = Message(id="", channel=Channel.from_key(channel_key), person=Person(""))
        return Record(turn_id, channel_key, nobody, lane, **_times(fields), problem=str(error))


def _times(fields: Mapping[str, str]) -> dict[str, Any]:
    def number(name: str) -> int | None:
        text = fields.get(name, "")
        return int(text) if text.isdigit() else None

    return {
        "cancelled": fields.get("cancel") == "1",
        "tries": number("tries") or 0,
        "created_ms": number("created_ms") or 0,
        "began_ms": number("began_ms"),
        "ended_ms": number("ended_ms"),
        "retry_of": fields.get("retry_of", ""),
        "retried_as": fields.get("retried_as", ""),
    }
