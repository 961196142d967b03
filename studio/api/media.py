"""Uploaded files as the wire shows them, and behind their links (docs/nemovideo-api.md §4.3)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from studio.api.errors import NotFound
from studio.api.services import services
from studio.store import Media

# A media file is data: whatever it pretends to be, the browser runs nothing of it.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, max-age=3600",
}
_COPIED = (
    ("width", "width"), ("height", "height"), ("fps", "fps"), ("rate_hz", "sample_rate"), ("channels", "channels"),
    ("title", "title"), ("artist", "artist"), ("album", "album"),
)  # fmt: skip
TYPES = {
    "mp4": "video/mp4", "m4v": "video/mp4", "mov": "video/quicktime", "avi": "video/x-msvideo", "webm": "video/webm",
    "mkv": "video/x-matroska", "mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "aac": "audio/aac",
    "flac": "audio/flac", "ogg": "audio/ogg", "oga": "audio/ogg", "opus": "audio/ogg", "jpg": "image/jpeg",
    "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
}  # fmt: skip


def entry(file: Media, base: str) -> dict[str, Any]:
    """One element of `data.files` and of `video_infos`: everything that was measured. `duration` is in seconds."""
    info = file.info
    found: dict[str, Any] = {
        "id": file.id,
        "filename": file.filename,
        "file_type": file.kind,
        "cdn_url": f"{base}/media/{file.link}/{quote(file.filename, safe='')}",
        "size": file.size_bytes,
        "hash": file.sha256,
    }
    if file.kind != "image":
        found["duration"] = round(float(info.get("duration_s", 0.0)), 3)
    found.update({name: info[key] for key, name in _COPIED if info.get(key)})
    if info.get("codecs"):
        found["codec"] = ",".join(info["codecs"])
    return found


async def stored(request: Request) -> Response:
    """The file itself; its link is the key."""
    file = await services(request).store.media_by_link(request.path_params["link"])
    if file is None or not file.path.is_file():
        raise NotFound
    kind = TYPES.get(file.path.suffix[1:], "application/octet-stream")
    return FileResponse(file.path, headers=SAFE_HEADERS, media_type=kind)


ROUTES = [Route("/media/{link}/{name}", stored, methods=["GET"])]
