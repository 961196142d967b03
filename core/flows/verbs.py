"""Verbs that our own program answers: help, why, new, projects, language, format, settings, queue, cancel."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from core.events import Cancelled, Event, Explained, Told
from core.flows import status
from core.flows.tools import Desk, Tools
from core.intents import Chat, Do, Intent, Plan, Status, names
from core.languages import normalise
from core.messages import Message
from core.router import explain
from core.store.errors import Unreadable
from core.turn import Turn

BESIDE = frozenset({"help", "status", "why", "queue", "cancel", "language", "settings", "greet", "ask"})
"""Verbs that are answered beside the queue: they change nothing in the session."""

EXPORT_MODES = ("changed", "asked", "offer")
SHOWN_PROJECTS = 10


_SPOKEN = {
    "undo": {"en": "undo", "zh": "撤销", "es": "deshacer"},
    "format": {
        "en": "change the aspect ratio to {argument}",
        "zh": "画面比例改成 {argument}",
        "es": "cambia el formato a {argument}",
    },
}
"""Verbs that the agent carries out: what is said to it, as a person would say it."""


def as_talk(plan: Plan, locale: str) -> Plan:
    """Replace the verbs that the agent carries out by what is said to it."""
    return tuple(_talk(part, locale) for part in plan)


def _talk(part: Intent, locale: str) -> Intent:
    if not isinstance(part, Do) or part.verb not in _SPOKEN:
        return part
    words = _SPOKEN[part.verb]
    return Chat(words.get(locale.split("-", maxsplit=1)[0], words["en"]).format(argument=part.argument))


async def run(intent: Do, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Answer a verb."""
    match intent.verb:
        case "help" | "greet":
            yield Told("help")
        case "why":
            yield why(turn.message, intent.argument) if intent.argument.strip() else Told("why-which")
        case "ask":
            yield Told("edit-which")
        case "status":
            async with aclosing(status.run(Status(), turn, tools, intent.argument)) as events:
                async for event in events:
                    yield event
        case "queue":
            yield await _queue(turn, tools)
        case "cancel":
            yield await _cancel(intent.argument, turn, tools)
        case "new":
            yield await _new(intent.argument, turn, tools)
        case "projects":
            yield await _projects(intent.argument, turn, tools)
        case "language":
            yield await _language(intent.argument, turn, tools)
        case "settings":
            yield await _settings(intent.argument, turn, tools)
        case unknown:
            raise Unreadable(unknown)  # a stored turn with such a verb is no turn of ours (core/store/record.py)


def why(message: Message, text: str) -> Explained:
    """Tell which rule reads each clause of `text`."""
    found = explain(Message(id=message.id, channel=message.channel, person=message.person, text=text))
    return Explained(names(found.plan), tuple((one.clause, one.intent, one.rule, one.note) for one in found.reasons))


async def _queue(turn: Turn, tools: Tools) -> Event:
    jobs = await tools.jobs.of(turn.message.channel.key)
    lines = "\n".join(f"{job.place + 1}. {job.owner}: {job.about}" for job in jobs)
    return Told("queue", {"count": len(jobs), "lines": lines})


async def _cancel(argument: str, turn: Turn, tools: Tools) -> Event:
    """Cancel the job of a button, else the running one, else the one that waits first (decisions 9)."""
    wanted = str(turn.message.args.get("job") or argument or turn.facts.get("cancels") or "")
    if not wanted:
        jobs = [job for job in await tools.jobs.of(turn.message.channel.key) if not job.cancelled]
        wanted = jobs[0].id if jobs else ""
        # Kept before it is done: whoever does it again must not take the next one.
        await turn.reach(turn.stage, cancels=wanted)
    outcome = await tools.jobs.cancel(wanted) if wanted else "gone"
    if outcome == "queued":
        return Cancelled(running=False, paid=False)
    return Told("cancel-running") if outcome == "running" else Told("cancel-nothing")


async def _new(title: str, turn: Turn, tools: Tools) -> Event:
    desk = Desk(turn, tools)
    had = await desk.peek() is not None
    await desk.renew(" ".join(title.split()))
    return Told("projects-new", {"had": "yes" if had else "no"})


async def _projects(argument: str, turn: Turn, tools: Tools) -> Event:
    key = turn.message.channel.key
    projects = await tools.sessions.projects(key)
    if not argument:
        lines = "\n".join(f"{n}. {project.name}" for n, project in enumerate(projects[:SHOWN_PROJECTS], 1))
        present = await tools.sessions.load(key)
        about = {"open": "yes" if present else "no", "name": present.name if present else ""}
        return Told("projects-list", {"count": len(projects), "lines": lines, **about})
    if not argument.isdigit() or not 1 <= int(argument) <= len(projects):
        return Told("projects-unknown", {"number": argument, "count": len(projects)})
    chosen = projects[int(argument) - 1]
    await tools.sessions.resume(key, int(argument) - 1, turn.journal)
    return Told("projects-resumed", {"name": chosen.name})


async def _language(argument: str, turn: Turn, tools: Tools) -> Event:
    if argument.strip().lower() == "auto":
        await tools.sessions.set_choice(person_key(turn.message), "language", None)
        return Told("language-auto")
    chosen = normalise(argument) if argument else None
    if chosen is None:
        return Told("language-which", {"current": tools.locale})
    await tools.sessions.set_choice(person_key(turn.message), "language", chosen)
    return Told("language-set", {"language": chosen})


async def _settings(argument: str, turn: Turn, tools: Tools) -> Event:
    words = argument.split()
    mode = next((word.lower() for word in words if word.lower() in EXPORT_MODES), None)
    spoken = next((tag for word in words if word.lower() not in EXPORT_MODES and (tag := normalise(word))), None)
    if spoken is not None:
        await tools.sessions.set_choice(person_key(turn.message), "language", spoken)
    if mode is not None:
        await tools.sessions.set_choice(turn.message.channel.key, "export", mode)
        return Told("settings-export", {"export": mode})
    return Told("settings-show", {"language": spoken or tools.locale, "export": tools.rules.export})


def person_key(message: Message) -> str:
    """The name under which a person's own choices are kept."""
    return f"{message.channel.platform}:person:{message.person.id}"
