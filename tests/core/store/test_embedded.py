"""The store that comes with the program: owned once, adopted, restarted, left behind by nobody."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from core.store.config import StoreConfig
from core.store.embedded import Embedded, socket_path
from core.store.errors import StoreUnavailable
from core.store.open import open_store
from tests.core.store.world import said, until

CHILD = """
import asyncio, signal, sys
from pathlib import Path
from core.store.config import StoreConfig
from core.store.open import open_store

async def main():
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    async with open_store(StoreConfig(data_dir=Path(sys.argv[1]))) as store:
        print(int(store.embedded.owner), store.embedded.url, flush=True)
        await stop.wait()
        await store.ping()
        print("store answered at the end", flush=True)

asyncio.run(main())
"""


class Child:
    """A program of its own session that has the store of a folder open."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(folder)], stdout=subprocess.PIPE, start_new_session=True, text=True
        )
        assert self.process.stdout
        owner, self.url = self.process.stdout.readline().strip().split(" ", 1)
        self.owner = owner == "1"

    def end(self, how: signal.Signals) -> str:
        assert self.process.stdout
        os.killpg(self.process.pid, how)
        said_last = self.process.stdout.read()
        self.process.stdout.close()
        self.process.wait()
        return said_last


def pid_of(url: str) -> int | None:
    with Redis.from_url(url, retry=Retry(NoBackoff(), 0)) as client:
        try:
            return int(client.info("server")["process_id"])
        except RedisError:
            return None


def lives(pid: int) -> bool:
    """A process that ended and that nobody waits for (a zombie) does not live."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], check=False, capture_output=True, text=True).stdout
    return state.strip() != "" and not state.startswith("Z")


@pytest.mark.parametrize("name", ["plain", "with space %41?#", "曲" * 40])
async def test_it_starts_in_any_folder_and_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    async with Embedded(tmp_path / name) as embedded:
        pid = pid_of(embedded.url)
        assert pid
        assert embedded.owner
        assert len(os.fsencode(embedded.socket)) <= 100
        assert stat.S_IMODE(embedded.folder.stat().st_mode) == 0o700
        with Redis.from_url(embedded.url, decode_responses=True) as client:
            assert client.config_get("append*")["appendfsync"] == "always"
            assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert not lives(pid)
    assert not embedded.socket.exists()


async def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    async with open_store(StoreConfig(data_dir=tmp_path)) as store:
        turn = (await store.inbox.put(said(1))).turn_id
        assert store.warnings == ()
    async with open_store(StoreConfig(data_dir=tmp_path)) as store:
        assert [job.turn_id for job in await store.inbox.jobs()] == [turn]
        assert (await store.inbox.put(said(1))).duplicate


async def test_a_killed_program_finds_its_store_alive_and_adopts_it(tmp_path: Path) -> None:
    first = Child(tmp_path)
    pid = pid_of(first.url)
    first.end(signal.SIGKILL)
    assert pid
    assert lives(pid)
    async with Embedded(tmp_path) as again:
        assert again.owner
        assert pid_of(again.url) == pid
    assert not lives(pid)


async def test_ctrl_c_reaches_the_program_and_not_its_store(tmp_path: Path) -> None:
    child = Child(tmp_path)
    pid = pid_of(child.url)
    assert pid
    assert "store answered at the end" in child.end(signal.SIGINT)
    assert not lives(pid)


async def test_a_killed_store_is_back_with_its_data(tmp_path: Path) -> None:
    async with open_store(StoreConfig(data_dir=tmp_path)) as store:
        assert store.embedded
        url = store.embedded.url
        turn = (await store.inbox.put(said(1))).turn_id
        for _ in range(2):
            pid = pid_of(url)
            assert pid
            os.kill(pid, signal.SIGKILL)
            await until(lambda pid=pid: pid_of(url) not in {None, pid})  # type: ignore[misc]
        assert await store.inbox.place(turn) == 0


async def test_an_adopted_store_is_kept_alive_too(tmp_path: Path) -> None:
    first = Child(tmp_path)
    pid = pid_of(first.url)
    assert pid
    first.end(signal.SIGKILL)
    async with Embedded(tmp_path) as again:
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pid_of(again.url) not in {None, pid})


async def test_a_second_program_connects_and_takes_over_when_the_first_dies(tmp_path: Path) -> None:
    first = Child(tmp_path)
    async with Embedded(tmp_path) as second:
        assert (first.owner, second.owner) == (True, False)
        assert second.url == first.url
        first.end(signal.SIGTERM)  # stops the server on its way out
        await until(lambda: second.owner)
        await until(lambda: pid_of(second.url) is not None)
        pid = pid_of(second.url)
        assert pid
    assert not lives(pid)


async def test_a_store_whose_socket_was_swept_away_is_reached_again(tmp_path: Path) -> None:
    async with open_store(StoreConfig(data_dir=tmp_path)) as store:
        turn = (await store.inbox.put(said(1))).turn_id
        assert store.embedded
        store.embedded.socket.unlink()
        await until(lambda: store.embedded and store.embedded.socket.exists())
        assert await store.inbox.place(turn) == 0


def test_a_short_socket_is_private_and_the_same_each_time(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 120)
    assert socket_path(long) == socket_path(long)
    assert socket_path(long) != socket_path(long.with_name("y" * 120))
    assert stat.S_IMODE(socket_path(long).parent.stat().st_mode) & 0o077 == 0
    assert socket_path(Path("/short")) == Path("/short/valkey.sock")


async def test_a_file_in_the_way_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnavailable, match="cannot be a folder"):
        async with Embedded(tmp_path / "file"):
            pass


async def test_a_folder_that_cannot_be_written_is_said() -> None:
    with pytest.raises(StoreUnavailable, match=r"DATA_DIR|cannot"):
        async with Embedded(Path("/proc/from-music")):
            pass


async def test_a_damaged_journal_is_said_and_nothing_is_left_running(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as embedded:
        with Redis.from_url(embedded.url) as client:
            client.set("k", "v")
    journal = next((tmp_path / "store" / "appendonlydir").glob("*.incr.aof"))
    journal.write_bytes(b"this is no journal\r\n" + journal.read_bytes())
    with pytest.raises(StoreUnavailable, match="damaged"):
        async with Embedded(tmp_path):
            pass
    journal.write_bytes(journal.read_bytes().partition(b"\r\n")[2])
    async with Embedded(tmp_path) as embedded:
        with Redis.from_url(embedded.url) as client:
            assert client.get("k") == b"v"


async def test_a_journal_cut_by_a_power_failure_is_read_up_to_the_cut(tmp_path: Path) -> None:
    async with Embedded(tmp_path) as embedded:
        with Redis.from_url(embedded.url) as client:
            client.set("k", "v")
            client.set("half", "x" * 100)
    journal = next((tmp_path / "store" / "appendonlydir").glob("*.incr.aof"))
    journal.write_bytes(journal.read_bytes()[:-30])
    async with Embedded(tmp_path) as embedded:
        with Redis.from_url(embedded.url) as client:
            assert (client.get("k"), client.get("half")) == (b"v", None)


@pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/full").exists(), reason="a small disk can be mounted by root only"
)
async def test_a_full_disk_is_said(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this system mounts no small disk")
    try:
        (small / "filler").write_bytes(b"x" * 49152)
        with suppress(OSError), (small / "rest").open("wb", buffering=0) as rest:
            while True:
                rest.write(b"x" * 4096)
        with pytest.raises(StoreUnavailable, match="full"):
            async with Embedded(small):
                pass
    finally:
        subprocess.run(["umount", str(small)], check=True)
