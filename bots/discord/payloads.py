"""Events as other servers may send them, completed with what the library insists on. Pure.

Discord's documentation leaves more out than the library does: of an interaction's channel only its id need be there,
and a library that misses a key drops the whole event, and with it somebody's request. What is filled in says nothing
that is not known: empty names, a plain text channel, a file of no size, a person without a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
TEXT, DM = 0, 1
THREADS = frozenset({10, 11, 12})
_MESSAGE: Json = {"type": 0, "content": "", "mentions": [], "mention_roles": [], "attachments": [], "embeds": []}
_USER: Json = {"discriminator": "0", "avatar": None}
_MEMBER: Json = {"roles": [], "flags": 0}
_CHANNEL: Json = {"type": TEXT, "name": "", "position": 0}
_THREAD: Json = {"owner_id": 0, "message_count": 0, "member_count": 0}
_OPEN: Json = {"archived": False, "auto_archive_duration": 1440, "archive_timestamp": "2015-01-01T00:00:00+00:00"}


def ready(event: Json) -> Json:
    """Complete READY: a bot in no server yet, an application without flags."""
    known: Json = {"guilds": []} | event
    if "user" in event:
        known["user"] = _USER | event["user"]
    if "application" in event:
        known["application"] = {"flags": 0} | event["application"]
    return known


def message(event: Json) -> Json:
    """Complete a message, those it answers and forwards, and its people."""
    whole = _MESSAGE | event
    if event.get("author"):
        whole["author"] = _USER | event["author"]
    if event.get("member"):
        whole["member"] = _member(event["member"])
    whole["mentions"] = [_person(one) for one in whole["mentions"]]
    if event.get("attachments"):
        whole["attachments"] = [_file(one) for one in event["attachments"]]
    if event.get("referenced_message"):
        whole["referenced_message"] = message(event["referenced_message"])
    if event.get("message_snapshots"):
        whole["message_snapshots"] = [one | {"message": message(one["message"])} for one in event["message_snapshots"]]
    return whole


def answer(told: Any) -> Any:
    """Complete what a request was answered with, where it is a person, a message or several."""
    if isinstance(told, list):
        return [answer(one) for one in told]
    if not isinstance(told, dict):
        return told
    if "username" in told:
        return _USER | told
    if told.get("owner"):  # an application
        return told | {"owner": _USER | told["owner"]}
    return message(told) if {"author", "channel_id"} <= told.keys() else told


def guild(event: Json) -> Json:
    """Complete a server: its channels, threads and members."""
    completions = {"channels": channel, "threads": channel, "members": _member}
    return event | {key: [one(part) for part in event[key]] for key, one in completions.items() if event.get(key)}


def channel(event: Json) -> Json:
    """Complete a channel or thread."""
    whole = _CHANNEL | event
    if whole["type"] in THREADS:
        whole = _THREAD | {"parent_id": event["id"]} | whole
        whole["thread_metadata"] = _OPEN | (whole.get("thread_metadata") or {})
    return whole


def interaction(event: Json, upload_bytes: int, application: int) -> Json:
    """Complete an interaction.

    Args:
        upload_bytes: What may be uploaded where the server does not say.
        application: Our own id.
    """
    whole: Json = {"version": 1, "attachment_size_limit": upload_bytes, "application_id": application} | event
    if event.get("user"):
        whole["user"] = _USER | event["user"]
    if event.get("member"):
        whole["member"] = _member(event["member"])
    where = _where(event)
    if where is not None:
        whole["channel"] = where
    if event.get("message"):
        known = {"channel_id": where["id"]} if where is not None else {}
        whole["message"] = known | message(event["message"])
    resolved = (event.get("data") or {}).get("resolved")
    if resolved:
        found: Json = dict(resolved)
        for kind, complete in _RESOLVED.items():
            if found.get(kind):
                found[kind] = {key: complete(one) for key, one in found[kind].items()}
        whole["data"] = event["data"] | {"resolved": found}
    return whole


def _where(event: Json) -> Json | None:
    told = event.get("channel") or {}
    where = told.get("id") or event.get("channel_id")
    return channel({"id": where, "type": TEXT if event.get("guild_id") else DM} | told) if where is not None else None


def _person(one: Json) -> Json:
    return _USER | one | ({"member": _member(one["member"])} if one.get("member") else {})


def _member(one: Json) -> Json:
    return _MEMBER | one | ({"user": _USER | one["user"]} if one.get("user") else {})


def _file(one: Json) -> Json:
    return {"filename": "file", "size": 0, "proxy_url": one["url"]} | one


_RESOLVED: dict[str, Callable[[Json], Json]] = {"attachments": _file, "messages": message}
