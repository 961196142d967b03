"""Telegram's numbers, each with its source, and what they make of a `Where`."""

from __future__ import annotations

from bots.adapter import Limits, Where

MAX_TEXT = 4096
"""Characters of a message after its entities are parsed (Bot API, sendMessage); we count UTF-16 units."""

MAX_CAPTION = 1024
"""Characters of a caption (Bot API, sendVideo)."""

MAX_ANSWER = 200
"""Characters of the answer to a pressed button (Bot API, answerCallbackQuery)."""

MAX_CALLBACK_BYTES = 64
"""Bytes of `callback_data` (Bot API, InlineKeyboardButton)."""

MAX_FETCH_BYTES = 20 << 20
"""What getFile hands out: a constant of the public server, 20 MiB (Bot API, getFile)."""

MAX_UPLOAD_BYTES = 50_000_000
"""What a bot may send through the public server (Bot API, sending files)."""

MAX_LOCAL_UPLOAD_BYTES = 2_000_000_000
"""What a bot may send through a server of its own in local mode (Bot API, using a local server)."""

BUTTONS_A_ROW = 3
"""Telegram takes eight in a row; more than three are cut off on a telephone."""

SHORTEST_EMPTY_POLL_S = 1.0
"""An empty answer to a long poll that came sooner is a server without long poll: we wait this long ourselves."""


def is_group(chat: str) -> bool:
    """Whether a chat id is that of a group or channel: they are negative, people are positive (Bot API, Chat)."""
    return chat.startswith("-")


LEARNED_S = 3600.0
"""How long a refused upload counts: a proxy that hiccups once must not make every later video small."""


class Uploads:
    """How large an upload may be: the server's limit, and what a refusal taught of one chat. Pure."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._learned: dict[str, tuple[int, float]] = {}

    def refused(self, chat: str, size_bytes: int, now_s: float) -> None:
        """A file of this size was too large for the server."""
        self._learned = {one: told for one, told in self._learned.items() if told[1] > now_s}
        self._learned[chat] = max(1, min(size_bytes - 1, self.most_bytes(chat, now_s))), now_s + LEARNED_S

    def most_bytes(self, chat: str, now_s: float) -> int:
        """Return the largest file that may be tried in a chat."""
        learned, until_s = self._learned.get(chat, (self._most_bytes, 0.0))
        return learned if now_s < until_s else self._most_bytes


def limits_of(where: Where, *, dm_edit_s: float, group_edit_s: float, upload_bytes: int, crowd_s: float) -> Limits:
    """Return what holds in this chat.

    Args:
        upload_bytes: The largest upload we may try, refusals learned included.
        crowd_s: Seconds that an edit waits at present because other chats come first.
    """
    edit_s = group_edit_s if is_group(where.channel.chat) else dm_edit_s
    return Limits(
        max_text=MAX_TEXT,
        max_caption=MAX_CAPTION,
        max_upload_bytes=upload_bytes,
        edit_interval_s=edit_s + crowd_s,
        unfurls=True,
        markup="telegram",
    )
