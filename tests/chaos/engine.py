"""Chaos at the level of the engine alone: the store's promises under kills, with the tiny program as handler."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from core.messages import Channel, Message, Person
from core.store.config import StoreConfig
from core.store.errors import StoreDown
from core.store.open import Store, open_store
from core.store.record import Record
from tests.chaos.monkey import Monkey
from tests.core.store.servers import RealServer


@dataclass(frozen=True)
class Report:
    """What a run came to. All but the first three groups must be nought."""

    turns: int
    deeds: dict[str, int]
    doubtful: int
    slowest_term_s: float
    took_s: float
    paid_twice: int
    delivered_twice: int
    lost: int
    parked: int
    out_of_order: int
    told_done_but_not: int
    doubtful_but_delivered: int


async def rampage(
    folder: Path, *, channels: int, turns: int, seconds: float, seed: int, lease_s: float = 1.0, workers: int = 3
) -> Report:
    """Put all turns, let the monkey loose for so long, then wait until every turn has ended."""
    world = folder / "world"
    world.mkdir()
    errors = (folder / "errors.log").open("ab")  # for whoever looks into a failed run

    def spawn(number: int) -> subprocess.Popen[Any]:
        program = [sys.executable, "-W", "ignore", "-m", "tests.chaos.tiny"]
        command = [*program, server.url, f"w{number}", str(lease_s), str(world)]
        return subprocess.Popen(command, stderr=errors)

    began = time.monotonic()
    with errors, RealServer(folder / "store", "--appendfsync", "always") as server:
        config = StoreConfig(url=server.url, queue_limit=turns, patience_s=5)
        async with open_store(config) as store:
            ids = await _put_all(store, channels, turns)
            monkey = Monkey(spawn, workers, lease_s, random.Random(seed), server)
            try:
                await monkey.rampage(seconds, lambda: _all_ended(store, ids))
                async with asyncio.timeout(60 + channels):
                    while not await _all_ended(store, ids):
                        await asyncio.sleep(0.1)
            finally:
                await monkey.end()
            records = [await store.inbox.record(turn_id) for turn_id in ids]
    return _report(monkey, world, [record for record in records if record], len(ids), time.monotonic() - began)


async def _put_all(store: Store, channels: int, turns: int) -> list[str]:
    ids = []
    for n in range(turns):
        for chat in range(channels):
            said = Message(f"{chat}/{n}", Channel("console", str(chat)), Person("p"), str(n))
            ids.append((await store.inbox.put(said)).turn_id)
    return ids


async def _all_ended(store: Store, ids: list[str]) -> bool:
    try:
        return int(await store.server.do("ZCARD", store.keys("due", "console"))) == 0
    except StoreDown:
        return False


def _report(monkey: Monkey, world: Path, records: list[Record], put: int, took_s: float) -> Report:
    sent = {path.name: path.read_text().split() for path in world.iterdir() if not path.name.startswith("channel-")}
    effects = {record.turn_id: sent.get(record.turn_id, []) for record in records}
    states = {record.turn_id: record.state for record in records}
    orders = [[int(n) for n in path.read_text().split()] for path in world.glob("channel-*")]
    return Report(
        turns=put,
        deeds=dict(monkey.counts),
        doubtful=sum(state == "doubtful" for state in states.values()),
        slowest_term_s=round(monkey.slowest_term_s, 2),
        took_s=round(took_s, 1),
        paid_twice=sum(len(order) - len(set(order)) for order in orders),
        delivered_twice=sum(done.count("delivered") > 1 for done in effects.values()),
        lost=put - sum(state in {"done", "doubtful", "parked"} for state in states.values()),
        parked=sum(state == "parked" for state in states.values()),
        out_of_order=sum(order != sorted(order) for order in orders),
        told_done_but_not=sum(states[turn] == "done" and "delivered" not in done for turn, done in effects.items()),
        doubtful_but_delivered=sum(
            states[turn] == "doubtful" and "delivered" in done for turn, done in effects.items()
        ),
    )


def main() -> None:
    """`python -m tests.chaos.engine [SEED] [SECONDS] [CHANNELS] [TURNS]`: a long run, its report as a line."""
    seed, seconds, channels, turns = [
        int(arg) for arg in [*sys.argv[1:], *("1", "40", "100", "16")[len(sys.argv) - 1 :]]
    ]
    with tempfile.TemporaryDirectory() as folder:
        report = asyncio.run(rampage(Path(folder), channels=channels, turns=turns, seconds=seconds, seed=seed))
        if report.parked or report.lost or report.deeds.get("fallen") or report.slowest_term_s > 10:
            print((Path(folder) / "errors.log").read_text()[-20000:], file=sys.stderr)
    print(asdict(report))


if __name__ == "__main__":
    main()
