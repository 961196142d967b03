"""One turn: a message and everything it sets off, as stages that are written before their effects.

A flow can be entered at any stage: after a crash the next holder reads the stage and the stored facts,
and goes on without repeating what may have happened (decisions 7, 8; docs/architecture.md).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from core.intents import Plan
from core.messages import Message

KEPT = frozenset(
    {"changed", "renewed", "offer", "render", "url", "digest", "duration", "size", "sent", "file", "undelivered", "met"}
)
"""Facts of the whole turn: they outlive the intent that stored them."""


class Stage(StrEnum):
    """How far the present intent of a turn has come. Each is written before the effect it names."""

    BEGIN = "begin"
    # upload
    FETCHING = "fetching"
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    # chat
    SNAPSHOT = "snapshot"
    SENDING = "sending"
    STREAMING = "streaming"
    LOOKING = "looking"
    HEARD = "heard"
    # export
    SUBMITTING = "submitting"
    RENDERING = "rendering"
    RENDERED = "rendered"
    # delivery
    DELIVERING = "delivering"
    DELIVERED = "delivered"
    # ends
    DOUBTFUL = "doubtful"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PARKED = "parked"


UNSENT = "unsent"
"""The word of a holder that certainly did nothing."""


class LostLease(Exception):
    """Another holder has the channel now: stop at once, silently, without an effect."""


class Journal(Protocol):
    """Where the stages of one turn are kept. Every write is fenced: it raises LostLease for a former holder."""

    async def write(self, fields: Mapping[str, str]) -> None:
        """Store fields of the turn's record, durably, before returning."""

    def guard(self) -> None:
        """Raise LostLease unless the lease is certainly alive: the last call before bytes leave."""

    async def leave_word(self, word: str) -> None:
        """Say, holder or not, what became of the effect of the last stage it wrote: UNSENT, or how it was done."""

    async def word_of(self, token: str) -> str | None:
        """Return what the holder of this token said so: it thawed, or the store was away, and its lease was gone."""

    @property
    def fence(self) -> tuple[str, str]:
        """What a fenced write beside the record shows: the queue and this holder's token."""


@dataclass(slots=True)
class Turn:
    """One message on its way, with what was stored of it.

    Attributes:
        id: Unique; also the id of the job people see.
        plan: The intents of the message, fixed at the first run.
        step: Index of the intent under way.
        stage: How far that intent has come.
        facts: JSON values stored with stages: ids, digests, counts. Survive a crash.
        resumed: True if another run began this turn before.
        cancelled: The person asked to stop; flows look at it between effects.
    """

    id: str
    message: Message
    journal: Journal
    plan: Plan = ()
    step: int = 0
    stage: Stage = Stage.BEGIN
    facts: dict[str, Any] = field(default_factory=dict)
    resumed: bool = False
    cancelled: bool = False

    async def reach(self, stage: Stage, **facts: Any) -> None:
        """Write a stage and its facts; the effect it names may begin when this returns. A fact None is forgotten."""
        for name, value in facts.items():
            if value is None:
                self.facts.pop(name, None)
            else:
                self.facts[name] = value
        self.stage = stage
        await self._write()

    async def advance(self, step: int, **facts: Any) -> None:
        """Go on to the intent number `step`: facts of the last one are forgotten, but for KEPT ones."""
        self.facts = {name: value for name, value in self.facts.items() if name in KEPT} | facts
        self.step, self.stage = step, Stage.BEGIN
        await self._write()

    async def _write(self) -> None:
        fields = {"step": str(self.step), "stage": self.stage.value, "facts": json.dumps(self.facts)}
        await self.journal.write(fields)

    def guard(self) -> None:
        """Raise LostLease unless this holder certainly still holds the channel."""
        self.journal.guard()
