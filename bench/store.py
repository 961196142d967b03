"""The engine with many turns held at once: connections, processor time when idle, and hand-over.

`python -m bench.store [TURNS]`. Two baselines: an asyncio program that only holds as many sleeping tasks; and, for
turns that are put, begun, written once and ended, bare round trips to the same store, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import sys
import tempfile
import time
from pathlib import Path

from core.messages import Channel, Message, Person
from core.store.config import StoreConfig
from core.store.engine import Engine
from core.store.held import Held
from core.store.open import Store, open_store

_IDLE_S = 20.0


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _rss_mib() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


async def _put(store: Store, turns: int, tag: str) -> None:
    async def one(n: int) -> None:
        await store.inbox.put(Message(f"{tag}{n}", Channel("console", f"{tag}{n}"), Person("p"), "hello"))

    for start in range(0, turns, 100):
        await asyncio.gather(*(one(n) for n in range(start, min(turns, start + 100))))


async def _clients(store: Store) -> int:
    return int((await store.server.do("INFO", "clients"))["connected_clients"])


async def _bare_trips(store: Store, count: int) -> float:
    began = time.perf_counter()
    for n in range(count):
        await store.server.do("SET", store.keys("bench"), n)
    return (time.perf_counter() - began) / count


async def _idle_tasks(turns: int) -> float:
    tasks = [asyncio.create_task(asyncio.sleep(3600)) for _ in range(turns)]
    await asyncio.sleep(0.5)
    before = _cpu_s()
    await asyncio.sleep(_IDLE_S / 4)
    used = (_cpu_s() - before) / (_IDLE_S / 4)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return used


async def held(store: Store, turns: int) -> None:
    """Hold so many turns, look at what that costs, and hand all of them over."""
    begun = 0
    all_begun = asyncio.Event()

    async def waits(turn: Held) -> None:
        nonlocal begun
        await turn.write({"stage": "rendering"})
        begun += 1
        if begun == turns:
            all_begun.set()
        await asyncio.sleep(3600)

    await _put(store, turns, "h")
    rss = _rss_mib()
    engine = Engine(store, ["console"], waits, replica="bench", max_running=turns)
    began = time.perf_counter()
    running = asyncio.create_task(engine.run())
    await all_begun.wait()
    took = time.perf_counter() - began
    print(f"{turns} turns held after {took:.1f} s, {(_rss_mib() - rss) * 1024 / turns:.0f} KiB each")
    await asyncio.sleep(2)
    before, clients = _cpu_s(), 0
    for _ in range(10):
        await asyncio.sleep(_IDLE_S / 10)
        clients = max(clients, await _clients(store))
    idle = (_cpu_s() - before) / _IDLE_S
    began = time.perf_counter()
    await engine.shutdown()
    took = time.perf_counter() - began
    await running
    left = await store.server.do("HLEN", store.keys("own"))
    print(f"store connections at most: {clients}")
    print(f"idle: {100 * idle:.2f} % of a core; sleeping tasks alone: {100 * await _idle_tasks(turns):.2f} %")
    print(f"hand-over of all: {took:.2f} s, {left} still held")


async def through(store: Store, turns: int) -> None:
    """Put, begin, write once and end so many turns; against bare round trips."""
    done = 0
    all_done = asyncio.Event()

    async def ends(turn: Held) -> None:
        nonlocal done
        await turn.write({"stage": "done"})
        done += 1
        if done == turns:
            all_done.set()

    trip_s = await _bare_trips(store, 500)
    engine = Engine(store, ["console"], ends, replica="bench", max_running=200)
    began = time.perf_counter()
    running = asyncio.create_task(engine.run())
    await _put(store, turns, "t")
    await all_done.wait()
    each_s = (time.perf_counter() - began) / turns
    await engine.shutdown()
    await running
    print(f"a whole turn costs {each_s / trip_s:.1f} bare round trips (many at once against one after the other)")


async def main(turns: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(StoreConfig(data_dir=Path(folder), prefix="a")) as store:
            await through(store, min(turns, 2000))
        async with open_store(StoreConfig(data_dir=Path(folder), prefix="b")) as store:
            await held(store, turns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("turns", type=int, nargs="?", default=5000)
    asyncio.run(main(parser.parse_args().turns))
