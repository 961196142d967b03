"""Every way Discord says no, as the classes of `bots/adapter.py`.

Codes are those of https://docs.discord.com/developers/topics/opcodes-and-status-codes "JSON error codes".

    Discord                                  ours
    10003 10004 10008 50001 50007 50278      Gone
    40005, status 413                        TooLarge
    50013                                    NotPermitted
    160004                                   ThreadThere
    50027, 10015 by token, 401 by token      TokenOver
    160002, 50035 about the reference        ReplyImpossible
    30046                                    EditsUsedUp
    429                                      Busy
    5xx, no answer                           SendDoubtful
    else                                     Refused
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
import discord

from bots.adapter import Gone, OutboundError, Refused, SendDoubtful, TooLarge

T = TypeVar("T")

GONE = frozenset({10003, 10004, 10008, 10013, 50001, 50007, 50278})
NO_PERMISSION = 50013
TOO_LARGE = 40005
TOKEN_OVER = frozenset({50027, 10015})
TOO_MANY_FOLLOW_UPS = 40094
NO_REFERENCE = 160002
THREAD_THERE = 160004
INVALID_FORM = 50035
OLD_EDITS = 30046
UNKNOWN_INTERACTION = 10062
ALREADY_ANSWERED = 40060


class Busy(OutboundError):
    """A rate limit: nothing was done; try again after `retry_s` seconds."""

    def __init__(self, retry_s: float) -> None:
        super().__init__("rate limited")
        self.retry_s = retry_s


class EditsUsedUp(OutboundError):
    """A message older than an hour takes no more edits for now."""


class NotPermitted(Refused):
    """The bot lacks a permission here."""


class ThreadThere(OutboundError):
    """The message has its thread already."""


class TokenOver(OutboundError):
    """An interaction's token is over or used up; the bot's own may still do."""


class ReplyImpossible(OutboundError):
    """The message to answer cannot be answered; a plain message may still do."""


async def told(call: Awaitable[T]) -> T:
    """Wait for a call of the library; its refusals become ours, without the request in them.

    Raises:
        Gone, TooLarge, Refused, TokenOver, ReplyImpossible, Busy, SendDoubtful.
        discord.LoginFailure: as it is.
    """
    try:
        return await call
    except discord.RateLimited as error:
        raise Busy(error.retry_after) from None
    except discord.HTTPException as error:
        raise _refusal(error) from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SendDoubtful(type(error).__name__) from None


def _refusal(error: discord.HTTPException) -> OutboundError:
    """Choose the class for an answer of Discord."""
    status, code = error.status, error.code
    if status == 413 or code == TOO_LARGE:
        return TooLarge()
    if code in TOKEN_OVER or code == TOO_MANY_FOLLOW_UPS or status == 401:
        return TokenOver()
    if code == OLD_EDITS:
        return EditsUsedUp()
    if status == 429:
        return Busy(_retry_s(error))
    if code == NO_REFERENCE or (code == INVALID_FORM and "message_reference" in error.text):
        return ReplyImpossible()
    if code in GONE or status == 404:
        return Gone(f"code {code}")
    if code == NO_PERMISSION:
        return NotPermitted(f"code {code}")
    if code == THREAD_THERE:
        return ThreadThere()
    if status >= 500:
        return SendDoubtful(f"status {status}")
    return Refused(f"status {status}, code {code}")


def _retry_s(error: discord.HTTPException) -> float:
    try:
        return float(error.response.headers.get("Retry-After", ""))
    except (TypeError, ValueError, AttributeError):
        return 5.0
