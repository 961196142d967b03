"""`from-music jobs`: look at jobs, cancel them, deliver them again."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.table import Table

from bots.app import store_config
from bots.console.markup import clean
from bots.relay import ASIDE, about
from bots.settings import Settings
from cli.terminal import EXIT_FAILED, Terminal
from core.messages import Message
from core.store.open import Store, open_store
from core.store.record import Record

HIDDEN = frozenset({"before", "by"})
"""Facts that tell a person nothing."""


async def run(action: str, settings: Settings, terminal: Terminal, **args: str | int | None) -> int:
    """Do one action; returns the exit code. Raises StoreError."""
    async with open_store(store_config(settings)) as store:
        if action == "list":
            return await _list(
                store, terminal, state=str(args["state"]) if args["state"] else None, limit=int(args["limit"] or 50)
            )
        job = str(args["job"])
        record = await store.inbox.record(job)
        if record is None:
            raise terminal.fail("cli-jobs-unknown", EXIT_FAILED, job=job)
        if action == "show":
            return await _show(store, terminal, record)
        if action == "cancel":
            outcome = await store.inbox.cancel(job)
            if outcome == "queued" and not record.problem:
                await store.inbox.put(_pressed(record, "cancel"), lane=ASIDE)
            terminal.console.print(terminal.say("cli-jobs-cancelled", job=job, outcome=outcome))
            return 0
        return await _deliver(store, terminal, record)


async def _list(store: Store, terminal: Terminal, *, state: str | None, limit: int) -> int:
    records = await store.inbox.jobs(state=state, limit=limit)
    if not records:
        terminal.console.print(terminal.say("cli-jobs-none"))
        return 0
    table = Table("job", "state", "stage", "channel", "who", "about", "since", "tries", box=None, pad_edge=False)
    for record in records:
        table.add_row(
            record.turn_id,
            record.state,
            f"{record.stage} {record.step + 1}/{len(record.plan or ())}",
            record.channel_key + (f"!{record.lane}" if record.lane else ""),
            clean(record.message.person.name),
            clean(about(record.message)),
            when(record.created_ms),
            str(record.tries),
        )
    terminal.console.print(table)
    return 0


async def _show(store: Store, terminal: Terminal, record: Record) -> int:
    table = Table.grid(padding=(0, 2))
    lines = {
        "job": record.turn_id,
        "state": record.state,
        "channel": record.channel_key,
        "who": record.message.person.name,
        "said": record.message.text[:500],
        "files": ", ".join(file.name for file in record.message.attachments),
        "created": when(record.created_ms),
        "began": when(record.began_ms),
        "ended": when(record.ended_ms),
        "problem": record.problem,
        **{name: str(value) for name, value in record.facts.items() if name not in HIDDEN},
    }
    for name, value in lines.items():
        if value:
            table.add_row(f"[dim]{name}[/dim]", clean(value))
    terminal.console.print(table)
    for change in await store.history.changes(limit=10_000):
        if change.turn_id == record.turn_id:
            terminal.console.print(f"  {when(change.at_ms)}  step {change.step + 1}  {change.stage}", highlight=False)
    return 0


async def _deliver(store: Store, terminal: Terminal, record: Record) -> int:
    """Queue the delivery button's own message: the same path as a press of it."""
    if not record.facts.get("render"):
        raise terminal.fail("cli-jobs-nothing-to-deliver", EXIT_FAILED, job=record.turn_id)
    put = await store.inbox.put(_pressed(record, "export"))
    terminal.console.print(terminal.say("cli-jobs-redelivered", job=record.turn_id, new=put.turn_id))
    return 0


def _pressed(record: Record, verb: str) -> Message:
    """The message of a job's own button: the bots do what it says, in its chat (close its card, post its video)."""
    origin = record.message
    return Message(
        id=f"{verb}-{record.turn_id}-{record.ended_ms}",
        channel=origin.channel,
        person=origin.person,
        verb=verb,
        args={"job": record.turn_id},
        locale=origin.locale,
        reply=origin.reply,
    )


def when(ms: int | None) -> str:
    """Spell a time of the store's clock, local."""
    return datetime.fromtimestamp(ms / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S") if ms else ""
