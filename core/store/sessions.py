"""The backend session of each channel, the projects it had before, and what people chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import TypeAdapter, ValidationError

from core.records import VERSION
from core.store.errors import Unreadable
from core.store.keys import Keys
from core.store.server import Server
from core.turn import Journal, LostLease

_PROJECTS_KEPT = 50


@dataclass(frozen=True, slots=True)
class Session:
    """What we know of one backend session.

    Attributes:
        session_id, task_id, user_id: As the backend gave them; "" where it gave none.
        name: What the project is called among people.
        last_digest: Digest of the last draft seen.
        last_draft: That draft, as it came, or None.
        rendered_digest: Digest of the last draft that was rendered and delivered.
        open_render: A video that a newer message put off and that nobody made since ({"turn": whose it was}), or None.
        made_s, used_s: Seconds since 1970.
        v: Version of the program that wrote it.
    """

    session_id: str
    task_id: str = ""
    user_id: str = ""
    language: str = ""
    name: str = ""
    last_digest: str = ""
    last_draft: Mapping[str, Any] | None = None
    rendered_digest: str = ""
    open_render: Mapping[str, Any] | None = None
    made_s: float = 0.0
    used_s: float = 0.0
    facts: Mapping[str, Any] = field(default_factory=dict)
    v: int = VERSION


_SESSION: TypeAdapter[Session] = TypeAdapter(Session)


def session_to_text(session: Session) -> str:
    """Return the session as JSON."""
    return _SESSION.dump_json(session).decode()


def session_from_text(text: str) -> Session:
    """Read what this or an older version wrote.

    Raises:
        Unreadable: It is of a newer version, or damaged.
    """
    try:
        session = _SESSION.validate_json(text)
    except ValidationError:
        raise Unreadable("the stored session of a channel is damaged or newer than this program") from None
    if session.v > VERSION:
        msg = f"the stored session of a channel is newer than this program ({session.v} > {VERSION})"
        raise Unreadable(msg)
    return session


class Sessions:
    """Sessions by channel. Writes are fenced: they raise LostLease for a former holder. All may raise StoreError.

    How long they live is a matter of the turns around them: see `core.store.keys`. `choices_s`: life of a choice after
    its last use, in seconds.
    """

    def __init__(self, server: Server, keys: Keys, choices_s: int) -> None:
        self._server, self._keys, self._choices_s = server, keys, choices_s

    async def load(self, channel_key: str) -> Session | None:
        """The present session of a channel. Raises Unreadable."""
        text = await self._server.do("GET", self._keys("session", channel_key))
        return session_from_text(text) if text else None

    async def save(self, channel_key: str, session: Session, held: Journal) -> None:
        """Replace the present session; nothing is put aside."""
        keys = [self._keys("own"), self._keys("session", channel_key)]
        if not await self._server.run("save", keys, [*held.fence, session_to_text(session)]):
            raise LostLease

    async def projects(self, channel_key: str) -> list[Session]:
        """The sessions that were put aside, newest first; unreadable ones are left out."""
        found = []
        for text in await self._server.do("LRANGE", self._keys("projects", channel_key), 0, -1):
            try:
                found.append(session_from_text(text))
            except Unreadable:
                continue
        return found

    async def start_new(self, channel_key: str, session: Session | None, held: Journal) -> None:
        """Put the present session aside and begin `session`; None: the channel has none until one is saved."""
        await self._swap(channel_key, session, held)

    async def resume(self, channel_key: str, n: int, held: Journal) -> Session | None:
        """Make the project number `n` (0 = newest, as `projects` lists them) the present one; None: no such."""
        projects = await self.projects(channel_key)
        if not 0 <= n < len(projects):
            return None
        await self._swap(channel_key, projects[n], held)
        return projects[n]

    async def _swap(self, channel_key: str, session: Session | None, held: Journal) -> None:
        present = await self._server.do("GET", self._keys("session", channel_key)) or ""
        keys = [self._keys("own"), self._keys("session", channel_key), self._keys("projects", channel_key)]
        text = session_to_text(session) if session else ""
        if not await self._server.run("swap", keys, [*held.fence, text, present, _PROJECTS_KEPT]):
            raise LostLease

    async def choice(self, scope_key: str, name: str) -> str | None:
        """What a person or a channel chose (language, format, export mode), or None."""
        key = self._keys("choice", scope_key)
        value: str | None = await self._server.do("HGET", key, name)
        if value is not None:
            await self._server.do("EXPIRE", key, self._choices_s)
        return value

    async def set_choice(self, scope_key: str, name: str, value: str | None) -> None:
        """Keep a choice; None forgets it."""
        key = self._keys("choice", scope_key)
        if value is None:
            await self._server.do("HDEL", key, name)
        else:
            await self._server.do("HSET", key, name, value)
            await self._server.do("EXPIRE", key, self._choices_s)
