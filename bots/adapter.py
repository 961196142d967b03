"""What a platform offers: Limits, Post and the Outbound a platform has to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from core.messages import Attachment, Channel


@dataclass(frozen=True, slots=True)
class Limits:
    """How long, how big and how often a platform lets a post be, in one channel at one moment.

    Attributes:
        max_text: Characters in one message; longer words are split between paragraphs.
        max_caption: Characters beside a video.
        max_upload_bytes: Largest file the bot may send here.
        edit_interval_s: Least time between two edits of one message.
        notifies_by_edit: False wherever an edit makes no sound: results are new messages (decisions 12).
        finds_own_posts: The outbound can look for a post by its nonce after a crash (Discord yes, Telegram no).
        unfurls: A public link shows a player.
        max_edits_15min: Edits of one message in 15 minutes; None where there is no such limit.
        markup: How words are dressed.
    """

    max_text: int
    max_caption: int
    max_upload_bytes: int
    edit_interval_s: float
    notifies_by_edit: bool = False
    finds_own_posts: bool = False
    unfurls: bool = False
    max_edits_15min: int | None = None
    markup: Literal["plain", "discord", "telegram", "terminal"] = "plain"


@dataclass(frozen=True, slots=True)
class Button:
    """A button: an action of the shared grammar `v1:<action>:<job>` (<= 64 ASCII bytes), or a link.

    Attributes:
        action: "cancel", "status", "retry", "again", "edit", "aspect-9x16", "aspect-1x1", "delete", "export",
            "deliver" (send the result again), "follow-up"; "" for a link.
        job: The turn the button belongs to.
        style: "primary" for the one thing to do next.
    """

    label: str
    action: str = ""
    job: str = ""
    url: str | None = None
    style: Literal["primary", "secondary", "danger", "link"] = "secondary"


@dataclass(frozen=True, slots=True)
class Post:
    """What is shown in a chat: words in the person's language, ready but for the platform's markup.

    Attributes:
        kind: "status" is the one card of a turn, edited in place; "reply" is a new message without a sound
            beyond the platform's own; "result" is the finished video and pings the requester only.
        text: Untrusted words are in it (file names, the agent): the platform escapes all of it.
        title: First line of a card.
        done: 0.0 to 1.0 for a bar, None for none.
        facts: Short lines under the bar: place in the queue, time range, elapsed.
        stage: Name of the stage; a change of it goes out before a mere change of numbers.
        final: The card's last state: it shrinks and loses its buttons.
    """

    kind: Literal["status", "reply", "result"]
    text: str
    title: str = ""
    done: float | None = None
    facts: tuple[str, ...] = ()
    buttons: tuple[Button, ...] = ()
    stage: str = ""
    final: bool = False


@dataclass(frozen=True, slots=True)
class Video:
    """A file to deliver, already within the limits. `poster` is a JPEG <= 200 kB, <= 320 px, or None."""

    path: Path
    file_name: str
    width: int
    height: int
    duration_s: float
    size_bytes: int
    poster: Path | None = None
    cover: Path | None = None
    """A full-size JPEG of the same moment, for platforms that show one."""


@dataclass(frozen=True, slots=True)
class Where:
    """Where to answer: the channel and what the platform's inbound stored in `Message.reply`."""

    channel: Channel
    person_id: str = ""
    reply: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Sent:
    """A post that is there. `id` edits it later; `file_id` sends its file again without an upload (Telegram)."""

    id: str
    file_id: str | None = None
    link: str | None = None


class OutboundError(Exception):
    """A post could not be made. Carries no token."""


class Gone(OutboundError):
    """The channel, the chat or the message is not there for us any more: kicked, blocked, deleted. Stop posting."""


class TooLarge(OutboundError):
    """The platform refused the file for its size; `limit_bytes` is what we know now."""

    def __init__(self, limit_bytes: int | None = None) -> None:
        super().__init__("file too large for this chat")
        self.limit_bytes = limit_bytes


class Refused(OutboundError):
    """The platform refuses this post for good (missing permission, bad request). `permission` names what is missing."""

    def __init__(self, detail: str = "", permission: str | None = None) -> None:
        super().__init__(detail)
        self.permission = permission


class SendDoubtful(OutboundError):
    """The request went out and no answer came: the post may be there or not. Never repeated blindly."""


class FetchFailed(OutboundError):
    """The bytes of an attachment cannot be had. `reason`: "too-large", "gone", "too-large-for-platform", "network"."""

    def __init__(self, reason: str, limit_bytes: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.limit_bytes = limit_bytes


class Departure(Protocol):
    """What has to be so when the bytes of a post leave: the lease lives, the stage of a result is written."""

    async def leaves(self) -> None:
        """Called when nothing is left but to send: no budget, no connection is waited for after it.

        Raises:
            LostLease: Nothing must be sent. Passed on as it is.
        """
        ...

    async def held(self) -> None:
        """The platform certainly did nothing (a rate limit), and the post waits once more."""
        ...


class Free:
    """The departure of a post that hangs on nothing."""

    async def leaves(self) -> None:
        """Go."""

    async def held(self) -> None:
        """Wait."""


FREE: Departure = Free()


@runtime_checkable
class ShowsDrafts(Protocol):
    """An outbound that can show words while they are written (Telegram, private chats)."""

    async def stream(self, where: Where, text: str) -> None:
        """Show these words as a draft; a hint only. Never raises."""
        ...


@runtime_checkable
class SendsAgain(Protocol):
    """An outbound whose files can be sent again by their id (Telegram)."""

    async def send_again(self, where: Where, file_id: str, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Post the video of an earlier `Sent.file_id` without an upload.

        Raises:
            Gone, Refused (the id is not known any more, too), SendDoubtful.
        """
        ...


class Outbound(Protocol):
    """One platform's way out. All methods work over REST with the bot's token: no gateway, no poller is needed.

    `departure` is told, each time, directly before bytes may leave; an edit or post that must not go any more raises.
    """

    def limits(self, where: Where) -> Limits:
        """Return what holds in this channel now (learned limits included)."""
        ...

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Post a new message. The same nonce within a few minutes makes one message where the platform can.

        Raises:
            Gone, Refused, SendDoubtful: see there. Rate limits are waited out inside.
            OutboundError: There was no connection for a while: not one byte left.
        """
        ...

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        """Replace a message of ours. Same content is no error. Raises Gone, Refused; doubtful edits may be repeated."""
        ...

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Post the finished video with `post.text` beside it, pinging only the requester.

        Raises:
            TooLarge, Gone, Refused, SendDoubtful; OutboundError as `send` does.
        """
        ...

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        """Look for our own post with this nonce, after the message `after_id`. Only where `finds_own_posts`."""
        ...

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None:
        """Show for a few seconds that something is under way. Never raises."""
        ...

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        """Stream the bytes to a new file, never wholly in memory. Raises FetchFailed; leaves no half file."""
        ...
