"""1,000 chats with running jobs in one process, for a minute and a half: `python -m bench.telegram_budget`.

Every job edits its card as often as its limits allow; every second a few finish and send their video. Reported:
the fullest second of the bot, the fullest minute of a group, the shortest gap between two edits of one card, and
what became of progress beside a finished video. An edit passed a video if the line let it go after the video stood in
it and before the video's first byte left. What the line had let go before the video came was on its way: it is told
apart by the order in the line's own log.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Literal

from bots.adapter import Post, Video, Where
from bots.telegram.app import build_bot
from bots.telegram.budget import Budget, Call, Line, Rank, Rules
from bots.telegram.outbound import TelegramOutbound
from bots.telegram.sender import Sender
from core.messages import Channel
from tests.support.telegram.fakes import MemoryNotes, settings
from tests.support.telegram.server import BotApi
from tests.support.telegram.server import Call as Came

CHATS = 1000
GROUPS = 200
RUN_S = 90.0
VIDEOS_PER_S = 2


class WatchedLine(Line):
    """Notes in one log, in order, what came and what was let go."""

    def __init__(self) -> None:
        super().__init__(Budget(Rules()))
        self.log: list[tuple[Literal["came", "went", "left"], Call, float]] = []

    def offer(self, call: Call) -> Call | None:
        self.log.append(("came", call, time.monotonic()))
        return super().offer(call)

    def left(self, call: Call) -> None:
        self.log.append(("left", call, time.monotonic()))
        super().left(call)

    def next(self, now_s: float) -> Call | None:
        call = super().next(now_s)
        if call is not None:
            self.log.append(("went", call, now_s))
        return call


@dataclass(frozen=True)
class Wait:
    """How one video fared, from when it came until its first byte left.

    `passed`: edits let go meanwhile; `under_way`: edits let go before, and not yet sent when the video came.
    """

    waited_s: float
    passed: int
    under_way: int


def _waits(line: WatchedLine) -> list[Wait]:
    came: dict[Call, tuple[int, float, int]] = {}
    going: set[Call] = set()
    waits = []
    for place, (what, call, at) in enumerate(line.log):
        if call.rank is Rank.PROGRESS:
            going = going | {call} if what == "went" else going - {call}
        elif call.rank is Rank.DELIVERY and what == "came":
            came[call] = place, at, len(going)
        elif call in came and what == "left":
            begun, since, under_way = came.pop(call)
            between = line.log[begun:place]
            passed = sum(kind == "went" and other.rank is Rank.PROGRESS for kind, other, _ in between)
            waits.append(Wait(at - since, passed, under_way))
    return waits


async def _job(outbound: TelegramOutbound, where: Where, until_s: float) -> None:
    """Keep a card up to date, as the outbox does."""
    card = await outbound.send(where, Post("status", "begun"), "card")
    count = 0
    while time.monotonic() < until_s:
        count += 1
        await asyncio.sleep(outbound.limits(where).edit_interval_s)
        await outbound.edit(where, card.id, Post("status", f"step {count}", done=count / 100))


async def _videos(outbound: TelegramOutbound, video: Video, places: list[Where], until_s: float) -> None:
    """Finish jobs evenly."""
    sends: list[asyncio.Task[object]] = []
    for where in places:
        if time.monotonic() >= until_s:
            break
        sends.append(asyncio.create_task(outbound.send_video(where, video, Post("result", "done"), "n")))
        await asyncio.sleep(1 / VIDEOS_PER_S)
    await asyncio.gather(*sends)


def _fullest(times: list[float], window_s: float) -> int:
    times = sorted(times)
    return max((bisect_left(times, at + window_s) - index for index, at in enumerate(times)), default=0)


def _report(calls: list[Came], line: WatchedLine) -> None:
    groups: dict[str, list[float]] = defaultdict(list)
    cards: dict[tuple[str, str], list[float]] = defaultdict(list)
    gone = [(call, at) for what, call, at in line.log if what == "went"]
    for call, at in gone:
        groups[call.chat].append(at)
        if call.rank is Rank.PROGRESS:
            cards[call.chat, call.slot].append(at)
    gaps = [(chat.startswith("-"), b - a) for (chat, _), at in cards.items() for a, b in pairwise(at)]
    edits = [at for call, at in gone if call.rank is Rank.PROGRESS]
    waits = _waits(line)
    private, group = (
        min((gap for of_group, gap in gaps if of_group is kind), default=float("inf")) for kind in (False, True)
    )
    fullest = max(_fullest(at, 60.0) for chat, at in groups.items() if chat.startswith("-"))
    sent = [at for _, at in gone]
    came = [call.at_s for call in calls if call.method != "getMe"]
    print(f"{CHATS} chats, {len(sent)} calls, {len(edits)} edits, {len(waits)} videos in {RUN_S:.0f} s")
    print(f"fullest second of the bot: {_fullest(sent, 1.0)} calls sent (<= 30), {_fullest(came, 1.0)} received")
    print(f"fullest minute of a group: {fullest} calls (<= 20)")
    print(f"shortest gap between edits of a card: {private:.2f} s private (>= 3), {group:.2f} s group (>= 15)")
    print(f"a video waited {max(wait.waited_s for wait in waits):.2f} s at most until its first byte left")
    print(f"edits that passed a waiting video: {sum(wait.passed for wait in waits)} (0)")
    under_way = [wait.under_way for wait in waits]
    print(f"edits let go before a video came, their first byte not yet: {max(under_way)} at most for one")


async def main() -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(b"mp4" * 1000)
        video = Video(path, "clip.mp4", 1280, 720, 30.0, 3000)
        async with BotApi() as api:
            chosen = settings(api)
            line = WatchedLine()
            outbound = TelegramOutbound(chosen, MemoryNotes(), build_bot(chosen), sender=Sender(line))
            places = [Where(Channel("telegram", str(n if n > GROUPS else -n))) for n in range(1, CHATS + 1)]
            until = time.monotonic() + RUN_S
            jobs = [asyncio.create_task(_job(outbound, where, until)) for where in places]
            await asyncio.sleep(5)
            await _videos(outbound, video, places[::5], until)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await outbound.aclose()
            _report(api.calls, line)


if __name__ == "__main__":
    asyncio.run(main())
