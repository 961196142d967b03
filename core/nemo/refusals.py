"""Every place where an answer can hold an error, and which one it is (nemovideo-api §2.4, §10). Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic_core import from_json

from core.errors import (
    AccountLimited,
    BadAnswer,
    ClientIdMissing,
    ExportBlocked,
    FileTooLarge,
    MessageTooLong,
    NemoError,
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

KNOWN_CODES = frozenset({1001, 1010, 1011, 1002, 2001, 4001, 4002, 400, 402, 429})
"""The codes of §10: inside a stream only these decide the outcome by themselves."""

_BY_CODE: Mapping[int, type[NemoError]] = {
    1001: TokenExpired,
    1010: TokenExpired,
    1011: TokenExpired,
    1002: SessionNotFound,
    2001: OutOfCredits,
    4001: UnsupportedFile,
    4002: FileTooLarge,
}

_BY_STATUS: Mapping[int, type[NemoError]] = {
    401: TokenExpired,
    402: ExportBlocked,
    403: TokenExpired,
    413: FileTooLarge,  # to words: MessageTooLong
    415: UnsupportedFile,
    429: RateLimited,
}

_WITH_SESSION = frozenset({Kind.CHAT, Kind.UPLOAD, Kind.STATE})
_WITH_RENDER = frozenset({Kind.POLL, Kind.DOWNLOAD, Kind.CANCEL})


def refusal(kind: Kind, status: int, body: Any) -> NemoError | None:
    """Return the error an answer stands for, None if it is none.

    Args:
        status: The HTTP status.
        body: The JSON of the answer, None if it was not JSON.
    """
    answer = body if isinstance(body, dict) else {}
    code = number_of(answer.get("code"))
    detail = scrub(_detail(answer))
    if code in KNOWN_CODES:
        return by_code(code, detail, kind, status)
    if status >= 400 and (status >= 500 or not code or _no_render(kind, status)):
        return _by_status(status, detail, kind, status)
    if code:
        return by_code(code, detail, kind, status)
    if status >= 300:
        return BadAnswer("a redirect", status=status)
    return UnknownCode(detail, status=status) if answer.get("success") is False else None


def by_code(code: int, detail: str = "", kind: Kind = Kind.CHAT, status: int | None = None) -> NemoError:
    """Return the error for a code in a body; three-digit ones mean what they mean as an HTTP status."""
    if found := _BY_CODE.get(code):
        return found(detail, code=code, status=status)
    if 400 <= code <= 599:
        return _by_status(code, detail, kind, status)
    return UnknownCode(detail, code=code, status=status)


def _by_status(code: int, detail: str, kind: Kind, status: int | None) -> NemoError:
    found = _BY_STATUS.get(code)
    if code == 404 and kind in _WITH_SESSION:
        found = SessionNotFound
    elif _no_render(kind, code):
        found = RenderUnknown
    elif code == 413 and kind is Kind.CHAT:
        found = MessageTooLong
    elif code == 400 and kind is Kind.TOKEN:
        found = ClientIdMissing
    elif code == 429 and kind is Kind.TOKEN:
        found = AccountLimited
    elif code == 409 and kind in _WITH_SESSION:
        found = SessionBusy
    elif code >= 500 or code == 408:
        found = Unreachable
    return (found or UnknownCode)(detail, code=None if found and found.code else code, status=status)


def _no_render(kind: Kind, status: int) -> bool:
    return status == 404 and kind in _WITH_RENDER


def failure_of(detail: str) -> NemoError:
    """Return a failure that came without a code."""
    return UnknownCode(detail)


_SECRETS = re.compile(r"(nmv_|clm_)[A-Za-z0-9_\-.~]+")
_TOKENS = re.compile(r"nmv_[A-Za-z0-9_\-.~]+")


def without_tokens(text: str) -> str:
    """Return the agent's words fit for people: a token in them is nobody's to read, a claim link is theirs (§3.4)."""
    return _TOKENS.sub("nmv_***", text) if "nmv_" in text else text


def scrub(text: str, longest: int = 300) -> str:
    """Return a server's words fit for a log: without tokens, control characters, and not endless."""
    clean = _SECRETS.sub(r"\1***", text[: longest * 2])[:longest]
    return "".join(char if char.isprintable() else " " for char in clean)


def parse_json(body: bytes) -> Any:
    """Return the JSON of an answer or of a frame; None for anything else (also too deep a nesting).

    What strict readers refuse is read: invalid UTF-8 (as replacements), raw control characters, numbers of any length.
    Strings may hold halves of surrogate pairs: the other half may come with the next piece, or was cut off a title.
    """
    body = body.removeprefix(b"\xef\xbb\xbf")
    try:
        return from_json(body, cache_strings="keys")
    except ValueError:
        pass
    try:
        return _LENIENT.decode(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> int | float:
    return int(digits) if len(digits) <= 20 else float(digits)


_LENIENT = json.JSONDecoder(strict=False, parse_int=_number)


def number_of(value: Any) -> int:
    """Return a code as an integer, also from a numeric string or 2001.0; 0 for everything else."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
        return int(value)
    return 0


def _detail(answer: Mapping[str, Any]) -> str:
    """The server's own words, for the log."""
    for key in ("message", "error", "detail", "errorMessage"):
        value = answer.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list):
            return "; ".join(_validation(value))
    return ""


def _validation(found: Iterable[Any]) -> Iterable[str]:
    for entry in list(found)[:4]:
        if isinstance(entry, dict):
            yield f"{entry.get('loc')}: {entry.get('msg')}"
