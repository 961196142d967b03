"""Builds every object of the bots once, and closes them in reverse order."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from bots.adapter import Outbound
from bots.courier import Courier
from bots.relay import Manner, Relay
from bots.services import Services
from bots.settings import DEFAULT_API_URL, DEFAULT_WEB_URL, Settings
from bots.spool import Spool
from bots.texts import Texts
from core import router, skill
from core.flows.tools import Pace, Rules
from core.nemo import gui
from core.nemo.auth import StoredToken
from core.nemo.client import NemoClient, NemoConfig, Waits
from core.store.config import StoreConfig
from core.store.engine import Engine
from core.store.open import Store, open_store

log = logging.getLogger(__name__)

STUDIO_POLL_S = 1.0
STUDIO_POLLS_UNTIL_SLOW = 300


@dataclass(frozen=True, slots=True)
class Backend:
    """Where the videos are made.

    Attributes:
        api_url: Base of the API.
        own: It is a studio that we started ourselves.
        public_url: Address under which people reach it; None where there is none.
    """

    api_url: str
    own: bool = False
    public_url: str | None = None


@dataclass(frozen=True, slots=True)
class Program:
    """Everything that runs, for whoever drives it."""

    settings: Settings
    store: Store
    nemo: NemoClient
    outbounds: Mapping[str, Outbound]
    relay: Relay
    services: Services
    spool: Spool

    def engine(self, platforms: tuple[str, ...]) -> Engine:
        """An engine that runs the turns of these platforms in this process."""
        return Engine(
            self.store,
            platforms,
            self.relay.run_turn,
            replica=self.settings.replica or f"{socket.gethostname()}-{os.getpid()}",
            max_running=self.settings.max_running,
            lease_s=self.settings.lease_s,
            parked=self.relay.parked,
        )


WayOut = Callable[[Settings, Store, Texts], AbstractAsyncContextManager[Outbound]]
"""Makes a platform's way out, and closes it."""


@asynccontextmanager
async def open_program(settings: Settings, backend: Backend, ways: Mapping[str, WayOut]) -> AsyncIterator[Program]:
    """Open the store, the client and the relay; `ways` make each platform's way out.

    Raises:
        StoreError: With a sentence for the operator.
    """
    async with AsyncExitStack() as stack:
        # Half a second and more of compiling: beside the connecting, not inside the first conversation.
        asyncio.get_running_loop().run_in_executor(None, read_tables)
        store = await stack.enter_async_context(open_store(store_config(settings)))
        for warning in store.warnings:
            log.warning("%s", warning)
        config = nemo_config(settings, backend)
        nemo = await stack.enter_async_context(NemoClient(config, store.tokens(StoredToken.from_text)))
        texts = Texts()
        outbounds = {name: await stack.enter_async_context(way(settings, store, texts)) for name, way in ways.items()}
        spool = Spool(settings.spool, outbounds, settings.max_file_bytes)
        await spool.sweep()
        courier = Courier(
            nemo,
            settings.spool / "videos",
            copies=settings.chat_copy,
            link_of=linker(backend),
            through_api=backend.own,
            look_s=settings.look_first_s,
        )
        relay = Relay(store, nemo, outbounds, texts, courier, spool, manner(settings, backend), rng=random.Random())
        yield Program(settings, store, nemo, outbounds, relay, Services(relay, texts, store.notes), spool)


def read_tables() -> None:
    """Read the tables of words that the first message needs."""
    router.read_tables()
    gui.read_tables()


@asynccontextmanager
async def running(engine: Engine) -> AsyncIterator[Engine]:
    """Run an engine beside something else; leaving hands its channels over in under a second (decisions 13)."""
    task = asyncio.create_task(engine.run(), name="engine")
    try:
        yield engine
    finally:
        await engine.shutdown()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def store_config(settings: Settings) -> StoreConfig:
    """What the store is told."""
    return StoreConfig(
        url=settings.redis_url,
        mode=settings.redis_mode,
        sentinels=settings.redis_sentinels,
        master=settings.redis_master,
        data_dir=settings.data_dir,
        prefix=settings.redis_prefix,
        lease_s=settings.lease_s,
        queue_limit=settings.queue_limit,
        project_ttl_s=settings.project_ttl_s,
    )


def nemo_config(settings: Settings, backend: Backend) -> NemoConfig:
    """What the client is told."""
    who = skill.attribution({"SKILL_SOURCE": settings.skill_source or ""})
    cloud_web = None if backend.own else (DEFAULT_WEB_URL if backend.api_url == DEFAULT_API_URL else None)
    return NemoConfig(
        api_url=backend.api_url,
        web_url=settings.nemo_web_url or cloud_web,
        token=settings.nemo_token,
        client_id=settings.nemo_client_id,
        source=who.source,
        version=who.version,
        platform=who.platform,
        waits=Waits(
            connect_s=settings.connect_s,
            read_s=settings.read_s,
            run_s=settings.run_s,
            heartbeat_only_s=settings.heartbeat_only_s,
            rate_limit_s=settings.rate_limit_s,
        ),
    )


def manner(settings: Settings, backend: Backend) -> Manner:
    """What the relay is told. A studio of our own is asked every second, and is slow after five minutes."""
    poll_s = settings.nemo_poll_s or (STUDIO_POLL_S if backend.own else 30.0)
    pace = Pace(
        look_first_s=settings.look_first_s,
        look_again_s=settings.look_again_s,
        look_times=settings.look_times,
        silent_look_s=settings.silent_look_s,
        silent_look_times=settings.silent_look_times,
        poll_s=poll_s,
        poll_slow_after=STUDIO_POLLS_UNTIL_SLOW if backend.own else settings.poll_slow_after,
        poll_slow_s=poll_s if backend.own else settings.poll_slow_s,
        render_limit_s=settings.render_limit_s,
    )
    rules = Rules(settings.export_after_turn, settings.gui_follow_up, settings.discord_url_upload)
    return Manner(rules, pace, settings.queue_limit, settings.still_working_s, settings.language)


def linker(backend: Backend) -> Callable[[str], str | None]:
    """How a file's own address becomes one that people may see (decisions 22).

    A studio of ours serves the file at …/files/<link>/<name> and shows it to people at PUBLIC_URL/v/<link>, a page that
    unfurls in a chat.
    """

    def link_of(url: str) -> str | None:
        if not backend.own:
            return url if not is_private(url) else None
        if backend.public_url is None:
            return None
        *_, folder, link, _name = ("", "", *urlsplit(url).path.split("/"))
        return f"{backend.public_url.rstrip('/')}/v/{link}" if folder == "files" else None

    return link_of


def is_private(url: str) -> bool:
    """Whether an address is plainly of this machine: such a link helps nobody in a chat."""
    host = (urlsplit(url).hostname or "").lower()
    return host in ("localhost", "::1", "0.0.0.0") or host.startswith("127.")  # noqa: S104 - compared, not bound
