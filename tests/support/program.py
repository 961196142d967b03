"""The whole program but for a platform: real store, real client, real relay; posts go to a list."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np

from bots.adapter import FREE, Departure, Limits, OutboundError, Post, Sent, Video, Where
from bots.app import Backend as BackendAt
from bots.app import Program, open_program, running
from bots.console.outbound import copy_in
from bots.settings import Settings
from core.messages import Attachment, Channel, Message, Person

PLATFORM = "console"
QUICK: dict[str, Any] = {
    "look_first_s": 0.1,
    "look_again_s": 0.1,
    "silent_look_s": 0.05,
    "nemo_poll_s": 0.05,
    "rate_limit_s": 0.05,
    "poll_slow_s": 0.2,
    "lease_s": 5.0,
}
"""Waits cut short: no clock is faked, every one of them is a setting."""


@dataclass
class Chat:
    """An outbound that keeps what it is asked to show, as a person would have it before their eyes."""

    limits_now: Limits = field(
        default_factory=lambda: Limits(
            max_text=4000, max_caption=1000, max_upload_bytes=1 << 30, edit_interval_s=0.0, finds_own_posts=True
        )
    )
    posts: dict[str, Post] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)
    videos: list[tuple[Video, Post]] = field(default_factory=list)
    nonces: dict[str, Sent] = field(default_factory=dict)
    edits: int = 0
    fail_videos: list[OutboundError] = field(default_factory=list)

    def limits(self, where: Where) -> Limits:
        return self.limits_now

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        await departure.leaves()
        if nonce in self.nonces:
            return self.nonces[nonce]
        return self._keep(post, nonce)

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        await departure.leaves()
        self.edits += 1
        self.posts[sent_id] = post

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        await departure.leaves()
        if self.fail_videos:
            raise self.fail_videos.pop(0)
        assert video.path.stat().st_size == video.size_bytes
        self.videos.append((video, post))
        return self._keep(post, nonce)

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        return self.nonces.get(nonce)

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None: ...

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        await asyncio.to_thread(copy_in, Path(attachment.source["path"]), into, cap_bytes)

    def _keep(self, post: Post, nonce: str) -> Sent:
        sent = Sent(str(len(self.order) + 1))
        self.order.append(sent.id)
        self.posts[sent.id] = post
        self.nonces[nonce] = sent
        return sent

    @property
    def texts(self) -> list[str]:
        """What stands in the chat now, in order; cards as their line."""
        return [self.posts[sent].text for sent in self.order]

    @property
    def replies(self) -> list[str]:
        """Messages of their own, without cards and videos."""
        return [post.text for post in (self.posts[sent] for sent in self.order) if post.kind == "reply"]


@asynccontextmanager
async def open_chat(
    folder: Path, url: str, chat: Chat | None = None, *, work: bool = True, **settings: Any
) -> AsyncIterator[tuple[Program, Chat]]:
    """Run a program against a backend; `work` False: messages are kept, nobody runs them."""
    shown = chat or Chat()
    told = Settings(_env_file=None, data_dir=folder / "data", nemo_api_url=url, **{**QUICK, **settings})
    async with open_program(told, BackendAt(url), {PLATFORM: lambda *_: nullcontext(shown)}) as program:
        if not work:
            yield program, shown
            return
        async with running(program.engine((PLATFORM,))):
            yield program, shown


def message(text: str, *files: Path, event: str = "", locale: str | None = "en", **more: Any) -> Message:
    """A message of a person; its id is its text unless a test says otherwise."""
    attachments = tuple(
        Attachment(name=path.name, source={"path": str(path)}, size_bytes=path.stat().st_size) for path in files
    )
    made = Message(
        id=event or f"{text}/{len(files)}",
        channel=Channel(PLATFORM, "c1"),
        person=Person("mia", "Mia"),
        text=text,
        attachments=attachments,
        locale=locale,
    )
    return replace(made, **more)


async def say(program: Program, text: str, *files: Path, **more: Any) -> str:
    """Say something and wait until its turn is over; returns the stage it ended in."""
    receipt = await program.relay.take(message(text, *files, **more))
    return await over(program, receipt.job)


async def over(program: Program, job: str, limit_s: float = 60.0) -> str:
    """Wait for the end of a turn."""
    async with asyncio.timeout(limit_s):
        while True:
            record = await program.store.inbox.record(job)
            assert record is not None
            if record.ended_ms is not None:
                return record.stage.value
            await asyncio.sleep(0.02)


@cache
def clip(seconds: float = 0.5, size: int = 64, width: int | None = None, *, noisy: bool = False) -> bytes:
    """A real MP4: H.264 and AAC, moov in front; square unless it is given a width. `noisy` needs many bytes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        _write_clip(path, seconds, size, width or size, np.random.default_rng(1) if noisy else None)
        return path.read_bytes()


def _write_clip(path: Path, seconds: float, size: int, width: int, noise: np.random.Generator | None) -> None:
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        video = container.add_stream("libx264", rate=30)
        video.width, video.height = width, size
        video.pix_fmt = "yuv420p"
        audio = container.add_stream("aac", rate=44100)
        for n in range(round(seconds * 30)):
            shape = (size, width, 3)
            pixels = np.full(shape, 8 * n % 256, np.uint8) if noise is None else noise.integers(0, 256, shape, np.uint8)
            picture = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            picture.pts, picture.time_base = n, Fraction(1, 30)
            container.mux(video.encode(picture))
        sound = np.zeros((1, 1024), np.float32)
        for n in range(round(seconds * 44100 / 1024)):
            frame = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
            frame.rate, frame.pts = 44100, n * 1024
            container.mux(audio.encode(frame))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))


def track(folder: Path, name: str = "song.mp3") -> Path:
    """A real track of the project under a name of its own."""
    source = Path(__file__).parents[2] / "cli" / "music" / "metal_madness-60s.mp3"
    return Path(shutil.copyfile(source, folder / name))
