"""How the answers of the API are read (nemovideo-api §4). Pure.

Tolerantly: null is nothing, unknown keys are passed over, ids are strings whatever they look like.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from core.errors import BadAnswer
from core.nemo.auth import StoredToken
from core.nemo.protocol import Balance, NewSession, SessionState, StoredFile
from core.nemo.refusals import scrub
from core.render import Render


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
    if not isinstance(token, str) or not re.fullmatch(r"\s*[\x21-\x7e]+\s*", token):
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
    """Endpoint 4: no error is success, however little the list says; None for an empty answer."""
    if body is None:
        return ()
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
    """Endpoint 5: missing and negative values are zero; the total is never less than the sum."""
    data = data_of(body)
    available, frozen = _credits(data.get("available")), _credits(data.get("frozen"))
    return Balance(available, frozen, max(_credits(data.get("total")), available + frozen))


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


# small readings


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
