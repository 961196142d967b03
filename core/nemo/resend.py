"""What may be sent again: the one table of nemovideo-api §8, which every request goes through. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.errors import (
    BadAnswer,
    ClientIdMissing,
    ExportBlocked,
    NemoError,
    NotSent,
    OutOfCredits,
    RateLimited,
    SessionNotFound,
    TokenExpired,
    Unreachable,
    UnsupportedFile,
)
from core.nemo.protocol import Kind


class Failure(StrEnum):
    """Failures as the table tells them apart."""

    NOT_SENT = "connection never made"
    LOST = "may have arrived: network, timeout, 5xx, 408"
    TOKEN = "1001"  # noqa: S105 - a code
    SESSION = "1002"
    RATE = "429"
    CLIENT_ID = "400 on endpoint 1"
    FINAL = "402, 2001, 4001, 4002: never again with the same"
    UNREAD = "no answer of this API: may have been carried out"
    OTHER = "any other refusal"


class Action(StrEnum):
    """What is done before sending again, and by whom."""

    GIVE_UP = "give up"
    AGAIN = "send the same again"
    RENEW = "renew the token, send again"
    LOOK = "read video_infos; send what is not there"
    NEW_CLIENT_ID = "make a client id, send again (core/nemo/auth.py)"
    NEW_SESSION = "make a session, say that the timeline is gone, send again (the flow)"
    NEW_RENDER_ID = "take a new render id, submit again (the flow)"


class Pause(StrEnum):
    """How long before: a wait of `Waits`."""

    NONE = "none"
    MOMENT = "retry_pause_s"
    GROWING = "retry_pause_s, doubled each time"
    RATE_LIMIT = "rate_limit_s"


@dataclass(frozen=True, slots=True)
class Remedy:
    """What may be done about a failure, how many times within one request, after which pause."""

    action: Action
    times: int = 1
    pause: Pause = Pause.NONE


GIVE_UP = Remedy(Action.GIVE_UP, 0)
ONCE = Remedy(Action.AGAIN, 1, Pause.MOMENT)
FREELY = Remedy(Action.AGAIN, 4, Pause.GROWING)
RENEW = Remedy(Action.RENEW)
RATE_ONCE = Remedy(Action.AGAIN, 1, Pause.RATE_LIMIT)
LOOK = Remedy(Action.LOOK, 1, Pause.MOMENT)
NEW_SESSION = Remedy(Action.NEW_SESSION)
NEW_CLIENT_ID = Remedy(Action.NEW_CLIENT_ID)
RESUBMIT = Remedy(Action.NEW_RENDER_ID, 1, Pause.MOMENT)
RESUBMIT_LATER = Remedy(Action.NEW_RENDER_ID, 1, Pause.RATE_LIMIT)

_READ: dict[Failure, Remedy] = {
    Failure.NOT_SENT: FREELY,
    Failure.LOST: FREELY,
    Failure.TOKEN: RENEW,
    Failure.RATE: FREELY,
}

TABLE: Mapping[Kind, Mapping[Failure, Remedy]] = {
    Kind.CHAT: {
        Failure.NOT_SENT: ONCE,
        Failure.TOKEN: RENEW,
        Failure.SESSION: NEW_SESSION,
        Failure.RATE: RATE_ONCE,
    },
    Kind.TOKEN: {
        Failure.NOT_SENT: ONCE,
        Failure.LOST: ONCE,
        Failure.CLIENT_ID: NEW_CLIENT_ID,
        Failure.RATE: RATE_ONCE,
    },
    Kind.CREATE: {
        Failure.NOT_SENT: ONCE,
        Failure.LOST: ONCE,
        Failure.TOKEN: RENEW,
        Failure.RATE: RATE_ONCE,
    },
    Kind.UPLOAD: {
        Failure.NOT_SENT: ONCE,
        Failure.LOST: LOOK,
        Failure.UNREAD: LOOK,
        Failure.TOKEN: RENEW,
        Failure.SESSION: NEW_SESSION,
        Failure.RATE: RATE_ONCE,
    },
    Kind.SUBMIT: {
        Failure.NOT_SENT: RESUBMIT,
        Failure.LOST: RESUBMIT,
        Failure.UNREAD: RESUBMIT,
        Failure.TOKEN: RENEW,
        Failure.SESSION: NEW_SESSION,
        Failure.RATE: RESUBMIT_LATER,
        Failure.OTHER: RESUBMIT,
    },
    Kind.POLL: _READ,
    Kind.STATE: _READ | {Failure.SESSION: NEW_SESSION},
    Kind.BALANCE: _READ,
    Kind.DOWNLOAD: _READ,
    Kind.CLAIM: {Failure.NOT_SENT: ONCE, Failure.LOST: ONCE, Failure.TOKEN: RENEW},
    Kind.CANCEL: {Failure.NOT_SENT: ONCE, Failure.LOST: ONCE, Failure.TOKEN: RENEW},
}
"""A failure that is not named is final."""


_FAILURES: tuple[tuple[tuple[type[NemoError], ...], Failure], ...] = (
    ((NotSent,), Failure.NOT_SENT),
    ((Unreachable,), Failure.LOST),
    ((TokenExpired,), Failure.TOKEN),
    ((SessionNotFound,), Failure.SESSION),
    ((RateLimited,), Failure.RATE),
    ((ClientIdMissing,), Failure.CLIENT_ID),
    ((BadAnswer,), Failure.UNREAD),
    ((OutOfCredits, ExportBlocked, UnsupportedFile), Failure.FINAL),
)


def failure_named(error: NemoError) -> Failure:
    """Sort an error into the table's rows."""
    return next((failure for classes, failure in _FAILURES if isinstance(error, classes)), Failure.OTHER)


def remedy_for(kind: Kind, error: NemoError) -> Remedy:
    """Return what §8 allows after this failure of this request."""
    return TABLE[kind].get(failure_named(error), GIVE_UP)


class Attempts:
    """Counts, within one request, how often each row of the table was used."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._used: dict[Failure, int] = {}

    def after(self, error: NemoError) -> tuple[Remedy, int]:
        """Return the remedy and how often it was used before; GIVE_UP once it is used up."""
        failure = failure_named(error)
        remedy = TABLE[self._kind].get(failure, GIVE_UP)
        used = self._used.get(failure, 0)
        if used >= remedy.times:
            return GIVE_UP, used
        self._used[failure] = used + 1
        return remedy, used
