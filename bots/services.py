"""What an adapter is given: one frozen value, no `app` object handed to everyone (decisions 25)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from bots.texts import Texts
from core.messages import Channel, Message, Person


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a message at intake.

    Attributes:
        job: Id of the turn; buttons carry it.
        place: 0: it runs now; n: n turns of the channel come first.
        duplicate: The event was taken before; do nothing.
        full: The channel's queue is full; the relay has said so.
    """

    job: str
    place: int = 0
    duplicate: bool = False
    full: bool = False


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as buttons need it. `expired`: its record is gone, or its last state is past doing anything with it."""

    id: str
    channel: Channel
    owner: Person
    stage: str
    message: Message
    facts: Mapping[str, object]


class StoreDown(Exception):
    """The store does not answer: the message was not taken, and the person must be told so."""


class Intake(Protocol):
    """The way in, for every platform: `bots/relay.py` is the one implementation."""

    async def take(self, message: Message) -> Receipt:
        """Keep a message, once, in order, durably; its turn runs in a worker. Raises StoreDown."""
        ...

    async def job(self, job_id: str) -> JobView | None:
        """Return a job by the id on a button; None if nobody knows it any more."""
        ...

    async def press(self, action: str, job_id: str, message: Message) -> Receipt | None:
        """Take a pressed button as a message of its channel: `message` says who, where and how to answer.

        The adapter has checked who may press (`may_press`). None: the button expired. Raises StoreDown.
        """
        ...

    async def locale_of(self, platform: str, person: Person, seen: str | None = None) -> str:
        """Return the language to speak: the person's choice, else their own (remembered), else `seen` of the place."""
        ...


class Notes(Protocol):
    """Small values with an end: learned limits, "told once" marks, hashes of command trees."""

    async def get(self, name: str) -> str | None:
        """Return the value, None if there is none."""
        ...

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        """Keep a value for `ttl_s` seconds."""
        ...

    async def once(self, name: str, ttl_s: float) -> bool:
        """Return True to the first caller within `ttl_s` seconds, over all replicas."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """Everything an adapter may use."""

    intake: Intake
    texts: Texts
    notes: Notes


Access = Literal["yes", "no"]

OWNER_ONLY = frozenset({"cancel", "retry", "again", "edit", "delete", "export", "deliver", "follow-up"})
"""Buttons that spend, cancel or delete: for the requester and moderators (decisions 16). Aspects spend, too."""


def may_press(action: str, presser: Person, owner: Person) -> bool:
    """Whether this person may press this button of that person's job."""
    guarded = action in OWNER_ONLY or action.startswith("aspect-")
    return not guarded or presser.id == owner.id or presser.moderator
