"""A multipart body, part by part, without holding a part in memory: python-multipart's push parser, pulled."""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from dataclasses import dataclass

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from studio.api.errors import BadRequest

HEADERS_MOST_BYTES = 8 * 1024


@dataclass(frozen=True, slots=True)
class PartBegun:
    """A part's headers are read. `filename` is None for a plain field."""

    name: str
    filename: str | None


@dataclass(frozen=True, slots=True)
class PartData:
    """Some of the part's bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class PartEnded:
    """The part is complete."""


Event = PartBegun | PartData | PartEnded


def boundary_of(content_type: str) -> bytes:
    """The boundary of a multipart/form-data header. Raises BadRequest."""
    kind, options = parse_options_header(content_type)
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not 0 < len(boundary) <= 200:
        raise BadRequest("multipart/form-data needs a boundary")
    return boundary


class _Collector:
    """Turns the parser's callbacks into a list of events."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.done = False
        self._field = bytearray()
        self._value = bytearray()
        self._disposition = b""

    def on_part_begin(self) -> None:
        self._disposition = b""

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]
        self._check()

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]
        self._check()

    def _check(self) -> None:
        if len(self._field) + len(self._value) > HEADERS_MOST_BYTES:
            raise BadRequest("a part's headers are too long")

    def on_header_end(self) -> None:
        if bytes(self._field).lower() == b"content-disposition":
            self._disposition = bytes(self._value)
        self._field.clear()
        self._value.clear()

    def on_headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        if b"name" not in options:
            raise BadRequest("a part has no name")
        filename = options.get(b"filename")
        spelled = None if filename is None else filename.decode("utf-8", "replace")
        self.events.append(PartBegun(options[b"name"].decode("utf-8", "replace"), spelled))

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        self.events.append(PartData(data[start:end]))

    def on_part_end(self) -> None:
        self.events.append(PartEnded())

    def on_end(self) -> None:
        self.done = True


async def parts(content_type: str, body: AsyncIterable[bytes]) -> AsyncIterator[Event]:
    """Yield what the body says, as it comes.

    Raises:
        BadRequest: Not multipart, malformed, or cut off before its last boundary.
    """
    collector = _Collector()
    parser = MultipartParser(
        boundary_of(content_type),
        {
            "on_part_begin": collector.on_part_begin,
            "on_part_data": collector.on_part_data,
            "on_part_end": collector.on_part_end,
            "on_header_field": collector.on_header_field,
            "on_header_value": collector.on_header_value,
            "on_header_end": collector.on_header_end,
            "on_headers_finished": collector.on_headers_finished,
            "on_end": collector.on_end,
        },
    )
    async for chunk in body:
        try:
            parser.write(chunk)
        except MultipartParseError:
            raise BadRequest("the multipart body is malformed") from None
        events, collector.events = collector.events, []
        for event in events:
            yield event
    if not collector.done:
        raise BadRequest("the multipart body was cut off")
