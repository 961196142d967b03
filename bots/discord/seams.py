"""Where Discord is: addresses taken from settings, for one client, without touching the library's globals.

discord.py keeps its addresses in class attributes. Our HTTP client and webhook adapter rewrite each request's address
instead, so that several clients with different addresses can live in one process.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord
import yarl
from discord.gateway import ReconnectWebSocket, WebSocketClosure
from discord.http import HTTPClient, Route
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bots.discord import payloads
from bots.settings import Settings

log = logging.getLogger(__name__)

# The bot has no voice; its absence is no news for anyone.
discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False

# The two places where the library runs into a malformed event outside of anything it lets us override.
_ATTACH, _VIEWS, _PRESS = "_update_references", "_view_store", "schedule_dynamic_item_call"
GATEWAYS = ".discord.gg"
UNREADABLE = (KeyError, TypeError)
"""What the library ends in at a rate limit whose JSON tells no "retry_after", or that it took for text."""
UNTOLD_S = 1.0
"""How long such a rate limit is taken to last."""
RATE_LIMIT_WAIT_S = 30.0
"""Longest wait for a rate limit inside the library; longer ones are raised as `discord.RateLimited` (its minimum)."""


class _Http(HTTPClient):
    """The library's HTTP client, sent elsewhere."""

    base = ""
    gateway: str | None = None

    async def request(self, route: Route, **kwargs: Any) -> Any:
        """Send one request to our base address."""
        _move(route, self.base)
        return _read(await _asked(super().request(route, **kwargs)))

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        """Open the gateway, ours in place of Discord's own; addresses a server named itself are kept."""
        asked = yarl.URL(url)
        if f".{asked.host}".endswith(GATEWAYS):
            if self.gateway is None and self.base:
                self.gateway = await self._told()
            if self.gateway is not None:
                url = str(yarl.URL(self.gateway).update_query(asked.query))
        return await super().ws_connect(url, compress=compress)

    async def _told(self) -> str | None:
        """Where the server behind another base address says that its gateway is; None where it does not say."""
        for path in ("/gateway/bot", "/gateway"):
            with contextlib.suppress(discord.NotFound):
                answer = await self.request(Route("GET", path))
                if isinstance(answer, dict) and isinstance(url := answer.get("url"), str) and url:
                    return url
        return None


class _Webhooks(AsyncWebhookAdapter):
    """Answers to interactions, sent elsewhere."""

    def __init__(self, base: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._base = base

    async def request(self, route: Route, session: aiohttp.ClientSession, **kwargs: Any) -> Any:
        """Send one request to our base address."""
        _move(route, self._base)
        answer = _read(await _asked(super().request(route, session, **kwargs)))
        if not answer and route.path.endswith("/callback"):  # "204 No Content" is a yes, too
            return {"interaction": {"id": route.webhook_id}}
        return answer


def _read(answer: Any) -> Any:
    """Complete an answer, also JSON under another name ("application/json; charset=utf-8"), for the library text."""
    if isinstance(answer, str) and answer.startswith(("{", "[")):
        with contextlib.suppress(ValueError):
            answer = json.loads(answer)
    return payloads.answer(answer)


async def _asked(request: Awaitable[Any]) -> Any:
    """Wait for an answer; refusals that the library cannot read are read here."""
    try:
        return await request
    except discord.HTTPException as error:
        raise _refused(error) from None
    except UNREADABLE:
        raise discord.RateLimited(UNTOLD_S) from None


def _refused(error: discord.HTTPException) -> discord.HTTPException:
    """A refusal with its code, also where the library took its JSON for text."""
    read = _read(error.text) if not error.code else None
    return type(error)(error.response, read) if isinstance(read, dict) else error


def _move(route: Route, base: str) -> None:
    if base and base != Route.BASE and route.url.startswith(Route.BASE):
        route.url = base + route.url.removeprefix(Route.BASE)


class Placed(discord.Client):
    """A client whose addresses are settings and whose gateway survives what it cannot read (decisions 30).

    Attributes:
        poison: Gateway frames that could not be read and were skipped.
    """

    def __init__(self, places: Settings, **options: Any) -> None:
        self._places = places
        self._base = _own(places.discord_api_base.rstrip("/"))
        self._webhooks = _Webhooks(self._base)
        self.poison = 0
        super().__init__(max_ratelimit_timeout=RATE_LIMIT_WAIT_S, **options)

    def _get_state(self, **options: Any) -> Any:
        # The one hook before the library shares its HTTP client with its state.
        http = _Http(
            self.loop,
            self.http.connector,
            proxy=self.http.proxy,
            proxy_auth=self.http.proxy_auth,
            http_trace=self.http.http_trace,
            max_ratelimit_timeout=RATE_LIMIT_WAIT_S,
        )
        http.base, http.gateway = self._base, self._places.discord_gateway_url
        self.http = http
        state = super()._get_state(**options)
        # The library tells its state of each new gateway socket: there the socket gets its guard.
        setattr(state, _ATTACH, self._guarding(getattr(state, _ATTACH)))
        setattr(getattr(state, _VIEWS), _PRESS, self._counted("button", _press))
        for event, complete in self._completions().items():
            state.parsers[event] = _completing(complete, state.parsers[event])
        return state

    def _completions(self) -> dict[str, Callable[[Any], Any]]:
        upload_bytes = self._places.discord_upload_bytes
        return {
            "READY": payloads.ready,
            "GUILD_CREATE": payloads.guild,
            **dict.fromkeys(("CHANNEL_CREATE", "CHANNEL_UPDATE", "THREAD_CREATE", "THREAD_UPDATE"), payloads.channel),
            "MESSAGE_CREATE": payloads.message,
            "INTERACTION_CREATE": lambda event: payloads.interaction(event, upload_bytes, self.application_id or 0),
        }

    async def login(self, token: str) -> None:
        """Log in; REST works from here on, without a gateway."""
        self.use_places()
        await super().login(token)

    async def connect(self, *, reconnect: bool = True) -> None:
        """Hold the gateway."""
        self.use_places()
        await super().connect(reconnect=reconnect)

    def use_places(self) -> None:
        """Send answers to interactions of this task, and of tasks it starts, to our base address."""
        if self._base:
            async_context.set(self._webhooks)

    def _guarding(self, attach: Callable[[Any], None]) -> Callable[[Any], None]:
        def guard(ws: Any) -> None:
            attach(ws)
            ws.received_message = self._guarded(ws, ws.received_message)

        return guard

    def _guarded(self, ws: Any, receive: Callable[[Any], Awaitable[None]]) -> Callable[[Any], Awaitable[None]]:
        async def received(frame: Any) -> None:
            sequence = ws.sequence
            try:
                await receive(frame)
            except (ReconnectWebSocket, WebSocketClosure, discord.DiscordException, OSError, asyncio.CancelledError):
                raise
            except zlib.error:  # the stream's state is lost with it: resume on a new one
                await ws.close()
                raise ReconnectWebSocket(ws.shard_id) from None
            except Exception as error:  # whatever it is, the client must live
                self.skipped("frame", error)
            if not isinstance(ws.sequence, int):
                ws.sequence = sequence

        return received

    def _counted(self, what: str, call: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def counted(*args: Any) -> None:
            try:
                await call(*args)
            except Exception as error:
                self.skipped(what, error)

        return counted

    def skipped(self, what: str, error: BaseException) -> None:
        """Count something unreadable. The event itself is never logged: people's words and tokens are in it."""
        self.poison += 1
        log.warning("skipped an unreadable %s: %s", what, type(error).__name__)


async def _press(_kind: int, item: Any, interaction: discord.Interaction[Any], custom_id: str, match: Any) -> None:
    """Press a dynamic button. Its id is all it needs.

    The library wants to find it in the message first, and drops the press where a server sends less than that.
    """
    button: discord.ui.Button[Any] = discord.ui.Button(custom_id=custom_id)
    await (await item.from_custom_id(interaction, button, match)).callback(interaction)


def _completing(complete: Callable[[Any], Any], parse: Callable[[Any], None]) -> Callable[[Any], None]:
    return lambda event: parse(complete(event))


def _own(base: str) -> str:
    """The base if it is another than the library's own, else "" (then the library's is left alone)."""
    return "" if base == Settings.model_fields["discord_api_base"].default else base
