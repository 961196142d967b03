"""Something every so many seconds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Ticker:
    """Calls back every so many seconds, without a task of its own: thousands of turns wait at once."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._handle: asyncio.TimerHandle | None = None

    def start(self, call: Callable[[], None]) -> None:
        """Begin; the first call comes after one period."""

        def tick() -> None:
            call()
            self._handle = asyncio.get_running_loop().call_later(self._every_s, tick)

        self._handle = asyncio.get_running_loop().call_later(self._every_s, tick)

    def cancel(self) -> None:
        """Stop calling."""
        if self._handle is not None:
            self._handle.cancel()
