"""What musicians type, in long tables: every wish is read, or it is said that it was not understood.

The wishes of a message are spelled shortly, `; ` between them: "9:16", "palette neon", "bars red", "trim 0-15",
"title Night Drive +5 @0 @end". "no" stands for an honest no or a question back, "create?" for a Create that may be
implied, nothing for a message that wishes for nothing. "~" before a message: it is not read right yet, and the person
hears so; "+": a piece of it is quoted back without need; "!": it is misread.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from studio.agent import edits as e
from studio.agent.instructions import read
from studio.agent.phrases import color
from studio.agent.rules import Ask, Missed, Wish

HERE = Path(__file__).parent / "sayings"
Verdict = Literal["right", "told", "dropped", "wrong", "noisy"]


def sayings(name: str) -> list[tuple[str, frozenset[str]]]:
    """The messages of a table with the wishes expected."""
    lines = [line for line in (HERE / f"{name}.txt").read_text("utf-8").splitlines() if not line.startswith("#")]
    pairs = [line.rpartition("=>")[::2] for line in lines]
    return [
        (text.strip(), frozenset(_level(w.strip()) for w in wishes.split("; ") if w.strip())) for text, wishes in pairs
    ]


def _level(wish: str) -> str:
    """Colours are compared by their code."""
    target, _, said = wish.partition(" ")
    return f"{target} {color(said)}" if target in ("bars", "background", "text") else wish


def spelled(wish: Wish) -> str:
    """A wish as the tables spell it."""
    match wish:
        case e.Create():
            return "create"
        case e.SetText(role, text, when):
            return f"{role} {text}{_when(when)}".removesuffix(" @end" if role == "credits" else "\0")
        case e.Reword(old, new):
            return f"reword {old} → {new}"
        case e.RetimeText(role, when):
            return f"retime {role}{_when(when)}"
        case e.RemoveText(role):
            return f"remove {role or 'all'}"
        case e.SetAspect(aspect):
            return aspect
        case e.SetPalette(name):
            return f"palette {name}"
        case e.SetColor(target, code, _):
            return f"{target} {code}"
        case e.SetVolume(volume):
            return f"volume {round(volume * 100)}"
        case e.ChangeVolume(factor):
            return "louder" if factor > 1 else "quieter"
        case e.Trim(start, end):
            return f"trim {start // 1000}-{'end' if end is None else end // 1000}"
        case e.Drop(where, ms):
            return f"drop {where} {ms // 1000}"
        case e.KeepLast(ms):
            return f"last {ms // 1000}"
        case e.SetCuts(cuts):
            return f"cuts {cuts}"
        case e.ChangePace(step):
            return "faster" if step > 0 else "slower"
        case e.SetEnergy(energy):
            return energy
        case e.UseCover(use):
            return "cover" if use else "no cover"
        case e.StartOver():
            return "over"
        case e.Undo():
            return "undo"
        case e.Redo():
            return "redo"
        case e.SetStyle(style):
            return f"style {style}"
        case Ask("thanks" | "hello" as topic):
            return topic
        case Ask(topic):
            return f"ask {topic}"
        case _:
            return "no"


def _when(when: e.When) -> str:
    length = f" +{when.duration_ms // 1000}" if when.duration_ms else ""
    start = f" @{when.start_ms // 1000}" if when.start_ms is not None else ""
    return f"{length}{start}{' @end' if when.at_end else ''}"


def verdict(text: str, expected: frozenset[str]) -> Verdict:
    """How a message was read; "told": something is missing, and the person hears so; "noisy": told without need."""
    got = {spelled(wish) for wish in read(text)} - {"thanks", "hello"}
    wanted = {wish for wish in expected if wish not in ("thanks", "hello") and not wish.endswith("?")}
    allowed = {"no"} | {wish.removesuffix("?") for wish in expected}
    honest = not got or any(wish == "no" or wish.startswith("ask ") for wish in got)
    if any(wish not in allowed and not wish.startswith("ask ") for wish in got):
        return "wrong"
    if wanted - got - {"no"}:
        return "told" if honest else "dropped"
    if "no" in got and not expected & {"no", "no?"}:
        return "noisy"
    return "dropped" if "no" in wanted and not honest else "right"


TABLES = sorted(path.stem for path in HERE.glob("*.txt"))
READ = {"~": "told", "!": "wrong", "+": "noisy"}


@pytest.mark.parametrize("table", TABLES)
def test_the_tables_are_read_as_they_say(table: str) -> None:
    verdicts = {text: verdict(text.lstrip("~!+ "), expected) for text, expected in sayings(table)}
    assert {text: said for text, said in verdicts.items() if said != READ.get(text[0], "right")} == {}


def test_what_is_not_understood_is_quoted_back_beside_what_is_done() -> None:
    assert read("make it vertical and add a flux capacitor") == (
        e.SetAspect("9:16"),
        Missed("add a flux capacitor"),
    )
    assert read("竖屏，加个时光机") == (e.SetAspect("9:16"), Missed("加个时光机"))
    assert read("add a flux capacitor") == ()  # nothing is understood: the answer says so without a quote


@pytest.mark.parametrize(
    "text",
    [
        "this is my new song, I hope you like it. make it vertical please!",
        "hey bro, could you make it vertical for me? thanks a lot",
        "你好，这是我的新歌，帮我改成竖屏吧，谢谢",
        "hola, esta es mi canción, ponlo en vertical por favor",
        "ok now vertical",
        "make the video vertical",
        "keep the title, make it vertical",
    ],
)
def test_small_talk_round_a_wish_is_not_held_against_it(text: str) -> None:
    assert read(text) == (e.SetAspect("9:16"),)


@pytest.mark.parametrize(
    ("text", "wishes"),
    [
        ('add a title "Neon Snow, 15s, black and white"', ["title Neon Snow, 15s, black and white"]),
        ("标题改成“黑白雪花”", ["title 黑白雪花"]),
        ("change the title to Faster Than Light", ["title Faster Than Light"]),
        ('show "the drop" at 0:30', ["caption the drop @30"]),
        ("don't add snow, make it vertical", ["9:16"]),
        ("no neon please", []),
        ("don't make it faster", ["slower"]),
        ("别用黑白", []),
    ],
)
def test_words_of_a_text_or_behind_a_dont_are_no_wishes(text: str, wishes: list[str]) -> None:
    assert [spelled(wish) for wish in read(text)] == wishes


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("sqaure", e.SetAspect("1:1")),
        ("bakground black", e.SetColor("background", "#0b0c0f", "black")),
        ("change the title to Sqaure Root", e.SetText("title", "Sqaure Root")),
        ("flower", None),
    ],
)
def test_slips_in_our_own_words_are_mended_but_never_in_a_text(text: str, wish: e.Edit | None) -> None:
    assert read(text) == ((wish,) if wish else ())
