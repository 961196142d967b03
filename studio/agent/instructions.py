"""Words → Wishes: edits and questions, several in one message, in English, Chinese and some Spanish. Pure.

A table of rules is laid over the message. Each rule names a form of words; what it takes is covered, so that no later
rule reads it again, and quoted words are covered from the start. A "don't" before a form turns it round or drops it.
"""

# ruff: noqa: E501 - a rule is one line of the table

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from studio.agent import edits as e
from studio.agent.phrases import BARE_TIME, COLOR, NUMBER, QUOTED, TIME, Masked, color, mask, milliseconds, number


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: "help", "how-long", "formats", "credits", "thanks", "hello"."""

    topic: str


@dataclass(frozen=True, slots=True)
class Cannot:
    """Something that this studio honestly cannot do; `topic` names the sentence."""

    topic: str


Wish = e.Edit | Ask | Cannot
Build = Callable[["Found"], "Wish | list[Wish] | None"]


@dataclass(frozen=True, slots=True)
class Found:
    """A match, with what was set aside put back."""

    match: re.Match[str]
    masked: Masked

    def get(self, name: str) -> str:
        """A named part, in the characters of the forms; "" if it is not there."""
        return self.masked.unmask(self.match.groupdict().get(name) or "")

    def written(self, name: str) -> str:
        """A named part in the characters that the person wrote: for what is shown."""
        return self.masked.unmask(self.masked.as_written(self.match.groupdict().get(name) or ""))

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
        return _pattern(self.spelled)

    def may_match(self, text: str) -> bool:
        """Whether a closer look is worth it."""
        return not self.needs or _pattern(self.needs).search(text) is not None


@cache
def _pattern(spelled: str) -> re.Pattern[str]:
    return re.compile(spelled, re.IGNORECASE)


# --- parts of forms -------------------------------------------------------------------------------------------------

END = r"(?=\s*(?:[.,;!?\n]|$|\b(?:and|then|but|y|luego|for|at|from|during|in the|with)\b|然后|再|并且|并|,))"
FREE = rf"(?P<text>{QUOTED}|[^\s.,;!?\n:{QUOTED[0]}][^.,;!?\n{QUOTED[0]}]{{0,79}}?{END})"
NEXT = r"[\s,:]*"
_TO = r"(?:\s*(?:-|–|—|~|to|until|till|up to|a|hasta|到|至)\s*(?:第)?)"
_STARTS = r"(?:(?:at|in|from|on)\s+the\s+(?:very\s+)?(?:start|beginning|intro|opening)|al\s+(?:principio|inicio|comienzo)|(?:在|放在)?(?:最|视频|片子)?开头(?:处|的时候|部分)?|片头|一开始)"
_ENDS = r"(?:(?:at|in|near)\s+the\s+(?:very\s+)?(?:end|outro|ending)|al\s+final|(?:在|放在)?(?:最后|结尾|片尾|末尾)(?:处|的时候|部分)?)"
_NO_SHAPE = r"(?!9:16(?!\d))"  # "9:16" is a shape far more often than a time, unless somebody says "at" or "from"
_SINCE = r"(?:(?<=\bat\s)|(?<=\bfrom\s)|(?<=[在从第])|(?!9:16(?!\d)))"
WHEN = (
    rf"(?:(?:for|lasting|during|durante|por|持续|显示|出现|停留|,)?\s*(?:the\s+first\s+|前)?{_NO_SHAPE}(?P<for>{TIME})(?:\s*(?:long|长))?(?!\s*(?:处|的时候|开始|起))"
    rf"|(?P<start>{_STARTS})|(?P<end>{_ENDS})"
    rf"|(?:from|between|de|desde|从|第)\s*(?P<from>{BARE_TIME}){_TO}(?P<to>{BARE_TIME})(?:处)?"
    rf"|(?:at|starting\s+at|from|a\s+partir\s+de|en\s+el|在?第?|从)\s*{_SINCE}(?P<at>{TIME})(?:\s*(?:mark|in|处|的时候|开始|起|的地方))?"
    rf"|(?:for\s+)?(?:the\s+)?(?:whole|entire)\s+(?:video|time|song)|一直|全程)"
)
_WHEN = re.compile(WHEN, re.IGNORECASE)
TIMES = rf"(?P<when>(?:{NEXT}{re.sub(r'[?]P<[a-z]+>', '?:', WHEN)})*)"
LEAD = rf"(?P<lead>(?:{re.sub(r'[?]P<[a-z]+>', '?:', WHEN)}{NEXT})?)"
_PUT = r"(?:add|put|insert|show|display|include|write|place|overlay|give\s+it|make|create|set|want|have|use|with|pon|añade|agrega|pone[r]?|加上?|添加|加入|放|放上|显示|写上?|来|要|做|设置|设|弄)"
_CHANGE = r"(?:change|set|make|rename|update|replace|edit|switch|turn|call|cambia|改|换|把|将|修改|设置|设)"
_A = r"(?:(?:a|an|the|my|some|its|another|new|un|una|el|la|一个|个|一行|一段|一条|这个|新的?|big|large)\s*)*"
_BE = r"(?:\s*(?:to\s+say|saying|that\s+says|which\s+says|that\s+reads|to\s+read|reading|text|to|as|is|be|=|:|into|called|named|con\s+el\s+texto|que\s+diga|a|为|成|成了|是|叫做?|写着?|内容(?:是|为)?|文字(?:是|为)?|改成|改为|换成|变成|设为|设成))*\s*"
_TITLE = r"(?:(?:opening|main|intro|song|track|video)\s+)?(?:title(?:\s*card|\s*text)?|heading|headline|t[íi]tulo|片头标题|歌名|歌曲名|曲名|片名|标题|题目)"
_ARTIST = r"(?:artist(?:\s*name)?|band(?:\s*name)?|singer|performer|artista|艺术家|歌手|乐队名?|艺人|演唱者?|作者名?)"
_CAPTION = r"(?:caption|text|words|subtitle\s+text|label|watermark|texto|文字|字|文本|水印)"
_CREDITS = r"(?:(?:end|closing|final|rolling|outro)\s+credits|credits\s+(?:at\s+the\s+end|over\s+the\s+outro)|opening\s+credits|cr[ée]ditos(?:\s+finales)?|片尾字幕|演职员表|片尾名单|制作名单|片尾)"
_TEXTS: tuple[tuple[e.Role, str], ...] = (
    ("title", _TITLE),
    ("artist", _ARTIST),
    ("credits", _CREDITS),
    ("caption", _CAPTION),
)
_REMOVE = r"(?:remove|delete|drop|hide|get\s+rid\s+of|take\s+(?:away|off|out|down)|clear|erase|lose|no|without|quita|elimina|borra|sin|去掉|删除|删掉|删了|移除|不要|取消|拿掉|隐藏|无|没有)"
_BARS = r"(?:(?:the\s+)?(?:spectrum\s+|visuali[sz]er\s+|equali[sz]er\s+)?bars?|visuali[sz]er|spectrum|equali[sz]er|waveform|wave|accent(?:\s+colou?r)?|barras?|visualizador|频谱柱?|柱子?|柱状图?|柱条|音柱|音条|波形|可视化(?:效果)?|条)"
_BACK = r"(?:(?:the\s+)?(?:background|backdrop|bg)|fondo|背景(?:色|颜色)?|底色)"
_WORDS = (
    r"(?:(?:the\s+)?(?:title|texts?|fonts?|letters|lettering|words|captions?|letras|t[íi]tulo|texto)|标题|文字|字体|字)"
)
_TARGETS: tuple[tuple[e.Target, str], ...] = (("background", _BACK), ("text", _WORDS), ("bars", _BARS))
_COLORED = r"(?:\s*的?(?:colou?rs?|color|颜色))?"
_INTO = r"\s*(?:to\s+be|should\s+be|to|into|in|be|is|are|a|de|en|al?|=|:|改成|改为|换成|换为|变成|变为|调成|调为|设为|设成|成|用|要|弄成|做成|是)?\s*(?:a|an|more|un|una|el)?\s*"
_PALETTES = {
    "sunset": "sunset 日落 落日 夕阳 晚霞 atardecer", "aurora": "aurora 极光", "ember": "ember fire flame 火焰 余烬 fuego",
    "violet": "", "ocean": "ocean sea 海洋 大海 océano oceano", "rose": "rose 玫瑰", "forest": "forest 森林 bosque",
    "mono": "mono monochrome black-and-white grayscale greyscale 黑白 单色 blanco-y-negro", "gold": "",
    "neon": "neon cyberpunk 霓虹 赛博朋克 neón", "auto": "",
}  # fmt: skip
_PALETTE_OF = {word.replace("-", " "): name for name, words in _PALETTES.items() for word in words.split()}
_PALETTE = "|".join(sorted((re.escape(w) for w in _PALETTE_OF), key=len, reverse=True))
_ALL_PALETTES = "|".join([*e.PALETTES, _PALETTE])
_MUSIC = r"(?:(?:the\s+|la\s+|el\s+)?(?:music|audio|sound|bgm|song|track|background\s+music|volume|loudness|m[úu]sica|volumen|sonido)|背景音乐|音乐|声音|音量|歌曲|伴奏)"
_SITES = r"youtube|youtu\.be|spotify|soundcloud|apple\s+music|tiktok|bilibili|网易云|qq音乐|油管|抖音"
_PLACES = rf"{_SITES}|b站|小红书|视频号|快手|instagram"
_DO = rf"{_REMOVE}|don't|do not"


# --- what the forms mean --------------------------------------------------------------------------------------------


def when(found: Found) -> e.When:
    """The time phrases before and behind the words."""
    spelled = f"{found.match.groupdict().get('lead') or ''} {found.match.groupdict().get('when') or ''}"
    start = length = end = None
    at_end = False
    for match in _WHEN.finditer(spelled):
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
        else:
            start = 0
    return e.When(start, length, end, at_end)


def _text(role: e.Role) -> Build:
    def build(found: Found) -> Wish | None:
        text = found.written("text")
        place = when(found)
        if text and not re.fullmatch(r"(?:it|this|that|here|there|please|吧|一下|[个個]|的)", text, re.IGNORECASE):
            return e.SetText(role, text, place)
        return e.RetimeText(role, place) if place.said else None

    return build


def _removed(role: e.Role | None) -> Build:
    return lambda found: e.RemoveText(role)


def _const(wish: Wish) -> Build:
    return lambda found: wish


def _color(target: e.Target) -> Build:
    return lambda found: e.SetColor(target, color(found.get("color")), found.get("color"))


def _whole_color(found: Found) -> Wish:
    return e.SetColor("bars", color(found.get("color")), found.get("color"))


def _palette(found: Found) -> Wish:
    said = found.get("palette").lower()
    return e.SetPalette(_PALETTE_OF.get(said, said))


def _volume(found: Found) -> Wish:
    return e.SetVolume(number(found.get("n")) / 100)


def _trim(found: Found) -> Wish | None:
    start, end = found.ms("from") or 0, found.ms("to")
    return e.Trim(start, end) if end is None or end > start else None


def _first(found: Found) -> Wish:
    return e.Trim(0, found.ms("t"))


_OTHER_WORDS = r"(?:a|an|and|are|as|at|after|before|between|during|each|every|for|from|in|into|is|it|its|my|of|on|per|that|the|then|to|until|when|while|with|your)\b"
_IS_A_VIDEO = re.compile(
    rf"(?:[\s-]+long)?[\s-]+(?:(?!{_OTHER_WORDS})[^\s.,;!?]+\s+){{0,3}}?(?:video|clip|reel|short|teaser|trailer|snippet|preview|visuali[sz]er|mv|tiktok)\b"
    r"|(?:长|长度)?的?(?!处|的时候|开始|起|后|之后|时)[^\s.,;:!?\d歌曲乐做成改把加用在]{0,8}?(?:视频|短片|片子|MV|预告|片段)",
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


def _length(found: Found) -> Wish | None:
    """A time that says how long the video is: "a 15 second vertical teaser", "竖屏短片，时长15秒", "un vídeo de 15 s"."""
    before, after = found.match.string[: found.match.start()], found.match.string[found.match.end() :]
    if _LENGTH_OF.search(before):
        return _first(found)
    if _NO_LENGTH.search(before):
        return None
    one = re.search(r"\b(?:an?|one|my|the)\s+$", before, re.IGNORECASE)
    return _first(found) if _IS_A_VIDEO.match(after) or (one and _ONE_VERSION.match(after)) else None


def _drop(where: Literal["start", "end"]) -> Build:
    return lambda found: e.Drop(where, found.ms("t") or 0)


def _help(found: Found) -> Wish:
    return Ask("help")


_ASPECTS: dict[tuple[int, int], e.Aspect] = {(16, 9): "16:9", (9, 16): "9:16", (1, 1): "1:1"}
_OTHER_ASPECTS = ((4, 3), (3, 4), (21, 9), (4, 5), (5, 4), (2, 3), (3, 2), (2, 1), (18, 9))


def _aspect(found: Found) -> Wish | None:
    wide, tall = number(found.get("w")), number(found.get("h"))
    near: e.Aspect | None = _ASPECTS.get((int(wide), int(tall)))
    if near:
        return e.SetAspect(near)
    return Cannot("aspect") if (wide, tall) in _OTHER_ASPECTS else None


def _style(found: Found) -> Wish:
    said = found.get("style").lower()
    return e.SetStyle(said) if said in e.STYLES else Cannot("style")


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


def _text_rules() -> Iterator[Rule]:
    for role, noun in _TEXTS:
        yield _rule(rf"{_REMOVE}\s*{_A}(?:on-?screen\s+)?{noun}(?!\s*(?:to\b|成|改|换))", _removed(role), needs=noun)
        yield _rule(
            rf"(?:把|将)\s*{noun}\s*(?:给我)?(?:去掉|删除|删掉|删了|移除|拿掉|隐藏|取消)", _removed(role), needs=noun
        )
        # 加一个标题“夜航”，3秒 / add a title "Urban Dreams" for 3 s at the start / title: Night
        yield _rule(
            rf"{LEAD}{_PUT}\s*{_A}{TIMES.replace('when', 'mid')}\s*(?:的)?{noun}{_BE}(?P<text>{QUOTED}){TIMES}",
            _text(role),
        )
        yield _rule(
            rf"{LEAD}(?P<text>{QUOTED})\s*(?:as|for|作为|当作?|como)\s*{_A}{noun}{TIMES}", _text(role), needs=noun
        )
        yield _rule(rf"{LEAD}(?:{_CHANGE}|{_PUT})?\s*{_A}{noun}{_BE}(?P<text>{QUOTED}){TIMES}", _text(role), needs=noun)
        yield _rule(
            rf"{LEAD}{_CHANGE}\s*{_A}{noun}\s*(?:to\s+say|to|into|as|a|为|成|改成|改为|换成|变成|叫做?|设为)\s*(?!{TIME}){FREE}{TIMES}",
            _text(role),
        )
        yield _rule(
            rf"{LEAD}{noun}\s*(?:改成|改为|换成|变成|叫做?|设为)\s*(?!{TIME}){FREE}{TIMES}", _text(role), needs=noun
        )
        yield _rule(
            rf"{LEAD}(?:{_PUT}|{_CHANGE})\s*{_A}{noun}\s*(?:saying|that\s+says|called|named|reading|:|叫做?|写着?|内容是|是|为|que\s+diga)\s*{FREE}{TIMES}",
            _text(role),
        )
        yield _rule(rf"{LEAD}(?:^|(?<=[.,;!?\n]))\s*{noun}\s*(?::|is|是|为|=)\s*{FREE}{TIMES}", _text(role), needs=noun)
        # show the title for 5 seconds
        yield _rule(
            rf"(?:{_PUT}|{_CHANGE}|keep|move|make)\s*{_A}{noun}(?:\s*(?:last|appear|stay|visible|only))*(?P<when>(?:{NEXT}{re.sub(r'[?]P<[a-z]+>', '?:', WHEN)})+)",
            _text(role),
        )


RULES: tuple[Rule, ...] = (
    # what cannot be done, before a part of it is misread
    # where the video is to go is no place to fetch music from
    _rule(rf"(?:\b(?:for|to|post(?:ed)?\s+(?:it\s+)?on|para|en)\s+(?:my\s+|mi\s+)?|(?:适合|用于|发布|上传|发|投|给)(?:到|在|去)?\s*)(?:{_PLACES})(?![.:])(?:\s+(?:shorts|reels?)\b)?|(?:{_PLACES})\s*(?:用的?(?=[,;!?.\n]|$)|版|风格?|(?:shorts?|reels?)\b|(?=竖屏|横屏|vertical))", lambda _: []),
    _rule(rf"(?:https?://)?(?:www\.)?(?:{_SITES})\S*(?:[^.,;!?\n]*)", Cannot("import")),
    _rule(r"(?:add|show|display|create|with|make|generate|加|显示|配|生成|带)?\s*(?:the\s+)?(?:synced\s+|karaoke[\s-]+)?(?:lyrics?(?:\s+video)?|karaoke|歌词(?:视频)?|卡拉ok|letra\s+de\s+la\s+canci[óo]n|(?<!片尾)字幕)", Cannot("lyrics")),
    _rule(r"(?:(?:slow|speed)\s+(?:down|up)?\s*(?:the\s+)?(?:intro|song|music|track|tempo|audio|outro|chorus)(?:\s+(?:down|up))?|change\s+the\s+tempo|把(?:开头|音乐|歌|歌曲|结尾|副歌)(?:放慢|加速|变慢|变快)|变速)", Cannot("tempo")),
    _rule(r"(?:white\s+balance|balance\s+the\s+audio(?:\s+levels?)?[^.,;!?\n]*|equali[sz]e\s+the\s+audio|(?:remove|isolate|boost)\s+(?:the\s+)?(?:vocals?|drums?|bass)|平衡[^.,;!?\n]*音量|白平衡|人声分离|去人声)", Cannot("mix")),
    _rule(r"fad(?:e|ing)[\s-]*(?:in|out)?|淡[入出]", Cannot("fade")),
    _rule(r"(?:(?:stock|real)\s+footage|(?:film|footage|clips?|scenes?|shots?)\s+of\s+[^.,;!?\n]+|generate\s+(?:a\s+)?(?:clip|footage|image|scene)[^.,;!?\n]*|(?:生成|做)一?[个段]?[^.,;!?\n]{0,12}(?:画面|镜头|片段))", Cannot("footage")),
    _rule(r"\b(?:emojis?|stickers?|gifs?|download\s+icon|logo|progress\s+(?:status\s+)?bar|status\s+bar)\b|贴纸|表情|进度条", Cannot("stickers")),
    # words on screen; first their colour, or "标题改成红色" would be a title
    _rule(rf"{_WORDS}{_COLORED}{_INTO}(?P<color>{COLOR}){END}", _color("text")),
    *_text_rules(),
    _rule(rf"{LEAD}(?:add|put|show|display|write|insert|写上?|加上?|放上?|显示|pon|añade)\s*(?P<text>{QUOTED})(?:\s+(?:on\s+(?:the\s+)?screen|as\s+text))?{TIMES}", _text("caption")),
    _rule(rf"(?:call\s+it|name\s+it|title\s+it|ll[áa]mal[oa]|叫它|取名叫?|命名为)\s*{FREE}{TIMES}", _text("title")),
    _rule(rf"(?:song\s+)?by\s+(?P<text>{QUOTED})", _text("artist")),
    _rule(rf"{_REMOVE}\s*(?:all\s+)?(?:the\s+)?(?:texts?|words|titles|lettering|所有文字|全部文字|文字)", e.RemoveText(None)),
    # shape
    _rule(r"\b(?:vertical(?:ly)?|portrait(?:\s+mode)?|for\s+(?:tik\s?tok|reels|shorts|stories|phones?|mobile)|upright)\b|竖屏|竖版|竖的|竖着|竖向|纵向|直式|直向|手机屏", e.SetAspect("9:16")),
    _rule(r"\b(?:square|cuadrado)\b(?:\s+format)?|方形|正方形|方的|方屏|方版", e.SetAspect("1:1")),
    _rule(r"\b(?:landscape|widescreen|horizontal(?:ly)?|for\s+youtube|wide\s*screen)\b|横屏|横版|横的|横向|横式|宽屏", e.SetAspect("16:9")),
    _rule(r"(?<![\d:.])(?P<w>\d{1,2})\s?(?::|x|比|/)\s?(?P<h>\d{1,2})(?![\d:])", _aspect),
    # time
    _rule(rf"(?:(?:only|just|keep|use|take|trim|cut|shorten|crop|limit)\b[^.,;!?\n\d]{{0,24}}?|solo\s+|只要|只用|只留|只保留|保留|截取?|剪到?|取|用)\s*(?:from\s+|从|第|de\s+|between\s+)?(?P<from>{BARE_TIME}){_TO}(?P<to>{BARE_TIME})", _trim),
    _rule(rf"(?:from|从|第|desde)\s*(?P<from>{BARE_TIME}){_TO}(?P<to>{BARE_TIME})(?:\s*(?:only|即可|就行|就好|这段|部分))?", _trim),
    _rule(rf"(?:cut|remove|drop|skip|delete|trim(?:\s+off)?|chop(?:\s+off)?|quita|去掉|删掉|剪掉|跳过|切掉|裁掉)\s*(?:off\s+)?(?:the\s+|los\s+)?(?:first|opening|intro|primeros|开头的?|前面?的?)\s*(?P<t>{TIME})", _drop("start")),
    _rule(rf"(?:cut|remove|drop|skip|delete|trim(?:\s+off)?|chop(?:\s+off)?|quita|去掉|删掉|剪掉|切掉|裁掉)\s*(?:off\s+)?(?:the\s+|los\s+)?(?:last|final|ending|[úu]ltimos|结尾的?|最?后面?的?)\s*(?P<t>{TIME})", _drop("end")),
    _rule(rf"(?:(?:only|just|keep|use|take|trim|shorten|render)\b[^.,;!?\n\d]{{0,24}}?|solo\s+)?(?:the\s+|los\s+)?(?:first|opening|primeros)\s+(?P<t>{TIME})(?:\s*only)?", _first),
    _rule(r"(?:only\s+|just\s+|keep\s+|use\s+)?the\s+first\s+minute\b", e.Trim(0, 60_000)),
    _rule(rf"(?:只要|只用|只留|只保留|保留|截取|剪到?|取|用|剪辑)?\s*(?:开头的?|前面?的?|头)\s*(?P<t>{TIME})", _first),
    _rule(rf"(?:(?:only|just|keep|use|take)\b[^.,;!?\n\d]{{0,24}}?|solo\s+)?(?:the\s+|los\s+)?(?:last|final|[úu]ltimos)\s+(?P<t>{TIME})", lambda f: e.KeepLast(f.ms("t") or 0)),
    _rule(rf"(?:只要|只用|只留|保留|截取|取|用)?\s*(?:最后|结尾的?|后)\s*(?P<t>{TIME})", lambda f: e.KeepLast(f.ms("t") or 0)),
    _rule(rf"(?:shorten|trim|cut|limit|reduce|crop|make)\s+(?:it|this|the\s+(?:video|song|track|music)|everything)?\s*(?:down\s+)?(?:to\s+|be\s+)?(?P<t>{TIME})(?:\s+long)?", _first),
    _rule(rf"(?:剪|缩短|截|裁|剪辑)(?:到|成|为|至)\s*(?P<t>{TIME})", _first),
    _rule(rf"(?:start(?:ing)?|begin(?:ning)?)\s+(?:it\s+|the\s+(?:video|song|music)\s+)?(?:at|from)\s+(?P<from>{TIME})|从第?(?P<from2>{TIME})(?:处|的地方)?开始", lambda f: e.Trim(f.ms("from") or f.ms("from2") or 0, None)),
    _rule(rf"(?:end(?:ing)?|stop)\s+(?:it\s+|the\s+(?:video|song|music)\s+)?(?:at|after)\s+(?P<t>{TIME})", _first),
    _rule(r"(?:use\s+)?(?:the\s+)?(?:whole|full|entire)\s+(?:song|track|music)|整首|完整的?(?:歌|音乐|版)", e.Trim(0, None)),
    _rule(rf"(?P<t>{TIME})(?:\s*(?:左右|以内|之内))?", _length),
    # sound
    _rule(rf"(?:unmute|取消静音)\s*(?:{_MUSIC})?", e.SetVolume(1.0)),
    _rule(rf"\b(?:mute|silence|silencia)\b\s*(?:{_MUSIC})?|静音|消音|关掉(?:声音|音乐)|{_REMOVE}\s*(?:the\s+)?(?:sound|audio)|(?:no|without)\s+(?:sound|music)", e.SetVolume(0.0), e.SetVolume(1.0)),
    _rule(rf"(?:{_MUSIC})\s*(?:should\s+be\s+|is\s+|be\s+)?(?:调节?|设置?|改|降|升|提高|降低|变|减|减小|增加)?(?:at|to|into|of|al?|到|成|为|至|=|:|down\s+to|up\s+to)*\s*(?:百分之)?(?P<n>\d{{1,3}}|[零一二两三四五六七八九十百]+|{NUMBER}(?=\s*(?:%|percent|por\s+ciento)))\s*(?:%|percent|por\s+ciento)?(?!\s*(?:s\b|秒|sec|min|:)|\d)", _volume),
    _rule(rf"(?:at|to)\s+(?P<n>\d{{1,3}})\s*(?:%|percent)(?:\s+(?:volume|loudness))?|百分之(?P<m>{NUMBER})的?音量", lambda f: e.SetVolume(number(f.get("n") or f.get("m")) / 100)),
    _rule(rf"(?:{_MUSIC})\s*(?:a\s+)?(?:减半|half|一半)|half\s+(?:the\s+)?volume|音量减半", e.ChangeVolume(0.5)),
    _rule(rf"\blouder\b|turn\s+(?:it|{_MUSIC})\s+up|turn\s+up\s+{_MUSIC}|(?:raise|increase|boost)\s+{_MUSIC}|{_MUSIC}\s*(?:up|higher)|m[áa]s\s+(?:alto|fuerte)|(?:{_MUSIC})?\s*(?:再|更|调|放|开)?(?:大声|调大|响)(?:一?点儿?|些)?|(?:{_MUSIC})\s*(?:再|更)?(?:大|高|提高|增大|加大)(?:一?点儿?|些)?", e.ChangeVolume(1.25), e.ChangeVolume(0.8)),
    _rule(rf"\b(?:quieter|softer|less\s+loud|lower\s+{_MUSIC})\b|turn\s+(?:it|{_MUSIC})\s+down|turn\s+down\s+{_MUSIC}|(?:reduce|decrease)\s+{_MUSIC}|{_MUSIC}\s*(?:down|lower)|too\s+loud|m[áa]s\s+bajo|(?:{_MUSIC})?\s*(?:再|更|调|放)?(?:小声|调小|轻)(?:一?点儿?|些)?|(?:{_MUSIC})\s*(?:再|更|太)?(?:小|低|降低|减小|响)(?:一?点儿?|些)?", e.ChangeVolume(0.8)),
    # cuts and movement
    _rule(r"(?:no|without|remove|stop|disable|turn\s+off|sin)\s+(?:the\s+)?(?:beat[\s-]*synced\s+)?(?:cuts|cutting|scene\s+changes|cortes)|(?:不要|去掉|关闭|取消)(?:卡点|切换|剪切|转场)|single\s+shot|一镜到底", e.SetCuts("none"), e.SetCuts("beats")),
    _rule(r"(?:(?:faster|quicker|more)\s+(?:cuts|cutting|scene\s+changes|cortes)|cut(?:s)?\s+(?:more\s+often|faster|quicker)|speed\s+up\s+the\s+cuts|(?:节奏|切换|剪辑|卡点|转场)(?:再|更)?(?:快|密)(?:一?点儿?|些)?|(?:更快|快一点)的?(?:切换|剪辑|节奏))", e.ChangePace(1), e.ChangePace(-1)),
    _rule(r"(?:(?:slower|fewer|less)\s+(?:cuts|cutting|scene\s+changes|cortes)|cut(?:s)?\s+(?:less\s+often|slower)|slow\s+down\s+the\s+cuts|(?:节奏|切换|剪辑|卡点|转场)(?:再|更)?(?:慢|少)(?:一?点儿?|些)?|(?:更慢|慢一点)的?(?:切换|剪辑|节奏))", e.ChangePace(-1), e.ChangePace(1)),
    _rule(r"(?:more\s+energ(?:y|etic)|livelier|more\s+(?:lively|intense|dynamic|exciting|action)|\benergetic\b|m[áa]s\s+energ[íi]a|更?有活力|更?动感|更?带感|更?燃|更激烈|更嗨|更?活泼)(?:[^.,;!?\n]{0,20}\bdrop\b)?(?:一?点儿?|些)?", e.SetEnergy("energetic"), e.SetEnergy("calm")),
    _rule(r"(?:\bcalm(?:er)?\b|more\s+(?:relaxed|relaxing|chill|gentle|subtle)|\bchill\b|less\s+(?:energy|energetic|intense|movement)|\bgentler\b|m[áa]s\s+(?:calma|tranquilo)|更?平静|更?安静|更?舒缓|更?柔和|更?温柔|慢节奏)(?:一?点儿?|些)?", e.SetEnergy("calm"), e.SetEnergy("energetic")),
    # looks
    _rule(rf"(?:\b(?:{_ALL_PALETTES})(?=\s+(?:music\s+)?(?:video|clip|visuali[sz]er)s?\b)|(?:{_ALL_PALETTES})(?=的?(?:音乐)?(?:视频|影片|短片))|(?:{_ALL_PALETTES})[\s-]*(?:palette|theme|colou?rs?|colou?r\s+scheme|look|style|vibe|mood|色调|配色|主题|风格|色系|系|色))", lambda f: e.SetPalette(_palette_in(f.match[0]))),
    _rule(rf"(?:palette|theme|colou?r\s+scheme|colou?rs|paleta|tema|配色|主题|色调|风格)(?:{_INTO})(?P<palette>{_ALL_PALETTES})\b", _palette),
    _rule(rf"(?:make\s+it|in|use)\s+(?P<palette>{_PALETTE})\b", _palette),
    _rule(r"colou?rs\s+(?:from|of|matching|to\s+match)\s+(?:the\s+)?(?:cover|artwork)|(?:用|按|跟)封面(?:的)?(?:颜色|配色|色调)", e.SetPalette("auto")),
    *(_rule(rf"{noun}{_COLORED}{_INTO}(?P<color>{COLOR})", _color(target)) for target, noun in _TARGETS),
    *(_rule(rf"(?P<color>{COLOR})\s*(?:的|gradient\s+)?\s*{noun}", _color(target)) for target, noun in _TARGETS),
    _rule(rf"(?:make|turn|paint|colou?r)\s+(?:it|everything|the\s+(?:video|whole\s+thing|picture))\s+(?:all\s+|more\s+)?(?P<color>{COLOR})", _whole_color),
    _rule(rf"(?:the\s+|el\s+)?(?:main\s+|overall\s+)?colou?rs?{_INTO}(?P<color>{COLOR})|(?:主?颜色|主色调?|整体|色调)(?:{_INTO})(?P<color2>{COLOR})", lambda f: e.SetColor("bars", color(f.get("color") or f.get("color2")), f.get("color") or f.get("color2"))),
    _rule(rf"(?:in|use|with)\s+(?P<color>{COLOR})(?=\s*(?:$|[.,;!?\n]|and\b|colou?r))|(?:换成|改成|变成|用)(?P<color2>{COLOR})", lambda f: e.SetColor("bars", color(f.get("color") or f.get("color2")), f.get("color") or f.get("color2"))),
    _rule(r"(?:visuali[sz]er|style|look|样式|风格|效果)\s*(?:to|as|=|:|换成|改成|用)\s*(?P<style>[a-z]+)\b|\b(?P<style2>radial|wave|circle|circular|ring|particles?|cinema)\s+(?:visuali[sz]er|style|look)", lambda f: _style_of(f.get("style") or f.get("style2"))),
    _rule(r"(?:use|set|make|put|take)\s+(?:(?:this|that|the|my)\s+)*(?:last\s+|uploaded\s+|attached\s+)?(?:image|picture|photo|pic|png|jpe?g|it|this|that)\s+(?:as|for|on)\s+(?:the\s+|a\s+|my\s+)?(?:cover(?:\s*art)?|album\s+(?:art|cover)|artwork|background\s+image)|(?:用|把|拿|将)?(?:这张|这个|我的|上传的|那张)?(?:图片?|照片|图像|相片)(?:做|当作?|作为|设为|设成|成为|用作)(?:封面|专辑封面)|usa\s+(?:esta|la)\s+(?:imagen|foto)\s+(?:como|de)\s+portada", e.UseCover()),
    _rule(rf"{_REMOVE}\s*(?:the\s+)?(?:cover(?:\s*art)?|artwork|封面图?)", e.UseCover(use=False)),
    _rule(r"(?:use|change|换|set)\s+(?:the\s+|a\s+)?(?:new\s+)?cover(?:\s*art)?|换(?:一?[个张])?封面", e.UseCover()),
    # history
    _rule(r"\b(?:undo|revert|go\s+back|take\s+that\s+back|deshacer?|deshaz)\b(?:\s+(?:that|it|the\s+last\s+(?:change|edit|one)))?|撤销|撤回|撤消|恢复上一步|退回上一步|上一步|复原", e.Undo()),
    _rule(r"\b(?:redo|rehacer)\b|重做|恢复撤销", e.Redo()),
    _rule(r"\b(?:start\s+(?:over|again|from\s+scratch|fresh)|reset(?:\s+everything)?|undo\s+everything|regenerate|empezar\s+de\s+nuevo)\b|重新开始|从头(?:开始|再来)|重来|重置|重新生成|再来一个", e.StartOver()),
    # questions
    _rule(r"what\s+(?:can|could|do)\s+(?:you|i|we)\s+(?:do|change|edit|say|ask)|\bhelp\b|how\s+(?:does\s+(?:this|it)\s+work|do\s+i\s+(?:use|start))|你(?:能|会|可以)(?:做|干)?(?:什么|啥|些什么)|怎么用|帮助|有什么功能|qu[ée]\s+puedes\s+hacer|ayuda", Ask("help")),
    _rule(r"how\s+long\s+(?:does|do|will|would|is)[^.,;!?\n]*(?:export|render|take|video)?[^.,;!?\n]*|(?:导出|渲染|生成|做好)?(?:要|需要|得)?(?:多久|多长时间|多少时间)|cu[áa]nto\s+(?:tarda|tiempo)", Ask("how-long")),
    _rule(r"(?:what|which)\s+(?:file\s+)?(?:formats?|types?|files?)[^.,;!?\n]*|支持(?:哪些|什么)(?:格式|文件)[^.,;!?\n]*|什么格式", Ask("formats")),
    _rule(r"(?:what|which)\s+(?:colou?rs?|palettes?|themes?|styles?|looks?)\b[^.,;!?\n]*|有(?:哪些|什么)(?:颜色|配色|主题|风格)[^.,;!?\n]*", Ask("looks")),
    _rule(r"(?:(?:it\s+)?cost(?:s)?\b|price|多少钱|收费|免费|how\s+many\s+credits)[^.,;!?\n]*", Ask("credits")),
    _rule(r"^\s*(?:hi|hello|hey|hola|good\s+(?:morning|evening|afternoon)|你好|您好|嗨|哈喽)[\s.,!]*", Ask("hello")),
    _rule(r"\b(?:thanks?(?:\s+you)?|thx|perfect|great|awesome|nice|gracias|looks\s+good|love\s+it)\b|谢谢|感谢|太棒了|很好|不错|完美", Ask("thanks")),
    # the beginning of it all; last, so that "make" and "video" are free for everything else
    _rule(r"(?:create|make|generate|build|produce|turn|do|give\s+me|want|need|crea|haz|genera|convert)\b[^.;!?\n]{0,80}?\b(?:videos?|clips?|mv|visuali[sz]ers?|visuali[sz]ation|mp4|v[íi]deos?)\b|(?:做|制作|生成|来|创建|弄|剪|转|变)(?:一?[个段条支])?[^.;!?\n]{0,20}?(?:视频|短片|mv|可视化|影片|片子)|(?:用|拿|给|把|为)(?:这首|这段|这个|我的|这)?(?:歌|音乐|曲子|曲)[^.;!?\n]{0,12}(?:做|制作|生成|来|变|配)|\b(?:music\s+video|visuali[sz]e)\b", e.Create(), through=True),
    _rule(r"beat[\s-]*sync(?:ed|ing)?(?:\s+cuts)?|cuts?\s+(?:on|to)\s+(?:the\s+)?beats?|sync(?:ed)?\s+(?:it\s+)?to\s+the\s+beat|卡点|踩点|跟着?节拍(?:切换)?|按节拍(?:切换)?|with\s+cuts|add\s+cuts|cortes\s+al\s+ritmo", e.SetCuts("beats"), e.SetCuts("none")),
    _rule(r"(?:with\s+)?(?:a\s+|the\s+)?\b(?:visuali[sz]er|spectrum)\b|可视化|频谱", e.SetStyle("spectrum")),
)  # fmt: skip

_NOT = re.compile(
    r"(?:\b(?:don'?t|do\s+not|doesn'?t|never|not|no|without|avoid|nothing|isn'?t|no\s+need\s+to)\b(?:\s+(?:want|need|make|use|have|be|it|the|a|any|to|so|too|add|put|set|you))*|(?:不要|别|不用|不必|不需要|不想要?|无需|先别|没有?)(?:再|太|把|将|改成?|做成?|变成?|换成?|弄成?|用|加|设成?|搞)*)\s*$",
    re.IGNORECASE,
)
COVER = "\ue0ff"
LONGEST = 1_500  # characters of a message that are read
SENTENCE = 300


def _palette_in(said: str) -> str:
    word = re.match(_ALL_PALETTES, said, re.IGNORECASE)
    name = word[0].lower() if word else "auto"
    return _PALETTE_OF.get(name, name)


def _style_of(said: str) -> Wish:
    name = said.lower()
    if name in e.STYLES:
        return e.SetStyle(name)
    if name in e.PALETTES:
        return e.SetPalette(name)
    return Cannot("style")


@lru_cache(256)
def read(text: str) -> tuple[Wish, ...]:
    """Return what a message asks for, in the order it is said; () if nothing of it is understood."""
    masked = mask(text[:LONGEST])
    found = [wish for sentence in _sentences(masked.text) for wish in _read(sentence, masked)]
    return _tidy(found)


def warm() -> None:
    """Compile every form now, so that the first message does not wait for it."""
    for rule in RULES:
        _pattern(rule.spelled)


def _sentences(text: str) -> Iterator[str]:
    """Parts that are read on their own: what a "don't" or a time belongs to ends with its sentence."""
    for sentence in re.split(r"(?<=[.!?;])\s+|\n+", text):
        for at in range(0, len(sentence), SENTENCE):
            yield sentence[at : at + SENTENCE]


def _read(left: str, masked: Masked) -> list[Wish]:
    found: list[tuple[int, Wish]] = []
    for rule in RULES:
        if not rule.may_match(left):
            continue
        for match in list(rule.form.finditer(left)):
            if not match[0].strip() or (COVER in match[0] and not rule.through):
                continue
            wishes = _built(rule, Found(match, masked), left)
            if wishes is None:
                continue
            found += [(match.start(), wish) for wish in wishes]
            left = left[: match.start()] + COVER * len(match[0]) + left[match.end() :]
    found.sort(key=lambda pair: pair[0])
    return [wish for _, wish in found]


def _built(rule: Rule, found: Found, left: str) -> list[Wish] | None:
    """What a match means; [] if a "don't" forbids it, None if it means nothing after all."""
    if _NOT.search(left[: found.match.start()]):
        if rule.negated is None:
            return []
        return _listed(rule.negated(found))
    return _listed(rule.build(found))


def _listed(value: Any) -> list[Wish] | None:
    if value is None:
        return None
    return value if isinstance(value, list) else [value]


def _tidy(wishes: list[Wish]) -> tuple[Wish, ...]:
    """Drop what is said twice, politeness beside real wishes, and what a Create implies; Create goes first."""
    once = list(dict.fromkeys(wishes))
    if any(isinstance(wish, e.Edit) for wish in once):
        once = [wish for wish in once if not (isinstance(wish, Ask) and wish.topic in ("hello", "thanks"))]
    if e.Create() in once:
        implied = (e.SetStyle("spectrum"), e.SetCuts("beats"))
        once = [e.Create(), *(wish for wish in once if wish not in (e.Create(), *implied))]
    elif len([w for w in once if isinstance(w, e.Edit)]) > 1:
        once = [wish for wish in once if wish != e.SetStyle("spectrum")]
    return tuple(once)
