"""The session of a channel, its projects, and what people chose."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from core.records import VERSION
from core.store.errors import Unreadable
from core.store.held import Held, clock
from core.store.open import Store
from core.store.sessions import Session, session_from_text, session_to_text
from core.turn import LostLease
from tests.core.store.world import all_ended, running, said, until

CHANNEL = "console:1"


@pytest.fixture
async def held(store: Store) -> AsyncIterator[Held]:
    """A turn of the channel in our hands."""
    held: list[Held] = []

    async def handler(mine: Held) -> None:
        held.append(mine)
        await until(lambda: False, seconds=60)

    await store.inbox.put(said(1))
    async with running(store, handler):
        await until(lambda: held)
        yield held[0]


async def test_a_session_comes_back_as_it_was(store: Store, held: Held) -> None:
    assert await store.sessions.load(CHANNEL) is None
    session = Session(
        "s1",
        task_id="t",
        user_id="u",
        language="zh",
        name="雨夜",
        last_draft={"t": [{"tt": 0}]},
        open_render={"id": "r", "at_s": 1.5},
        made_s=1.0,
        used_s=2.0,
    )
    await store.sessions.save(CHANNEL, session, held)
    assert await store.sessions.load(CHANNEL) == session
    assert await store.sessions.load("console:2") is None


async def test_projects_are_put_aside_and_taken_up_again(store: Store, held: Held) -> None:
    one, two, three = Session("1", name="one"), Session("2", name="two"), Session("3", name="three")
    await store.sessions.start_new(CHANNEL, one, held)
    assert await store.sessions.projects(CHANNEL) == []
    await store.sessions.start_new(CHANNEL, two, held)
    await store.sessions.start_new(CHANNEL, three, held)
    assert [session.name for session in await store.sessions.projects(CHANNEL)] == ["two", "one"]
    assert await store.sessions.resume(CHANNEL, 1, held) == one
    assert await store.sessions.load(CHANNEL) == one
    assert [session.name for session in await store.sessions.projects(CHANNEL)] == ["three", "two"]
    assert await store.sessions.resume(CHANNEL, 2, held) is None
    assert await store.sessions.resume(CHANNEL, -1, held) is None
    await store.sessions.start_new(CHANNEL, None, held)
    assert await store.sessions.load(CHANNEL) is None
    assert [session.name for session in await store.sessions.projects(CHANNEL)] == ["one", "three", "two"]


async def test_a_former_holder_changes_no_session(store: Store, held: Held) -> None:
    await store.sessions.save(CHANNEL, Session("kept"), held)
    await store.server.do("HSET", store.keys("own"), CHANNEL, "99999999999999:other")
    with pytest.raises(LostLease):
        await store.sessions.save(CHANNEL, Session("stale"), held)
    with pytest.raises(LostLease):
        await store.sessions.start_new(CHANNEL, None, held)
    with pytest.raises(LostLease):
        await held.write({"stage": "done"})
    assert await store.sessions.load(CHANNEL) == Session("kept")


@pytest.mark.parametrize(
    "text", [session_to_text(Session("x", v=VERSION + 1)), "{", '{"no": "session"}', '{"session_id": 5}', ""]
)
def test_a_newer_or_damaged_session_is_not_guessed_at(text: str) -> None:
    with pytest.raises(Unreadable):
        session_from_text(text)


def test_a_session_of_the_first_version_is_read() -> None:
    assert session_from_text('{"session_id":"s","task_id":"t","v":1}') == Session("s", task_id="t", v=1)


async def test_choices_are_kept_until_they_are_forgotten(store: Store) -> None:
    await store.sessions.set_choice("person:7", "language", "zh")
    await store.sessions.set_choice("person:7", "format", "9:16")
    assert await store.sessions.choice("person:7", "language") == "zh"
    await store.sessions.set_choice("person:7", "language", None)
    assert await store.sessions.choice("person:7", "language") is None
    assert await store.sessions.choice("person:7", "format") == "9:16"
    assert await store.sessions.choice("person:8", "format") is None


def test_the_clock_of_leases_goes_forward_only() -> None:
    first = clock()
    assert clock() >= first


async def life_s(store: Store, *names: str) -> list[int]:
    """Seconds that keys have left: -1 no limit, -2 no such key."""
    return [int(await store.server.do("TTL", store.keys(*name.split("/")))) for name in names]


SESSION, PROJECTS = f"session/{CHANNEL}", f"projects/{CHANNEL}"


async def test_projects_have_no_limit_while_a_turn_waits_or_runs_and_one_after_the_last(store: Store) -> None:
    async def handler(mine: Held) -> None:
        await store.sessions.start_new(CHANNEL, Session(mine.turn_id), mine)
        assert await life_s(store, SESSION) == [-1]

    whole = store.config.project_ttl_s
    for number in (1, 2):  # the second begins under the limit that the first left behind
        await store.inbox.put(said(number))
        async with running(store, handler):
            await until(lambda: all_ended(store))
    assert all(whole - 60 < left <= whole for left in await life_s(store, SESSION, PROJECTS))
    waits = await store.inbox.put(said(3))
    assert await life_s(store, SESSION, PROJECTS) == [-1, -1]
    assert await store.inbox.cancel(waits.turn_id) == "queued"
    assert all(whole - 60 < left <= whole for left in await life_s(store, SESSION, PROJECTS))


async def test_a_reading_verb_beside_a_waiting_turn_leaves_its_projects_without_a_limit(store: Store) -> None:
    async def keeps(mine: Held) -> None:
        await store.sessions.start_new(CHANNEL, Session("s"), mine)

    await store.inbox.put(said(1))
    async with running(store, keeps):
        await until(lambda: all_ended(store))
    await store.inbox.put(said(2), lane="aside")
    aside = await store.inbox.put(said(3), lane="aside")
    await store.inbox.put(said(4))
    assert await store.inbox.cancel(aside.turn_id) == "queued"
    assert await life_s(store, SESSION) == [-1]


async def test_a_choice_lives_from_its_last_use(store: Store) -> None:
    await store.sessions.set_choice("console:person:mia", "language", "zh")
    key = store.keys("choice", "console:person:mia")
    await store.server.do("EXPIRE", key, 100)
    assert await store.sessions.choice("console:person:mia", "format") is None
    assert await life_s(store, "choice/console:person:mia") == [100]
    assert await store.sessions.choice("console:person:mia", "language") == "zh"
    assert (await life_s(store, "choice/console:person:mia"))[0] > 100
