"""The budget of the bot over all programs with its token: asked in the store, done without while that is away."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from bots.telegram.budget import AT_ONCE, MINUTE_S, Call, Rank, Rules
from bots.telegram.limits import is_group
from core.store.errors import StoreError
from core.store.rates import Answer, Ask, Rates

log = logging.getLogger(__name__)

PATIENCE_S = 2.0
"""How long the store may take to answer; what is sent meanwhile waits."""

AWAY_S = 10.0
"""How long a store that did not answer is not asked again: until then each program keeps its own budget alone."""

SPREAD_S = 1.2
"""A second with a larger margin than a program's own: calls of several programs are late each in its own way."""

BURST = 2
"""Calls that may go in one moment: what is late may catch up, and several programs make no heap."""

GO = Answer(0.0, "bot")


class Shared:
    """Spends for one bot what all programs may send together.

    Args:
        bot: The bot's id, which is no secret.
        clock_s: Monotonic seconds.
    """

    def __init__(self, rates: Rates, rules: Rules, bot: str, *, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._rates, self._rules, self._bot = rates, rules, bot
        self._clock_s = clock_s
        self._away_until_s = 0.0

    async def take(self, call: Call) -> Answer:
        """Spend a call, or say how long it has to wait; a store that is away lets everything go."""
        if self._clock_s() < self._away_until_s:
            return GO
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await self._rates.take(ask(call, self._rules, self._bot))
        except (StoreError, TimeoutError):
            log.warning("the store does not answer: for %g s each program keeps its own send budget", AWAY_S)
            self._away_until_s = self._clock_s() + AWAY_S
            return GO


def ask(call: Call, rules: Rules, bot: str) -> Ask:
    """What a call takes of the shared budget; the numbers are those of the program's own (see budget)."""
    return Ask(
        bot=f"telegram:{bot}",
        chat=call.chat,
        first=call.rank is Rank.DELIVERY,
        every_s=SPREAD_S / max(1.0, rules.per_s),
        burst=BURST,
        gap_s=0.0 if call.rank in AT_ONCE else rules.chat_gap_s,
        leaves_gap_s=0.0 if call.rank is Rank.ACTION else rules.chat_gap_s,
        room=rules.group_room(call.rank) if is_group(call.chat) else 0,
        window_s=MINUTE_S,
    )
