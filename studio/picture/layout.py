"""Where things stand: for each aspect three sets that a video changes between. Numbers are for a short side of 1080."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal

SetName = Literal["card", "centre", "album"]
SETS: Final[tuple[SetName, ...]] = ("card", "centre", "album")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels, from its left upper corner."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """One arrangement of a frame.

    Attributes:
        cover: Square of the cover; None where the set shows none.
        text: The block of title, second language and artist stands in its middle (vertically).
        align: Of the text in its box.
        title_px: Size of the title; the other lines follow it.
        bars: From the highest bar's top to the base line.
        count: Number of bars.
        caption: Where a caption stands, centred.
        line: Progress line: x, y, length.
    """

    cover: Box | None
    text: Box
    align: Literal["left", "centre"]
    title_px: int
    bars: Box
    count: int
    caption: Box
    line: tuple[float, float, float]

    def scaled(self, by: float) -> Layout:
        """Return the layout for another size of frame."""
        return replace(
            self,
            cover=self.cover and _scaled(self.cover, by),
            text=_scaled(self.text, by),
            title_px=round(self.title_px * by),
            bars=_scaled(self.bars, by),
            caption=_scaled(self.caption, by),
            line=(self.line[0] * by, self.line[1] * by, self.line[2] * by),
        )


def _scaled(box: Box, by: float) -> Box:
    return Box(box.x * by, box.y * by, box.width * by, box.height * by)


def layout(width: int, height: int, name: SetName) -> Layout:
    """Return the arrangement for a frame of this size; wide, tall and square frames each have their own."""
    short = min(width, height)
    wide, high = width * 1080 / short, height * 1080 / short
    make = _wide if width > 1.15 * height else _tall if height > 1.4 * width else _square
    return make(name, wide, high).scaled(short / 1080)


def _wide(name: SetName, w: float, h: float) -> Layout:
    edge = 128
    line = (edge, h - 64, w - 2 * edge)
    caption = Box(edge, h - 152, w - 2 * edge, 72)
    if name == "card":
        text = Box(536, 128, w - 536 - edge, 340)
        return Layout(Box(edge, 128, 340, 340), text, "left", 104, Box(edge, 478, w - 2 * edge, 362), 64, caption, line)
    if name == "centre":
        text = Box(edge, 108, w - 2 * edge, 310)
        return Layout(None, text, "centre", 128, Box(edge, 440, w - 2 * edge, 380), 64, caption, line)
    text = Box(756, 170, w - 756 - edge, 320)
    bars = Box(756, 520, w - 756 - edge, 250)
    return Layout(Box(edge, 216, 540, 540), text, "left", 96, bars, 40, caption, line)


def _tall(name: SetName, w: float, h: float) -> Layout:
    edge = 92
    line = (edge, h - 170, w - 2 * edge)
    caption = Box(60, h - 300, w - 120, 84)
    if name == "card":
        cover = Box((w - 620) / 2, 240, 620, 620)
        return Layout(
            cover, Box(70, 900, w - 140, 300), "centre", 104, Box(edge, 1230, w - 2 * edge, 300), 36, caption, line
        )
    if name == "centre":
        text = Box(70, 330, w - 140, 380)
        return Layout(None, text, "centre", 124, Box(edge, 800, w - 2 * edge, 560), 36, caption, line)
    cover = Box(edge, 200, w - 2 * edge, w - 2 * edge)
    return Layout(
        cover, Box(edge, 1130, w - 2 * edge, 250), "left", 92, Box(edge, 1390, w - 2 * edge, 180), 36, caption, line
    )


def _square(name: SetName, w: float, h: float) -> Layout:
    edge, top = 84, (h - 1080) / 2  # a frame a little higher than wide keeps the block in its middle
    line = (edge, h - 62, w - 2 * edge)
    caption = Box(edge, h - 140, w - 2 * edge, 64)
    if name == "card":
        cover, text = Box(edge, top + 96, 300, 300), Box(426, top + 96, w - 426 - 60, 300)
        return Layout(cover, text, "left", 80, Box(edge, top + 440, w - 2 * edge, 380), 44, caption, line)
    if name == "centre":
        text = Box(60, top + 90, w - 120, 320)
        return Layout(None, text, "centre", 108, Box(edge, top + 440, w - 2 * edge, 370), 44, caption, line)
    cover, text = Box((w - 420) / 2, top + 84, 420, 420), Box(60, top + 522, w - 120, 184)
    return Layout(cover, text, "centre", 68, Box(edge, top + 716, w - 2 * edge, 150), 44, caption, line)
