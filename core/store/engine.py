"""Who holds which channel, and runs its turns: claim, renew, hand over. Many replicas share all channels, no leader.

One score per queue is queue, lease and timer at once, so exclusivity, order, delay, redelivery after a crash and the
hand-over at shutdown are one move: set the score. Each write of a holder carries its fence (see scripts).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from core.store.errors import StoreError, Unreadable, typed
from core.store.held import Held, clock
from core.store.keys import platform_of, projects_of, split_queue
from core.store.open import Store
from core.store.record import ENDS, read
from core.store.server import Arg
from core.store.suspects import TRIES, is_suspect, verdict_in_s
from core.turn import LostLease, Stage

log = logging.getLogger(__name__)

Handler: TypeAlias = Callable[[Held], Awaitable[None]]

_CLAIM_AT_ONCE = 100
_BATCH = 1000
_POLL_S = 1.0
_PROBATION_S = 5.0
_DOORS = 2
_HANDLERS_END_S = 0.5
_RESULTS_S = 2.5
_LAST_SCRIPTS_S = 0.4
_HANDLERS_GONE_S = 3.0


class Later(Exception):
    """Raised by a handler: let the channel sleep for so many seconds, then run the turn again from its stage."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(slots=True)
class _Run:
    """One claimed queue while it is here.

    Attributes:
        why: What a cancellation of its task means.
        counted: This start was counted as a try of its turn.
    """

    queue: str
    token: str
    began_s: float
    task: asyncio.Task[None] | None = None
    turn_id: str = ""
    held: Held | None = None
    why: Literal["", "asked", "stop", "lost"] = ""
    probation: bool = False
    counted: bool = False


@dataclass(frozen=True, slots=True)
class _Back:
    """The turn goes back into its queue for a while. `forgive`: this start does not count as a try."""

    delay_s: float
    forgive: bool = True


class Engine:
    """Runs the turns of some platforms in this process, at most one per channel and lane in the whole world.

    Args:
        platforms: Only their channels are taken: this process must be able to answer there.
        handler: Runs one turn from the stage it is in. Returning ends the turn; Later puts it to sleep; LostLease is
            silent; a StoreError brings it back when the store is well; any other exception is one of three tries.
            When the person cancels, the handler is interrupted (CancelledError) and called once more with
            `held.cancelled`.
        replica: Name of this process, the same after a restart, unique among living ones of the same platforms.
        max_running: Turns held at once.
        tries: More than the usual ones only where processes are killed for sport, in no calm at all.
        parked: Called when a turn is given up after three tries, so that the person can be told.
    """

    def __init__(
        self,
        store: Store,
        platforms: Sequence[str],
        handler: Handler,
        *,
        replica: str,
        max_running: int = 5000,
        lease_s: float | None = None,
        tries: int = TRIES,
        parked: Handler | None = None,
    ) -> None:
        self._store, self._server, self._keys = store, store.server, store.keys
        self._platforms = tuple(platforms)
        self._due = [self._keys("due", platform) for platform in self._platforms]
        self._handler, self._parked_hook = handler, parked
        self._tries = tries
        self._replica, self._max_running = replica, max_running
        self._lease_s = store.config.lease_s if lease_s is None else lease_s
        self._runs: dict[str, _Run] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self._renewed_s = clock()
        self._suspects = asyncio.Lock()
        self._doors = asyncio.Semaphore(_DOORS)
        self._told_unreadable: set[str] = set()
        self._store_well = True
        self._owed: list[tuple[_Run, _Back]] = []
        self._late: list[_Run] = []

    @property
    def running(self) -> int:
        """How many channels are held here now."""
        return len(self._runs)

    # -- life

    async def run(self) -> None:
        """Hold and run turns until `shutdown`. Goes on through every failure of the store."""
        helpers = [
            asyncio.create_task(self._renew_always(), name="store renew"),
            asyncio.create_task(self._listen_always(), name="store hints"),
        ]
        try:
            await self._reclaim()
            await self._claim_always()
        finally:
            await self.shutdown()
            for helper in helpers:
                helper.cancel()
            await asyncio.wait(helpers, timeout=1)

    async def shutdown(self) -> None:
        """Stop claiming, interrupt the turns and hand their channels over at once: under a second.

        Only a turn whose effect is on its way right now keeps its channel for up to three seconds (decisions 13).
        Returns when every handler is over, so that what they use can be closed. One that takes its time to end holds
        nothing any more: all it can still do is to end.
        """
        self._stopping = True
        self._wake.set()
        runs = [run for run in self._runs.values() if run.why != "stop"]
        for run in runs:
            self._interrupt(run, "stop")
        runs += self._late  # claimed by a request that was under way when the stop came
        self._late = []
        tasks = {run.task for run in runs if run.task}
        if tasks:
            await asyncio.wait(tasks, timeout=_HANDLERS_END_S)
        pending = [run for run in runs if run.task and not run.task.done() and run.held and run.held.under_way]
        await self._let_go([run for run in runs if run not in pending])
        if pending:
            await asyncio.wait({run.task for run in pending if run.task}, timeout=_RESULTS_S)
            await self._let_go(pending)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_HANDLERS_GONE_S)
            for task in late:
                log.error("%s did not end when it was told to", task.get_name())

    async def _let_go(self, runs: Sequence[_Run]) -> None:
        for run in runs:
            if run.held:
                run.held.lose()
        with contextlib.suppress(StoreError, TimeoutError):
            async with asyncio.timeout(_LAST_SCRIPTS_S):
                await self._hand_over(runs)

    async def _hand_over(self, runs: Sequence[_Run]) -> None:
        """Everything that is still ours becomes free. What ended meanwhile is not touched: its token is gone."""
        for some in _batches(runs):
            turns = (self._keys("t", run.turn_id if run.counted else "") for run in some)
            keys = [self._keys("own"), *self._due, *turns]
            wake = self._keys("wake", self._platforms[0])
            args = [len(self._due), wake, *(part for run in some for part in self._place(run))]
            await self._server.run("handover", keys, args)

    def _place(self, run: _Run) -> tuple[str, str, int]:
        return run.queue, run.token, 1 + self._platforms.index(platform_of(run.queue))

    async def _reclaim(self) -> None:
        """After a fast restart: what the former process of this name held is free now, not at the end of its lease."""
        while not self._stopping:
            try:
                keys = [self._keys("own"), self._keys("trouble"), *self._due]
                freed = await self._server.run("reclaim", keys, [self._replica])
            except StoreError as error:
                self._unwell(error)
                await asyncio.sleep(0.5)
            else:
                if freed:
                    log.info("took back %d channels of a former run", freed)
                return

    # -- claiming

    async def _claim_always(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                if clock() - self._renewed_s > self._lease_s / 2:
                    await self._renew()  # after an outage: first keep what may still be ours
                await self._pay_back()
                wait_s = await self._claim()
            except StoreError as error:
                self._unwell(error)
                wait_s = 0.5
            else:
                self._well()
            if wait_s > 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), wait_s)

    async def _pay_back(self) -> None:
        """Let go, now that the store answers, of what could not be let go: it was no fault of those turns."""
        while self._owed:
            await self._release(*self._owed[0])
            del self._owed[0]

    async def _claim(self) -> float:
        """Take what is due and start it. Returns how long to wait before the next look, in seconds."""
        room = max(0, min(self._max_running - len(self._runs), _CLAIM_AT_ONCE))
        k, began_s = self._keys, clock()
        got, wait_ms, cancels = await self._server.run(
            "claim",
            [k("own"), k("fence"), k("claimed", self._replica), k("cancels"), k("trouble"), *self._due],
            [secrets.token_hex(8), self._replica, room, round(self._lease_s * 1000)],
        )
        for queue, token in zip(got[::2], got[1::2], strict=True):
            self._start(_Run(queue, token, began_s))
        for turn_id in cancels:
            self._ask_to_stop(turn_id)
        if got:
            return 0.0
        return min(max(wait_ms / 1000, 0.005), _POLL_S) if room else _POLL_S

    def _start(self, run: _Run) -> None:
        if old := self._runs.pop(run.queue, None):
            self._interrupt(old, "lost")
        self._runs[run.queue] = run
        run.task = asyncio.create_task(self._serve(run), name=f"turns of {run.queue}")
        # not in a finally of the task: one that is cancelled before its first step never enters its body
        run.task.add_done_callback(lambda _: self._ended(run))
        if self._stopping:
            self._interrupt(run, "stop")
            self._late.append(run)

    def _ended(self, run: _Run) -> None:
        self._leave_probation(run)
        if self._runs.get(run.queue) is run:
            del self._runs[run.queue]
        self._wake.set()

    def _interrupt(self, run: _Run, why: Literal["stop", "lost"]) -> None:
        run.why = why
        if why == "lost" and run.held:
            run.held.lose()
        if run.task:
            run.task.cancel()

    def _ask_to_stop(self, turn_id: str) -> None:
        """Interrupt the handler of a turn that somebody cancelled; it is called once more with `cancelled`."""
        for run in self._runs.values():
            if run.turn_id == turn_id and run.held and not run.held.cancelled and not run.why and run.task:
                run.held.cancelled = True
                run.why = "asked"
                run.task.cancel()

    # -- one turn

    async def _serve(self, run: _Run) -> None:
        """Run the head of a claimed queue and let the queue go. The task of a run; raises nothing."""
        try:
            back = await self._turn(run)
        except LostLease:
            self._owed.append((run, _Back(0.0, run.counted)))  # perhaps only the store was away, and it is ours still
            return
        except asyncio.CancelledError:
            if run.why == "lost":  # nothing is ours, but a start that lives to say so was no crash
                self._owed.append((run, _Back(0.0, run.counted)))
            return  # "stop": shutdown hands over what is left
        except StoreError as error:
            self._unwell(error)
            back = _Back(1.0, run.counted)
        if back:
            try:
                await self._settle(run, self._release(run, back))
            except StoreError:
                self._owed.append((run, back))

    async def _turn(self, run: _Run) -> _Back | None:
        """Open the head and run it. Returns None when it ended."""
        run.turn_id = await self._server.do("LINDEX", self._keys("q", run.queue), 0) or ""
        if not run.turn_id:
            return await self._finish(run, "")
        fields = await self._server.do("HGETALL", self._keys("t", run.turn_id))
        if not fields:
            log.error("turn %s has no record any more; the next one goes on", run.turn_id)
            return await self._finish(run, "")
        try:
            read(run.turn_id, *split_queue(run.queue), fields)
        except Unreadable as error:
            return await self._wait_for_a_reader(run, fields, error)
        tries = int(fields.get("tries", "0")) + 1
        if is_suspect(tries, fields["stage"], self._tries):
            back = await self._on_probation(run, cancelled=fields.get("cancel") == "1")
            if back:
                return back
        keys = [self._keys("own"), self._keys("t", run.turn_id)]
        if not await self._server.run("begin", keys, [*self._fence(run), tries]):
            raise LostLease
        run.counted = True
        run.held = self._hold(run, fields)
        if tries > self._tries or fields["stage"] == Stage.PARKED:
            return await self._park(run, run.held, tell=tries <= self._tries or fields["stage"] != Stage.PARKED)
        return await self._handle(run, run.held, tries)

    def _hold(self, run: _Run, fields: Mapping[str, str]) -> Held:
        return Held(
            self._server,
            self._keys,
            queue=run.queue,
            token=run.token,
            turn_id=run.turn_id,
            fields=fields,
            lease_s=self._lease_s,
            began_s=run.began_s,
            stepped=lambda: self._leave_probation(run),
            doors=self._doors,
        )

    async def _handle(self, run: _Run, held: Held, tries: int) -> _Back | None:
        try:
            await self._call(run, held)
        except (LostLease, asyncio.CancelledError, StoreError) as error:
            if isinstance(error, Unreadable):
                log.error("turn %s waits: %s", run.turn_id, error)  # noqa: TRY400  (expected, a sentence)
                return _Back(self._reader_delay_s())
            raise
        except Later as later:
            return _Back(later.seconds)
        except Exception:
            if run.why in ("stop", "lost"):  # it broke while it was interrupted: no fault of the turn
                log.debug("turn %s broke off", run.turn_id, exc_info=True)
                return None
            log.exception("turn %s failed, try %d of %d", run.turn_id, tries, self._tries)
            if tries >= self._tries:
                return await self._park(run, held, tell=True)
            return _Back(min(30.0, self._lease_s) / 15 * 2**tries, forgive=False)
        return await self._finish(run, "" if held.record.stage in ENDS else Stage.DONE)

    async def _call(self, run: _Run, held: Held) -> None:
        """Call the handler; once more if it was interrupted because the person cancelled."""
        while True:
            try:
                await self._handler(held)
            except asyncio.CancelledError:
                if run.why != "asked":
                    raise
                self._resume(run)
            else:
                return

    @staticmethod
    def _resume(run: _Run) -> None:
        """Swallow one cancellation of this task."""
        if run.why == "asked":
            run.why = ""
        if run.task:
            run.task.uncancel()

    async def _park(self, run: _Run, held: Held, *, tell: bool) -> _Back | None:
        """Give a turn up: visible to the operator, told to the person, out of the way of the next."""
        log.error("turn %s of %s is parked after %d tries", run.turn_id, run.queue, self._tries)
        await held.write({"stage": Stage.PARKED})
        if tell and self._parked_hook:
            try:
                await self._parked_hook(held)
            except (LostLease, StoreError):
                raise
            except Exception:
                log.exception("could not tell that turn %s is parked", run.turn_id)
        return await self._finish(run, Stage.PARKED)

    async def _wait_for_a_reader(self, run: _Run, fields: Mapping[str, str], error: Unreadable) -> _Back | None:
        """A record we cannot read stays as it is, and its channel waits for a program that can, or for its cancel."""
        if fields.get("cancel") == "1":
            return await self._finish(run, Stage.CANCELLED)
        if run.turn_id not in self._told_unreadable:
            self._told_unreadable.add(run.turn_id)
            log.error("channel %s waits: %s", run.queue, error)
        return _Back(self._reader_delay_s())

    def _reader_delay_s(self) -> float:
        return min(self._lease_s, 15.0) * random.uniform(0.3, 1.0)

    # -- the last script of a turn

    def _fence(self, run: _Run) -> tuple[str, str]:
        return run.queue, run.token

    async def _finish(self, run: _Run, stage: str) -> _Back | None:
        """The turn is over: pop it, and free the queue for its next. Returns None: there is no way back."""
        run.held = None
        k = self._keys
        due = k("due", platform_of(run.queue))
        keys = [k("own"), k("t", run.turn_id), due, k("q", run.queue), k("cancels")]
        keys += projects_of(k, split_queue(run.queue)[0])
        config = self._store.config
        args: list[Arg] = [*self._fence(run), run.turn_id, config.turn_ttl_s, str(stage), config.project_ttl_s]
        await self._settle(run, self._server.run("finish", keys, args))
        return None

    async def _release(self, run: _Run, back: _Back) -> Any:
        run.held = None
        platform = platform_of(run.queue)
        keys = [self._keys("own"), self._keys("t", run.turn_id), self._keys("due", platform)]
        args: list[Arg] = [
            *self._fence(run),
            round(back.delay_s * 1000),
            int(back.forgive),
            self._keys("wake", platform),
        ]
        return await self._server.run("release", keys, args)

    async def _settle(self, run: _Run, script: Coroutine[Any, Any, Any]) -> None:
        """Let a last script end whatever interrupts this task meanwhile: the turn is over, its queue must know."""
        last = asyncio.ensure_future(script)
        while not last.done():
            try:
                await asyncio.shield(last)
            except asyncio.CancelledError:
                if last.cancelled():
                    raise
                self._resume(run)
            except StoreError:
                break
        last.result()

    # -- suspects

    async def _on_probation(self, run: _Run, *, cancelled: bool) -> _Back | None:
        """Before the last try of a suspect, and before it is given up: go on in calm, with no other beside it."""
        await self._suspects.acquire()
        run.probation = True
        asyncio.get_running_loop().call_later(_PROBATION_S, self._leave_probation, run)
        quiet_s = await self._server.run("quiet", [self._keys("trouble")], []) / 1000
        wait_s = verdict_in_s(quiet_s, self._lease_s, cancelled=cancelled)
        return _Back(wait_s, forgive=False) if wait_s else None

    def _leave_probation(self, run: _Run) -> None:
        if run.probation:
            run.probation = False
            self._suspects.release()

    # -- keeping

    async def _renew_always(self) -> None:
        while not self._stopping:
            await asyncio.sleep(self._lease_s / 3)
            try:
                await self._renew()
            except StoreError as error:
                self._unwell(error)

    async def _renew(self) -> None:
        """Prolong all leases, in batches; what another replica holds now is interrupted here."""
        for some in _batches(list(self._runs.values())):
            began_s = clock()
            args = [part for run in some for part in self._place(run)]
            lost = await self._server.run(
                "renew", [self._keys("own"), *self._due], [round(self._lease_s * 1000), *args]
            )
            for run in some:
                if run.queue in lost:
                    if self._runs.get(run.queue) is run:
                        self._interrupt(run, "lost")
                else:
                    run.began_s = began_s
                    if run.held:
                        run.held.renewed(began_s)
        self._renewed_s = clock()

    # -- hints

    async def _listen_always(self) -> None:
        """Hear hints of other processes. Without them all goes on, up to a second later."""
        while not self._stopping:
            with contextlib.suppress(StoreError):
                await self._listen()
            self._wake.set()
            await asyncio.sleep(_POLL_S)

    async def _listen(self) -> None:
        cancel = self._keys("cancel")
        with typed():
            async with self._server.client.pubsub(ignore_subscribe_messages=True) as hints:
                await hints.subscribe(cancel, *(self._keys("wake", platform) for platform in self._platforms))
                while not self._stopping:
                    # not listen(): a reconnect inside redis-py has been seen to swallow the cancellation of a reader
                    hint = await hints.get_message(ignore_subscribe_messages=True, timeout=_POLL_S)
                    if hint is None:
                        continue
                    if hint["channel"] == cancel:
                        self._ask_to_stop(hint["data"])
                    self._wake.set()

    def _unwell(self, error: StoreError) -> None:
        if self._store_well and not self._stopping:
            log.warning("%s Turns wait until it is well again.", error)
        self._store_well = False

    def _well(self) -> None:
        if not self._store_well:
            log.info("the store is well again")
        self._store_well = True


def _batches(runs: Sequence[_Run]) -> list[Sequence[_Run]]:
    return [runs[at : at + _BATCH] for at in range(0, len(runs), _BATCH)]
