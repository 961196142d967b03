"""Text → masks: runs on one baseline, lines that wrap or shrink so that nothing ever overflows, tracked capitals."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from studio.picture import fonts

F32 = npt.NDArray[np.float32]

_LONGEST = 160  # characters; two lines hold far less


@dataclass(frozen=True, slots=True)
class Style:
    """How a line is set: size in pixels, weight 100 to 900, space between letters in pixels."""

    size_px: int
    weight: int
    tracking_px: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A set line: mask float32 [h, w], 0.0 to 1.0; `ascent_px` from its top to the baseline."""

    mask: F32
    ascent_px: int


def width(text: str, style: Style) -> float:
    """Return how many pixels the line takes."""
    total = 0.0
    for run in fonts.runs(text):
        face = fonts.font(run.face, style.size_px, style.weight)
        if style.tracking_px:
            total += sum(face.getlength(char) + style.tracking_px for char in run.text)
        else:
            total += face.getlength(run.text)
    return total - style.tracking_px if total else 0.0


def set_line(text: str, style: Style) -> Line:
    """Rasterise one line once. Characters without a face are left out; an empty line has width 0."""
    ascent, descent = round(style.size_px * 1.16), round(style.size_px * 0.34)
    wide = int(np.ceil(width(text, style)))
    if wide <= 0:
        return Line(np.zeros((ascent + descent, 0), np.float32), ascent)
    side = max(2, style.size_px // 8)  # overhang of the first and last letters
    image = Image.new("L", (wide + 2 * side, ascent + descent), 0)
    pen, at = ImageDraw.Draw(image), float(side)
    for run in fonts.runs(text):
        face = fonts.font(run.face, style.size_px, style.weight)
        for piece in run.text if style.tracking_px else [run.text]:
            pen.text((at, ascent), piece, font=face, fill=255, anchor="ls")
            at += face.getlength(piece) + style.tracking_px
    mask = np.asarray(image, np.float32) / 255
    return Line(np.ascontiguousarray(mask[:, side:]), ascent)


def fit(text: str, style: Style, width_px: int, *, lines: int = 2, smallest: float = 0.56) -> tuple[list[str], Style]:
    """Return lines and a style that keep within `width_px`: shrink a bit, wrap, shrink more, then cut with "…"."""
    text = " ".join(text.split())[:_LONGEST]
    for scale in (1.0, 0.88, 0.78):
        smaller = scaled(style, scale)
        if width(text, smaller) <= width_px:
            return [text], smaller
    for count in range(2, lines + 1):
        for scale in (1.0, 0.88, 0.78, 0.68, smallest):
            smaller = scaled(style, scale)
            wrapped = wrap(text, smaller, width_px)
            if len(wrapped) <= count and all(width(line, smaller) <= width_px for line in wrapped):
                return balanced(wrapped, text, smaller, width_px), smaller
    smaller = scaled(style, smallest)
    kept = wrap(text, smaller, width_px)[:lines]
    kept[-1] = _shortened(kept[-1], smaller, width_px) if len(kept) == lines else kept[-1]
    return kept, smaller


def scaled(style: Style, scale: float) -> Style:
    """Return the style at another size."""
    return Style(max(8, round(style.size_px * scale)), style.weight, style.tracking_px * scale)


def wrap(text: str, style: Style, width_px: float) -> list[str]:
    """Break a line greedily: between words, between Chinese characters, inside a word only if it is too long alone."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and width((line + piece).rstrip(), style) > width_px:
            lines.append(line.rstrip())
            line = ""
        for part in _parts(piece, style, width_px) if width(piece.rstrip(), style) > width_px else [piece]:
            if line and width((line + part).rstrip(), style) > width_px:
                lines.append(line.rstrip())
                line = ""
            line += part
    return [*lines, line.rstrip()] if line.strip() else lines or [""]


def balanced(lines: list[str], text: str, style: Style, width_px: float) -> list[str]:
    """Return the same number of lines, as even in width as can be had."""
    best = lines
    for share in (0.5, 0.56, 0.62, 0.7, 0.8, 0.9):
        tried = wrap(text, style, width_px * share)
        if len(tried) == len(lines):
            return tried
    return best


def _pieces(text: str) -> list[str]:
    """Split where a line may break; closing punctuation stays with what stands before it."""
    found = re.findall(
        r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef][，。！？、；：》」』）…]*|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]+\s*|\s+",
        text,
    )
    return [str(piece) for piece in found]


def _parts(word: str, style: Style, width_px: float) -> list[str]:
    parts, part = [], ""
    for char in word:
        if part and width(part + char, style) > width_px:
            parts.append(part)
            part = ""
        part += char
    return [*parts, part]


def _shortened(line: str, style: Style, width_px: float) -> str:
    while line and width(line + "…", style) > width_px:
        line = line[:-1].rstrip()
    return line + "…"


def two_languages(title: str) -> tuple[str, str]:
    """Split "Frantic 狂乱之歌" into its Latin and its Chinese half, in the order written; else (title, "")."""
    text = " ".join(title.split())
    both = re.fullmatch(r"(.+?)\s*[-–—/|·(（\s]\s*(.+?)\s*[)）]?", text)
    for at in [match.start() for match in re.finditer(r"[\s/|·(（–—-]", text)] if both else []:
        first, second = text[:at].strip(" -–—/|·"), text[at:].strip(" -–—/|·()（）")
        if first and second and {_script(first), _script(second)} == {"latin", "cjk"}:
            return first, second
    return text, ""


def _script(text: str) -> str:
    letters = {_letter(char) for char in text if char.isalpha()}
    return letters.pop() if len(letters) == 1 else "mixed" if letters else "none"


def _letter(char: str) -> str:
    return "cjk" if unicodedata.east_asian_width(char) in "WF" else "latin"
