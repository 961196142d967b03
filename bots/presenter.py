"""Event → Post: which words, in the card or as a message of their own. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Protocol, assert_never

from bots.adapter import Button, Post
from bots.timeline import changes_text, timeline_text
from core import events as e


class Say(Protocol):
    """Words in one person's language."""

    def __call__(self, key: str, /, **args: str | int | float) -> str:
        """Return the sentence `key`."""
        ...


@dataclass(frozen=True, slots=True)
class Card:
    """What the one card of a turn says now.

    Attributes:
        title: What the job is called: the track, else the words.
        owner: Who asked, as shown in the chat.
        line: The sentence of the present stage.
        stage: Its name: a change of it goes out before a mere change of numbers.
        done: 0.0 to 1.0 for a bar, None for none.
        place: Jobs of the channel before this one; 0: it runs.
        elapsed_s: Shown once it is two minutes or more.
        usual_s: From, to: how long this stage usually takes, or the wait until this job's turn; None while we have not
            measured enough.
        final: It is over; the card shrinks.
        link: Opens the project. jump: Leads to the result, where the platform has such links.
    """

    job: str
    title: str
    owner: str = ""
    line: str = ""
    stage: str = ""
    done: float | None = None
    place: int = 0
    elapsed_s: float = 0.0
    usual_s: tuple[float, float] | None = None
    final: bool = False
    link: str | None = None
    jump: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What an event makes of the card, and the messages it says."""

    card: Card
    replies: tuple[Post, ...] = field(default=())


ELAPSED_FROM_S = 115.0


def present(event: e.Event, card: Card, say: Say) -> Shown:  # noqa: PLR0911, PLR0912 - one case an event, by design
    """Find the words for an event."""

    def stage(name: str, line: str, done: float | None = None) -> Shown:
        return Shown(replace(card, stage=name, line=line, done=done))

    def reply(text: str, *buttons: Button, name: str | None = None) -> Shown:
        shown = replace(card, stage=name, line=say(f"chat-{name}"), done=None) if name else card
        return Shown(shown, (Post("reply", text, buttons=buttons),))

    def button(action: str, style: str = "secondary") -> Button:
        return Button(say(f"button-{action}"), action, card.job, style=style)  # type: ignore[arg-type]

    match event:
        case e.Connecting():
            return stage("connecting", say("chat-connecting"))
        case e.Ready(link):
            shown = replace(card, stage="ready", line=say("chat-working-new"), link=link)
            return Shown(shown, (Post("reply", f"{say('chat-ready')}\n{say('answers-tips')}"),))
        case e.TimelineGone():
            return reply(say("errors-timeline-gone"))
        case e.Said(text):
            return reply(text)
        case e.Writing():
            return Shown(card)
        case e.Working(name, done):
            return stage(name, say(f"chat-{name}"), done)
        case e.StillWorking(elapsed_s):
            return Shown(replace(card, elapsed_s=elapsed_s))
        case e.Stored(names, alone):
            line = say("upload-stored", count=len(names), names=", ".join(names))
            return reply(f"{line}\n{say('upload-what-now')}") if alone else stage("stored", line)
        case e.FileWanted():
            return reply(say("upload-wanted"))
        case e.BalanceRead(available, frozen, total):
            return reply(say("credits-balance", available=available, frozen=frozen, total=total))
        case e.DraftRead(summary, job, media):
            return reply(_status(summary, job, media, say))
        case e.DraftChanged(changes, silent):
            return reply(_changed(changes, say, silent=silent))
        case e.NothingYet(media):
            return reply(say("export-nothing-yet", media=media))
        case e.Progress(done):
            known = done is not None
            line = say("export-progress", percent=round(100 * (done or 0.0))) if known else say("export-submitting")
            return stage("rendering", line, done)
        case e.RenderSlow():
            return reply(say("export-slow"))
        case e.ExportOffered():
            return reply(say("export-offered"), button("export", "primary"))
        case e.FollowUpOffered(text):
            return reply(say("chat-follow-up", text=text), button("follow-up"))
        case e.Superseded():
            return stage("superseded", say("export-superseded"))
        case e.Delivered():
            return stage("delivering", say("export-delivering"))
        case e.BrokeOff():
            return reply(say("errors-broke-off"))
        case e.Recovering():
            return stage("looking", say("chat-looking"))
        case e.Doubtful(what):
            again = button("deliver" if what == "delivery" else "retry", "primary")
            return reply(say(f"errors-doubtful-{what}"), again)
        case e.Cancelled(running, paid, count):
            outcome = {True: "paid", False: "unpaid", None: "unknown"}[paid] if running else "queued"
            return reply(say(f"answers-cancel-{outcome}", count=count))
        case e.Told(key, args):
            return reply(say(f"answers-{key}", **args))
        case e.Explained():
            return reply(explained_text(event, say))
        case e.Failed(kind, args, link, retry, goes_on):
            again = button("deliver" if kind == "Undelivered" else "retry", "primary")
            words = _failed(kind, dict(args), link, say, again if retry else None)
            name = "doubtful" if kind == "NothingSeen" else "failed"
            over = replace(card, stage=name, line=say(f"chat-{name}"), done=None, final=True)
            return Shown(card if goes_on else over, (words,))
    assert_never(event)


def explained_text(found: e.Explained, say: Say) -> str:
    """The plan of a message, and a line for each of its clauses: what becomes of it, and why."""
    lines = [found.plan]
    for clause, intent, rule, note in found.clauses:
        what = say("answers-why-clause", clause=clause) if clause else say("answers-why-file")
        lines.append(
            f"{what} → {say('answers-why-intent', intent=intent)}{say('answers-why-rule', rule=rule, note=note)}"
        )
    return "\n".join(lines)


def card_post(card: Card, say: Say) -> Post:
    """Draw a card as a post, ready but for the platform's markup."""
    facts: list[str] = []
    if card.owner:
        facts.append(say("card-owner", name=card.owner))
    if card.usual_s is not None and not card.final:
        facts.append(_usually(card.usual_s, card.place, say))
    if card.elapsed_s >= ELAPSED_FROM_S and not card.final:
        facts.append(say("card-still", elapsed=span(card.elapsed_s, say)))
    buttons: list[Button] = []
    if not card.final:
        buttons.append(Button(say("button-cancel"), "cancel", card.job, style="danger"))
        buttons.append(Button(say("button-status"), "status", card.job))
    if card.link:
        buttons.append(Button(say("button-project"), url=card.link, style="link"))
    if card.jump and card.final:
        buttons.append(Button(say("button-jump"), url=card.jump, style="link"))
    return Post(
        "status",
        card.line,
        title=card.title,
        done=None if card.final else card.done,
        facts=tuple(facts),
        buttons=tuple(buttons),
        stage=card.stage,
        final=card.final,
    )


def _usually(range_s: tuple[float, float], place: int, say: Say) -> str:
    """When the turn of a job comes that waits, or how long one that runs takes; seconds from, to."""
    return say("card-turn" if place else "card-usual", range=spans(*range_s, say))


def spans(low_s: float, high_s: float, say: Say) -> str:
    """Spell a range: "45 s to 3 min", or "2 min" where both ends read alike."""
    low, high = span(low_s, say), span(high_s, say)
    return low if low == high else say("card-range", low=low, high=high)


def span(seconds: float, say: Say) -> str:
    """Spell a length of time: "45 s", "3 min"."""
    if seconds < 59.5:
        return say("card-seconds", count=max(1, round(seconds)))
    return say("card-minutes", count=round(seconds / 60))


def other_shapes(size: tuple[int, int] | None) -> tuple[str, str]:
    """The two shapes worth offering for a video of this size in pixels: not the one it has."""
    if size is None or size[0] > size[1]:
        return "aspect-9x16", "aspect-1x1"
    return ("aspect-16x9", "aspect-1x1") if size[0] < size[1] else ("aspect-16x9", "aspect-9x16")


def result_post(job: str, text: str, project_link: str | None, say: Say, size: tuple[int, int] | None = None) -> Post:
    """The words and buttons beside a finished video of `size` pixels."""
    names = ("again", "edit", *other_shapes(size), "delete")
    buttons = [Button(say(f"button-{name}"), name, job) for name in names]
    if project_link:
        buttons.append(Button(say("button-project"), url=project_link, style="link"))
    return Post("result", text, buttons=tuple(buttons), final=True)


def _status(summary: object, job: object, media: int, say: Say) -> str:
    lines = []
    running = dict(job) if isinstance(job, dict) else {}
    if running:
        waiting, place = int(running.get("waiting", "0")), int(running.get("place", "0"))
        stage = running.get("stage", "")
        lines.append(say("chat-queued", place=place) if place else say("status-job", stage=stage, waiting=waiting))
        if "low_s" in running:
            range_s = float(running["low_s"]), float(running["high_s"])
            lines.append(_usually(range_s, place, say))
    known = summary is not None
    lines.append(timeline_text(summary, say) if known else say("status-empty", media=media))  # type: ignore[arg-type]
    return "\n".join(lines)


def _changed(changes: tuple[object, ...], say: Say, *, silent: bool) -> str:
    if not changes:
        return say("chat-nothing-changed")
    text = changes_text(changes, say)  # type: ignore[arg-type]
    return f"{say('chat-changed')}\n{text}\n{say('chat-next-steps')}" if silent else f"{say('chat-changed')}\n{text}"


def _failed(kind: str, args: dict[str, str | int | float], link: str | None, say: Say, retry: Button | None) -> Post:
    buttons = [retry] if retry else []
    if link:
        label = "button-account" if args.get("anonymous") == "no" else "button-register"
        buttons.append(Button(say(label), url=link, style="link"))
    if args.get("name") == "":
        args["name"] = "unnamed"  # the texts say "this file" for it
    text = say(f"errors-{dashed(kind)}", **args)
    # A sentence that leads to a link ends in a colon; where there is no web side it simply ends.
    text = f"{text}\n{link}" if link else re.sub(r"\s*[:：]$", "。" if text.endswith("：") else ".", text)
    return Post("reply", text, buttons=tuple(buttons))


def dashed(kind: str) -> str:
    """ "ExportBlocked" → "export-blocked"."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in kind).lstrip("-")
