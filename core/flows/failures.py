"""A refusal of the backend → the fact that people are told, with its remedy."""

from __future__ import annotations

import logging

from core import errors, sniff
from core.events import Failed
from core.flows.tools import Tools
from core.nemo.refusals import scrub
from core.nemo.stream import StreamError
from core.store.sessions import Session

log = logging.getLogger(__name__)

_BY_CODE: dict[int, type[errors.NemoError]] = {
    1001: errors.TokenExpired,
    1002: errors.SessionNotFound,
    2001: errors.OutOfCredits,
    4001: errors.UnsupportedFile,
    4002: errors.FileTooLarge,
    402: errors.ExportBlocked,
    409: errors.SessionBusy,
    429: errors.RateLimited,
}


def failed(
    error: errors.NemoError | StreamError | None, tools: Tools, session: Session | None, *, retry: bool
) -> Failed:
    """Name a failure for the presenter. `retry`: whether a Retry button makes sense (never by itself)."""
    kind = _kind(error)
    note(kind, error)
    args: dict[str, str | int | float] = {}
    link: str | None = None
    if isinstance(error, errors.UnsupportedFile):
        args["name"] = error.name
        args["why"] = error.why or _why(error.name)
    if kind in ("OutOfCredits", "ExportBlocked"):
        link = tools.nemo.account_link(session.user_id if session else None)
        args["anonymous"] = "yes" if tools.nemo.anonymous else "no"
        retry = False
    if kind in ("UnsupportedFile", "FileTooLarge"):
        retry = False  # the same file is refused again (nemovideo-api §8)
    return Failed(kind, args, link, retry)


def _why(name: str) -> str:
    """Why the backend refused a file that we would have sent."""
    named = sniff.by_name(name)
    return "convert" if named in sniff.MAY_BE_REFUSED else "disguise" if named else "type"


def note(kind: str, error: errors.NemoError | StreamError | None) -> None:
    """Keep what people are not shown: the code and the backend's own words, without secrets."""
    words = error.message if isinstance(error, StreamError) else getattr(error, "detail", "")
    code, status = getattr(error, "code", None), getattr(error, "status", None)
    log.warning("%s: code %s, status %s: %s", kind, code, status, scrub(words or "no words"))


def _kind(error: errors.NemoError | StreamError | None) -> str:
    if isinstance(error, errors.NemoError):
        return type(error).__name__
    if isinstance(error, StreamError):
        try:
            found = _BY_CODE.get(int(error.code or 0))
        except ValueError:
            found = None
        return found.__name__ if found else "UnknownCode"
    return "UnknownCode"
