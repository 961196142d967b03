"""Titles come out as they were meant, whichever encoding the tag lies about."""

from __future__ import annotations

import pytest

from studio.media.tags import MOST_CHARACTERS, readable


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("Plain", "Plain"),
        ("夜曲 (Nocturne)", "夜曲 (Nocturne)"),
        ("夜曲".encode("gbk").decode("latin-1"), "夜曲"),
        ("夜曲".encode().decode("latin-1"), "夜曲"),
        ("周杰伦 - 七里香".encode("gbk").decode("utf-8", "surrogateescape"), "周杰伦 - 七里香"),
        ("Кино".encode("cp1251").decode("latin-1"), "Кино"),
        ("Motörhead", "Motörhead"),
        ("Motörhead".encode("latin-1").decode("utf-8", "surrogateescape"), "Motörhead"),
        ("Ágætis byrjun", "Ágætis byrjun"),
        ("L’été indien", "L’été indien"),
        ("Beyoncé", "Beyoncé"),
        ("São Paulo à noite", "São Paulo à noite"),
        ("two\nlines\tand\0nothing", "two lines andnothing"),
        ("\u202eevil\u2066", "evil"),
        ("  ", ""),
        ("", ""),
    ],
)
def test_tags_are_readable(stored: str, shown: str) -> None:
    assert readable(stored) == shown


def test_tags_are_bounded() -> None:
    assert len(readable("x" * 10_000)) == MOST_CHARACTERS
    readable("\udcff" * 5).encode()
