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
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from bots.adapter import Post, Video, Where
from bots.telegram.app import build_bot
from bots.telegram.budget import Call, Rank, Rules
from bots.telegram.outbound import TelegramOutbound
from bots.telegram.sender import Sender
from core.messages import Channel
from tests.support.telegram.fakes import MemoryNotes, settings
from tests.support.telegram.server import BotApi
from tests.support.telegram.server import Call as Came

T = TypeVar("T")

CHATS = 1000
GROUPS = 200
RUN_S = 90.0
VIDEOS_PER_S = 2


class WatchedSender(Sender):
    """Notes when each call was handed over and when it went."""

    def __init__(self) -> None:
        super().__init__(Rules())
        self.gone: list[tuple[Rank, float, float]] = []

    async def run(self, call: Call, do: Callable[[], Awaitable[T]]) -> T:
        handed = time.monotonic()

        async def noted() -> T:
            self.gone.append((call.rank, handed, time.monotonic()))
            return await do()

        return await super().run(call, noted)


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


def _report(calls: list[Came], sender: WatchedSender) -> None:
    spent = [c for c in calls if c.method in {"sendMessage", "editMessageText", "sendVideo", "setMessageReaction"}]
    groups: dict[int, list[float]] = defaultdict(list)
    cards: dict[tuple[int, int], list[float]] = defaultdict(list)
    for call in spent:
        if call.params["chat_id"] < 0:
            groups[call.params["chat_id"]].append(call.at_s)
        if call.method == "editMessageText":
            cards[call.params["chat_id"], call.params["message_id"]].append(call.at_s)
    gaps = {kind: [b - a for (chat, _), at in cards.items() if (chat < 0) == kind for a, b in pairwise(sorted(at))]
            for kind in (False, True)}  # fmt: skip
    videos = [(begun, gone) for rank, begun, gone in sender.gone if rank is Rank.DELIVERY]
    edits = sorted(gone for rank, _, gone in sender.gone if rank is Rank.PROGRESS)
    passed = [bisect_left(edits, gone) - bisect_left(edits, begun) for begun, gone in videos]
    waits = [gone - begun for begun, gone in videos]
    print(f"{CHATS} chats, {len(spent)} calls, {len(edits)} edits, {len(videos)} videos in {RUN_S:.0f} s")
    print(f"fullest second of the bot: {_fullest([c.at_s for c in spent], 1.0)} calls (<= 30)")
    print(f"fullest minute of a group: {max(_fullest(at, 60.0) for at in groups.values())} calls (<= 20)")
    print(f"shortest gap between edits of a card: {min(gaps[False], default=0.0):.2f} s private (>= 3), "
          f"{min(gaps[True], default=0.0):.2f} s group (>= 15)")  # fmt: skip
    print(f"a finished video waited {max(waits):.2f} s at most; edits that went out meanwhile: {max(passed)} at most")


async def main() -> None:
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(b"mp4" * 1000)
        video = Video(path, "clip.mp4", 1280, 720, 30.0, 3000)
        async with BotApi() as api:
            chosen = settings(api)
            sender = WatchedSender()
            outbound = TelegramOutbound(chosen, MemoryNotes(), build_bot(chosen), sender=sender)
            places = [Where(Channel("telegram", str(n if n > GROUPS else -n))) for n in range(1, CHATS + 1)]
            until = time.monotonic() + RUN_S
            jobs = [asyncio.create_task(_job(outbound, where, until)) for where in places]
            await asyncio.sleep(5)
            await _videos(outbound, video, places[::5], until)
            for job in jobs:
                job.cancel()
            await asyncio.gather(*jobs, return_exceptions=True)
            await outbound.aclose()
            _report(api.calls, sender)


if __name__ == "__main__":
    asyncio.run(main())
