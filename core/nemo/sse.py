"""Bytes of an event stream → frames (nemovideo-api §5.2). Pure.

Lines end at LF, CR or CRLF and nowhere else: U+2028, U+2029 and U+0085 stand raw inside the JSON of ADK.
None of these line ends can be a part of a UTF-8 sequence, so bytes are split first and decoded per frame.
"""

from __future__ import annotations

from dataclasses import dataclass

CAP_BYTES = 16_000_000
"""Largest event that is kept (§5.4 rule 10)."""

STRAY_BYTES = 65_536
LINE_COST = 64
"""What a line of a frame counts besides its bytes, so that empty lines cannot fill the memory either."""

BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Rest:
    """What stood after the last blank line when the stream ended.

    Attributes:
        frame: Data of the unfinished frame, None if there was none.
        cut: The stream ended within a line that was, or was going to be, data.
    """

    frame: bytes | None
    cut: bool


class FrameSplitter:
    """Takes chunks of any size, gives the `data` of each finished frame as bytes.

    `dropped` counts frames that were larger than the cap; `stray` is the beginning of the first line that is no
    field at all but looks like JSON, HTML or prose: a body that only claims to be an event stream.
    """

    __slots__ = (
        "_cap",
        "_cr_last",
        "_data",
        "_fresh",
        "_over",
        "_poisoned",
        "_size",
        "_tail",
        "dropped",
        "stray",
    )

    def __init__(self, cap_bytes: int = CAP_BYTES) -> None:
        self.dropped = 0
        self.stray = b""
        self._cap = cap_bytes
        self._cr_last = False
        self._fresh = True
        self._tail = bytearray()
        self._over = False
        self._data: list[bytes] = []
        self._size = 0
        self._poisoned = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the frames that this chunk finishes; b"" for an empty `data:`."""
        if self._cr_last and chunk:
            self._cr_last = False
            if chunk[0] == 0x0A:
                chunk = chunk[1:]
        if b"\r" in chunk:
            self._cr_last = chunk[-1] == 0x0D
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        lines = chunk.split(b"\n")
        unfinished = lines.pop()
        frames: list[bytes] = []
        if lines:
            if self._tail or self._over:
                lines[0] = self._close_tail(lines[0])
            for line in lines:
                self._line(line, frames)
        if unfinished:
            self._keep(unfinished)
        return frames

    def finish(self) -> Rest:
        """Tell what is left. The splitter is not to be fed again."""
        cut = self._over or self._poisoned
        line = self._close_tail(b"")
        if self._fresh and line.startswith(BOM):
            line = line[3:]
        if line.startswith(b"data:"):
            self._line(line, [])
            cut = True
        elif line and b"data".startswith(line):
            cut = True
        elif line:
            self._line(line, [])
        if self._poisoned:
            self.dropped += 1
            return Rest(None, cut=True)
        return Rest(b"\n".join(self._data) if self._data else None, cut)

    def _line(self, line: bytes, frames: list[bytes]) -> None:
        if self._fresh:
            self._fresh = False
            if line.startswith(BOM):
                line = line[3:]
        if not line:
            if self._data or self._poisoned:
                self._dispatch(frames)
        elif line.startswith(b"data:"):
            self._add(line[6:] if line[5:6] == b" " else line[5:])
        elif line == b"data":
            self._add(b"")
        elif not self.stray and (line[:1] in b"{[<" or b" " in line[: line.find(b":")]):
            self.stray = line[:STRAY_BYTES]

    def _add(self, value: bytes) -> None:
        self._size += len(value) + LINE_COST
        if self._size > self._cap + LINE_COST:
            self._poisoned = True
            self._data.clear()
        elif not self._poisoned:
            self._data.append(value)

    def _dispatch(self, frames: list[bytes]) -> None:
        if self._poisoned:
            self.dropped += 1
        else:
            frames.append(self._data[0] if len(self._data) == 1 else b"\n".join(self._data))
        self._data = []
        self._size = 0
        self._poisoned = False

    def _keep(self, piece: bytes) -> None:
        """Keep a piece of an unfinished line; of a line over the cap keep its first byte."""
        if self._over:
            return
        self._tail += piece
        if len(self._tail) > self._cap + LINE_COST:
            self._over = True
            self._tail = self._tail[:1]

    def _close_tail(self, last: bytes) -> bytes:
        """Return the whole line that ends here. Of one over the cap an empty comment; its frame is poisoned."""
        line = bytes(self._tail) + last
        over, self._over = self._over, False
        self._tail = bytearray()
        if not over:
            return line
        if not line.startswith(b":"):
            self._poisoned = True
            self._data.clear()
        return b":"
