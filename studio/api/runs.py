"""Runs of the agent: detached from their connection, one per session (docs/nemovideo-api.md §12.10-19)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.agent import replies
from studio.agent.edits import Shelf as Sources
from studio.agent.edits import Source
from studio.agent.turn import Context, Heard, Turn, take
from studio.api.dialects import (
    HEARTBEATS,
    Adk,
    Broke,
    Called,
    Changed,
    Coded,
    Erred,
    Happening,
    Returned,
    Said,
    Typed,
    dialect,
)
from studio.draft import Draft
from studio.errors import StudioError
from studio.settings import Settings
from studio.store import Media, Session, Store
from studio.switches import Switches

log = logging.getLogger("studio")

Analyse = Callable[[Path], Awaitable[Heard]]
"""Hears a track. Raises StudioError for one that cannot be decoded."""

TEMPORARY = "I encountered a temporary issue. Please try again."
ODD = "\u2028\u2029\u0085"
PIECE = 24  # characters of a piece, when streaming


class Crash(RuntimeError):
    """The agent's tool went away, because a switch says so."""


@dataclass(slots=True, eq=False)
class Run:
    """One answer under way: frames as they come; anyone may read them from the first one on."""

    id: str
    switches: Switches
    streaming: bool
    now: Callable[[], float]
    writer: Adk | Typed
    frames: list[bytes] = field(default_factory=list)
    over: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, happening: Happening) -> None:
        """Add what happened. Raises Crash where the switch wants it."""
        if self.switches.crash and len(self.frames) + 1 == self.switches.crash:
            raise Crash("tool backend went away")
        self.put(happening)

    def put(self, happening: Happening) -> None:
        """Add what happened."""
        data = self.writer.bytes_of(happening, self.now())
        if data:
            self.frames.append(data)
            self._tell()

    def close(self) -> None:
        """Nothing more will come."""
        self.over = True
        self._tell()

    def _tell(self) -> None:
        event, self.changed = self.changed, asyncio.Event()
        event.set()

    async def read(self, heartbeat_s: float) -> AsyncIterator[bytes]:
        """Yield every frame from the first one on, and heartbeats while nothing comes."""
        beat = HEARTBEATS[self.switches.heartbeat]
        seen = 0
        while True:
            changed = self.changed
            while seen < len(self.frames):
                seen += 1
                yield self.frames[seen - 1]
            if self.over:
                return
            if changed is not self.changed:
                continue
            try:
                async with asyncio.timeout(heartbeat_s):
                    await changed.wait()
            except TimeoutError:
                if beat:
                    yield beat


class Runs:
    """Begins runs and keeps them going whoever listens."""

    def __init__(self, settings: Settings, store: Store, clock: Callable[[], float], analyse: Analyse) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._analyse = analyse
        self._tasks: set[asyncio.Task[None]] = set()

    async def context(self, session: Session) -> Context:
        """What the agent has to know of a session."""
        media = await self._store.media(session.id)
        past = await self._store.past(session.id, session.cursor - 1)
        ahead = await self._store.past(session.id, session.cursor + 1) if session.cursor < session.newest else None
        return Context(
            language=session.language,
            draft=Draft.from_wire(session.draft),
            past=None if past is None else Draft.from_wire(past),
            ahead=None if ahead is None else Draft.from_wire(ahead),
            shelf=Sources(tuple(source(file) for file in media if not file.hidden)),
            waiting=session.waiting,
            seen_audio=session.seen_audio,
        )

    def price(self, turn: Turn) -> int:
        """Credits of a turn; talk is free."""
        return {"create": self._settings.price_create, "edit": self._settings.price_edit, "talk": 0}[turn.kind]

    def begin(self, run_id: str, session: Session, text: str, switches: Switches, *, streaming: bool) -> Run:
        """Begin a run that the store has already opened."""
        run = Run(run_id, switches, streaming, self._clock, dialect(switches.dialect))
        task = asyncio.create_task(self._perform(run, session.id, text), name=run_id)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run

    async def close(self) -> None:
        """Break off what is running; its credits return."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _perform(self, run: Run, session_id: str, text: str) -> None:
        charge = False
        try:
            async with asyncio.timeout(run.switches.run_s or self._settings.run_s):
                charge = await self._work(run, session_id, text)
        except TimeoutError:
            run.put(Broke("TimeoutError", "the run took longer than it may"))
        except Crash as error:
            run.put(Broke("RuntimeError", str(error)))
        except asyncio.CancelledError:
            run.put(Broke("CancelledError", "the studio is stopping"))
            raise
        except Exception as error:
            log.exception("run %s failed", run.id)
            run.put(Broke(type(error).__name__, "the agent failed"))
        finally:
            with suppress(Exception):  # what cannot be settled now is settled at the next start
                await self._store.end_run(run.id, charge=charge, now_s=self._clock())
            run.close()

    async def _work(self, run: Run, session_id: str, text: str) -> bool:
        """Answer the text. Returns whether the work is to be paid."""
        switches = run.switches
        session = await self._store.session(session_id)
        if session is None:
            raise LookupError(session_id)
        if switches.code_in_stream:
            run.say(Coded(switches.code_in_stream, "a test switch says so"))
            return False
        if switches.error_event:
            run.say(Erred("RESOURCE_EXHAUSTED", "The model is overloaded."))
            return False
        turn = take(text, await self.context(session))
        if switches.thought:
            run.say(Said("The person wants a video, so I look at the timeline first.", thought=True))
        if turn.opening:
            await self._speak(run, replies.opening(turn))
        heard = await self._tools(run, turn, session)
        if switches.silence_s:
            await asyncio.sleep(switches.silence_s)
        await self._remember(run, turn, session)
        await self._finish(run, turn, heard)
        return turn.kind != "talk"

    async def _tools(self, run: Run, turn: Turn, session: Session) -> Heard | None:
        heard: Heard | None = None
        for number, step in enumerate(turn.steps, 1):
            key = f"adk-{run.id[4:12]}-{number}"
            run.say(Called(key, step.tool, step.args))
            await self._pause()
            response: dict[str, Any] = {"status": "ok" if step.done else "unchanged", **step.result}
            if step.tool == "analyze_music":
                heard = await self._hear(turn.track, session)
                response |= heard.to_wire() if heard else {"status": "unknown"}
            run.say(Returned(key, step.tool, response))
            await self._pause()
        return heard

    async def _hear(self, track: str, session: Session) -> Heard | None:
        file = next((file for file in await self._store.media(session.id) if file.id == track), None)
        if file is None:
            return None
        try:
            return await self._analyse(file.path)
        except StudioError as error:
            log.info("a track could not be analysed: %s", type(error).__name__)
            return None

    async def _remember(self, run: Run, turn: Turn, session: Session) -> None:
        """Write what changed; from here on the state shows it."""
        if turn.cursor_step:
            await self._store.move(session.id, session.cursor + turn.cursor_step)
        if turn.changed:
            await self._store.put_draft(session.id, turn.draft.to_wire())
        await self._store.note(session.id, waiting=turn.waiting, seen_audio=turn.seen_audio, now_s=self._clock())
        if turn.changed or turn.cursor_step:
            run.say(Changed({"draft": turn.draft.to_wire()}))
            await self._pause()

    async def _finish(self, run: Run, turn: Turn, heard: Heard | None) -> None:
        switches = run.switches
        if not switches.silent:
            if switches.two_stages and turn.kind == "create":
                await self._speak(run, replies.first_stage(turn.language))
                run.say(Called(f"adk-{run.id[4:12]}-fx", "add_effects", {}))
                await self._pause()
                run.say(Returned(f"adk-{run.id[4:12]}-fx", "add_effects", {"status": "ok"}))
            closing = replies.closing(turn, heard, gui_talk=switches.gui_talk)
            await self._speak(run, f"{closing}{ODD}" if switches.odd else closing)
        if switches.noise:
            run.say(Said(TEMPORARY))
            run.say(Erred("UNKNOWN_ERROR", "post-processing hook failed"))

    async def _speak(self, run: Run, text: str) -> None:
        if run.switches.silent or not text:
            return
        if run.streaming:
            for at in range(0, len(text), PIECE):
                run.say(Said(text[at : at + PIECE], partial=True))
                await self._pause()
        run.say(Said(text))
        await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(self._settings.pace_s)


def source(file: Media) -> Source:
    """A stored file as the agent sees it."""
    info = file.info
    return Source(
        id=file.id,
        kind=file.kind,  # type: ignore[arg-type]  # the store holds what the probe said
        name=file.filename,
        duration_ms=round(float(info.get("duration_s", 0.0)) * 1000),
        title=str(info.get("title", "")),
        artist=str(info.get("artist", "")),
        cover=str(info.get("cover", "")),
        has_sound=bool(info.get("rate_hz", 0)),
    )
