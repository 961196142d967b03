"""Requests of the API and how its answers are read (nemovideo-api §2, §4). Pure.

Answers are read tolerantly: null is nothing, unknown keys are passed over, ids are strings whatever they look like.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from pydantic import SecretStr
from pydantic_core import from_json

from core.errors import (
    BadAnswer,
    ClientIdMissing,
    ExportBlocked,
    FileTooLarge,
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
from core.nemo.auth import StoredToken
from core.render import Render


class Kind(StrEnum):
    """The endpoints, by what may be done about their failures (§8)."""

    TOKEN = "token"  # noqa: S105 - the name of an endpoint
    CREATE = "create"
    CHAT = "chat"
    UPLOAD = "upload"
    BALANCE = "balance"
    STATE = "state"
    SUBMIT = "submit"
    POLL = "poll"
    CANCEL = "cancel"
    CLAIM = "claim"
    DOWNLOAD = "download"


@dataclass(frozen=True, slots=True)
class Call:
    """One request, without host and headers.

    Attributes:
        path: Begins with a slash; every id in it is quoted.
        body: Sent as JSON; None for no body (or for a body that is streamed).
    """

    kind: Kind
    method: str
    path: str
    body: Mapping[str, Any] | None = None

    @property
    def accept(self) -> str:
        """The Accept header."""
        return "text/event-stream" if self.kind is Kind.CHAT else "application/json, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file of ours to upload: `name` is the person's own name for it."""

    path: Path
    name: str
    mime: str


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as the backend keeps it; what it did not say is None. `duration_s` in seconds (§4.3)."""

    name: str | None
    file_type: str | None = None
    url: str | None = None
    duration_s: float | None = None
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that was just made."""

    session_id: str
    task_id: str | None
    user_id: str | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Credits."""

    available: int
    frozen: int
    total: int


@dataclass(frozen=True, slots=True)
class SessionState:
    """What stands in a session. `draft` is opaque; None while nothing was made."""

    draft: dict[str, Any] | None
    video_infos: tuple[Any, ...]
    generated_media: Any
    canvas_config: Any
    user_id: str | None = None
    task_id: str | None = None

    @property
    def digest(self) -> str:
        """Hash of a canonical dump of the four: equal if nothing visible changed (§6)."""
        seen = [self.draft or None, list(self.video_infos) or None, self.generated_media, self.canvas_config]
        seen = [part if part not in ({}, [], "") else None for part in seen]
        dump = json.dumps(seen, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(dump.encode()).hexdigest()


# requests


def anonymous_token() -> Call:
    """Endpoint 1."""
    return Call(Kind.TOKEN, "POST", "/api/auth/anonymous-token")


def create_session(name: str, language: str) -> Call:
    """Endpoint 2. `language` is a tag such as "en" or "zh-CN"; "" leaves it out."""
    body = {"task_name": name or "project"} | ({"language": language} if language else {})
    return Call(Kind.CREATE, "POST", "/api/tasks/me/with-session/nemo_agent", body)


def chat(session_id: str, text: str) -> Call:
    """Endpoint 3."""
    body = {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": session_id,
        "new_message": {"parts": [{"text": text}]},
    }
    return Call(Kind.CHAT, "POST", "/run_sse", body)


def upload_files(session_id: str) -> Call:
    """Endpoint 4 with a multipart body, which the client streams."""
    return Call(Kind.UPLOAD, "POST", f"/api/upload-video/nemo_agent/me/{_segment(session_id)}")


def upload_urls(session_id: str, urls: Sequence[str]) -> Call:
    """Endpoint 4 with addresses."""
    body = {"urls": list(urls), "source_type": "url"}
    return Call(Kind.UPLOAD, "POST", f"/api/upload-video/nemo_agent/me/{_segment(session_id)}", body)


def balance() -> Call:
    """Endpoint 5."""
    return Call(Kind.BALANCE, "GET", "/api/credits/balance/simple")


def state(session_id: str) -> Call:
    """Endpoint 6."""
    return Call(Kind.STATE, "GET", f"/api/state/nemo_agent/me/{_segment(session_id)}/latest")


def submit_render(
    render_id: str, session_id: str, draft: Mapping[str, Any], output: Mapping[str, Any] | None = None
) -> Call:
    """Endpoint 7; the draft goes out as it came."""
    body = {
        "id": render_id,
        "sessionId": session_id,
        "draft": draft,
        "output": output if output is not None else {"format": "mp4", "quality": "high"},
    }
    return Call(Kind.SUBMIT, "POST", "/api/render/proxy/lambda", body)


def poll_render(render_id: str) -> Call:
    """Endpoint 8."""
    return Call(Kind.POLL, "GET", f"/api/render/proxy/lambda/{_segment(render_id)}")


def claim_token(task_id: str, session_id: str) -> Call:
    """Endpoint 9."""
    return Call(Kind.CLAIM, "POST", "/api/auth/claim-token", {"task_id": task_id, "session_id": session_id})


def download_render(render_id: str) -> Call:
    """Endpoint 10."""
    return Call(Kind.DOWNLOAD, "GET", f"/api/render/proxy/{_segment(render_id)}/download")


def cancel_render(render_id: str) -> Call:
    """Endpoint 11."""
    return Call(Kind.CANCEL, "POST", f"/api/render/proxy/lambda/{_segment(render_id)}/cancel")


def new_render_id(now_ms: int, rng: Random) -> str:
    """Return `render_<ms>_<6 hex>`: several people may export within one millisecond (§4.6)."""
    return f"render_{now_ms}_{rng.getrandbits(24):06x}"


# refusals (§2.4, §10)

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
    413: FileTooLarge,
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
    elif code == 400 and kind is Kind.TOKEN:
        found = ClientIdMissing
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


def scrub(text: str, longest: int = 300) -> str:
    """Return a server's words fit for a log: without tokens, control characters, and not endless."""
    clean = _SECRETS.sub(r"\1***", text[: longest * 2])[:longest]
    return "".join(char if char.isprintable() else " " for char in clean)


def parse_json(body: bytes) -> Any:
    """Return the JSON of an answer; None for anything else (also too deep a nesting)."""
    try:
        return from_json(body.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return None


# answers


def data_of(body: Any) -> dict[str, Any]:
    """Return `data` of an envelope, or the object itself where there is no envelope. Raises BadAnswer."""
    if not isinstance(body, dict):
        raise BadAnswer("the answer is no JSON object")
    data = body.get("data")
    return data if isinstance(data, dict) else body


def read_token(body: Any, client_id: str) -> StoredToken:
    """Endpoint 1. Raises BadAnswer without a token."""
    data = data_of(body)
    token = data.get("token")
    if (
        not isinstance(token, str)
        or not token.strip()
        or not token.strip().isascii()
        or not token.strip().isprintable()
    ):
        raise BadAnswer("no token in the answer")
    return StoredToken(SecretStr(token.strip()), bind_id(data), _epoch_s(data.get("expires_at")), client_id)


def read_session(body: Any) -> NewSession:
    """Endpoint 2. Raises BadAnswer without a session id."""
    data = data_of(body)
    session_id = text_of(data.get("session_id")) or text_of(data.get("sessionId"))
    if session_id is None:
        raise BadAnswer("no session_id in the answer")
    return NewSession(session_id, text_of(data.get("task_id")), bind_id(data))


def read_uploads(body: Any) -> tuple[StoredFile, ...]:
    """Endpoint 4: no error is success, however little the list says."""
    data = body.get("data") if isinstance(body, dict) else None
    if not isinstance(body, dict):
        raise BadAnswer("the answer is no JSON object")
    found = data if isinstance(data, dict) else {}
    files: list[Any] = next((found[key] for key in ("files", "uploaded_files") if isinstance(found.get(key), list)), [])
    return tuple(stored_file(entry) for entry in files if isinstance(entry, dict))


def stored_file(entry: Mapping[str, Any]) -> StoredFile:
    """Read one entry of an upload's answer, or of `video_infos`."""
    return StoredFile(
        name=_first(entry, "filename", "file_name", "name"),
        file_type=text_of(entry.get("file_type")),
        url=_first(entry, "cdn_url", "url"),
        duration_s=_positive(entry.get("duration")),
        width=_whole(entry.get("width")),
        height=_whole(entry.get("height")),
    )


def read_balance(body: Any) -> Balance:
    """Endpoint 5: missing and negative values are zero; a missing total is the sum."""
    data = data_of(body)
    available, frozen = _credits(data.get("available")), _credits(data.get("frozen"))
    total = _credits(data["total"]) if data.get("total") is not None else available + frozen
    return Balance(available, frozen, total)


def read_state(body: Any) -> SessionState:
    """Endpoint 6. Raises BadAnswer only if the answer is no JSON object."""
    data = data_of(body)
    inner = data.get("state")
    inner = inner if isinstance(inner, dict) else data
    draft, infos = inner.get("draft"), inner.get("video_infos")
    return SessionState(
        draft=draft if isinstance(draft, dict) and draft else None,
        video_infos=tuple(infos) if isinstance(infos, list) else (),
        generated_media=inner.get("generated_media"),
        canvas_config=inner.get("canvas_config"),
        user_id=bind_id(data),
        task_id=text_of(data.get("task_id")),
    )


def read_submitted(body: Any, render_id: str) -> str:
    """Endpoint 7: our own id unless the answer holds another."""
    if not isinstance(body, dict):
        return render_id
    data = body.get("data")
    for place in (body, data if isinstance(data, dict) else {}):
        if found := _first(place, "id", "taskId", "render_id"):
            return found
    return render_id


WORKING = {"pending": "pending", "completed": "completed", "failed": "failed"}


def read_render(body: Any, render_id: str) -> Render:
    """Endpoint 8, all published forms (§4.7). Raises BadAnswer without a status."""
    if not isinstance(body, dict):
        raise BadAnswer("the answer is no JSON object")
    data = body.get("data")
    outer = data if isinstance(data, dict) and isinstance(data.get("status"), str) else body
    status = outer.get("status")
    if not isinstance(status, str):
        raise BadAnswer("a render without a status")
    output = outer.get("output")
    output = output if isinstance(output, dict) else {}
    progress = _number(outer.get("progress"))
    size = _whole(output.get("size"))
    return Render(
        id=render_id,
        status=WORKING.get(status.strip().lower(), "processing"),
        progress=None if progress is None else min(1.0, max(0.0, progress / 100)),
        url=_first_web(output.get("url"), *(outer.get(key) for key in ("outputUrl", "output_url", "url"))),
        duration_s=_positive(output.get("duration")),
        size_bytes=size,
        reason=_reason(outer),
    )


def read_claim(body: Any) -> str:
    """Endpoint 9. Raises BadAnswer without a claim token, and if it is a token that must not be in an address."""
    token = text_of(data_of(body).get("claim_token"))
    if token is None or token.startswith("nmv_"):
        raise BadAnswer("no claim token in the answer")
    return token


def read_download_url(body: Any) -> str:
    """Endpoint 10 may answer JSON that holds another address (§4.8). Raises BadAnswer if it holds none."""
    data = data_of(body)
    output = data.get("output")
    keys = ("url", "download_url", "downloadUrl", "outputUrl", "output_url")
    url = _first_web(*(data.get(key) for key in keys), output.get("url") if isinstance(output, dict) else None)
    if url is None:
        raise BadAnswer("no address in the answer")
    return url


# links (§3.4, §3.5)


def claim_url(web_url: str, token: str) -> str:
    """Opens one project in a browser."""
    return f"{web_url.rstrip('/')}/workspace/claim?ct={_segment(token)}"


def plain_url(web_url: str, task_id: str, session_id: str) -> str:
    """The link without a claim token: holds no secret and wants a browser that is logged in."""
    return f"{web_url.rstrip('/')}/workspace/task/{_segment(task_id)}?session={_segment(session_id)}"


def register_url(web_url: str, user_id: str | None) -> str:
    """Where an anonymous user registers, bound to the anonymous account if its id is known."""
    return f"{web_url.rstrip('/')}/register" + (f"?bind={_segment(user_id)}" if user_id else "")


# small readings


def number_of(value: Any) -> int:
    """Return a code as an integer, also from a numeric string; 0 for everything else."""
    if isinstance(value, bool):
        return 0
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value):
        return int(value)
    return 0


def text_of(value: Any) -> str | None:
    """Return an id or a word as text; numbers become their digits, anything else and "" None."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def bind_id(data: Mapping[str, Any]) -> str | None:
    """Return the id for the registration link (§3.5)."""
    return text_of(data.get("user_id")) or text_of(data.get("bind_id"))


def _first(place: Mapping[str, Any], *keys: str) -> str | None:
    return next((found for key in keys if (found := text_of(place.get(key)))), None)


def _segment(text: str) -> str:
    return quote(text, safe="")


def _first_web(*values: Any) -> str | None:
    """Return the first address that can be fetched over the web."""
    words = (text_of(value) or "" for value in values)
    return next((word for word in words if word.lower().startswith(("http://", "https://"))), None)


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    return None


def _positive(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number >= 0 else None


def _whole(value: Any) -> int | None:
    number = _positive(value)
    return None if number is None else int(number)


def _credits(value: Any) -> int:
    return _whole(value) or 0


def _epoch_s(value: Any) -> float | None:
    """Read ISO 8601 (UTC where no zone is named)."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _reason(place: Mapping[str, Any]) -> str | None:
    words = _first(place, "error", "message", "errorMessage")
    return scrub(words) if words else None


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
