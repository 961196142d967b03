"""Endpoint 4: media by file or by address; all files of a request or none (docs/nemovideo-api.md §4.3)."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.api import multipart
from studio.api.auth import session_in_path
from studio.api.body import chunks, json_object
from studio.api.errors import BadRequest, TooLarge, Unprocessable
from studio.api.media import entry
from studio.api.services import base_url, services
from studio.api.shelf import Incoming
from studio.api.shelf import Request as Shelving
from studio.store import Media

FIELD = "files"


async def upload(request: Request) -> Response:
    """Take every file of the request, or refuse it whole."""
    parts = services(request)
    _, session = await session_in_path(request, "upload")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    async with parts.shelf.request() as shelving:
        if kind == "multipart/form-data":
            await _from_form(request, shelving)
        elif kind == "application/json":
            await _from_urls(request, shelving)
        else:
            raise BadRequest("send multipart/form-data with `files`, or JSON with `urls`")
        media = await shelving.keep()
        await parts.store.add_media(session.id, media, parts.clock())
    return JSONResponse({"code": 0, "data": {"files": _shown(media, base_url(request)), "session_state_applied": True}})


def _shown(media: list[Media], base: str) -> list[dict[str, object]]:
    return [entry(file, base) for file in media if not file.hidden]


async def _from_form(request: Request, shelving: Shelving) -> None:
    file: Incoming | None = None
    count = 0
    try:
        async for event in multipart.parts(request.headers["content-type"], chunks(request)):
            match event:
                case multipart.PartBegun(name, filename) if name == FIELD and filename:
                    file = shelving.begin(filename)
                    count += 1
                case multipart.PartData(data) if file is not None:
                    await file.write(data)
                case multipart.PartEnded():
                    if file is not None:
                        await file.flush()
                    file = None
    except ClientDisconnect:
        raise BadRequest("the upload was cut off") from None
    if not count:
        raise Unprocessable(f"no file in a part named `{FIELD}`")


async def _from_urls(request: Request, shelving: Shelving) -> None:
    parts = services(request)
    urls = (await json_object(request)).get("urls")
    if not isinstance(urls, list) or not urls or not all(isinstance(url, str) for url in urls):
        raise Unprocessable("`urls` is a list of addresses")
    if len(urls) > parts.settings.upload_files:
        raise TooLarge(f"more than {parts.settings.upload_files} files in one request")
    for url in urls:
        async with parts.fetcher.get(url) as download:
            file = shelving.begin(download.name)
            async for chunk in download.chunks():
                await file.write(chunk)
            await file.flush()


ROUTES = [Route("/api/upload-video/{app}/{user}/{session}", upload, methods=["POST"])]
