"""Whether the studio works: for probes and load balancers; tells no secret."""

from __future__ import annotations

import shutil

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.api.services import services


async def health(request: Request) -> Response:
    """200 while the studio takes requests; `room` is false when the disk is too full for uploads."""
    parts = services(request)
    free = shutil.disk_usage(parts.settings.data_dir).free
    return JSONResponse({"code": 0, "data": {"status": "ok", "room": free >= parts.settings.free_bytes}})


ROUTES = [Route("/healthz", health, methods=["GET"]), Route("/health", health, methods=["GET"])]
