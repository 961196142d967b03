"""One message all the way round, for every platform: kept, run in its order, answered once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, Literal

from bots import services
from bots.adapter import Button, Outbound, OutboundError, Post, ShowsDrafts, Where
from bots.courier import Courier, Parcel
from bots.outbox import TurnOutbox, nonce
from bots.presenter import Card, Say, card_post, present
from bots.presses import pressed
from bots.services import JobView, Receipt
from bots.spool import Spool
from bots.texts import Texts
from bots.ticker import Ticker
from core import conversation
from core.errors import NemoError, VideoTooLarge
from core.events import Delivered, Doubtful, Event, Failed, StillWorking, Told, Working, Writing
from core.flows import batch, export
from core.flows.failures import note
from core.flows.tools import JobFact, Pace, Rules, Tools
from core.flows.verbs import EXPORT_MODES, as_talk, person_key
from core.intents import Chat, Plan, Upload
from core.languages import detect
from core.messages import Channel, Message, Person
from core.nemo.client import NemoClient, new_render_id
from core.router import route
from core.store.engine import Later
from core.store.errors import StoreError
from core.store.held import Held
from core.store.open import Store
from core.store.record import Record
from core.turn import Journal, LostLease, Stage, Turn
from core.verbs import OWED

log = logging.getLogger(__name__)

ASIDE = "aside"
"""The lane beside a channel's queue: reading verbs and cancel (decisions 9)."""
LOCALE_TTL_S = 90 * 86_400.0
ABOUT = 40
UNLIMITED = 1 << 30

LATE_S = 5.0
"""What is answered beside the queue needs no card, unless the answer is late: nobody is left in silence."""

REDRAW_S = 1.0
"""What a former holder had on its way has arrived by then."""

PLATFORM_LOOK_S = 30.0
PLATFORM_AWAY_S = 86_400.0
"""A video waits so long for a platform that is out of reach, and is tried so often."""


@dataclass(frozen=True, slots=True)
class Manner:
    """What the relay was told by the settings."""

    rules: Rules
    pace: Pace
    queue_limit: int
    still_working_s: float
    language: str | None = None


class Relay:
    """The one way in and the one runner of turns. `take` for adapters, `run_turn` for the engine."""

    def __init__(
        self,
        store: Store,
        nemo: NemoClient,
        outbounds: Mapping[str, Outbound],
        texts: Texts,
        courier: Courier,
        spool: Spool,
        manner: Manner,
        *,
        rng: random.Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        now_s: Callable[[], float] = time.time,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._nemo, self._outbounds, self._texts = store, nemo, outbounds, texts
        self._courier, self._spool, self._manner = courier, spool, manner
        self._rng, self._sleep, self._now_s, self._clock_s = rng, sleep, now_s, clock_s
        self._late: set[asyncio.Task[None]] = set()

    # -- the way in

    async def take(self, message: Message) -> Receipt:
        """Keep a message, once, in order; one of several files and their instructions as several, one after the other.

        See `bots.services.Intake`.
        """
        receipts: list[Receipt] = []
        for part in batch.parts(message):
            receipts.append(await self._take(part))
            if receipts[-1].full:
                break
        first, last = receipts[0], receipts[-1]
        return Receipt(last.job or first.job, first.place, all(one.duplicate for one in receipts), last.full)

    async def _take(self, message: Message) -> Receipt:
        plan = route(message)
        lane = ASIDE if conversation.reads_only(plan) else ""
        try:
            put = await self._store.inbox.put(message, lane=lane, limit=self._manner.queue_limit)
        except StoreError as error:
            raise services.StoreDown(str(error)) from error
        receipt = Receipt(put.turn_id, put.place, put.duplicate, put.full)
        if put.duplicate:
            return receipt
        if put.full:
            await self._say_full(message)
            return receipt
        self._spool.prefetch(message)
        if put.place and not lane:
            await self._acknowledge(message, receipt)
        return receipt

    async def job(self, job_id: str) -> JobView | None:
        """Return a job by the id on a button; None if nobody knows it any more."""
        try:
            record = await self._store.inbox.record(job_id)
        except StoreError as error:
            raise services.StoreDown(str(error)) from error
        if record is None:
            return None
        message = record.message
        return JobView(record.turn_id, message.channel, message.person, record.stage, message, record.facts)

    async def press(self, action: str, job_id: str, message: Message) -> Receipt | None:
        """Take a pressed button as a message of its channel. See `bots.services.Intake`."""
        view = await self.job(job_id)
        if view is not None and view.message.verb == OWED and action == "again":
            view = await self.job(view.message.args["for"])
        if view is None:
            return None
        meant = pressed(action, view, message)
        return None if meant is None else await self.take(meant)

    async def locale_of(self, platform: str, person: Person, seen: str | None = None) -> str:
        """Return the language to speak with a person. See `bots.services.Intake`."""
        key = f"{platform}:person:{person.id}"
        try:
            chosen = await self._store.sessions.choice(key, "language")
        except StoreError:
            return person.locale or seen or self._manner.language or "en"
        return chosen or await self._known(key, person, seen)

    async def _known(self, key: str, person: Person, seen: str | None) -> str:
        """A person's own language, which is remembered; else that of the place; else that of the settings."""
        known = person.locale
        with contextlib.suppress(StoreError):
            if known:
                await self._store.notes.put(f"locale:{key}", known, LOCALE_TTL_S)
            else:
                known = await self._store.notes.get(f"locale:{key}")
        return known or seen or self._manner.language or "en"

    # -- one turn

    async def run_turn(self, held: Held) -> None:
        """Run the turn at the head of a channel to its end: the engine's handler."""
        record = held.record
        turn = Turn(
            id=held.turn_id,
            message=record.message,
            journal=held,
            plan=record.plan or (),
            step=record.step,
            stage=record.stage,
            facts=dict(record.facts),
            resumed=record.tries > 0 or record.stage is not Stage.BEGIN,
            cancelled=record.cancelled,
        )
        trip = await self._trip(turn, held)
        try:
            await self._run(turn, trip)
        except (LostLease, Later, asyncio.CancelledError):
            trip.box.drop()
            if held.lost and trip.box.card_id:
                self._behind(self._redraw(turn.id))
            raise
        finally:
            trip.ticker.cancel()

    async def parked(self, held: Held) -> None:
        """Tell the person of a turn that broke its worker three times; it is kept for the operator."""
        record = held.record
        locale = await self.locale_of(record.message.channel.platform, record.message.person, record.message.locale)
        await self._post_once(record.message, Failed("Parked", {"job": record.turn_id}), locale)
        if "card" in record.extra:
            await self._close_card(record, Stage.FAILED)
        await self._make_up(record.message.channel, held)

    async def _trip(self, turn: Turn, held: Held) -> Trip:
        message = turn.message
        locale = await self._locale(message)
        where = Where(message.channel, message.person.id, message.reply, locale)
        say = self._say(locale)

        async def keep_card(card_id: str) -> None:
            await turn.journal.write({"card": card_id})

        box = TurnOutbox(
            self._outbounds[message.channel.platform],
            where,
            turn_id=turn.id,
            # The holder that is interrupted by a cancel runs the turn once more, under the same token.
            attempt=f"{held.fence[1]}{'/cancelled' if turn.cancelled else ''}",
            card_id=held.record.extra.get("card"),
            keep_card=keep_card,
            clock_s=self._clock_s,
            guard=turn.guard,
            jitter=self._rng.random(),
        )
        card = Card(job=turn.id, title=about(message), owner=message.person.name)
        tools = await self._tools(turn, locale)
        return Trip(box, card, say, where, tools, self._clock_s(), Ticker(self._manner.still_working_s))

    async def _run(self, turn: Turn, trip: Trip) -> None:
        plan = turn.plan or route(turn.message)
        aside = trip.aside = conversation.reads_only(plan)
        quiet = turn.message.verb == OWED  # nobody asked for it now: it shows when there is something to show
        if aside:
            trip.ticker = Ticker(LATE_S)
            trip.ticker.start(lambda: self._show(trip, self._late_card(trip)))
        else:
            trip.ticker.start(lambda: self._still(trip))
            if not quiet and turn.stage not in conversation.ENDED:
                self._show(trip, await self._begun(turn, as_talk(plan, trip.where.locale), trip))
        async with aclosing(conversation.take(turn, trip.tools, plan)) as events:
            async for event in events:
                if isinstance(event, Writing):
                    self._stream(event.text, trip)
                    continue
                if isinstance(event, Working) and event.stage == "rendering":
                    trip.card = replace(trip.card, usual_s=await self._usual("render"))
                if isinstance(event, Delivered):
                    if not await self._deliver(event, turn, trip):
                        break
                    continue
                self._present(event, trip)
        trip.ticker.cancel()
        await self._offer_kept(turn, trip)
        if not aside:
            await self._make_up(turn.message.channel, turn.journal)
            if not quiet or trip.box.card_id or trip.card.stage:
                self._show(trip, self._closed(turn, trip))
            if turn.stage is Stage.DONE and not turn.resumed:
                await self._measure("turn", self._clock_s() - trip.began_s)
        elif trip.card.stage:
            self._show(trip, self._closed(turn, trip))
        await trip.box.drain()

    async def _offer_kept(self, turn: Turn, trip: Trip) -> None:
        """Offer a video that could not be posted to whoever asks how its job stands: the chat may be open again."""
        job = turn.message.args.get("job") if turn.message.verb == "status" else None
        if job and (await self.facts(job)).get("undelivered"):
            button = Button(trip.say("button-deliver"), "deliver", job, style="primary")
            trip.box.say(Post("reply", trip.say("status-undelivered"), buttons=(button,)))

    async def _begun(self, turn: Turn, plan: Plan, trip: Trip) -> Card:
        """The first look of a card: on first contact the connection, and whether a new video may take its time."""
        session = await self._store.sessions.load(turn.message.channel.key)
        talks = any(isinstance(part, Chat) for part in plan)
        if session is None and (talks or any(isinstance(part, Upload) for part in plan)):
            return replace(trip.card, stage="connecting", line=trip.say("chat-connecting"))
        makes = talks and not (session and session.last_draft)
        line = trip.say("chat-working-new" if makes else "chat-working")
        return replace(trip.card, stage="working", line=line)

    def _late_card(self, trip: Trip) -> Card:
        return replace(trip.card, stage="working", line=trip.say("chat-working"))

    async def _deliver(self, event: Delivered, turn: Turn, trip: Trip) -> bool:
        """The video into the chat; False: it could not be fetched, and the turn ends here with the render kept."""
        self._present(event, trip)
        try:
            await self._hand_over(event, turn, trip)
        except NemoError as error:
            note(type(error).__name__, error)
            problem = Failed("VideoTooLarge" if isinstance(error, VideoTooLarge) else "VideoUnfetched", retry=True)
        except OSError as error:
            log.warning("turn %s: the video cannot be kept here: %s", turn.id, error.strerror)
            problem = Failed("Unexpected", retry=True)
        except OutboundError as error:
            waiting_s = self._now_s() - float(turn.facts.get("waiting", self._now_s()))
            log.warning("turn %s: its video waits for the platform: %s", turn.id, error)
            if waiting_s < PLATFORM_AWAY_S:
                await turn.reach(Stage.RENDERED, waiting=self._now_s() - waiting_s)
                raise Later(PLATFORM_LOOK_S) from None
            problem = Failed("Unexpected", retry=True)
        else:
            return True
        await turn.reach(Stage.FAILED, failed=problem.kind, at="export")
        self._present(problem, trip)
        return False

    async def _hand_over(self, event: Delivered, turn: Turn, trip: Trip) -> None:
        outbound = self._outbounds[turn.message.channel.platform]
        began = self._clock_s()
        await outbound.show_activity(trip.where, "uploading")
        outcome = await self._courier.deliver(
            Parcel(turn, event.delivery, outbound, trip.where, trip.say, trip.box.card_id)
        )
        if outcome.state == "doubtful":
            self._present(Doubtful("delivery"), trip)
        elif outcome.state == "kept":
            self._present(Failed("Undelivered", {"permission": outcome.words or "none"}, retry=True), trip)
        elif outcome.sent is not None:
            trip.card = replace(trip.card, jump=outcome.sent.link)
            await self._measure("delivery", self._clock_s() - began)
            if since := turn.facts.get("since"):
                await self._measure("render", self._now_s() - float(since))

    def _present(self, event: Event, trip: Trip) -> None:
        # A new language is confirmed in that language.
        new = event.args.get("language") if isinstance(event, Told) and event.key == "language-set" else None
        shown = present(event, trip.card, self._say(str(new)) if new else trip.say)
        for post in shown.replies:
            trip.box.say(post)
        if shown.card != trip.card and not trip.aside:
            self._show(trip, shown.card)

    def _show(self, trip: Trip, card: Card) -> None:
        trip.card = card
        trip.box.show(card_post(card, trip.say))

    def _still(self, trip: Trip) -> None:
        self._present(StillWorking(self._clock_s() - trip.began_s), trip)

    def _closed(self, turn: Turn, trip: Trip) -> Card:
        """The last state of a card: one short line."""
        name, key = _ending(turn.stage, turn.facts)
        return replace(trip.card, stage=name, line=trip.say(key), done=None, final=True, link=None)

    # -- what a turn needs

    async def _tools(self, turn: Turn, locale: str) -> Tools:
        chosen = await self._store.sessions.choice(turn.message.channel.key, "export")
        rules = self._manner.rules
        if chosen in EXPORT_MODES:
            rules = replace(rules, export=chosen)  # type: ignore[arg-type]
        drafts = isinstance(self._outbounds[turn.message.channel.platform], ShowsDrafts)
        return Tools(
            nemo=self._nemo,
            sessions=self._store.sessions,
            files=self._spool,
            jobs=self,
            pace=self._manner.pace,
            rules=replace(rules, drafts=drafts),
            waiting=self._store.inbox.peek,
            now_s=self._now_s,
            sleep=self._sleep,
            render_id=lambda: new_render_id(int(self._now_s() * 1000), self._rng),
            locale=locale,
        )

    async def _locale(self, message: Message) -> str:
        """A person's choice, else the platform's word, else the language of the message."""
        seen = message.locale or message.person.locale
        key = person_key(message)
        chosen = await self._store.sessions.choice(key, "language")
        if chosen:
            return chosen
        known = await self._known(key, message.person, seen)
        spoken = detect(message.text, known) if message.text else None
        return spoken if spoken and spoken != "en" else known

    def _say(self, locale: str) -> Say:
        def say(key: str, /, **args: str | int | float) -> str:
            return self._texts.say(locale, key, **args)

        return say

    # -- the queue, for the verbs that look at it

    async def of(self, channel_key: str) -> Sequence[JobFact]:
        """Return the running job and the waiting ones of a channel, in order."""
        records = await self._store.inbox.queue(channel_key)
        return [
            JobFact(
                id=record.turn_id,
                place=place,
                stage=record.stage,
                owner=record.message.person.name,
                about=about(record.message),
                since_s=record.created_ms / 1000,
                cancelled=record.cancelled,
            )
            for place, record in enumerate(records)
        ]

    async def cancel(self, job_id: str) -> Literal["queued", "running", "gone"]:
        """Cancel a job; a waiting one's card is closed at once."""
        record = await self._store.inbox.record(job_id)
        outcome = await self._store.inbox.cancel(job_id)
        if outcome == "queued" and record is not None and "card" in record.extra:
            await self._close_card(record, Stage.CANCELLED)
        if outcome == "queued" and record is not None:
            await self._make_up(record.message.channel)
        return outcome

    async def facts(self, job_id: str) -> Mapping[str, Any]:
        """Return what a job stored of itself; {} if nobody knows it any more."""
        record = await self._store.inbox.record(job_id)
        return record.facts if record is not None else {}

    async def _make_up(self, channel: Channel, journal: Journal | None = None) -> None:
        """Queue the video that was put off for a message which ended without one, as the next turn of its channel.

        Its id is that of the turn that owed it: whoever sees the debt may say so, it is made once. With the journal of
        the channel's holder the debt is struck from the session, too.
        """
        session = await self._store.sessions.load(channel.key)
        owed = session.open_render if session is not None else None
        if session is None or owed is None or export.supersedes(await self._store.inbox.peek(channel.key), "en"):
            return
        whose = str(owed["turn"])
        record = await self._store.inbox.record(whose)
        if record is not None and not record.problem:
            origin = record.message
            again = replace(origin, id=f"{OWED}/{whose}", verb=OWED, attachments=(), args={"for": _origin(record)})
            await self._store.inbox.put(again, limit=UNLIMITED, first=True)
        if journal is not None:
            await self._store.sessions.save(channel.key, replace(session, open_render=None), journal)

    async def usual(self) -> tuple[float, float] | None:
        """Return how long a turn took lately."""
        return await self._usual("turn")

    # -- posts outside of a turn

    async def _acknowledge(self, message: Message, receipt: Receipt) -> None:
        """Tell a message that waits its place; its turn goes on in the same card."""
        locale = await self._locale(message)
        say = self._say(locale)
        card = Card(job=receipt.job, title=about(message), owner=message.person.name, place=receipt.place)
        card = replace(card, stage="queued", line=say("chat-queued", place=receipt.place))
        if usual := await self._usual("turn"):
            card = replace(card, usual_s=(usual[0] * receipt.place, usual[1] * receipt.place))
        where = Where(message.channel, message.person.id, message.reply, locale)
        outbound = self._outbounds[message.channel.platform]
        with contextlib.suppress(OutboundError):
            sent = await outbound.send(where, card_post(card, say), nonce(receipt.job, "card"))
            try:
                ours = await self._store.inbox.note(receipt.job, "card", sent.id)
            except StoreError:
                ours = False
            if not ours:
                # Its turn began meanwhile, or will, with a card of its own: nobody would ever finish this one.
                await outbound.edit(where, sent.id, card_post(replace(card, final=True), say))

    async def _redraw(self, turn_id: str) -> None:
        """A picture of ours may have come after the last one of our successor: an end is drawn again."""
        await self._sleep(REDRAW_S)
        with contextlib.suppress(StoreError):
            record = await self._store.inbox.record(turn_id)
            if record is not None and record.ended_ms is not None and "card" in record.extra:
                await self._close_card(record, record.stage)

    def _behind(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something that nobody has to wait for."""
        task = asyncio.create_task(work, name="behind")
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        task.add_done_callback(lambda over: over.cancelled() or over.exception())

    async def _close_card(self, record: Record, stage: Stage) -> None:
        message = record.message
        locale = await self._locale(message)
        say = self._say(locale)
        name, key = _ending(stage, record.facts)
        card = Card(job=record.turn_id, title=about(message), stage=name, line=say(key), final=True)
        where = Where(message.channel, message.person.id, message.reply, locale)
        with contextlib.suppress(OutboundError):
            await self._outbounds[message.channel.platform].edit(where, record.extra["card"], card_post(card, say))

    async def _say_full(self, message: Message) -> None:
        await self._post_once(
            message, Failed("QueueFull", {"limit": self._manner.queue_limit}), await self._locale(message)
        )

    async def _post_once(self, message: Message, event: Event, locale: str) -> None:
        say = self._say(locale)
        where = Where(message.channel, message.person.id, message.reply, locale)
        for post in present(event, Card(job="", title=""), say).replies:
            with contextlib.suppress(OutboundError):
                plain = Post(post.kind, post.text)
                await self._outbounds[message.channel.platform].send(
                    where, plain, nonce(message.id, type(event).__name__)
                )

    def _stream(self, text: str, trip: Trip) -> None:
        """Show words while they come, where the platform can; one call at a time, the newest words win."""
        outbound = self._outbounds[trip.where.channel.platform]
        if isinstance(outbound, ShowsDrafts) and (trip.draft is None or trip.draft.done()):
            trip.draft = asyncio.create_task(outbound.stream(trip.where, text), name="draft")

    async def _usual(self, kind: str) -> tuple[float, float] | None:
        """How long work of this kind took lately: from, to; None while too little was measured."""
        with contextlib.suppress(StoreError):
            span = await self._store.history.expect(kind)
            return (span.low_s, span.high_s) if span else None
        return None

    async def _measure(self, kind: str, seconds: float) -> None:
        with contextlib.suppress(StoreError):
            await self._store.history.took(kind, seconds)


@dataclass(slots=True)
class Trip:
    """What one run of a turn has at hand."""

    box: TurnOutbox
    card: Card
    say: Say
    where: Where
    tools: Tools
    began_s: float
    ticker: Ticker
    aside: bool = False
    draft: asyncio.Task[None] | None = None


def about(message: Message) -> str:
    """What a job is called: the track, else the first words."""
    for attachment in message.attachments:
        return (attachment.title or attachment.name)[:ABOUT]
    words = " ".join(message.text.split())
    return words if len(words) <= ABOUT else f"{words[: ABOUT - 1]}…"


def _ending(stage: Stage, facts: Mapping[str, Any]) -> tuple[str, str]:
    """The name of a turn's end, and the key of its sentence."""
    names = {Stage.CANCELLED: "cancelled", Stage.FAILED: "failed", Stage.DOUBTFUL: "doubtful", Stage.PARKED: "failed"}
    name = names.get(stage, "superseded" if facts.get("superseded") else "done")
    return name, "export-superseded" if name == "superseded" else f"chat-{name}"


def _origin(record: Record) -> str:
    """The turn whose words a video belongs to."""
    return record.message.args["for"] if record.message.verb == OWED else record.turn_id
