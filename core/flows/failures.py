"""A refusal of the backend → the fact that people are told, with its remedy."""

from __future__ import annotations

from core import errors
from core.events import Failed
from core.flows.tools import Tools
from core.nemo.stream import StreamError
from core.store.sessions import Session

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
    args: dict[str, str | int | float] = {}
    link: str | None = None
    if isinstance(error, errors.UnsupportedFile):
        args["name"] = error.name
        args["convert"] = "yes" if error.name.lower().endswith((".flac", ".ogg", ".opus")) else "no"
    if kind in ("OutOfCredits", "ExportBlocked"):
        user = session.user_id if session else None
        anonymous = tools.nemo.anonymous
        link = tools.nemo.register_link(user if anonymous else None)
        args["anonymous"] = "yes" if anonymous else "no"
        retry = False
    code = getattr(error, "code", None)
    if kind == "UnknownCode":
        args["code"] = str(code or "none")
    return Failed(kind, args, link, retry)


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
