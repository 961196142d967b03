"""One budget for a bot over all programs with its token, and what holds while the store is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bots.telegram.budget import Budget, Call, Line, Rank, Rules
from bots.telegram.sender import Sender
from bots.telegram.shared import Shared, ask
from core.store.config import StoreConfig
from core.store.open import Store, open_store
from core.store.rates import Ask
from tests.core.store.servers import RealServer


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[RealServer]:
    with RealServer(tmp_path / "store") as started:
        yield started


@pytest.fixture
async def store(server: RealServer) -> AsyncIterator[Store]:
    async with open_store(StoreConfig(url=server.url, patience_s=1.0)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("rank", "chat", "first", "gap_s", "leaves_gap_s", "room"),
    [
        (Rank.DELIVERY, "7", True, 0.0, 1.0, 0),
        (Rank.FINAL, "7", False, 1.0, 1.0, 0),
        (Rank.PROGRESS, "7", False, 1.0, 1.0, 0),
        (Rank.ACTION, "7", False, 0.0, 0.0, 0),
        (Rank.DELIVERY, "-5", True, 0.0, 1.0, 20),
        (Rank.REPLY, "-5", False, 1.0, 1.0, 20),
        (Rank.PROGRESS, "-5", False, 1.0, 1.0, 15),
        (Rank.ACTION, "-5", False, 0.0, 0.0, 10),
    ],
)
def test_a_call_asks_for_what_its_rank_and_chat_cost(
    rank: Rank, chat: str, first: bool, gap_s: float, leaves_gap_s: float, room: int
) -> None:
    asked = ask(Call(rank, chat), Rules(), "1")
    assert asked == Ask("telegram:1", chat, first, asked.every_s, 2, gap_s, leaves_gap_s, room, 61.0)
    assert asked.burst + round(1.0 / asked.every_s) == 27  # the fullest second there can be


def sender(store: Store, rules: Rules) -> Sender:
    return Sender(Line(Budget(rules)), Shared(store.rates, rules, "1"))


async def test_the_second_program_waits_for_what_the_first_one_spent(store: Store) -> None:
    went: list[str] = []

    async def do(name: str) -> None:
        went.append(name)

    rules = Rules(group_per_min=2)
    first, second = sender(store, rules), sender(store, rules)
    for n in range(2):
        await first.run(Call(Rank.DELIVERY, "-5"), lambda n=n: do(f"first {n}"))  # type: ignore[misc]
    waiting = asyncio.create_task(second.run(Call(Rank.DELIVERY, "-5"), lambda: do("too much")))
    await second.run(Call(Rank.DELIVERY, "-6"), lambda: do("another chat"))
    await asyncio.sleep(0.2)
    assert went == ["first 0", "first 1", "another chat"]
    waiting.cancel()
    await asyncio.wait({waiting})
    await first.aclose()
    await second.aclose()


async def test_a_result_that_comes_while_progress_was_asked_for_goes_first(store: Store) -> None:
    went: list[str] = []

    async def do(name: str) -> None:
        went.append(name)

    only = sender(store, Rules())
    progress = asyncio.create_task(only.run(Call(Rank.PROGRESS, "1", "card"), lambda: do("progress")))
    await asyncio.sleep(0)  # it stands in the line, and the store is asked
    result = asyncio.create_task(only.run(Call(Rank.DELIVERY, "2"), lambda: do("result")))
    await asyncio.gather(progress, result)
    assert went == ["result", "progress"]
    await only.aclose()


async def test_without_the_store_each_program_keeps_its_own_budget(store: Store, server: RealServer) -> None:
    went: list[int] = []

    async def do(n: int) -> None:
        went.append(n)

    alone = sender(store, Rules())
    server.kill()
    for n in range(5):
        await asyncio.wait_for(alone.run(Call(Rank.DELIVERY, str(n)), lambda n=n: do(n)), 10)  # type: ignore[misc]
    assert went == list(range(5))
    await alone.aclose()
    server.start()
