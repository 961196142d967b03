"""Opens the whole store: the embedded server if none is named, the connection, and all that is kept in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from core.store.config import StoreConfig
from core.store.embedded import Embedded
from core.store.history import History
from core.store.inbox import Inbox
from core.store.keys import Keys
from core.store.notes import Notes
from core.store.rates import Rates
from core.store.server import Client, Server, can_wait_for_disk, connect, warnings_of
from core.store.sessions import Sessions
from core.store.tokens import T, Tokens


@dataclass(frozen=True, slots=True)
class Store:
    """Everything that is kept. `warnings`: what is unsafe about an external server, as sentences for the operator."""

    config: StoreConfig
    server: Server
    keys: Keys
    inbox: Inbox
    sessions: Sessions
    notes: Notes
    rates: Rates
    history: History
    embedded: Embedded | None
    warnings: tuple[str, ...]

    @property
    def redis(self) -> Client:
        """The client itself, for the curious; its errors are redis' own."""
        return self.server.client

    def tokens(self, from_text: Callable[[str], T | None]) -> Tokens[T]:
        """The token store of core/nemo/auth.py: `store.tokens(StoredToken.from_text)`."""
        return Tokens(self.server, self.keys, from_text)

    async def ping(self) -> None:
        """Ask whether the store answers. Raises StoreError."""
        await self.server.do("PING")


@asynccontextmanager
async def open_store(config: StoreConfig) -> AsyncIterator[Store]:
    """Open the store; closing leaves an external server alone and stops an embedded one that is ours.

    Raises:
        StoreError: With a sentence for the operator: cannot start, does not answer, is read-only, refuses us.
    """
    async with AsyncExitStack() as stack:
        embedded = None
        if config.address is None and config.mode == "single":
            embedded = await stack.enter_async_context(Embedded(config.data_dir, config.fsync))
        server = await connect(config, embedded.url if embedded else config.address)
        stack.push_async_callback(server.aclose)
        if not (embedded and config.fsync == "always"):  # there every write is on disk anyway
            server.waits_for_disk = await can_wait_for_disk(server)
        keys = Keys(config.prefix)
        yield Store(
            config,
            server,
            keys,
            Inbox(server, keys, config),
            Sessions(server, keys, config.project_ttl_s),
            Notes(server, keys),
            Rates(server, keys),
            History(server, keys),
            embedded,
            () if embedded else tuple(await warnings_of(server)),
        )
