"""What a flow may use: every effect, clock and wait comes in through here."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from core.events import Connecting, Event, Ready, TimelineGone
from core.languages import normalise
from core.messages import Attachment, Message
from core.nemo.client import NemoClient
from core.store.sessions import Session, Sessions
from core.turn import Journal, Turn

DRAFT_KEPT_BYTES = 256_000
HEAVY_SEGMENTS = 200
"""A draft of more segments is compared, summed up and hashed in a thread: 10,000 take a second."""

UNNAMED = "project"
NAME_LONGEST = 60

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rules:
    """What the operator and the person chose.

    Attributes:
        export: When the MP4 is made (decisions 2).
        follow_up: Whether the agent's drag-and-drop hints go back to it as a second paid message (decisions 4).
        url_upload: Hand a file's own address to the backend where the platform's address allows it.
        drafts: The platform shows words while they are written: tell them as they come.
    """

    export: Literal["changed", "asked", "offer"] = "changed"
    follow_up: bool = False
    url_upload: bool = False
    drafts: bool = False


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

    async def forget(self, message: Message, attachment: Attachment) -> None:
        """This turn does not need its file any more."""
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

    async def usual(self) -> tuple[float, float] | None:
        """Return how long a turn took lately, seconds: from, to; None while too few were measured."""
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


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a session: the draft (None: nothing was made), how many media are there, and a digest of it all."""

    draft: dict[str, Any] | None
    media: int
    digest: str


async def beside(work: Callable[[], T], *drafts: object) -> T:
    """Do pure work on drafts: at once while they are small, in a thread where it would hold up everybody else."""
    return await asyncio.to_thread(work) if any(map(_is_heavy, drafts)) else work()


def _is_heavy(draft: object) -> bool:
    tracks = draft.get("t") if isinstance(draft, Mapping) else None
    if not isinstance(tracks, list):
        return False
    segments = (track.get("sg") for track in tracks if isinstance(track, Mapping))
    return len(tracks) + sum(len(some) for some in segments if isinstance(some, list)) > HEAVY_SEGMENTS


class Desk:
    """The session of one turn's channel, loaded once and saved through the turn's own journal."""

    def __init__(self, turn: Turn, tools: Tools) -> None:
        self.turn = turn
        self.tools = tools
        self.key = turn.message.channel.key
        self.session: Session | None = None

    async def open(self) -> AsyncGenerator[Event, None]:
        """Load the channel's session, or make its first one and say so."""
        self.session = await self.tools.sessions.load(self.key)
        if self.session is None:
            yield Connecting()
            await self._create()
            # Kept with the turn: the flow after this one is to know it, too.
            self.turn.facts["met"] = True
            yield Ready(await self.project_link())

    async def renew(self, name: str = "") -> list[Event]:
        """Make a new session in place of the present one, which the backend forgot (1002) or a person leaves."""
        await self._create(name)
        return [TimelineGone()]

    async def peek(self) -> Session | None:
        """Load the session without making one: for what only reads."""
        self.session = await self.tools.sessions.load(self.key)
        return self.session

    async def look(self) -> Seen:
        """Read the state: always safe. Raises NemoError."""
        state = await self.tools.nemo.state(self.current.session_id)
        digest = await beside(lambda: state.digest, state.draft)
        return Seen(state.draft, len(state.video_infos), digest)

    async def saw(self, seen: Seen) -> None:
        """Remember the draft that was seen last, to tell later what changed."""
        # A huge draft is remembered by its digest alone: a change of it is noticed, but not told in detail.
        size = await beside(lambda: len(json.dumps(seen.draft)), seen.draft)
        draft = seen.draft if size <= DRAFT_KEPT_BYTES else None
        if (draft, seen.digest) == (self.current.last_draft, self.current.last_digest):
            return
        await self._save(replace(self.current, last_draft=draft, last_digest=seen.digest, used_s=self.tools.now_s()))

    async def owe(self) -> None:
        """Remember that this turn's video was put off for a newer message, which may yet end without one."""
        await self._save(replace(self.current, open_render={"turn": self.turn.id}))

    async def settle(self) -> None:
        """No video is owed any more: it is being made, or nobody wants one."""
        if self.current.open_render is not None:
            await self._save(replace(self.current, open_render=None))

    async def rendered(self, digest: str) -> None:
        """Remember which draft the last delivered video shows."""
        await self._save(replace(self.current, rendered_digest=digest))

    async def call_it(self, name: str) -> None:
        """Name a project that has no name yet after its first track."""
        if self.current.name == UNNAMED and name != UNNAMED:
            await self._save(replace(self.current, name=name))

    async def once(self, what: str) -> bool:
        """Whether this is the first time in this project; remembers that it was."""
        if self.current.facts.get(what):
            return False
        await self._save(replace(self.current, facts={**self.current.facts, what: True}))
        return True

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

    async def _create(self, named: str = "") -> None:
        name = named[:NAME_LONGEST].strip() or project_name(self.turn.message)
        made = await self.tools.nemo.create_session(name, session_language(self.tools.locale))
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
    """Name a project after its first track, as its tags or its file call it; "project" without one."""
    names = ((one.title or one.name.rsplit(".", 1)[0])[:NAME_LONGEST].strip() for one in message.attachments)
    return next((name for name in names if name), UNNAMED)


def session_language(locale: str) -> str:
    """The tag that a session is made with: "en", "zh-CN", "es", another well-formed one as it is, else "en" (§4.1)."""
    known = normalise(locale)
    if known is not None:
        return "zh-CN" if known == "zh" else known
    return locale.replace("_", "-") if re.fullmatch(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*", locale) else "en"
