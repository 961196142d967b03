"""The way out to Discord: cards, replies, videos, over REST with the bot's token. No gateway is needed."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import aiohttp
import discord

from bots.adapter import FREE, Departure, Gone, Limits, Post, Refused, SendDoubtful, Sent, TooLarge, Video, Where
from bots.discord import card as cards
from bots.discord import download, markup, routes
from bots.discord.limits import TOKEN_LIFE_S, limits, next_step
from bots.discord.memory import Memory
from bots.discord.permissions import NAMES
from bots.discord.refusals import Busy, EditsUsedUp, NotPermitted, ReplyImpossible, ThreadThere, TokenOver, told
from bots.discord.routes import SentId, marker, short_nonce
from bots.discord.seams import Placed
from bots.services import Notes
from bots.settings import Settings
from bots.texts import Texts
from core.messages import Attachment

log = logging.getLogger(__name__)
T = TypeVar("T")

LEARNED_FOR_S = 7 * 24 * 3600.0
"""A learned upload limit is tried again after a week: boosts come and go, so do Discord's rules."""

TRIES = 3
"""Sends with the same nonce while no answer comes; Discord makes one message of them."""

BUSY_TRIES = 20
"""Waits for one rate limit after another, up to a minute each."""

ACTIVITY_S = 2.0
"""Longest wait for "is typing" to be shown: nobody waits for a decoration."""

HISTORY = 100
"""Messages looked through for one of our own."""


class DiscordOutbound:
    """Implements `adapter.Outbound` for Discord.

    It logs in at first use; `close` ends its connections. Several may run beside the gateway or without one.
    """

    def __init__(
        self, settings: Settings, notes: Notes, texts: Texts, clock_s: Callable[[], float] = time.time
    ) -> None:
        self._settings, self._texts, self._clock_s = settings, texts, clock_s
        self._notes = Memory(notes)
        self._rest: Placed | None = None
        self._files: aiohttp.ClientSession | None = None
        self._opening = asyncio.Lock()
        self._learned: dict[str, int] = {}
        self._asked: set[str] = set()
        self._closed_threads: set[str] = set()

    async def close(self) -> None:
        """End all connections."""
        if self._rest is not None:
            await self._rest.close()
        if self._files is not None:
            await self._files.close()
        self._rest = self._files = None

    # -- what holds here

    def limits(self, where: Where) -> Limits:
        """Return what holds in this channel now (learned limits included)."""
        by_token = routes.way(where.reply, "result", self._clock_s()) == "token"
        return limits(self._settings, where.reply, self._learned.get(_place(where)), by_token)

    async def _recall(self, where: Where) -> None:
        """Read what another replica, or we before a restart, learned about this place."""
        place = _place(where)
        if place not in self._asked:
            self._asked.add(place)
            known = await self._notes.get(f"discord:upload:{place}")
            if known is not None and known.isdigit():
                self._learned[place] = int(known)

    async def _learn(self, where: Where, refused_bytes: int) -> int:
        place = _place(where)
        step = min(next_step(refused_bytes), self._learned.get(place, refused_bytes))
        self._learned[place] = step
        self._asked.add(place)
        await self._notes.put(f"discord:upload:{place}", str(step), LEARNED_FOR_S)
        return step

    # -- posts

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Post a new message: the card, a reply, or a result whose video is a link."""
        await self._recall(where)
        if post.kind == "status":
            view = cards.card(self._with_hint(where, post), marker(nonce))
            return await self._post(where, post.kind, nonce, departure, view=view)
        head = _ping(where) if post.kind == "result" else ""
        tail = f"\n{where.reply['after']}" if post.kind == "reply" and where.reply.get("after") else ""
        *before, last = list(markup.split(head + markup.escape(post.text + tail))) or ["…"]
        for part, text in enumerate(before, start=1):
            await self._post(where, post.kind, nonce, departure, part, content=text)
        below = cards.buttons(post, marker(nonce))
        return await self._post(where, post.kind, nonce, departure, content=last, view=below)

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        """Replace a message of ours."""
        sent = SentId.read(sent_id)
        if post.kind == "status":
            what: dict[str, Any] = {"view": cards.card(self._with_hint(where, post))}
        else:
            text = _ping(where) * (post.kind == "result") + markup.escape(post.text)
            what = {"content": markup.clip(text, 2000), "view": cards.buttons(post)}
        try:
            await self._edit(where, sent, what, departure, patient=post.final)
        except EditsUsedUp:
            if post.final:  # an old card takes no more edits: its end is told in a new message
                await self.send(where, post, f"{sent_id}/final", departure)
        except (Busy, SendDoubtful):
            log.debug("an edit of a card was dropped")

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        """Post the finished video with `post.text` beside it, pinging only the requester."""
        await self._recall(where)
        if where.reply.get("upload") == "0":
            raise Refused("a permission is missing", NAMES["attach_files"])
        now = self.limits(where)
        if video.size_bytes > now.max_upload_bytes:
            raise TooLarge(now.max_upload_bytes)
        text = markup.clip(_ping(where) + markup.escape(post.text), now.max_text)
        name = markup.file_name(video.file_name)

        def parts() -> dict[str, Any]:
            return {"file": discord.File(video.path, filename=name), "view": cards.buttons(post, marker(nonce))}

        try:
            return await self._post(where, "result", nonce, departure, content=text, parts=parts)
        except TooLarge:
            raise TooLarge(await self._learn(where, video.size_bytes)) from None

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        """Look for our own post with this nonce: its first component carries `routes.marker(nonce)`."""
        await self._recall(where)
        rest = await self._client()
        after = discord.Object(SentId.read(after_id).message) if after_id else None

        async def look(channel: int) -> Sent | None:
            messages = rest.get_partial_messageable(channel).history(limit=HISTORY, after=after, oldest_first=False)
            async for message in messages:
                own = rest.user is not None and message.author.id == rest.user.id
                if own and (message.nonce == nonce or cards.marked(message.components, marker(nonce))):
                    return Sent(str(SentId(channel, message.id)), link=message.jump_url)
            return None

        return await told(look(self._target(where)))

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None:
        """Show "is typing" for some ten seconds; nothing where the bot cannot post."""
        if where.reply.get("mode") != "channel":
            return
        try:
            rest = await self._client()
            async with asyncio.timeout(ACTIVITY_S):
                await told(rest.get_partial_messageable(self._target(where)).typing())
        except Exception as error:  # a decoration must not hurt a turn
            log.debug("no typing shown: %s", type(error).__name__)

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None:
        """Stream an attachment's bytes to a new file."""
        source = attachment.source

        async def renew() -> str | None:
            return await self._renewed(source)

        if self._files is None:
            self._files = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        url = source.get("url", "")
        await download.fetch(self._files, self._settings, url, renew, self._clock_s(), into, cap_bytes)

    async def _renewed(self, source: Mapping[str, str]) -> str | None:
        """The present address of an attachment, from its message; None if either is gone."""
        if not source.get("message") or not source.get("channel"):
            return None  # a slash command's file: there is no message to ask
        rest = await self._client()
        channel = rest.get_partial_messageable(int(source["channel"]))
        try:
            message = await told(channel.fetch_message(int(source["message"])))
        except (Gone, Refused, SendDoubtful, Busy):
            return None
        forwarded = [one for snapshot in message.message_snapshots for one in snapshot.attachments]
        for one in [*message.attachments, *forwarded]:
            if str(one.id) == source.get("attachment"):
                return one.url
        return None

    # -- the two ways

    async def _client(self) -> Placed:
        async with self._opening:
            if self._rest is None:
                try:
                    self._rest = await self._persist(self._enter)
                except discord.LoginFailure:
                    raise Refused("Discord refused the bot token") from None
        self._rest.use_places()
        return self._rest

    async def _enter(self) -> Placed:
        rest = Placed(self._settings, intents=discord.Intents(guilds=True), max_messages=None)
        token = self._settings.discord_token
        try:
            await told(rest.login(token.get_secret_value() if token else ""))
        except BaseException:
            await rest.close()
            raise
        return rest

    def _target(self, where: Where) -> int:
        """The channel to post to: the thread, or its parent if it could not be opened."""
        thread = where.channel.thread
        if thread and thread in self._closed_threads:
            return int(where.channel.chat)
        return int(where.reply.get("channel") or thread or where.channel.chat)

    async def _post(
        self,
        where: Where,
        kind: str,
        nonce: str,
        departure: Departure,
        part: int = 0,
        *,
        parts: Callable[[], dict[str, Any]] = dict,
        **what: Any,
    ) -> Sent:
        what = {name: value for name, value in what.items() if value is not None}
        if routes.way(where.reply, kind, self._clock_s()) == "token":
            try:
                return await self._post_by_token(where, kind, departure, what, parts)
            except TokenOver:
                log.debug("an interaction's token is over; the bot's own is used")
        try:
            return await self._post_by_bot(where, kind, short_nonce(nonce, part), departure, what, parts)
        except Gone:
            if not routes.token_lives(where.reply, self._clock_s()):
                raise
            try:
                return await self._post_by_token(where, kind, departure, what, parts)
            except TokenOver:
                raise Gone("neither the bot nor an interaction's token may write there") from None

    async def _post_by_bot(
        self,
        where: Where,
        kind: str,
        nonce: str,
        departure: Departure,
        what: dict[str, Any],
        parts: Callable[[], dict[str, Any]],
    ) -> Sent:
        rest = await self._client()
        reference: dict[str, Any] = _reference(where, self._target(where))

        async def once() -> Sent:
            channel = rest.get_partial_messageable(self._target(where))
            whole = {key: value for key, value in (what | parts()).items() if value is not None}
            mentions = _mentions(where, kind)
            await departure.leaves()
            message = await told(channel.send(nonce=nonce, allowed_mentions=mentions, **reference, **whole))
            return Sent(str(SentId(channel.id, message.id)), link=_jump(where, channel.id, message.id))

        try:
            return await self._persist(once, departure)
        except ReplyImpossible:
            reference.clear()
            return await self._persist(once, departure)
        except TokenOver:
            raise Refused("Discord refused the bot token") from None
        except NotPermitted:
            name = "attach_files" if parts is not dict else "send_messages"
            raise Refused("a permission is missing", NAMES[name]) from None
        except Gone:
            if not await self._open_thread(where):
                raise
            reference.clear()
            return await self._persist(once, departure)

    async def _persist(self, once: Callable[[], Awaitable[T]], departure: Departure = FREE, tries: int = TRIES) -> T:
        """Do it until it is done: rate limits and lost lines are waited out, silence is asked again.

        Args:
            tries: Askings while no answer comes; 1 for what two askings would do twice.
        """
        silent = busy = 0
        while True:
            try:
                return await once()
            except Busy as error:
                busy += 1
                await departure.held()
                if busy >= BUSY_TRIES:
                    raise Refused("Discord is out of reach or limits us, for too long") from None
                await asyncio.sleep(min(60.0, error.retry_s))
            except SendDoubtful:
                silent += 1
                if silent >= tries:
                    raise
                await asyncio.sleep(silent)

    async def _open_thread(self, where: Where) -> bool:
        """Open the project's thread on the request, or fall back to its channel; False: there is neither."""
        thread, title = where.channel.thread, where.reply.get("thread")
        if not title or thread in self._closed_threads or thread != where.reply.get("message"):
            return False
        rest = await self._client()
        # The library's own method wants the server in its cache, which only a gateway fills.
        opening = rest.http.start_thread_with_message(
            int(where.channel.chat), int(thread), name=markup.clip(title, 100), auto_archive_duration=1440
        )
        try:
            await told(opening)
        except ThreadThere:
            log.debug("the thread is there already")
        except (Gone, Refused) as error:
            log.info("no thread was opened: %s", type(error).__name__)
            self._closed_threads.add(thread)
        return True

    async def _post_by_token(
        self,
        where: Where,
        kind: str,
        departure: Departure,
        what: dict[str, Any],
        parts: Callable[[], dict[str, Any]],
    ) -> Sent:
        """Fill the "thinking" message first, then add follow-ups (five at most without the bot in the server)."""
        hook = await self._hook(where.reply)
        mentions, interaction = _mentions(where, kind), where.reply.get("interaction", "")
        original = where.reply.get("original")
        first = bool(original) and await self._notes.once(
            f"discord:original:{interaction}", TOKEN_LIFE_S, otherwise=True
        )

        async def fill() -> int:
            whole = what | parts()
            if "file" in whole:
                whole["attachments"] = [whole.pop("file")]
            message: Any = "@original" if original == str(routes.ORIGINAL) else int(original or 0)
            await departure.leaves()
            return (await told(hook.edit_message(message, allowed_mentions=mentions, **whole))).id

        async def follow() -> int:
            private = where.reply.get("private") == "yes"
            await departure.leaves()
            return (
                await told(hook.send(wait=True, ephemeral=private, allowed_mentions=mentions, **what, **parts()))
            ).id

        message = await (self._persist(fill, departure) if first else self._persist(follow, departure, tries=1))
        sent = SentId(int(where.reply.get("channel") or 0), message, interaction)
        return Sent(str(sent), link=_jump(where, sent.channel, sent.message))

    async def _edit(
        self, where: Where, sent: SentId, what: dict[str, Any], departure: Departure, patient: bool
    ) -> None:
        mentions = discord.AllowedMentions.none()
        reply = where.reply
        if (
            sent.interaction
            and sent.interaction == reply.get("interaction")
            and routes.token_lives(reply, self._clock_s())
        ):
            try:
                hook = await self._hook(reply)
                await departure.leaves()
                await told(hook.edit_message(sent.message, allowed_mentions=mentions, **what))
            except TokenOver:
                log.debug("an interaction's token is over; the bot's own is used")
            else:
                return
        rest = await self._client()

        async def once() -> None:
            message = rest.get_partial_messageable(sent.channel).get_partial_message(sent.message)
            await departure.leaves()
            await told(message.edit(allowed_mentions=mentions, **what))

        await (self._persist(once, departure) if patient else once())

    async def _hook(self, reply: Mapping[str, str]) -> discord.Webhook:
        rest = await self._client()
        hook = discord.Webhook.partial(int(reply["app"]), reply["token"], client=rest)
        hook.type = discord.WebhookType.application
        return hook

    def _with_hint(self, where: Where, post: Post) -> Post:
        """Say on a card that lives by a token how to go on when the token ends."""
        if (
            where.reply.get("mode") != "interaction"
            or post.final
            or not any(b.action == "status" for b in post.buttons)
        ):
            return post
        hint = self._texts.say(where.locale, "discord-token-hint")
        return replace(post, facts=(*post.facts, hint))


def _place(where: Where) -> str:
    return where.reply.get("guild") or "dm"


def _int(text: str | None) -> int | None:
    return int(text) if text else None


def _ping(where: Where) -> str:
    return f"<@{where.person_id}> " if where.person_id.isdigit() else ""


def _mentions(where: Where, kind: str) -> discord.AllowedMentions:
    """Nobody, but the requester in a result."""
    users = [discord.Object(int(where.person_id))] if kind == "result" and where.person_id.isdigit() else False
    return discord.AllowedMentions(everyone=False, roles=False, users=users, replied_user=False)


def _reference(where: Where, target: int) -> dict[str, Any]:
    message = where.reply.get("message")
    if not message or message == str(target):  # a thread's first message stands in its parent channel
        return {}
    reference = discord.MessageReference(
        message_id=int(message), channel_id=target, guild_id=_int(where.reply.get("guild")), fail_if_not_exists=False
    )
    return {"reference": reference}


def _jump(where: Where, channel: int, message: int) -> str:
    return f"https://discord.com/channels/{where.reply.get('guild') or '@me'}/{channel}/{message}"
