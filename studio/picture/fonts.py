"""Which face sets which character: Inter for Latin, Greek and Cyrillic, Noto Sans CJK for the rest it holds."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import groupby
from typing import Final, Literal

from PIL import ImageFont

Face = Literal["inter", "jp", "kr", "sc"]
_CJK_INDEX: Final[dict[str, int]] = {"jp": 0, "kr": 1, "sc": 2}
_OPTICAL: Final = (14, 32)  # Inter's optical sizes: text and display
_ABSENT: Final = "\uffff"  # a noncharacter: what a face draws for what it does not hold


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring characters that one face sets."""

    face: Face
    text: str


def runs(text: str) -> list[Run]:
    """Split a line into runs; characters that no face holds (emoji, scripts without a font here) are left out."""
    kept = list(_faces(text, _cjk_face(text)))
    return [Run(face, "".join(char for _, char in group)) for face, group in groupby(kept, key=lambda pair: pair[0])]


def _faces(text: str, cjk: Face) -> Iterator[tuple[Face, str]]:
    last: Face = "inter"
    for char in unicodedata.normalize("NFC", text):
        if char.isspace():
            yield last, " "
        elif unicodedata.combining(char) or holds("inter", char):
            last = "inter"
            yield last, char
        elif holds(cjk, char):
            last = cjk
            yield last, char


def _cjk_face(text: str) -> Face:
    """Return the regional forms to use: kana means Japanese, hangul Korean, else simplified Chinese."""
    if any("\u3041" <= char <= "\u30ff" for char in text):
        return "jp"
    if any("\uac00" <= char <= "\ud7a3" or "\u1100" <= char <= "\u11ff" for char in text):
        return "kr"
    return "sc"


@lru_cache(maxsize=4096)
def holds(face: Face, char: str) -> bool:
    """Tell whether the face draws this character as something else than the box for a missing one."""
    category = unicodedata.category(char)
    if category in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return False
    probe = font(face, 24, 400)
    drawn, absent = probe.getmask(char), probe.getmask(_ABSENT)
    return drawn.size != absent.size or bytes(drawn) != bytes(absent)


@lru_cache(maxsize=64)
def font(face: Face, size_px: int, weight: int) -> ImageFont.FreeTypeFont:
    """Return a face at a size and a weight of 100 to 900."""
    if face == "inter":
        loaded = ImageFont.truetype(str(files("fontpkg_inter") / "files" / "Inter[opsz,wght].ttf"), size_px)
        loaded.set_variation_by_axes([min(max(size_px, _OPTICAL[0]), _OPTICAL[1]), weight])
        return loaded
    path = str(files("manimgx_fonts_cjk") / "NotoSansCJK-VF.otf.ttc")
    loaded = ImageFont.truetype(path, size_px, index=_CJK_INDEX[face])
    loaded.set_variation_by_axes([weight])
    return loaded
