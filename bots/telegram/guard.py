"""Updates are parsed one by one: a poisonous one is counted and skipped, the next is heard (decisions 30).

The library parses a batch at once and keeps its offset when that fails: one bad update would silence the bot for ever.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import httpx
from telegram import Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from typing_extensions import override

from core.languages import whole

log = logging.getLogger(__name__)


REMEMBERED = 10_000
_MESSAGES = frozenset({"message", "edited_message", "channel_post", "reply_to_message"})
_CHATS = frozenset({"chat", "sender_chat"})
_FILES = frozenset({"audio", "voice", "video", "video_note", "document", "animation", "photo[]"})
_NUMBERED = _CHATS | {"from", "user"}
_TYPES: Mapping[type, frozenset[str]] = {
    dict: _MESSAGES
    | _CHATS
    | _FILES
    | {"from", "user", "callback_query", "my_chat_member", "external_reply", "new_chat_member", "entities[]"},
    list: frozenset({"photo", "entities", "caption_entities"}),
    str: frozenset(
        {"text", "caption", "data", "first_name", "last_name", "username", "language_code", "title", "performer"}
        | {"file_id", "file_unique_id", "file_name", "mime_type", "media_group_id", "type", "status", "url"}
        | {"author_signature", "chat_instance"}
    ),
    int: frozenset(
        {"update_id", "message_id", "date", "file_size", "message_thread_id", "migrate_to_chat_id"}
        | {"migrate_from_chat_id", "duration", "offset", "length", "width", "height"}
    ),
    bool: frozenset({"is_bot", "is_topic_message"}),
}
_NEEDED: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(_MESSAGES, frozenset({"message_id", "date", "chat"})),
    **dict.fromkeys(_CHATS, frozenset({"id", "type"})),
    **dict.fromkeys(_FILES, frozenset({"file_id", "file_unique_id"})),
    **dict.fromkeys(("from", "user"), frozenset({"id", "is_bot", "first_name"})),
    "callback_query": frozenset({"id", "from"}),
    "my_chat_member": frozenset({"chat", "from", "new_chat_member"}),
}


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


def checked(node: Any, key: str = "") -> Any:
    """Return what the server sent with halves of surrogate pairs replaced.

    The library believes whatever JSON says; so the fields that we read are held against their types here.

    Raises:
        TypeError: A field that we read is of another type than the Bot API says, or missing.
    """
    for kind, keys in _TYPES.items():
        if key in keys and (not isinstance(node, kind) or isinstance(node, bool) is not (kind is bool)):
            raise TypeError(key)
    if isinstance(node, int) and abs(node) >= 1 << 62:
        raise TypeError(key)
    if isinstance(node, str):
        return whole(node)
    if isinstance(node, list):
        return [checked(item, f"{key}[]") for item in node]
    if isinstance(node, dict):
        # Some emulators spell "not there" as null.
        found = {name: checked(value, name) for name, value in node.items() if value is not None}
        if missing := _NEEDED.get(key, frozenset()) - found.keys():
            raise TypeError(f"{key} without {min(missing)}")
        if key in _NUMBERED and type(found["id"]) is not int:
            raise TypeError(f"{key}.id")
        return found
    return node


def harmless(raw: object) -> dict[str, Any] | None:
    """Return an update that certainly parses: the same, or an empty one of the same id, or None without an id."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    # A number beyond all others would be confirmed, and nothing after it would ever be heard.
    if not isinstance(raw, dict) or type(number) is not int or not 0 <= number < 1 << 53:
        poison.add(hash(repr(raw)), "it has no number")
        return None
    try:
        sound: dict[str, Any] = checked(raw)
        Update.de_json(sound, None)
    except Exception as error:  # whatever a parser raises at what it never expected
        poison.add(number, type(error).__name__)
        return {"update_id": number}
    return sound


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
                return (named if isinstance(named, int) and 400 <= named < 600 else 400), payload
        return code, payload

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer of the server. Raises TelegramError, which does not show the answer."""
        try:
            answer = json.loads(payload.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            raise TelegramError("Invalid server response") from None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer


class GuardedRequest(PlainRequest):
    """The request of getUpdates: hands the library only updates that parse."""

    @staticmethod
    @override
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer, its updates one by one."""
        answer = PlainRequest.parse_json_payload(payload)
        result = answer.get("result")
        if isinstance(result, list):
            answer["result"] = [update for raw in result if (update := harmless(raw)) is not None]
        return answer
