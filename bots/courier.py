"""Brings a finished video into a chat, once: the stage as the bytes leave, then the sending, then the message's id."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bots import chatcopy
from bots.adapter import (
    Free,
    Gone,
    Outbound,
    OutboundError,
    Refused,
    SendDoubtful,
    SendsAgain,
    Sent,
    TooLarge,
    Video,
    Where,
)
from bots.delivery import ChatCopy, Link, Original, Step, ladder
from bots.outbox import nonce
from bots.presenter import Say, result_post
from core.errors import BadAnswer
from core.nemo.client import NemoClient
from core.render import Delivery, Render
from core.turn import UNSENT, LostLease, Stage, Turn

log = logging.getLogger(__name__)

CAP_BYTES = 4_000_000_000
"""No render that we fetch is larger: 90 minutes at 6 Mbit/s."""

RESULT_S = 2.8
"""How long a program that stops waits for a result on its way (decisions 13: up to 3 s)."""


NOTE_S = 1.0
"""How long an interrupted turn takes to note a delivery."""

COPIES = 2
"""Smaller copies that are tried: the second where the first taught how little the chat takes."""

LOOKS = 2
"""Looks for the word of a former holder before a delivery is called doubtful."""


class Sending(Free):
    """The departure of one result: its stage is written as the bytes leave, and taken back where none did."""

    def __init__(self, turn: Turn) -> None:
        self._turn = turn
        self.left = False

    async def leaves(self) -> None:
        """Store that the result may be there from here on. Raises LostLease."""
        if not self.left:
            await self._turn.reach(Stage.DELIVERING, by=self._turn.journal.fence[1], looks=None)
        self._turn.guard()
        self.left = True

    async def held(self) -> None:
        """Nothing was sent: a death while it waits leaves no doubt."""
        self.left = False
        await self._turn.reach(Stage.RENDERED)

    async def _unsend(self) -> None:
        try:
            await self.held()
        except LostLease:
            await self._turn.journal.leave_word(UNSENT)

    async def through(self, sending: Coroutine[None, None, Sent]) -> Sent:
        """Send; a result on its way is waited for even if the turn is interrupted, and then noted.

        Raises:
            OutboundError: Unless it is a doubt, the stage was taken back before.
        """
        task = asyncio.ensure_future(sending)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not self.left:
                task.cancel()
            await asyncio.wait({task}, timeout=RESULT_S)
            if not self.left and self._turn.stage is Stage.DELIVERING:
                await asyncio.shield(self._unsend())
            elif task.done() and not task.cancelled() and task.exception() is None:
                await _done(self._turn, task.result(), str(self._turn.facts.get("render", "")))
            raise
        except SendDoubtful:
            raise
        except LostLease:
            if not self.left:
                await asyncio.shield(self._turn.journal.leave_word(UNSENT))
            raise
        except OutboundError:
            await self.held()
            raise
        finally:
            task.cancel()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: delivered (`sent`), "doubtful", or "kept" where the chat cannot be reached."""

    state: Literal["delivered", "doubtful", "kept"]
    sent: Sent | None = None
    words: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery under way: what, for which turn, to where, in whose words, under which name."""

    turn: Turn
    delivery: Delivery
    outbound: Outbound
    where: Where
    say: Say
    card_id: str | None

    @property
    def mark(self) -> str:
        """The nonce of the sending: the same after a restart."""
        return nonce(self.turn.id, "video", self.delivery.render_id)


class Courier:
    """Delivers over whatever ladder the platform allows.

    Args:
        folder: Where videos lie between their download and their delivery.
        copies: Whether smaller copies are made.
        link_of: The file's own address → the one that people may see; None where there is none.
        look_s: How long, twice, a former holder is waited for that may be frozen, where nothing can be searched.
        through_api: Fetch files through the API at once: a studio of ours names them by PUBLIC_URL, which need not be
            reachable from where the bots run.
    """

    def __init__(
        self,
        nemo: NemoClient,
        folder: Path,
        *,
        copies: bool,
        link_of: Callable[[str], str | None],
        through_api: bool = False,
        look_s: float = 30.0,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._nemo, self._folder = nemo, folder
        self._copies, self._link_of = copies, link_of
        self._through_api = through_api
        self._look_s, self._sleep = look_s, sleep

    async def deliver(self, parcel: Parcel) -> Outcome:
        """Deliver once. A restart in the middle looks for the post where the platform can, else tells a doubt.

        Raises:
            LostLease: From the journal; nothing more is sent.
            NemoError: The file could not be fetched.
        """
        turn = parcel.turn
        if turn.stage is Stage.DELIVERED:
            return Outcome("delivered", Sent(str(turn.facts.get("sent", ""))))
        if turn.stage is Stage.DELIVERING:
            # An earlier holder may have sent it: only a platform that can be searched may be sent to again.
            try:
                found = await self._find(parcel)
            except OutboundError:
                return await self._doubtful(turn, f"{turn.facts.get('by')} began to send it, and left no word")
            if found is not None:
                return await _done(turn, found, parcel.delivery.render_id)
            await turn.reach(Stage.RENDERED, looks=None)
        again = await self._again(parcel)
        if again is not None:
            return again
        path = await self._fetch(parcel.delivery)
        try:
            return await self._climb(parcel, path, (await asyncio.to_thread(path.stat)).st_size)
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    async def _again(self, parcel: Parcel) -> Outcome | None:
        """Send what was sent before by the platform's own id; None: there is none, or it is not known any more."""
        turn, delivery, outbound = parcel.turn, parcel.delivery, parcel.outbound
        render_id, file_id = turn.facts.get("file") or ("", "")
        if render_id != delivery.render_id or not isinstance(outbound, SendsAgain):
            return None
        size = (delivery.width, delivery.height) if delivery.width and delivery.height else None
        text = parcel.say("export-ready", name=delivery.file_name.removesuffix(".mp4"))
        post = result_post(turn.id, text, delivery.project_link, parcel.say, size)
        sending = Sending(turn)
        try:
            sent = await sending.through(outbound.send_again(parcel.where, file_id, post, parcel.mark, sending))
        except SendDoubtful:
            return await self._doubtful(turn, "the platform gave no answer")
        except Gone as error:
            return await self._kept(turn, error)
        except Refused:
            return None
        return await _done(turn, sent, render_id)

    async def _climb(self, parcel: Parcel, path: Path, size_bytes: int) -> Outcome:
        """Take the ladder's steps until one holds."""
        turn = parcel.turn
        limits = parcel.outbound.limits(parcel.where)
        link = self._link(parcel.delivery)
        barred = False
        for step in ladder(size_bytes, limits, link, copies=self._copies):
            if barred and not isinstance(step, Link):
                continue
            try:
                sent = await self._take(step, parcel, path, size_bytes)
            except TooLarge:
                continue  # the outbound has learned the limit; the next step fits below it
            except SendDoubtful:
                return await self._doubtful(turn, "the platform gave no answer")
            except (Gone, Refused) as error:
                if link is None or isinstance(step, Link) or getattr(error, "permission", None) is None:
                    return await self._kept(turn, error)
                barred = True  # files may not be posted here; words with a link may
                continue
            if sent is not None:
                return await _done(turn, sent, parcel.delivery.render_id)
        await turn.reach(Stage.RENDERED, undelivered="TooLarge")
        return Outcome("kept")

    async def _take(self, step: Step, parcel: Parcel, path: Path, size_bytes: int) -> Sent | None:
        """Try one step; None: it cannot be taken, the next one may."""
        link = self._link(parcel.delivery)
        match step:
            case Original():
                return await self._attach(parcel, path, "export-ready")
            case ChatCopy(max_bytes):
                return await self._copied(parcel, path, max_bytes, link)
            case Link(url):
                key = "export-ready-link" if url else "export-ready-no-link"
                name = parcel.delivery.file_name.removesuffix(".mp4")
                text = parcel.say(key, name=name, link=url or "", mb=max(1, round(size_bytes / 1e6)))
                delivery = parcel.delivery
                size = (delivery.width, delivery.height) if delivery.width and delivery.height else None
                post = result_post(parcel.turn.id, text, delivery.project_link, parcel.say, size)
                sending = Sending(parcel.turn)
                return await sending.through(parcel.outbound.send(parcel.where, post, parcel.mark, sending))

    async def _copied(self, parcel: Parcel, path: Path, max_bytes: int, link: str | None) -> Sent | None:
        """Attach a copy; one that is refused is made once more, below what the refusal has taught."""
        small = path.with_suffix(".chat.mp4")
        key = "export-ready-copy" if link else "export-ready-copy-no-link"
        tried = max_bytes + 1
        try:
            for _ in range(COPIES):
                allowed = min(max_bytes, parcel.outbound.limits(parcel.where).max_upload_bytes)
                if allowed >= tried or not await chatcopy.make(path, small, allowed):
                    return None
                tried = allowed
                with contextlib.suppress(TooLarge):
                    return await self._attach(parcel, small, key)
        finally:
            small.unlink(missing_ok=True)
        return None

    async def _attach(self, parcel: Parcel, path: Path, key: str) -> Sent:
        """Send the file with its poster, size and length."""
        delivery, say = parcel.delivery, parcel.say
        try:
            facts = await chatcopy.facts(path)
        except ValueError:
            raise BadAnswer("the finished file is no video") from None
        poster, cover = path.with_suffix(".jpg"), path.with_suffix(".cover.jpg")
        made = await chatcopy.poster(path, poster, cover)
        video = Video(
            path=path,
            file_name=delivery.file_name,
            width=facts.width,
            height=facts.height,
            duration_s=facts.duration_s,
            size_bytes=facts.size_bytes,
            poster=poster if made else None,
            cover=cover if made else None,
        )
        text = say(key, name=delivery.file_name.removesuffix(".mp4"), link=self._link(delivery) or "")
        post = result_post(parcel.turn.id, text, delivery.project_link, say, (facts.width, facts.height))
        sending = Sending(parcel.turn)
        try:
            return await sending.through(parcel.outbound.send_video(parcel.where, video, post, parcel.mark, sending))
        finally:
            poster.unlink(missing_ok=True)
            cover.unlink(missing_ok=True)

    async def _find(self, parcel: Parcel) -> Sent | None:
        """Look for what an earlier holder sent; None: it certainly sent nothing. Raises OutboundError: nobody knows."""
        if parcel.outbound.limits(parcel.where).finds_own_posts:
            return await parcel.outbound.find(parcel.where, parcel.mark, parcel.card_id)
        turn, by = parcel.turn, str(parcel.turn.facts.get("by"))
        word = await turn.journal.word_of(by)
        # Each look is a step: whoever dies between them was only waiting, and the next holder waits for the rest.
        for look in range(min(int(turn.facts.get("looks", 0)), LOOKS - 1), LOOKS):
            if word is None:  # perhaps it is only frozen, and will tell
                await self._sleep(self._look_s)
                word = await turn.journal.word_of(by)
                await turn.reach(Stage.DELIVERING, looks=look + 1)
        if word is None:
            raise SendDoubtful
        return None if word == UNSENT else Sent(*json.loads(word))

    async def _kept(self, turn: Turn, error: Gone | Refused) -> Outcome:
        log.warning("turn %s: the result is kept, the chat refuses it: %s", turn.id, type(error).__name__)
        await turn.reach(Stage.RENDERED, undelivered=type(error).__name__)
        return Outcome("kept", words=getattr(error, "permission", None) or "")

    async def _doubtful(self, turn: Turn, why: str) -> Outcome:
        log.warning("turn %s: nobody knows whether its video arrived: %s", turn.id, why)
        await turn.reach(Stage.DOUBTFUL, doubtful="delivery")
        return Outcome("doubtful")

    async def _fetch(self, delivery: Delivery) -> Path:
        self._folder.mkdir(parents=True, exist_ok=True)
        # A copy of its own for each try: a former holder that thaws removes its file, not that of the present one.
        path = self._folder / f"{delivery.render_id}.{secrets.token_hex(4)}.mp4"
        url = None if self._through_api else delivery.url
        await self._nemo.download(Render(delivery.render_id, "completed", url=url), path, CAP_BYTES)
        return path

    def _link(self, delivery: Delivery) -> str | None:
        """The address that people may see, None where the only one is private to this machine."""
        return self._link_of(delivery.url) if delivery.url is not None else None


async def _done(turn: Turn, sent: Sent, render_id: str) -> Outcome:
    """Note a delivery, to its end: what interrupts a turn just now must not make a doubt of what is known."""
    noting = asyncio.ensure_future(_note(turn, sent, render_id))
    try:
        await asyncio.shield(noting)
    except asyncio.CancelledError:
        await asyncio.wait({noting}, timeout=NOTE_S)
        noting.cancel()
        raise
    return Outcome("delivered", sent)


async def _note(turn: Turn, sent: Sent, render_id: str) -> None:
    # The id is that of one render's file: a turn may deliver two.
    file = [render_id, sent.file_id] if sent.file_id else None
    try:
        await turn.reach(Stage.DELIVERED, sent=sent.id, file=file, undelivered=None, by=None, looks=None)
    except LostLease:
        await turn.journal.leave_word(json.dumps([sent.id, sent.file_id, sent.link]))
        raise
