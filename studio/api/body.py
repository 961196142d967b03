"""Request bodies that are JSON, read with a cap and a limit of time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from starlette.requests import ClientDisconnect, Request

from studio.api.errors import BadRequest, SlowClient, Unprocessable
from studio.api.services import services

JSON_MOST_BYTES = 4 * 1024 * 1024


async def chunks(request: Request) -> AsyncIterator[bytes]:
    """Yield the body as it comes. Raises SlowClient when nothing comes for the set time."""
    stream = request.stream()
    idle_s = services(request).settings.upload_idle_s
    while True:
        try:
            async with asyncio.timeout(idle_s):
                chunk = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise SlowClient from None
        if chunk:
            yield chunk


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


async def json_object(request: Request, *, empty: bool = False) -> dict[str, Any]:
    """Return the body's object; {} for no body where `empty` allows it.

    Raises:
        Unprocessable: Not JSON, or not an object (422, as ADK's framework answers).
        BadRequest: Larger than 4 MiB, or cut off.
    """
    body = bytearray()
    try:
        async for chunk in chunks(request):
            body += chunk
            if len(body) > JSON_MOST_BYTES:
                raise BadRequest("the body is too large")
    except ClientDisconnect:
        raise BadRequest("the body was cut off") from None
    if empty and not body.strip():
        return {}
    try:
        value = json.loads(body, parse_constant=_no_number)
        if b"\\ud" in body.lower():  # half a pair of surrogates can be neither stored nor sent
            value = json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise Unprocessable("the body is not JSON") from None
    if not isinstance(value, dict):
        raise Unprocessable("the body is not an object")
    return value
