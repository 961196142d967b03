"""The smallest program on the engine: pays once, delivers once. `python -m tests.chaos.tiny URL REPLICA LEASE_S WORLD`.

The world is a folder that never fails: a line for each payment in the file of its channel, and a file for each turn
with a line for each delivery. What the program may look up there is what a real backend would show.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

from core.store.config import StoreConfig
from core.store.engine import Engine, Later
from core.store.held import Held
from core.store.open import open_store


class World:
    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def do(self, turn_id: str, effect: str) -> None:
        _append(self.folder / turn_id, effect)

    def pay(self, held: Held) -> None:
        _append(self._account(held), held.record.message.text)

    def has_paid(self, held: Held) -> bool:
        return held.record.message.text in _words(self._account(held))

    def has(self, turn_id: str, effect: str) -> bool:
        return effect in _words(self.folder / turn_id)

    def _account(self, held: Held) -> Path:
        return self.folder / f"channel-{held.record.message.channel.chat}"


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except FileNotFoundError:
        return []


def _append(path: Path, line: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(file, f"{line}\n".encode())  # one write: whole or not at all
    finally:
        os.close(file)


class Tiny:
    """Stages before effects; a payment or delivery that may have happened is looked up, never repeated."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def turn(self, held: Held) -> None:
        match held.record.stage.value:
            case "begin":
                await held.write({"stage": "sending"})
                held.guard()
                self.world.pay(held)
                await held.write({"stage": "rendering"})
            case "sending":
                await asyncio.sleep(0.2)
                found = self.world.has_paid(held)
                await held.write({"stage": "rendering" if found else "doubtful"})
        if held.record.stage == "rendering":
            if random.random() < 0.3:
                raise Later(0.1)
            await asyncio.sleep(random.uniform(0.05, 0.3))
            await held.write({"stage": "delivering"})
            held.guard()
            self.world.do(held.turn_id, "delivered")
            await held.write({"stage": "done"})
        elif held.record.stage == "delivering":
            await asyncio.sleep(0.2)
            found = self.world.has(held.turn_id, "delivered")
            await held.write({"stage": "done" if found else "doubtful"})


def _print_tasks() -> None:
    for task in asyncio.all_tasks():
        task.print_stack(file=sys.stderr)


async def main(url: str, replica: str, lease_s: str, folder: str) -> None:
    tiny = Tiny(World(Path(folder)))
    async with open_store(StoreConfig(url=url, lease_s=float(lease_s), patience_s=2)) as store:
        engine = Engine(store, ["console"], tiny.turn, replica=replica, tries=7)
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, _print_tasks)
        running = asyncio.create_task(engine.run())
        await stop.wait()
        await engine.shutdown()
        await running


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:5]))
