"""Two thousand conversations at once through the complete turn: CPU per event against a bare httpx loop, memory each.

    python -m bench.conversation [--conversations 2000] [--events 120] [--rounds 1]

A byte server in another process answers the whole API. Every conversation is a channel of its own with a message in
the store: real relay, engine, embedded store, client, reader and presenter; only the chat is an outbound that counts.
When all streams are open the server sends every event to each of them, one after the other; CPU counts from there to
the end of the last turn, so it holds the last state read, the diff, the record and the card as well. The bare loop
reads the same streams with httpx and does nothing with the bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from contextlib import nullcontext
from pathlib import Path
from typing import Any, Literal

import httpx
from pydantic import SecretStr

from bench.stream import HEAD, event, resident_bytes
from bots.adapter import FREE, Departure, Limits, Post, Sent, Video, Where
from bots.app import Backend, open_program, running
from bots.settings import Settings
from core.messages import Attachment, Channel, Message, Person

LIMIT_RATIO = 2.0
LIMIT_BYTES = 150_000
PLATFORM = "console"
STEP_S = 0.25
"""Least pause between two events of a stream; the server waits longer where the reader needs it."""

DRAFT = {
    "t": [
        {"id": "v", "tt": 0, "sg": [{"id": "v1", "s": 0, "d": 30_000, "m": {"name": "spectrum", "palette": "sunset"}}]},
        {"id": "a", "tt": 1, "sg": [{"id": "a1", "s": 0, "d": 30_000, "m": {"name": "song", "volume": 0.35}}]},
        {"id": "t", "tt": 7, "sg": [{"id": "t1", "s": 0, "d": 3_000, "m": {"text": "Night Drive"}}]},
    ],
    "d": 30_000,
    "m": {"title": "Night Drive", "width": 1920, "height": 1080},
}
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
STATE = json.dumps({"code": 0, "data": {"state": {"draft": DRAFT, "video_infos": []}}}).encode()


class Streams:
    """The server: every stream stays open until all are; then all get the same events."""

    def __init__(self, streams: int, events: int) -> None:
        self.streams, self.events = streams, events
        self.writers: list[asyncio.StreamWriter] = []
        self.everyone = asyncio.Event()
        self.made = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection's requests."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.lower().split(b"\r\n")
                length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                await reader.readexactly(length)
                if b"/run_sse" in lines[0]:
                    writer.write(HEAD + event(0))
                    self.writers.append(writer)
                    if len(self.writers) == self.streams:
                        self.everyone.set()
                    await reader.read()
                    break
                body = STATE if b"/api/state/" in lines[0] else self._session()
                writer.write(ANSWER % (len(body), body))
        writer.close()

    def _session(self) -> bytes:
        self.made += 1
        return b'{"code":0,"data":{"task_id":"t","session_id":"s-%d"}}' % self.made

    async def send_all(self) -> None:
        """Every event to every stream, one after the other, and the end."""
        for index in range(1, self.events):
            began = time.monotonic()
            data = event(index)
            for place, writer in enumerate(self.writers):
                writer.write(data)
                if place % 100 == 99:
                    await asyncio.sleep(0)
            for writer in self.writers:
                await writer.drain()
            await asyncio.sleep(max(0.0, STEP_S - (time.monotonic() - began)))
        for writer in self.writers:
            writer.write(b"0\r\n\r\n")


async def serve(streams: int, events: int) -> None:
    """Print the port; when a line comes on stdin, send."""
    world = Streams(streams, events)
    server = await asyncio.start_server(world.take, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await world.everyone.wait()
    print("open", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    await world.send_all()
    await asyncio.to_thread(sys.stdin.readline)


class Counting:
    """An outbound that shows nothing and counts."""

    def __init__(self, turns: int) -> None:
        self.replies = self.cards = 0
        self._left = turns
        self._over = asyncio.Event()
        self._limits = Limits(max_text=2000, max_caption=2000, max_upload_bytes=1 << 30, edit_interval_s=5.0)

    def limits(self, where: Where) -> Limits:
        return self._limits

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        await departure.leaves()
        if post.kind == "reply":
            self.replies += 1
        else:
            self.cards += 1
        return Sent(nonce)

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        await departure.leaves()
        self.cards += 1
        if post.final:
            self._left -= 1
            if not self._left:
                self._over.set()

    async def all_over(self) -> None:
        """Wait for the last card of every turn."""
        await self._over.wait()

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        await departure.leaves()
        return Sent(nonce)

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        return None

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None: ...

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        raise NotADirectoryError


def tell_server(line: str) -> None:
    print(line, flush=True)


async def bare(url: str, streams: int, _folder: Path) -> dict[str, float]:
    """The least that reads the streams with httpx."""
    opened, total = 0, 0
    everyone = asyncio.Event()
    http = httpx.AsyncClient(timeout=600, limits=httpx.Limits(max_connections=None, max_keepalive_connections=20))

    async def one(index: int) -> None:
        nonlocal opened, total
        body = {"session_id": f"s-{index}", "new_message": {"parts": [{"text": "hello"}]}}
        first = True
        async with http.stream("POST", url + "/run_sse", json=body) as response:
            async for chunk in response.aiter_raw():
                total += chunk.count(b"\n\n")
                if first:
                    first = False
                    opened += 1
                    if opened == streams:
                        everyone.set()

    gc.collect()
    before = resident_bytes()
    tasks = await _begun(one, streams)
    await everyone.wait()
    cpu = time.process_time()
    tell_server("go")
    held = await _watched(before, asyncio.ensure_future(_all(tasks)))
    return {"cpu_s": time.process_time() - cpu, "bytes": held / streams, "events": total}


async def _all(tasks: list[asyncio.Task[None]]) -> None:
    await asyncio.gather(*tasks)


async def _begun(one: Callable[[int], Coroutine[Any, Any, None]], streams: int) -> list[asyncio.Task[None]]:
    tasks = []
    for index in range(streams):
        tasks.append(asyncio.create_task(one(index)))
        if index % 50 == 49:
            await asyncio.sleep(0.05)
    return tasks


async def _watched(before: int, work: asyncio.Future[None]) -> int:
    """Wait for work; the most memory that was held above `before` meanwhile."""
    held = resident_bytes() - before
    while not work.done():
        await asyncio.wait({work}, timeout=1.0)
        held = max(held, resident_bytes() - before)
    return held


async def turns(url: str, streams: int, folder: Path) -> dict[str, float]:
    """The complete turn, once in every channel."""
    told = Settings(
        _env_file=None,
        data_dir=folder,
        nemo_api_url=url,
        nemo_token=SecretStr("nmv_usr_bench"),
        export_after_turn="asked",
        max_running=streams,
        log_level="ERROR",
    )
    outbound = Counting(streams)
    async with open_program(told, Backend(url), {PLATFORM: lambda *_: nullcontext(outbound)}) as program:
        gc.collect()
        before = resident_bytes()
        engine = program.engine((PLATFORM,))
        async with running(engine):
            for index in range(streams):
                await program.relay.take(_message(index))
            await asyncio.to_thread(sys.stdin.readline)  # all streams are open
            await asyncio.sleep(6.0)  # the last cards of the beginning go out
            gc.collect()
            cpu = time.process_time()
            tell_server("go")
            held = await _watched(before, asyncio.ensure_future(outbound.all_over()))
            cpu = time.process_time() - cpu
    return {"cpu_s": cpu, "bytes": held / streams, "replies": outbound.replies, "cards": outbound.cards}


def _message(index: int) -> Message:
    return Message(
        id=f"e{index}",
        channel=Channel(PLATFORM, str(index)),
        person=Person("mia", "Mia"),
        text="make the bars blue and put the title in the middle",
        locale="en",
    )


READERS = {"bare": bare, "turn": turns}


def run(name: str, streams: int, events: int) -> dict[str, float]:
    """Measure one reader in processes of its own."""
    module = [sys.executable, "-m", "bench.conversation", "--conversations", str(streams), "--events", str(events)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen([*module, "--serve"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        assert server.stdin is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        read = [*module, "--read", name, "--url", url, "--folder", folder]
        with subprocess.Popen(read, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
            assert reader.stdin is not None
            assert reader.stdout is not None
            assert server.stdout.readline().strip() == "open"
            reader.stdin.write("open\n")
            reader.stdin.flush()
            assert reader.stdout.readline().strip() == "go"
            server.stdin.write("go\n")
            server.stdin.flush()
            found: dict[str, float] = json.loads(reader.stdout.readline())
            server.stdin.close()
    return found


def report(streams: int, events: int, rounds: int) -> None:
    """Take turns, print medians and ratios."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name in READERS:
            found[name].append(run(name, streams, events))
    each = {name: statistics.median(one["cpu_s"] for one in runs) for name, runs in found.items()}
    print(f"{streams} conversations at once, {events} events each, median of {rounds}")
    for name, runs in found.items():
        held = statistics.median(one["bytes"] for one in runs)
        print(
            f"{name:5} CPU per event / bare {each[name] / each['bare']:5.2f} (limit {LIMIT_RATIO})   "
            f"memory per conversation {held / 1000:6.1f} KB (limit {LIMIT_BYTES / 1000:.0f})   "
            f"{1e6 * each[name] / streams / (events - 1):.0f} us an event"
        )
    print(found["turn"])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--conversations", type=int, default=2000)
    parser.add_argument("--events", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--read", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, default=Path(), help=argparse.SUPPRESS)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    if options.serve:
        asyncio.run(serve(options.conversations, options.events))
    elif options.read:
        found = asyncio.run(READERS[options.read](options.url, options.conversations, options.folder))
        print(json.dumps(found), flush=True)
    else:
        report(options.conversations, options.events, options.rounds)


if __name__ == "__main__":
    main()
