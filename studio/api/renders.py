"""Endpoints 7, 8, 10, 11: export, poll, download, cancel; the finished file (docs/nemovideo-api.md §4.6-4.8)."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from studio.api.auth import authenticate, own_session
from studio.api.body import json_object
from studio.api.errors import BadRequest, NotFound, PlanForbids, TooMany, Unprocessable
from studio.api.exports import SIDES
from studio.api.media import SAFE_HEADERS
from studio.api.services import base_url, plain, services, switches_of
from studio.draft import Draft, Kind
from studio.store import Caller, Media, Render

ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")
ID = re.compile(r"[A-Za-z0-9._:~-]{1,128}")
LONGEST_MS = 3_600_000


def check_plan(request: Request, caller: Caller) -> None:
    """Raise PlanForbids: the user's plan, the scope, or missing attribution (docs/nemovideo-api.md §12.9)."""
    settings = services(request).settings
    if not caller.may_export or (caller.anonymous and not settings.export_plan):
        raise PlanForbids
    if caller.may("render"):
        return
    if not caller.anonymous:
        raise PlanForbids("the token does not have the scope render")
    missing = [name for name in ATTRIBUTION if not request.headers.get(name, "").strip()]
    if missing:
        raise PlanForbids(f"missing {', '.join(missing)}")


def _draft_of(body: dict[str, Any]) -> Draft:
    """Return a draft that can be rendered. Raises Unprocessable."""
    wire = body.get("draft")
    if not isinstance(wire, dict) or not isinstance(wire.get("t"), list):
        raise Unprocessable("draft is missing")
    try:
        draft = Draft.from_wire(wire)
    except (ValueError, OverflowError):
        raise Unprocessable("draft is not one of this studio") from None
    pieces = [piece for track in draft.tracks for piece in track.segments]
    if not pieces:
        raise Unprocessable("draft is empty: make something first")
    if len(pieces) > 500 or not 0 < draft.duration_ms <= LONGEST_MS:
        raise Unprocessable("draft is too long")
    if any(not 0 <= piece.start_ms <= LONGEST_MS or not 0 < piece.duration_ms <= LONGEST_MS for piece in pieces):
        raise Unprocessable("draft has a segment outside of its time")
    return draft


def _output_of(body: dict[str, Any]) -> tuple[str, int]:
    """Return quality and short side that were asked for."""
    output = body.get("output") or {}
    if not isinstance(output, dict):
        raise Unprocessable("output is not an object")
    if str(output.get("format", "mp4")).lower() != "mp4":
        raise Unprocessable("the only format is mp4")
    quality = {"draft": "draft", "low": "draft", "quality": "quality", "best": "quality"}.get(
        str(output.get("quality", "high")).lower(), "high"
    )
    digits = "".join(c for c in str(output.get("resolution", "1080"))[:12] if c.isdigit())[:4]
    wanted = int(digits or 1080)
    return quality, next((side for side in reversed(SIDES) if side <= wanted), SIDES[0])


def _job(body: dict[str, Any], draft: Draft, media: list[Media]) -> dict[str, Any]:
    """The job as it is kept. Raises Unprocessable for media that the session does not have."""
    own = {file.id: file for file in media}
    wanted = {str(piece.meta["src"]) for track in draft.tracks for piece in track.segments if "src" in piece.meta}
    if not any(track.kind is Kind.AUDIO and track.segments for track in draft.tracks):
        raise Unprocessable("draft has no music")
    if cover := draft.meta.get("cover"):
        wanted.add(str(cover))
    if wanted - own.keys():
        raise Unprocessable("draft names media that this session does not have")
    quality, side = _output_of(body)
    return {
        "draft": draft.to_wire(),
        "media": {key: str(own[key].path) for key in sorted(wanted)},
        "names": {key: own[key].filename for key in sorted(wanted)},
        "quality": quality,
        "short_side": side,
    }


async def submit(request: Request) -> Response:
    """Endpoint 7: queue an export. The same id with the same body returns the job that is there."""
    parts = services(request)
    caller = await authenticate(request, "read")
    check_plan(request, caller)
    body = await json_object(request)
    render_id = body.get("id")
    if not isinstance(render_id, str) or not ID.fullmatch(render_id):
        raise Unprocessable("id is 1 to 128 letters, digits, dots, colons, hyphens or underscores")
    session = await own_session(request, caller, plain(body.get("sessionId", body.get("session_id")), 64))
    job = _job(body, _draft_of(body), await parts.store.media(session.id))
    if switches_of(request).render_fails:
        job["fail"] = True
    parts.shelf.check_room()
    spelled = hashlib.sha256(json.dumps([session.id, job], sort_keys=True).encode()).hexdigest()
    render = await parts.store.add_render(
        caller.user_id, render_id, session.id, spelled, job, parts.clock(), parts.settings.renders_waiting
    )
    if render == "full":
        raise TooMany("too many exports are waiting")
    if render.body != spelled:
        raise BadRequest("this id was used for another export")
    parts.exports.queued()
    return JSONResponse(_answer(request, render))


async def _own(request: Request) -> Render:
    caller = await authenticate(request, "read")
    render = await services(request).store.render(caller.user_id, request.path_params["render"])
    if render is None:
        raise NotFound("no such export")
    return render


async def poll(request: Request) -> Response:
    """Endpoint 8: how it stands."""
    return JSONResponse(_answer(request, await _own(request)), headers={"Cache-Control": "no-store"})


async def cancel(request: Request) -> Response:
    """Endpoint 11: stop it, waiting or under way. What is over stays as it is."""
    render = await _own(request)
    await services(request).exports.cancel(render)
    return JSONResponse(_answer(request, await _own(request)))


async def download(request: Request) -> Response:
    """Endpoint 10: the bytes, for the owner's token."""
    render = await _own(request)
    if render.status != "completed":
        raise NotFound("the export is not finished")
    return _file(render, "path", "video/mp4", attachment=True)


def filename_of(render: Render) -> str:
    """What the video is called when it is saved."""
    meta = render.job["draft"].get("m", {})
    title = "".join(c for c in plain(meta.get("title"), 80) if c not in '\\/:*?"<>|\n\t').strip(" .")
    return f"{title or 'video'}.mp4"


def _file(render: Render, name: str, kind: str, *, attachment: bool = False) -> Response:
    path = Path(str(render.result.get(name) or ""))
    if not render.result.get(name) or not path.is_file():
        raise NotFound("the file is gone")
    disposition = "attachment" if attachment else "inline"
    saved = filename_of(render) if kind == "video/mp4" else "poster.jpg"
    return FileResponse(
        path, headers=SAFE_HEADERS, media_type=kind, filename=saved, content_disposition_type=disposition
    )


async def finished(request: Request) -> Response:
    """The file behind `output.url`: video, preview or poster; the link is the key, ranges are served."""
    render = await services(request).store.render_by_link(request.path_params["link"])
    if render is None or render.status != "completed":
        raise NotFound
    match request.path_params["name"]:
        case "poster.jpg":
            return _file(render, "poster", "image/jpeg")
        case "preview.mp4":
            return _file(render, "preview" if render.result.get("preview") else "path", "video/mp4")
        case _:
            return _file(render, "path", "video/mp4", attachment="dl" in request.query_params)


def url_of(render: Render, base: str) -> str:
    """Where the finished file is."""
    return f"{base}/files/{render.link}/{quote(filename_of(render), safe='')}"


def _answer(request: Request, render: Render) -> dict[str, Any]:
    """The union of the published forms, or one of the two pure ones (docs/nemovideo-api.md §12.26)."""
    progress = services(request).exports.progress(render)
    status = "failed" if render.status == "cancelled" else render.status
    output = _output(render, base_url(request)) if render.status == "completed" else {}
    top: dict[str, Any] = {"taskId": render.id, "status": status, "progress": progress}
    inner: dict[str, Any] = {"id": render.id, "status": status, "progress": progress}
    inner["createdAt"] = round(render.created_s * 1000)
    if render.ended_s is not None:
        inner["completedAt"] = round(render.ended_s * 1000)
    if output:
        top["output"] = output
        inner["outputUrl"] = output["url"]
    if render.error:
        top["error"] = inner["error"] = render.error
    match switches_of(request).poll:
        case "top":
            return top
        case "data":
            return {"success": True, "data": inner}
        case _:
            both = {**inner, "output": output} if output else inner
            return {"code": 0, "success": True, "id": render.id, **top, "data": both}


def _output(render: Render, base: str) -> dict[str, Any]:
    result = render.result
    return {
        "url": url_of(render, base),
        "duration": result.get("duration", 0.0),
        "size": result.get("bytes", 0),
        "width": result.get("width", 0),
        "height": result.get("height", 0),
        "poster": f"{base}/files/{render.link}/poster.jpg",
        "page": f"{base}/v/{render.link}",
    }


ROUTES = [
    Route("/api/render/proxy/lambda", submit, methods=["POST"]),
    Route("/api/render/proxy/lambda/{render}", poll, methods=["GET"]),
    Route("/api/render/proxy/lambda/{render}/cancel", cancel, methods=["POST"]),
    Route("/api/render/proxy/{render}/download", download, methods=["GET"]),
    Route("/files/{link}/{name}", finished, methods=["GET"]),
]
