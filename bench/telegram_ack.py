"""How soon a pressed button is answered, ours against a bare bot of the library: `python -m bench.telegram_ack`.

Both poll the same kind of loopback server, which answers each call after 20 ms. Ours looks the job up, checks who
may press and keeps the press (in memory) before or while it answers; the bare bot only answers.
"""

from __future__ import annotations

import asyncio
import logging
import random
import statistics
from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackQueryHandler

from bots.services import JobView
from bots.telegram.app import serve
from core.messages import Channel, Message, Person
from tests.support.telegram.fakes import MemoryIntake, services, settings
from tests.support.telegram.server import TOKEN, BotApi

PRESSES = 1500
PER_S = 100
SERVER_S = 0.02


async def _press(api: BotApi) -> list[float]:
    """Press buttons at random moments and return how long each waited for its answer, seconds."""
    loop = asyncio.get_running_loop()
    rng = random.Random(1)
    began: dict[str, float] = {}
    for number in range(PRESSES):
        chat = 1 + number % 200
        card = {"message_id": 5, "date": 1, "chat": {"id": chat, "type": "private"}, "text": "card"}
        user = {"id": chat, "is_bot": False, "first_name": "A", "language_code": "en"}
        began[api.presses(card, f"v1:cancel:j{chat}", user=user)] = loop.time()
        await asyncio.sleep(rng.expovariate(PER_S))
    calls = await api.until("answerCallbackQuery", PRESSES, 120)
    return [call.at_s - began[call.params["callback_query_id"]] for call in calls]


async def _bare() -> list[float]:
    async def answer(update: Update, _context: Any) -> None:
        if update.callback_query is not None:
            await update.callback_query.answer()

    async with BotApi() as api:
        builder = Application.builder().token(TOKEN).base_url(api.base_url).concurrent_updates(True).job_queue(None)
        application = builder.build()
        application.add_handler(CallbackQueryHandler(answer))
        await application.initialize()
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling()
        api.slow_s = SERVER_S
        waits = await _press(api)
        await application.updater.stop()
        await application.stop()
        await application.shutdown()
    return waits


async def _ours() -> list[float]:
    intake = MemoryIntake()
    for chat in range(1, 201):
        channel, owner = Channel("telegram", str(chat)), Person(str(chat), "A")
        message = Message("m", channel, owner)
        intake.jobs[f"j{chat}"] = JobView(f"j{chat}", channel, owner, "rendering", message, {})
    async with BotApi() as api:
        ready = asyncio.Event()
        task = asyncio.create_task(serve(settings(api), services(intake), ready.set))
        await ready.wait()
        api.slow_s = SERVER_S
        waits = await _press(api)
        task.cancel()
        await asyncio.wait({task})
    assert len(intake.pressed) == PRESSES
    return waits


def _p99_ms(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=100)[98] * 1000


async def main() -> None:
    logging.disable(logging.CRITICAL)
    bare, ours = _p99_ms(await _bare()), _p99_ms(await _ours())
    print(f"p99 from press to answer: bare bot {bare:.1f} ms, ours {ours:.1f} ms, ratio {ours / bare:.2f} (<= 1.5)")


if __name__ == "__main__":
    asyncio.run(main())
