"""What instructions are made of: quotes, numbers, times, colours, in English, Chinese and Spanish. Pure."""

# ruff: noqa: E501 - a form is one line

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from studio.texts.chinese import simplified

# --- quotes ---------------------------------------------------------------------------------------------------------

_QUOTES = re.compile(
    r"“([^”]*)”|「([^」]*)」|『([^』]*)』|《([^》]*)》|«([^»]*)»|\"([^\"]*)\"|(?<!\w)'((?:[^']|'(?=\w))+)'(?!\w)|‘([^’]*)’"
)
OPEN, CLOSE = "\ue000", "\ue001"
_BASE = 0xE100
QUOTED = f"{OPEN}(?:[\ue100-\uf8ff]){CLOSE}"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text whose quotes are set aside, so that no rule looks into them.

    Attributes:
        text: In Simplified characters, which the rules are written in.
        written: The same, character by character as it came.
    """

    text: str
    quotes: tuple[str, ...]
    written: str

    def unmask(self, part: str) -> str:
        """A part of the text as the person wrote it; a part that is one quote comes without its marks."""
        return re.sub(f"{OPEN}(.){CLOSE}", lambda m: self.quotes[ord(m[1]) - _BASE], part).strip()

    def as_written(self, part: str) -> str:
        """A part of `text` in the characters that the person wrote."""
        at = self.text.find(part)
        return self.written[at : at + len(part)] if at >= 0 else part

    def shown(self, part: str) -> str:
        """A part of `text` as the person wrote it, quotes and characters."""
        return self.unmask(self.as_written(part))


def mask(text: str) -> Masked:
    """Set quotes aside, then level widths, marks (NFKC) and Chinese characters in what remains."""
    quotes: list[str] = []
    clean = "".join(c for c in text if not OPEN <= c <= "\uf8ff")

    def put(match: re.Match[str]) -> str:
        if len(quotes) >= 1000:
            return " "
        quotes.append(next((group for group in match.groups() if group is not None), "").strip())
        return f"{OPEN}{chr(_BASE + len(quotes) - 1)}{CLOSE}"

    masked = _QUOTES.sub(put, clean)
    level = unicodedata.normalize("NFKC", masked).replace("、", ",").replace("。", ". ")
    # lists: "- neon", "title: A / artist: B"
    level = re.sub(r"(?m)^\s*(?:[-*•–]|\d{1,2}[.)])\s+", "", level).replace(" / ", ", ")
    level = re.sub(r"\b(\w+)(?:\s+\1\b){2,}", r"\1", level)
    return Masked(simplified(level), tuple(quotes), level)


# --- numbers --------------------------------------------------------------------------------------------------------

_WORDS = {
    "half a": 0.5, "half": 0.5, "a couple of": 2, "an": 1, "a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30,
    "forty": 40, "forty-five": 45, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
    "medio": 0.5, "un": 1, "uno": 1, "una": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "diez": 10, "quince": 15,
    "veinte": 20, "treinta": 30, "cuarenta": 40, "cincuenta": 50, "sesenta": 60,
}  # fmt: skip
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_WORD_PART = "|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True))
NUMBER = rf"(?:\d{{1,6}}(?:[.]\d{{1,3}})?|[半零〇一二两三四五六七八九十百]{{1,5}}|\b(?:{_WORD_PART})\b)"


def number(spelled: str) -> float:
    """Read what NUMBER matched."""
    text = spelled.strip().lower()
    if text in _WORDS:
        return float(_WORDS[text])
    if text == "半":
        return 0.5
    if text and text[0] in "零〇一二两三四五六七八九十百":
        return float(_chinese(text))
    return float(text)


def _chinese(text: str) -> int:
    total, digit = 0, 0
    for c in text:
        if c in ("十", "百"):
            total += (digit or 1) * (10 if c == "十" else 100)
            digit = 0
        elif c in _DIGITS:
            digit = digit * 10 + _DIGITS[c]
    return total + digit


# --- times ----------------------------------------------------------------------------------------------------------

_SECONDS = r"(?:seconds?|secs?|segundos?|s(?![a-z])|秒钟?)"
_MINUTES = r"(?:minutes?|mins?|minutos?|m(?![a-z])|分钟?)"
CLOCK = r"\d{1,2}:\d{2}(?:\.\d{1,3})?"
_UNITS = rf"[\s-]?(?:{_MINUTES}(?:\s?(?:and\s|y\s)?{NUMBER}\s?{_SECONDS}|半|(?<=分)\d{{1,2}}(?![\d:]))?|{_SECONDS})"
TIME = rf"(?:{CLOCK}|{NUMBER}{_UNITS})"
BARE_TIME = rf"(?:{CLOCK}|{NUMBER}(?:{_UNITS})?)"


def milliseconds(spelled: str) -> int:
    """Read what TIME or BARE_TIME matched; a bare number counts seconds."""
    text = spelled.strip().lower()
    if re.fullmatch(CLOCK, text):
        minutes, _, seconds = text.partition(":")
        return round((int(minutes) * 60 + float(seconds)) * 1000)
    found = re.fullmatch(
        rf"(?:({NUMBER})[\s-]?{_MINUTES})?(半)?(?:\s?(?:and\s|y\s)?({NUMBER})[\s-]?(?:{_SECONDS})?)?", text
    )
    if found is None:
        return 0
    minutes_, half, seconds_ = found.groups()
    total = (number(minutes_) * 60 if minutes_ else 0) + (30 if half else 0) + (number(seconds_) if seconds_ else 0)
    return round(total * 1000)


# --- colours --------------------------------------------------------------------------------------------------------

_COLORS = {
    "#ff3b30": "red 红色 大红 rojo roja rojas rojos",
    "#c0392b": "crimson ruby 暗红 深红",
    "#7b1e3a": "burgundy maroon wine 酒红色 酒红 granate",
    "#ff8c1a": "orange 橙色 橘色 橘黄色 naranja naranjas anaranjado",
    "#ffd60a": "yellow 黄色 amarillo amarilla amarillas",
    "#f2c64c": "gold golden 金色 dorado dorada doradas",
    "#34c759": "green emerald emerald-green 绿色 verde verdes",
    "#a6ff4d": "lime lime-green 青柠色 lima",
    "#98e8c1": "mint 薄荷绿 menta",
    "#6b7a2a": "olive 橄榄绿 oliva",
    "#0f6b4f": "墨绿色 墨绿",
    "#12b5a6": "teal turquoise 蓝绿色 青绿色 turquesa",
    "#22dcff": "cyan aqua 青色 cian",
    "#5ac8fa": "sky-blue 天蓝色 天蓝 湖蓝 celeste",
    "#1f7ae0": "blue 蓝色 azul azules",
    "#0a3a6e": "navy navy-blue 藏青色 深蓝色 深蓝",
    "#4b3bd6": "indigo 靛蓝色 靛色 índigo",
    "#c8a8ff": "lavender lilac 薰衣草紫 淡紫色 lavanda lila",
    "#9b4dff": "purple 紫色 morado morada moradas púrpura",
    "#7a4dff": "violet 紫罗兰色 violeta",
    "#ff6bd6": "magenta fuchsia 玫红色 玫红 品红色 洋红色",
    "#ff7f6b": "coral salmon 珊瑚色",
    "#ffb48a": "peach 桃色",
    "#ffb02e": "amber 琥珀色",
    "#ff6fa8": "pink 粉色 粉红色 rosado rosada rosa",
    "#8b5a2b": "brown 棕色 褐色 咖啡色 marrón",
    "#ffffff": "white 白色 blanco blanca blancas",
    "#0b0c0f": "black 黑色 negro negra negras",
    "#36454f": "charcoal 炭灰",
    "#7e8794": "grey gray 灰色 gris",
    "#c9d0da": "silver 银色 plateado",
    "#ffe9c7": "cream beige 米色 奶油色 crema",
}  # fmt: skip
COLORS = {name.replace("-", " "): code for code, names in _COLORS.items() for name in names.split()}
# Chinese colours are often said without 色: 红柱子, 蓝背景.
_SHORT = {
    name[0]: COLORS[name]
    for name in ("红色", "橙色", "黄色", "绿色", "青色", "蓝色", "紫色", "白色", "黑色", "灰色", "粉色", "金色", "银色")
}
COLORS |= _SHORT
_SHADES = {"dark": 0.5, "deep": 0.6, "light": 1.5, "pale": 1.6, "bright": 1.15, "neon": 1.15, "hot": 1.0, "blood": 0.8, "pitch": 1.0, "jet": 1.0, "royal": 0.9, "electric": 1.1, "baby": 1.5, "icy": 1.4, "冰": 1.4, "soft": 1.3, "纯": 1.0, "深": 0.5, "暗": 0.5, "浅": 1.5, "淡": 1.6, "亮": 1.15, "oscuro": 0.5, "claro": 1.5}  # fmt: skip
_NAMES = "|".join(sorted((re.escape(n) for n in COLORS if n not in _SHORT), key=len, reverse=True))
_LATIN = "|".join(sorted((re.escape(n) for n in COLORS if n.isascii() or n[0] in "íp"), key=len, reverse=True))
_HAN = "|".join(
    sorted((re.escape(n) for n in COLORS if not n[0].isascii() and n[0] not in "íp"), key=len, reverse=True)
)
_BEFORE = "|".join(shade for shade in _SHADES if shade.isascii() and shade not in ("oscuro", "claro"))
COLOR = (
    rf"(?:#[0-9a-fA-F]{{6}}\b|#[0-9a-fA-F]{{3}}\b|(?:\b(?:{_BEFORE})[\s-])?\b(?:{_LATIN})(?:[\s-]?ish)?\b(?:\s(?:oscuro|claro))?"
    rf"|[深暗浅淡亮纯冰]?(?:{_HAN}))"
)


def color(spelled: str) -> str:
    """Read what COLOR matched, as "#rrggbb"."""
    text = re.sub(r"[\s-]?ish$", "", spelled.strip().lower())
    if text.startswith("#"):
        return text if len(text) == 7 else "#" + "".join(c * 2 for c in text[1:])
    if text in COLORS:
        return COLORS[text]
    for shade, factor in _SHADES.items():
        for rest in (text.removeprefix(shade), text.removesuffix(shade)):
            name = rest.strip(" -")
            if name != text and name in COLORS:
                return _shaded(COLORS[name], factor)
    return "#ffffff"


def _shaded(code: str, factor: float) -> str:
    parts = [int(code[at : at + 2], 16) for at in (1, 3, 5)]
    mixed = [round(p * factor) if factor <= 1 else round(p + (255 - p) * (factor - 1)) for p in parts]
    return "#" + "".join(f"{min(255, p):02x}" for p in mixed)


def darker(one: str, two: str) -> tuple[str, str]:
    """Two colours as they are called, the darker one first; by BT.709 weights, on the codes as they stand."""

    def luma(spelled: str) -> float:
        code = color(spelled)
        return sum(weight * int(code[at : at + 2], 16) for weight, at in ((0.2126, 1), (0.7152, 3), (0.0722, 5)))

    return (one, two) if luma(one) <= luma(two) else (two, one)
