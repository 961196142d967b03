"""The body of a `/run_sse` answer → ChatEvents, until it ends or its time is over (nemovideo-api §5.5, §9)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable

import httpx

from core.errors import Unreachable
from core.nemo.stream import ChatEvent, StreamReader
from core.nemo.transfer import FAILURES


async def listen(
    response: httpx.Response, reader: StreamReader, now: Callable[[], float]
) -> AsyncGenerator[ChatEvent, None]:
    """Give what the agent does; the last event is one End. Closes the response.

    `now`: seconds of the clock that the reader was begun with, at the pace of the event loop's.
    """
    alarm, cause, ended = _Alarm(response, reader, now), "", False
    try:
        try:
            async with contextlib.aclosing(_chunks(response)) as chunks:
                async for chunk in chunks:
                    for event in reader.feed(chunk, now()):
                        yield event
                    if now() >= reader.deadline_s:
                        break
                else:
                    ended = not alarm.rang
        except FAILURES as error:
            cause = type(error).__name__
        if ended:
            last = reader.close()
        elif now() >= reader.deadline_s:
            last = reader.expire(now())
        else:
            last = reader.cut(Unreachable(cause))
        for event in last:
            yield event
    finally:
        await alarm.stop()
        await close(response)


class _Alarm:
    """Closes a response when its reader's time is over, which ends whoever waits for its next bytes.

    One timer a stream: the deadline moves with each event, and a timer for each would cost a tenth of reading it.
    """

    def __init__(self, response: httpx.Response, reader: StreamReader, now: Callable[[], float]) -> None:
        self._response, self._reader, self._now = response, reader, now
        self._loop = asyncio.get_running_loop()
        self._closing: asyncio.Task[None] | None = None
        self._set()

    def _set(self) -> None:
        now_s = self._now()
        self._timer = self._loop.call_later(max(0.0, self._reader.look_again_s(now_s) - now_s), self._ring)

    def _ring(self) -> None:
        if self._now() < self._reader.deadline_s:
            self._set()
        else:
            self._closing = self._loop.create_task(close(self._response))

    @property
    def rang(self) -> bool:
        """Whether the time was over."""
        return self._closing is not None

    async def stop(self) -> None:
        """It will not ring any more; what it closed is closed."""
        self._timer.cancel()
        if self._closing is not None:
            await self._closing


def _chunks(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """Return the body as it arrives; undone only if the server compressed it unasked.

    `aiter_raw` would cut it into pieces of a size, which nobody wants here, for a tenth of the cost of reading.
    """
    body = response.stream
    assert isinstance(body, httpx.AsyncByteStream)  # noqa: S101 - what an AsyncClient gives
    chunks = response.aiter_bytes() if "content-encoding" in response.headers else aiter(body)
    assert isinstance(chunks, AsyncGenerator)  # noqa: S101 - httpx declares less than it gives
    return chunks


async def close(response: httpx.Response) -> None:
    """Close an answer, whatever its connection thinks of it."""
    with contextlib.suppress(*FAILURES):
        await response.aclose()
