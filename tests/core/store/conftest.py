from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from core.store.config import StoreConfig
from core.store.open import Store, open_store
from tests.core.store.servers import RealServer


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealServer]:
    """One real server for all tests of this process; each test has a prefix of its own."""
    with RealServer(tmp_path_factory.mktemp("v")) as started:
        yield started


@pytest.fixture
def config(server: RealServer, tmp_path: Path) -> StoreConfig:
    return StoreConfig(url=server.url, data_dir=tmp_path, prefix=secrets.token_hex(4), wait_s=5.0)


@pytest.fixture
async def store(config: StoreConfig) -> AsyncIterator[Store]:
    async with open_store(config) as opened:
        yield opened
