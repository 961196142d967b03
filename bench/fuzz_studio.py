"""Throws generated requests at a studio: no 500, no traceback, no file outside of the data folder.

python -m bench.fuzz_studio [--requests 20000] [--seed 1]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.studio.api.live import ATTRIBUTION, PNG, Person, Studio, running, wav

WORDS = [
    "make it vertical",
    "undo",
    "redo",
    "create a video",
    "标题“x”",
    "\ud800",
    "\u2028",
    "a" * 3000,
    "",
    "../../../etc/passwd",
]
JUNK: list[Any] = [
    None,
    True,
    False,
    0,
    -1,
    2**63,
    2**200,
    1.5,
    1e308,
    "",
    "me",
    "\x00",
    "\ud800",
    "a" * 300,
    "../..",
    [],
    {},
    [[]],
    {"a": {}},
    [None] * 5,
    {"parts": []},
    {"parts": [{"text": "hi"}]},
    "<script>",
    "%00",
    "' OR 1=1 --",
    ["http://127.0.0.1:1/"],
]
NAMES = [
    "a.wav",
    "a.mp4",
    "../../x.wav",
    "..\\x.wav",
    "\x00.wav",
    "a.exe",
    "",
    "夜.mp3",
    "a" * 400 + ".wav",
    "con.wav",
    "a.wav/b.wav",
]
DATA = [
    wav(1),
    PNG,
    b"",
    b"RIFF",
    b"#EXTM3U\n/etc/passwd",
    b"\xff\xfb\x90" * 50,
    b"OggS" + b"\0" * 60,
    bytes(range(256)) * 8,
]
SWITCHES = [
    "silent",
    "dialect=typed",
    "dialect=adk1",
    "noise; odd",
    "crash=1",
    "drop=1",
    "poll=top",
    "poll=data",
    "mirror",
    "zzz=1",
    "drop=-1",
]


class Fuzzer:
    """Somebody with a seed and bad manners."""

    def __init__(self, studio: Studio, person: Person, session: str, dice: random.Random) -> None:
        self.studio, self.person, self.session, self.dice = studio, person, session, dice
        self.statuses: Counter[int] = Counter()

    def value(self, usual: Any) -> Any:
        """The usual value, or junk, or junk inside of it."""
        roll = self.dice.random()
        if roll < 0.6:
            return usual
        if roll < 0.9 or not isinstance(usual, dict | list) or not usual:
            return self.dice.choice(JUNK)
        if isinstance(usual, list):
            return [self.value(item) for item in usual]
        return {key: self.value(item) for key, item in usual.items()}

    def bent(self, body: dict[str, Any]) -> bytes:
        """A body with some of its values bent, cut, or no JSON at all."""
        spelled = json.dumps(
            {key: self.value(item) for key, item in body.items() if self.dice.random() > 0.05}
        ).encode()
        roll = self.dice.random()
        return spelled[: self.dice.randrange(len(spelled) + 1)] if roll < 0.05 else spelled

    def headers(self) -> dict[str, str]:
        found = {"Authorization": f"Bearer {self.person.token}", **ATTRIBUTION}
        if self.dice.random() < 0.1:
            found.pop(self.dice.choice(list(found)))
        if self.dice.random() < 0.2:
            found["X-Studio-Switch"] = self.dice.choice(SWITCHES)
        if self.dice.random() < 0.05:
            found["Authorization"] = self.dice.choice(
                ["Bearer", "Basic x", "Bearer nmv_usr_x", "Bearer clm_x", "x" * 5000]
            )
        if self.dice.random() < 0.1:
            found["Range"] = self.dice.choice(
                ["bytes=0-", "bytes=-1", "bytes=9-1", "bytes=" + "0-0," * 150, "x", "bytes=99999999999-"]
            )
        return found

    def part(self) -> str:
        return self.dice.choice(
            [self.session, "me", "42", "..", "%2e%2e", "%00", "a" * 300, "render_1", "%ff", "'", "*", "é"]
        )

    async def one(self) -> None:
        """Send one request and judge the answer."""
        kind = self.dice.choice([self.json_body, self.json_body, self.look, self.look, self.file, self.form])
        try:
            answer = await kind()
        except Exception as error:
            if type(error).__name__ not in ("RemoteProtocolError", "ReadError", "InvalidURL", "LocalProtocolError"):
                raise
            self.statuses[0] += 1
            return
        self.statuses[answer.status_code] += 1
        assert answer.status_code not in (500, 501, 502, 503), (
            answer.request.method,
            answer.request.url,
            answer.text[:500],
        )
        assert "Traceback" not in answer.text
        assert str(self.studio.folder) not in answer.text

    async def json_body(self) -> Any:
        part = self.part()
        draft = {
            "t": [{"id": "t", "tt": 1, "sg": [{"id": "s", "s": 0, "d": 1000, "m": {"src": "x"}}]}],
            "d": 1000,
            "m": {},
        }
        routes: list[tuple[str, dict[str, Any]]] = [
            ("/api/tasks/me/with-session/nemo_agent", {"task_name": "x", "language": "en"}),
            (
                "/run_sse",
                {
                    "app_name": "nemo_agent",
                    "user_id": "me",
                    "session_id": self.session,
                    "streaming": True,
                    "new_message": {"parts": [{"text": self.dice.choice(WORDS)}]},
                },
            ),
            ("/api/auth/claim-token", {"session_id": self.session, "task_id": "1"}),
            ("/api/tokens", {"name": "x", "scopes": ["read"], "expires_in_days": 1}),
            (f"/api/tokens/{part}/revoke", {}),
            (
                "/api/render/proxy/lambda",
                {
                    "id": f"r{self.dice.random()}",
                    "sessionId": self.session,
                    "draft": draft,
                    "output": {"quality": "high"},
                },
            ),
            (f"/api/render/proxy/lambda/{part}/cancel", {}),
            (f"/api/upload-video/nemo_agent/me/{part}", {"urls": ["http://127.0.0.1:1/a.mp3"], "source_type": "url"}),
            ("/api/auth/anonymous-token", {}),
        ]
        path, body = self.dice.choice(routes)
        headers = {
            **self.headers(),
            "Content-Type": self.dice.choice(["application/json", "application/json", "text/plain", ""]),
        }
        return await self.studio.http.post(path, content=self.bent(body), headers=headers)

    async def look(self) -> Any:
        part, other = self.part(), self.part()
        path = self.dice.choice(
            [
                f"/api/state/nemo_agent/me/{part}/latest",
                f"/api/render/proxy/lambda/{part}",
                f"/api/render/proxy/{part}/download",
                f"/files/{part}/{other}",
                f"/media/{part}/{other}",
                f"/v/{part}",
                f"/workspace/claim?ct={part}",
                "/api/credits/balance/simple",
                "/api/tokens",
                f"/{part}/{other}",
                "/healthz",
                "/list-apps",
            ]
        )
        method = self.dice.choice(["GET", "GET", "GET", "HEAD", "DELETE", "OPTIONS", "PUT"])
        return await self.studio.http.request(method, path, headers=self.headers())

    async def file(self) -> Any:
        files = [("files", (self.dice.choice(NAMES), self.dice.choice(DATA))) for _ in range(self.dice.randrange(1, 3))]
        return await self.studio.http.post(
            f"/api/upload-video/nemo_agent/me/{self.session}", files=files, headers=self.headers()
        )

    async def form(self) -> Any:
        """A multipart body with bytes thrown out or in."""
        body = bytearray(
            b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
            + wav(1)[:400]
            + b"\r\n--B--\r\n"
        )
        for _ in range(self.dice.randrange(4)):
            at = self.dice.randrange(len(body))
            body[at : at + self.dice.randrange(5)] = self.dice.randbytes(self.dice.randrange(6))
        headers = {**self.headers(), "Content-Type": "multipart/form-data; boundary=B"}
        return await self.studio.http.post(
            f"/api/upload-video/nemo_agent/me/{self.session}", content=bytes(body), headers=headers
        )


async def fuzz(folder: Path, requests: int, seed: int) -> Counter[int]:
    """Send the requests, eight at a time; returns how often each status came (0: the connection ended)."""
    data = folder / "data"
    data.mkdir()
    async with running(data, upload_idle_s=5.0, url_s=2.0) as studio:
        person = await studio.person()
        session = await person.made()
        fuzzer = Fuzzer(studio, person, session, random.Random(seed))
        left = iter(range(requests))

        async def work() -> None:
            for _ in left:
                await fuzzer.one()

        await asyncio.gather(*(work() for _ in range(8)))
        assert (await studio.http.get("/healthz")).status_code == 200
    assert [path.name for path in folder.iterdir()] == ["data"], "a file outside of the data folder"
    return fuzzer.statuses


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        statuses = asyncio.run(fuzz(Path(folder), given.requests, given.seed))
    print(
        f"{statuses.total()} requests:",
        ", ".join(f"{code or 'ended'} {count}" for code, count in sorted(statuses.items())),
    )


if __name__ == "__main__":
    main()
