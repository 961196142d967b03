"""The registry of verbs: names, arguments, slash commands."""

from __future__ import annotations

import re

import pytest

from core.verbs import UPLOAD_NAMES, VERBS, bind, find, parse_slash

MENU = "video edit export status queue cancel undo projects new credits format language settings why help"


def test_the_registry_holds_every_verb_in_the_order_of_menus() -> None:
    assert [verb.name for verb in VERBS] == MENU.split()


def test_names_fit_every_platform() -> None:
    for verb in VERBS:
        assert re.fullmatch(r"[a-z]{1,32}", verb.name)
        assert len({argument.name for argument in verb.arguments}) == len(verb.arguments) <= 25
        for argument in verb.arguments:
            assert re.fullmatch(r"[a-z]{1,32}", argument.name)
            assert bool(argument.choices) == (argument.kind == "choice")
            assert len(argument.choices) <= 25


def test_no_name_means_two_verbs() -> None:
    names = [verb.name for verb in VERBS] + [alias for verb in VERBS for _, words in verb.aliases for alias in words]
    assert len(names) == len(set(names))
    assert all(find(name) is not None for name in [*names, *UPLOAD_NAMES])


def test_verbs_that_only_tell_something_are_marked() -> None:
    assert {verb.name for verb in VERBS if verb.reads} == {"status", "queue", "credits", "why", "help"}


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("/export", ("export", "")),
        ("/export@from_music_bot", ("export", "")),
        ("/video 9:16 neon rain", ("video", "9:16 neon rain")),
        ("/语言 中文", ("语言", "中文")),
        ("/EXPORT now", ("EXPORT", "now")),
        ("/unknown", ("unknown", "")),
        ("/unknown with words", None),
        ("/home/me/song.mp3", None),
        ("/ export", None),
        ("/2 speed", None),
        ("export", None),
    ],
)
def test_slash_commands_are_told_from_words(text: str, called: tuple[str, str] | None) -> None:
    assert parse_slash(text) == called


@pytest.mark.parametrize(
    ("name", "verb"),
    [
        ("Export", "export"),
        ("導出", "export"),
        ("匯出", "export"),
        ("créditos", "credits"),
        ("start", "help"),
        ("上传", "video"),
    ],
)
def test_a_verb_is_found_by_its_name_in_any_language(name: str, verb: str | None) -> None:
    found = find(name)
    assert (found.name if found else None) == verb


@pytest.mark.parametrize(
    ("name", "rest", "args"),
    [
        ("video", "9:16 neon rain", {"aspect": "9:16", "prompt": "neon rain"}),
        ("video", "neon  rain 1:1", {"aspect": "1:1", "prompt": "neon  rain"}),
        ("video", "neon rain", {"prompt": "neon rain"}),
        ("video", "", {}),
        ("format", "9x16", {"aspect": "9:16"}),
        ("format", "竖屏", {"aspect": "9:16"}),
        ("format", "sideways", {"aspect": "sideways"}),
        ("language", "中文", {"language": "zh-CN"}),
        ("language", "繁體中文", {"language": "zh-TW"}),
        ("language", "Español", {"language": "es"}),
        ("language", "EN", {"language": "en"}),
        ("settings", "export asked", {"export": "asked"}),
        ("settings", "en", {"language": "en"}),
        ("why", "add end credits", {"text": "add end credits"}),
        ("cancel", "17", {"job": "17"}),
        ("new", "Night Drive", {"title": "Night Drive"}),
        ("export", "please", {}),
    ],
)
def test_words_after_a_command_become_its_arguments(name: str, rest: str, args: dict[str, str]) -> None:
    verb = find(name)
    assert verb is not None
    assert bind(verb, rest) == args
