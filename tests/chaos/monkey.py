"""Kills, freezes and terminates worker processes and the store, at random, and keeps count.

It knows nothing of what the workers do: it gets a way to start one, and anything that can be killed and started as the
store. Processes are known by their handle (Popen or Fork) and by nothing else.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, repeat
from typing import Any, Protocol, TypeAlias

from tests.chaos.forks import Worker

Spawn: TypeAlias = Callable[[int], Worker]
"""Starts a worker; its argument is a number that no other worker of this run has."""


class Mortal(Protocol):
    """A store that can be killed with SIGKILL and started again on the same data. Both return when it is done."""

    def kill(self) -> None: ...

    def start(self) -> Any: ...


class Supervised:
    """A store that somebody else starts again: only its pid is known (asked anew each time)."""

    def __init__(self, pid: Callable[[], int | None]) -> None:
        self._pid = pid

    def kill(self) -> None:
        if pid := self._pid():
            os.kill(pid, signal.SIGKILL)

    def start(self) -> None:
        while self._pid() is None:
            time.sleep(0.02)


@dataclass
class Monkey:
    """Workers under attack.

    Attributes:
        workers: How many are alive at any time; one that is killed or terminated is followed by another at once.
        lease_s: A freeze lasts 1.2 to 3 of them: always beyond the lease, often beyond a retake.
        weights: How often each deed is done, of "kill", "freeze", "term", "store"; all of them are done early on.
        pause_s: Between deeds, from and to.
        counts: How often each deed was done.
        slowest_term_s: Longest time a worker took to end after SIGTERM.
    """

    spawn: Spawn
    workers: int
    lease_s: float
    rnd: random.Random
    store: Mortal | None = None
    weights: dict[str, float] = field(default_factory=lambda: {"kill": 4, "freeze": 3, "store": 2, "term": 1})
    pause_s: tuple[float, float] = (0.6, 1.6)
    counts: Counter[str] = field(default_factory=Counter)
    slowest_term_s: float = 0.0
    _alive: list[Worker] = field(default_factory=list)
    _frozen: list[tuple[float, Worker]] = field(default_factory=list)
    _number: int = 0

    def __post_init__(self) -> None:
        if self.store is None:
            self.weights = {deed: weight for deed, weight in self.weights.items() if deed != "store"}
        self._start()

    def _start(self) -> None:
        """Fill up: a frozen one has been replaced when it goes on, so the next that dies is not."""
        while len(self._alive) < self.workers:
            self._number += 1
            self._alive.append(self.spawn(self._number))

    async def rampage(self, seconds: float, done: Callable[[], Awaitable[bool]]) -> None:
        """Do harm for so long, or until everything is done."""
        ends = time.monotonic() + seconds
        deeds = self._deeds()
        while time.monotonic() < ends and not await done():
            await self._pause()
            self._replace_the_fallen()
            deed = next(deeds)
            await getattr(self, f"_{deed}")()
            self.counts[deed] += 1
        self._thaw(float("inf"))

    async def _pause(self) -> None:
        """Between two deeds; the frozen go on when it is their time, however long it is."""
        over = time.monotonic() + self.rnd.uniform(*self.pause_s)
        while (now := time.monotonic()) < over:
            await asyncio.sleep(min(0.2, over - now))
            self._thaw(time.monotonic())

    async def end(self) -> None:
        """Let the frozen go on, give them a moment to do their worst, then end all workers."""
        thawed = bool(self._frozen)
        self._thaw(float("inf"))
        if thawed:
            await asyncio.sleep(self.lease_s)
        for worker in self._alive:
            worker.terminate()
        await asyncio.gather(*(asyncio.to_thread(_wait, worker) for worker in self._alive))
        self._alive.clear()

    def _deeds(self) -> Iterator[str]:
        names, weights = list(self.weights), list(self.weights.values())
        first = self.rnd.sample(names, len(names))
        return chain(first, (self.rnd.choices(names, weights)[0] for _ in repeat(None)))

    def _thaw(self, now_s: float) -> None:
        for until_s, worker in list(self._frozen):
            if until_s <= now_s:
                worker.send_signal(signal.SIGCONT)
                self._frozen.remove((until_s, worker))
                self._alive.append(worker)

    def _replace_the_fallen(self) -> None:
        """A worker that ended by itself is a fault of the program: counted, and replaced so that the run goes on."""
        for worker in [worker for worker in self._alive if worker.poll() is not None]:
            self.counts["fallen"] += 1
            self._alive.remove(worker)
            self._start()

    def _pick(self) -> Worker:
        return self._alive.pop(self.rnd.randrange(len(self._alive)))

    async def _kill(self) -> None:
        worker = self._pick()
        worker.kill()
        worker.wait()
        self._start()

    async def _freeze(self) -> None:
        worker = self._pick()
        worker.send_signal(signal.SIGSTOP)
        self._frozen.append((time.monotonic() + self.lease_s * self.rnd.uniform(1.2, 3), worker))
        self._start()

    async def _term(self) -> None:
        worker, began = self._pick(), time.monotonic()
        worker.terminate()
        await asyncio.to_thread(_wait, worker)
        self.slowest_term_s = max(self.slowest_term_s, time.monotonic() - began)
        self._start()

    async def _store(self) -> None:
        assert self.store
        await asyncio.to_thread(self.store.kill)
        await asyncio.sleep(self.rnd.uniform(0.05, 0.5))
        await asyncio.to_thread(self.store.start)


def _wait(worker: Worker) -> None:
    try:
        worker.wait(20)
    except subprocess.TimeoutExpired:
        worker.send_signal(signal.SIGUSR1)  # where does it stand? A worker may print its tasks
        time.sleep(1)
        worker.kill()
        worker.wait()
