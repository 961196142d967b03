"""Words as entities, lengths in UTF-16 units, buttons of 64 bytes."""

from __future__ import annotations

import pytest

from bots.adapter import Button, Post
from bots.telegram import markup


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [
        ("short", 10, "short"),
        ("ab cdef", 4, "ab…"),
        ("🎵🎵🎵", 6, "🎵🎵🎵"),
        ("🎵🎵🎵", 5, "🎵🎵…"),
        ("🎵🎵🎵", 4, "🎵…"),
    ],
)
def test_a_text_is_cut_by_units_and_never_inside_a_character(text: str, limit: int, clipped: str) -> None:
    assert markup.clip(text, limit) == clipped
    assert markup.units(clipped) <= limit


def test_a_title_is_bold_by_an_entity_and_markup_in_it_is_mere_words() -> None:
    dressed = markup.dress(Post("status", "<i>x</i> *y*", "🎵 <b>T</b>", done=0.5, facts=("place 2",)), 4096)
    assert dressed.text == "🎵 <b>T</b>\n<i>x</i> *y*\n▰▰▰▰▰▰▱▱▱▱▱▱ 50 %\nplace 2"
    (bold,) = dressed.entities
    assert (bold.type, bold.offset, bold.length) == ("bold", 0, 11)


def test_a_share_that_the_words_tell_is_not_told_again_behind_the_bar() -> None:
    assert markup.dress(Post("status", "Rendering… 50 %", done=0.5), 99).text == "Rendering… 50 %\n▰▰▰▰▰▰▱▱▱▱▱▱"


def test_a_title_cannot_turn_the_direction_of_what_follows() -> None:
    assert markup.dress(Post("reply", "\u202eevil\u2066 \u0007bell"), 99).text == "evil bell"


def test_a_card_that_is_done_has_no_bar_and_empty_words_are_never_sent() -> None:
    assert markup.dress(Post("status", "", done=1.0, final=True), 99).text == "…"


@pytest.mark.parametrize("action", ["cancel", "aspect-9x16", "follow-up"])
def test_a_button_is_read_back(action: str) -> None:
    assert markup.action_of(markup.data_of(action, "job:with:colons")) == (action, "job:with:colons")


@pytest.mark.parametrize("data", [None, "", "v1:", "v1:cancel", "v1::j", "v1:cancel:", "v2:cancel:j", "cancel"])
def test_other_data_is_no_button_of_ours(data: str | None) -> None:
    assert markup.action_of(data) is None


def test_a_button_that_would_not_fit_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="64 fit"):
        markup.data_of("cancel", "x" * 60)


def test_buttons_stand_in_rows_of_three_and_links_stay_links() -> None:
    board = markup.keyboard([Button(str(n), "status", "j") for n in range(4)] + [Button("open", url="https://x.org")])
    assert board is not None
    assert [len(row) for row in board.inline_keyboard] == [3, 2]
    assert board.inline_keyboard[1][1].url == "https://x.org"
    assert markup.keyboard(()) is None
