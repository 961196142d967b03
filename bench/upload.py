"""Memory that an upload of 200 MB through the core adds.

    python -m bench.upload [--megabytes 200]

A byte server in another process takes the upload; the sender looks at its resident memory (Linux) with every piece.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
from pathlib import Path

from pydantic import SecretStr

from bench.stream import resident_bytes
from core.nemo.auth import FileTokenStore
from core.nemo.client import LocalFile, NemoClient, NemoConfig

LIMIT_MB = 16
BODY = b'{"code":0,"data":{}}'
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s" % (len(BODY), BODY)


async def serve() -> None:
    """Print the port; swallow every request, answer it; end when the client has gone."""
    gone = asyncio.Event()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                lines = head.lower().split(b"\r\n")
                left = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), 0)
                while left:
                    left -= len(await reader.read(min(left, 1 << 20)))
                writer.write(ANSWER)
                await writer.drain()
        except asyncio.IncompleteReadError:
            gone.set()
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await gone.wait()


async def send(url: str, megabytes: int, folder: Path) -> float:
    """Upload a small file, then a big one; how far the memory rose above what it was before the big one, in MB."""
    config = NemoConfig(url, token=SecretStr("nmv_usr_bench"))
    before = peak = 0

    def watch(_: int, __: int) -> None:
        nonlocal peak
        peak = max(peak, resident_bytes())

    async with NemoClient(config, FileTokenStore(folder)) as client:
        for size in (1, megabytes):
            path = folder / f"{size}.mp4"
            with path.open("wb") as file:
                file.truncate(size * 1_000_000)
            before = peak = resident_bytes()
            await client.upload_files("s", [LocalFile(path, "a.mp4", "video/mp4")], watch, lambda: None)
    return (peak - before) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
        return
    command = [sys.executable, "-m", "bench.upload", "--serve"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None
        url = f"http://127.0.0.1:{server.stdout.readline().strip()}"
        added = asyncio.run(send(url, options.megabytes, Path(folder)))
    print(f"an upload of {options.megabytes} MB adds {added:.1f} MB (limit {LIMIT_MB})")


if __name__ == "__main__":
    main()
