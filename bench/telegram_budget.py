"""1,000 chats with running jobs, for a minute and a half: `python -m bench.telegram_budget [PROGRAMS] [unshared]`.

Every job edits its card as often as its limits allow; every second a few finish and send their video. The chats are
spread over so many programs with the same token (one, unless said), which share one budget over a store; `unshared`:
they do not, as if there were no store. Reported: the fullest second of the bot, the fullest minute of a group, the
shortest gap between two edits of one card, and what became of progress beside a finished video. An edit passed a video
if a line let it go after the video stood in its line and before the video's first byte left; an edit of another
program, if it was let go before the video was. What had been let go before the video came was on its way: it is told
apart by the time.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import multiprocessing
import tempfile
import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Literal

from bots.adapter import Post, Video, Where
from bots.telegram.app import build_bot
from bots.telegram.budget import Budget, Call, Line, Rank, Rules
from bots.telegram.outbound import TelegramOutbound
from bots.telegram.sender import Sender
from bots.telegram.shared import Shared
from core.messages import Channel
from core.store.config import StoreConfig
from core.store.open import open_store
from core.store.rates import Answer
from tests.core.store.servers import RealServer
from tests.support.telegram.fakes import MemoryNotes, settings
from tests.support.telegram.server import TOKEN, BotApi

CHATS = 1000
GROUPS = 200
RUN_S = 90.0
VIDEOS_PER_S = 2


@dataclass(frozen=True, slots=True)
class Note:
    """One thing that happened to a call in a line; times of all programs are of one clock."""

    at: float
    what: Literal["came", "went", "left"]
    program: int
    call: int
    rank: Rank
    chat: str
    slot: str


class WatchedLine(Line):
    """Notes what came, what was let go and what left."""

    def __init__(self, program: int) -> None:
        super().__init__(Budget(Rules()))
        self._program = program
        self.log: list[Note] = []
        self._calls: list[Call] = []  # kept, so that no two have one id

    def offer(self, call: Call) -> Call | None:
        self._calls.append(call)
        self._note("came", call)
        return super().offer(call)

    def left(self, call: Call) -> None:
        self._note("left", call)
        super().left(call)

    def go(self, call: Call, now_s: float) -> None:
        super().go(call, now_s)
        self._note("went", call)

    def _note(self, what: Literal["came", "went", "left"], call: Call) -> None:
        at = time.monotonic()
        self.log.append(Note(at, what, self._program, id(call), call.rank, call.chat, call.slot))


class TimedShared(Shared):
    """Notes how long each question took, and how many were answered with a wait."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        self.took: list[float] = []
        self.waits = 0

    async def take(self, call: Call) -> Answer:
        began = time.monotonic()
        answer = await super().take(call)
        self.took.append(time.monotonic() - began)
        self.waits += answer.wait_s > 0
        return answer


@dataclass(frozen=True)
class Wait:
    """How one video fared, from when it came until its first byte left.

    `passed`: edits of its own program let go meanwhile; `passed_elsewhere`: of others, before it was let go itself;
    `under_way`: edits let go before, and not yet sent when the video came.
    """

    waited_s: float
    passed: int
    passed_elsewhere: int
    under_way: int


def _waits(log: Sequence[Note]) -> list[Wait]:
    came: dict[tuple[int, int], int] = {}
    went: dict[tuple[int, int], int] = {}
    going: Counter[int] = Counter()
    before: dict[tuple[int, int], int] = {}
    waits = []
    for place, note in enumerate(log):
        key = note.program, note.call
        if note.rank is Rank.PROGRESS:
            going[note.program] += {"came": 0, "went": 1, "left": -1}[note.what]
        elif note.rank is Rank.DELIVERY and note.what == "came":
            came[key], before[key] = place, going[note.program]
        elif note.rank is Rank.DELIVERY and note.what == "went":
            went[key] = place
        elif key in came and note.what == "left":
            edits = [one for one in log[came[key] : place] if one.what == "went" and one.rank is Rank.PROGRESS]
            elsewhere = [one for one in log[came[key] : went[key]] if one in edits and one.program != note.program]
            own = sum(one.program == note.program for one in edits)
            waits.append(Wait(note.at - log[came.pop(key)].at, own, len(elsewhere), before[key]))
    return waits


async def _job(outbound: TelegramOutbound, where: Where, until_s: float) -> None:
    """Keep a card up to date, as the outbox does."""
    card = await outbound.send(where, Post("status", "begun"), "card")
    count = 0
    while time.monotonic() < until_s:
        count += 1
        await asyncio.sleep(outbound.limits(where).edit_interval_s)
        await outbound.edit(where, card.id, Post("status", f"step {count}", done=count / 100))


async def _videos(outbound: TelegramOutbound, video: Video, places: list[Where], until_s: float, per_s: float) -> None:
    """Finish jobs evenly."""
    sends: list[asyncio.Task[object]] = []
    for where in places:
        if time.monotonic() >= until_s:
            break
        sends.append(asyncio.create_task(outbound.send_video(where, video, Post("result", "done"), "n")))
        await asyncio.sleep(1 / per_s)
    await asyncio.gather(*sends)


def _fullest(times: list[float], window_s: float) -> int:
    times = sorted(times)
    return max((bisect_left(times, at + window_s) - index for index, at in enumerate(times)), default=0)


def _report(received: list[float], log: Sequence[Note]) -> None:
    groups: dict[str, list[float]] = defaultdict(list)
    cards: dict[tuple[str, str], list[float]] = defaultdict(list)
    gone = [note for note in log if note.what == "went"]
    for note in gone:
        groups[note.chat].append(note.at)
        if note.rank is Rank.PROGRESS:
            cards[note.chat, note.slot].append(note.at)
    gaps = [(chat.startswith("-"), b - a) for (chat, _), at in cards.items() for a, b in pairwise(at)]
    edits = sum(note.rank is Rank.PROGRESS for note in gone)
    waits = _waits(log)
    private, group = (
        min((gap for of_group, gap in gaps if of_group is kind), default=float("inf")) for kind in (False, True)
    )
    fullest = max(_fullest(at, 60.0) for chat, at in groups.items() if chat.startswith("-"))
    sent = [note.at for note in gone]
    print(f"{CHATS} chats, {len(sent)} calls, {edits} edits, {len(waits)} videos in {RUN_S:.0f} s")
    print(f"calls of each program: {sorted(Counter(note.program for note in gone).values())}")
    print(f"fullest second of the bot: {_fullest(sent, 1.0)} calls sent (<= 30), {_fullest(received, 1.0)} received")
    print(f"fullest minute of a group: {fullest} calls (<= 20)")
    print(f"shortest gap between edits of a card: {private:.2f} s private (>= 3), {group:.2f} s group (>= 15)")
    print(f"a video waited {max(wait.waited_s for wait in waits):.2f} s at most until its first byte left")
    print(f"edits that passed a waiting video: {sum(wait.passed for wait in waits)} (0)")
    print(f"edits of other programs that did: {sum(wait.passed_elsewhere for wait in waits)}")
    under_way = [wait.under_way for wait in waits]
    print(f"edits let go before a video came, their first byte not yet: {max(under_way)} at most for one")


@dataclass(frozen=True)
class Part:
    """One of several programs: what it serves, and where everything is."""

    number: int
    of: int
    base_url: str
    base_file_url: str
    store_url: str
    video: Path


async def _run(part: Part) -> tuple[list[Note], list[float], int]:
    video = Video(part.video, "clip.mp4", 1280, 720, 30.0, 3000)
    chosen = settings(part)  # type: ignore[arg-type]  # it has the two addresses
    line = WatchedLine(part.number)
    async with AsyncExitStack() as stack:
        shared = None
        if part.store_url:
            store = await stack.enter_async_context(open_store(StoreConfig(url=part.store_url)))
            shared = TimedShared(store.rates, Rules(), TOKEN.partition(":")[0])
        outbound = TelegramOutbound(chosen, MemoryNotes(), build_bot(chosen), sender=Sender(line, shared))
        numbers = range(1 + part.number, CHATS + 1, part.of)
        places = [Where(Channel("telegram", str(n if n > GROUPS else -n))) for n in numbers]
        until = time.monotonic() + RUN_S
        jobs = [asyncio.create_task(_job(outbound, where, until)) for where in places]
        await asyncio.sleep(5)
        await _videos(outbound, video, places[::5], until, VIDEOS_PER_S / part.of)
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)
        await outbound.aclose()
    return line.log, shared.took if shared else [], shared.waits if shared else 0


def _enter(part: Part) -> tuple[list[Note], list[float], int]:
    logging.disable(logging.CRITICAL)
    return asyncio.run(_run(part))


async def main(programs: int, *, share: bool) -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder, RealServer(Path(folder) / "store") as store:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(b"mp4" * 1000)
        loop, spawn = asyncio.get_running_loop(), multiprocessing.get_context("spawn")
        async with BotApi() as api:
            url = store.url if share else ""
            parts = [Part(n, programs, api.base_url, api.base_file_url, url, path) for n in range(programs)]
            with ProcessPoolExecutor(programs, spawn) as pool:
                found = await asyncio.gather(*(loop.run_in_executor(pool, _enter, part) for part in parts))
            received = [call.at_s for call in api.calls if call.method != "getMe"]
    print(f"{programs} program{'s'[: programs > 1]}, {'one budget' if share else 'a budget each'}")
    _report(received, sorted((note for log, _, _ in found for note in log), key=lambda note: note.at))
    if took := sorted(second * 1000 for _, seconds, _ in found for second in seconds):
        print(f"the store was asked {len(took)} times, and said wait {sum(waits for *_, waits in found)} times")
        print(f"an answer took {median(took):.1f} ms, the slowest of a hundred {took[-1 - len(took) // 100]:.0f} ms")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=int, nargs="?", default=1)
    parser.add_argument("share", nargs="?", choices=("shared", "unshared"), default="shared")
    given = parser.parse_args()
    asyncio.run(main(given.programs, share=given.share == "shared"))
