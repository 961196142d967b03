"""Notes, history, and the token that all replicas share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from core.nemo.auth import StoredToken, TokenStore
from core.store.history import Span, span
from core.store.open import Store
from tests.core.store.world import until


async def test_notes_live_as_long_as_was_said(store: Store) -> None:
    await store.notes.put("limit:discord:1", "8388608", 60)
    await store.notes.put("short", "x", 0.05)
    assert await store.notes.get("limit:discord:1") == "8388608"
    await until(lambda: is_gone(store, "short"))
    await store.notes.forget("limit:discord:1")
    assert await is_gone(store, "limit:discord:1")


async def is_gone(store: Store, name: str) -> bool:
    return await store.notes.get(name) is None


async def test_once_is_true_for_one_of_many(store: Store) -> None:
    answers = await asyncio.gather(*(store.notes.once("greeted:7", 60) for _ in range(20)))
    assert sorted(answers) == [False] * 19 + [True]


@pytest.mark.parametrize(
    ("durations", "expected"),
    [
        ([], None),
        ([5, 6], None),
        ([5, 5, 5], Span(5, 5)),
        ([10, 0, 5], Span(1, 9)),
        (list(range(101)), Span(10, 90)),
    ],
)
def test_a_span_is_the_middle_eighty_percent(durations: list[float], expected: Span | None) -> None:
    assert span(durations) == expected


async def test_history_knows_each_kind_by_its_last_fifty(store: Store) -> None:
    for _ in range(3):
        await store.history.took("upload", 1000)
    for seconds in range(50):
        await store.history.took("upload", 10 + seconds / 100)
    found = await store.history.expect("upload")
    assert found
    assert 10 <= found.low_s < found.high_s < 11
    assert await store.history.expect("chat") is None


@dataclass(frozen=True)
class Text:
    text: str

    def to_text(self) -> str:
        return self.text


async def test_the_token_and_the_client_id_are_shared(store: Store) -> None:
    tokens: TokenStore = store.tokens(StoredToken.from_text)
    assert await tokens.load() is None
    ids = await asyncio.gather(*(tokens.client_id() for _ in range(10)))
    assert len(set(ids)) == 1
    stored = StoredToken.from_text('{"token": "nmv_usr_x", "expires_at": 5.0, "client_id": "c"}')
    assert stored
    await tokens.save(stored)
    assert await tokens.load() == stored
    fresh = await tokens.new_client_id()
    assert fresh != ids[0]
    assert await tokens.client_id() == fresh


async def test_one_at_a_time_fetches_a_token(store: Store) -> None:
    tokens = store.tokens(Text)
    inside = most = 0

    async def fetch() -> None:
        nonlocal inside, most
        async with tokens.lock():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    await asyncio.gather(*(fetch() for _ in range(5)))
    assert most == 1
    with pytest.raises(ZeroDivisionError):
        async with tokens.lock():
            raise ZeroDivisionError
    async with asyncio.timeout(5), tokens.lock():
        pass
