"""Frames of a `/run_sse` stream → what they mean (nemovideo-api §5.3 to §5.5). Pure: the time comes in.

`StreamReader` is fed bytes and gives ChatEvents; the last of them is always one `End`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias

from core import languages
from core.errors import BadAnswer, NemoError, Unreachable
from core.nemo.refusals import KNOWN_CODES, by_code, failure_of, number_of, parse_json, scrub
from core.nemo.sse import CAP_BYTES, FrameSplitter

log = logging.getLogger(__name__)

NOISE = "encountered a temporary issue"
"""What a trailing message says that is no answer (§5.4 rule 8), in its first sentence."""

Outcome: TypeAlias = Literal["text", "silent", "failed", "broken-off", "disconnect", "timeout", "too-long"]


@dataclass(frozen=True, slots=True)
class Text:
    """One complete message of the agent. `shown` False: noise at the end of the stream, never for people."""

    text: str
    author: str = ""
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a message that is being written; the complete message comes as Text, with all of it."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent uses a tool. Never shown; its name may be turned into a friendly stage."""

    name: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool has answered. Never shown."""

    name: str


@dataclass(frozen=True, slots=True)
class StateDelta:
    """The session's state has changed."""


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A sign of life without substance."""


@dataclass(frozen=True, slots=True)
class StreamError:
    """An error within the stream; what it means for the turn says `End`.

    Attributes:
        code: A number of §10, or the agent's own word ("RESOURCE_EXHAUSTED"), or None.
        message: The server's words: for the log, never for people.
    """

    code: int | str | None
    message: str


@dataclass(frozen=True, slots=True)
class End:
    """How the stream ended (§5.5). `error` says more for "failed", "broken-off" and "disconnect"."""

    outcome: Outcome
    error: NemoError | None = None


ChatEvent: TypeAlias = Text | Piece | ToolCall | ToolResult | StateDelta | Heartbeat | StreamError | End

HEARTBEAT: Final = Heartbeat()
STATE_DELTA: Final = StateDelta()

Key: TypeAlias = tuple[str, str]


class StreamReader:
    """Reads one stream.

    Args:
        started_s: When the request was sent, on the clock that `feed` is told.
        run_s: Hard limit of the whole stream.
        heartbeat_only_s: Limit of the time in which signs of life come but nothing of substance. A line that is
            wholly silent is waited for up to `run_s`: ADK says nothing while a tool works.
        in_order: Give events strictly as they stand in the stream, for a recorded one; otherwise only a text that
            may turn out to be noise is held back.
    """

    def __init__(
        self,
        started_s: float,
        *,
        run_s: float,
        heartbeat_only_s: float,
        cap_bytes: int = CAP_BYTES,
        in_order: bool = False,
    ) -> None:
        self._hard_s = started_s + run_s
        self._heartbeat_only_s = heartbeat_only_s
        self._alive_s = started_s
        self._substance_s = started_s
        self._substance = False
        self._frames = FrameSplitter(cap_bytes)
        self._framed = False
        self._cap = cap_bytes
        self._kept = 0
        self._buffers: dict[Key, list[str]] = {}
        self._in_order = in_order
        self._held: list[ChatEvent] = []
        self._texts = 0
        self._ran = False
        self._error: NemoError | None = None
        self._coded: NemoError | None = None
        self._last: StreamError | None = None
        self._ended = False

    @property
    def deadline_s(self) -> float:
        """When to give the stream up unless something comes before."""
        if self._alive_s > self._substance_s:
            return min(self._hard_s, self._substance_s + self._heartbeat_only_s)
        return self._hard_s

    def look_again_s(self, now_s: float) -> float:
        """When to look at `deadline_s` next if nothing comes or much: before it has passed, whatever came meanwhile."""
        soonest_s = self._substance_s + self._heartbeat_only_s
        return min(self._hard_s, soonest_s if soonest_s > now_s else now_s + self._heartbeat_only_s)

    def feed(self, chunk: bytes, now_s: float) -> list[ChatEvent]:
        """Return what this chunk brings; one Heartbeat if it is nothing of substance."""
        out: list[ChatEvent] = []
        if self._ended:
            return out
        self._substance = False
        for frame in self._frames.feed(chunk):
            self._framed = True
            self._frame(frame, out)
        self._alive_s = now_s
        if self._substance:
            self._substance_s = now_s
        else:
            out.append(HEARTBEAT)
        return out

    def expire(self, now_s: float) -> list[ChatEvent]:
        """The deadline has passed: end with "too-long" or "timeout"."""
        return self._end("too-long" if now_s >= self._hard_s else "timeout", None)

    def cut(self, error: NemoError | None = None) -> list[ChatEvent]:
        """The connection broke: end with "disconnect"."""
        return self._end("disconnect", error)

    def close(self) -> list[ChatEvent]:
        """The stream came to its proper end: say what it was."""
        return self._end(None, None)

    # frames

    def _frame(self, frame: bytes, out: list[ChatEvent]) -> bool:
        """Take one frame; False if it is no JSON object."""
        if not frame:
            return False
        event = parse_json(frame)
        if not isinstance(event, dict):
            log.debug("a frame of %d bytes is no JSON object", len(frame))
            return False
        content = event.get("content")
        if isinstance(content, dict) or event.get("actions") or event.get("errorCode") or event.get("error_code"):
            self._adk(event, content, out)
        elif number_of(event.get("code")) or event.get("error") or event.get("type") == "error":
            self._failure(event, out)
        elif isinstance(kind := event.get("type"), str):
            self._typed(kind, event, out)
        else:
            log.debug("a frame of unknown form: %s", [str(key)[:32] for key in list(event)[:8]])
        return True

    def _adk(self, event: dict[str, Any], content: Any, out: list[ChatEvent]) -> None:
        """Dialect A, in the names of the wire or in those of ADK's own classes: whoever stands between may use them."""
        texts, tools = _parts(content)
        if texts:
            key = (_word(event.get("author")), _word(event.get("branch")))
            self._text("".join(texts), key, event.get("partial") is True, out)
        if tools:
            self._ran = self._substance = True
            if event.get("partial") is not True:
                for tool in tools:
                    self._emit(tool, out)
        actions = event.get("actions")
        if isinstance(actions, dict) and (actions.get("stateDelta") or actions.get("state_delta")):
            self._ran = self._substance = True
            self._emit(STATE_DELTA, out)
        word = event.get("errorCode") or event.get("error_code")
        message = event.get("errorMessage") or event.get("error_message")
        if word or message:
            self._adk_error(word, scrub(_word(message)), out)

    def _adk_error(self, word: Any, message: str, out: list[ChatEvent]) -> None:
        code = number_of(word)
        self._remember(by_code(code, message) if code else failure_of(f"{_word(word)}: {message}"), code)
        self._substance = True
        self._emit(StreamError(code or _word(word) or None, message), out)

    def _failure(self, event: dict[str, Any], out: list[ChatEvent]) -> None:
        """Dialects B and D: held until it is known whether the stream ends with it."""
        code = number_of(event.get("code"))
        message = scrub(_word(event.get("message")) or _word(event.get("error")))
        if not code and isinstance(inner := event.get("error"), dict):
            code, message = number_of(inner.get("code")), scrub(_word(inner.get("message")))
        self._release_last(out)
        self._remember(by_code(code, message) if code else failure_of(message), code)
        self._substance = True
        self._last = StreamError(code or None, message)

    def _typed(self, kind: str, event: dict[str, Any], out: list[ChatEvent]) -> None:
        """Dialect C."""
        if kind == "text" and isinstance(text := event.get("content"), str):
            self._text(text, (_word(event.get("author")), _word(event.get("branch"))), False, out)
        elif kind in {"tool_call", "tool_result"}:
            self._ran = self._substance = True
            name = _word(event.get("name"))
            self._emit(ToolCall(name) if kind == "tool_call" else ToolResult(name), out)

    # text once

    def _text(self, text: str, key: Key, partial: bool, out: list[ChatEvent]) -> None:
        if partial:
            self._substance = True
            self._append(text, key)
            self._emit(Piece(languages.whole(text)), out)
        elif text.strip():
            self._substance = True
            text, before = languages.whole(text), self._take_buffer(key)
            if before and (kept := earlier(before, text)).strip():
                self._say(kept, key[0], out)
            self._say(text, key[0], out)

    def _append(self, text: str, key: Key) -> None:
        cost = len(text) + (0 if key in self._buffers else len(key[0]) + len(key[1]) + 256)
        if self._kept + cost > self._cap:
            self._error = self._error or BadAnswer("more text in pieces than is kept of a stream")
            return
        self._kept += cost
        pieces = self._buffers.setdefault(key, [])
        pieces.append(text)
        if len(pieces) > 256:
            pieces[:] = ["".join(pieces)]

    def _take_buffer(self, key: Key) -> str:
        pieces = self._buffers.pop(key, None)
        if not pieces:
            return ""
        text = "".join(pieces)
        self._kept -= len(text)
        return languages.whole(text)

    def _say(self, text: str, author: str, out: list[ChatEvent]) -> None:
        """Pass a message on, unless it may turn out to be the noise at the end."""
        said = Text(text, author)
        if is_noise(text):
            if self._kept + len(text) <= self._cap:
                self._kept += len(text)
                self._release_last(out)
                self._held.append(said)
            return
        self._texts += 1
        self._release_last(out)
        if self._held:
            for event in self._held:
                if isinstance(event, Text):
                    self._texts += 1
                    self._kept -= len(event.text)
                out.append(event)
            self._held = []
        out.append(said)

    def _emit(self, event: ChatEvent, out: list[ChatEvent]) -> None:
        if self._last is not None:
            self._release_last(out)
        if self._held and self._in_order:
            self._held.append(event)
        else:
            out.append(event)

    def _release_last(self, out: list[ChatEvent]) -> None:
        """An error that was thought to be the last frame was not."""
        if self._last is not None:
            last, self._last = self._last, None
            self._emit(last, out)

    def _remember(self, error: NemoError, code: int) -> None:
        self._error = error
        if code in KNOWN_CODES:
            self._coded = error

    # the end

    def _end(self, outcome: Outcome | None, error: NemoError | None) -> list[ChatEvent]:
        out: list[ChatEvent] = []
        if self._ended:
            return out
        self._ended = True
        cut = self._last_frame(out)
        final, self._last = self._last, None
        for key in list(self._buffers):
            if (text := self._take_buffer(key)).strip():
                self._say(text, key[0], out)
        self._drop_noise(out)
        if final is not None:
            out.append(final)
        if outcome is None:
            outcome = "disconnect" if cut else self._outcome(final is not None)
        if outcome == "disconnect" and error is None:
            error = self._coded or Unreachable("the stream ended within a frame")
        out.append(End(outcome, error or (self._error if outcome not in {"text", "silent"} else None)))
        return out

    def _last_frame(self, out: list[ChatEvent]) -> bool:
        """Try what stands after the last blank line, once; True if the stream was cut there."""
        rest = self._frames.finish()
        if self._frames.dropped and self._error is None:
            self._error = BadAnswer("an event larger than is kept")
        if rest.frame:
            self._framed = True
            if self._frame(rest.frame, out):
                return False
            return rest.frame not in WORDS_OF_LIFE if rest.cut else rest.frame.lstrip()[:1] in {b"{", b"["}
        if rest.cut:
            return True
        if self._frames.stray and not self._framed:
            self._stray(self._frames.stray)
        return False

    def _stray(self, body: bytes) -> None:
        """The body was no event stream at all, whatever its header said."""
        found = parse_json(body)
        code = number_of(found.get("code")) if isinstance(found, dict) else 0
        error = by_code(code, "") if code else BadAnswer("the body is not an event stream")
        self._remember(error, code)
        self._last = StreamError(code or None, str(error))

    def _drop_noise(self, out: list[ChatEvent]) -> None:
        """§5.4 rule 8: noise at the end is never shown; alone, with nothing else, it is the error."""
        noise = ""
        for event in self._held:
            if isinstance(event, Text):
                noise = event.text
                out.append(replace(event, shown=False))
            else:
                out.append(event)
        self._held = []
        if noise and not self._texts and not self._ran and self._error is None:
            self._error = failure_of(scrub(noise))
            out.append(StreamError(None, scrub(noise)))

    def _outcome(self, ends_with_error: bool) -> Outcome:
        if self._texts:
            if self._coded is not None:
                self._error = self._coded
            return "broken-off" if ends_with_error or self._coded is not None else "text"
        if self._error is not None:
            self._error = self._coded or self._error
            return "failed"
        return "silent"


WORDS_OF_LIFE = frozenset({b"heartbeat", b"ping", b"keep-alive", b"keepalive"})


def earlier(buffered: str, text: str) -> str:
    """Return what the pieces hold that the complete text does not: a message of its own, "" for none (rule 4)."""
    old, new = buffered.strip(), text.strip()
    if new.startswith(old) or old.startswith(new):
        return ""
    if old.endswith(new):
        return old[: -len(new)].rstrip()
    return buffered


def is_noise(text: str) -> bool:
    """True for "I encountered a temporary issue. …"; False where it comes later than the first sentence."""
    if NOISE not in text and NOISE not in text.casefold():
        return False
    words = " ".join(text.casefold().split())
    at = words.find(NOISE)
    return at >= 0 and not any(mark in words[:at] for mark in (". ", "! ", "? ", "。", "！", "？"))


def _parts(content: Any) -> tuple[list[str], list[ChatEvent]]:
    """Return the texts for people and the use of tools in the content of an ADK event."""
    texts: list[str] = []
    tools: list[ChatEvent] = []
    parts = content.get("parts") if isinstance(content, dict) else None
    if not isinstance(parts, list):
        return texts, tools
    theirs = content.get("role") != "user"
    for part in parts:
        if not isinstance(part, dict):
            continue
        text = part.get("text")
        if isinstance(text, str) and text and theirs and not part.get("thought"):
            texts.append(text)
        if isinstance(call := part.get("functionCall") or part.get("function_call"), dict):
            tools.append(ToolCall(_word(call.get("name"))))
        elif isinstance(result := part.get("functionResponse") or part.get("function_response"), dict):
            tools.append(ToolResult(_word(result.get("name"))))
    return texts, tools


def _word(value: Any) -> str:
    return languages.whole(value) if isinstance(value, str) else ""
