"""Who asks: anonymous tokens, claim tokens, one's own tokens; scopes (docs/nemovideo-api.md §3)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from studio.api.body import json_object
from studio.api.errors import BadRequest, BadToken, Forbidden, Forced, NoSuchSession, NotFound, TooMany, Unprocessable
from studio.api.services import address_of, plain, services, switches_of
from studio.settings import DAY_S
from studio.store import Caller, Session, Token

SCOPES = ("read", "write", "upload", "render")
CLIENT_ID_MOST = 64
APP = "nemo_agent"


def iso(at_s: float) -> str:
    """A moment as the wire spells it, UTC."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def authenticate(request: Request, scope: str) -> Caller:
    """Return the token's owner.

    Raises:
        BadToken: No token, or one that is unknown, expired, revoked, or a claim token.
        Forbidden: The token lacks `scope`.
        Forced: A test switch wants the request refused.
    """
    parts = services(request)
    forced = switches_of(request).refuse
    if forced:
        raise Forced(forced)
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token.startswith("nmv_usr_"):
        raise BadToken
    caller = await parts.store.caller(token, parts.clock())
    if caller is None:
        raise BadToken
    if not caller.may(scope):
        raise Forbidden(f"the token does not have the scope {scope}")
    return caller


async def own_session(request: Request, caller: Caller, session_id: str, user: str = "me") -> Session:
    """Return the caller's session. Raises NoSuchSession for an unknown one and for another owner's."""
    if user not in ("me", caller.user_id):
        raise NoSuchSession
    session = await services(request).store.session(session_id, caller.user_id)
    if session is None:
        raise NoSuchSession
    return session


async def session_in_path(request: Request, scope: str) -> tuple[Caller, Session]:
    """Authenticate and return the session that the path names."""
    caller = await authenticate(request, scope)
    path = request.path_params
    if path.get("app", APP) != APP:
        raise NotFound
    return caller, await own_session(request, caller, path["session"], path["user"])


async def anonymous_token(request: Request) -> Response:
    """Endpoint 1: a trial token."""
    parts = services(request)
    forced = switches_of(request).refuse
    if forced:
        raise Forced(forced)
    client = request.headers.get("x-client-id", "").strip()
    if not client or len(client) > CLIENT_ID_MOST:
        raise BadRequest(f"X-Client-Id is missing or longer than {CLIENT_ID_MOST} characters")
    settings = parts.settings
    granted = await parts.store.grant(
        client,
        address_of(request),
        parts.clock(),
        life_s=settings.token_days * DAY_S,
        credits_=settings.credits,
        per_client=settings.tokens_per_client,
        per_address=settings.tokens_per_address,
    )
    if granted is None:
        raise TooMany("one token per client and ten per address in seven days")
    data = {
        "token": granted.token,
        "credits": granted.credits,
        "user_id": granted.user_id,
        "expires_at": iso(granted.expires_s),
    }
    return JSONResponse({"code": 0, "data": data}, headers={"Cache-Control": "no-store"})


async def claim_token(request: Request) -> Response:
    """Endpoint 9: a link to one project that holds no token."""
    parts = services(request)
    caller = await authenticate(request, "write")
    body = await json_object(request)
    session = await own_session(request, caller, plain(body.get("session_id"), 64))
    if str(body.get("task_id", session.task_id)) != session.task_id:
        raise NoSuchSession("the task does not belong to the session")
    life_s = parts.settings.token_days * DAY_S
    secret = await parts.store.claim(session.id, parts.clock() + life_s)
    data = {"claim_token": secret, "expires_in": int(life_s)}
    return JSONResponse({"code": 0, "data": data}, headers={"Cache-Control": "no-store"})


def _shown(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": iso(token.created_s),
        "expires_at": iso(token.expires_s),
        "revoked": token.revoked,
    }


async def tokens(request: Request) -> Response:
    """Endpoint 12, GET: one's own tokens, without their secrets."""
    caller = await authenticate(request, "read")
    found = await services(request).store.tokens(caller.user_id)
    return JSONResponse({"code": 0, "data": {"tokens": [_shown(token) for token in found]}})


async def add_token(request: Request) -> Response:
    """Endpoint 12, POST: another token, with no more scopes than the one that asks."""
    parts = services(request)
    caller = await authenticate(request, "write")
    body = await json_object(request)
    scopes = body.get("scopes", ["read"])
    if not isinstance(scopes, list) or not scopes or not all(s in (*SCOPES, "*") for s in scopes if isinstance(s, str)):
        raise Unprocessable("scopes is a list of read, write, upload, render, *")
    if not all(isinstance(scope, str) and caller.may(scope) for scope in scopes):
        raise Forbidden("a token cannot give scopes that it does not have")
    days = body.get("expires_in_days", parts.settings.token_days)
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 < days <= 365:
        raise Unprocessable("expires_in_days lies between 0 and 365")
    name = plain(body.get("name"), 80) or "token"
    if len(await parts.store.tokens(caller.user_id)) >= 100:
        raise TooMany("a hundred tokens are enough")
    secret, token = await parts.store.add_token(
        caller.user_id, name, sorted(set(scopes)), caller.anonymous, parts.clock(), days * DAY_S
    )
    data = {**_shown(token), "token": secret}
    return JSONResponse({"code": 0, "data": data}, headers={"Cache-Control": "no-store"})


async def revoke_token(request: Request) -> Response:
    """Endpoint 12: take a token away."""
    caller = await authenticate(request, "write")
    if not await services(request).store.revoke(caller.user_id, request.path_params["token"]):
        raise NotFound("no such token")
    return JSONResponse({"code": 0, "data": {}})


ROUTES = [
    Route("/api/auth/anonymous-token", anonymous_token, methods=["POST"]),
    Route("/api/auth/claim-token", claim_token, methods=["POST"]),
    Route("/api/tokens", tokens, methods=["GET"]),
    Route("/api/tokens", add_token, methods=["POST"]),
    Route("/api/tokens/{token}/revoke", revoke_token, methods=["POST"]),
]
