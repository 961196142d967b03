"""Every language has every sentence with the same variables, and the program asks for no sentence that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor
from opencc import OpenCC

from bots.texts import LANGUAGES, Texts, sources, supported

ROOT = Path(__file__).parents[2]
PACKAGES = {"bots.texts": LANGUAGES, "studio.texts": ("en", "zh", "es"), "cli.texts": LANGUAGES}


class Variables(Visitor):
    """Collects the variables of one message."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: ast.VariableReference) -> None:  # noqa: N802 - fluent's name
        self.names.add(node.id.name)


def messages(package: str, language: str) -> dict[str, set[str]]:
    """Return key → variables."""
    found: dict[str, set[str]] = {}
    for name, text in sources(package, language).items():
        for entry in FluentParser().parse(text).body:
            assert not isinstance(entry, ast.Junk), f"{language}/{name}: {entry.content}"
            if isinstance(entry, ast.Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                variables = Variables()
                variables.visit(entry)
                found[str(entry.id.name)] = variables.names
    return found


@pytest.mark.parametrize(("package", "language"), [(p, lang) for p, langs in PACKAGES.items() for lang in langs])
def test_a_language_has_the_keys_and_variables_of_english(package: str, language: str) -> None:
    english, other = messages(package, "en"), messages(package, language)
    assert sorted(english) == sorted(other)
    # A selector may choose on a variable that another language does not need; none may use one that is never given.
    assert {key: names - english[key] for key, names in other.items() if names - english[key]} == {}


@pytest.mark.parametrize("package", ["bots.texts", "cli.texts"])
def test_a_key_begins_with_the_name_of_its_file(package: str) -> None:
    for name, text in sources(package, "en").items():
        stem = name.removesuffix(".ftl")
        keys = [entry.id.name for entry in FluentParser().parse(text).body if isinstance(entry, ast.Message)]
        assert [key for key in keys if not key.startswith(f"{stem}-") and key != stem] == []


def test_every_key_that_the_program_names_is_there() -> None:
    known = set(messages("bots.texts", "en")) | set(messages("cli.texts", "en"))
    files = [name.removesuffix(".ftl") for p in ("bots.texts", "cli.texts") for name in sources(p, "en")]
    asked = re.compile(rf'say\(\s*"((?:{"|".join(files)})-[a-z0-9-]+)"')
    missing = {
        key
        for folder in ("bots", "cli")
        for path in (ROOT / folder).rglob("*.py")
        for key in asked.findall(path.read_text("utf-8"))
        if key not in known
    }
    assert missing == set()


def test_every_refusal_that_an_operator_can_mend_has_its_sentence_and_no_sentence_is_left_over() -> None:
    stems = ("store", "serve", "setting", "discord-token", "telegram-token", "telegram-no")
    named = re.compile(rf'"((?:{"|".join(stems)})-[a-z0-9-]+)"')
    asked = {
        key
        for folder in ("bots", "core", "cli")
        for path in (ROOT / folder).rglob("*.py")
        for key in named.findall(path.read_text("utf-8"))
    }
    assert asked == {key for key in messages("bots.texts", "en") if key.startswith(tuple(f"{stem}-" for stem in stems))}


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        (None, "en"), ("", "en"), ("en-GB", "en"), ("zh", "zh"), ("zh-CN", "zh"), ("zh-Hant", "zh-TW"),
        ("zh_TW", "zh-TW"), ("zh-HK", "zh-TW"), ("es-419", "es"), ("pt-BR", "en"), ("de", "en"),
    ],
)  # fmt: skip
def test_a_tag_finds_the_nearest_language(tag: str | None, language: str) -> None:
    assert supported(tag) == language


def test_traditional_chinese_comes_from_the_simplified_texts() -> None:
    assert Texts().say("zh-TW", "status-track-video") == "影片"
    assert Texts().say("zh-TW", "export-progress", percent=40) == "🎞️ 渲染中… 40%"


@pytest.mark.parametrize("locale", ["en", "zh", "zh-TW", "es"])
@pytest.mark.parametrize("name", ["{ $x } «é» \u202eabc", "后来的视频.mp3", "後來的影片.mp3"])
def test_words_of_people_are_put_in_as_they_are(locale: str, name: str) -> None:
    assert name in Texts().say(locale, "upload-stored", count=1, names=name)


def test_traditional_chinese_says_within_as_it_is_spelled() -> None:
    within = re.compile("(?<!公)里")  # 裡
    for text in sources("bots.texts", "zh").values():
        assert not within.search(OpenCC("s2twp").convert(text))


def test_an_unknown_key_is_an_error_of_the_program() -> None:
    with pytest.raises(KeyError):
        Texts().say("en", "no-such-key")
