"""The texts of a video and where each stands in a set: title, second language, artist, captions."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from studio.picture import canvas
from studio.picture import palette as colours
from studio.picture.canvas import Layer, Sheet
from studio.picture.layout import Box, Layout
from studio.picture.titles import Style, fit, set_line, two_languages

F32 = npt.NDArray[np.float32]
Role = Literal["title", "artist", "caption"]


@dataclass(frozen=True, slots=True)
class Text:
    """Something to read on screen from frame `first` to before `end`; `colour` "#rrggbb" or None for the usual one."""

    role: Role
    text: str
    first: int
    end: int
    colour: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    mask: F32
    colour: F32
    opacity: float
    step: float  # from the top of this line to the top of the next


def text_layers(texts: Sequence[Text], where: Layout, width: int, height: int, accent: F32) -> list[Layer | None]:
    """Return one Layer for each text; None where nothing can be set.

    Titles take turns in one place; the artist stands under the tallest of them, and the block as a whole stands in
    the middle of the set's text box.
    """
    room = where.text.width
    rows = [_rows(text, where, room, accent) for text in texts]
    tall = {
        role: max(
            (sum(row.step for row in r) for text, r in zip(texts, rows, strict=True) if text.role == role), default=0
        )
        for role in ("title", "artist")
    }
    gap = where.title_px * 0.16 if tall["title"] and tall["artist"] else 0
    top = where.text.y + (where.text.height - tall["title"] - gap - tall["artist"]) / 2
    unit = min(width, height) / 1080
    layers: list[Layer | None] = []
    for text, lines in zip(texts, rows, strict=True):
        sheet = Sheet(width, height)
        if text.role == "caption":
            _put(sheet, lines, where.caption, where.caption.y, "centre", unit)
        elif text.role == "artist":
            _put(sheet, lines, where.text, top + tall["title"] + gap, where.align, unit)
        else:
            own = sum(row.step for row in lines)
            _put(sheet, lines, where.text, top + tall["title"] - own, where.align, unit)
        layers.append(sheet.layer())
    return layers


def _rows(text: Text, where: Layout, room: float, accent: F32) -> list[_Row]:
    own = colours.rgb(text.colour) if text.colour and colours.is_hex(text.colour) else None
    white = np.full(3, 255, np.float32)
    size = where.title_px
    if text.role == "artist":
        small = size * (0.36 if any(unicodedata.east_asian_width(char) in "WF" for char in text.text) else 0.29)
        style = Style(round(small), 500, small * 0.24)
        return _lines(text.text.upper(), style, room, white if own is None else own, 0.74, 1.5)
    if text.role == "caption":
        style = Style(round(min(size, 104) * 0.42), 600, 0)
        return _lines(text.text, style, where.caption.width, white if own is None else own, 0.96, 1.2)
    first, second = two_languages(text.text)
    rows = _lines(first, Style(size, 800, -0.012 * size), room, white if own is None else own, 1.0, 1.14)
    if second:
        rows += _lines(
            second, Style(round(size * 0.54), 500, size * 0.05), room, accent if own is None else own, 0.95, 1.36
        )
    return rows


def _lines(text: str, style: Style, room: float, colour: F32, opacity: float, leading: float) -> list[_Row]:
    texts, fitted = fit(text, style, int(room))
    return [_Row(set_line(line, fitted).mask, colour, opacity, fitted.size_px * leading) for line in texts]


def _put(sheet: Sheet, rows: list[_Row], box: Box, top: float, align: str, unit: float) -> None:
    spread = max(2, round(8 * unit))
    for row in rows:
        high, wide = row.mask.shape
        x = round(box.x if align == "left" else box.x + (box.width - wide) / 2)
        y = round(top + row.step / 2 - high * 0.53)
        if wide:
            dark = canvas.shadow(row.mask, spread, 0.6)
            sheet.put(np.zeros(3, np.float32), dark, x - 3 * spread, y - 3 * spread + round(3 * unit))
            sheet.put(row.colour, row.mask * row.opacity, x, y)
        top += row.step
