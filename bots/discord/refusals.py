"""Every way Discord says no, as the classes of `bots/adapter.py`.

Codes are those of https://docs.discord.com/developers/topics/opcodes-and-status-codes "JSON error codes".

    Discord                                  ours
    10003 10004 10008 50001 50007 50278      Gone
    40005, status 413                        TooLarge
    50013                                    NotPermitted
    160004                                   ThreadThere
    10015, 40094, 50027, status 401          TokenOver
    160002, 50035 about the reference        ReplyImpossible
    30046                                    EditsUsedUp
    429, no connection                       Busy
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


class Busy(OutboundError):
    """A rate limit, or no line to Discord: nothing was done; try again after `retry_s` seconds."""

    def __init__(self, retry_s: float = 5.0) -> None:
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


_BY_CODE: tuple[tuple[frozenset[int], type[OutboundError]], ...] = (
    (frozenset({10003, 10004, 10008, 10013, 50001, 50007, 50278}), Gone),
    (frozenset({40005}), TooLarge),
    (frozenset({10015, 40094, 50027}), TokenOver),
    (frozenset({30046}), EditsUsedUp),
    (frozenset({50013}), NotPermitted),
    (frozenset({160002}), ReplyImpossible),
    (frozenset({160004}), ThreadThere),
)
_BY_STATUS: dict[int, type[OutboundError]] = {401: TokenOver, 404: Gone, 413: TooLarge, 429: Busy}
UNREADABLE = (KeyError, TypeError, AttributeError)
INVALID_FORM = 50035
ALREADY_ANSWERED = 40060
TOO_MANY = 429


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
    except aiohttp.ClientConnectorError:
        raise Busy from None
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise SendDoubtful(type(error).__name__) from None
    except UNREADABLE as error:  # it was done; what is told about it, the library cannot read
        raise SendDoubtful(f"an answer that is none: {type(error).__name__}") from None


def _refusal(error: discord.HTTPException) -> OutboundError:
    """Choose the class for an answer of Discord: by its code, else by its status."""
    status, code = error.status, error.code
    if code == INVALID_FORM and "message_reference" in error.text:
        return ReplyImpossible()
    known = next((kind for codes, kind in _BY_CODE if code in codes), None) or _BY_STATUS.get(status)
    if known is Busy:
        return Busy(retry_s(error))
    if known is not None:
        return known()
    detail = f"status {status}, code {code}"
    return SendDoubtful(detail) if status >= 500 else Refused(detail)


def retry_s(error: BaseException, otherwise: float = 5.0) -> float:
    """Seconds that an answer tells us to wait, `otherwise` where it tells none."""
    if isinstance(error, discord.RateLimited):
        return error.retry_after
    try:
        return float(error.response.headers.get("Retry-After", ""))  # type: ignore[attr-defined]
    except (TypeError, ValueError, AttributeError):
        return otherwise
