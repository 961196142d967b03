"""The token: kept, private, fetched once for all who wait for it."""

from __future__ import annotations

import asyncio
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from core.errors import ClientIdMissing, NemoError, RateLimited, TokenExpired
from core.nemo.auth import Credentials, FileTokenStore, StoredToken
from tests.support.nemo import MemoryTokenStore

TOKEN = StoredToken(SecretStr("nmv_usr_1"), "anon_1", 1000.0, "id-1")


class Backend:
    """Gives out tokens, or what it is told to raise."""

    def __init__(self, *errors: NemoError) -> None:
        self.asked: list[str] = []
        self.errors = list(errors)

    async def __call__(self, client_id: str) -> StoredToken:
        self.asked.append(client_id)
        await asyncio.sleep(0.01)
        if self.errors:
            raise self.errors.pop(0)
        return StoredToken(SecretStr(f"nmv_usr_{len(self.asked)}"), "anon_1", None, client_id)


def credentials(
    backend: Backend, store: MemoryTokenStore, configured: str | None = None, client_id: str | None = None
) -> Credentials:
    secret = SecretStr(configured) if configured else None
    return Credentials(secret, client_id, store, backend, lambda: 500.0)


async def test_a_configured_token_is_used_and_never_replaced() -> None:
    backend, store = Backend(), MemoryTokenStore(TOKEN)
    mine = credentials(backend, store, "mine")
    assert (await mine.bearer()).get_secret_value() == "mine"
    error = TokenExpired()
    with pytest.raises(TokenExpired) as caught:
        await mine.renew(SecretStr("mine"), error)
    assert caught.value is error
    assert (backend.asked, store.saved, mine.anonymous) == ([], 0, False)


@pytest.mark.parametrize(
    ("expires_at", "asked"),
    [(None, 0), (10_000.0, 0), (600.0, 0), (530.0, 1), (499.0, 1)],
)
async def test_a_stored_token_serves_until_shortly_before_it_expires(expires_at: float | None, asked: int) -> None:
    backend, store = Backend(), MemoryTokenStore(StoredToken(SecretStr("kept"), None, expires_at))
    await credentials(backend, store).bearer()
    assert len(backend.asked) == asked
    assert store.saved == asked


async def test_many_who_wait_share_one_fetch() -> None:
    backend = Backend()
    mine = credentials(backend, MemoryTokenStore())
    found = await asyncio.gather(*(mine.bearer() for _ in range(50)))
    assert {token.get_secret_value() for token in found} == {"nmv_usr_1"}
    assert len(backend.asked) == 1


async def test_many_who_wait_share_one_refusal() -> None:
    backend = Backend(RateLimited())
    mine = credentials(backend, MemoryTokenStore())
    found = await asyncio.gather(*(mine.bearer() for _ in range(50)), return_exceptions=True)
    assert {type(error) for error in found} == {RateLimited}
    assert len(backend.asked) == 1
    assert (await mine.bearer()).get_secret_value() == "nmv_usr_2"


async def test_a_renewal_by_another_replica_is_taken_over() -> None:
    backend, store = Backend(), MemoryTokenStore()
    one, two = credentials(backend, store), credentials(backend, store)
    old = await one.bearer()
    assert await two.bearer() == old
    await one.renew(old, TokenExpired())
    await two.renew(old, TokenExpired())
    assert await one.bearer() == await two.bearer() != old
    assert len(backend.asked) == 2


async def test_a_token_that_was_renewed_meanwhile_is_not_renewed_again() -> None:
    backend, store = Backend(), MemoryTokenStore()
    mine = credentials(backend, store)
    old = await mine.bearer()
    await mine.renew(old, TokenExpired())
    await mine.renew(old, TokenExpired())
    assert len(backend.asked) == 2


async def test_400_makes_one_new_id_and_429_none() -> None:
    backend, store = Backend(ClientIdMissing()), MemoryTokenStore(kept_id="first")
    await credentials(backend, store).bearer()
    assert backend.asked[0] == "first"
    assert backend.asked[1] == store.kept_id != "first"
    backend, store = Backend(RateLimited()), MemoryTokenStore(kept_id="first")
    with pytest.raises(RateLimited):
        await credentials(backend, store).bearer()
    assert (backend.asked, store.kept_id) == (["first"], "first")


async def test_one_who_stops_waiting_does_not_stop_the_others() -> None:
    backend = Backend()
    mine = credentials(backend, MemoryTokenStore())
    first, second = asyncio.create_task(mine.bearer()), asyncio.create_task(mine.bearer())
    await asyncio.sleep(0)
    first.cancel()
    assert (await second).get_secret_value() == "nmv_usr_1"
    assert len(backend.asked) == 1


async def test_files_are_private_and_whole(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    store = FileTokenStore(folder)
    assert await store.load() is None
    await store.save(TOKEN)
    assert await FileTokenStore(folder).load() == TOKEN
    kept = await store.client_id()
    assert await FileTokenStore(folder).client_id() == kept
    assert await store.new_client_id() != kept
    for path in folder.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["client_id", "client_id.lock", "token.json"]


@pytest.mark.parametrize("damage", ["", "{", "[]", "null", '{"token": 7}', '{"token": ""}', "\x00"])
async def test_a_damaged_store_is_an_empty_one(damage: str, tmp_path: Path) -> None:
    (tmp_path / "token.json").write_text(damage)
    (tmp_path / "client_id").write_text("\x00" if damage else "x" * 65)
    store = FileTokenStore(tmp_path)
    assert await store.load() is None
    assert len(await store.client_id()) == 36


@given(st.text(min_size=1), st.none() | st.text(), st.none() | st.floats(allow_nan=False, allow_infinity=False))
@settings(deadline=None)
def test_a_stored_token_is_read_back(token: str, user_id: str | None, expires_at: float | None) -> None:
    kept = StoredToken(SecretStr(token), user_id, expires_at, "id")
    assert StoredToken.from_text(kept.to_text()) == kept
    assert "SecretStr('**********')" in repr(kept)


async def test_one_holder_at_a_time_also_among_stores(tmp_path: Path) -> None:
    inside = most = 0

    async def hold(store: FileTokenStore) -> None:
        nonlocal inside, most
        async with store.lock():
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.01)
            inside -= 1

    one, two = FileTokenStore(tmp_path), FileTokenStore(tmp_path)
    await asyncio.gather(*(hold(store) for store in (one, two, one, two)))
    assert most == 1


async def test_another_process_gets_the_same_client_id(tmp_path: Path) -> None:
    code = (
        "import asyncio, pathlib, sys; from core.nemo.auth import FileTokenStore as S;"
        "print(asyncio.run(S(pathlib.Path(sys.argv[1])).client_id()))"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    found = {run.communicate()[0].strip() for run in runs}
    assert found == {await FileTokenStore(tmp_path).client_id()}
