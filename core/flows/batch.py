"""N files with N instructions are N messages, one after the other (decisions 5). Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from core.flows.export import brings_track
from core.intents import Chat
from core.messages import Message
from core.router import route

MOST = 10
"""Files that Discord and Telegram let into one message."""

_NUMBER = re.compile(r"(?:^|(?<=\s)|(?<=[;；。，,]))\s*(?:(\d{1,2})\s*[.)、:：）](?!\d)|([①②③④⑤⑥⑦⑧⑨⑩]))\s*")
_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
_JOINED = re.compile(
    r"^(?:and|then|also|with|but|plus|y|luego|después|con|también|pero|然后|接着|再|并|还有|另外|最后|同时)(?![a-z])"
    r"|\b(?:these|both|all|them|together|each|every|estos|estas|ambos|ambas|todos|todas)\b|这些|它们|都|全部|一起|每",
    re.IGNORECASE,
)
"""A line that goes on with the one before it, or speaks of all files at once."""


def parts(message: Message) -> tuple[Message, ...]:
    """Return a message for each file and its instruction; the message itself where they do not pair up.

    They do if the words are numbered 1 to N, if each line begins with the name of one of the files, or if there are
    N tracks and N lines that each ask the agent for something and none of which goes on with another.
    """
    count = len(message.attachments)
    if message.verb or not 2 <= count <= MOST or message.text.lstrip().startswith("/"):
        return (message,)
    instructions = _numbered(message.text, count) or _named(message) or _lined(message)
    if instructions is None:
        return (message,)
    return tuple(
        replace(message, id=f"{message.id}#{n}", text=text, attachments=(file,))
        for n, (file, text) in enumerate(zip(message.attachments, instructions, strict=True), 1)
    )


def _numbered(text: str, count: int) -> tuple[str, ...] | None:
    marks = list(_NUMBER.finditer(text))
    numbers = [int(mark[1]) if mark[1] else _CIRCLED.index(mark[2]) + 1 for mark in marks]
    if sorted(numbers) != list(range(1, count + 1)) or text[: marks[0].start()].strip():
        return None
    ends = [*(mark.start() for mark in marks[1:]), len(text)]
    found = tuple(text[mark.end() : end].strip(" \t\n;；,，") for mark, end in zip(marks, ends, strict=True))
    return tuple(words for _, words in sorted(zip(numbers, found, strict=True))) if all(found) else None


def _named(message: Message) -> tuple[str, ...] | None:
    """Lines such as "song.mp3: make it blue", in any order."""
    lines = _lines(message.text)
    if len(lines) != len(message.attachments):
        return None
    found: dict[int, str] = {}
    for line in lines:
        for place, file in enumerate(message.attachments):
            for name in (file.name, file.name.rpartition(".")[0]):
                head = re.match(rf"[\"'“《]?{re.escape(name)}[\"'”》]?\s*[:：\-–—=→]+>?\s*(.+)", line, re.IGNORECASE)
                if name and head and place not in found:
                    found[place] = head[1].strip()
                    break
    return tuple(found[place] for place in range(len(lines))) if len(found) == len(lines) else None


def _lined(message: Message) -> tuple[str, ...] | None:
    lines = _lines(message.text)
    if len(lines) != len(message.attachments) or any(_JOINED.search(line) for line in lines):
        return None
    each = [
        replace(message, text=line, attachments=(file,)) for line, file in zip(lines, message.attachments, strict=True)
    ]
    if not all(brings_track(one) and any(isinstance(part, Chat) for part in route(one)) for one in each):
        return None
    return tuple(lines)


def _lines(text: str) -> list[str]:
    """Lines with words in them, without bullets."""
    return [bare for line in text.splitlines() if (bare := re.sub(r"^[\s•*·–—-]+", "", line).strip())]
