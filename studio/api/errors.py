"""Every refusal of the wire, and where its code stands (docs/nemovideo-api.md §10, §12.2).

    Refusal
    ├── BadRequest          400
    ├── BadToken           1001   (401 when mirrored)
    ├── NoSuchSession      1002   (404 when mirrored)
    ├── OutOfCredits       2001   (200 when mirrored)
    ├── WrongType          4001   (415 when mirrored)
    ├── TooLarge           4002   (413 when mirrored)
    ├── PlanForbids         402
    ├── Forbidden           403   the token lacks the scope
    ├── NotFound            404
    ├── SlowClient          408
    ├── Busy                409
    ├── Unprocessable       422
    ├── TooMany             429
    └── DiskFull            507

Four digits: HTTP 200 and the code in the body. Three digits: HTTP status and the same code in the body.
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from studio.api.services import switches_of

MIRRORED = {1001: 401, 1002: 404, 2001: 200, 4001: 415, 4002: 413}


class Refusal(Exception):
    """A no with a code. `message` is for the developer of the client; it names no path and no secret."""

    code = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message or self.__doc__ or "")
        self.message = message or (self.__doc__ or "").rstrip(".")


class BadRequest(Refusal):
    """The request is not understood."""

    code = 400


class BadToken(Refusal):
    """The token is missing, unknown or expired."""

    code = 1001


class NoSuchSession(Refusal):
    """Session not found."""

    code = 1002


class OutOfCredits(Refusal):
    """Not enough credits."""

    code = 2001


class WrongType(Refusal):
    """The file type is not supported."""

    code = 4001


class TooLarge(Refusal):
    """The file is too large."""

    code = 4002


class PlanForbids(Refusal):
    """The plan does not allow export."""

    code = 402


class Forbidden(Refusal):
    """The token does not have the scope."""

    code = 403


class NotFound(Refusal):
    """There is nothing here."""

    code = 404


class SlowClient(Refusal):
    """The request did not arrive in time."""

    code = 408


class Busy(Refusal):
    """A run is open in this session."""

    code = 409


class Unprocessable(Refusal):
    """The body does not fit."""

    code = 422


class TooMany(Refusal):
    """Too many requests; try again later."""

    code = 429


class DiskFull(Refusal):
    """The studio has no room left."""

    code = 507


class Forced(Refusal):
    """A code that a test switch asked for."""

    def __init__(self, code: int) -> None:
        super().__init__(f"refused with {code} because a test switch says so")
        self.code = code


def status_of(code: int, mirror: bool) -> int:
    """The HTTP status that carries a code."""
    if 400 <= code <= 599:
        return code
    return MIRRORED.get(code, 200) if mirror else 200


def answer(request: Request, code: int, message: str) -> Response:
    """A refusal as the switches want it placed."""
    switches = switches_of(request)
    framework = switches.errors == "framework" and request.url.path.endswith("/run_sse")
    if framework and code in (1002, 404):
        return JSONResponse({"detail": f"Session not found: {message}"}, 404)
    return JSONResponse({"code": code, "message": message}, status_of(code, switches.mirror))


async def refused(request: Request, error: Exception) -> Response:
    """Answer a Refusal."""
    assert isinstance(error, Refusal)  # noqa: S101 - how Starlette types handlers
    return answer(request, error.code, error.message)


async def unrouted(request: Request, error: Exception) -> Response:
    """Answer what the router refuses: 404 and 405 in our envelope."""
    code = int(getattr(error, "status_code", 404))
    response = answer(request, code, str(getattr(error, "detail", "")) or "not found")
    response.headers.update(getattr(error, "headers", None) or {})
    return response


async def crashed(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw; Starlette raises it again, so the server logs the reason."""
    return JSONResponse({"code": 500, "message": "the studio failed; the reason is in its log"}, 500)
