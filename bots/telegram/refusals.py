"""What Telegram's refusals mean for us (platforms: BadRequest is a NetworkError in the library, and never retried)."""

from __future__ import annotations

import httpx
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, TelegramError

from bots.adapter import Gone, OutboundError, Refused, SendDoubtful, TooLarge
from bots.telegram.guard import NOT_FOUND

GONE = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "group chat was deactivated",
    "message to edit not found",
    "message_id_invalid",
    "message thread not found",
    "topic_deleted",
    "bot was kicked",
)
"""Parts of a 400 that mean: the chat, the topic or the message is not there any more."""

MUTED = ("not enough rights", "have no rights", "chat_write_forbidden", "chat_send_", "chat_restricted")
"""Parts of a 400 that mean: the bot is there and may not speak."""

RIGHTS = {"video": "Send Videos", "media": "Send Media", "document": "Send Files"}
"""What a refusal names → what the right is called in a group's permissions."""


class Unknown(Refused):
    """The server does not know this method."""


_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def unchanged(error: TelegramError) -> bool:
    """Whether an edit was refused because the message already looks like that."""
    return isinstance(error, BadRequest) and "not modified" in str(error).lower()


def unknown(error: TelegramError) -> bool:
    """Whether the server does not know this method: a 404, which the library takes for a refused token."""
    return isinstance(error, InvalidToken) and str(error).startswith(NOT_FOUND)


def not_sent(error: TelegramError) -> bool:
    """Whether not one byte of the request left: no connection was made."""
    return isinstance(error, NetworkError) and isinstance(error.__cause__, _NOT_SENT)


def doubtful(error: TelegramError) -> bool:
    """Whether the request may have been carried out: a time-out, a cut line, a 5xx. A 4xx never is."""
    return (
        isinstance(error, NetworkError)
        and not isinstance(error, BadRequest)
        and not not_sent(error)
        and not _too_large(str(error).lower())
    )


def lost_reply(error: TelegramError) -> bool:
    """Whether the message to reply to is gone: the same words may go without a reply."""
    words = str(error).lower()
    return isinstance(error, BadRequest) and "not found" in words and ("repl" in words)


def bad_picture(error: TelegramError) -> bool:
    """Whether a cover or thumbnail was refused: the video may go without them."""
    return _blames(error, "cover", "thumb", "image", "photo")


def bad_path(error: TelegramError) -> bool:
    """Whether the server cannot read our disk, or is in no local mode: the bytes may go instead of the path."""
    return _blames(error, "file url", "file http url", "url protocol", "file identifier", "file not found", "get file")


def bad_entities(error: TelegramError) -> bool:
    """Whether what is bold was refused: the words may go plain."""
    return _blames(error, "entit")


def bad_link(error: TelegramError) -> bool:
    """Whether a button's address was refused, "localhost" say: the words may go without it."""
    return _blames(error, "button_url_invalid", "button url", "wrong http url")


def _blames(error: TelegramError, *parts: str) -> bool:
    words = str(error).lower()
    return isinstance(error, BadRequest) and any(part in words for part in parts)


def refusal(error: TelegramError) -> OutboundError:
    """Return what the relay is told. Carries no token, no address."""
    words = str(error).lower()
    if isinstance(error, Forbidden):
        return Gone("kicked or blocked")
    if isinstance(error, BadRequest):
        return _of_bad_request(words)
    if isinstance(error, InvalidToken):
        return Unknown("no such method") if unknown(error) else Refused("the server does not know this token")
    if isinstance(error, NetworkError):
        if _too_large(words):
            return TooLarge()
        return OutboundError("no connection") if not_sent(error) else SendDoubtful("no answer")
    # Carried out or not: an answer that cannot be read does not say.
    return SendDoubtful("an answer that cannot be read")


def _of_bad_request(words: str) -> OutboundError:
    if _too_large(words):
        return TooLarge()
    if any(part in words for part in GONE):
        return Gone("not there any more")
    if "topic_closed" in words or "topic closed" in words:
        return Refused("the topic is closed", permission="Manage Topics")
    if any(part in words for part in MUTED):
        kind = next((name for part, name in RIGHTS.items() if part in words), "Send Messages")
        return Refused("the bot may not speak here", permission=kind)
    return Refused("bad request")


def _too_large(words: str) -> bool:
    return "too large" in words or "file is too big" in words
