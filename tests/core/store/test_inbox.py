"""What people said: once each, in order, as long as there is room."""

from __future__ import annotations

import asyncio

import pytest

from core.messages import Attachment, Channel, Message, Person
from core.records import VERSION
from core.store.config import StoreConfig
from core.store.errors import StoreError
from core.store.inbox import Receipt
from core.store.keys import platform_of, queue_of, split_queue
from core.store.open import Store, open_store
from tests.core.store.world import all_ended, running, said, until


@pytest.mark.parametrize(
    ("channel_key", "lane"),
    [("telegram:-10042:7", ""), ("telegram:-10042:7", "read"), ("console:a|b", ""), ("console:a|b:c", "read")],
)
def test_a_queue_tells_its_channel_lane_and_platform(channel_key: str, lane: str) -> None:
    queue = queue_of(channel_key, lane)
    assert split_queue(queue) == (channel_key, lane)
    assert platform_of(queue) == channel_key.split(":", maxsplit=1)[0]


def test_a_lane_that_would_confuse_is_refused() -> None:
    with pytest.raises(ValueError, match="letters"):
        queue_of("console:1", "a|b")


async def test_messages_get_their_place(store: Store) -> None:
    receipts = [await store.inbox.put(said(n)) for n in range(3)]
    assert [receipt.place for receipt in receipts] == [0, 1, 2]
    assert await store.inbox.waiting("console:1") == 2
    assert [message.text for message in await store.inbox.peek("console:1")] == ["1", "2"]
    assert [await store.inbox.place(receipt.turn_id) for receipt in receipts] == [0, 1, 2]


async def test_a_lane_runs_beside_the_queue(store: Store) -> None:
    await store.inbox.put(said(1))
    assert (await store.inbox.put(said(2), lane="read")).place == 0
    assert await store.inbox.waiting("console:1") == 0


async def test_the_same_event_is_stored_once_even_after_a_restart(store: Store, config: StoreConfig) -> None:
    first = await store.inbox.put(said(1))
    async with open_store(config) as again:
        second = await again.inbox.put(said(1))
        assert second == Receipt(first.turn_id, 0, duplicate=True)
        assert len(await again.inbox.jobs()) == 1
        other_platform = await again.inbox.put(said(1, platform="discord"))
        assert not other_platform.duplicate


async def test_two_replicas_that_see_one_event_make_one_turn(store: Store) -> None:
    receipts = await asyncio.gather(*(store.inbox.put(said(1)) for _ in range(20)))
    assert len({receipt.turn_id for receipt in receipts}) == 1
    assert sum(not receipt.duplicate for receipt in receipts) == 1


async def test_a_full_queue_refuses_and_the_event_may_come_again(store: Store) -> None:
    for n in range(3):
        await store.inbox.put(said(n), limit=2)
    assert await store.inbox.put(said(3), limit=2) == Receipt("", 3, full=True)
    assert not (await store.inbox.put(said(3), limit=3)).duplicate


async def test_a_record_gives_back_all_that_was_said(store: Store) -> None:
    file = Attachment(name="曲.mp3", source={"file_id": "x"}, size_bytes=5)
    message = Message(
        id="7",
        channel=Channel("telegram", "-1", "2"),
        person=Person("p", "Ana", "es"),
        text="più alto 🎵",
        attachments=(file,),
    )
    receipt = await store.inbox.put(message, extra={"locale": "es"})
    record = await store.inbox.record(receipt.turn_id)
    assert record
    assert (record.message, record.channel_key, record.extra) == (message, "telegram:-1:2", {"locale": "es"})
    assert (record.state, record.plan, record.tries) == ("queued", None, 0)
    assert abs(record.created_ms / 1000 - (await store.server.do("TIME"))[0]) < 60


async def test_extra_fields_cannot_overwrite_ours(store: Store) -> None:
    with pytest.raises(ValueError, match="message"):
        await store.inbox.put(said(1), extra={"message": "{}"})
    assert await store.inbox.jobs() == []


async def test_cancel_of_a_waiting_turn_ends_it_at_once(store: Store) -> None:
    kept, dropped, after = [(await store.inbox.put(said(n))).turn_id for n in range(3)]
    assert await store.inbox.cancel(dropped) == "queued"
    assert await store.inbox.cancel(dropped) == "queued"  # a lost reply, asked again
    record = await store.inbox.record(dropped)
    assert record
    assert record.state == "cancelled"
    assert await store.inbox.place(after) == 1
    assert await store.inbox.place(kept) == 0
    assert await store.inbox.cancel("nothing") == "gone"


async def test_cancel_of_a_turn_nobody_began_removes_it_too(store: Store) -> None:
    only = (await store.inbox.put(said(1))).turn_id
    assert await store.inbox.cancel(only) == "queued"
    assert (await store.inbox.put(said(2))).place == 0


async def test_jobs_come_newest_first_and_by_state(store: Store) -> None:
    turns = [(await store.inbox.put(said(n, chat=str(n)))).turn_id for n in range(4)]
    await store.inbox.cancel(turns[1])
    assert {job.turn_id for job in await store.inbox.jobs(state="queued")} == {turns[0], turns[2], turns[3]}
    assert [job.turn_id for job in await store.inbox.jobs(state="cancelled")] == [turns[1]]
    assert len(await store.inbox.jobs(limit=2)) == 2


async def test_retry_makes_one_new_turn_of_an_ended_one(store: Store) -> None:
    async def fails(held: object) -> None:
        await held.write({"stage": "failed"})  # type: ignore[attr-defined]

    old = await store.inbox.put(said(1), extra={"locale": "zh"})
    with pytest.raises(StoreError, match="not ended"):
        await store.inbox.retry(old.turn_id)
    async with running(store, fails):
        await until(lambda: all_ended(store))
    new = await store.inbox.retry(old.turn_id)
    record = await store.inbox.record(new.turn_id)
    assert record
    assert new.turn_id != old.turn_id
    assert (record.message, record.retry_of, record.extra) == (said(1), old.turn_id, {"locale": "zh"})
    again = await store.inbox.retry(old.turn_id)
    assert again == Receipt(new.turn_id, 0, duplicate=True)
    with pytest.raises(StoreError, match="no turn"):
        await store.inbox.retry("nothing")


async def test_a_record_of_a_newer_version_is_listed_and_left_alone(store: Store) -> None:
    turn = (await store.inbox.put(said(1))).turn_id
    await store.server.do("HSET", store.keys("t", turn), "v", VERSION + 1)
    (job,) = await store.inbox.jobs()
    assert (job.state, job.channel_key) == ("unreadable", "console:1")
    assert "newer version" in job.problem
    await store.inbox.put(said(2))
    await store.server.do("HSET", store.keys("t", turn), "v", "x")
    assert "damaged" in (await store.inbox.jobs(state="unreadable"))[0].problem
