"""SIGKILL exactly before and after every step of one turn, then a clean worker finishes it. No chance involved."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from core.messages import Attachment, Channel, Message, Person
from core.store import scripts
from core.store.config import StoreConfig
from core.store.open import Store, open_store
from core.store.record import Record
from tests.chaos.chat import BLIND, ChatServer
from tests.chaos.forks import Fork
from tests.chaos.fuse import Fuse, StoreProxy
from tests.chaos.worker import Place, work
from tests.core.store.servers import RealServer
from tests.support.backend import Backend, Script
from tests.support.program import clip, track

LIMIT_S = 60.0
_ROUND_DELIVERY = frozenset({"after write delivering", "before write delivered"})
_numbers = itertools.count(1)
Deaths: TypeAlias = tuple[int | str, ...]
"""Where the workers of one turn die, one after the other: the number of a step, or the first of a name; 0: nowhere."""


@dataclass(frozen=True)
class Course:
    """One kind of turn: on which platform, in which chat (`file…` takes videos), what is said, with a track or not."""

    platform: str
    chat: str
    words: str = "make a video of it"
    song: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of a turn whose workers died at `points`; `faults` says what is wrong."""

    deaths: Deaths
    points: tuple[str, ...]
    state: str
    doubtful: str
    faults: tuple[str, ...]
    steps: tuple[str, ...]


@dataclass
class Scene:
    """One turn's own world: a backend, a chat, a wire to the store, all counted by one fuse."""

    fuse: Fuse
    backend: Backend
    chat: ChatServer
    place: Place
    folder: Path
    store: Store

    async def record(self, job: str) -> Record:
        """What is stored of a turn now."""
        found = await self.store.inbox.record(job)
        assert found is not None
        return found


@contextlib.asynccontextmanager
async def scene(folder: Path, server: RealServer, name: str, video: bytes) -> AsyncIterator[Scene]:
    """Open a world; its keys have a prefix of their own, so that many share a store."""
    folder.mkdir()
    fuse = Fuse()
    backend = Backend(Script(stream_s=0.15, render_s=0.3), video=video, fit=fuse.fit)
    chat = ChatServer(fuse.fit)
    await backend.start(0)
    await chat.start()
    config = StoreConfig(url=server.url, prefix=name)
    async with StoreProxy(fuse, server.socket, folder / "wire.sock") as wire, open_store(config) as store:
        place = Place(folder / "data", wire.url, backend.url, chat.url, more={"redis_prefix": name})
        try:
            yield Scene(fuse, backend, chat, place, folder, store)
        finally:
            await chat.stop()
            await backend.stop()


def message_of(course: Course, folder: Path) -> Message:
    """What is said on a course."""
    files: tuple[Attachment, ...] = ()
    if course.song:
        path = track(folder)
        files = (Attachment(name=path.name, source={"path": str(path)}, size_bytes=path.stat().st_size),)
    return Message("m1", Channel(course.platform, course.chat), Person("mia", "Mia"), course.words, files, locale="en")


async def die_at(deaths: Deaths, course: Course, folder: Path, server: RealServer, video: bytes) -> Outcome:
    """Run one turn whose workers die so, the last one does not.

    Whoever comes after an odd step has the dead one's name, as after a restart; after an even one it waits out the
    lease, as another replica does. Named steps count by their letters.
    """
    name = f"{next(_numbers)}-{course.platform}-{course.chat}"
    points: list[str] = []
    async with scene(folder / name, server, name, video) as here:
        job = (await here.store.inbox.put(message_of(course, here.folder))).turn_id
        replica = "w1"
        steps: tuple[str, ...] = ()
        for number, at in enumerate((*deaths, 0), start=1):
            here.fuse.arm(at)
            worker = Fork(here.folder / "worker.log", work, replace(here.place, replica=replica))
            here.fuse.pid = worker.pid
            ended = await _until_dead_or_over(worker, here, job)
            worker.terminate() if ended and number > len(deaths) else worker.kill()
            await asyncio.to_thread(worker.wait)
            points += [here.fuse.blown] if here.fuse.blown else []
            steps = steps or tuple(here.fuse.steps)
            odd = (at if isinstance(at, int) else len(at)) % 2
            replica = replica if odd else f"w{number + 1}"
            if ended:
                break
        record = await here.record(job)
        faults = tuple(_faults(here, course, record, points))
        return Outcome(deaths, tuple(points), record.state, str(record.facts.get("doubtful", "")), faults, steps)


async def thaw_after(at: str, course: Course, folder: Path, server: RealServer, video: bytes) -> Outcome:
    """Freeze a worker at a step until another one has its turn, then let it go on."""
    name = f"{next(_numbers)}-thaws"
    async with scene(folder / name, server, name, video) as here:
        job = (await here.store.inbox.put(message_of(course, here.folder))).turn_id
        here.fuse.freezes = True
        here.fuse.arm(at)
        workers = [Fork(here.folder / "worker.log", work, replace(here.place, replica="w1"))]
        here.fuse.pid = workers[0].pid
        try:
            async with asyncio.timeout(LIMIT_S):
                while not here.fuse.blown:
                    await asyncio.sleep(0.02)
                workers.append(Fork(here.folder / "worker.log", work, replace(here.place, replica="w2")))
                queue = (await here.record(job)).channel_key
                while not (await here.store.server.do("HGET", here.store.keys("own"), queue) or "").endswith(":w2"):
                    await asyncio.sleep(0.02)
                workers[0].send_signal(signal.SIGCONT)
                while (await here.record(job)).ended_ms is None:
                    await asyncio.sleep(0.04)
        finally:
            for worker in workers:
                worker.send_signal(signal.SIGCONT)
                worker.terminate()
                await asyncio.to_thread(worker.wait)
        record = await here.record(job)
        faults = tuple(_faults(here, course, record, ()))
        return Outcome((at,), (here.fuse.blown,), record.state, str(record.facts.get("doubtful", "")), faults, ())


async def _until_dead_or_over(worker: Fork, here: Scene, job: str) -> bool:
    """Wait for the worker's death or the end of the turn; a turn that never ends is told as it is."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LIMIT_S):
            while worker.poll() is None:
                if (await here.record(job)).ended_ms is not None:
                    return True
                await asyncio.sleep(0.04)
    return False


def _faults(here: Scene, course: Course, record: Record, points: Sequence[str]) -> Iterator[str]:
    """Everything that must not be, in words."""
    world, chats, job = here.backend.world, here.chat.chats, record.turn_id
    sent, renders, results = world.said[course.words], len(world.renders), chats.results()[job]
    offers = chats.offers("retry")[job] + chats.offers("deliver")[job]
    counts = f"{record.state} {dict(record.facts)}: sent {sent}, renders {renders}, results {results}"
    if record.ended_ms is None or record.state not in ("done", "doubtful"):
        yield f"stuck or failed, {counts}"
    if max(sent, renders, results) > 1 or len(world.uploads) > 1:
        yield f"twice, {counts}, uploads {len(world.uploads)}"
    if record.state == "done" and (sent, renders, results, len(world.uploads)) != (1, 1, 1, int(course.song)):
        yield f"lost, {counts}, uploads {len(world.uploads)}"
    yield from _false_doubts(course, record, points, sent)
    if record.state == "doubtful" and not offers:
        yield f"a doubt without a button, {counts}"
    if not any(post.get("final") for post in chats.posts):
        yield f"the card stays open, {counts}"


def _false_doubts(course: Course, record: Record, points: Sequence[str], sent: int) -> Iterator[str]:
    """A doubt needs its reason: a death between the intent and what could be seen of the effect."""
    doubt = record.facts.get("doubtful") if record.state == "doubtful" else None
    if doubt == "message" and (sent or not any("write sending" in point or "run_sse" in point for point in points)):
        yield f"doubts a message that was sent {sent} times, after {points}"
    if doubt == "delivery" and (course.platform != BLIND or not any(_in_delivery(point) for point in points)):
        yield f"doubts a delivery without reason, after {points}"


def _in_delivery(point: str) -> bool:
    return "POST /video" in point or "POST /post/result" in point or point in _ROUND_DELIVERY


async def walk(runs: Sequence[tuple[Course, Deaths]], folder: Path, *, abreast: int = 6) -> list[Outcome]:
    """Walk courses, each with its deaths, some abreast."""
    video = await asyncio.to_thread(clip)
    folder.mkdir(exist_ok=True)
    room = asyncio.Semaphore(abreast)
    with RealServer(folder / "store", "--appendfsync", "always") as server:
        with server.client() as client:
            for text in scripts.ALL.values():
                client.script_load(text)

        async def one(course: Course, deaths: Deaths) -> Outcome:
            async with room:
                return await die_at(deaths, course, folder, server, video)

        return list(await asyncio.gather(*(one(course, deaths) for course, deaths in runs)))
