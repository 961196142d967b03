"""What the Bot API asks of each call we make (core.telegram.org/bots/api, 10.0): fields, types, lengths."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Check = Callable[[str], object]


class Wrong(Exception):
    """A call that Telegram would refuse; the words are those of its description."""


def integer(value: str) -> int:
    return int(value)


def boolean(value: str) -> bool:
    if value not in {"true", "false"}:
        raise ValueError(value)
    return value == "true"


def words(limit: int) -> Check:
    def check(value: str) -> str:
        if not value.strip() or len(value.encode("utf-16-le")) // 2 > limit:
            raise ValueError(f"{len(value)} characters")
        return value

    return check


def entities(value: str) -> list[dict[str, Any]]:
    found = json.loads(value)
    assert all({"type", "offset", "length"} <= set(one) for one in found)
    return list(found)


def markup(value: str) -> dict[str, Any]:
    board: dict[str, Any] = json.loads(value)
    if "inline_keyboard" in board:
        for row in board["inline_keyboard"]:
            assert len(row) <= 8
            for key in row:
                assert key["text"], "a key without words"
                assert len(key.get("callback_data", "x").encode()) <= 64, "BUTTON_DATA_INVALID"
                assert ("callback_data" in key) != ("url" in key)
    else:
        assert board.get("force_reply") is True
    return board


def reply(value: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(value)
    assert isinstance(found["message_id"], int)
    return found


_NEW: Mapping[str, Check] = {
    "chat_id": integer,
    "message_thread_id": integer,
    "reply_parameters": reply,
    "reply_markup": markup,
    "disable_notification": boolean,
}

SPEC: Mapping[str, tuple[frozenset[str], Mapping[str, Check]]] = {
    # method: (required, checks of all it may have)
    "getMe": (frozenset(), {}),
    "deleteWebhook": (frozenset(), {"drop_pending_updates": boolean}),
    "setWebhook": (
        frozenset({"url"}),
        {"url": str, "allowed_updates": json.loads, "max_connections": integer, "secret_token": words(256)},
    ),
    "getUpdates": (
        frozenset(),
        {"offset": integer, "limit": integer, "timeout": integer, "allowed_updates": json.loads},
    ),
    "getFile": (frozenset({"file_id"}), {"file_id": str}),
    "getChatMember": (frozenset({"chat_id", "user_id"}), {"chat_id": integer, "user_id": integer}),
    "sendMessage": (
        frozenset({"chat_id", "text"}),
        {**_NEW, "text": words(4096), "entities": entities, "link_preview_options": json.loads},
    ),
    "editMessageText": (
        frozenset({"chat_id", "message_id", "text"}),
        {
            "chat_id": integer,
            "message_id": integer,
            "text": words(4096),
            "entities": entities,
            "reply_markup": markup,
            "link_preview_options": json.loads,
        },
    ),
    "sendVideo": (
        frozenset({"chat_id", "video"}),
        {
            **_NEW,
            "video": str,
            "thumbnail": str,
            "cover": str,
            "caption": words(1024),
            "caption_entities": entities,
            "width": integer,
            "height": integer,
            "duration": integer,
            "supports_streaming": boolean,
        },
    ),
    "deleteMessage": (frozenset({"chat_id", "message_id"}), {"chat_id": integer, "message_id": integer}),
    "sendMessageDraft": (
        frozenset({"chat_id", "draft_id"}),
        {"chat_id": integer, "draft_id": integer, "message_thread_id": integer, "text": words(4096)},
    ),
    "sendChatAction": (
        frozenset({"chat_id", "action"}),
        {"chat_id": integer, "action": str, "message_thread_id": integer},
    ),
    "setMessageReaction": (
        frozenset({"chat_id", "message_id"}),
        {"chat_id": integer, "message_id": integer, "reaction": json.loads, "is_big": boolean},
    ),
    "answerCallbackQuery": (
        frozenset({"callback_query_id"}),
        {"callback_query_id": str, "text": words(200), "show_alert": boolean},
    ),
    "setMyCommands": (
        frozenset({"commands"}),
        {"commands": json.loads, "scope": json.loads, "language_code": str},
    ),
}


def read(method: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Return the call's parameters with their types. Raises Wrong for what Telegram would refuse."""
    required, checks = SPEC[method]
    if missing := required - set(given):
        raise Wrong(f"Bad Request: {', '.join(sorted(missing))} is missing")
    read_values: dict[str, Any] = {}
    for name, value in given.items():
        if name not in checks:
            raise Wrong(f"Bad Request: unknown parameter {name}")
        try:
            read_values[name] = checks[name](value)
        except (ValueError, KeyError, AssertionError) as error:
            raise Wrong(f"Bad Request: {name}: {error}") from None
    return read_values
