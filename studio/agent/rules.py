"""The forms of words that mean something, as one table: what each is spelled like and which Wish it builds. Pure."""

# ruff: noqa: E501 - a rule is one line of the table

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from studio.agent import edits as e
from studio.agent.forms import (
    ALL_PALETTES,
    ARTICLE,
    BACK,
    BARS,
    BEGIN,
    BY,
    CHANGE,
    COLORED,
    COLORS_NOUN,
    COVER,
    CREDITS,
    END,
    FINISH,
    FREE,
    GOES_TO,
    INK,
    INTO,
    LEAD,
    MUSIC,
    NAME,
    PALETTE,
    PALETTE_OF,
    PUT,
    REMOVE,
    SAYING,
    SEVERAL_WHEN,
    SMALL,
    TARGETS,
    TEXTS,
    TIMES,
    TWO,
    UNTIL,
    WHEN_SAID,
    WISH,
    WORDS,
)  # fmt: skip
from studio.agent.limits import LIMITS
from studio.agent.phrases import (
    BARE_TIME,
    CLOCK,
    COLOR,
    COLORS,
    NUMBER,
    QUOTED,
    TIME,
    Masked,
    color,
    darker,
    milliseconds,
    number,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: "help", "how-long", "formats", "credits", "thanks", "hello"."""

    topic: str


@dataclass(frozen=True, slots=True)
class Cannot:
    """Something that this studio honestly cannot do; `topic` names the sentence."""

    topic: str


@dataclass(frozen=True, slots=True)
class Missed:
    """Words that ask for something, and no rule knows what."""

    said: str


Wish = e.Edit | Ask | Cannot | Missed
Build = Callable[["Found"], "Wish | list[Wish] | None"]


@dataclass(frozen=True, slots=True)
class Found:
    """A match, with what was set aside put back."""

    match: re.Match[str]
    masked: Masked

    def get(self, name: str) -> str:
        """A named part, in the characters of the forms; "" if it is not there. A form with several has t, t2, t3."""
        return self.masked.unmask(self.raw(name))

    def written(self, name: str) -> str:
        """A named part in the characters that the person wrote: for what is shown."""
        return self.masked.shown(self.raw(name))

    def raw(self, name: str) -> str:
        """A named part as it stands in the text that is read."""
        parts = self.match.groupdict()
        return next((part for key, part in parts.items() if part and key.rstrip("23456789") == name), "")

    @property
    def all(self) -> str:
        """The whole match as the person wrote it."""
        return self.masked.shown(self.match[0])

    def ms(self, name: str) -> int | None:
        """A named part as a time."""
        spelled = self.get(name)
        return milliseconds(spelled) if spelled else None


@dataclass(frozen=True, slots=True)
class Rule:
    """A form of words and what it means; `negated` is what it means after a "don't" (None: nothing).

    `through`: it may reach over words that other rules have taken. `needs`: a quick look whether the form can match.
    """

    spelled: str
    build: Build
    negated: Build | None = None
    through: bool = False
    needs: str = ""

    @property
    def form(self) -> re.Pattern[str]:
        """The form, compiled when it is first needed: all of them together take a second."""
        return pattern(self.spelled)

    def may_match(self, text: str) -> bool:
        """Whether a closer look is worth it."""
        return not self.needs or pattern(self.needs).search(text) is not None


@cache
def pattern(spelled: str) -> re.Pattern[str]:
    """A form, compiled once."""
    return re.compile(spelled, re.IGNORECASE)


# --- what the forms mean --------------------------------------------------------------------------------------------


def when(found: Found) -> e.When:
    """The time phrases before and behind the words."""
    spelled = f"{found.raw('lead')} {found.raw('when')}"
    start = length = end = None
    at_end = False
    for match in WHEN_SAID.finditer(spelled):
        parts = match.groupdict()
        if parts["for"]:
            length = milliseconds(parts["for"])
        elif parts["start"]:
            start = 0
        elif parts["end"]:
            at_end = True
        elif parts["from"]:
            start, end = milliseconds(parts["from"]), milliseconds(parts["to"])
        elif parts["at"]:
            start = milliseconds(parts["at"])
        elif parts["last"] or parts["last2"]:
            at_end, length = True, milliseconds(parts["last"] or parts["last2"])
        else:
            start = 0
    return e.When(start, length, end, at_end)


def _text(role: e.Role) -> Build:
    def build(found: Found) -> Wish | list[Wish] | None:
        text = found.written("text")
        place = when(found)
        if text and not re.fullmatch(r"(?:it|this|that|here|there|please|吧|一下|[个個]|的)", text, re.IGNORECASE):
            # A name at the end belongs to the credits: "put my name "Neon Cat" at the end".
            wish = e.SetText("credits" if role == "artist" and place.at_end else role, text, place)
            other: list[Wish] = [e.SetText("artist", found.written("by"))] if found.written("by") else []
            if found.get("ink"):
                other.append(e.SetColor("text", color(found.get("ink")), found.written("ink")))
            return [wish, *other]
        return e.RetimeText(role, place) if place.said else None

    return build


def _removed(role: e.Removable) -> Build:
    return lambda found: e.RemoveText(role)


def _removed_text(found: Found) -> Wish:
    return e.RemoveText(
        "caption" if re.search(r"caption|label|watermark|水印", found.match[0], re.IGNORECASE) else "text"
    )


def _const(wish: Wish) -> Build:
    return lambda found: wish


def _color(target: e.Target) -> Build:
    return lambda found: e.SetColor(target, color(found.get("color")), found.written("color"))


_PART = re.compile(
    "|".join(f"(?P<{target}>{noun})" for target, noun in TARGETS) + f"|(?P<color>{COLOR})", re.IGNORECASE
)


def _painted(found: Found) -> list[Wish]:
    """Parts and their colours, one by one: 粉色柱子白字黑底; "the title is too dull, make it white"."""
    named = [(match.lastgroup, match[0]) for match in _PART.finditer(found.match[0])]
    targets: list[e.Target] = [target for target, _ in TARGETS for name, _ in named if name == target]
    order = [name for name, _ in named if name != "color"]
    said = [words for name, words in named if name == "color"]
    pairs = sorted(zip(order, said, strict=False), key=lambda pair: order.index(pair[0]))
    return [
        e.SetColor(target, color(words), found.masked.shown(words))
        for name, words in pairs
        for target in targets
        if target == name
    ]


def _dark(found: Found) -> Wish:
    said = (
        "黑色" if re.search(r"[暗黑]", found.match[0]) else "negro" if "oscuro" in found.match[0].lower() else "black"
    )
    return e.SetColor("background", color(said), said)


def _two_colors(found: Found) -> list[Wish]:
    """Two colours for all: the darker one lies behind."""
    if (one := found.raw("all").lower()) in COLORS:
        return [e.SetColor("bars", color(one), one)]  # "emerald green"
    back, front = darker(found.get("one"), found.get("two"))
    shown = found.masked.shown
    return [e.SetColor("background", color(back), shown(back)), e.SetColor("bars", color(front), shown(front))]


def _palette(found: Found) -> Wish:
    said = found.get("palette").lower()
    return e.SetPalette(PALETTE_OF.get(said, said))


def _volume(found: Found) -> Wish:
    return e.SetVolume(number(found.get("n")) / 100)


def _trim(found: Found) -> Wish | None:
    start, end = found.ms("from") or 0, found.ms("to")
    return e.Trim(start, end) if end is None or end > start else None


def _first(found: Found) -> Wish:
    return e.Trim(0, found.ms("t"))


def _from_on(found: Found) -> Wish:
    """So long, from there on."""
    start = found.ms("from") or 0
    return e.Trim(start, start + (found.ms("t") or 0))


_OTHER_WORDS = r"(?:a|an|and|are|as|at|after|before|between|during|each|every|for|from|in|into|is|it|its|my|of|on|per|that|the|then|to|until|when|while|with|your)\b"
_IS_A_VIDEO = re.compile(
    rf"(?:[\s-]+long)?[\s-]+(?:(?!{_OTHER_WORDS})[^\s.,;!?]+\s+){{0,3}}?(?:video|clip|reel|short|teaser|trailer|snippet|preview|visuali[sz]er|mv|tiktok)\b"
    r"|(?:长|长度)?的?(?!处|的时候|开始|起|后|之后|时)[^\s.,;:!?\d歌曲乐做成改把加用在]{0,8}?(?:视频|短片|片子|MV|预告|片段|[竖横方][版屏])",
    re.IGNORECASE,
)
_ONE_VERSION = re.compile(r"(?:[\s-]+long)?[\s-]+(?:version|cut|edit|loop)\b", re.IGNORECASE)
_NO_LENGTH = re.compile(
    r"(?:\b(?:every|each|per|first|last|next|in|after|for|at|over|by|(?:add|insert|append|put)(?:\s+an?)?)\s+|[每隔前后第到从示过留])$",
    re.IGNORECASE,
)
_LENGTH_OF = re.compile(
    r"(?:\b(?:video|clip|version|reel|short|teaser|snippet|preview|mv)\s+(?:of|lasting|(?:that|which)(?:'s|\s+is|\s+lasts)|(?:should|must)\s+(?:be|last)|to\s+be)"
    r"|\bkeep\s+(?:it|this|the\s+(?:video|clip))\s+(?:under|below|within|to|at)|\b(?:video|total)\s+(?:length|duration)\s*(?:of|:|=|to|is)?"
    r"|\b(?:it|this|that)\s+(?:should|must)\s+(?:be|last))"
    r"(?:\s+(?:about|around|roughly|exactly|only|just|under|at\s+most|max(?:imum)?|no\s+(?:more|longer)\s+than))?\s*$"
    r"|(?:(?<!标题)(?<!文字)(?<!字幕)(?<!片头)(?<!片尾)(?:时长|长度)|视频|片子|短片|mv)\s*(?:(?:控制[在到]|要|为|是|在|不要?超过|最长|最多|大概|大约|一共|总共|改[成为]|设[为成]|缩短到|就|:)\s*)+$"
    r"|(?:^|[\s.,;!?])(?:总?时长|长度)\s*$|(?:^|[\s.,;!?])(?:不要?超过|控制在)\s*$"
    r"|\b(?:v[ií]deo|clip|versi[óo]n|reel|corto|avance)(?:\s+(?!(?:de|con|en|y|a)\b)[^\s.,;!?]+){0,3}\s+(?:de|que\s+dure)(?:\s+unos)?\s+$",
    re.IGNORECASE,
)


_ALONE = re.compile(
    rf"(?:^|[(,;.!?+|\n{COVER}]|\b(?:video|clip|version|reel|short|teaser|snippet|preview|visuali[sz]er|edit)\b|\b(?:and|but|y|in|do|to)\b)\s*(?:(?:ok|now|just|only|maybe|please|pls|no\s+(?:more|longer)\s+than|at\s+most|less\s+than|up\s+to|about|around|under|max|exactly|make\s+it|is|keep|give\s+me|a|the|solo|unos)\b\s*|(?:只要|就要|最多|最长|大概|大约|改成|做成|给我|[整来做要]一?个|一共|总共|[约共])\s*)*$",
    re.IGNORECASE,
)
_NOTHING_MORE = re.compile(
    rf"\s*(?:(?:long|max(?:imum)?|only|tops|or\s+(?:so|less)|version|total|is\s+(?:enough|plenty|fine|ok|good)|左右|以内|之内|内|就行|就好|就够了?|版本?|的)\s*)*{FINISH}",
    re.IGNORECASE,
)


def _length(found: Found) -> Wish | None:
    """A time that says how long the video is: "a 15 second vertical teaser", "竖屏短片，时长15秒", "un vídeo de 15 s"."""
    before, after = found.match.string[: found.match.start()], found.match.string[found.match.end() :]
    if _LENGTH_OF.search(before):
        return _first(found)
    if _NO_LENGTH.search(before):
        return None
    if _ALONE.search(before) and _NOTHING_MORE.match(after):
        return _first(found)
    one = re.search(r"\b(?:an?|one|my|the)\s+$", before, re.IGNORECASE)
    return _first(found) if _IS_A_VIDEO.match(after) or (one and _ONE_VERSION.match(after)) else None


def _drop(where: Literal["start", "end"]) -> Build:
    return lambda found: e.Drop(where, found.ms("t") or 0)


def _goes_to(aspect: e.Aspect) -> Build:
    """The shape that a place asks for; none where the message names one."""
    return lambda found: [] if _SHAPE.search(found.masked.text) else e.SetAspect(aspect)


_SHAPE = re.compile(
    r"\b(?:vertical|portrait|square|cuadrado|landscape|widescreen|horizontal|wide|upright|tall)|(?<!\d)\d{1,2}\s?[:x]\s?\d{1,2}(?!\d)|[竖横方直][屏版的形式]",
    re.IGNORECASE,
)


def _nothing(found: Found) -> list[Wish]:
    return []


_ASPECTS: dict[tuple[int, int], e.Aspect] = {(16, 9): "16:9", (9, 16): "9:16", (1, 1): "1:1"}
_OTHER_ASPECTS = ((4, 3), (3, 4), (21, 9), (4, 5), (5, 4), (2, 3), (3, 2), (2, 1), (18, 9))


def _aspect(found: Found) -> Wish | None:
    wide, tall = int(found.get("w")), int(found.get("h"))
    if wide >= 100:  # pixels
        wide, tall = wide // math.gcd(wide, tall), tall // math.gcd(wide, tall)
    near: e.Aspect | None = _ASPECTS.get((wide, tall))
    if near:
        return e.SetAspect(near)
    return Cannot("aspect") if (wide, tall) in _OTHER_ASPECTS else None


def _style(found: Found) -> Wish:
    said = found.get("style").lower()
    return e.SetStyle(said) if said in e.STYLES else Cannot("style")


def _palette_in(said: str) -> str:
    word = re.match(ALL_PALETTES, said, re.IGNORECASE)
    name = word[0].lower() if word else "auto"
    return PALETTE_OF.get(name, name)


def _style_of(said: str) -> Wish:
    name = said.lower()
    if name in e.STYLES:
        return e.SetStyle(name)
    if name in e.PALETTES:
        return e.SetPalette(name)
    return Cannot("style")


def _rule(
    form: str, build: Build | Wish, negated: Build | Wish | None = None, *, through: bool = False, needs: str = ""
) -> Rule:
    def built(value: Build | Wish) -> Build:
        return value if callable(value) else _const(value)

    return Rule(
        form,
        built(build),
        None if negated is None else built(negated),
        through,
        needs,
    )


_NO_NAME = r"(?:and|at|after|again|back|before|bigger|cards?|during|first|for|from|here|how|if|in|instead|into|just|last|later|like|now|on|only|over|please|pls|plz|screen|slide|smaller|so|text|then|there|to|too|under|until|up|when|where|which|while|with|you)\b"
"""Words after "add a title" that are not the title."""
_UNQUOTED = rf"(?P<text>[^\s.,;!?\n:{QUOTED[0]}{COVER}][^.,;!?\n{QUOTED[0]}{COVER}]{{0,59}}?)(?:(?=\s+(?:by|(?:in|en)\s+{COLOR})\b)|{END})"


def _text_rules() -> Iterator[Rule]:
    for role, noun in TEXTS:
        # Where "text" is removed it is not only a caption: see edits.
        gone = _removed(role) if role != "caption" else _removed_text
        more = (BY if role == "title" else "") + INK
        yield _rule(rf"{REMOVE}\s*{ARTICLE}(?:on-?screen\s+)?{noun}(?!\s*(?:to\b|at\s+all|成|改|换))", gone, needs=noun)
        yield _rule(
            rf"(?:把|将)?\s*{noun}\s*(?:给我)?(?:(?:去掉|删除|删掉|删了|移除|拿掉|隐藏|取消|不要显示|不显示)了?|不要了?(?=\s*(?:$|[,.;!?])))",
            _removed(role),
            needs=noun,
        )
        # 加一个标题“夜航”，3秒 / add a title "Urban Dreams" for 3 s at the start / title: Night
        yield _rule(
            rf"{LEAD}{PUT}\s*{ARTICLE}{TIMES.replace('when', 'mid')}\s*(?:的)?{noun}{SAYING}(?P<text>{QUOTED}){more}{TIMES}",
            _text(role),
            needs=QUOTED,
        )
        yield _rule(
            rf"{LEAD}(?P<text>{QUOTED})\s*(?:as|for|作为|当作?|como)\s*{ARTICLE}{noun}{TIMES}",
            _text(role),
            needs=QUOTED,
        )
        yield _rule(
            rf"{LEAD}(?:{CHANGE}|{PUT})?\s*{ARTICLE}{noun}{SAYING}(?P<text>{QUOTED}){more}{TIMES}",
            _text(role),
            needs=QUOTED,
        )
        yield _rule(
            rf"{LEAD}{CHANGE}\s*{ARTICLE}{noun}\s*(?:to\s+say|say|to|into|as|a|为|成|改成|改为|换成|变成|叫做?|设为)\s*(?!{TIME}|the\s+\w+\s*$){FREE}{TIMES}",
            _text(role),
            needs=noun,
        )
        yield _rule(
            rf"{LEAD}{noun}\s*(?:改成|改为|换成|变成|叫做?|设为)\s*(?!{TIME}){FREE}{TIMES}", _text(role), needs=noun
        )
        yield _rule(
            rf"{LEAD}(?:{PUT}|{CHANGE}|{BEGIN})\s*{ARTICLE}{noun}\s*(?:saying|that\s+says|called|named|reading|:|叫做?|写着?|内容是|是|为|que\s+diga)\s*{FREE}{TIMES}",
            _text(role),
            needs=noun,
        )
        # title Night Drive by Neon Cat / with the artist Neon Cat / add title night drive
        yield _rule(
            rf"(?:{BEGIN}|\b{PUT}\s+){ARTICLE}{noun}(?:\s+|(?<=[\u4e00-\u9fff]))(?P<text>{NAME}){more}(?:(?!\s*,){TIMES})?{FINISH}",
            _text(role),
            needs=noun,
        )
        if role in ("title", "artist"):
            yield _rule(
                rf"\b(?:add|put|show|write|display)\s+{ARTICLE}(?>{noun})\s+(?!{_NO_NAME}|{COLOR}|{TIME}){_UNQUOTED}{more}{TIMES}",
                _text(role),
                needs=noun,
            )
        yield _rule(
            rf"{LEAD}(?:^|(?<=[.,;!?\n]))\s*{ARTICLE}{noun}\s*(?::|is(?:\s+called)?|should\s+(?:say|be|read)|是|为|叫做?|写[着上成]?|=)\s*(?!{TIME}|{COLOR}{END}){FREE}{TIMES}",
            _text(role), needs=noun,
        )  # fmt: skip
        # show the title for 5 seconds
        yield _rule(
            rf"(?:(?:{PUT}|{CHANGE}|keep|move|make)\s*|{BEGIN}){ARTICLE}{noun}{SEVERAL_WHEN}",
            _text(role),
            needs=noun,
        )


RULES: tuple[Rule, ...] = (
    _rule(r"\b(?:no|without|stop(?:\s+the)?|less|fewer|don'?t)\s+(?:any\s+|more\s+)?(?:flash|strob|flicker|shak)\w*(?:\s+lights?)?|\b(?:too|less)\s+(?:shaky|jumpy|flashy)\b|\bphotosensitive\b|(?:不要|别|少|没)(?:再|那么|太)?(?:闪烁?|晃|抖|跳)|太[晃闪花]了?", e.SetEnergy("calm")),
    _rule(rf"(?:{REMOVE}|don'?t\s+(?:want|add|show|put|use)|do\s+not\s+(?:want|add|show))\s*(?:all(?:\s+the)?|any|every|任何|所有的?|全部的?)\s*(?:on-?screen\s+)?(?:texts?|words|titles|lettering|letters|文字|字|thing\s+(?:that\s*'?s\s+|thats\s+)?written)|(?:no|without)\s+(?:texts?|words)(?:\s+(?:at\s+all|on\s+screen|whatsoever))|把?(?:字|文字)都(?:去掉|删掉|删了|不要)", e.RemoveText(None), needs=r"text|word|title|letter|字|writ"),
    # what cannot be done, before a part of it is misread
    *(_rule(form, Cannot(topic)) for form, topic in LIMITS),
    # words on screen; first their colour, or "标题改成红色" would be a title
    _rule(rf"{WORDS}{COLORED}{INTO}(?P<color>{COLOR}){END}", _color("text")),
    _rule(rf"(?:\b(?:credit(?:s?\s+(?:to|for))?|thank)\s+[^.,;!?\n{QUOTED[0]}{COVER}]{{0,24}}?|\bend(?:ing)?\s+(?:it\s+)?with\s+)(?P<text>{QUOTED})(?:\s+at\s+the\s+end)?", _text("credits"), needs=QUOTED),
    _rule(rf"{CREDITS}\s*(?:for|to|:)\s*(?P<text>[^.,;!?\n{QUOTED[0]}{COVER}]{{2,80}})", _text("credits")),
    _rule(rf"(?:change|replace|rename|fix|correct|把|将)?\s*(?P<old>{QUOTED})\s*(?:to|into|with|->|→|改成|改为|换成|cambia\s+a)\s*(?P<text>{QUOTED})", lambda f: e.Reword(f.get("old"), f.get("text")), needs=QUOTED),
    _rule(rf"(?:add|append|put)\s+{QUOTED}\s+(?:to|after|behind|before)\s+the\s+(?:title|artist|name)", lambda f: Missed(f.all), needs=QUOTED),
    *_text_rules(),
    _rule(rf"{LEAD}(?:add|put|show|display|write|insert|写上?|加上?|放上?|显示|出现|弹出|打出|pon|añade)\s*(?:[一几]?[句行段](?:话|字)?|the\s+(?:words?|line|text))?\s*(?P<text>{QUOTED})(?:[一两几二三四五六]个字|字样)?(?:\s+(?:on\s+(?:the\s+)?screen|as\s+text))?{TIMES}", _text("caption"), needs=QUOTED),
    _rule(rf"{LEAD}(?:on\s+(?:the\s+)?screen\s*:?\s*)?(?:say|text|write|put)?\s*(?P<text>{QUOTED})\s*(?:on\s+(?:the\s+)?screen)?{SEVERAL_WHEN}|(?:{LEAD.replace('lead', 'lead2')})(?P<text2>{QUOTED})\s*on\s+(?:the\s+)?screen", _text("caption"), needs=QUOTED),
    _rule(rf"(?:\b(?:my|our|the|this|new|a)\s+(?:new\s+)?(?:song|track|single|beat|tune)\s*,?\s*|新?歌曲?)(?P<text>{QUOTED}){BY}", _text("title"), needs=QUOTED),
    _rule(rf"(?:\b(?:song|track|single|it|tune)(?:\s*'?s|\s+is)?\s+(?:called|named|titled)\s+|(?:歌|歌曲|曲子)叫做?){FREE}{BY}", _text("title")),
    _rule(rf"(?P<text>{QUOTED})\s+by\s+(?P<by>{QUOTED}|[^\s.,;!?\n]+(?:\s+[^\s.,;!?\n]+){{0,3}}?{END})", _text("title"), needs=QUOTED),
    _rule(rf"(?:\b(?:i'?m|i\s+am|we'?re|we\s+are|soy|me\s+llamo)\s+|我是)(?P<text>{QUOTED})|\bname\b[^.;!?\n{QUOTED[0]}{COVER}]{{0,20}}\bit'?s\s+(?P<text3>{QUOTED})|我叫(?P<text2>{QUOTED}|[^\s.,;!?\n]{{1,20}})", _text("artist")),
    _rule(rf"(?P<text>{QUOTED})\s*(?:como|as)\s+(?:the\s+|el\s+|la\s+)?(?:artist|artista|singer)", _text("artist"), needs=QUOTED),
    _rule(r"\b(?:add|put|show|write)\b[^.,;!?\n@]{0,24}(?P<text>@[\w.]{2,30})\s+(?:at\s+the\s+end|in\s+the\s+credits)", _text("credits")),
    _rule(r"\b(?:add|put|show|write)\b[^.,;!?\n@]{0,24}(?P<text>@[\w.]{2,30})", _text("caption")),
    _rule(rf"(?:call\s+it|(?:re)?name\s+it(?:\s+to)?|title\s+it|ll[áa]mal[oa]|叫它|取名叫?|命名为)\s*{FREE}{TIMES}", _text("title")),
    _rule(rf"(?:song\s+)?by\s+(?P<text>{QUOTED})", _text("artist"), needs=QUOTED),
    _rule(rf"{REMOVE}\s*(?:all\s+)?(?:the\s+)?(?:texts?|words|titles|lettering|所有文字|全部文字|文字)", e.RemoveText(None)),
    _rule(rf"(?:{BEGIN}|\b(?:this\s+is|it'?s|song|track)\s+)by\s+(?P<text>{NAME}){FINISH}", _text("artist")),
    _rule(rf"^\s*(?P<text>{NAME})\s+by\s+(?P<by>{NAME}){FINISH}", _text("title")),
    # shape; where the video is to go names one too, unless another is said
    _rule(r"\b(?:vertical(?:ly)?|portrait(?:\s+mode)?|for\s+(?:phones?|mobile)|fits?\s+(?:a\s+|my\s+)?(?:phone|mobile)(?:\s+screen)?|upright|tall)\b(?:\s+(?:format|version))?|竖屏|竖版|竖的|竖着|竖向|纵向|直式|直向|手机屏", e.SetAspect("9:16")),
    _rule(r"\b(?:square|cuadrado)\b(?:\s+format)?|方形|正方形|方的|方屏|方版", e.SetAspect("1:1")),
    _rule(r"\b(?:landscape|widescreen|horizontal(?:ly)?|wide(?:\s*screen|\s+format)?)\b|横屏|横版|横的|横向|横式|宽屏", e.SetAspect("16:9")),
    _rule(r"(?<![\d:.])(?:(?P<w>\d{1,2})\s?(?::|x|比|/)\s?(?P<h>\d{1,2})|(?P<w2>\d{3,4})\s?[x×*]\s?(?P<h2>\d{3,4}))(?![\d:])", _aspect),
    _rule(rf"{GOES_TO}(?:(?:insta(?:gram)?|ig|fb|yt|youtube)\s+(?:reels?|shorts?|story|stories)|tik\s?tok|reels|shorts|抖音|快手|小红书)(?![.:])(?:\s+(?:version|format|size|reels?)\b|用的?(?=[,;!?.\n]|$)|版)?|\bfor\s+(?:a\s+)?(?:story|stories)\b", _goes_to("9:16")),
    _rule(rf"{GOES_TO}youtube(?![.:])(?:\s+(?:format|size))?\b", _goes_to("16:9")),
    _rule(rf"{GOES_TO}(?:instagram|b站|bilibili|视频号|spotify|soundcloud)(?![.:])(?:\s+canvas)?(?:用的?(?=[,;!?.\n]|$)|版)?", _nothing),
    # time
    _rule(rf"(?:make\s+(?:it|this)\s+)?(?P<t>{TIME})\s+shorter|shorten\s+(?:it\s+|the\s+\w+\s+)?by\s+(?P<t2>{TIME})|(?:剪|缩)?短(?P<t3>{TIME})", _drop("end")),
    _rule(rf"{BEGIN}(?P<from>{TIME}){UNTIL}(?P<to>{TIME}){FINISH}", _trim),
    _rule(rf"{BEGIN}(?:from|从)\s*(?P<from>{TIME})(?:\s+on(?:wards)?)?{FINISH}", lambda f: e.Trim(f.ms("from") or 0, None)),
    _rule(rf"(?:skip|jump|go)\s+to\s+(?P<from>{TIME})(?!{UNTIL})|empieza\s+(?:en|a)\s+(?P<from2>{TIME})", lambda f: e.Trim(f.ms("from") or 0, None)),
    _rule(rf"(?:(?:only|just|keep|use|take|trim|cut|shorten|crop|limit)\b[^.,;!?\n\d]{{0,24}}?|solo\s+|只要|只用|只留|只保留|保留|截取?|剪到?|取|用)\s*(?:from\s+|从|第|de\s+|between\s+)?(?P<from>{BARE_TIME}){UNTIL}(?P<to>{BARE_TIME})", _trim),
    _rule(rf"(?:start(?:ing)?|begin(?:ning)?)\s+(?:it\s+)?(?:at|from)\s+(?:the\s+)?(?P<from>{TIME})(?:\s+mark)?[\s,]*(?:and\s+|then\s+)?(?:make\s+it|keep|use|take|for|only|lasts?)\s+(?P<t>{TIME})(?:\s+long)?|(?P<t2>{TIME})(?:\s+(?:preview|clip|snippet|teaser|video|version))?\s*,?\s*(?:from|starting(?:\s+(?:at|from))?|beginning\s+(?:at|from))\s+(?:the\s+)?(?P<from2>{TIME})(?:\s+mark)?(?!{UNTIL})|[从第](?P<from3>{TIME})(?:处|的地方)?(?:开始|起),?\s*(?:一共|总共|共|取|截取|剪|用|要|只要|长|时长)+\s*(?P<t3>{TIME})", _from_on),
    _rule(rf"(?<!\d)(?P<from>{CLOCK}){UNTIL}(?P<to>{CLOCK})(?:\s+(?:only|please|pls))?", _trim),
    _rule(rf"(?:cut|remove|drop|delete|end|stop)\s+(?:off\s+)?(?:it|everything|all|the\s+(?:song|video|rest))?\s*(?:at|after|past|from)\s+(?P<t>{TIME})(?!{UNTIL})", _first),
    _rule(rf"(?:cut|remove|drop|take|trim|chop|lose)\s+(?:off\s+)?(?P<t>{TIME})\s+(?:from|at|off)\s+(?:the\s+)?(?:start|beginning|front)", _drop("start")),
    _rule(rf"(?:cut|remove|drop|take|trim|chop|lose)\s+(?:off\s+)?(?P<t>{TIME})\s+(?:from|at|off)\s+(?:the\s+)?end", _drop("end")),
    _rule(rf"(?:前面?|开头)的?(?P<t>{TIME})(?:不要|去掉|删掉|剪掉)", _drop("start")),
    _rule(rf"(?:后面?|最后|结尾)的?(?P<t>{TIME})(?:不要|去掉|删掉|剪掉)", _drop("end")),
    _rule(rf"去掉前(?P<t>{TIME})和后(?P<u>{TIME})|(?:cut|chop|trim|remove)\s+(?:off\s+)?(?:the\s+)?first\s+(?P<t2>{TIME})\s+and\s+(?:the\s+)?last\s+(?P<u2>{TIME})", lambda f: [e.Drop("start", f.ms("t") or 0), e.Drop("end", f.ms("u") or 0)]),
    _rule(rf"(?:from|从|第|desde)\s*(?P<from>{BARE_TIME}){UNTIL}(?P<to>{BARE_TIME})(?:\s*(?:only|即可|就行|就好|这段|部分))?", _trim),
    _rule(rf"(?:cut|remove|drop|skip|delete|trim(?:\s+off)?|chop(?:\s+off)?|lose|corta|recorta|quita|去掉|删掉|剪掉|跳过|切掉|裁掉|掐掉|砍掉)\s*(?:off\s+)?(?:the\s+|los\s+)?(?:first|opening|intro|primeros|开头的?|前面?的?|头)\s*(?P<t>{TIME})", _drop("start")),
    _rule(rf"(?:cut|remove|drop|skip|delete|trim(?:\s+off)?|chop(?:\s+off)?|lose|corta|recorta|quita|去掉|删掉|剪掉|切掉|裁掉|掐掉|砍掉)\s*(?:off\s+)?(?:the\s+|los\s+)?(?:last|final|ending|[úu]ltimos|结尾的?|最?后面?的?)\s*(?P<t>{TIME})", _drop("end")),
    _rule(rf"(?:(?:only|just|keep|use|take|trim|shorten|render)\b[^.,;!?\n\d]{{0,24}}?|solo\s+)?(?:the\s+|los\s+)?(?:first|opening|primeros)\s+(?P<t>{TIME})(?:\s*only)?", _first),
    _rule(r"(?:only\s+|just\s+|keep\s+|use\s+)?the\s+first\s+minute\b", e.Trim(0, 60_000)),
    _rule(rf"(?:只要|只用|只留|只保留|保留|截取|剪到?|取|用|剪辑)?\s*(?:开头的?|前面?的?|头)\s*(?P<t>{TIME})", _first),
    _rule(rf"(?:(?:only|just|keep|use|take)\b[^.,;!?\n\d]{{0,24}}?|solo\s+)?(?:the\s+|los\s+)?(?:last|final|[úu]ltimos)\s+(?P<t>{TIME})", lambda f: e.KeepLast(f.ms("t") or 0)),
    _rule(rf"(?:只要|只用|只留|保留|截取|取|用)?\s*(?:最后|结尾的?|后)\s*(?P<t>{TIME})", lambda f: e.KeepLast(f.ms("t") or 0)),
    _rule(rf"(?:shorten|trim|cut|limit|reduce|crop|make)\s+(?:it|this|the\s+(?:video|song|track|music)|everything)?\s*(?:down\s+)?(?:to\s+|be\s+)?(?P<t>{TIME})(?:\s+long)?", _first),
    _rule(rf"(?:剪短?|缩短|截|裁|剪辑)(?:到|成|为|至)\s*(?P<t>{TIME})", _first),
    _rule(rf"(?:start(?:ing)?|begin(?:ning)?)\s+(?:it\s+|the\s+(?:video|song|music)\s+)?(?:at|from)\s+(?P<from>{TIME})|从第?(?P<from2>{TIME})(?:处|的地方)?开始", lambda f: e.Trim(f.ms("from") or 0, None)),
    _rule(rf"(?:end(?:ing)?|stop)\s+(?:it\s+|the\s+(?:video|song|music)\s+)?(?:at|after)\s+(?P<t>{TIME})", _first),
    _rule(r"(?:only\s+|just\s+)?(?:the\s+)?last\s+half\s+(?:a\s+)?minute(?:\s+only)?", e.KeepLast(30_000)),
    _rule(r"(?:use\s+)?(?:the\s+)?(?:whole|full|entire)\s+(?:song|track|music|length)|整首歌?(?:都)?[放要]?|(?:remove|undo)\s+the\s+trim|use\s+(?:everything|all\s+of\s+it)\b|完整的?(?:歌|音乐|版)", e.Trim(0, None)),
    _rule(rf"(?P<t>{TIME})(?:\s*(?:左右|以内|之内))?", _length),
    # sound
    _rule(rf"(?:{MUSIC})\s*(?:调|设|改|降|升)?[到为成至]?\s*(?P<n>[\d一二两三四五六七八九])成", lambda f: e.SetVolume(number(f.get("n")) / 10)),
    _rule(rf"(?:unmute|取消静音)\s*(?:{MUSIC})?", e.SetVolume(1.0)),
    _rule(rf"(?:bring|turn)\s+(?:{MUSIC})\s+back(?:\s+(?:up|on))?", e.SetVolume(1.0)),
    _rule(rf"double\s+(?:{MUSIC})|(?:{MUSIC})\s*(?:at|to)?\s*(?:max(?:imum)?|full|拉满|(?:开|调)到最大|最大)", e.ChangeVolume(2.0)),
    _rule(rf"\b(?:mute|silence|silencia)\b\s*(?:{MUSIC})?|静音|消音|关掉(?:声音|音乐)|(?:{REMOVE}|cut|kill)\s*(?:the\s+)?(?:sound|audio)\b|(?:no|without)\s+(?:sound|music)", e.SetVolume(0.0), e.SetVolume(1.0)),
    _rule(rf"(?:{MUSIC})\s*(?:should\s+be\s+|is\s+|be\s+)?(?:调节?|设置?|改|降|升|提高|降低|变|减|减小|增加)?(?:at|to|into|of|al?|到|成|为|至|=|:|down\s+to|up\s+to)*\s*(?:百分之)?(?P<n>\d{{1,3}}|[零一二两三四五六七八九十百]+|{NUMBER}(?=\s*(?:%|percent|por\s+ciento)))\s*(?:%|percent|por\s+ciento)?(?!\s*(?:s\b|秒|sec|min|:)|\d)", _volume),
    _rule(rf"(?:at|to)\s+(?P<n>\d{{1,3}})\s*(?:%|percent)(?:\s+(?:volume|loudness))?|百分之(?P<n2>{NUMBER})的?音量", _volume),
    _rule(rf"(?:set|turn|put)\s+(?:{MUSIC})\s+(?:to|at)\s+half|(?:{MUSIC})\s+(?:to|at)\s+half", e.SetVolume(0.5)),
    _rule(rf"(?:{MUSIC})\s*(?:a\s+)?(?:减半|(?:by\s+)?half|一半)|half\s+(?:the\s+)?volume|音量减半", e.ChangeVolume(0.5)),
    _rule(rf"\blouder\b|crank\s+(?:it|{MUSIC})\s+up|(?:too|so)\s+quiet|(?:sound|volume|music)\s+is\s+too\s+low|开大(?:一?点)|as\s+loud\s+as\s+possible|sub[ei]\s+{MUSIC}|(?:声音|音量|音乐)太[小轻低]了?|turn\s+(?:it|{MUSIC})\s+up|turn\s+up\s+{MUSIC}|(?:raise|increase|boost)\s+{MUSIC}|{MUSIC}\s*(?:up|higher)|m[áa]s\s+(?:alto|fuerte)|(?:{MUSIC})?\s*(?:再|更|调|放|开)?(?:大声|调大|响)(?:一?点儿?|些)?|(?:{MUSIC})\s*(?:再|更)?(?:大|高|提高|增大|加大)(?:一?点儿?|些)?", e.ChangeVolume(1.25), e.ChangeVolume(0.8)),
    _rule(rf"\b(?:quieter|softer(?!\s+(?:look|visuals?|movement|feel))|less\s+loud|lower\s+{MUSIC})\b|turn\s+(?:it|{MUSIC})\s+down|turn\s+down\s+{MUSIC}|(?:reduce|decrease)\s+{MUSIC}|{MUSIC}\s*(?:down|lower)|baja\s+{MUSIC}|(?:{MUSIC}\s+(?:is\s+)?)?too\s+loud|(?:声音|音量|音乐)太[大响高吵]了?|m[áa]s\s+bajo|(?:{MUSIC})?\s*(?:再|更|调|放)?(?:小声|调小|调低|轻)(?:一?点儿?|些)?|(?:{MUSIC})\s*(?:再|更|太)?(?:小|低|降低|减小|响)(?:一?点儿?|些)?", e.ChangeVolume(0.8)),
    # cuts and movement
    _rule(r"\b(?:too|so|very)\s+(?:fast|quick)\b(?:\s+for\s+me)?(?:\s*,\s*(?:please\s+)?slow\s+(?:it|this)?\s*down(?:\s+a\s+(?:bit|little))?)?|\bcuts?\s+(?:are\s+)?too\s+(?:fast|quick|often|many)|\btoo\s+many\s+cuts|stop\s+(?:cutting|switching)\s+so\s+(?:much|often|fast)|(?:cut|switch|change)(?:\s+scenes?)?\s+less(?:\s+often)?|别切(?:得|那么|太)*[快多]|(?:切换|节奏|画面)?太[快急]了?", e.ChangePace(-1)),
    _rule(r"(?:no|without|remove|stop|disable|turn\s+off|sin)\s+(?:more\s+|the\s+)?(?:beat[\s-]*(?:synced\s+)?)?(?:cuts|cutting|scene\s+changes|cortes)|(?:不要|去掉|关闭|取消)(?:卡点|切换|剪切|转场)|(?:single|one|continuous|one\s+continuous)\s+shot|stop\s+(?:cutting|switching(?:\s+scenes)?)|(?:只要|就)?一个镜头(?:就好|到底)?|一镜到底|不要?切换|(?:不要|别)(?:一直)?切来切去", e.SetCuts("none"), e.SetCuts("beats")),
    _rule(r"\b(?:too|so|very)\s+slow\b|(?:切换|节奏|画面)?太慢了?", e.ChangePace(1)),
    _rule(r"(?:(?:faster|quicker|more(?:\s+frequent)?|quick|fast|double\s+time)\s+(?:cuts|pace|cutting|scene\s+changes|cortes)|cuts?\s+(?:\w+\s+){0,3}?(?:more\s+often|faster|quicker)|cortes\s+m[áa]s\s+r[áa]pidos|speed\s+up\s+the\s+cuts|(?:节奏|切换|剪辑|卡点|转场)(?:再|更)?(?:快|密)(?!切)(?:一?点儿?|些)?|切[得换]频繁(?:一?点)?|(?:更快|快一点)的?(?:切换|剪辑|节奏))", e.ChangePace(1), e.ChangePace(-1)),
    _rule(r"(?:(?:slower|fewer|less|slow|reduce\s+the\s+pace\s+of\s+the)\s+(?:cuts|pace|cutting|scene\s+changes|cortes)|cuts?\s+(?:\w+\s+){0,3}?(?:less\s+often|slower)|cortes\s+m[áa]s\s+lentos|slow\s+down\s+the\s+cuts|(?:节奏|切换|剪辑|卡点|转场)(?:再|更)?(?:慢|少)(?:一?点儿?|些)?|(?:更慢|慢一点)的?(?:切换|剪辑|节奏))", e.ChangePace(-1), e.ChangePace(1)),
    _rule(rf"{WISH}(?:faster|quicker|speed\s+(?:it\s+|this\s+|things\s+)?up|r[áa]pido|(?:a\s+)?(?:faster|quicker)\s+pace|快(?!切)(?:一?点儿?|些)|快节奏){FINISH}", e.ChangePace(1), e.ChangePace(-1)),
    _rule(rf"{WISH}(?:slower|slow(?:\s+(?:it|this|things)\s+down|\s+down)?|lento|(?:a\s+)?slower\s+pace|(?:reduce|lower)\s+the\s+pace|慢(?:一?点儿?|些)){FINISH}", e.ChangePace(-1), e.ChangePace(1)),
    _rule(r"(?:\b(?:less|too)\s+(?:much\s+)?(?:busy|hectic|movement|motion|crazy|wild|chaotic|much\s+going\s+on|intense|aggressive)\b|\btone\s+(?:it|this|things)\s+down\b|\bcalm\s+(?:it\s+)?down\b|\bsofter\s+(?:look|visuals?|movement|feel)\b|\bkeep\s+it\s+simple\b|\bsoft(?=\s+and\b|\s*[,\ue0ff]|\s*$|\s+(?:look|vibes?|movement))|\b(?:smoother|mellow(?:er)?|chill(?:er)?|lo-?fi|moody|dreamy|minimal(?:ist|istic)?|relax(?:ed|ing)?|peaceful|tranquil[oa]|gentle)\b(?!\s+(?:song|track|beat))|menos\s+movimiento|极简|简约|别(?:那么|太)?[花乱闹]|太[乱闹花吵]了?|画面安静(?:一?点)?|moves?\s+too\s+much|不要(?:那么|太)[花乱])(?:\s+(?:vibes?|look|style|feel))?", e.SetEnergy("calm"), e.SetEnergy("energetic")),
    _rule(r"(?:\bmake\s+it\s+(?:pop|bounce|slap|hit|bang|jump)\b|\b(?:bounce|hit|pump|move|jump)\s+(?:more|harder)\b|\b(?:hype|wake)\s+(?:it|this|them|things)\s+up\b|\bm[áa]s\s+(?:intens[oa]|movid[oa]|fuerza)\b|\b(?:more|way\s+more)\s+(?:hype|punch|life|movement|motion|energy|bounce|wild|crazy)\b|\bgo\s+(?:crazy|wild|hard|nuts)\b|\b(?:wilder|crazier|punchier|hyper|hyped?|aggressive|explosive|(?:high|insane|crazy)[\s-]+energy|needs?\s+(?:more\s+)?energy|bars\s+(?:barely|don'?t|hardly)\s+move)\b|\bcuts?\s+hit\s+harder\b|更?[炸燃嗨狂](?:一?[点些]|起来)|再?疯狂(?:一?[点些])?|更?劲爆|炸裂|更?激烈|更?带劲|加一?点劲)(?:\s+on\s+the\s+drop)?(?:一?点儿?|些)?", e.SetEnergy("energetic"), e.SetEnergy("calm")),
    _rule(r"(?:more\s+energ(?:y|etic)|livelier|more\s+(?:lively|intense|dynamic|exciting|action)|\benergetic\b|m[áa]s\s+energ[íi]a|更?有活力|更?动感|更?带感|更?燃|更激烈|更嗨|更?活泼)(?:[^.,;!?\n]{0,20}\bdrop\b)?(?:一?点儿?|些)?", e.SetEnergy("energetic"), e.SetEnergy("calm")),
    _rule(r"(?:\bcalm(?:er)?\b|more\s+(?:relaxed|relaxing|chill|gentle|subtle)|\bchill\b|less\s+(?:energy|energetic|intense|movement)|\bgentler\b|m[áa]s\s+(?:calma|tranquilo)|更?平静|更?安静|更?舒缓|更?柔和|更?温柔|慢节奏)(?:一?点儿?|些)?", e.SetEnergy("calm"), e.SetEnergy("energetic")),
    # looks
    _rule(rf"\b(?:{ALL_PALETTES})(?=\s+(?:music\s+)?(?:video|clip|visuali[sz]er)s?\b)|(?:{ALL_PALETTES})(?=的?(?:音乐)?(?:视频|影片|短片))|(?:{ALL_PALETTES})[\s-]*{COLORS_NOUN}", lambda f: e.SetPalette(_palette_in(f.match[0]))),
    _rule(rf"(?:palette|theme|colou?r\s+scheme|colou?rs|colores|paleta|tema|配色|主题|色调|风格)(?:\s+(?:called|named))?(?:{INTO})(?P<palette>{ALL_PALETTES})\b", _palette),
    _rule(rf"{WISH}(?P<palette>{PALETTE}){FINISH}", _palette),
    _rule(r"\b(?:warm(?:er)?)\s+(?:colou?rs|tones|palette|look)|\bmake\s+(?:it|the\s+colou?rs)\s+warm(?:er)?\b|colores\s+c[áa]lidos|暖色调?", e.SetPalette("sunset")),
    _rule(r"\b(?:cold(?:er)?|cool(?:er)?)\s+(?:colou?rs|tones|palette)|\bmake\s+it\s+cold(?:er)?\b|colores\s+fr[íi]os|冷色调?", e.SetPalette("ocean")),
    _rule(r"\bmatch(?:ing|es)?\s+(?:the\s+|my\s+)?(?:cover|album|art)\w*(?:\s+(?:art|cover))?|(?:(?:make|match|use|take|in|it|the|same)\s+)*\b(?:colou?rs?|bars|background|palette)\s+(?:[^.,;!?\n]{0,12}?\b(?:from|of|match(?:ing|es)?|to|like|as)\s+)(?:in\s+|that\s+of\s+)?(?:the\s+|my\s+|its\s+)?(?:cover|album|art)\w*(?:\s+(?:art|cover))?|(?:配色|颜色)(?:跟|和|与|用)封面的?(?:一样|一致|相同|颜色|配色)?", e.SetPalette("auto")),
    _rule(rf"{WISH}(?P<all>{TWO})\s*(?:{COLORS_NOUN}|的)?{FINISH}", _two_colors),
    _rule(rf"{BACK}\s*(?:should\s+be\s+|is\s+|be\s+|a\s+bit\s+|m[áa]s\s+|再|更|要|调|弄)*(?:dark(?:er)?|oscuro|暗|黑)(?:一?[点些])?{FINISH}|dark(?:er)?\s+{BACK}", _dark),
    _rule(rf"{WISH}(?:dark(?:er)?|oscuro|暗黑?(?:一?[点些]|系)?|黑暗(?:风格?)?)(?:\s+(?:look|theme|mode|style|vibes?|feel))?{FINISH}", _dark),
    _rule(r"colou?rs\s+(?:from|of|matching|to\s+match)\s+(?:the\s+)?(?:cover|artwork)|(?:用|按|跟)封面(?:的)?(?:颜色|配色|色调)", e.SetPalette("auto")),
    _rule(rf"(?:^|(?<=[\s,;.!?]))(?:(?:{COLOR})\s*的?\s*(?:{BARS}|{BACK}|{WORDS})[\s,]*){{2,}}", _painted),
    *(_rule(rf"{noun}{COLORED}{INTO}(?P<color>{COLOR})", _color(target)) for target, noun in TARGETS),
    _rule(r"\bblack\s*(?:and|&|n)\s*white\b|黑白", e.SetPalette("mono")),
    *(_rule(rf"(?P<color>{COLOR})\s*(?:的|gradient\s+)?\s*{noun}", _color(target)) for target, noun in TARGETS),
    _rule(rf"{COLOR}\s*(?:to|into|with|换成|改成|变成|a)\s*(?P<color>{COLOR})|(?:less\s+{COLOR}\s*,?\s*)?\bmore\s+(?P<color2>{COLOR})", _color("bars")),
    _rule(rf"(?:{BACK}|{WORDS}|{BARS})\s+(?:is|are)\s+(?:too|so|very)\s+\w+\s*[,;.]\s*(?:please\s+|can\s+you\s+)?(?:make|turn|change)\s+(?:it|them)\s+(?:to\s+)?{COLOR}", _painted),
    _rule(rf"\b(?:on|over|against|sobre)\s+(?:an?\s+)?(?P<color>{COLOR}){FINISH}", _color("background")),
    _rule(rf"\b(?:go|switch|change)\s+(?:back\s+)?to\s+(?P<color>{COLOR})|(?P<color2>{COLOR})(?:\s+|(?=[\u4e00-\u9fff])(?!色)){COLORS_NOUN}|\b(?:ponlo|hazlo)\s+(?:todo\s+)?(?:en\s+)?(?P<color3>{COLOR})", _color("bars")),
    _rule(rf"(?:make|turn|paint|colou?r)\s+(?:it|everything|the\s+(?:video|whole\s+thing|picture))\s+(?:all\s+|more\s+)?(?P<color>{COLOR})", _color("bars")),
    _rule(rf"(?:the\s+|el\s+)?(?:main\s+|overall\s+)?colou?rs?{INTO}(?P<color>{COLOR})|(?:主?颜色|主色调?|整体|色调)(?:{INTO})(?P<color2>{COLOR})", _color("bars")),
    _rule(rf"(?:in|use|with)\s+(?P<color>{COLOR})(?=\s*(?:$|[.,;!?\n]|and\b|colou?r))|(?:换成|改成|变成|用)(?P<color2>{COLOR})", _color("bars")),
    _rule(rf"(?:^|(?<=[.,;!?+|\n]))\s*(?:not\s+\w+\s+)?{SMALL}(?P<color>{COLOR}){FINISH}", _color("bars")),
    _rule(r"(?:visuali[sz]er|style|look|样式|风格|效果)\s*(?:to|as|=|:|换成|改成|用)\s*(?P<style>[a-z]+)\b|\b(?P<style2>radial|wave|circle|circular|ring|particles?|cinema)\s+(?:visuali[sz]er|style|look)", lambda f: _style_of(f.get("style"))),
    _rule(r"(?:use|set|make|put|take)\s+(?:(?:this|that|the|my)\s+)*(?:last\s+|uploaded\s+|attached\s+)?(?:image|picture|photo(?:graph)?|pic|png|jpe?g|cover|artwork|it|this|that)\s+(?:i\s+(?:just\s+)?sent\s+)?(?:as|for|on|in)\s+(?:the\s+|a\s+|my\s+)?(?:cover(?:\s*art)?|album\s+(?:art|cover)|artwork|(?:the\s+)?background(?:\s+image)?)|\buse\s+(?:the|my|this|that)\s+(?:image|picture|photo|pic)(?:\s+i\s+(?:just\s+)?sent)?\b|\b(?:new\s+)?cover(?:\s*art)?\s+(?:is\s+)?attached\b|\breplace\s+the\s+cover(?:\s*art)?\b|[用换]成?(?:我)?(?:刚|刚刚)?发的?(?:那张|这张)?(?:图片?|照片)|\bhere'?s\s+(?:the|my|a)\s+(?:\w+\s+)?(?:cover(?:\s*art)?|artwork)\b|用这张图?(?:片|照片)?(?:[做当]背景)?(?=\s*(?:$|[,.;!?]))|用封面(?:图|照片)?[做当]背景|背景用(?:我发的|这张|我的)?(?:图片?|照片)|(?:用|把|拿|将)?(?:这张|这个|我的|上传的|那张)?(?:图片?|照片|图像|相片)(?:做|当作?|作为|设为|设成|成为|用作)(?:封面|专辑封面)|usa\s+(?:esta|la)\s+(?:imagen|foto)\s+(?:como|de)\s+portada", e.UseCover()),
    _rule(rf"{REMOVE}\s*(?:the\s+|my\s+|la\s+)?(?:cover(?:\s*art)?|artwork|pic(?:ture)?|image|photo|封面图?|图片|portada)(?:\s+from\s+the\s+middle)?|take\s+(?:the\s+|my\s+)?(?:cover|pic(?:ture)?|image|photo|artwork)\s+(?:out|away|off)|(?:封面|图片?|照片)(?:图)?(?:不要了?|去掉|删掉)", e.UseCover(use=False)),
    _rule(r"(?:use|change|换|set)\s+(?:the\s+|a\s+)?(?:new\s+)?cover(?:\s*art)?|换(?:一?[个张])?封面|封面换一?[张个]|封面(?:换成|改成|用)(?:这张|这个)?(?:图片?)?|(?:to\s+)?cover\s+to\s+this", e.UseCover()),
    # history
    _rule(r"\b(?:go\s+back|back|return)\s+to\s+(?:the\s+)?(?:first|original|very\s+first)(?:\s+(?:version|one))?|\bforget\s+(?:all|everything)(?:\s+(?:that|this|of\s+it))?|\b(?:the\s+)?first\s+(?:one|version)\s+(?:was\s+)?better|\bbegin\s+again\b|\b(?:make\s+)?another\s+version\b|(?:还是)?第一版(?:好)?|全部(?:重来|撤销|重做)", e.StartOver()),
    _rule(r"\b(?:undo|revert|go\s+back|take\s+that\s+back|(?:one\s+)?step\s+back|cancel\s+that|bring\s+(?:it\s+)?back(?:\s+the\s+(?:old|previous)\s+\w+)?|deshacer?|deshaz)\b(?:\s+(?:(?:that|the)\s+last\s+(?:\w+\s+){0,2}(?:change|edit|one|thing|step|two)|that|it))?(?:\s*刚才那[步个])?|撤销|撤回|撤消|恢复上一步|退回上一步|上一步|\b(?:the\s+)?previous\s+(?:version|one)(?:\s+was\s+better)?|\bput\s+it\s+back(?:\s+(?:how|the\s+way|like|as)\s+it\s+was)?|还原|复原|退回去?|(?:回|退|恢复)到?上一?[个版次]版?", e.Undo()),
    _rule(r"\b(?:redo|rehacer)\b|重做|恢复撤销", e.Redo()),
    _rule(r"\b(?:start\s+(?:over|again|from\s+scratch|fresh)|reset(?:\s+everything)?|undo\s+everything|regenerate|empezar\s+de\s+nuevo)\b|重新开始|从头(?:开始|再来)|重来|重置|重新生成|再来一[个版]", e.StartOver()),
    # questions
    _rule(r"what\s+(?:can|could|do)\s+(?:you|i|we)\s+(?:do|change|edit|say|ask)|\bhelp\b|how\s+(?:does\s+(?:this|it)\s+work|(?:do|can)\s+(?:i|you|we)\b[^.,;!?\n]*)|(?:你|还)(?:能|会|可以)(?:做|干)?(?:什么|啥|嘛|些什么)|what\s+else\s+can\s+you\s+do|怎么用|帮助|有什么功能|qu[ée]\s+puedes\s+hacer|ayuda", Ask("help")),
    _rule(r"how\s+long\s+(?:does|do|will|would|is)[^.,;!?\n]*(?:export|render|take|video)?[^.,;!?\n]*|(?:导出|渲染|生成|做好)?(?:要|需要|得)?(?:多久|多长时间|多少时间)|cu[áa]nto\s+(?:tarda|tiempo)", Ask("how-long")),
    _rule(r"(?:what|which)\s+(?:file\s+)?(?:formats?|types?|files?)[^.,;!?\n]*|支持(?:哪些|什么)(?:格式|文件)[^.,;!?\n]*|什么格式", Ask("formats")),
    _rule(r"\b(?:try|use|other|different|another|change\s+the|hate\s+the|surprise\s+me\s+with\s+the)\s+(?:other\s+|different\s+)?colou?rs?\b(?!\s*(?:to|of|from|:))|\bhate\s+the\s+colou?rs?|换(?:一?[个种]|别的)?颜色", Ask("looks")),
    _rule(r"(?:what|which)\s+(?:colou?rs?|palettes?|themes?|styles?|looks?)\b[^.,;!?\n]*|有(?:哪些|什么)(?:颜色|配色|主题|风格)[^.,;!?\n]*", Ask("looks")),
    _rule(r"(?:(?:how\s+much\s+(?:does\s+)?)?(?:it\s+)?cost(?:s)?\b|is\s+(?:this|it)\s+free\b|price|多少钱|收费|免费|how\s+many\s+credits)[^.,;!?\n]*", Ask("credits")),
    _rule(r"^\s*(?:hi|hello|hey|hola|good\s+(?:morning|evening|afternoon)|你好|您好|嗨|哈喽)[\s.,!]*", Ask("hello")),
    _rule(r"\b(?:thanks?(?:\s+you)?|thx|perfect|great|awesome|nice|gracias|looks\s+good|love\s+it)\b|谢谢|感谢|太棒了|很好|不错|完美", Ask("thanks")),
    # "make the video vertical" is no new video
    _rule(rf"\b(?:make|turn|set|change|convert)\s+(?:the|this|my|our)\s+(?:whole\s+)?(?:video|clip)\b(?=[^.,;!?\n]*{COVER})", _nothing),
    # the beginning of it all; last, so that "make" and "video" are free for everything else
    _rule(r"(?:create|make|generate|build|produce|turn|do|give\s+me|want|need|quiero|necesito|crea(?:me)?|haz(?:me)?|genera(?:me)?|convert)\b[^.;!?\n]{0,80}?\b(?:videos?|vids?|clips?|mv|visuali[sz]ers?|visuali[sz]ation|mp4|v[íi]deos?)\b|(?:做|制作|生成|来|创建|弄|剪|转|变)(?:一?[个段条支])?[^.;!?\n]{0,20}?(?:视频|短片|mv|可视化|影片|片子)|(?:用|拿|给|把|为)(?:这首|这段|这个|我的|这)?(?:歌|音乐|曲子|曲)[^.;!?\n]{0,12}(?:做|制作|生成|来|变|配)|\b(?:music\s+video|visuali[sz]e)\b", e.Create(), through=True),
    _rule(r"beat[\s-]*sync(?:ed|ing)?(?:\s+cuts)?|cuts?\s+(?:on|to)\s+(?:the\s+)?beats?|sync(?:ed)?\s+(?:it\s+|them\s+|cuts\s+)?(?:to|with)\s+the\s+(?:beats?|kick|drums?|music|rhythm)|(?:cut|change|switch)\s+(?:on|to|with|at)\s+(?:every|each|the)\s+(?:beats?|drums?|kicks?|rhythm)|卡点|踩点|跟着?节拍(?:切换)?|按节拍(?:切换)?|with\s+cuts|add\s+cuts|cortes\s+al\s+ritmo", e.SetCuts("beats"), e.SetCuts("none")),
    _rule(r"(?:with\s+)?(?:a\s+|the\s+)?\b(?:visuali[sz]er|spectrum)\b|可视化|频谱", e.SetStyle("spectrum")),
)  # fmt: skip
