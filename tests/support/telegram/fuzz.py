"""Updates as no server should send them: a good one, broken in one to three places."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from typing import Any

FILE = {
    "file_id": "f",
    "file_unique_id": "u",
    "file_size": 99,
    "duration": 3,
    "mime_type": "audio/mpeg",
    "file_name": "a.mp3",
}
USER = {"id": 7, "is_bot": False, "first_name": "Anna", "language_code": "en"}
MESSAGE = {
    "message_id": 5,
    "date": 1_700_000_000,
    "chat": {"id": 7, "type": "private"},
    "from": USER,
    "text": "/video make it @clip_bot blue",
    "entities": [
        {"type": "bot_command", "offset": 0, "length": 6},
        {"type": "text_link", "offset": 7, "length": 4, "url": "u"},
    ],
    "audio": FILE,
    "caption": "c",
    "photo": [{"file_id": "p", "file_unique_id": "q", "width": 1, "height": 1}],
    "reply_to_message": {"message_id": 4, "date": 1, "chat": {"id": -100, "type": "supergroup"}, "voice": FILE},
    "message_thread_id": 9,
    "is_topic_message": True,
    "sender_chat": {"id": -100, "type": "supergroup", "title": "G"},
    "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "?"},
}
GOOD: tuple[dict[str, Any], ...] = (
    {"message": MESSAGE},
    {"channel_post": {**MESSAGE, "chat": {"id": -3, "type": "channel", "title": "C"}}},
    {"edited_message": MESSAGE},
    {"message": {**MESSAGE, "media_group_id": "album", "chat": {"id": -100, "type": "supergroup"}}},
    {"callback_query": {"id": "1", "from": USER, "chat_instance": "1", "message": MESSAGE, "data": "v1:cancel:j1"}},
    {
        "my_chat_member": {
            "chat": {"id": -100, "type": "supergroup"},
            "from": USER,
            "date": 1,
            "old_chat_member": {"status": "left", "user": USER},
            "new_chat_member": {"status": "member", "user": USER},
        }
    },
)
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    2**70,
    1e308,
    "",
    "x" * 5000,
    "\ud800",
    "\x00",
    [],
    [None],
    {},
    {"id": None},
    [[[]]],
)


def updates(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Return broken updates; one in a hundred has no number that can be read."""
    rng = random.Random(seed)
    for number in range(1, count + 1):
        update = copy.deepcopy(rng.choice(GOOD))
        for _ in range(rng.randint(1, 3)):
            _break(update, rng)
        yield {"update_id": rng.choice(JUNK) if rng.random() < 0.01 else number, **update}


def _break(node: Any, rng: random.Random) -> None:
    """Walk down a random way and replace, remove or add what is there."""
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            return
        key = rng.choice(keys)
        if isinstance(node[key], (dict, list)) and node[key] and rng.random() < 0.8:
            node = node[key]
            continue
        match rng.randint(0, 2):
            case 0:
                node[key] = rng.choice(JUNK)
            case 1:
                del node[key]
            case _ if isinstance(node, dict):
                node[f"unknown_{rng.randint(0, 9)}"] = rng.choice(JUNK)
        return
