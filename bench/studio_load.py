"""200 uploads at once, 200 open event streams, one upload of 200 MB: errors and the server's memory, on one core.

python -m bench.studio_load
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import httpx

from tests.studio.api.live import ATTRIBUTION, FORM, wav
from tests.studio.process import start, url_of

COUNT = 200
HEAD = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
MIB = 1024 * 1024


def memory_mib(pid: int, field: str = "VmRSS") -> float:
    """Resident memory of a process, now (VmRSS) or at most (VmHWM), in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    raise LookupError(field)


async def big(size: int) -> AsyncIterator[bytes]:
    yield HEAD
    for _ in range(size // 65_536):
        yield bytes(65_536)
    yield b"\r\n--B--\r\n"


async def measure(url: str, pid: int) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, trust_env=False, verify=False, timeout=600, limits=limits) as http:
        answer = await http.post("/api/auth/anonymous-token", headers={"X-Client-Id": uuid.uuid4().hex, **ATTRIBUTION})
        headers = {"Authorization": f"Bearer {answer.json()['data']['token']}", **ATTRIBUTION}

        async def session() -> str:
            made = await http.post("/api/tasks/me/with-session/nemo_agent", json={}, headers=headers)
            return str(made.json()["data"]["session_id"])

        async def upload(key: str) -> int:
            path = f"/api/upload-video/nemo_agent/me/{key}"
            answered = await http.post(path, files={"files": ("a.wav", wav(1))}, headers=headers)
            return int(answered.json()["code"])

        async def listen(key: str) -> int:
            body = {**FORM, "session_id": key, "new_message": {"parts": [{"text": "what can you do"}]}}
            switch = {"X-Studio-Switch": "silence_s=20; heartbeat_s=2"}
            async with http.stream("POST", "/run_sse", json=body, headers={**headers, **switch}) as stream:
                got = [chunk async for chunk in stream.aiter_bytes()]
            return 0 if stream.status_code == 200 and b'"text"' in b"".join(got) else 1

        await upload(await session())
        idle = memory_mib(pid)
        Path(f"/proc/{pid}/clear_refs").write_text("5")
        kind = {"Content-Type": "multipart/form-data; boundary=B"}
        path = f"/api/upload-video/nemo_agent/me/{await session()}"
        answer = await http.post(path, content=big(200 * MIB - 65_536), headers={**headers, **kind})
        grown, code = memory_mib(pid, "VmHWM") - idle, answer.json()["code"]
        print(f"upload of 200 MB: code {code} (zeros are no media), memory +{grown:.1f} MiB")
        keys = [await session() for _ in range(COUNT)]
        for name, work in (("uploads", upload), ("event streams", listen)):
            Path(f"/proc/{pid}/clear_refs").write_text("5")
            begun = time.perf_counter()
            codes = await asyncio.gather(*(work(key) for key in keys))
            took = time.perf_counter() - begun
            wrong, most = sum(map(bool, codes)), memory_mib(pid, "VmHWM")
            print(f"{COUNT} {name} at once: {wrong} errors, at most {most:.0f} MiB, {took:.1f} s")


def main() -> None:
    if not sys.platform.startswith("linux"):
        raise SystemExit("reads /proc: Linux only")
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    with tempfile.TemporaryDirectory() as folder:
        process = start(Path(folder) / "data", switches="1")
        try:
            asyncio.run(measure(url_of(process), process.pid))
        finally:
            process.terminate()
            process.communicate()


if __name__ == "__main__":
    main()
