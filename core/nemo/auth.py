"""Where the token comes from and when it is renewed (nemovideo-api §3).

A configured token is used as it is. Else the stored anonymous one; else a new one for the kept client id.
Nothing here opens a connection: `Credentials` is handed the function that asks the backend.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import tempfile
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from core.errors import ClientIdMissing, NemoError, TokenExpired

EARLY_S = 60.0
"""A token that expires within this time is renewed before it is used."""

LOCK_LOOK_S = 0.05
"""How often a process looks whether another one has let go of the lock file."""

LONGEST_CLIENT_ID = 64


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An anonymous token as it is kept.

    Attributes:
        token: `nmv_usr_…`; hidden in every repr.
        user_id: `anon_…`, for the registration link; None if the backend did not say.
        expires_at: Seconds since 1970; None if the backend did not say.
        client_id: The id it was given to.
    """

    token: SecretStr
    user_id: str | None = None
    expires_at: float | None = None
    client_id: str = ""

    def to_text(self) -> str:
        """Return JSON with the token in clear: for a store, never for a log."""
        return json.dumps(
            {
                "token": self.token.get_secret_value(),
                "user_id": self.user_id,
                "expires_at": self.expires_at,
                "client_id": self.client_id,
            }
        )

    @classmethod
    def from_text(cls, text: str) -> StoredToken | None:
        """Read what `to_text` wrote; None if it is anything else (a damaged store is an empty one)."""
        try:
            found = json.loads(text)
        except ValueError:
            return None
        token = found.get("token") if isinstance(found, dict) else None
        if not isinstance(token, str) or not token:
            return None
        expires_at, user_id = found.get("expires_at"), found.get("user_id")
        return cls(
            token=SecretStr(token),
            user_id=user_id if isinstance(user_id, str) else None,
            expires_at=float(expires_at) if isinstance(expires_at, int | float) else None,
            client_id=str(found.get("client_id") or ""),
        )


class TokenStore(Protocol):
    """Keeps the anonymous token and the client id, for all replicas of the bot together."""

    async def load(self) -> StoredToken | None:
        """Return the stored token, None if there is none."""

    async def save(self, token: StoredToken) -> None:
        """Keep this token in place of the last one, durably, before returning."""

    async def client_id(self) -> str:
        """Return the kept client id; the first call ever makes it (`new_id`), all replicas get the same one."""

    async def new_client_id(self) -> str:
        """Make another id, keep it in place of the last one, return it. Only for an answer 400 (§8)."""

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Hold this while a token is fetched: one holder among all tasks, processes and replicas."""


def new_id() -> str:
    """Return a fresh client id."""
    return str(uuid.uuid4())


class FileTokenStore:
    """The store of a single machine: `token.json` (mode 0600) and `client_id` in a folder of ours.

    Processes that share the folder share the token: the lock is `flock` on `token.lock`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._here = asyncio.Lock()

    async def load(self) -> StoredToken | None:
        """See TokenStore."""
        text = await asyncio.to_thread(_read_text, self._folder / "token.json")
        return StoredToken.from_text(text) if text else None

    async def save(self, token: StoredToken) -> None:
        """See TokenStore."""
        await asyncio.to_thread(_write_private, self._folder / "token.json", token.to_text())

    async def client_id(self) -> str:
        """See TokenStore."""
        return await asyncio.to_thread(self._kept_client_id)

    async def new_client_id(self) -> str:
        """See TokenStore."""
        made = new_id()
        await asyncio.to_thread(_write_private, self._folder / "client_id", made + "\n")
        return made

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """See TokenStore."""
        async with self._here:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._folder / "token.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                while not _try_flock(handle):  # noqa: ASYNC110 - no event tells what another process does
                    await asyncio.sleep(LOCK_LOOK_S)
                yield
            finally:
                os.close(handle)

    def _kept_client_id(self) -> str:
        path = self._folder / "client_id"
        kept = _read_text(path).strip()
        if 0 < len(kept) <= LONGEST_CLIENT_ID and kept.isprintable():
            return kept
        self._folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._folder / "client_id.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            kept = _read_text(path).strip()
            if not (0 < len(kept) <= LONGEST_CLIENT_ID and kept.isprintable()):
                kept = new_id()
                _write_private(path, kept + "\n")
        finally:
            os.close(handle)
        return kept


class Credentials:
    """Gives out the bearer token; renews an anonymous one, once for all who ask at the same time.

    Args:
        configured: NEMO_TOKEN. If it is set nothing is ever fetched or stored.
        client_id: NEMO_CLIENT_ID, else the store's.
        fetch: Asks endpoint 1 for a token with a client id, with the re-sends of §8 but the one for 400.
        now: Seconds since 1970.
    """

    def __init__(
        self,
        configured: SecretStr | None,
        client_id: str | None,
        store: TokenStore,
        fetch: Callable[[str], Awaitable[StoredToken]],
        now: Callable[[], float],
    ) -> None:
        self._configured = configured
        self._client_id = client_id
        self._store = store
        self._fetch = fetch
        self._now = now
        self._current: StoredToken | None = None
        self._flight: asyncio.Task[StoredToken] | None = None

    @property
    def anonymous(self) -> bool:
        """True unless a token was configured."""
        return self._configured is None

    @property
    def user_id(self) -> str | None:
        """The user id that came with the anonymous token in use."""
        return self._current.user_id if self._current else None

    async def bearer(self) -> SecretStr:
        """Return the token to send. Raises what fetching one raises."""
        if self._configured is not None:
            return self._configured
        if not self._usable(self._current):
            self._current = await self._one_flight(None)
        assert self._current is not None  # noqa: S101 - for the type checker: set in the line above
        return self._current.token

    async def renew(self, refused: SecretStr, error: TokenExpired) -> None:
        """Replace a token that was answered 1001; `error` comes back out if it was a configured one."""
        if self._configured is not None:
            raise error
        if self._current is None or self._current.token == refused:
            self._current = await self._one_flight(refused)

    async def aclose(self) -> None:
        """Stop a fetch that nobody waits for any more."""
        if self._flight is not None and not self._flight.done():
            self._flight.cancel()
            with contextlib.suppress(asyncio.CancelledError, NemoError):
                await self._flight

    async def _one_flight(self, refused: SecretStr | None) -> StoredToken:
        """All who ask while a fetch is under way share it, and its failure: a refusal is not hammered."""
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._obtain(refused))
        return await asyncio.shield(self._flight)

    async def _obtain(self, refused: SecretStr | None) -> StoredToken:
        async with self._store.lock():
            kept = await self._store.load()
            if kept is not None and self._usable(kept) and kept.token != refused:
                return kept
            got = await self._fetch_with_id()
            await self._store.save(got)
            return got

    async def _fetch_with_id(self) -> StoredToken:
        if self._client_id:
            return await self._fetch(self._client_id)
        try:
            return await self._fetch(await self._store.client_id())
        except ClientIdMissing:
            return await self._fetch(await self._store.new_client_id())

    def _usable(self, token: StoredToken | None) -> bool:
        if token is None:
            return False
        return token.expires_at is None or self._now() < token.expires_at - EARLY_S


def _read_text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (FileNotFoundError, UnicodeDecodeError):
        return ""


def _write_private(path: Path, text: str) -> None:
    """Write a file of mode 0600, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _try_flock(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
