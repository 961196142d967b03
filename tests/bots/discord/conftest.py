from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.support.discord.fakes import Rig, rig
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server


@pytest.fixture
async def bot(discord: LoopbackDiscord) -> AsyncIterator[Rig]:
    async with rig(discord) as made:
        yield made


@pytest.fixture
def lena(discord: LoopbackDiscord) -> Someone:
    return Someone(discord, discord.world.lena)
