"""Events no Discord would send: valid ones with their insides replaced, dropped or of another type."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

from tests.support.discord.world import EPHEMERAL, Json, World, snowflake

JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1.5,
    "",
    "secret-words",
    "\ud83c\udfb5 \u202e",
    [],
    [None],
    {},
    {"id": None},
    "1" * 4000,
)
EVENTS = (
    "MESSAGE_CREATE", "INTERACTION_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "GUILD_CREATE", "GUILD_UPDATE",
    "CHANNEL_CREATE", "THREAD_CREATE", "GUILD_MEMBER_UPDATE", "USER_UPDATE", "TYPING_START", "NO_SUCH_EVENT",
)  # fmt: skip


def poison(world: World, rng: random.Random, count: int) -> Iterator[tuple[str, Any]]:
    """Spoil valid events, `count` of them."""
    for _ in range(count):
        event = rng.choice(EVENTS)
        whole = _valid(world, event, rng)
        if rng.random() < 0.1:
            yield event, rng.choice(JUNK)
            continue
        for _ in range(rng.randint(1, 3)):
            _spoil(whole, rng)
        yield event, whole


def _valid(world: World, event: str, rng: random.Random) -> Json:
    if event == "INTERACTION_CREATE":
        return _interaction(world, rng)
    if event.startswith("GUILD"):
        other = {**copy.deepcopy(world.guild), "id": snowflake()}
        return other | {"channels": [copy.deepcopy(world.channel)], "members": [], "user": copy.deepcopy(world.lena)}
    if event.startswith(("CHANNEL", "THREAD")):
        return copy.deepcopy(world.channel) | {"id": snowflake(), "type": rng.choice((0, 1, 11, 15))}
    file = world.attachment("a.mp3", b"", world.channel["id"])
    message = world.message(world.channel, world.lena, f"<@{world.me['id']}> secret-words", attachments=[file])
    world.messages.clear()
    return copy.deepcopy(message)


def _interaction(world: World, rng: random.Random) -> Json:
    message = world.message(world.channel, world.me, "hi", flags=EPHEMERAL)
    world.messages.clear()
    message["components"] = [
        {"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "v1:again:job1"}]}
    ]
    kind = rng.choice((2, 3, 4, 5))
    data: Json = {"id": "1", "name": "video", "type": rng.choice((1, 3)), "target_id": message["id"]}
    data |= {"resolved": {"messages": {message["id"]: copy.deepcopy(message)}}, "options": []}
    if kind == 3:
        data = {"custom_id": "v1:again:job1", "component_type": 2}
    if kind == 5:
        field = {"type": 18, "component": {"type": 19, "custom_id": "files", "values": ["7"]}}
        data = {"custom_id": "v1m:new:", "components": [field], "resolved": {"attachments": {"7": {"id": "7"}}}}
    iid = snowflake()
    payload: Json = {"id": iid, "application_id": world.app_id, "type": kind, "token": f"fuzz-{iid}", "version": 1}
    payload |= {
        "data": data,
        "channel": world.channel,
        "channel_id": world.channel["id"],
        "guild_id": world.guild["id"],
    }
    payload |= {
        "member": world.member(world.lena),
        "locale": "en-US",
        "attachment_size_limit": 1,
        "app_permissions": "0",
    }
    return copy.deepcopy(payload | {"message": message, "authorizing_integration_owners": {"0": world.guild["id"]}})


def _spoil(whole: Any, rng: random.Random) -> None:
    """Replace or drop one value somewhere inside."""
    place = whole
    while True:
        keys: list[Any] = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys:
            return
        key = rng.choice(keys)
        inner = place[key]
        if isinstance(inner, dict | list) and inner and rng.random() < 0.7:
            place = inner
            continue
        if rng.random() < 0.3:
            del place[key]
        else:
            place[key] = copy.deepcopy(rng.choice(JUNK))
        return
