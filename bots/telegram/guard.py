"""Updates are parsed one by one: a poisonous one is counted and skipped, the next is heard (decisions 30).

The library parses a batch at once and keeps its offset when that fails: one bad update would silence the bot for ever.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.request import HTTPXRequest
from typing_extensions import override

log = logging.getLogger(__name__)


class Poison:
    """Counts updates that could not be read."""

    count = 0


def harmless(raw: object) -> dict[str, Any] | None:
    """Return an update that certainly parses: the same, or an empty one of the same id, or None without an id."""
    number = raw.get("update_id") if isinstance(raw, dict) else None
    if not isinstance(raw, dict) or not isinstance(number, int) or isinstance(number, bool):
        Poison.count += 1
        log.warning("telegram: an update without an id was skipped")
        return None
    try:
        Update.de_json(raw, None)
    except Exception as error:  # whatever a parser raises at what it never expected
        Poison.count += 1
        log.warning("telegram: update %d could not be read and was skipped: %s", number, type(error).__name__)
        return {"update_id": number}
    return raw


class PlainRequest(HTTPXRequest):
    """Requests whose answers are never logged; a 200 that says "not ok" is an error."""

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
