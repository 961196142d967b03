"""Endpoint 5: the balance (docs/nemovideo-api.md §4.4)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.api.auth import authenticate
from studio.api.services import services


async def balance(request: Request) -> Response:
    """What is free, what is held for work in progress, and the sum."""
    caller = await authenticate(request, "read")
    found = await services(request).store.balance(caller.user_id)
    data = {"available": found.available, "frozen": found.frozen, "total": found.available + found.frozen}
    return JSONResponse({"code": 0, "data": data})


ROUTES = [Route("/api/credits/balance/simple", balance, methods=["GET"])]
