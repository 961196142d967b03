"""Memory of the Discord adapter after many jobs: message, card, two edits, result, a pressed button.

`python -m bench.discord_memory 3000` runs so many (10,000 unless told); the ratio is that of the last figure to the
one after the first tenth. Progress goes to stderr.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
import tempfile
from pathlib import Path

from bots.adapter import Button, Post, Video, Where
from tests.support.discord.fakes import Rig, rig
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord

JOBS = 10_000


def rss_kib() -> int:
    """Resident memory of this process now (Linux)."""
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4


async def job(bot: Rig, lena: Someone, number: int, video: Video) -> None:
    """One job from the request to its end; the stand-ins forget it afterwards."""
    await lena.says(f"{lena.mention()} job {number}", ("a.mp3", b"ID3"))
    await bot.discord.until(lambda: bot.intake.taken)
    message = bot.intake.taken[0]
    where = Where(message.channel, message.person.id, message.reply)
    buttons = (Button("Cancel", "cancel", "job1"),)
    begun = Post("status", "begun", "song", 0.1, buttons=buttons)
    sent = await bot.outbound.send(where, begun, f"card{number}")
    await bot.outbound.edit(where, sent.id, Post("status", "half", "song", 0.5, buttons=buttons))
    await bot.outbound.edit(where, sent.id, Post("status", "done", "song", final=True))
    done = await bot.outbound.send_video(where, video, Post("result", "here", buttons=buttons), f"result{number}")
    await lena.presses(bot.discord.world.messages[done.id.split("/")[1]], "cancel")
    await bot.discord.until(lambda: bot.intake.pressed)
    _forget(bot)


def _forget(bot: Rig) -> None:
    bot.discord.forget()
    bot.intake.forget()


async def run(jobs: int) -> dict[str, float]:
    """Return KiB after each tenth of the jobs, and the ratio of the last to the first."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "v.mp4"
        path.write_bytes(b"\0" * 1000)
        video = Video(path, "v.mp4", 640, 360, 9.0, 1000)
        async with LoopbackDiscord() as server, rig(server) as bot:
            lena = Someone(server, server.world.lena)
            for number in range(1, jobs + 1):
                await job(bot, lena, number, video)
                if number % (jobs // 10) == 0:
                    gc.collect()
                    found[f"kib_after_{number}"] = rss_kib()
                    print(f"{number} jobs: {rss_kib()} KiB", file=sys.stderr, flush=True)
    figures = list(found.values())
    found["ratio"] = round(figures[-1] / figures[0], 3)
    return found


def main() -> int:
    """Print the figures as JSON."""
    print(json.dumps(asyncio.run(run(int(sys.argv[1]) if len(sys.argv) > 1 else JOBS))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
