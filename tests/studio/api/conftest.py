"""A studio for every test that asks for one: shared where tests leave each other alone, since starting takes time."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

import httpx
import pytest

from tests.studio.api.live import Person, Studio, running


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """One studio in a thread with a loop of its own."""
    found: list[Studio] = []
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    leave = asyncio.Event()

    async def serve() -> None:
        async with running(tmp_path_factory.mktemp("shared")) as studio:
            found.append(studio)
            ready.set()
            await leave.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(60)
    yield found[0]
    loop.call_soon_threadsafe(leave.set)
    thread.join(60)
    loop.close()


@pytest.fixture
async def studio(shared: Studio) -> AsyncIterator[Studio]:
    async with httpx.AsyncClient(base_url=shared.url, trust_env=False, verify=False, timeout=60) as http:
        yield replace(shared, http=http, before=frozenset(shared.files()), jobs_before=len(shared.renderer.jobs))


@pytest.fixture
async def ann(studio: Studio) -> Person:
    return await studio.person("ann")
