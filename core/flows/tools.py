"""What a flow may use: every effect, clock and wait comes in through here."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol

from core.events import Connecting, Event, Ready, TimelineGone
from core.messages import Attachment, Message
from core.nemo.client import NemoClient, SessionState
from core.store.sessions import Session, Sessions
from core.turn import Journal, Turn

DRAFT_KEPT_BYTES = 256_000


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator and the person chose.

    Attributes:
        export: When the MP4 is made (decisions 2).
        follow_up: Whether the agent's drag-and-drop hints go back to it as a second paid message (decisions 4).
        url_upload: Hand a file's own address to the backend where the platform's address allows it.
    """

    export: Literal["changed", "asked", "offer"] = "changed"
    follow_up: bool = False
    url_upload: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """Every wait of the flows, in seconds (nemovideo-api §9)."""

    look_first_s: float = 30.0
    look_again_s: float = 60.0
    look_times: int = 5
    silent_look_s: float = 3.0
    silent_look_times: int = 3
    poll_s: float = 30.0
    poll_slow_after: int = 10
    poll_slow_s: float = 120.0
    render_limit_s: float = 7200.0
    retry_pause_s: float = 1.0


class Files(Protocol):
    """The bytes of attachments, on this machine."""

    async def fetch(self, message: Message, attachment: Attachment) -> Path:
        """Return the file of an attachment, fetched now if it is not in the spool. Raises FileUnavailable."""
        ...

    async def forget(self, path: Path) -> None:
        """The file is not needed any more."""
        ...


class FileUnavailable(Exception):
    """The bytes cannot be had. `reason` as in the adapters: "gone", "network", "too-large", …"""

    def __init__(self, reason: str, name: str, limit_bytes: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.name = name
        self.limit_bytes = limit_bytes


@dataclass(frozen=True, slots=True)
class JobFact:
    """A job of a channel as people may see it. `place` 0 runs now; `since_s` seconds since 1970."""

    id: str
    place: int
    stage: str
    owner: str
    about: str
    since_s: float
    cancelled: bool = False


class Jobs(Protocol):
    """The channel's queue, for the verbs that look at it."""

    async def of(self, channel_key: str) -> Sequence[JobFact]:
        """Return the running job and the waiting ones, in order."""
        ...

    async def cancel(self, job_id: str) -> Literal["queued", "running", "gone"]:
        """Cancel a job: a waiting one is gone at once, a running one stops by itself and says so."""
        ...

    async def facts(self, job_id: str) -> Mapping[str, Any]:
        """Return what a job stored of itself; {} if nobody knows it any more."""
        ...


@dataclass(frozen=True, slots=True)
class Tools:
    """Everything a flow touches.

    Attributes:
        waiting: Messages of the channel that wait behind the present one.
        now_s: Seconds since 1970. sleep: waits that many seconds.
        render_id: Makes a fresh render id.
        locale: The person's language, for this turn.
    """

    nemo: NemoClient
    sessions: Sessions
    files: Files
    jobs: Jobs
    pace: Pace
    rules: Rules
    waiting: Callable[[str], Awaitable[Sequence[Message]]]
    now_s: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    render_id: Callable[[], str]
    locale: str = "en"


class Desk:
    """The session of one turn's channel, loaded once and saved through the turn's own journal."""

    def __init__(self, turn: Turn, tools: Tools) -> None:
        self.turn = turn
        self.tools = tools
        self.key = turn.message.channel.key
        self.session: Session | None = None

    async def open(self) -> list[Event]:
        """Load the channel's session, or make its first one. Returns what people should hear of it."""
        self.session = await self.tools.sessions.load(self.key)
        if self.session is not None:
            return []
        await self._create()
        return [Connecting(), Ready(await self.project_link())]

    async def renew(self) -> list[Event]:
        """Make a new session in place of one that the backend forgot (1002)."""
        await self._create()
        return [TimelineGone()]

    async def peek(self) -> Session | None:
        """Load the session without making one: for what only reads."""
        self.session = await self.tools.sessions.load(self.key)
        return self.session

    async def saw(self, state: SessionState) -> None:
        """Remember the draft that was seen last, to tell later what changed."""
        # A huge draft is remembered by its digest alone: a change of it is noticed, but not told in detail.
        draft = state.draft if len(json.dumps(state.draft)) <= DRAFT_KEPT_BYTES else None
        await self._save(replace(self.current, last_draft=draft, last_digest=state.digest, used_s=self.tools.now_s()))

    async def rendered(self, digest: str) -> None:
        """Remember which draft the last delivered video shows."""
        await self._save(replace(self.current, rendered_digest=digest))

    @property
    def journal(self) -> Journal:
        """The fence of this turn."""
        return self.turn.journal

    @property
    def current(self) -> Session:
        """The open session. Raises RuntimeError before `open`."""
        if self.session is None:
            raise RuntimeError("the session is not open")
        return self.session

    async def project_link(self) -> str | None:
        """A link that opens the project in a browser, None where there is none."""
        return await self.tools.nemo.claim_link(self.current.task_id, self.current.session_id)

    async def _save(self, session: Session) -> None:
        self.session = session
        await self.tools.sessions.save(self.key, session, self.journal)

    async def _create(self) -> None:
        message = self.turn.message
        name = project_name(message)
        made = await self.tools.nemo.create_session(name, self.tools.locale)
        self.session = Session(
            session_id=made.session_id,
            task_id=made.task_id or "",
            user_id=made.user_id or "",
            language=self.tools.locale,
            name=name,
            made_s=self.tools.now_s(),
        )
        await self.tools.sessions.start_new(self.key, self.session, self.journal)


def project_name(message: Message) -> str:
    """Name a project after the track, else after the words, else "project"; at most 60 characters."""
    for attachment in message.attachments:
        if attachment.title:
            return attachment.title[:60]
        if attachment.name:
            return attachment.name.rsplit(".", 1)[0][:60] or "project"
    return "project"
