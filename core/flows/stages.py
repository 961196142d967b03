"""Tools of the agent → stages of work; a stream → whether it told of a first version and went on (nemovideo-api §7.5).

Pure, and by the order of the stream alone, which is the same however late it is read: to look at the timeline when
the agent speaks would take any answer for a first version that is read after the work was done.
"""

from __future__ import annotations

import re
from typing import Literal

from core.nemo.stream import ChatEvent, Text, ToolCall, ToolResult

_TOOLS = (
    ("music", ("bgm", "music", "audio", "sound", "beat")),
    ("title", ("title", "text", "caption", "subtitle")),
    ("video", ("video", "clip", "generate", "visual", "image")),
    ("timeline", ("timeline", "edit", "trim", "cut", "track", "draft", "aspect", "canvas")),
)

_LOOKS = re.compile(
    r"(?i:analy[sz]e|check|describe|detect|fetch|find|get|inspect|list|listen|look|plan|preview|probe|query|read|search"
    r"|show|think|transcribe|validate|watch)(?![a-z])"
)


def tool_kind(name: str) -> str:
    """Sort a tool's name into a stage that has words: "music", "title", "video", "timeline" or "other"."""
    lowered = name.lower()
    return next((kind for kind, words in _TOOLS if any(word in lowered for word in words)), "other")


def only_looks(name: str) -> bool:
    """Whether a tool's name says that it only looks at something: "analyze_music", "get_state"."""
    return _LOOKS.match(name) is not None


def makes_video(name: str) -> bool:
    """Whether a tool puts pictures on the timeline, as far as its name tells: no look, no sound, no words."""
    pictures = any(word in name.lower() for word in ("video", "clip"))
    return not only_looks(name) and (pictures or tool_kind(name) not in ("music", "title"))


class FirstVersion:
    """How far a stream has come with a first version: a tool made it, the agent spoke, then it went on working."""

    __slots__ = ("_so_far",)

    def __init__(self) -> None:
        self._so_far: Literal["", "made", "told", "more"] = ""

    def hear(self, event: ChatEvent) -> None:
        """Take the next thing of the stream."""
        match self._so_far, event:
            case "", ToolResult(name=name) if makes_video(name):
                self._so_far = "made"
            case "made", Text(shown=True):
                self._so_far = "told"
            case "told", ToolCall(name=name) if not only_looks(name):
                self._so_far = "more"

    @property
    def extended(self) -> bool:
        """Whether the agent went on after it had told of a first version."""
        return self._so_far == "more"
