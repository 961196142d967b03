"""What a server spells otherwise or leaves out, put right: the library believes whatever JSON says. Pure.

Telegram's own server needs none of this. Others of its kind write numbers as strings, shorten the message that is
answered, or know nothing of a field that came later; what they mean is plain all the same.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberRestricted

from core.languages import whole

UNKNOWN_TIME = 1
"""Stands for a date that was not told; 0 is what Telegram calls the date of a message that cannot be seen any more."""

_MESSAGES = frozenset({"message", "edited_message", "channel_post", "reply_to_message"})
_CHATS = frozenset({"chat", "sender_chat"})
_USERS = frozenset({"from", "user"})
_MEMBERS = frozenset({"old_chat_member", "new_chat_member"})
_LONG = frozenset({"audio", "voice", "video", "video_note", "animation"})
_WIDE = frozenset({"video", "animation", "photo[]"})
_FILES = _LONG | _WIDE | {"document"}

_KINDS: Mapping[type, frozenset[str]] = {
    dict: _MESSAGES | _CHATS | _USERS | _MEMBERS | _FILES | {"callback_query", "my_chat_member", "external_reply"},
    list: frozenset({"photo", "entities", "caption_entities"}),
    str: frozenset(
        {"text", "caption", "data", "first_name", "last_name", "username", "language_code", "title", "performer"}
        | {"file_id", "file_unique_id", "file_name", "mime_type", "media_group_id", "type", "status", "url"}
        | {"author_signature", "chat_instance", "file_path"}
    ),
    int: frozenset(
        {"update_id", "message_id", "date", "file_size", "message_thread_id", "migrate_to_chat_id"}
        | {"migrate_from_chat_id", "duration", "offset", "length", "width", "height"}
    ),
    bool: frozenset({"is_bot", "is_topic_message"}),
}
_KIND_OF: Mapping[str, type] = {key: kind for kind, keys in _KINDS.items() for key in keys} | {"entities[]": dict}
_NUMBERED = _CHATS | _USERS

_READ: Mapping[str, frozenset[str]] = {
    "": frozenset({"update_id", "message", "edited_message", "channel_post", "callback_query", "my_chat_member"}),
    "callback_query": frozenset({"id", "from", "message", "chat_instance", "data"}),
    **dict.fromkeys(
        _MESSAGES,
        _FILES - {"photo[]"}
        | {"message_id", "date", "chat", "from", "sender_chat", "author_signature", "text", "caption", "entities"}
        | {"caption_entities", "photo", "media_group_id", "message_thread_id", "is_topic_message"}
        | {"reply_to_message", "migrate_to_chat_id", "migrate_from_chat_id"},
    ),
}
"""What we read at all, of the things that hold more."""


def mended(node: Any, key: str = "") -> Any:
    """Return what the server sent as the library wants it: types put right, what may be guessed filled in.

    Halves of surrogate pairs are replaced; null is "not there".

    Raises:
        TypeError: A field that we read is of another type than the Bot API says, or what cannot be guessed is missing.
    """
    kind = int if key.endswith(".id") else _KIND_OF.get(key)
    if kind is not None:
        node = _as(kind, node, key)
    if isinstance(node, int) and abs(node) >= 1 << 62:
        raise TypeError(key)
    if isinstance(node, str):
        return whole(node)
    if isinstance(node, list):
        return [mended(item, f"{key}[]") for item in node]
    if isinstance(node, dict):
        numbered = key in _NUMBERED
        found = {
            name: mended(value, f"{key}.id" if numbered and name == "id" else name)
            for name, value in node.items()
            if value is not None
        }
        _fill(found, key)
        return found
    return node


def reduced(node: Any, key: str = "") -> Any:
    """Return an update with nothing in it that we do not read: what is new or odd elsewhere cannot spoil it."""
    if not isinstance(node, dict):
        return node
    kept = _READ.get(key)
    return {name: reduced(value, name) for name, value in node.items() if kept is None or name in kept}


def _as(kind: type, value: Any, key: str) -> Any:
    """Return a value as the type the Bot API gives it. Raises TypeError where that would be a guess."""
    if isinstance(value, kind) and isinstance(value, bool) is (kind is bool):
        return value
    if kind is int and isinstance(value, str) and value.strip().lstrip("-").isdecimal() and len(value) < 20:
        return int(value)
    if kind is int and isinstance(value, float) and value.is_integer() and abs(value) < 1 << 53:
        return int(value)
    if kind is str and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if kind is bool and value in (0, 1, "true", "false"):
        return value in (1, "true")
    raise TypeError(key)


def _fill(found: dict[str, Any], key: str) -> None:
    """Fill in what is not there. Raises TypeError if it cannot be guessed."""
    for keys, fill in _FILLERS:
        if key in keys:
            try:
                fill(found)
            except KeyError as error:
                raise TypeError(f"{key} without {error.args[0]}") from None


def _message(found: dict[str, Any]) -> None:
    _ = found["message_id"]
    found.setdefault("date", UNKNOWN_TIME)
    answered = found.get("reply_to_message")
    if answered is not None:
        answered.setdefault("chat", found["chat"])


def _outer_message(found: dict[str, Any]) -> None:
    _ = found["chat"]


def _chat(found: dict[str, Any]) -> None:
    supergroup = str(found["id"]).startswith("-100")
    found.setdefault("type", "private" if found["id"] > 0 else "supergroup" if supergroup else "group")


def _user(found: dict[str, Any]) -> None:
    _ = found["id"]
    found.setdefault("is_bot", False)
    found.setdefault("first_name", found.get("username", ""))


def _file(found: dict[str, Any]) -> None:
    found.setdefault("file_unique_id", found["file_id"])


def _found_file(found: dict[str, Any]) -> None:
    found.setdefault("file_unique_id", found.setdefault("file_id", ""))


def _zeros(*names: str) -> Callable[[dict[str, Any]], None]:
    def fill(found: dict[str, Any]) -> None:
        for name in names:
            found.setdefault(name, 0)

    return fill


def _query(found: dict[str, Any]) -> None:
    _ = found["id"], found["from"]
    found.setdefault("chat_instance", "")


def _change(found: dict[str, Any]) -> None:
    _ = found["chat"], found["from"]
    found.setdefault("date", UNKNOWN_TIME)
    new = found["new_chat_member"]
    new.setdefault("user", found["from"])
    found.setdefault("old_chat_member", {"status": ChatMember.LEFT})
    found["old_chat_member"].setdefault("user", new["user"])


def _member(found: dict[str, Any]) -> None:
    for name in _rights(found["status"]):
        found.setdefault(name, False)
    if found["status"] in {ChatMember.BANNED, ChatMember.RESTRICTED}:
        found.setdefault("until_date", 0)
    if found["status"] == ChatMember.OWNER:
        found.setdefault("is_anonymous", False)


@cache
def _rights(status: str) -> frozenset[str]:
    """Return the rights that the library wants to be told of a member: they become more with each Bot API."""
    kinds: Mapping[str, type] = {
        ChatMember.ADMINISTRATOR: ChatMemberAdministrator,
        ChatMember.RESTRICTED: ChatMemberRestricted,
    }
    if status not in kinds:
        return frozenset()
    told = inspect.signature(kinds[status]).parameters.values()
    # Some have a default and are refused all the same when they are not there.
    wanted = {one.name for one in told if one.default is one.empty or one.name.startswith("can_")}
    return frozenset(wanted - {"user", "until_date"})


_FILLERS: tuple[tuple[frozenset[str], Callable[[dict[str, Any]], None]], ...] = (
    (_MESSAGES, _message),
    (_MESSAGES - {"reply_to_message"}, _outer_message),
    (_CHATS, _chat),
    (_USERS, _user),
    (_FILES, _file),
    (frozenset({"file"}), _found_file),
    (_LONG, _zeros("duration")),
    (_WIDE, _zeros("width", "height")),
    (frozenset({"video_note"}), _zeros("length")),
    (frozenset({"callback_query"}), _query),
    (frozenset({"my_chat_member"}), _change),
    (_MEMBERS, _member),
)
