"""Endpoint 2: a new project and its session (docs/nemovideo-api.md §4.1)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.api.auth import APP, authenticate
from studio.api.body import json_object
from studio.api.errors import NoSuchSession, NotFound
from studio.api.services import plain, services


async def new_session(request: Request) -> Response:
    """Make a project. The body is optional, and so is everything in it."""
    parts = services(request)
    caller = await authenticate(request, "write")
    if request.path_params["app"] != APP:
        raise NotFound
    if request.path_params["user"] not in ("me", caller.user_id):
        raise NoSuchSession
    body = await json_object(request, empty=True)
    name = plain(body.get("task_name"), 200) or "project"
    language = plain(body.get("language"), 35)
    session = await parts.store.add_session(caller.user_id, name, language, parts.clock())
    data = {"task_id": session.task_id, "session_id": session.id, "user_id": caller.user_id}
    return JSONResponse({"code": 0, "data": data})


ROUTES = [Route("/api/tasks/{user}/with-session/{app}", new_session, methods=["POST"])]
