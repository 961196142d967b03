"""The tables of words, one per language, read into rules. Another language is another file in `tables/`.

A table holds
fragments          named pieces of patterns, used as `{name}`
before, after      polite words that change nothing
idle, moment       clauses that ask for nothing: praise and thanks; when something is to happen ("once it is done")
opens, tells_when  how a condition begins, before and behind a request that no comma cuts off
asks, leans        how such a request begins; what is no clause by itself, so that none begins behind it
goes_on            how what has to come first goes on behind an "and"
closes, next       how a clause ends that is surely whole; joints that say what is done next, not another thing listed
joints             words between clauses
not_now, names     what turns an action off; talk of words to be shown
labels             what announces content without quotes
fix, ordinary      words whose typos are mended; words that only look like typos
same, same_where   other words for one word (what Taiwan says, what Chinese borrows from English); where to try them
rules              each with a name, an action and patterns that a whole clause must match; "talk" is the agent's
vocabulary         words by kind, for bags.toml
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from rapidfuzz.distance import OSA

from core.router.bags import Action, Vocabulary

LANGUAGES = ("en", "zh", "es")

_MOST_WORDS_TO_MEND = 8
_LONGEST_CLAUSE = 200
_FRAGMENT = re.compile(r"\{([a-z_]+)\}")
_BESIDE_HAN = re.compile(r" (?=[\u3400-\u9fff])|(?<=[\u3400-\u9fff]) ")
_EDGES = " \n.,;:!?~-–—…。，；：！？、～·*_#>()[]{}|/\\\"'“”‘’¡¿+=&【】"
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_TOKEN = re.compile(r"[a-z]{4,}")
_MARKS = (
    r"\.+(?=[\s\ue000-\ue001]|$)|[!?。！？；;\n…，、,—–~～]+|(?<=\s)-+(?=\s)|:(?=\s|$)|\.{2,}|(?<=[^\x00-\x7f])[.:]+"
)
_NEVER = re.compile(r"(?!)")
_WORD_ENDS = r"(?!(?<=[a-z0-9])[a-z0-9'])"
_WORD_BEGINS = r"(?!(?<=[a-z0-9'])[a-z0-9])"


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of a table.

    Attributes:
        asked: Holds only where a question mark follows ("ready?").
        alone: Holds only if nothing else in the message is an edit ("credits", "status": a noun is no request).
        fileless: Beside a file it is the agent's: "video pls" then asks to make one, else for the finished one.
        soft: Asks for nothing where the message holds another action ("算了，导出吧").
    """

    name: str
    language: str
    action: Action
    pattern: re.Pattern[str]
    alone: bool
    asked: bool = False
    soft: bool = False
    fileless: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Everything one language tells the router."""

    language: str
    rules: tuple[Rule, ...]
    before: re.Pattern[str]
    after: re.Pattern[str]
    idle: re.Pattern[str]
    moment: re.Pattern[str]
    opens: re.Pattern[str]
    asks: re.Pattern[str]
    tells_when: tuple[re.Pattern[str], ...]
    not_now: re.Pattern[str]
    names: re.Pattern[str]
    leans: re.Pattern[str]
    goes_on: re.Pattern[str]
    closes: re.Pattern[str]
    next: re.Pattern[str]
    same_where: re.Pattern[str]
    same: tuple[tuple[re.Pattern[str], str], ...]
    fix: tuple[str, ...]
    words: frozenset[str]


@dataclass(frozen=True, slots=True)
class Match:
    """A clause that a rule holds for. `mended`: only after a typo was put right."""

    rule: Rule
    text: str
    mended: bool = False


@cache
def tables() -> tuple[Table, ...]:
    """All tables, compiled once."""
    return tuple(_read(language, _raw(language)) for language in LANGUAGES)


def read_tables() -> None:
    """Read and compile everything now: under a second that the first message would otherwise wait for."""
    tables()
    joints()
    labels()
    _vocabulary()


@cache
def joints() -> re.Pattern[str]:
    """What stands between two clauses: marks of punctuation and the connecting words of every language."""
    words = "|".join(text for language in LANGUAGES for text in _raw(language)["joints"])
    return re.compile(rf"(?:(?:{_MARKS}|{words})\s*)+")


@cache
def labels() -> re.Pattern[str]:
    """What announces content without quotes, in every language; the content is the group of that name."""
    heads = "|".join(text for language in LANGUAGES for text in _raw(language)["labels"])
    ends = "|".join(text for language in LANGUAGES for text in _raw(language)["label_ends"])
    return re.compile(rf"(?:{heads})(?P<content>(?:(?!{ends})[^\n])+)")


def tidy(clause: str) -> str:
    """Return a clause without marks at its ends, with single blanks, and none beside Han characters."""
    return _BESIDE_HAN.sub("", " ".join(clause.split())).strip(_EDGES)


def match(clause: str, *, asked: bool = False, mend: bool = True) -> Match | None:
    """Return the rule that holds for the whole of a tidy clause, or None: it is for the agent.

    Args:
        asked: A question mark stands behind it.
        mend: Try again with typos put right.
    """
    if not clause or len(clause) > _LONGEST_CLAUSE:
        return None
    for look in (_by_rule, _by_other_words, _by_bag, _by_idle):
        if found := look(clause, asked):
            return found
    if mend and (mended := _mend(clause)) != clause:
        found = match(mended, asked=asked, mend=False)
        return Match(found.rule, found.text, mended=True) if found else None
    return None


def is_moment(clause: str) -> bool:
    """Whether a clause only says when: "once that's done", "改好了"."""
    return any(table.moment.fullmatch(clause) for table in tables())


def opens_condition(clause: str) -> bool:
    """Whether a clause begins like a condition, so that a request may stand behind it without a comma."""
    return any(table.opens.match(clause) for table in tables())


def asks_for_something(clause: str) -> bool:
    """Whether a clause begins the way people ask, so that it may stand behind another without a comma."""
    return any(table.asks.match(clause) for table in tables())


def leans_on_the_next(clause: str) -> bool:
    """Whether a clause is none without what follows: "what formats (can you export)"."""
    return any(table.leans.search(clause) for table in tables())


def condition_behind(clause: str) -> re.Match[str] | None:
    """Find a request ("do") with what has to come before it behind it, without a comma.

    Group "first" is an edit ("export it once you've made it darker"), "credits" a condition on the balance.
    """
    lines = (line for table in tables() for line in table.tells_when)
    return next((found for line in lines if (found := line.fullmatch(clause))), None)


def closes(clause: str) -> bool:
    """Whether a clause ends as only a whole one does ("字大点"), so that a mere blank parts it from the next."""
    return any(table.closes.search(clause) for table in tables())


def comes_after(joint: str) -> bool:
    """Whether a joint says that something is done next, not that another thing is listed: "then", "然后"."""
    return any(table.next.search(joint) for table in tables())


def goes_on(clause: str) -> bool:
    """Whether a clause goes on with what has to come first: "once you've made it darker and (added a title)"."""
    return any(table.goes_on.match(clause) for table in tables())


def is_turned_off(clause: str) -> bool:
    """Whether a clause says not to, or not now, what the next one names."""
    return any(table.not_now.search(clause) for table in tables())


def names_things(clause: str) -> bool:
    """Whether a clause speaks of words or signs to be shown, so that a bare command word after it is one of them."""
    return any(table.names.search(clause) for table in tables())


def _by_rule(clause: str, asked: bool) -> Match | None:
    for table in tables():
        for text in _without_manners(table, clause):
            for rule in table.rules:
                if (asked or not rule.asked) and rule.pattern.fullmatch(text):
                    return Match(rule, text)
    return None


def _by_other_words(clause: str, asked: bool) -> Match | None:
    """The rules again, with every word in the form that they know."""
    for table in tables():
        if not table.same_where.search(clause):
            continue
        said = clause
        for word, known in table.same:
            said = word.sub(known, said)
        if said != clause and (found := _by_rule(tidy(said), asked) or _by_idle(tidy(said), asked)):
            return found
    return None


def _by_bag(clause: str, asked: bool) -> Match | None:
    bag = _vocabulary().bag_of(clause, asked=asked)
    return Match(Rule(bag.name, "words", bag.action, _NEVER, alone=False), clause) if bag else None


def _by_idle(clause: str, _asked: bool) -> Match | None:
    for table in tables():
        forms = _without_manners(table, clause)
        if not forms[-1] or any(table.idle.fullmatch(text) or table.moment.fullmatch(text) for text in forms):
            return Match(Rule("idle", table.language, "idle", table.idle, alone=False), clause)
    return None


def _without_manners(table: Table, clause: str) -> list[str]:
    """The clause, and what is left each time a polite word before or after it is taken away."""
    forms = [clause]
    while clause:
        shorter = tidy(table.before.sub("", clause, count=1))
        if shorter == clause:
            shorter = tidy(table.after.sub("", clause, count=1))
        if shorter == clause:
            break
        forms.append(clause := shorter)
    return forms


def _mend(clause: str) -> str:
    """Put right small slips in long keywords of a short clause ("exprot", "creditz", "sendddd it")."""
    if clause.count(" ") >= _MOST_WORDS_TO_MEND:
        return clause
    clause = _DRAWN_OUT.sub(r"\1", clause)
    known = frozenset().union(*(table.words for table in tables()))
    return _TOKEN.sub(lambda found: found[0] if found[0] in known else _nearest(found[0]), clause)


def _nearest(token: str) -> str:
    slips = 2 if len(token) >= 8 else 1
    best, least = token, slips + 1
    for table in tables():
        for word in table.fix:
            if abs(len(word) - len(token)) > slips:
                continue
            if len(word) < 5 and (word[0] != token[0] or sorted(word) != sorted(token)):
                continue  # too short for more than letters that changed places ("sned")
            distance = OSA.distance(token, word, score_cutoff=slips)
            if distance < least:
                best, least = word, distance
    return best


@cache
def _vocabulary() -> Vocabulary:
    return Vocabulary(tuple(_raw(language)["vocabulary"] for language in LANGUAGES))


@cache
def _raw(language: str) -> Mapping[str, Any]:
    path = resources.files("core.router") / "tables" / f"{language}.toml"
    return tomllib.loads(path.read_text("utf-8"))


def _read(language: str, raw: Mapping[str, Any]) -> Table:
    fragments: Mapping[str, str] = raw["fragments"]
    rules = tuple(
        Rule(
            line["name"],
            language,
            line["action"],
            _compile(line["patterns"], fragments),
            alone=line.get("alone", False),
            asked=line.get("asked", False),
            soft=line.get("soft", False),
            fileless=line.get("fileless", False),
        )
        for line in raw["rules"]
    )
    literal = " ".join([*(rule.pattern.pattern for rule in rules), *raw["before"], *raw["after"], *raw["idle"]])
    return Table(
        language=language,
        rules=rules,
        before=re.compile(rf"^(?:{_alternatives(raw['before'], fragments)}){_WORD_ENDS}"),
        after=re.compile(rf"{_WORD_BEGINS}(?:{_alternatives(raw['after'], fragments)})$"),
        idle=_compile(raw["idle"], fragments),
        moment=_compile(raw["moment"], fragments),
        opens=_compile(raw["opens"], fragments),
        asks=_compile(raw["asks"], fragments),
        tells_when=tuple(_compile([line], fragments) for line in raw["tells_when"]),
        not_now=_compile(raw["not_now"], fragments),
        names=_compile(raw["names"], fragments),
        leans=_compile(raw["leans"], fragments),
        goes_on=_compile(raw["goes_on"], fragments),
        closes=_compile(raw["closes"], fragments),
        next=_compile(raw["next"], fragments),
        same_where=re.compile(raw["same_where"]),
        same=tuple((re.compile(_alternatives(words, {})), known) for known, words in raw["same"].items()),
        fix=tuple(raw["fix"]),
        words=frozenset(_TOKEN.findall(literal)).union(raw["ordinary"], raw["fix"], _latin_words(raw)),
    )


def _latin_words(raw: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(_TOKEN.findall(" ".join(" ".join(words) for words in raw["vocabulary"].values())))


def _compile(patterns: list[str], fragments: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile(_alternatives(patterns, fragments), re.DOTALL)


def _alternatives(patterns: list[str], fragments: Mapping[str, str]) -> str:
    return "|".join(f"(?:{_expand(pattern, fragments)})" for pattern in patterns)


def _expand(pattern: str, fragments: Mapping[str, str]) -> str:
    while _FRAGMENT.search(pattern):
        pattern = _FRAGMENT.sub(lambda found: f"(?:{fragments[found[1]]})", pattern)
    return pattern
