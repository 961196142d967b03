"""1,000 chats with running jobs in one process, for a minute and a half: `python -m bench.telegram_budget`.

Every job edits its card as often as its limits allow; every second a few finish and send their video. Reported:
the fullest second of the bot, the fullest minute of a group, the shortest gap between two edits of one card, and
how many edits of others went out while a finished video waited.
"""

from __future__ import annotations

import asyncio
import logging
import tempfile
import time
from bisect import bisect_left
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from bots.adapter import Post, Video, Where
from bots.telegram.app import build_bot
from bots.telegram.budget import Budget, Call, Rank, Rules
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


class WatchedBudget(Budget):
    """Notes what went when."""

    def __init__(self) -> None:
        super().__init__(Rules())
        self.gone: list[tuple[Rank, str, str, float]] = []

    def spend(self, call: Call, now_s: float) -> None:
        self.gone.append((call.rank, call.chat, call.slot, now_s))
        super().spend(call, now_s)


async def _job(outbound: TelegramOutbound, where: Where, until_s: float) -> None:
    """Keep a card up to date, as the outbox does."""
    card = await outbound.send(where, Post("status", "begun"), "card")
    count = 0
    while time.monotonic() < until_s:
        count += 1
        await asyncio.sleep(outbound.limits(where).edit_interval_s)
        await outbound.edit(where, card.id, Post("status", f"step {count}", done=count / 100))


async def _videos(outbound: TelegramOutbound, video: Video, places: list[Where], until_s: float) -> dict[str, float]:
    """Finish jobs evenly; return when each chat's video was handed over."""
    handed: dict[str, float] = {}
    sends: list[asyncio.Task[object]] = []
    for where in places:
        if time.monotonic() >= until_s:
            break
        handed[where.channel.chat] = time.monotonic()
        sends.append(asyncio.create_task(outbound.send_video(where, video, Post("result", "done"), "n")))
        await asyncio.sleep(1 / VIDEOS_PER_S)
    await asyncio.gather(*sends)
    return handed


def _fullest(times: list[float], window_s: float) -> int:
    times = sorted(times)
    return max((bisect_left(times, at + window_s) - index for index, at in enumerate(times)), default=0)


def _report(calls: list[Came], budget: WatchedBudget, handed: dict[str, float]) -> None:
    groups: dict[str, list[float]] = defaultdict(list)
    cards: dict[tuple[str, str], list[float]] = defaultdict(list)
    for rank, chat, slot, at in budget.gone:
        groups[chat].append(at)
        if rank is Rank.PROGRESS:
            cards[chat, slot].append(at)
    gaps = [(chat.startswith("-"), b - a) for (chat, _), at in cards.items() for a, b in pairwise(at)]
    edits = [at for rank, _, _, at in budget.gone if rank is Rank.PROGRESS]
    videos = [(handed[chat], at) for rank, chat, _, at in budget.gone if rank is Rank.DELIVERY]
    passed = [bisect_left(edits, at) - bisect_left(edits, begun) for begun, at in videos]
    private, group = (
        min((gap for of_group, gap in gaps if of_group is kind), default=float("inf")) for kind in (False, True)
    )
    fullest = max(_fullest(at, 60.0) for chat, at in groups.items() if chat.startswith("-"))
    sent = [at for *_, at in budget.gone]
    came = [call.at_s for call in calls if call.method != "getMe"]
    print(f"{CHATS} chats, {len(sent)} calls, {len(edits)} edits, {len(videos)} videos in {RUN_S:.0f} s")
    print(f"fullest second of the bot: {_fullest(sent, 1.0)} calls sent (<= 30), {_fullest(came, 1.0)} received")
    print(f"fullest minute of a group: {fullest} calls (<= 20)")
    print(f"shortest gap between edits of a card: {private:.2f} s private (>= 3), {group:.2f} s group (>= 15)")
    print(f"a video waited {max(at - begun for begun, at in videos):.2f} s at most, passed by {max(passed)} edits (0)")


async def main() -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(b"mp4" * 1000)
        video = Video(path, "clip.mp4", 1280, 720, 30.0, 3000)
        async with BotApi() as api:
            chosen = settings(api)
            budget = WatchedBudget()
            outbound = TelegramOutbound(chosen, MemoryNotes(), build_bot(chosen), sender=Sender(budget))
            places = [Where(Channel("telegram", str(n if n > GROUPS else -n))) for n in range(1, CHATS + 1)]
            until = time.monotonic() + RUN_S
            jobs = [asyncio.create_task(_job(outbound, where, until)) for where in places]
            await asyncio.sleep(5)
            handed = await _videos(outbound, video, places[::5], until)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await outbound.aclose()
            _report(api.calls, budget, handed)


if __name__ == "__main__":
    asyncio.run(main())
