"""What a terminal shows: the bar keeps its sign of life, a link stands there once, unspaced writing fills its lines."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from bots.adapter import Button, Post
from bots.console.screens import Buttons, LiveScreen, PromptScreen

LINK = "https://web.test/register?bind=anon_1"
CARD = Post("status", "Looking…", facts=("Still working… 4 min",))


def terminal(width: int) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, color_system=None)


def printed(post: Post, width: int) -> list[str]:
    console = terminal(width)
    LiveScreen(console, Buttons()).reply(post)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.mark.parametrize(
    ("width", "bar"), [(80, "Looking…   Still working… 4 min"), (24, "Looking…\nStill working… 4 min")]
)
def test_the_facts_of_a_card_get_a_line_of_their_own_where_they_would_be_cut_off(width: int, bar: str) -> None:
    screen = PromptScreen(terminal(width), Buttons())
    screen.card(CARD)
    assert screen.toolbar() == bar


def test_buttons_and_links_stand_in_a_pipe_too() -> None:
    pipe = io.StringIO()
    buttons = Button("Again", "again", "j-1"), Button("Open the project", url=LINK, style="link")
    LiveScreen(Console(file=pipe, width=20), Buttons()).reply(Post("reply", "Done.", buttons=buttons))
    assert pipe.getvalue().splitlines()[-1].strip() == f"[1] Again  Open the project → {LINK}"


def test_a_link_that_the_words_end_in_is_not_shown_again() -> None:
    button = Button("Register", url=LINK, style="link")
    said = printed(Post("reply", f"Register to go on:\n{LINK}", buttons=(button,)), 80)
    shown = printed(Post("reply", "Register to go on.", buttons=(button,)), 80)
    assert "\n".join(said).count(LINK) == 1
    assert shown[-1].strip() == f"Register → {LINK}"


@pytest.mark.parametrize(
    ("text", "first"),
    [("one two three four five six", "From Music  one two"), ("没有空格的句子也从第一行开始写，不会整句换行", None)],
)
def test_a_sentence_begins_beside_the_name(text: str, first: str | None) -> None:
    lines = printed(Post("reply", text), 22)
    assert lines[0].rstrip() == (first or f"From Music  {text}")  # the terminal itself ends lines of the latter
