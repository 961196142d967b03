"""Endpoint 6: the draft and the media of a project (docs/nemovideo-api.md §4.5)."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.api.auth import session_in_path
from studio.api.media import entry
from studio.api.services import base_url, services


async def latest(request: Request) -> Response:
    """The state as it is now; an edit is in it before its stream closes."""
    caller, session = await session_in_path(request, "read")
    media = [file for file in await services(request).store.media(session.id) if not file.hidden]
    base = base_url(request)
    state = {
        "draft": session.draft,
        "video_infos": [entry(file, base) for file in media],
        "canvas_config": canvas(session.draft),
        "generated_media": [],
        "video_analyses": {},
    }
    data = {
        "session_id": session.id,
        "task_id": session.task_id,
        "task_name": session.name,
        "user_id": caller.user_id,
        "state": state,
    }
    return JSONResponse({"code": 0, "data": data})


def canvas(draft: dict[str, Any]) -> dict[str, Any]:
    """Size and aspect ratio, empty before anything was made."""
    meta = draft.get("m", {})
    if "width" not in meta:
        return {}
    width, height = meta["width"], meta["height"]
    ratio = "1:1" if width == height else "16:9" if width > height else "9:16"
    return {"width": width, "height": height, "ratio": ratio, "fps": meta.get("fps", 30)}


ROUTES = [Route("/api/state/{app}/{user}/{session}/latest", latest, methods=["GET"])]
