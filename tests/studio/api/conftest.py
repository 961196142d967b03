"""A studio for every test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.studio.api.live import Person, Studio, running


@pytest.fixture
async def studio(tmp_path: Path) -> AsyncIterator[Studio]:
    async with running(tmp_path) as found:
        yield found


@pytest.fixture
async def ann(studio: Studio) -> Person:
    return await studio.person("ann")
