"""Whatever a backend or a person says, it becomes posts of bounded length, in every language, without losing words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.outbox import split
from bots.presenter import Card, Say, card_post, other_shapes, present
from bots.texts import Texts
from core import events
from core.draft import compare, summarise

TEXTS = Texts()
CARD = Card(job="j1", title="song.mp3", owner="Mia")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
SEGMENT = st.fixed_dictionaries(
    {}, optional={"id": JSON, "s": JSON, "d": JSON, "m": JSON | st.fixed_dictionaries({"name": JSON, "volume": JSON})}
)
TRACK = st.fixed_dictionaries({"tt": st.sampled_from([0, 1, 7, 9, None, "0"]) | JSON, "sg": st.lists(SEGMENT) | JSON})
DRAFT = st.fixed_dictionaries({"t": st.lists(TRACK, max_size=5) | JSON}, optional={"d": JSON, "m": JSON})


def say(language: str) -> Say:
    def words(key: str, /, **args: str | int | float) -> str:
        return TEXTS.say(language, key, **args)

    return words


@settings(max_examples=30, deadline=None)
@given(before=DRAFT, after=DRAFT, language=st.sampled_from(["en", "zh", "zh-TW", "es"]))
def test_any_two_drafts_are_told(before: object, after: object, language: str) -> None:
    changed = present(events.DraftChanged(compare(before, after), silent=True), CARD, say(language))
    read = present(events.DraftRead(summarise(after)), CARD, say(language))
    for shown in (changed, read):
        (post,) = shown.replies
        assert 0 < len(post.text) < 20_000


@settings(max_examples=100, deadline=None)
@given(text=st.text(alphabet=st.characters() | st.sampled_from(" \n"), max_size=400), limit=st.integers(1, 60))
def test_split_words_fit_and_are_all_there(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@settings(max_examples=100, deadline=None)
@given(words=st.text(max_size=300), done=st.none() | st.floats(0, 1), elapsed=st.floats(0, 1e6))
def test_any_words_make_a_card(words: str, done: float | None, elapsed: float) -> None:
    shown = present(events.Progress(done), Card("j", words, owner=words, elapsed_s=elapsed), say("zh"))
    post = card_post(shown.card, say("zh"))
    assert post.kind == "status"
    assert post.title == words


@pytest.mark.parametrize(
    ("size", "shapes"),
    [
        (None, ("aspect-9x16", "aspect-1x1")),
        ((1920, 1080), ("aspect-9x16", "aspect-1x1")),
        ((1080, 1920), ("aspect-16x9", "aspect-1x1")),
        ((1080, 1080), ("aspect-16x9", "aspect-9x16")),
    ],
)
def test_the_shape_that_a_video_has_is_not_offered(size: tuple[int, int] | None, shapes: tuple[str, str]) -> None:
    assert other_shapes(size) == shapes


def test_a_sentence_that_leads_to_a_link_ends_where_there_is_none() -> None:
    for language, mark in (("en", "."), ("zh", "。"), ("es", ".")):
        shown = present(events.Failed("OutOfCredits", {"anonymous": "yes"}), CARD, say(language))
        assert shown.replies[0].text.endswith(mark)


def test_first_contact_says_ready_and_the_tips() -> None:
    shown = present(events.Ready("https://w.test/claim"), CARD, say("en"))
    assert shown.replies[0].text.startswith("✅ Ready!")
    assert "90 seconds" in shown.replies[0].text
    assert shown.card.link == "https://w.test/claim"
