"""Credits: the balance, straight from its endpoint."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from core.events import BalanceRead, Event
from core.flows.tools import Tools
from core.intents import Credits
from core.turn import Turn


async def run(_intent: Credits, _turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Read the balance and tell it."""
    balance = await tools.nemo.balance()
    yield BalanceRead(balance.available, balance.frozen, balance.total)
