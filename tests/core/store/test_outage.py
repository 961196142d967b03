"""The store is gone, full, read-only, frozen: a class of ours each time, nothing half-written, and all comes back."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.store.config import StoreConfig
from core.store.errors import StoreDown, StoreFull, StoreReadOnly, StoreRefused
from core.store.held import Held
from core.store.open import Store, open_store
from core.store.server import Server
from core.turn import LostLease
from tests.core.store.servers import RealServer, free_port
from tests.core.store.world import all_ended, running, said, until


@pytest.fixture
def own(tmp_path: Path) -> Iterator[RealServer]:
    """A server of this test alone: it may be killed."""
    with RealServer(tmp_path / "own") as started:
        yield started


@pytest.fixture
def mortal(own: RealServer, tmp_path: Path) -> StoreConfig:
    return StoreConfig(url=own.url, data_dir=tmp_path, patience_s=0.6, wait_s=5.0)


async def ends(held: Held) -> None:
    await held.write({"stage": "done"})


async def test_kill_9_of_the_store_loses_nothing_and_turns_come_back(own: RealServer, mortal: StoreConfig) -> None:
    starts: list[str] = []

    async def handler(held: Held) -> None:
        starts.append(held.record.stage.value)
        if held.record.stage == "begin":
            await held.write({"stage": "rendering", "facts": '{"id": "r"}'})
        await asyncio.sleep(0.3)
        held.guard()
        assert held.record.facts == {"id": "r"}
        await ends(held)

    async with open_store(mortal) as store:
        turns = [(await store.inbox.put(said(1, chat=str(chat)))).turn_id for chat in range(5)]
        async with running(store, handler, lease_s=1.0):
            await until(lambda: len(starts) == 5)
            own.kill()
            with pytest.raises(StoreDown):
                await store.inbox.put(said("while away"))
            await asyncio.sleep(1.2)  # longer than a lease
            own.start()
            await until(lambda: all_ended(store))
        assert {job.turn_id for job in await store.inbox.jobs(state="done")} == set(turns)
        assert not (await store.inbox.put(said("while away"))).duplicate


async def test_a_holder_cut_off_from_the_store_stops_before_its_lease_ends(
    own: RealServer, mortal: StoreConfig
) -> None:
    outcome: list[str] = []

    async def handler(held: Held) -> None:
        own.kill()
        held.guard()
        try:
            await held.write({"stage": "sending"})
        except LostLease:
            outcome.append("lost")
            raise

    async with open_store(mortal) as store:
        await store.inbox.put(said(1))
        async with running(store, handler, lease_s=1.0):
            await until(lambda: outcome)
    assert outcome == ["lost"]


async def test_a_short_outage_is_bridged_by_the_holder(own: RealServer, mortal: StoreConfig) -> None:
    starts: list[str] = []

    async def handler(held: Held) -> None:
        starts.append(held.turn_id)
        own.kill()
        asyncio.get_running_loop().call_later(0.3, own.start)
        await held.write({"stage": "sending"})
        await ends(held)

    async with open_store(mortal) as store:
        await store.inbox.put(said(1))
        async with running(store, handler, lease_s=30):
            await until(lambda: starts)
            await asyncio.sleep(0.8)
            await until(lambda: all_ended(store))
    assert len(starts) == 1


async def test_a_frozen_store_is_down_within_the_patience(own: RealServer, mortal: StoreConfig) -> None:
    async with open_store(mortal) as store:
        assert own.process
        os.kill(own.process.pid, signal.SIGSTOP)
        try:
            with pytest.raises(StoreDown):
                await store.inbox.put(said(1))
        finally:
            os.kill(own.process.pid, signal.SIGCONT)
        await until(lambda: store.inbox.put(said(2)))


async def test_a_full_store_takes_no_message_but_lets_turns_go(own: RealServer, mortal: StoreConfig) -> None:
    refused: list[str] = []

    async def handler(held: Held) -> None:
        if not refused:
            with own.client() as admin:
                admin.config_set("maxmemory", "1")
            try:
                await held.write({"stage": "sending"})
            except StoreFull:
                refused.append("write")
                raise
        await ends(held)

    async with open_store(mortal) as store:
        turn = (await store.inbox.put(said(1))).turn_id
        waits = (await store.inbox.put(said(2))).turn_id
        async with running(store, handler, lease_s=0.9) as engine:
            await until(lambda: refused)
            before = await store.server.do("DBSIZE")
            with pytest.raises(StoreFull):
                await store.inbox.put(said(3))
            assert await store.server.do("DBSIZE") <= before  # nothing came in; a lease may have run out meanwhile
            assert await store.inbox.cancel(waits) == "queued"  # the way out works when full
            await until(lambda: not engine.running)
            with own.client() as admin:
                admin.config_set("maxmemory", "0")
            await until(lambda: all_ended(store))
        record = await store.inbox.record(turn)
        assert record
        assert record.state == "done"
        assert not (await store.inbox.put(said(3))).duplicate


async def test_leases_are_kept_and_turns_end_in_a_full_store(own: RealServer, mortal: StoreConfig) -> None:
    starts: list[str] = []
    go = asyncio.Event()

    async def handler(held: Held) -> None:
        starts.append(held.turn_id)
        await go.wait()

    async with open_store(mortal) as store:
        await store.inbox.put(said(1))
        async with running(store, handler, lease_s=0.6):
            await until(lambda: starts)
            with own.client() as admin:
                admin.config_set("maxmemory", "1")
            await asyncio.sleep(1.5)
            go.set()
            await until(lambda: all_ended(store))
    assert len(starts) == 1


async def test_a_store_that_becomes_a_replica_is_read_only(own: RealServer, mortal: StoreConfig) -> None:
    async with open_store(mortal) as store:
        turn = (await store.inbox.put(said(1))).turn_id
        with own.client() as admin:
            admin.replicaof("127.0.0.1", free_port())
            with pytest.raises(StoreReadOnly):
                await store.inbox.put(said(2))
            async with running(store, ends):
                await asyncio.sleep(0.3)
                admin.replicaof("NO", "ONE")
                await until(lambda: all_ended(store))
        record = await store.inbox.record(turn)
        assert record
        assert record.state == "done"


async def test_a_real_replica_is_refused_at_the_start(tmp_path: Path) -> None:
    with RealServer(tmp_path / "a", port=free_port()) as primary:
        options = ("--replicaof", "127.0.0.1", str(primary.port))
        replica = RealServer(tmp_path / "b", *options, port=free_port())
        with replica, pytest.raises(StoreReadOnly, match="primary"):
            async with open_store(StoreConfig(url=replica.url)):
                pass


async def test_open_waits_for_a_server_that_is_not_there_yet(tmp_path: Path) -> None:
    late = RealServer(tmp_path / "late")
    asyncio.get_running_loop().call_later(0.4, late.start)
    try:
        async with open_store(StoreConfig(url=late.url, wait_s=20, patience_s=1)) as store:
            await store.ping()
    finally:
        late.kill()


async def test_open_gives_up_with_a_sentence() -> None:
    config = StoreConfig(url=f"redis://:geheim@127.0.0.1:{free_port()}/0", wait_s=0.2, patience_s=1)
    with pytest.raises(StoreDown, match="REDIS_URL up") as caught:
        async with open_store(config):
            pass
    assert "geheim" not in f"{caught.value!r} {caught.value.__cause__!r} {config!r}"


@pytest.mark.parametrize(
    "config",
    [
        StoreConfig(url="localhost:6379"),
        StoreConfig(mode="sentinel"),
        StoreConfig(mode="cluster"),
    ],
)
async def test_settings_that_cannot_be_are_refused(config: StoreConfig) -> None:
    with pytest.raises(StoreRefused, match="REDIS_"):
        async with open_store(replace(config, wait_s=0.1)):
            pass


async def test_a_wrong_password_is_said_and_not_repeated(own: RealServer, tmp_path: Path) -> None:
    with own.client() as admin:
        admin.config_set("requirepass", "right")
    for password in ("", "?password=wrong"):
        with pytest.raises(StoreRefused) as caught:
            async with open_store(StoreConfig(url=own.url + password, wait_s=5)):
                pass
        assert "wrong" not in str(caught.value).replace("wrongly", "")
    async with open_store(StoreConfig(url=own.url + "?password=right")) as store:
        await store.ping()


async def test_an_unsafe_server_is_warned_about(tmp_path: Path) -> None:
    options = ("--appendonly", "no", "--maxmemory-policy", "allkeys-lru")
    with RealServer(tmp_path / "x", *options) as careless:
        async with open_store(StoreConfig(url=careless.url)) as store:
            assert ["append-only" in store.warnings[0], "allkeys-lru" in store.warnings[1]] == [True, True]


@pytest.mark.parametrize(("stage", "waits"), [("sending", True), ("delivering", True), ("streaming", False)])
async def test_the_step_before_an_effect_is_on_disk(tmp_path: Path, stage: str, waits: bool) -> None:
    async def handler(held: Held) -> None:
        await held.write({"stage": stage})

    with RealServer(tmp_path / "x", "--appendfsync", "everysec") as external, external.client() as admin:
        async with open_store(StoreConfig(url=external.url)) as store:
            await store.inbox.put(said(1))
            async with running(store, handler):
                await until(lambda: all_ended(store))
        assert ("cmdstat_waitaof" in admin.info("commandstats")) == waits


async def test_a_safe_server_is_not_warned_about(store: Store) -> None:
    assert store.warnings == ()


async def test_commands_cut_off_in_the_middle_leave_the_pool_whole(store: Store) -> None:
    for _ in range(5):
        tasks = [asyncio.create_task(store.inbox.put(said(n))) for n in range(200)]
        await asyncio.sleep(0.005)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    receipts = await asyncio.gather(*(store.inbox.put(said(n), limit=500) for n in range(200)))
    assert len({receipt.turn_id for receipt in receipts}) == 200


@pytest.mark.parametrize("opened", [False, True])
async def test_a_cancellation_is_heard_at_whatever_moment_it_comes(own: RealServer, opened: bool) -> None:
    config = StoreConfig(url=own.url)
    for steps in range(40):
        server = Server(config, own.url)
        if opened:
            await server.do("PING")
        asked = asyncio.create_task(server.do("PING"))
        for _ in range(steps):
            await asyncio.sleep(0)
        if not asked.done():
            asked.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asked
        await server.aclose()
