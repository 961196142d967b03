"""Two thousand live streams at once: CPU per event against a bare httpx loop, memory per conversation.

    python -m bench.stream [--streams 2000] [--events 18] [--rounds 3]

A byte server in another process waits until every stream is open, then sends each of them one event after the other.
Readers run in fresh processes, in turn, on the same streams. CPU counts from
the first event of the last stream to the last event of all.
`READERS` holds what is compared: another one (the complete turn, say) is one more line.
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
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx
from pydantic import SecretStr

from core.nemo.auth import FileTokenStore
from core.nemo.client import NemoClient, NemoConfig
from core.nemo.stream import End, Heartbeat

STEP_S = 1.5
"""Between two events of a stream: long enough that no reader falls behind and gets two at once."""

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LIMIT_RATIO = 2.0
LIMIT_BYTES = 150_000

Seen = Callable[[], None]
Reader = Callable[[str, int, Seen], Awaitable[None]]


def event(index: int) -> bytes:
    """One ADK event of about 370 bytes as an HTTP chunk: pieces, a complete text, a call and its result."""
    kind = index % 6
    words = (
        [f"piece {index} of a sentence "] if kind < 3 else [f"piece {index - 5 + at} of a sentence " for at in range(3)]
    )
    part: dict[str, object] = {"text": "".join(words)}
    if kind == 3:
        part = {"functionCall": {"id": f"call-{index}", "args": {"volume": 0.35}, "name": "add_bgm"}}
    if kind == 4:
        part = {"functionResponse": {"id": f"call-{index}", "name": "add_bgm", "response": {"status": "ok"}}}
    about = {
        "content": {"parts": [part], "role": "user" if kind == 4 else "model"},
        **({"partial": True} if kind < 3 else {}),
        "invocationId": "e-f2fa3250-0e25-49f2-9738-647319d528ed",
        "author": "nemo_agent",
        "actions": {
            "stateDelta": {},
            "artifactDelta": {},
            "requestedAuthConfigs": {},
            "requestedToolConfirmations": {},
        },
        "nodeInfo": {"path": ""},
        "id": f"c99ed872-e0a0-46b7-a494-05ccd823{index:04d}",
        "timestamp": 1795333999.784078 + index,
    }
    data = b"data: " + json.dumps(about, separators=(",", ":")).encode() + b"\n\n"
    return b"%x\r\n%s\r\n" % (len(data), data)


async def serve(streams: int, events: int) -> None:
    """Print the port; when all streams are open send every event to each of them, then end."""
    writers: list[asyncio.StreamWriter] = []
    everyone = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        writer.write(HEAD + event(0))
        writers.append(writer)
        if len(writers) == streams:
            everyone.set()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await everyone.wait()
    await asyncio.sleep(STEP_S)
    for index in range(1, events):
        began = time.monotonic()
        data = event(index)
        for writer in writers:
            writer.write(data)
        await asyncio.sleep(max(0.0, STEP_S - (time.monotonic() - began)))
    for writer in writers:
        writer.write(b"0\r\n\r\n")
    await asyncio.sleep(STEP_S)


def bare_reader() -> Reader:
    """The least that reads a stream with httpx: bytes come, nothing is done with them."""
    http = httpx.AsyncClient(timeout=600, limits=httpx.Limits(max_connections=None, max_keepalive_connections=20))

    async def read(url: str, _: int, seen: Seen) -> None:
        body = {"session_id": "s", "new_message": {"parts": [{"text": "hello"}]}}
        async with http.stream("POST", url + "/run_sse", json=body) as response:
            async for _chunk in response.aiter_raw():
                seen()

    return read


def nemo_reader() -> Reader:
    """Our client: every event understood."""
    client: NemoClient | None = None

    async def read(url: str, index: int, seen: Seen) -> None:
        nonlocal client
        if client is None:
            config = NemoConfig(url, token=SecretStr("nmv_usr_bench"))
            client = NemoClient(config, FileTokenStore(Path("unused")))
        async for found in client.chat(f"s-{index}", "hello", guard=lambda: None):
            if isinstance(found, End):
                assert found.outcome == "text", found
            elif not isinstance(found, Heartbeat):
                seen()

    return read


READERS: dict[str, Callable[[], Reader]] = {"bare": bare_reader, "reader": nemo_reader}


def resident_bytes() -> int:
    """What this process holds in memory now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize()


async def measure(name: str, url: str, streams: int, events: int) -> dict[str, float]:
    """Read all streams; CPU in seconds per event, memory in bytes per stream."""
    read = READERS[name]()
    started = 0
    total = 0
    everyone, last = asyncio.Event(), asyncio.Event()

    async def one(index: int) -> None:
        nonlocal started
        first = True

        def seen() -> None:
            nonlocal first, started, total
            total += 1
            if total == streams * events:
                last.set()
            if first:
                first = False
                started += 1
                if started == streams:
                    everyone.set()

        await read(url, index, seen)

    gc.collect()
    before = resident_bytes()
    tasks = []
    for index in range(streams):
        tasks.append(asyncio.create_task(one(index)))
        if index % 50 == 49:
            await asyncio.sleep(0.05)
    await everyone.wait()
    cpu = time.process_time()
    held = 0

    async def watch() -> None:
        nonlocal held
        while True:
            held = max(held, resident_bytes() - before)
            await asyncio.sleep(STEP_S)

    watcher = asyncio.create_task(watch())
    async with asyncio.timeout(STEP_S * events + 60):
        await last.wait()
    cpu = time.process_time() - cpu
    watcher.cancel()
    await asyncio.gather(*tasks)
    assert total >= streams * events, (total, streams * events)
    return {"cpu_s": cpu / (streams * (events - 1)), "bytes": held / streams}


def run(name: str, streams: int, events: int) -> dict[str, float]:
    """Measure one reader in processes of its own."""
    module = [sys.executable, "-m", "bench.stream", "--streams", str(streams), "--events", str(events)]
    with subprocess.Popen([*module, "--serve"], stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        reader = subprocess.run([*module, "--read", name, "--url", url], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(reader.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--streams", type=int, default=2000)
    parser.add_argument("--events", type=int, default=18)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--read", choices=READERS, help=argparse.SUPPRESS)
    parser.add_argument("--url", default="", help=argparse.SUPPRESS)
    options = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 65_536)), hard))
    if options.serve:
        asyncio.run(serve(options.streams, options.events))
    elif options.read:
        print(json.dumps(asyncio.run(measure(options.read, options.url, options.streams, options.events))))
    else:
        report(options.streams, options.events, options.rounds)


def report(streams: int, events: int, rounds: int) -> None:
    """Take turns, print medians and ratios."""
    found: dict[str, list[dict[str, float]]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name in READERS:
            found[name].append(run(name, streams, events))
    base = statistics.median(one["cpu_s"] for one in found["bare"])
    print(f"{streams} streams at once, {events} events each, median of {rounds}")
    for name, runs in found.items():
        cpu = statistics.median(one["cpu_s"] for one in runs)
        held = statistics.median(one["bytes"] for one in runs)
        print(
            f"{name:8} CPU per event / bare {cpu / base:5.2f} (limit {LIMIT_RATIO})   "
            f"memory per stream {held / 1000:6.1f} KB (limit {LIMIT_BYTES / 1000:.0f})"
        )


if __name__ == "__main__":
    main()
