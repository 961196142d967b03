"""What programs with one token may send together: asked of a real store."""

from __future__ import annotations

from dataclasses import replace

from core.store.open import Store
from core.store.rates import Ask

SLOW = Ask(bot="telegram:1", chat="7", first=False, every_s=60.0, burst=2)
"""A rate so low that no test outlives a slot of it."""


async def test_a_burst_goes_and_what_comes_then_waits_for_the_bot(store: Store) -> None:
    answers = [await store.rates.take(replace(SLOW, chat=str(chat))) for chat in range(4)]
    assert [(answer.wait_s > 0, answer.of) for answer in answers] == [(False, "bot")] * 2 + [(True, "bot")] * 2
    assert answers[2].wait_s <= 60.0
    assert (await store.rates.take(replace(SLOW, bot="telegram:2"))).wait_s == 0


async def test_a_result_that_waits_keeps_all_others_waiting_until_it_went(store: Store) -> None:
    quick = replace(SLOW, every_s=0.02, burst=1)
    result = replace(quick, first=True)
    await store.rates.take(replace(SLOW, every_s=0.4, burst=1))
    assert (await store.rates.take(replace(result, every_s=0.3))).wait_s > 0
    await store.server.do("DEL", store.keys("rate", "telegram:1"))  # there is room now
    assert (await store.rates.take(quick)).wait_s > 0
    assert (await store.rates.take(result)).wait_s == 0
    await store.server.do("DEL", store.keys("rate", "telegram:1"))
    assert (await store.rates.take(quick)).wait_s == 0


async def test_a_chat_has_its_gap_and_a_group_its_minute(store: Store) -> None:
    free = replace(SLOW, every_s=0.0)
    word = replace(free, gap_s=30.0, leaves_gap_s=30.0)
    assert (await store.rates.take(word)).wait_s == 0
    again = await store.rates.take(word)
    assert (0 < again.wait_s <= 30.0, again.of) == (True, "chat")
    assert (await store.rates.take(replace(word, chat="8"))).wait_s == 0
    assert (await store.rates.take(replace(word, gap_s=0.0))).wait_s == 0  # a result does not wait for it

    group = replace(free, chat="-5", room=3, window_s=60.0)
    assert [(await store.rates.take(group)).wait_s > 0 for _ in range(4)] == [False] * 3 + [True]
    assert (await store.rates.take(replace(group, room=4))).wait_s == 0  # kept for words and results


async def test_what_is_refused_spends_nothing(store: Store) -> None:
    group = replace(SLOW, chat="-5", room=1, window_s=60.0)
    assert (await store.rates.take(group)).wait_s == 0
    for _ in range(5):
        assert (await store.rates.take(group)).of == "chat"
    assert (await store.rates.take(replace(SLOW, chat="8"))).wait_s == 0


async def test_a_clock_that_was_set_back_stops_nobody(store: Store) -> None:
    group = replace(SLOW, chat="-5", room=1, window_s=60.0)
    await store.server.do("SET", store.keys("rate", "telegram:1"), 9e15)
    await store.server.do("RPUSH", store.keys("rate", "telegram:1", "sent", "-5"), 9e15)
    assert (await store.rates.take(group)).wait_s == 0
