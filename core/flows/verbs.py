"""Verbs that our own program answers: help, why, new, projects, language, format, settings, queue, cancel."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from core.events import Cancelled, Event, Failed, Told
from core.flows.tools import Desk, Tools
from core.intents import Do, names
from core.languages import normalise
from core.messages import Message
from core.router import Explanation, explain
from core.turn import Turn

BESIDE = frozenset({"help", "why", "queue", "cancel", "language", "settings", "greet"})
"""Verbs that are answered beside the queue: they change nothing in the session."""

EXPORT_MODES = ("changed", "asked", "offer")
SHOWN_PROJECTS = 10


async def run(intent: Do, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Answer a verb."""
    match intent.verb:
        case "help" | "greet":
            yield Told("help")
        case "why":
            yield Told("why", {"rules": why(turn.message, intent.argument)})
        case "queue":
            yield await _queue(turn, tools)
        case "cancel":
            yield await _cancel(intent.argument, turn, tools)
        case "new":
            for event in await _new(turn, tools):
                yield event
        case "projects":
            yield await _projects(intent.argument, turn, tools)
        case "language":
            yield await _language(intent.argument, turn, tools)
        case "settings":
            yield await _settings(intent.argument, turn, tools)
        case _:
            yield Failed("UnknownVerb", {"verb": intent.verb})


def why(message: Message, text: str) -> str:
    """Say which rule reads each clause of `text`, a line each."""
    asked = Message(id=message.id, channel=message.channel, person=message.person, text=text)
    return reasons_text(explain(asked))


def reasons_text(found: Explanation) -> str:
    """Spell a plan and the rule of each clause, a line each."""
    lines = [names(found.plan)]
    for reason in found.reasons:
        note = f" ({reason.note})" if reason.note else ""
        lines.append(f"“{reason.clause}” → {reason.intent}: {reason.rule}{note}")
    return "\n".join(lines)


async def _queue(turn: Turn, tools: Tools) -> Event:
    jobs = await tools.jobs.of(turn.message.channel.key)
    lines = "\n".join(f"{job.place + 1}. {job.owner}: {job.about}" for job in jobs)
    return Told("queue", {"count": len(jobs), "lines": lines})


async def _cancel(argument: str, turn: Turn, tools: Tools) -> Event:
    """Cancel the job of a button, else the running one, else the one that waits first (decisions 9)."""
    jobs = [job for job in await tools.jobs.of(turn.message.channel.key) if not job.cancelled]
    wanted = turn.message.args.get("job") or argument or (jobs[0].id if jobs else "")
    outcome = await tools.jobs.cancel(wanted) if wanted else "gone"
    if outcome == "queued":
        return Cancelled(running=False, paid=False)
    return Told("cancel-running") if outcome == "running" else Told("cancel-nothing")


async def _new(turn: Turn, tools: Tools) -> list[Event]:
    desk = Desk(turn, tools)
    had = await desk.peek() is not None
    await desk.renew()
    return [Told("projects-new", {"had": "yes" if had else "no"})]


async def _projects(argument: str, turn: Turn, tools: Tools) -> Event:
    key = turn.message.channel.key
    projects = await tools.sessions.projects(key)
    if not argument:
        lines = "\n".join(f"{n}. {project.name}" for n, project in enumerate(projects[:SHOWN_PROJECTS], 1))
        return Told("projects-list", {"count": len(projects), "lines": lines})
    if not argument.isdigit() or not 1 <= int(argument) <= len(projects):
        return Told("projects-unknown", {"number": argument, "count": len(projects)})
    chosen = projects[int(argument) - 1]
    await tools.sessions.resume(key, int(argument) - 1, turn.journal)
    return Told("projects-resumed", {"name": chosen.name})


async def _language(argument: str, turn: Turn, tools: Tools) -> Event:
    chosen = normalise(argument) if argument else None
    if chosen is None:
        return Told("language-which", {"current": tools.locale})
    await tools.sessions.set_choice(person_key(turn.message), "language", chosen)
    return Told("language-set", {"language": chosen})


async def _settings(argument: str, turn: Turn, tools: Tools) -> Event:
    mode = argument.strip().lower()
    if mode not in EXPORT_MODES:
        return Told("settings-show", {"language": tools.locale, "export": tools.rules.export})
    await tools.sessions.set_choice(turn.message.channel.key, "export", mode)
    return Told("settings-export", {"export": mode})


def person_key(message: Message) -> str:
    """The name under which a person's own choices are kept."""
    return f"{message.channel.platform}:person:{message.person.id}"
