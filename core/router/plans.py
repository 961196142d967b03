"""Clauses → Plan, with the reasons for it; verbs and slash commands first."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from core import intents, languages, verbs
from core.intents import Chat, Credits, Do, Export, Intent, Plan, Status, Upload
from core.messages import Attachment, Channel, Message, Person
from core.router import addresses
from core.router.clauses import Clause, read
from core.router.rules import is_moment, labels, tidy
from core.router.words import ADDRESS, Words, fold

_LONGEST = 8_000
"""Characters; whoever writes more describes a video."""

_FINAL = ".!?。！？…"
_BETWEEN = " \n,;:-–—，；、" + _FINAL
_SIMPLE: dict[str, Intent] = {
    "export": Export(),
    "credits": Credits(),
    "status": Status(),
    "cancel": Do("cancel"),
    "help": Do("help"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why one clause went where it went.

    Attributes:
        clause: As the person wrote it.
        intent: Label of the intent it became, e.g. "EXPORT", or "nothing" for idle talk that was left out.
        rule: "en/send", "slash-command", "attachment", "address", "verb"; "none" for what the agent gets.
        note: Why no rule counts ("turned-off", "shown", "no-file", "file", "bare-noun", "about", "too-long"); "mended"
            for a typo; or "".
    """

    clause: str
    intent: str
    rule: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A plan and how it came about, clause by clause."""

    plan: Plan
    reasons: tuple[Reason, ...]


def route(message: Message) -> Plan:
    """Return what a message asks for, in the order to do it. Never empty, never raises."""
    return explain(message).plan


def explain(message: Message) -> Explanation:
    """Return the plan of a message and the rule that fired for each of its clauses."""
    message = replace(message, text=languages.whole(message.text))
    for look in (_by_verb, _by_slash_command, _by_length):
        if found := look(message):
            return found
    return _by_words(message)


def plans_from_json_lines(lines: Iterable[str | bytes]) -> Iterator[str]:
    """Return a plan for each line `{"language", "attachment", "text"}`; for what is no such object, "ERROR: why"."""
    for line in lines:
        try:
            yield intents.names(route(_message_of(line)))
        except ValueError as error:
            yield f"ERROR: {error}"


def _message_of(line: str | bytes) -> Message:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ValueError("not a JSON object") from error
    if not isinstance(fields, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - one class for every bad line
    text = fields.get("text", "")
    if not isinstance(text, str | None):
        raise ValueError("text is not a string")  # noqa: TRY004 - as above
    attachment = fields.get("attachment", False) in (True, "yes", "true", 1)
    files = (Attachment("track.mp3"),) if attachment else ()
    return Message("", Channel("console", "plans"), Person("plans"), text or "", files)


# verbs


def _by_verb(message: Message) -> Explanation | None:
    if not message.verb:
        return None
    args = {name: value for name, value in message.args.items() if value}
    plan = _plan_of_verb(message.verb, args, message, message.text)
    return Explanation(plan, (Reason(message.text, intents.names(plan), "verb"),))


def _by_slash_command(message: Message) -> Explanation | None:
    head = unicodedata.normalize("NFKC", message.text[:_LONGEST]).strip()
    called = verbs.parse_slash(head)
    if called is None:
        return None
    name, argument = called
    verb = verbs.find(name)
    if verb is None:
        plan: Plan = (Do("help", name),)
    elif name.casefold() in verbs.UPLOAD_NAMES and not argument:
        plan = (_upload(message, ()),)
    else:
        plan = _plan_of_verb(verb.name, verbs.bind(verb, argument), message, "")
    return Explanation(plan, (Reason(message.text.strip(), intents.names(plan), "slash-command"),))


def _plan_of_verb(name: str, args: dict[str, str], message: Message, text: str) -> Plan:
    if name in ("video", "edit"):
        return _video(args, message, text)
    if name == verbs.OWED:
        return (Export(asked=False),)
    if name in ("export", "credits", "status") and not (name == "status" and args):
        return (_SIMPLE[name],)
    return (Do(name, " ".join(args.values())),)


def _video(args: dict[str, str], message: Message, text: str) -> Plan:
    """`/video` and `/edit`: files first, then the words; with neither, ask for a file."""
    said = args.get("prompt") or args.get("text") or text.strip()
    urls = _media_urls(said)
    files: Plan = (_upload(message, urls),) if message.attachments or urls else ()
    if said in urls:
        said = ""
    if not said and files:
        said = verbs.default_prompt(message.locale or message.person.locale)
    if aspect := args.get("aspect"):
        said = f"{said}, {aspect}" if said else aspect
    chat: Plan = (Chat(said),) if said else ()
    return (*files, *chat) or (Upload(),)


# words


def _by_length(message: Message) -> Explanation | None:
    if len(message.text) <= _LONGEST:
        return None
    files: Plan = (Upload(files=True),) if message.attachments else ()
    plan = (*files, Chat(message.text.strip()))
    reason = Reason(message.text[:80] + "…", intents.names(plan), "none", "too-long")
    return Explanation(plan, (reason,))


def _by_words(message: Message) -> Explanation:
    found = addresses.find(message.text)
    words = fold(message.text, tuple((one.start, one.end) for one in found), labels())
    media = tuple(dict.fromkeys(one.url for one in found if one.is_media))
    clauses = read(words, has_file=bool(message.attachments or media))
    clauses = tuple(one for one in clauses if not _is_address(words, one))
    asked = any(one.match and one.match.rule.action in ("upload", "handing") for one in clauses if one.kind == "action")
    urls = media or (tuple(one.url for one in found if not one.is_page) if asked else ())
    lost_page = bool(found) and not urls
    steps = _steps(words, clauses, has_file=bool(message.attachments or urls), agent_takes_links=lost_page)
    files: Plan = (_upload(message, urls),) if message.attachments or urls else ()
    plan = _joined((*files, *steps)) or _wordless(words)
    if len(plan) == 1 and isinstance(plan[0], Chat):
        plan = (Chat(message.text.strip()),)
    return Explanation(plan, _reasons(message, words, clauses, urls))


def _wordless(words: Words) -> Plan:
    """No word and no file: a mere "?" asks for help, the rest (emoji) is talk."""
    return (Do("help"),) if set(words.folded.split()) in ({"?"}, {"??"}, {"???"}) else (Chat(words.written.strip()),)


def _steps(words: Words, clauses: tuple[Clause, ...], *, has_file: bool, agent_takes_links: bool) -> list[Intent]:
    """The intents of the clauses in order; neighbouring edits and the idle talk among them are one Chat."""
    steps: list[Intent] = []
    run: list[Clause] = []
    acted = any(_intent(one, has_file, agent_takes_links) for one in clauses)
    for clause in clauses:
        intent = _intent(clause, has_file, agent_takes_links)
        if intent is None:
            run.append(clause)
            continue
        steps += _chat(words, run, clauses[0])
        run = []
        steps.append(intent)
    steps += _chat(words, run, clauses[0]) if run else []
    if not acted and not steps and not has_file and clauses:
        steps.append(Chat(words.written.strip()))
    return steps


def _intent(clause: Clause, has_file: bool, agent_takes_links: bool) -> Intent | None:
    """What a clause asks of us; None if it is the agent's or nobody's."""
    if clause.kind != "action" or clause.match is None:
        return None
    action = clause.match.rule.action
    if action in ("upload", "handing"):
        return None if has_file or agent_takes_links else Upload()
    return _SIMPLE[action]


def _chat(words: Words, run: list[Clause], opening: Clause) -> list[Intent]:
    """One Chat for a run of clauses without actions; nothing if all of it is idle or hands a file over."""
    if not any(clause.kind == "edit" for clause in run):
        return []
    while _is_moment(words, run[-1]):
        run = run[:-1]
    while _is_moment(words, run[0]):
        run = run[1:]
    spans: list[tuple[int, int]] = []
    for clause in run:
        if spans and not clause.apart:
            spans[-1] = (spans[-1][0], clause.end)
        else:
            spans.append((clause.start, clause.end))
    if run[0] is opening and not opening.apart:  # "再加点雪花": a joint that opens a message joins nothing
        spans[0] = (len(words.folded) - len(words.folded.lstrip(_BETWEEN)), spans[0][1])
    return [Chat("\n".join(_as_written(words, start, end) for start, end in spans))]


def _is_moment(words: Words, clause: Clause) -> bool:
    return clause.kind == "idle" and is_moment(tidy(words.folded[clause.start : clause.end]))


def _as_written(words: Words, start: int, end: int) -> str:
    while end < len(words.folded) and words.folded[end] in _FINAL:
        end += 1
    return words.between(start, end)


def _joined(steps: tuple[Intent, ...]) -> Plan:
    """Say nothing twice: an action repeated without an edit in between is one action."""
    plan: list[Intent] = []
    since_edit: list[Intent] = []
    for step in steps:
        if isinstance(step, Chat):
            since_edit.clear()
        elif step in since_edit:
            continue
        else:
            since_edit.append(step)
        plan.append(step)
    return tuple(plan)


def _is_address(words: Words, clause: Clause) -> bool:
    text = words.folded[clause.start : clause.end]
    return ADDRESS in text and not text.replace(ADDRESS, "").strip(" .,:;-<>()[]")


def _media_urls(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.url for one in addresses.find(languages.whole(text)) if one.is_media))


def _upload(message: Message, urls: tuple[str, ...]) -> Upload:
    return Upload(urls=urls, files=bool(message.attachments))


def _reasons(message: Message, words: Words, clauses: tuple[Clause, ...], urls: tuple[str, ...]) -> tuple[Reason, ...]:
    reasons = []
    if message.attachments:
        reasons.append(Reason("", "UPLOAD", "attachment"))
    reasons += [Reason(url, "UPLOAD", "address") for url in urls]
    for clause in clauses:
        written = words.between(clause.start, clause.end)
        if clause.kind == "edit" or clause.match is None:
            reasons.append(Reason(written, "CHAT", "none", clause.why))
            continue
        rule = clause.match.rule
        label = "nothing" if clause.kind == "idle" else {"handing": "UPLOAD"}.get(rule.action, rule.action.upper())
        note = "mended" if clause.match.mended else ""
        reasons.append(Reason(written, label, f"{rule.language}/{rule.name}", note))
    return tuple(reasons)
