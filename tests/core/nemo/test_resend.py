"""The table of re-sends against the page it comes from (nemovideo-api §8)."""

from __future__ import annotations

import pytest

from core.errors import (
    BadAnswer,
    ClientIdMissing,
    ExportBlocked,
    FileTooLarge,
    NemoError,
    NotSent,
    OutOfCredits,
    RateLimited,
    RenderUnknown,
    SessionBusy,
    SessionNotFound,
    TokenExpired,
    UnknownCode,
    Unreachable,
    UnsupportedFile,
)
from core.nemo.protocol import Kind
from core.nemo.resend import GIVE_UP, TABLE, Action, Attempts, Pause, remedy_for

READS = (Kind.POLL, Kind.STATE, Kind.BALANCE, Kind.DOWNLOAD)


def test_every_endpoint_has_its_row() -> None:
    assert set(TABLE) == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("error", [OutOfCredits(), ExportBlocked(), UnsupportedFile(), FileTooLarge()])
def test_some_refusals_are_never_answered_with_another_try(kind: Kind, error: NemoError) -> None:
    assert remedy_for(kind, error) is GIVE_UP


@pytest.mark.parametrize("error", [Unreachable(), BadAnswer(), UnknownCode(), SessionBusy()])
def test_a_message_is_not_sent_twice(error: NemoError) -> None:
    assert remedy_for(Kind.CHAT, error) is GIVE_UP


@pytest.mark.parametrize(
    ("kind", "error", "action", "times", "pause"),
    [
        (Kind.CHAT, NotSent(), Action.AGAIN, 1, Pause.MOMENT),
        (Kind.CHAT, TokenExpired(), Action.RENEW, 1, Pause.NONE),
        (Kind.CHAT, SessionNotFound(), Action.NEW_SESSION, 1, Pause.NONE),
        (Kind.CHAT, RateLimited(), Action.AGAIN, 1, Pause.RATE_LIMIT),
        (Kind.TOKEN, ClientIdMissing(), Action.NEW_CLIENT_ID, 1, Pause.NONE),
        (Kind.TOKEN, RateLimited(), Action.AGAIN, 1, Pause.RATE_LIMIT),
        (Kind.TOKEN, Unreachable(), Action.AGAIN, 1, Pause.MOMENT),
        (Kind.TOKEN, TokenExpired(), Action.GIVE_UP, 0, Pause.NONE),
        (Kind.CREATE, Unreachable(), Action.AGAIN, 1, Pause.MOMENT),
        (Kind.UPLOAD, NotSent(), Action.AGAIN, 1, Pause.MOMENT),
        (Kind.UPLOAD, Unreachable(), Action.LOOK, 1, Pause.MOMENT),
        (Kind.UPLOAD, BadAnswer(), Action.LOOK, 1, Pause.MOMENT),
        (Kind.SUBMIT, Unreachable(), Action.NEW_RENDER_ID, 1, Pause.MOMENT),
        (Kind.SUBMIT, BadAnswer(), Action.NEW_RENDER_ID, 1, Pause.MOMENT),
        (Kind.SUBMIT, UnknownCode(), Action.NEW_RENDER_ID, 1, Pause.MOMENT),
        (Kind.CLAIM, Unreachable(), Action.AGAIN, 1, Pause.MOMENT),
        (Kind.CLAIM, RateLimited(), Action.GIVE_UP, 0, Pause.NONE),
        (Kind.POLL, RenderUnknown(), Action.GIVE_UP, 0, Pause.NONE),
    ]
    + [
        (kind, error, Action.AGAIN, 4, Pause.GROWING)
        for kind in READS
        for error in (NotSent(), Unreachable(), RateLimited())
    ],
)
def test_the_rows(kind: Kind, error: NemoError, action: Action, times: int, pause: Pause) -> None:
    remedy = remedy_for(kind, error)
    assert (remedy.action, remedy.times, remedy.pause) == (action, times, pause)


def test_each_row_is_used_up_by_itself() -> None:
    attempts = Attempts(Kind.CHAT)
    assert attempts.after(NotSent())[0].action is Action.AGAIN
    assert attempts.after(TokenExpired())[0].action is Action.RENEW
    assert attempts.after(NotSent()) == (GIVE_UP, 1)
    assert attempts.after(TokenExpired()) == (GIVE_UP, 1)
    assert attempts.after(RateLimited())[0].pause is Pause.RATE_LIMIT
