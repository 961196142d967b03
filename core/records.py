"""Messages and plans as text, for the store; every record says which form it has."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import Discriminator, TypeAdapter
from pydantic_core import PydanticSerializationError

from core.intents import Chat, Credits, Do, Export, Status, Upload
from core.languages import whole
from core.messages import Message

VERSION = 1
"""Form of the records this program writes. It reads this one and every older one (tests/core/records/)."""

_MESSAGE: TypeAdapter[Message] = TypeAdapter(Message)
_PLAN: TypeAdapter[tuple[Upload | Credits | Status | Export | Chat | Do, ...]] = TypeAdapter(
    tuple[Annotated[Upload | Credits | Status | Export | Chat | Do, Discriminator("kind")], ...]
)


def message_to_text(message: Message) -> str:
    """Return the message as JSON; halves of surrogate pairs, which no UTF-8 can carry, become U+FFFD."""
    try:
        return _MESSAGE.dump_json(message).decode()
    except PydanticSerializationError:
        return whole(json.dumps(_MESSAGE.dump_python(message), ensure_ascii=False, default=dict))


def message_from_text(text: str) -> Message:
    """Read what `message_to_text` of this or an older version wrote. Raises ValueError if it is neither."""
    return _MESSAGE.validate_json(text)


def plan_to_text(plan: tuple[Upload | Credits | Status | Export | Chat | Do, ...]) -> str:
    """Return the plan as JSON."""
    return _PLAN.dump_json(plan).decode()


def plan_from_text(text: str) -> tuple[Upload | Credits | Status | Export | Chat | Do, ...]:
    """Read what `plan_to_text` wrote. Raises ValueError."""
    return _PLAN.validate_json(text)
