"""Telegram's way out: posts, edits, videos, files, through `telegram.Bot` alone."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from telegram import (
    Bot,
    ForceReply,
    InlineKeyboardMarkup,
    InputFile,
    LinkPreviewOptions,
    Message,
    ReactionTypeEmoji,
    ReplyParameters,
)
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bots.adapter import FREE, Departure, Gone, Limits, OutboundError, Post, SendDoubtful, Sent, TooLarge, Video, Where
from bots.outbox import split
from bots.services import Notes
from bots.settings import Settings
from bots.telegram import files
from bots.telegram.budget import Budget, Call, Line, Rank, Rules
from bots.telegram.chats import Chats
from bots.telegram.guard import PlainRequest, leaving
from bots.telegram.limits import (
    MAX_CAPTION,
    MAX_LOCAL_UPLOAD_BYTES,
    MAX_TEXT,
    MAX_UPLOAD_BYTES,
    Uploads,
    is_group,
    limits_of,
)
from bots.telegram.markup import Dressed, clean, clip, dress, keyboard, units
from bots.telegram.refusals import (
    Unknown,
    bad_entities,
    bad_link,
    bad_path,
    bad_picture,
    doubtful,
    lost_reply,
    not_sent,
    refusal,
    unchanged,
)
from bots.telegram.sender import Sender, Superseded
from bots.telegram.shared import Shared
from core.messages import Attachment
from core.store.rates import Rates

log = logging.getLogger(__name__)
T = TypeVar("T")

PATIENCE_S = 1.5
"""How long `edit` waits for a progress to go out; after that it goes when there is room."""

EDIT_TRIES = 3
CONNECT_TRIES = 8
"""Tries to make a connection at all, with pauses of 1, 2, 4 … 30 s: about two minutes."""

REACTION_S = 2.0
"""How long a reaction waits for room."""

LIGHT_S = 10.0
"""How long a call that nobody misses may take."""

DRAFT_GAP_S = 1.0
ACTION_GAP_S = 5.0
"""A chat action lasts at most 5 s (Bot API, sendChatAction)."""

GROUP_ACTION_GAP_S = 60.0
"""In a group every call eats of the 20 a minute."""

UPLOADING = frozenset({"rendering", "delivering"})
"""Stages of a card during which the chat shows that a video comes."""

RECEIVED, DONE = "👀", "🎉"
"""Reactions; both are in the set that bots may give (Bot API, ReactionTypeEmoji)."""


@dataclass(frozen=True, slots=True)
class _Details:
    """What a post may go without when the server refuses it for that."""

    pictures: bool = True
    by_path: bool = True
    entities: bool = True
    links: bool = True

    def less(self, error: BadRequest) -> _Details | None:
        """Return the details without the one that is refused; None if it is none of them, or was left out already."""
        blames = {"pictures": bad_picture, "by_path": bad_path, "entities": bad_entities, "links": bad_link}
        refused = next((name for name, blamed in blames.items() if getattr(self, name) and blamed(error)), None)
        return replace(self, **{refused: False}) if refused else None


ALL = _Details()


@dataclass(frozen=True, slots=True)
class _Target:
    """Where a call goes: the chat's id of today, its topic, the message to answer."""

    chat: str
    thread: int | None
    reply: int | None

    def place(self, *, answers: bool) -> dict[str, Any]:
        """Return the parameters of a new message; `answers`: it is a reply to the request even in a private chat."""
        place: dict[str, Any] = {"chat_id": int(self.chat), "message_thread_id": self.thread}
        if self.reply is not None and (answers or is_group(self.chat)):
            place["reply_parameters"] = ReplyParameters(self.reply, allow_sending_without_reply=True)
        return place


Do = Callable[[_Target, _Details], Awaitable[object]]


class TelegramOutbound:
    """One bot's way out, and the one budget it has. Share one instance among all who send in a process.

    Args:
        bot: Used for its methods only; it need not be initialised, and no updater runs for it.
        sender: The budget; made from the settings if not given.
        rates: Where programs with the same token share that budget; None: this is the only one.
    """

    def __init__(
        self, settings: Settings, notes: Notes, bot: Bot, *, sender: Sender | None = None, rates: Rates | None = None
    ) -> None:
        self._settings = settings
        self._bot = bot
        self.chats = Chats(notes)
        rules = Rules(settings.telegram_per_s, settings.telegram_group_per_min)
        shared = Shared(rates, rules, bot.token.partition(":")[0]) if rates is not None else None
        self._sender = sender or Sender(Line(Budget(rules)), shared)
        self._uploads = Uploads(MAX_LOCAL_UPLOAD_BYTES if settings.telegram_local else MAX_UPLOAD_BYTES)
        self._unknown: set[str] = set() if settings.telegram_drafts else {"draft"}
        self._no_drafts: set[str] = set()
        self._late: set[asyncio.Task[None]] = set()
        self._client = files.http_client(settings.telegram_files)

    async def aclose(self) -> None:
        """Drop pending progress and close every connection, the bot's own too."""
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)
        await self._sender.aclose()
        await self._client.aclose()
        # A bot that was never initialised does not close its connections when it is shut down.
        await self._bot.request.shutdown()

    # -- the Outbound protocol

    def limits(self, where: Where) -> Limits:
        """Return what holds in this chat now; edits come less often while many chats want one."""
        return limits_of(
            where,
            dm_edit_s=self._settings.telegram_dm_edit_s,
            group_edit_s=self._settings.telegram_group_edit_s,
            upload_bytes=self._uploads.most_bytes(where.channel.chat, time.monotonic()),
            crowd_s=self._sender.crowd_s(),
        )

    async def send(  # Telegram has no nonces
        self, where: Where, post: Post, nonce: str, departure: Departure = FREE
    ) -> Sent:
        """Post a new message; words beyond 4,096 units become several. Raises Gone, Refused, SendDoubtful."""
        if units(post.text) <= MAX_TEXT - 512:
            return await self._send_words(where, post, departure)
        sent = Sent("")
        # Half as many characters as units fit, whatever they are.
        pieces = split(post.text, (MAX_TEXT - 512) // 2)
        for index, piece in enumerate(pieces):
            last = index == len(pieces) - 1
            part = Post(post.kind, piece, post.title if index == 0 else "", buttons=post.buttons if last else ())
            sent = await self._send_words(where, part, departure)
        return sent

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        """Replace the words of a message of ours.

        Progress that finds no room goes out later by itself, or never if newer news comes first. Raises Gone, Refused.
        """
        if post.final:
            await self._edit_words(where, sent_id, post, Rank.FINAL, departure)
            return
        if post.stage in UPLOADING:
            self._behind(self.show_activity(where, "uploading"))
        task = self._behind(self._edit_words(where, sent_id, post, Rank.PROGRESS, departure))
        done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
        if done:
            task.result()

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Post the finished video as an answer to the request. Raises TooLarge, Gone, Refused, SendDoubtful."""
        try:
            return await self._video(where, post, departure, partial(self._upload, video))
        except TooLarge as error:
            self._uploads.refused(where.channel.chat, video.size_bytes, time.monotonic())
            raise TooLarge(self.limits(where).max_upload_bytes) from error

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        """Find nothing: the Bot API cannot list messages."""
        return None

    async def send_again(self, where: Where, file_id: str, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Post a video that this bot sent before, without an upload. Raises Gone, Refused, SendDoubtful."""
        return await self._video(where, post, departure, lambda _stack, _details: {"video": file_id})

    async def delete(self, where: Where) -> bool:
        """Delete the message of ours that `where` answers to; False: Telegram does not let us (48 h, or it is gone)."""

        async def remove(target: _Target) -> object:
            return await self._bot.delete_message(int(target.chat), int(where.reply["message"]))

        try:
            # At once: a finger waits on the button.
            await self._try(where, Rank.DELIVERY, "", 0.0, remove)
        except (BadRequest, OutboundError):
            return False
        return True

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None:
        """Show a chat action if there is room for it at once. Never raises."""
        action = ChatAction.UPLOAD_VIDEO if activity == "uploading" else ChatAction.TYPING
        gap = GROUP_ACTION_GAP_S if is_group(where.channel.chat) else ACTION_GAP_S

        async def show(target: _Target) -> object:
            return await self._bot.send_chat_action(int(target.chat), action, message_thread_id=target.thread)

        await self._lightly(where, "action", gap, show)

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        """Stream an attachment's bytes to a new file. Raises FetchFailed; "too-large-for-platform" above 20 MiB."""
        local = self._settings.telegram_local
        await files.fetch(self._bot, self._client, attachment, into, cap_bytes, local=local)

    # -- what Telegram has beyond it

    async def stream(self, where: Where, text: str) -> None:
        """Show words while they come, as a draft in a private chat; nothing elsewhere. Never raises.

        A draft fades after 30 s and is no message: the whole words must follow through `send`.
        """
        chat = where.channel.chat
        if is_group(chat) or not text.strip() or "draft" in self._unknown or chat in self._no_drafts:
            return
        draft_id = int(where.reply.get("message") or 0) or 1

        async def draft(target: _Target) -> object:
            words = clip(clean(text), MAX_TEXT)
            return await self._bot.send_message_draft(int(target.chat), draft_id, words, target.thread)

        if await self._lightly(where, "draft", DRAFT_GAP_S, draft) == "refused":
            self._no_drafts.add(chat)

    async def react(self, where: Where, emoji: str) -> None:
        """Set a reaction on the request as a light receipt, if there is room soon. Never raises."""
        message = int(where.reply.get("message") or 0)
        if not message:
            return

        async def mark(target: _Target) -> object:
            return await self._bot.set_message_reaction(int(target.chat), message, ReactionTypeEmoji(emoji))

        await self._lightly(where, f"reaction:{message}", 0.0, mark, patience_s=REACTION_S)

    async def ask(self, where: Where, text: str, hint: str) -> Sent:
        """Post a question whose answer the person's keyboard is ready for. Raises as `send` does."""
        question = ForceReply(selective=True, input_field_placeholder=clip(clean(hint), 64) or None)
        return await self._send_words(where, Post("reply", text), markup=question)

    # -- how it goes

    async def _send_words(
        self, where: Where, post: Post, departure: Departure = FREE, markup: ForceReply | None = None
    ) -> Sent:
        words = dress(post, MAX_TEXT)
        preview = LinkPreviewOptions(
            is_disabled=post.kind != "result", prefer_large_media=post.kind == "result" or None
        )

        async def post_it(target: _Target, details: _Details) -> object:
            return await self._bot.send_message(
                **target.place(answers=post.kind == "result"),
                text=words.text,
                entities=words.entities if details.entities else (),
                reply_markup=markup or keyboard(post.buttons, links=details.links),
                link_preview_options=preview,
                disable_notification=post.kind == "status",
            )

        rank = Rank.DELIVERY if post.kind == "result" else Rank.REPLY
        return await self._new(where, rank, departure, post_it)

    async def _video(
        self, where: Where, post: Post, departure: Departure, what: Callable[[ExitStack, _Details], dict[str, Any]]
    ) -> Sent:
        caption = dress(Post(post.kind, post.text, post.title, facts=post.facts), MAX_CAPTION)

        async def deliver(target: _Target, details: _Details) -> object:
            with ExitStack() as stack:
                return await self._bot.send_video(
                    **target.place(answers=True),
                    **what(stack, details),
                    supports_streaming=True,
                    caption=caption.text,
                    caption_entities=caption.entities if details.entities else (),
                    reply_markup=keyboard(post.buttons, links=details.links),
                )

        details = replace(ALL, by_path=self._bot.local_mode)
        sent = await self._new(where, Rank.DELIVERY, departure, deliver, details)
        # Until we return, nobody knows that the video is there: a crash in between would leave a doubt.
        self._behind(self.react(where, DONE))
        return sent

    async def _new(self, where: Where, rank: Rank, departure: Departure, do: Do, details: _Details = ALL) -> Sent:
        """Make a new message; what Telegram refuses for a detail goes without the detail."""
        try:
            return _sent(await self._try(where, rank, "", 0.0, lambda target: do(target, details), departure))
        except BadRequest as error:
            if lost_reply(error) and where.reply:
                bare = Where(where.channel, where.person_id, {}, where.locale)
                return await self._new(bare, rank, departure, do, details)
            less = details.less(error)
            if less is None:
                raise refusal(error) from None
            log.info("telegram: a post goes without what was refused of it")
            return await self._new(where, rank, departure, do, less)

    async def _edit_words(self, where: Where, sent_id: str, post: Post, rank: Rank, departure: Departure) -> None:
        words, details = dress(post, MAX_TEXT), ALL
        gap = (
            self._settings.telegram_group_edit_s if is_group(where.channel.chat) else self._settings.telegram_dm_edit_s
        )
        if not sent_id.isdigit():
            return

        async def rewrite(target: _Target) -> object:
            markup = keyboard(post.buttons, links=details.links)
            return await self._rewrite(target, int(sent_id), words if details.entities else words.plain, markup)

        attempt = 0
        while True:
            try:
                await self._try(where, rank, f"card:{sent_id}", gap, rewrite, departure)
            except Superseded:
                return
            except SendDoubtful:
                # An edit done twice is an edit done once.
                attempt += 1
                if attempt == EDIT_TRIES:
                    raise
            except BadRequest as error:
                if unchanged(error):
                    return
                less = details.less(error)
                if less is None:
                    raise refusal(error) from None
                details = less
            else:
                return

    async def _rewrite(
        self, target: _Target, message: int, words: Dressed, markup: InlineKeyboardMarkup | None
    ) -> object:
        return await self._bot.edit_message_text(
            words.text,
            int(target.chat),
            message,
            entities=words.entities,
            reply_markup=markup,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )

    async def _try(
        self,
        where: Where,
        rank: Rank,
        slot: str,
        gap_s: float,
        do: Callable[[_Target], Awaitable[T]],
        departure: Departure = FREE,
    ) -> T:
        """Make one call within the budget, follow a migrated group, wait for a connection.

        Raises:
            LostLease, StoreError: From the departure; nothing was sent.
            Superseded, BadRequest: For the caller to read.
            OutboundError: Everything else.
        """
        tries = 0
        while True:
            target = await self._target(where)
            if await self.chats.is_gone(target.chat):
                raise Gone("kicked or blocked")
            try:
                call = Call(rank, target.chat, slot, gap_s)
                return await self._sender.run(call, partial(self._depart, partial(do, target), departure, call))
            except BadRequest:
                raise
            except ChatMigrated as error:
                await self.chats.moved(target.chat, str(error.new_chat_id))
                tries += 1
                if tries > CONNECT_TRIES:
                    raise Gone("the chat moves on and on") from None
            except Forbidden:
                await self.chats.mark_gone(target.chat)
                raise Gone("kicked or blocked") from None
            except TelegramError as error:
                tries += 1
                if not not_sent(error) or tries >= CONNECT_TRIES or rank is Rank.ACTION:
                    log.log(logging.DEBUG if doubtful(error) else logging.INFO, "telegram: %s", type(error).__name__)
                    raise refusal(error) from None
                await asyncio.sleep(min(30.0, 2.0 ** (tries - 1)))

    async def _depart(self, do: Callable[[], Awaitable[T]], departure: Departure, call: Call) -> T:
        """Make one call whose turn has come; the departure is told with the connection open, where that can be."""
        stopped: Exception | None = None

        async def leaves() -> None:
            nonlocal stopped
            try:
                await departure.leaves()
            except Exception as error:
                stopped = error  # the library makes a network error of it
                raise
            self._sender.left(call)

        if not isinstance(self._bot.request, PlainRequest):
            await leaves()
            leaves = FREE.leaves
        try:
            with leaving(leaves):
                return await do()
        except RetryAfter:
            await departure.held()
            raise
        except TelegramError:
            if stopped is not None:
                raise stopped from None
            raise

    async def _lightly(
        self,
        where: Where,
        slot: str,
        gap_s: float,
        do: Callable[[_Target], Awaitable[object]],
        *,
        patience_s: float = 0.0,
    ) -> Literal["done", "skipped", "refused"]:
        """Make a call that nobody misses: only if there is room within `patience_s`, and whatever becomes of it.

        What the server does not know at all is not asked for again: it would cost others their turn.
        """
        kind = slot.partition(":")[0]
        if kind in self._unknown:
            return "skipped"
        try:
            target = await self._target(where)
            call = Call(Rank.ACTION, target.chat, slot, gap_s)
            if not (patience_s or self._sender.has_room(call)) or await self.chats.is_gone(target.chat):
                return "skipped"
            await asyncio.wait_for(self._try(where, Rank.ACTION, slot, gap_s, do), patience_s + LIGHT_S)
        except Unknown:
            self._unknown.add(kind)
        except (Superseded, Gone, SendDoubtful, TimeoutError):
            pass
        except (OutboundError, BadRequest):
            return "refused"
        else:
            return "done"
        return "skipped"

    async def _target(self, where: Where) -> _Target:
        """Return where to send. The thread and the message are those of the request, in the chat's id of today."""
        chat = await self.chats.id_now(where.channel.chat)
        thread = where.reply.get("thread") or where.channel.thread
        # Message ids do not survive the move to a supergroup.
        reply = where.reply.get("message", "") if where.reply.get("chat", chat) == chat else ""
        return _Target(chat, int(thread) if thread else None, int(reply) if reply else None)

    def _upload(self, video: Video, stack: ExitStack, details: _Details) -> dict[str, Any]:
        """Open a video for sending; the handles are closed with the stack."""
        what: dict[str, Any] = {
            "filename": video.file_name,
            "width": video.width or None,
            "height": video.height or None,
            "duration": round(video.duration_s) or None,
        }
        if details.by_path:
            what["video"] = stack.enter_context(files.named(video.path, video.file_name))
        else:
            handle = stack.enter_context(video.path.open("rb"))
            what["video"] = InputFile(handle, filename=video.file_name, read_file_handle=False)
        if details.pictures:
            what["thumbnail"] = video.poster.read_bytes() if video.poster else None
            what["cover"] = video.cover.read_bytes() if video.cover else None
        return what

    def _behind(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something that nobody has to wait for."""
        task = asyncio.create_task(work)
        self._late.add(task)
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._late.discard(task)
        if not task.cancelled() and isinstance(task.exception(), OutboundError):
            log.debug("telegram: a progress was not shown: %s", type(task.exception()).__name__)


def _sent(made: object) -> Sent:
    """Read what a send returned; some servers answer with a bare true."""
    if not isinstance(made, Message):
        return Sent("")
    file = made.video or made.document or made.animation
    # The library writes "?thread=None" behind an answer of which the server names no thread.
    link = made.link.removesuffix("?thread=None") if made.link else None
    return Sent(str(made.message_id), file.file_id if file else None, link)
