"""Several processes on one store: the frozen is fenced out, the killed is followed, the terminated hands over."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.store.held import Held
from core.store.open import Store
from tests.core.store.servers import RealServer
from tests.core.store.world import all_ended, running, said, until

HOLDER = """
import asyncio, signal, sys
from pathlib import Path
from core.store.config import StoreConfig
from core.store.engine import Engine
from core.store.open import open_store
from core.turn import LostLease

url, prefix, lease_s, go = sys.argv[1], sys.argv[2], float(sys.argv[3]), Path(sys.argv[4])

async def handler(held):
    await held.write({"stage": "sending"})
    print("held", flush=True)
    try:
        while not go.exists():
            await asyncio.sleep(0.02)
    except asyncio.CancelledError:
        if not go.exists():
            raise
    try:  # a handler that does not care for its interruption
        held.guard()
        print("guard allowed", flush=True)
    except LostLease:
        print("guard refused", flush=True)
    try:
        await held.write({"stage": "done"})
        print("write allowed", flush=True)
    except LostLease:
        print("write refused", flush=True)

async def main():
    async with open_store(StoreConfig(url=url, prefix=prefix)) as store:
        engine = Engine(store, ["console"], handler, replica="child", lease_s=lease_s)
        running = asyncio.create_task(engine.run())
        stop = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
        await stop.wait()
        await engine.shutdown()
        await running

asyncio.run(main())
"""


@contextmanager
def holder(server: RealServer, store: Store, lease_s: float, go: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the one turn there is."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, server.url, store.keys.prefix, str(lease_s), str(go)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


async def ends(held: Held) -> None:
    assert held.record.stage == "sending"  # it sees what the other one began
    await held.write({"stage": "doubtful"})


async def test_a_frozen_holder_can_do_nothing_after_it_thaws(server: RealServer, store: Store, tmp_path: Path) -> None:
    await store.inbox.put(said(1))
    with holder(server, store, 0.8, tmp_path / "go") as frozen:
        frozen.send_signal(signal.SIGSTOP)
        async with running(store, ends):
            await until(lambda: all_ended(store))
        (tmp_path / "go").touch()
        frozen.send_signal(signal.SIGCONT)
        assert frozen.stdout is not None
        assert [await asyncio.to_thread(frozen.stdout.readline) for _ in range(2)] == [
            "guard refused\n",
            "write refused\n",
        ]
    assert [job.state for job in await store.inbox.jobs()] == ["doubtful"]


async def test_a_killed_holder_is_followed_after_its_lease(server: RealServer, store: Store, tmp_path: Path) -> None:
    await store.inbox.put(said(1))
    with holder(server, store, 0.8, tmp_path / "go") as killed:
        killed.kill()
        async with running(store, ends):
            await until(lambda: all_ended(store))


async def test_a_terminated_holder_hands_over_at_once(server: RealServer, store: Store, tmp_path: Path) -> None:
    await store.inbox.put(said(1))
    with holder(server, store, 3600, tmp_path / "go") as ended:
        ended.terminate()
        assert ended.wait(20) == 0
        async with running(store, ends, lease_s=3600):
            await until(lambda: all_ended(store))
