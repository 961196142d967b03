"""Which language a message is in, and what a tag means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.languages import choose, detect, fallbacks, normalise, simplified, traditional


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("make a video from this song", "en"),
        ("louder!", "en"),
        ("用这首歌做一个视频", "zh"),
        ("用這首歌做一個影片", "zh-TW"),
        ("帮我 export 一下", "zh"),
        ('title 改成 "夜航" 然后 export', "zh"),
        ("a lyric video about 爱 please, slow and calm", "en"),
        ("haz un video con esta canción", "es"),
        ("¿cuánto falta?", "es"),
        ("mas rapido en la intro", "es"),
        ("この曲で動画を作って", None),
        ("이 노래로 영상 만들어줘", None),
        ("🎵🔥", None),
        ("123 :: !!", None),
        ("", None),
    ],
)
def test_the_words_tell_the_language(text: str, language: str | None) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("text", "known", "language"),
    [
        ("改成直式", "zh-hant", "zh-TW"),
        ("改成直式", "zh-hans", "zh"),
        ("改成直式", "en", "zh"),
        ("改成竖屏", "zh-hant", "zh"),
        ("改成豎屏", "zh-hans", "zh-TW"),
        ("make it vertical", "zh-hant", "en"),
    ],
)
def test_characters_of_both_scripts_are_the_persons_own(text: str, known: str, language: str) -> None:
    assert detect(text, known) == language


@pytest.mark.parametrize(
    ("tag", "meant"),
    [
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-HK", "zh"),
        ("zh-Hant", "zh-TW"),
        ("zh_HK", "zh-TW"),
        ("zh-tw", "zh-TW"),
        ("yue-Hant-HK", "zh-TW"),
        ("es-419", "es"),
        ("pt-BR", None),
        ("", None),
        ("not a tag", None),
        (None, None),
    ],
)
def test_a_tag_means_one_of_our_languages(tag: str | None, meant: str | None) -> None:
    assert normalise(tag) == meant


@pytest.mark.parametrize(
    ("tag", "chain"),
    [
        ("zh-HK", ("zh-TW", "zh", "en")),
        ("zh", ("zh", "en")),
        ("es-MX", ("es", "en")),
        ("en-US", ("en",)),
        ("pt", ("en",)),
    ],
)
def test_words_fall_back_to_english(tag: str, chain: tuple[str, ...]) -> None:
    assert fallbacks(tag) == chain


def test_the_first_tag_that_means_something_is_chosen() -> None:
    assert choose(None, "pt-BR", "zh-Hant", "en") == "zh-TW"
    assert choose("xx", None) == "en"


def test_chinese_is_written_both_ways() -> None:
    assert simplified("導出影片並傳給我") == "导出影片并传给我"
    assert traditional("导出视频") == "匯出影片"
    assert traditional("\ud800好") == "\ufffd好"


@given(st.text(st.characters()))
def test_any_text_is_looked_at_calmly(text: str) -> None:
    assert detect(text) in (None, "en", "zh", "zh-TW", "es")
    assert len(simplified(text)) == len(text)
    assert fallbacks(text)[-1] == "en"
