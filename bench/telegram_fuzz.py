"""10,000 broken updates behind the guard: `python -m bench.telegram_fuzz`. The next good one must be answered."""

from __future__ import annotations

import asyncio
import logging
import time

from bots.telegram.app import serve
from bots.telegram.guard import poison
from tests.support.telegram import fuzz
from tests.support.telegram.fakes import MemoryIntake, services, settings
from tests.support.telegram.server import BotApi

COUNT = 10_000


async def main() -> None:
    logging.disable(logging.CRITICAL)
    intake = MemoryIntake()
    async with BotApi() as api:
        ready = asyncio.Event()
        task = asyncio.create_task(serve(settings(api), services(intake), ready.set))
        await ready.wait()
        for update in fuzz.updates(COUNT):
            api.push(update)
        api.says(7, "still here?", update_id=10 * COUNT)
        began = time.monotonic()
        while not any(message.text == "still here?" for message in intake.taken):
            await asyncio.sleep(0.05)
        took = time.monotonic() - began
        alive = not task.done()
        task.cancel()
        await asyncio.wait({task})
    print(f"{COUNT} broken updates: {poison.count} skipped, {len(intake.taken)} taken, {took:.1f} s; polling: {alive}")


if __name__ == "__main__":
    asyncio.run(main())
