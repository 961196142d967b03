"""Endpoint 3: talk to the agent; the answer is an event stream (docs/nemovideo-api.md §4.2, §5)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from studio.agent.turn import take
from studio.api.auth import APP, authenticate, own_session
from studio.api.body import json_object
from studio.api.errors import Busy, NotFound, OutOfCredits, Unprocessable
from studio.api.services import services, switches_of
from studio.store import Session

HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
TEXT_MOST = 20_000
_PARTS = frozenset(
    (
        "text",
        "thought",
        "thoughtSignature",
        "inlineData",
        "fileData",
        "functionCall",
        "functionResponse",
        "executableCode",
        "codeExecutionResult",
        "videoMetadata",
        "mediaResolution",
    )
)


class EventStream(Response):
    """Sends frames as they come. With `drop` the connection breaks inside the frame of that number."""

    media_type = "text/event-stream"

    def __init__(self, frames: AsyncIterator[bytes], drop: int = 0) -> None:
        self.status_code = 200
        self.background = None
        self._frames = frames
        self._drop = drop
        self.init_headers(HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Speak ASGI; a client that leaves is no error."""
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            number = 0
            async for frame in self._frames:
                number += 1
                if number == self._drop:
                    await send({"type": "http.response.body", "body": frame[: len(frame) // 2], "more_body": True})
                    return  # without the last chunk: the server closes the connection
                await send({"type": "http.response.body", "body": frame, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        except OSError:
            return


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)


_KNOWN = _PARTS | {_snake(name) for name in _PARTS}


def _either(body: dict[str, Any], name: str) -> Any:
    """A field under its snake_case name, or its camelCase one."""
    head, *rest = name.split("_")
    return body.get(name, body.get(head + "".join(word.capitalize() for word in rest)))


def message_of(body: dict[str, Any]) -> str:
    """Return what the person said. Raises Unprocessable as ADK's model does."""
    message = _either(body, "new_message")
    if not isinstance(message, dict):
        raise Unprocessable("new_message is missing")
    parts = message.get("parts")
    if not isinstance(parts, list) or not parts:
        raise Unprocessable("new_message.parts is empty")
    texts: list[str] = []
    for part in parts:
        if not isinstance(part, dict) or not part.keys() <= _KNOWN:
            raise Unprocessable("a part of new_message has unknown fields")
        text = part.get("text", "")
        if not isinstance(text, str):
            raise Unprocessable("the text of a part is not a text")
        texts.append(text.encode("utf-8", "replace").decode("utf-8"))
    return "\n".join(texts)[:TEXT_MOST]


async def run_sse(request: Request) -> Response:
    """Refuse in JSON before anything begins, or answer with a stream."""
    parts = services(request)
    caller = await authenticate(request, "write")
    body = await json_object(request)
    if _either(body, "app_name") != APP:
        raise NotFound("unknown app")
    session_id, user = _either(body, "session_id"), _either(body, "user_id")
    if not isinstance(session_id, str):
        raise Unprocessable("session_id is missing")
    text = message_of(body)
    session = await own_session(request, caller, session_id, user if isinstance(user, str) else "me")
    run_id = await _opened(request, session, text)
    switches = switches_of(request)
    streaming = body.get("streaming") is True
    run = parts.runs.begin(run_id, session, text, switches, streaming=streaming)
    frames = run.read(switches.heartbeat_s or parts.settings.heartbeat_s)
    return EventStream(frames, switches.drop)


async def _opened(request: Request, session: Session, text: str) -> str:
    parts = services(request)
    turn = take(text, await parts.runs.context(session))
    run_id = await parts.store.start_run(session.id, session.user_id, parts.runs.price(turn), parts.clock())
    if run_id == "busy":
        raise Busy
    if run_id == "poor":
        raise OutOfCredits
    return run_id


async def apps(request: Request) -> Response:
    """The agents there are, as ADK's own route says."""
    return JSONResponse([APP])


ROUTES = [Route("/run_sse", run_sse, methods=["POST"]), Route("/list-apps", apps, methods=["GET"])]
