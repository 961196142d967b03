"""Who holds which channel: order, one holder, cancel, hand-over, poison."""

from __future__ import annotations

import asyncio
from collections import defaultdict

import pytest

from core.records import VERSION
from core.store.config import StoreConfig
from core.store.engine import Engine, Later
from core.store.errors import StoreError, Unreadable
from core.store.held import Held
from core.store.open import Store, open_store
from core.turn import LostLease
from tests.core.store.world import all_ended, running, said, until


async def ends(held: Held) -> None:
    await held.write({"stage": "done"})


async def test_each_channel_keeps_its_order_and_runs_one_at_a_time(store: Store) -> None:
    seen: dict[str, list[str]] = defaultdict(list)
    busy: set[str] = set()

    async def handler(held: Held) -> None:
        assert held.channel_key not in busy
        busy.add(held.channel_key)
        await asyncio.sleep(0.005)
        seen[held.channel_key].append(held.record.message.text)
        busy.discard(held.channel_key)
        await ends(held)

    for n in range(10):
        for chat in range(6):
            await store.inbox.put(said(n, chat=str(chat)))
    async with running(store, handler), running(store, handler, replica="r2"):
        await until(lambda: all_ended(store))
    assert list(seen.values()) == [[str(n) for n in range(10)]] * 6


async def test_a_turn_ends_in_the_stage_its_handler_wrote_else_done(store: Store) -> None:
    async def handler(held: Held) -> None:
        if held.record.message.text == "bad":
            await held.write({"stage": "failed"})

    bad, good = (await store.inbox.put(said("bad"))).turn_id, (await store.inbox.put(said("good"))).turn_id
    async with running(store, handler):
        await until(lambda: all_ended(store))
    states = {job.turn_id: job.state for job in await store.inbox.jobs()}
    assert states == {bad: "failed", good: "done"}
    assert await store.server.do("ZCARD", store.keys("due", "console")) == 0
    assert await store.server.do("HLEN", store.keys("own")) == 0
    assert 0 < await store.server.do("TTL", store.keys("t", good)) <= store.config.turn_ttl_s


async def test_what_was_written_is_there_for_the_next_holder(store: Store) -> None:
    async def first(held: Held) -> None:
        await held.write(
            {"stage": "rendering", "step": "1", "facts": '{"render": "r"}', "plan": '[{"kind": "status"}]'}
        )
        assert held.record.facts == {"render": "r"}
        raise Later(0)

    found = []

    async def second(held: Held) -> None:
        found.append(held.record)
        await ends(held)

    await store.inbox.put(said(1))
    async with running(store, first):
        await until(lambda: has_stage(store, "rendering"))
    async with running(store, second, replica="r2"):
        await until(lambda: all_ended(store))
    (record,) = found
    assert (record.stage.value, record.step, record.facts) == ("rendering", 1, {"render": "r"})
    assert record.plan is not None
    assert record.plan[0].kind == "status"


async def has_stage(store: Store, stage: str) -> bool:
    return any(job.stage.value == stage for job in await store.inbox.jobs())


async def test_the_store_keeps_its_own_fields_from_handlers(store: Store) -> None:
    wrong: list[str] = []

    async def handler(held: Held) -> None:
        with pytest.raises(ValueError, match="belong to the store"):
            await held.write({"tries": "0"})
        wrong.append("seen")

    await store.inbox.put(said(1))
    async with running(store, handler):
        await until(lambda: all_ended(store))
    assert wrong == ["seen"]


async def test_a_sleeping_turn_blocks_its_channel_and_comes_back(store: Store) -> None:
    log: list[str] = []

    async def handler(held: Held) -> None:
        log.append(held.record.message.text)
        if log == ["1"]:
            raise Later(0.3)
        await ends(held)

    await store.inbox.put(said(1))
    await store.inbox.put(said(2))
    async with running(store, handler):
        await until(lambda: all_ended(store))
    assert log == ["1", "1", "2"]


async def test_only_channels_of_our_platforms_are_taken(store: Store) -> None:
    async def handler(held: Held) -> None:
        assert held.channel_key == "console:1"
        await ends(held)

    await store.inbox.put(said(1))
    other = (await store.inbox.put(said(1, platform="discord"))).turn_id
    async with running(store, handler):
        await until(lambda: ended(store, 1))
    assert await store.inbox.place(other) == 0


async def ended(store: Store, count: int) -> bool:
    return sum(job.ended_ms is not None for job in await store.inbox.jobs()) >= count


# -- cancel


async def test_cancel_interrupts_a_running_turn_and_its_handler_hears_why(store: Store, config: StoreConfig) -> None:
    log: list[bool] = []

    async def handler(held: Held) -> None:
        log.append(held.cancelled)
        assert held.record.cancelled == held.cancelled
        if not held.cancelled:
            await held.write({"stage": "streaming"})
            await asyncio.sleep(60)
        await held.write({"stage": "cancelled"})

    turn = (await store.inbox.put(said(1))).turn_id
    async with running(store, handler), open_store(config) as elsewhere:
        await until(lambda: has_stage(store, "streaming"))
        assert await elsewhere.inbox.cancel(turn) == "running"
        await until(lambda: all_ended(store))
    assert log == [False, True]
    assert (await store.inbox.jobs())[0].state == "cancelled"
    assert await store.inbox.cancel(turn) == "gone"
    assert await store.server.do("SCARD", store.keys("cancels")) == 0


async def test_cancel_reaches_the_holder_without_the_hint(store: Store) -> None:
    async def handler(held: Held) -> None:
        if not held.cancelled:
            await held.write({"stage": "streaming"})
            await asyncio.sleep(60)

    turn = (await store.inbox.put(said(1))).turn_id
    async with running(store, handler):
        await until(lambda: has_stage(store, "streaming"))
        # what the script writes, without its PUBLISH
        await store.server.do("HSET", store.keys("t", turn), "cancel", "1")
        await store.server.do("SADD", store.keys("cancels"), turn)
        await until(lambda: all_ended(store))


async def test_cancel_wakes_a_sleeping_turn(store: Store) -> None:
    async def handler(held: Held) -> None:
        if not held.cancelled:
            await held.write({"stage": "rendering"})
            raise Later(3600)
        await held.write({"stage": "cancelled"})

    turn = (await store.inbox.put(said(1))).turn_id
    async with running(store, handler) as engine:
        await until(lambda: has_stage(store, "rendering"))
        await until(lambda: not engine.running)
        assert await store.inbox.cancel(turn) == "running"
        await until(lambda: all_ended(store))


# -- leases


async def test_a_former_holder_can_write_nothing(store: Store) -> None:
    held_by: list[Held] = []

    async def keeps(held: Held) -> None:
        held_by.append(held)
        await asyncio.sleep(60)

    await store.inbox.put(said(1))
    async with running(store, keeps):
        await until(lambda: held_by)
        await store.server.do("HDEL", store.keys("own"), "console:1")  # as if another replica had taken and ended it
        with pytest.raises(LostLease):
            await held_by[0].write({"stage": "done"})
        with pytest.raises(LostLease):
            held_by[0].guard()
    assert not await has_stage(store, "done")


async def test_the_lease_of_a_silent_process_runs_out(store: Store, config: StoreConfig) -> None:
    """A holder that vanishes without a word (here: a claim whose claimant never does anything)."""
    await store.inbox.put(said(1))
    ghost = Engine(store, ["console"], ends, replica="ghost", lease_s=0.5)
    k = store.keys
    keys = [k("own"), k("fence"), k("claimed", "ghost"), k("cancels"), k("trouble"), k("due", "console")]
    got = (await store.server.run("claim", keys, ["call", "ghost", 10, 500]))[0]
    assert got[0] == "console:1"
    assert (await store.server.run("claim", keys, ["call", "ghost", 10, 500]))[0] == got  # a lost reply, asked again
    assert (await store.server.run("claim", keys, ["next", "ghost", 10, 500]))[0] == []
    assert ghost.running == 0
    async with running(store, ends):
        await until(lambda: all_ended(store))


async def test_healthy_turns_outlive_their_lease_and_run_once(store: Store) -> None:
    starts: list[str] = []

    async def handler(held: Held) -> None:
        starts.append(held.turn_id)
        await asyncio.sleep(1.5)
        held.guard()
        await ends(held)

    for chat in range(20):
        await store.inbox.put(said(1, chat=str(chat)))
    async with running(store, handler, lease_s=0.6), running(store, handler, replica="r2", lease_s=0.6):
        await until(lambda: all_ended(store))
    assert len(starts) == 20


async def test_shutdown_hands_channels_over_at_once(store: Store) -> None:
    holders: list[str] = []

    def holder(name: str, rest_s: float):  # type: ignore[no-untyped-def]
        async def handler(held: Held) -> None:
            holders.append(name)
            await held.write({"stage": "streaming"})
            await asyncio.sleep(rest_s)
            await ends(held)

        return handler

    for chat in range(50):
        await store.inbox.put(said(1, chat=str(chat)))
    async with running(store, holder("old", 60), lease_s=600):
        await until(lambda: holders.count("old") == 50)
    async with running(store, holder("new", 0), replica="r2", lease_s=600):
        await until(lambda: all_ended(store))  # no lease of 600 s is waited for
    assert holders.count("new") == 50
    assert {job.tries for job in await store.inbox.jobs()} <= {0, 1}


async def test_shutdown_waits_a_moment_for_an_effect_on_its_way_and_for_nothing_else(store: Store) -> None:
    noted: list[str] = []

    async def sending(held: Held) -> None:
        await held.write({"stage": "delivering" if held.channel_key.endswith("1") else "streaming"})
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await asyncio.sleep(1.0)  # longer than a turn without an effect may take
            try:
                await held.write({"stage": "delivered"})
            except LostLease:
                noted.append(f"{held.channel_key} was handed over")
            else:
                noted.append(f"{held.channel_key} noted its effect")
            raise

    for chat in ("1", "2"):
        await store.inbox.put(said(1, chat=chat))
    async with running(store, sending, lease_s=600):
        await until(lambda: both_wrote(store))
    assert sorted(noted) == ["console:1 noted its effect", "console:2 was handed over"]
    async with running(store, ends, replica="r2", lease_s=600):
        await until(lambda: all_ended(store))


async def both_wrote(store: Store) -> bool:
    return {job.stage.value for job in await store.inbox.jobs()} == {"delivering", "streaming"}


async def test_a_handler_that_will_not_stop_is_fenced_out(store: Store) -> None:
    outcome: list[str] = []
    release = asyncio.Event()

    async def stubborn(held: Held) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            await release.wait()
            try:
                held.guard()
            except LostLease:
                outcome.append("fenced")

    await store.inbox.put(said(1))
    async with running(store, stubborn, lease_s=600) as engine:
        await until(lambda: engine.running)
        await until(lambda: is_begun(store))
    async with running(store, ends, replica="r2", lease_s=600):
        await until(lambda: all_ended(store))
    release.set()
    await until(lambda: outcome)
    assert outcome == ["fenced"]


async def is_begun(store: Store) -> bool:
    return any(job.state == "running" for job in await store.inbox.jobs())


async def test_a_fast_restart_of_the_same_replica_does_not_wait_for_its_lease(store: Store) -> None:
    await store.inbox.put(said(1))
    k = store.keys
    keys = [k("own"), k("fence"), k("claimed", "r1"), k("cancels"), k("trouble"), k("due", "console")]
    await store.server.run("claim", keys, ["call", "r1", 10, 600_000])  # a run of r1 that was killed
    async with running(store, ends, replica="r1"):
        await until(lambda: all_ended(store))


async def test_a_task_cancelled_before_its_first_step_is_forgotten(store: Store) -> None:
    """Else its channel would be renewed for ever by nobody."""
    async with running(store, ends) as engine:
        await store.inbox.put(said(1))
        await until(lambda: engine.running or ended(store, 1))
        for run in list(engine._runs.values()):
            engine._interrupt(run, "lost")
        await until(lambda: not engine.running)
        await until(lambda: all_ended(store))


async def test_a_fence_only_grows_even_if_the_store_forgot_it(store: Store) -> None:
    tokens: list[int] = []

    async def handler(held: Held) -> None:
        tokens.append(int(held.token.split(":")[0]))
        await store.server.do("DEL", store.keys("fence"))
        await asyncio.sleep(0.002)
        await ends(held)

    for n in range(5):
        await store.inbox.put(said(n))
    async with running(store, handler):
        await until(lambda: all_ended(store))
    assert tokens == sorted(set(tokens))


# -- what goes wrong


async def test_a_turn_that_fails_three_times_is_parked_and_the_next_goes_on(store: Store) -> None:
    log: list[str] = []

    async def handler(held: Held) -> None:
        log.append(held.record.message.text)
        if held.record.message.text == "poison":
            raise ZeroDivisionError
        await ends(held)

    async def parked(held: Held) -> None:
        log.append(f"parked {held.record.message.text}")

    await store.inbox.put(said("poison"))
    await store.inbox.put(said("good"))
    async with running(store, handler, parked=parked, lease_s=0.6):
        await until(lambda: all_ended(store))
    assert log == ["poison"] * 3 + ["parked poison", "good"]
    assert {job.message.text: job.state for job in await store.inbox.jobs()} == {"poison": "parked", "good": "done"}


async def test_steps_forward_are_not_counted_as_tries(store: Store) -> None:
    steps = ["fetching", "uploading", "uploaded", "snapshot", "sending", "streaming", "heard"]
    crashed: list[str] = []

    async def handler(held: Held) -> None:
        at = held.record.stage.value
        left = steps[steps.index(at) + 1 :] if at in steps else steps
        if left:
            await held.write({"stage": left[0]})
            crashed.append(left[0])
            raise ZeroDivisionError
        await ends(held)

    await store.inbox.put(said(1))
    async with running(store, handler, lease_s=0.3):
        await until(lambda: all_ended(store))
    assert crashed == steps
    assert (await store.inbox.jobs())[0].state == "done"


async def test_a_turn_whose_processes_died_three_times_is_parked(store: Store) -> None:
    turn = (await store.inbox.put(said(1))).turn_id
    await store.server.do("HSET", store.keys("t", turn), "tries", 3, "stage", "sending")
    told: list[str] = []

    async def parked(held: Held) -> None:
        told.append(held.turn_id)

    async def never(held: Held) -> None:
        raise AssertionError(held)

    async with running(store, never, parked=parked, lease_s=0.5):
        await until(lambda: all_ended(store))
    assert told == [turn]


async def test_a_holder_that_was_frozen_takes_its_try_back(store: Store) -> None:
    entered = asyncio.Event()

    async def frozen(_: Held) -> None:
        entered.set()
        await asyncio.sleep(60)

    turn = (await store.inbox.put(said(1))).turn_id
    async with running(store, frozen, lease_s=0.5) as engine:
        await entered.wait()
        assert (await store.inbox.jobs())[0].tries == 1
        await store.server.do("HSET", store.keys("own"), "console:1", "9:another")
        await store.server.do("ZADD", store.keys("due", "console"), 9e15, "console:1")
        await until(lambda: engine.running == 0)

        async def taken_back() -> bool:
            record = await store.inbox.record(turn)
            return record is not None and record.tries == 0

        await until(taken_back)


async def test_suspects_start_one_by_one(store: Store) -> None:
    together: list[int] = []
    now: set[str] = set()

    async def handler(held: Held) -> None:
        now.add(held.turn_id)
        together.append(len(now))
        await asyncio.sleep(0.03)
        now.discard(held.turn_id)
        await ends(held)

    for chat in range(5):
        turn = (await store.inbox.put(said(1, chat=str(chat)))).turn_id
        await store.server.do("HSET", store.keys("t", turn), "tries", 2)
    async with running(store, handler, lease_s=0.3):
        await until(lambda: all_ended(store))
    assert together == [1] * 5
    assert {job.state for job in await store.inbox.jobs()} == {"done"}


async def test_the_last_try_of_a_suspect_waits_for_calm_and_is_no_try_before(store: Store) -> None:
    begun: list[str] = []

    async def handler(held: Held) -> None:
        begun.append(held.record.message.text)
        await ends(held)

    suspect = (await store.inbox.put(said("suspect"))).turn_id
    await store.server.do("HSET", store.keys("t", suspect), "tries", 2)
    await store.inbox.put(said("other", chat="2"))
    async with running(store, handler, lease_s=0.5):
        await until(lambda: begun)
        for number in range(5):  # programs come and go
            async with running(store, handler, replica=f"short {number}", lease_s=0.5):
                await asyncio.sleep(0.3)
        assert begun == ["other"]
        record = await store.inbox.record(suspect)
        assert record is not None
        assert record.tries == 2
        await until(lambda: all_ended(store))
    assert begun == ["other", "suspect"]


async def test_a_lease_that_ran_out_is_trouble_and_one_that_was_handed_over_is_none(store: Store) -> None:
    k = store.keys
    await store.inbox.put(said(1))
    async with running(store, ends):
        await until(lambda: all_ended(store))
    await store.server.do("DEL", k("trouble"))
    keys = [k("own"), k("fence"), k("claimed", "ghost"), k("cancels"), k("trouble"), k("due", "console")]
    await store.inbox.put(said(2))
    await store.server.run("claim", keys, ["first", "ghost", 10, 100])
    assert await store.server.do("GET", k("trouble")) is None
    await asyncio.sleep(0.15)
    await store.server.run("claim", keys, ["second", "ghost", 10, 100])
    assert 0 <= await store.server.run("quiet", [k("trouble")], []) < 10_000


async def test_a_suspect_that_was_cancelled_ends_without_a_wait(store: Store) -> None:
    ended: list[bool] = []

    async def handler(held: Held) -> None:
        ended.append(held.cancelled)
        await held.write({"stage": "cancelled"})

    suspect = (await store.inbox.put(said("suspect"))).turn_id
    key = store.keys("t", suspect)
    await store.server.do("HSET", key, "tries", 2, "began_ms", 1)
    async with running(store, handler, lease_s=600):
        await asyncio.sleep(0.3)
        assert ended == []
        await store.inbox.cancel(suspect)
        await until(lambda: all_ended(store))
    assert ended == [True]


async def test_a_channel_waits_at_a_record_of_a_newer_version(store: Store) -> None:
    log: list[str] = []

    async def handler(held: Held) -> None:
        log.append(held.record.message.text)
        await ends(held)

    newer = (await store.inbox.put(said("newer"))).turn_id
    await store.server.do("HSET", store.keys("t", newer), "v", VERSION + 1)
    await store.inbox.put(said("after"))
    await store.inbox.put(said("other", chat="2"))
    before = await store.server.do("HGETALL", store.keys("t", newer))
    async with running(store, handler, lease_s=0.3):
        await until(lambda: log)
        await asyncio.sleep(0.5)
        assert log == ["other"]
        assert {**await store.server.do("HGETALL", store.keys("t", newer)), "tries": ""} == {**before, "tries": ""}
        await store.server.do("HSET", store.keys("t", newer), "v", VERSION)  # the newer program is back
        await until(lambda: all_ended(store))
    assert log == ["other", "newer", "after"]


async def test_an_unreadable_turn_can_be_cancelled_away(store: Store) -> None:
    newer = (await store.inbox.put(said("newer"))).turn_id
    await store.server.do("HSET", store.keys("t", newer), "v", VERSION + 1)
    after = (await store.inbox.put(said("after"))).turn_id
    async with running(store, ends, lease_s=0.3):
        await until(lambda: store.inbox.cancel(newer))
        await until(lambda: is_done(store, after))


async def is_done(store: Store, turn_id: str) -> bool:
    record = await store.inbox.record(turn_id)
    return bool(record and record.state == "done")


async def test_a_handler_that_meets_something_unreadable_waits_too(store: Store) -> None:
    log: list[str] = []

    async def handler(held: Held) -> None:
        log.append(held.turn_id)
        if len(log) < 6:
            raise Unreadable("a session of a newer version")
        await ends(held)

    await store.inbox.put(said(1))
    async with running(store, handler, lease_s=0.3):
        await until(lambda: all_ended(store))
    assert len(log) == 6
    assert (await store.inbox.jobs())[0].state == "done"


async def test_a_vanished_record_does_not_stop_its_channel(store: Store) -> None:
    gone = (await store.inbox.put(said("gone"))).turn_id
    await store.server.do("DEL", store.keys("t", gone))
    await store.inbox.put(said("next"))
    async with running(store, ends):
        await until(lambda: all_ended(store))
    assert await store.server.do("LLEN", store.keys("q", "console:1")) == 0


async def test_trouble_of_the_store_is_no_try_of_the_turn(store: Store) -> None:
    log: list[str] = []

    async def handler(held: Held) -> None:
        log.append("start")
        if len(log) < 4:
            raise StoreError("as if the store had refused")
        await ends(held)

    await store.inbox.put(said(1))
    async with running(store, handler):
        await until(lambda: all_ended(store))
    assert len(log) == 4
    assert (await store.inbox.jobs())[0].state == "done"


async def test_stage_changes_are_a_stream(store: Store) -> None:
    async def handler(held: Held) -> None:
        await held.write({"stage": "sending"})
        await held.write({"stage": "sending", "facts": '{"n": 1}'})
        await ends(held)

    turn = (await store.inbox.put(said(1))).turn_id
    async with running(store, handler):
        await until(lambda: all_ended(store))
    changes = await store.history.changes()
    assert [(change.turn_id, change.stage) for change in changes] == [(turn, "sending"), (turn, "done")]
    assert await store.history.changes(after=changes[0].id) == changes[1:]


async def test_an_engine_that_is_full_takes_no_more(store: Store) -> None:
    most = 0

    async def handler(held: Held) -> None:
        nonlocal most
        most = max(most, engine.running)
        await asyncio.sleep(0.01)
        await ends(held)

    for chat in range(20):
        await store.inbox.put(said(1, chat=str(chat)))
    async with running(store, handler, max_running=4) as engine:
        await until(lambda: all_ended(store))
    assert most == 4
