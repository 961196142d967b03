"""Requests of the API, what comes back, and the links for people (nemovideo-api §2 to §4). Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from core.languages import whole


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
        "new_message": {"parts": [{"text": whole(text)}]},
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


def _segment(text: str) -> str:
    return quote(text, safe="")
