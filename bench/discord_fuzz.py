"""10,000 fuzzed events: the client lives and answers the next valid one. Reported: events, skipped, seconds."""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import random
import sys
import time

from tests.support.discord.fakes import rig
from tests.support.discord.fuzz import poison
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord
from tests.support.discord.world import DM

EVENTS = 10_000


async def run(seed: int) -> dict[str, float]:
    """Fuzz one client."""
    async with LoopbackDiscord() as server, rig(server) as bot:
        lena = Someone(server, server.world.lena)
        began = time.monotonic()
        for number, (event, data) in enumerate(poison(server.world, random.Random(seed), EVENTS)):
            await server.dispatch(event, data, raw=True)
            if number % 100 == 0:
                await asyncio.sleep(0)
        await lena.says("the next valid event", channel=server.world.new_channel(None, DM))
        await server.until(lambda: any(m.text == "the next valid event" for m in bot.intake.taken), 300)
        interaction = await lena.chooses("help", channel=server.world.new_channel(None, DM))
        await server.until(lambda: interaction.told, 60)
        connections = server.identifies + server.resumes
        return {
            "events": EVENTS,
            "skipped": bot.bot.poison,
            "connections": connections,
            "s": round(time.monotonic() - began, 1),
        }


def main() -> int:
    """Print the figures as JSON."""
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    print(json.dumps(asyncio.run(run(parser.parse_args().seed))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
