"""Random chaos: many chats, three replicas and their store under kill -9, freezes and SIGTERM, every effect counted.

Replicas, store, backend and chat are processes of their own; the last two never fail and tell in the end what took
place. The driver says things as a platform's intake does: again, under the same event id, until the store has them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from bots.app import Program
from bots.outbox import nonce
from bots.services import StoreDown
from core.messages import Channel, Message, Person
from core.store.errors import StoreError, typed
from core.store.open import Store
from core.store.record import Record
from core.verbs import OWED
from tests.chaos import chat
from tests.chaos.chat import BLIND, SEEKER
from tests.chaos.forks import Fork
from tests.chaos.monkey import Monkey
from tests.chaos.worker import Place, program, work
from tests.core.store.servers import RealServer, free_port
from tests.support.backend import Backend, Script
from tests.support.program import clip


@dataclass(frozen=True)
class Plan:
    """One run.

    Attributes:
        turns: In each chat. Two chats of three wait for the end of a turn before they say the next thing; the third
            says three things at once, whose renders merge (decisions 2).
        seconds: Longest attack; it ends earlier when everything is done.
        files: One chat in so many takes the video itself, the others a message; 0: none does.
        pause_s: Between two deeds of the monkey.
        think_s: Longest time that a chat keeps silent between two turns.
    """

    chats: int
    turns: int
    seconds: float
    seed: int
    workers: int = 3
    lease_s: float = 2.0
    files: int = 4
    pause_s: tuple[float, float] = (0.6, 1.6)
    edit_s: float = 0.5
    think_s: float = 0.0
    poll_s: float = 0.2
    stream_s: float = 0.3
    render_s: float = 0.5
    settle_s: float = 120.0
    weights: Mapping[str, float] = field(default_factory=lambda: {"kill": 4, "freeze": 3, "store": 2, "term": 1})


@dataclass(frozen=True)
class Put:
    """One thing said. `batch`: what was said at once has the same number."""

    job: str
    platform: str
    chat: str
    text: str
    number: int
    batch: int


@dataclass(frozen=True)
class Figures:
    """What a run came to. From `sent_twice` to `untrue_doubts` all must be nought."""

    turns: int
    deeds: Mapping[str, int]
    took_s: float
    states: Mapping[str, int]
    results: int
    superseded: int
    doubtful: int
    doubtful_deliveries: int
    sent_twice: int
    lost: Sequence[str]
    stuck: int
    out_of_order: int
    overlaps: int
    rendered_twice: int
    delivered_twice: int
    untrue_doubts: Sequence[str]
    untold: Sequence[str]
    parked: int
    failed: Sequence[str]
    crashed_tries: int
    open_cards: Sequence[str]
    card_copies: int
    made_up: int
    orphan_sessions: int
    nonce_repeats: int
    slowest_term_s: float


@asynccontextmanager
async def world(folder: Path, plan: Plan) -> AsyncIterator[tuple[RealServer, Place]]:
    """Start the store, the backend and the chat."""
    video = folder / "clip.mp4"
    video.write_bytes(await asyncio.to_thread(clip))
    backend_port, chat_port = free_port(), free_port()
    servers = [
        Fork(folder / "backend.log", serve_backend, backend_port, plan.stream_s, plan.render_s, str(video)),
        Fork(folder / "chat.log", chat.serve, chat_port),
    ]
    try:
        with RealServer(folder / "store", "--appendfsync", "always") as store:
            backend, chats = f"http://127.0.0.1:{backend_port}", f"http://127.0.0.1:{chat_port}"
            await _reachable(backend, chats)
            more = {"lease_s": plan.lease_s, "queue_limit": plan.turns + 1, "nemo_poll_s": plan.poll_s}
            more["look_first_s"] = plan.lease_s  # about as long as a lease, as it is outside of a test
            yield store, Place(folder / "data", store.url, backend, chats, tries=7, edit_s=plan.edit_s, more=more)
    finally:
        for server in servers:
            server.kill()
            server.wait()


async def serve_backend(port: int, stream_s: float, render_s: float, video: str) -> None:
    """A backend in a process of its own."""
    backend = Backend(Script(stream_s=stream_s, render_s=render_s), video=Path(video).read_bytes())
    await backend.start(port)
    await asyncio.Event().wait()


async def _reachable(*urls: str) -> None:
    async with httpx.AsyncClient(trust_env=False, verify=False) as http, asyncio.timeout(60):
        for url in urls:
            while True:
                try:
                    await http.get(f"{url}/report")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)


async def rampage(folder: Path, plan: Plan) -> Figures:
    """Let the monkey loose on a world until everything was said and done; count."""
    began = time.monotonic()
    log = folder / "workers.log"
    async with world(folder, plan) as (store, place), program(replace(place, replica="driver")) as opened:
        watch = Watch(opened)

        def spawn(number: int) -> Fork:
            return Fork(log, work, replace(place, replica=f"w{number}"))

        chance, weights = random.Random(plan.seed), dict(plan.weights)
        monkey = Monkey(spawn, plan.workers, plan.lease_s, chance, store, weights, plan.pause_s)
        talk = asyncio.create_task(_talk(plan, opened, watch))
        looking = asyncio.create_task(watch.look())
        try:

            async def over() -> bool:
                return talk.done() or looking.done()

            await monkey.rampage(plan.seconds, over)
            async with asyncio.timeout(plan.settle_s + plan.chats * plan.turns / 8):
                await asyncio.wait({talk, looking}, return_when=asyncio.FIRST_COMPLETED)
        except TimeoutError:
            talk.cancel()  # what is not done now is stuck, and counted
        finally:
            looking.cancel()
            await asyncio.gather(talk, looking, return_exceptions=True)
            await monkey.end()
        records = [await opened.store.inbox.record(put.job) for put in watch.puts]
        made_up = await _made_up(opened.store, watch.puts)
        async with httpx.AsyncClient(trust_env=False, verify=False, timeout=60) as http:
            backend = (await http.get(f"{place.backend_url}/report")).json()
            chats = (await http.get(f"{place.chat_url}/report")).json()
    crashed = log.read_text(errors="replace").count(" failed, try ")
    stored = dict(zip([put.job for put in watch.puts], records, strict=True))
    count = Count({put.job: put for put in watch.puts}, stored, made_up)
    return count.figures(backend, chats, monkey, crashed, time.monotonic() - began)


class Watch:
    """Knows which turns are over, by asking for all that are open at once."""

    def __init__(self, opened: Program) -> None:
        self._opened = opened
        self.puts: list[Put] = []
        self._open: dict[str, asyncio.Event] = {}

    def add(self, put: Put) -> None:
        self.puts.append(put)
        self._open[put.job] = asyncio.Event()

    async def over(self, job: str) -> None:
        if job in self._open:
            await self._open[job].wait()

    async def look(self) -> None:
        store = self._opened.store
        while True:
            await asyncio.sleep(0.5)
            jobs = list(self._open)
            with contextlib.suppress(StoreError):
                for job, ended in zip(jobs, await _ended(store, jobs), strict=True):
                    if ended:
                        self._open.pop(job).set()


async def _made_up(store: Store, puts: Sequence[Put]) -> dict[str, str]:
    """The turns that the program itself added for a video that was put off → the turns whose video that is."""
    found: dict[str, str] = {}
    asked = {put.job: (put.platform, put.job) for put in puts}
    while asked:
        with typed():
            pipe: Any = store.redis.pipeline(transaction=False)
            for job, (platform, _whose) in asked.items():
                pipe.get(store.keys("seen", platform, f"{OWED}/{job}"))
            answers = await pipe.execute()
        asked = {made: why for made, why in zip(answers, asked.values(), strict=True) if made}
        found |= {made: whose for made, (_platform, whose) in asked.items()}
    return found


async def _ended(store: Store, jobs: Sequence[str]) -> list[str | None]:
    """When each job ended, all in one round trip."""
    with typed():
        asked: Any = store.redis.pipeline(transaction=False)
        for job in jobs:
            asked.hget(store.keys("t", job), "ended_ms")
        return list(await asked.execute())


async def _talk(plan: Plan, opened: Program, watch: Watch) -> None:
    await asyncio.gather(*(_chat(number, plan, opened, watch) for number in range(plan.chats)))


async def _chat(number: int, plan: Plan, opened: Program, watch: Watch) -> None:
    """One chat's people: say, wait, say."""
    platform = (SEEKER, BLIND)[number % 2]
    kind = "file" if plan.files and number % plan.files == 0 else "words"
    channel = Channel(platform, f"{kind}{number}")
    together = 3 if number % 3 == 2 else 1
    rng = random.Random(plan.seed * 1000 + number)
    await asyncio.sleep(rng.uniform(0, 2))
    for first in range(0, plan.turns, together):
        jobs = []
        for n in range(first, min(first + together, plan.turns)):
            text = f"chat {number} wants title {n}"
            said = Message(f"{number}/{n}", channel, Person(f"p{number}", "Mia"), text, locale="en")
            jobs.append(await _say(opened, said))
            watch.add(Put(jobs[-1], platform, channel.chat, text, n, first))
        for job in jobs:
            await watch.over(job)
        await _silence(opened, channel)
        await asyncio.sleep(rng.uniform(0, plan.think_s))


async def _silence(opened: Program, channel: Channel) -> None:
    """Wait until the channel is at rest: what the program added itself is over, too."""
    while True:
        with contextlib.suppress(StoreError):
            if not await opened.store.inbox.queue(channel.key):
                return
        await asyncio.sleep(0.3)


async def _say(opened: Program, said: Message) -> str:
    while True:
        try:
            return (await opened.relay.take(said)).job
        except (StoreDown, StoreError):
            await asyncio.sleep(0.3)


@dataclass
class Count:
    """Reads the books: what was said, what is stored, what backend and chat saw."""

    puts: Mapping[str, Put]
    records: Mapping[str, Record | None]
    made_up: Mapping[str, str]
    lost: list[str] = field(default_factory=list)

    def figures(
        self, backend: Mapping[str, Any], chats: Mapping[str, Any], monkey: Monkey, crashed: int, took_s: float
    ) -> Figures:
        said, results = Counter(backend["said"]), Counter(chats["results"])
        for job, whose in self.made_up.items():
            results[whose] += results[job]
        ended = {job: record for job, record in self.records.items() if record and record.ended_ms is not None}
        states = Counter(record.state for record in ended.values())
        doubts = {job: str(r.facts.get("doubtful", "?")) for job, r in ended.items() if r.state == "doubtful"}
        missing = self._undelivered(results, ended)
        return Figures(
            turns=len(self.puts),
            deeds=dict(monkey.counts),
            took_s=round(took_s, 1),
            states=dict(states),
            results=sum(chats["results"].values()),
            made_up=len(self.made_up),
            superseded=sum(not results[job] for job in ended) - len(missing) - len(doubts),
            doubtful=len(doubts),
            doubtful_deliveries=sum(kind == "delivery" for kind in doubts.values()),
            sent_twice=sum(times - 1 for times in said.values() if times > 1),
            lost=[self._tell(job) for job in self.puts if self._is_lost(job, said)] + [self._tell(j) for j in missing],
            stuck=len(self.puts) - len(ended),
            out_of_order=sum(_numbers(order) != sorted(_numbers(order)) for order in backend["order"].values()),
            overlaps=backend["overlaps"],
            rendered_twice=len(backend["rendered_twice"]),
            delivered_twice=sum(times > 1 for job, times in results.items() if job in self.puts),
            untrue_doubts=[self._tell(job) for job, kind in doubts.items() if self._is_untrue(job, kind, said)],
            untold=[self._tell(job) for job in doubts if not chats["doubts"].get(job)],
            parked=states["parked"],
            failed=[self._tell(job) for job, record in ended.items() if record.state in ("failed", "cancelled")],
            crashed_tries=crashed,
            open_cards=[self._tell(job) for job in ended if not chats["final"].get(nonce(job, "card"))],
            card_copies=sum(chats["open"].get(nonce(job, "card"), 0) for job in ended),
            orphan_sessions=backend["sessions"] - len({(put.platform, put.chat) for put in self.puts.values()}),
            nonce_repeats=chats["repeats"],
            slowest_term_s=round(monkey.slowest_term_s, 2),
        )

    def _is_lost(self, job: str, said: Counter[str]) -> bool:
        record = self.records[job]
        return record is None or (record.state == "done" and not said[self.puts[job].text])

    def _undelivered(self, results: Counter[str], ended: Mapping[str, Record]) -> list[str]:
        """The last turn of each batch that came to a render must have its video, or a doubt with a button for it."""
        last: dict[tuple[str, str, int], str] = {}
        for job, put in self.puts.items():
            if job in ended and (ended[job].state == "done" or ended[job].facts.get("doubtful") == "delivery"):
                last[put.platform, put.chat, put.batch] = job
        return [job for job in last.values() if not results[job] and ended[job].state == "done"]

    def _is_untrue(self, job: str, kind: str, said: Counter[str]) -> bool:
        put = self.puts[job]
        return bool(said[put.text]) if kind != "delivery" else put.platform != BLIND

    def _tell(self, job: str) -> str:
        put, record = self.puts[job], self.records[job]
        how = f"{record.state} at {record.stage} {dict(record.facts)}" if record else "gone"
        return f"{job} {put.platform}:{put.chat} {put.number} {how}"


def _numbers(order: Sequence[str]) -> list[int]:
    return [int(text.rsplit(" ", 1)[1]) for text in order]


def as_line(figures: Figures) -> str:
    """The figures as one line of JSON."""
    return json.dumps(vars(figures), default=str)
