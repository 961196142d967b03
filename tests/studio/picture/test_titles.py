"""Type: lines fit, break where they may, are set by the right face, and nothing strange ends the process."""

from __future__ import annotations

import pytest

from studio.picture import fonts
from studio.picture.titles import Style, fit, set_line, two_languages, width, wrap

BIG = Style(104, 800)


@pytest.mark.parametrize(
    ("title", "halves"),
    [
        ("Frantic 狂乱之歌", ("Frantic", "狂乱之歌")),
        ("狂乱之歌 Frantic", ("狂乱之歌", "Frantic")),
        ("Midnight City（午夜之城）", ("Midnight City", "午夜之城")),
        ("Midnight City / 午夜之城", ("Midnight City", "午夜之城")),
        ("午夜之城", ("午夜之城", "")),
        ("Midnight City", ("Midnight City", "")),
        ("我爱 K歌 之王", ("我爱 K歌 之王", "")),
        ("  Two   words ", ("Two words", "")),
        ("", ("", "")),
    ],
)
def test_a_title_in_two_languages_is_two_lines(title: str, halves: tuple[str, str]) -> None:
    assert two_languages(title) == halves


@pytest.mark.parametrize(
    ("text", "faces"),
    [
        ("Frantic", ["inter"]),
        ("狂乱之歌", ["sc"]),
        ("Live 现场", ["inter", "sc"]),
        ("さくら 花", ["jp"]),
        ("사랑", ["kr"]),
        ("Ночь Ωmega", ["inter"]),
        ("😀", []),
        ("party 🎉 time", ["inter"]),
        ("a\u200bb\x00c", ["inter"]),
    ],
)
def test_each_run_has_its_face(text: str, faces: list[str]) -> None:
    assert [run.face for run in fonts.runs(text)] == faces


@pytest.mark.parametrize(
    "text",
    [
        "A",
        "The Quick Brown Fox Jumps Over the Lazy Dog and Never Comes Back to Tell the Tale of It",
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "这是一个非常非常非常长的歌名它一直写下去直到没有任何屏幕可以放得下为止然后它还要继续写下去",
        "MixedLatin和中文混排的一个很长很长的标题 (Extended Club Remix) [2026 Remaster]",
        "x" * 500,
    ],
)
@pytest.mark.parametrize("room", [1700, 520])
def test_a_title_never_overflows(text: str, room: int) -> None:
    lines, style = fit(text, BIG, room)
    assert 1 <= len(lines) <= 2
    for line in lines:
        assert width(line, style) <= room
        assert set_line(line, style).mask.shape[1] <= room + style.size_px / 2


def test_what_does_not_fit_at_all_ends_in_dots() -> None:
    lines, _ = fit("word " * 200, BIG, 600)
    assert lines[-1].endswith("…")


def test_two_lines_are_about_even() -> None:
    lines, style = fit("A Night at the Opera with the Royal Orchestra", BIG, 1260)
    assert len(lines) == 2
    assert min(width(line, style) for line in lines) > 0.5 * max(width(line, style) for line in lines)


def test_chinese_punctuation_does_not_begin_a_line() -> None:
    for room in range(300, 900, 60):
        assert not any(
            line.startswith(("，", "。", "！")) for line in wrap("你好，世界。我们来了！再见，朋友", BIG, room)
        )


@pytest.mark.parametrize(
    "text", ["", "   ", "😀😀", "\u202eabc", "مرحبا", "שלום", "e\u0301", "\ud83d", "👨‍👩‍👧", "\n\t"]
)
def test_strange_text_is_set_or_left_out(text: str) -> None:
    line = set_line(" ".join(fit(text, BIG, 900)[0]), BIG)
    assert line.mask.ndim == 2
    assert line.mask.size == 0 or 0 <= line.mask.min() <= line.mask.max() <= 1


def test_both_scripts_stand_on_one_baseline() -> None:
    mixed, latin = set_line("Hx 狂", BIG), set_line("Hx", BIG)
    assert mixed.ascent_px == latin.ascent_px
    shared = min(mixed.mask.shape[1], latin.mask.shape[1]) - 30
    assert (mixed.mask[:, :shared] == latin.mask[:, :shared]).all()


def test_tracked_capitals_are_wider() -> None:
    assert width("ARTIST", Style(30, 500, 7)) == pytest.approx(width("ARTIST", Style(30, 500)) + 35, abs=4)
