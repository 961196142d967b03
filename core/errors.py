"""Every way the API says no (nemovideo-api §10), and what may be done about it; and what an operator can mend.

OperatorError                  carries the key of a sentence for whoever runs the program
NemoError
├── TokenExpired        1001   renew the token, once more (also 1010, 1011)
├── SessionNotFound     1002   new session, once more
├── OutOfCredits        2001   tell: register or top up
├── UnsupportedFile     4001   tell: the formats
├── FileTooLarge        4002   tell: the limit
├── ClientIdMissing      400   make one, once more (endpoint 1 only)
├── ExportBlocked        402   tell: the plan, not the credits
├── RateLimited          429   wait 30 s, once more
│   └── AccountLimited         on endpoint 1: one anonymous token a week; tell
├── MessageTooLong       413   on /run_sse, where there is no file: tell
├── SessionBusy          409   a run is open in this session (studio, api §12.15)
├── RenderUnknown        404   the backend does not know this render: it was never submitted
├── VideoTooLarge              the finished file is larger than the caller takes: give the link
├── NotSent                    no byte left: may be sent again
├── Unreachable                network failure or 5xx after bytes may have left
├── BadAnswer                  the answer is no answer of this API
│   └── ExportNotTaken         an export that was asked for is not known afterwards
└── UnknownCode                tell, log the code
"""

from __future__ import annotations


class OperatorError(Exception):
    """A failure that whoever runs the program can mend.

    `key` and `values` name the sentence in the texts, for the terminal; the exception's own text is for the log.
    """

    def __init__(self, detail: str, key: str, /, **values: str | float) -> None:
        super().__init__(detail)
        self.key, self.values = key, values


class NemoError(Exception):
    """A refusal or failure of the backend. Never carries a token; `detail` is for the log only."""

    code: int | None = None

    def __init__(self, detail: str = "", *, code: int | None = None, status: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        if code is not None:
            self.code = code


class TokenExpired(NemoError):
    """1001, 1010, 1011, HTTP 401 and 403: the token is bad or expired."""

    code = 1001


class SessionNotFound(NemoError):
    """1002, HTTP 404 on a path with a session: the backend does not know this session."""

    code = 1002


class OutOfCredits(NemoError):
    """2001: no credits left."""

    code = 2001


class UnsupportedFile(NemoError):
    """4001, HTTP 415: the type of the file is not taken.

    `name` is the person's own file name. `why` is "empty", "disguise" (the content is not what the name says), else "".
    """

    code = 4001

    def __init__(
        self, detail: str = "", *, name: str = "", why: str = "", code: int | None = None, status: int | None = None
    ) -> None:
        super().__init__(detail, code=code, status=status)
        self.name = name
        self.why = why


class FileTooLarge(UnsupportedFile):
    """4002, HTTP 413: more than 200 MB."""

    code = 4002


class ClientIdMissing(NemoError):
    """400 on endpoint 1: no X-Client-Id."""

    code = 400


class ExportBlocked(NemoError):
    """402: the plan does not allow an export, or the attribution headers were missing. Not about credits."""

    code = 402


class RateLimited(NemoError):
    """429: too often."""

    code = 429


class AccountLimited(RateLimited):
    """429 on endpoint 1, also after the pause: no new anonymous token within seven days (nemovideo-api §3.2)."""


class MessageTooLong(NemoError):
    """413 on `/run_sse`: more words than the backend, or what stands before it, takes at once."""

    code = 413


class SessionBusy(NemoError):
    """409: a run is open in this session."""

    code = 409


class RenderUnknown(NemoError):
    """404 on a render: the backend does not know this id, so it was never submitted (nemovideo-api §12.27)."""


class VideoTooLarge(NemoError):
    """The finished file is larger than the caller's cap: nothing was kept of it."""


class NotSent(NemoError):
    """The connection was never made: not one byte left, so sending again is safe."""


class Unreachable(NemoError):
    """A network failure, a timeout or a 5xx after bytes may have left: what became of the request is unknown."""


class BadAnswer(NemoError):
    """The server answered something that is no answer of this API (HTML with 200, a redirect, broken JSON)."""


class ExportNotTaken(BadAnswer):
    """The export was submitted, no answer of this API came, and the backend does not know its id."""


class UnknownCode(NemoError):
    """A non-zero code that no page names, or a plain client error."""
