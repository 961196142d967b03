"""Updates are parsed one by one: a poisonous one is counted and skipped, the next is heard (decisions 30).

The library parses a batch at once and keeps its offset when that fails: one bad update would silence the bot for ever.
"""

from __future__ import annotations

import json
import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

import httpx
from telegram import Message, Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from typing_extensions import override

from bots.telegram.lenient import mended, reduced

log = logging.getLogger(__name__)


REMEMBERED = 10_000

FLOOD_S = 5
"""How long a 429 holds that does not say so itself."""

NOT_FOUND = "Not Found"
"""How the words of a 404 begin: to the library it is the same error as a 401."""

UNREADABLE = (TypeError, KeyError, ValueError, AttributeError)
"""What the library raises at an answer that is not what it expects."""


class Poison:
    """Counts updates that could not be read, each once: an unconfirmed one comes again and again."""

    def __init__(self) -> None:
        self.count = 0
        self._known: OrderedDict[object, None] = OrderedDict()

    def add(self, number: object, why: str) -> None:
        """Count an update; the log holds its number, never its words."""
        if number in self._known:
            return
        self._known[number] = None
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        self.count += 1
        log.warning("telegram: update %s could not be read and was skipped: %s", number, why)


poison = Poison()
"""Of this process."""


def harmless(raw: object) -> dict[str, Any] | None:
    """Return an update that certainly parses: the same, or what we read of it, or an empty one of the same id.

    Returns:
        None for an update without an id.
    """
    number = _number(raw)
    if not isinstance(raw, dict) or number is None:
        poison.add(hash(repr(raw)), "it has no number")
        return None
    raw = {**raw, "update_id": number}
    why = ""
    for attempt in (raw, reduced(raw)):
        try:
            sound: dict[str, Any] = mended(attempt)
            Update.de_json(sound, None)
        except Exception as error:  # whatever a parser raises at what it never expected
            why = type(error).__name__
        else:
            return sound
    poison.add(number, why)
    return {"update_id": number}


def _number(raw: object) -> int | None:
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if isinstance(number, str) and number.isdecimal() and len(number) < 20:
        number = int(number)
    # A number beyond all others would be confirmed, and nothing after it would ever be heard.
    return number if type(number) is int and 0 <= number < 1 << 53 else None


def answered(result: object) -> object:
    """Return the result of a call as something that the library can read.

    A send that was carried out must not look like one that broke because its answer is short of a field.
    """
    if isinstance(result, bool | list):
        return result
    if not isinstance(result, dict):
        return True
    kind = next((kind for field, kind in _RESULTS if field in result), "")
    if kind == "message":
        # Where it stands we know ourselves; the number is what we want.
        result = {"chat": {"id": 0}, **result}
    try:
        sound: dict[str, Any] = mended(result, kind)
        if kind == "message":
            Message.de_json(sound, None)
    except Exception:  # as in `harmless`
        if kind != "message":
            return result
        try:
            return mended({name: result[name] for name in ("message_id", "date", "chat") if name in result}, kind)
        except UNREADABLE:
            return True
    return sound


_RESULTS = (
    ("message_id", "message"),
    ("status", "new_chat_member"),
    ("is_bot", "user"),
    ("first_name", "user"),
    ("username", "user"),
    ("file_path", "file"),
    ("file_id", "file"),
)
"""A field of a result → what it is."""


Leaves = Callable[[], Awaitable[None]]

_leaves: ContextVar[Leaves | None] = ContextVar("leaves", default=None)


@contextmanager
def leaving(leaves: Leaves) -> Iterator[None]:
    """Within: each request of a PlainRequest awaits `leaves` with its connection open, before its body leaves."""
    was = _leaves.set(leaves)
    try:
        yield
    finally:
        _leaves.reset(was)


async def _at_the_door(request: httpx.Request) -> None:
    leaves = _leaves.get()
    if leaves is None:
        return

    async def trace(name: str, info: Mapping[str, Any]) -> None:
        # Not at the headers: without its body no request is carried out, and each write lets the loop turn once.
        if name == "http11.send_request_body.started" and info["request"].method != b"CONNECT":
            await leaves()

    request.extensions = {**request.extensions, "trace": trace}


class PlainRequest(HTTPXRequest):
    """Requests whose answers are never logged; a 200 that says "not ok" is an error. See `leaving`."""

    def __init__(self, **told: Any) -> None:
        hooks = {"event_hooks": {"request": [_at_the_door]}}
        super().__init__(**{**told, "httpx_kwargs": {**(told.get("httpx_kwargs") or {}), **hooks}})

    @override
    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """Make the request; see BaseRequest. A refusal with status 200 gets the status it names."""
        code, payload = await super().do_request(*args, **kwargs)
        if code == 200 and b'"ok"' in payload[:4096]:
            answer = self.parse_json_payload(payload)
            if answer.get("ok") is False:
                named = answer.get("error_code")
                code = named if isinstance(named, int) and 400 <= named < 600 else 400
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            return code, _patient(payload)
        if code == HTTPStatus.NOT_FOUND:
            return code, _spelled({**_refusal(payload), "description": f"{NOT_FOUND}: {_words(payload)}"})
        return code, payload

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer of the server. Raises TelegramError, which does not show the answer."""
        answer = _json(payload)
        if answer.get("ok", True) is not False:
            answer["result"] = answered(answer.get("result"))
        return answer


class GuardedRequest(PlainRequest):
    """The request of getUpdates: hands the library only updates that parse."""

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer, its updates one by one."""
        answer = _json(payload)
        result = answer.get("result")
        if isinstance(result, list):
            answer["result"] = [update for raw in result if (update := harmless(raw)) is not None]
        return answer


def _json(payload: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(payload.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        raise TelegramError("Invalid server response") from None
    if not isinstance(answer, dict):
        raise TelegramError("Invalid server response")
    return answer


def _refusal(payload: bytes) -> dict[str, Any]:
    """Read the body of a refusal, {} where it is no JSON."""
    try:
        return _json(payload)
    except TelegramError:
        return {}


def _words(payload: bytes) -> str:
    return str(_refusal(payload).get("description") or "")


def _spelled(answer: dict[str, Any]) -> bytes:
    return json.dumps({"ok": False, **answer}).encode()


def _patient(payload: bytes) -> bytes:
    """Return the body of a 429 with its seconds where the library looks for them."""
    parameters, words = _refusal(payload).get("parameters"), _words(payload)
    told = parameters.get("retry_after") if isinstance(parameters, dict) else None
    if isinstance(told, str) and told.isdecimal():
        told = int(told)
    if not isinstance(told, int | float) or told <= 0:
        match = re.search(r"retry after (\d{1,5})", words)
        told = int(match[1]) if match else FLOOD_S
    return _spelled({"error_code": 429, "description": words, "parameters": {"retry_after": told}})
