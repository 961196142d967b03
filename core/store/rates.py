"""What programs with one token share of a platform's patience: one script asks and spends, by the store's clock.

The rate of the whole bot is a GCRA: one number, the time at which all that was spent is made up for. A chat has the
time of its last message, and where its platform counts them, the times of the last ones. Why no library: it has to
answer for a bot and a chat at once, and to let a result go before everybody's progress.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.store.keys import Keys
from core.store.server import Server


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing that wants to be sent.

    Attributes:
        bot: Whose rate it is.
        first: Goes before everything else: while it has to wait, others wait for it wherever they are.
        every_s: Time that a call of the bot takes up.
        burst: Calls of the bot that may go in one moment.
        gap_s: Least time since the last message in the chat; 0.0: it does not wait for it.
        leaves_gap_s: How long the next message of the chat has to keep away from this one.
        room: Calls in the chat within `window_s`, this one included; 0: they are not counted.
    """

    bot: str
    chat: str
    first: bool
    every_s: float
    burst: int
    gap_s: float = 0.0
    leaves_gap_s: float = 0.0
    room: int = 0
    window_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """`wait_s`: 0.0, it was spent; else ask again then. `of`: who has to wait, this call for its chat, or the bot."""

    wait_s: float
    of: Literal["bot", "chat"]


class Rates:
    """The shared rates."""

    def __init__(self, server: Server, keys: Keys) -> None:
        self._server, self._keys = server, keys

    async def take(self, ask: Ask) -> Answer:
        """Spend a call, or say how long it has to wait. Raises StoreError."""
        names = [(ask.bot,), (ask.bot, "first"), (ask.bot, "last", ask.chat), (ask.bot, "sent", ask.chat)]
        wait_ms, of_chat = await self._server.run(
            "take",
            [self._keys("rate", *name) for name in names],
            [
                int(ask.first),
                round(ask.every_s * 1000, 3),
                ask.burst,
                round(ask.gap_s * 1000),
                round(ask.leaves_gap_s * 1000),
                ask.room,
                round(ask.window_s * 1000),
            ],
        )
        return Answer(int(wait_ms) / 1000, "chat" if of_chat else "bot")
