"""The other forms of Redis: a cluster-mode server, and Sentinel with a failover."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from core.store.config import StoreConfig
from core.store.errors import StoreDown
from core.store.held import Held
from core.store.open import Store, open_store
from tests.core.store.servers import RealServer, free_port
from tests.core.store.world import all_ended, running, said, until


async def _whole_trip(store: Store) -> None:
    """Put, claim, write, cancel, finish, session, hints: every script once."""
    began: list[str] = []

    async def handler(held: Held) -> None:
        began.append(held.turn_id)
        await held.write({"stage": "streaming"})
        if held.record.message.text == "cancel me" and not held.cancelled:
            await asyncio.sleep(60)
        await held.write({"stage": "cancelled" if held.cancelled else "done"})

    turns = [(await store.inbox.put(said(n))).turn_id for n in ("cancel me", "a", "b")]
    async with running(store, handler):
        await until(lambda: began)
        await until(lambda: _streams(store))
        assert await store.inbox.cancel(turns[0]) == "running"
        await until(lambda: all_ended(store))
    assert [job.state for job in await store.inbox.jobs()] == ["done", "done", "cancelled"]
    assert await store.notes.once("told", 60)
    assert not await store.notes.once("told", 60)
    assert (await store.inbox.retry(turns[0])).place == 0


async def _streams(store: Store) -> bool:
    return any(job.stage.value == "streaming" for job in await store.inbox.jobs())


async def test_everything_works_on_a_cluster(tmp_path: Path) -> None:
    bus = str(free_port())  # else 10,000 above the port, which may be too high
    node = RealServer(tmp_path / "c", "--cluster-enabled", "yes", "--cluster-port", bus, port=free_port())
    with node:
        with node.client() as admin:
            admin.execute_command("CLUSTER", "ADDSLOTSRANGE", "0", "16383")
            await until(lambda: "cluster_state:ok" in str(admin.execute_command("CLUSTER", "INFO")))
        config = StoreConfig(url=f"redis://127.0.0.1:{node.port}", mode="cluster", wait_s=10)
        async with open_store(config) as store:
            assert store.warnings == ()
            await _whole_trip(store)


async def test_a_server_that_is_no_cluster_is_told_apart(tmp_path: Path) -> None:
    with RealServer(tmp_path / "c", port=free_port()) as single, pytest.raises(StoreDown):
        async with open_store(StoreConfig(url=single.url, mode="cluster", wait_s=0.1)):
            pass


async def test_sentinel_leads_to_the_primary_and_to_the_next_one(tmp_path: Path) -> None:
    with RealServer(tmp_path / "a", port=free_port()) as first:
        options = ("--replicaof", "127.0.0.1", str(first.port), "--repl-diskless-sync-delay", "0")
        with RealServer(tmp_path / "b", *options, port=free_port()) as second:
            sentinel = RealServer(tmp_path / "s", port=free_port(), mode="sentinel")
            (tmp_path / "s" / "sentinel.conf").write_text(
                f"sentinel monitor music 127.0.0.1 {first.port} 1\n"
                "sentinel down-after-milliseconds music 500\nsentinel failover-timeout music 2000\n"
            )
            with sentinel, second.client() as other:
                await until(lambda: linked(other))
                config = StoreConfig(
                    mode="sentinel", sentinels=(f"127.0.0.1:{sentinel.port}",), master="music", wait_s=20, patience_s=2
                )
                async with open_store(config) as store:
                    await _whole_trip(store)
                    with sentinel.client() as watcher:
                        await until(lambda: knows_replica(watcher))
                    with first.client() as primary:
                        await until(lambda: primary.wait(1, 1000) == 1)
                    first.kill()
                    await until(lambda: accepts(store), seconds=60)
                    assert await store.inbox.jobs(state="done")


def linked(client: object) -> bool:
    info = client.info("replication")  # type: ignore[attr-defined]
    return bool(info.get("master_link_status") == "up")


def knows_replica(client: object) -> bool:
    rows = client.execute_command("SENTINEL", "REPLICAS", "music")  # type: ignore[attr-defined]
    return bool(rows)


async def accepts(store: Store) -> bool:
    try:
        await store.inbox.put(said("after the failover", chat="new"))
    except StoreDown:
        return False
    return True
