"""Facts that a turn states for people. `bots/presenter.py` finds the words; nothing here is the record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from core.draft import Change, Summary
from core.render import Delivery


@dataclass(frozen=True, slots=True)
class Connecting:
    """The channel's first session is being made."""


@dataclass(frozen=True, slots=True)
class Ready:
    """The session is there. `link` opens the project in a browser; None where there is no web side."""

    link: str | None = None


@dataclass(frozen=True, slots=True)
class TimelineGone:
    """The backend no longer knows the session (1002); a new one was made, the old timeline is gone."""


@dataclass(frozen=True, slots=True)
class Said:
    """The agent said this: one complete message, after GUI translation, shown as it is."""

    text: str


@dataclass(frozen=True, slots=True)
class Writing:
    """The agent has written this so far; the whole message follows as Said. Only where drafts are shown."""

    text: str


@dataclass(frozen=True, slots=True)
class Working:
    """A stage of work began; `stage` has words in every language, e.g. "sending", "tool-music", "uploading"."""

    stage: str
    done: float | None = None


@dataclass(frozen=True, slots=True)
class StillWorking:
    """Two more minutes passed. `elapsed_s` since the turn began to run."""

    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Stored:
    """These files or addresses are in the session now. `alone`: nothing else was asked of us yet."""

    names: tuple[str, ...]
    alone: bool = False


@dataclass(frozen=True, slots=True)
class FileWanted:
    """The person asked how to hand a file over, or something needs one first."""


@dataclass(frozen=True, slots=True)
class BalanceRead:
    """Credits: `total` is `available` + `frozen`."""

    available: int
    frozen: int
    total: int


@dataclass(frozen=True, slots=True)
class DraftRead:
    """What is on the timeline; None: nothing was made yet. `job`: how a job of the channel stands.
    `media` counts the files that are there to make something of.

    `job` holds "stage", "since", "place" (0: it runs), "waiting" and, once measured, "low_s" and "high_s", as text.
    """

    summary: Summary | None
    job: Mapping[str, str] = field(default_factory=dict)
    media: int = 0


@dataclass(frozen=True, slots=True)
class DraftChanged:
    """What an edit changed. `silent`: the agent said nothing itself. Empty changes: nothing visible changed."""

    changes: tuple[Change, ...]
    silent: bool


@dataclass(frozen=True, slots=True)
class NothingYet:
    """An export was asked for and there is no draft to render; `media` counts the files that are there."""

    media: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """The export is under way. `done` runs from 0.0 to 1.0; None while unknown."""

    done: float | None


@dataclass(frozen=True, slots=True)
class RenderSlow:
    """The render takes longer than usual; we go on looking and deliver when it is done."""


@dataclass(frozen=True, slots=True)
class ExportOffered:
    """A draft is ready to render; a button or the word "export" does it."""


@dataclass(frozen=True, slots=True)
class FollowUpOffered:
    """The agent asked for a drag-and-drop edit; `text` is what would be said to it (decisions 4)."""

    text: str


@dataclass(frozen=True, slots=True)
class Superseded:
    """The automatic render was dropped: a newer message of the channel will make a newer one."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The MP4 is ready. The relay delivers it before the flow goes on, with its own stages."""

    delivery: Delivery


@dataclass(frozen=True, slots=True)
class BrokeOff:
    """The agent's answer stopped in the middle; what was said before it was shown."""


@dataclass(frozen=True, slots=True)
class Recovering:
    """The line broke; we look at the state until we know what became of it (api §7.4)."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """We cannot know whether this took place; a button lets the person decide. Never repeated by itself."""

    what: Literal["message", "delivery", "upload"]


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The person cancelled. `paid`: True, False, or None where nobody can know."""

    running: bool
    paid: bool | None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of our own: a key of the texts and its variables. For verbs: help, language, projects, …"""

    key: str
    args: Mapping[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Explained:
    """How the router reads a message. `clauses`: what was written, its intent, rule and note (router.Reason)."""

    plan: str
    clauses: tuple[tuple[str, str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Failed:
    """Something was refused or broke. `kind` is the name of the class in `core.errors`; it has words.

    Attributes:
        goes_on: The turn does not end with it: what was done before is kept, told, rendered.
    """

    kind: str
    args: Mapping[str, str | int | float] = field(default_factory=dict)
    link: str | None = None
    retry: bool = False
    goes_on: bool = False


Event: TypeAlias = (
    Connecting
    | Ready
    | TimelineGone
    | Said
    | Writing
    | Working
    | StillWorking
    | Stored
    | FileWanted
    | BalanceRead
    | DraftRead
    | DraftChanged
    | NothingYet
    | Progress
    | RenderSlow
    | ExportOffered
    | FollowUpOffered
    | Superseded
    | Delivered
    | BrokeOff
    | Recovering
    | Doubtful
    | Cancelled
    | Told
    | Explained
    | Failed
)
