"""Parts that the forms of words are made of: when, what, which colour; in English, Chinese and some Spanish. Pure."""

# ruff: noqa: E501 - a form is one line

from __future__ import annotations

import re

from studio.agent import edits as e
from studio.agent.phrases import BARE_TIME, COLOR, QUOTED, TIME

COVER = "\ue0ff"
"""Stands for a character that a rule has taken."""

# --- where a clause begins and ends ---------------------------------------------------------------------------------

END = r"(?=\s*(?:[.,;!?\n]|$|\b(?:and|then|but|y|luego|for|at|from|during|in the|with|please|pls|btw|thanks|(?:to\s+)?(?:appear|be\s+shown))\b|然后|再|并且|并|,))"
FREE = rf"(?P<text>{QUOTED}|[^\s.,;!?\n:{QUOTED[0]}][^.,;!?\n{QUOTED[0]}]{{0,79}}?{END})"
BEGIN = rf"(?:^|(?<=[.,;!?+|(\n])|(?<=\bdon't\s)|(?<=\bdont\s)|(?<=\bnot\s)|(?<=不要)|(?<=别)|\b(?:and|then|but|plus|with|in|y|con|en)\b|(?<={COVER})\s*(?=[和跟与]))\s*"
"""The beginning of a clause, with the small words that may stand there."""
_LATIN = (
    "and then but plus ok okay now just only maybe please pls plz hey yo nope actually it its it's this that make turn do "
    "go try get give change set let's lets can could would you u we i i'd i'm me my want need like prefer have use how "
    "about what thinking with in for to a an the something everything all some bit little more much way even kinda two "
    "tone color colors colour colours theme palette style look vibe vibes scheme "
    "y con en un una algo todo quiero me gusta ponlo hazlo ponle colores más mas"
)
_HAN = "请 麻烦 帮我 给我 把 我 想 要 来 来点 来个 整 整体 全部 用 改 换 做 弄 调 变 搞 一个 点 再 更 太 成 和 跟 与 颜色 配色 风格 能不能 可以 画面 视频 它 都 有点"


def _any(words: str) -> str:
    """One of these words, the longest first."""
    return "|".join(sorted(map(re.escape, words.split()), key=len, reverse=True))


SMALL = rf"(?:\b(?:{_any(_LATIN)})\b[\s:-]*|(?:{_any(_HAN)})\s*)*+"
WISH = BEGIN + SMALL
"""… and the small words with which people say that they want something."""
FINISH = rf"(?=\s*(?:(?:please|pls|plz|thanks?|thx|btw|bro|ok|too|was\s+better|looks?\s+better|instead|look|feel|vibes?|style|theme|mode|thing|one|a\s+(?:bit|little|lot|touch)|por\s+favor|[吧了的哦啊呢]|一?点儿?|一些|风格?|谢谢)\s*)*(?:$|[.,;!?+|)\n{COVER}]|\b(?:and|y|but|then|with|on|in|for|con)\b|和|然后|再|并))"
"""The end of a clause."""

# --- times ----------------------------------------------------------------------------------------------------------

NEXT = r"[\s,:]*"
UNTIL = r"(?:\s*(?:开始|起)?\s*(?:-|–|—|~|to|until|till|up to|and(?=\s+\d{1,2}:)|a|hasta|到|至)\s*(?:第)?)"
STARTS = r"(?:(?:at|in|from|on)\s+(?:the\s+)?(?:very\s+)?(?:start|beginning|intro|opening)|al\s+(?:principio|inicio|comienzo)|(?:在|放在)?(?:最|视频|片子)?开头(?:处|的时候|部分)?|片头|一开始)"
ENDS = r"(?:(?:at|in|near)\s+the\s+(?:very\s+)?(?:end|outro|ending)|al\s+final|(?:在|放在)?(?:最后|结尾|片尾|末尾)(?:处|的时候|部分)?)"
_SINCE = r"(?:(?<=\bat\s)|(?<=\bfrom\s)|(?<=[在从第])|(?!9:16(?!\d)))"
"""9:16 is a shape far more often than a time, unless somebody says "at" or "from"."""
WHEN = (
    rf"(?:(?:(?:for|in|during|over|en|durante)\s+)?(?:the\s+|los\s+)?(?:last|final|[úu]ltimos)\s+(?P<last>{TIME})|最后(?P<last2>{TIME})"
    rf"|(?:for|in(?=\s+the\s+first)|lasting|during|only|disappears?\s+after|durante|por|持续|只?显示|出现|停留|,)?\s*(?:the\s+first\s+|前)?(?!9:16(?!\d))(?P<for>{TIME})(?:\s*(?:long|长))?(?!\s*(?:处|的时候|开始|起))"
    rf"|(?P<start>{STARTS})|(?P<end>{ENDS})"
    rf"|(?:from|between|de|desde|从|第)\s*(?P<from>{BARE_TIME}){UNTIL}(?P<to>{BARE_TIME})(?:处)?"
    rf"|(?:at|after|starting\s+at|from|a\s+partir\s+de|en\s+el|在?第?|从)\s*{_SINCE}(?P<at>{TIME})(?:\s*(?:mark|in|处|的时候|开始|起|的地方))?"
    rf"|(?:for\s+)?(?:the\s+)?(?:whole|entire|full)\s+(?:video|time|song)|一直|全程)"
)
WHEN_SAID = re.compile(WHEN, re.IGNORECASE)
_SOME_TIME = (
    rf"(?:(?:from|between|de|desde|从|第)\s*{BARE_TIME}{UNTIL}{BARE_TIME}(?:处)?"
    r"|(?:(?:(?:for|in|during|over|lasting|at|from|starting\s+at|(?:disappears?\s+)?after|only|durante|por|en|el|a\s+partir\s+de)\s+)*(?:(?:the|los)\s+)?(?:(?:first|last|final|[úu]ltimos)\s+)?"
    rf"|(?:持续|只?显示|出现|停留|在|从|第|前|最后|,)*\s*){_SINCE}{TIME}(?:\s*(?:long|mark|in|长|处|的时候|开始|起|的地方))?"
    rf"|{STARTS}|{ENDS}|(?:for\s+)?(?:the\s+)?(?:whole|entire|full)\s+(?:video|time|song)|一直|全程)"
)
"""What WHEN finds, in short: it stands in forty forms, and `when` looks closer at what was said."""
_SHOWN = r"(?:\s*(?:(?:to\s+)?(?:appear|show(?:\s+up)?|stay|last|be\s+(?:shown|visible))|appears|disappears?(?!\s+after)|on\s+(?:the\s+)?screen|only|just|visible)\b|\s*(?:应该|只在?|出现|显示))*"
SEVERAL_WHEN = rf"(?P<when>(?:{_SHOWN}{NEXT}{_SOME_TIME}){{1,4}})"
TIMES = rf"(?P<when>(?:{_SHOWN}{NEXT}{_SOME_TIME}){{0,4}})"
_OWN_PART = r"(?![\s,]*\d+[\s-]?(?:s|secs?|seconds?|m|mins?|minutes?|segundos?|秒钟?|分钟?)\s*,)"
"""Not a part of a list: in "vertical, 15s, title …" the time is the video's."""
LEAD = rf"(?P<lead>(?:{_OWN_PART}{_SOME_TIME}{NEXT})?)"

# --- words on screen ------------------------------------------------------------------------------------------------

PUT = r"(?:add|put|insert|show|display|include|write|place|overlay|give\s+it|make|create|set|want|have|use|with|pon(?:le|er)?|añade|agrega|加上?|添加|加入|放|放上|显示|写上?|来|要|做|设置|设|弄)"
CHANGE = r"(?:change|set|make|rename|update|replace|edit|switch|turn|call|cambia|改|换|把|将|修改|设置|设)"
ARTICLE = r"(?:(?:a|an|the|my|some|its|another|new|un|una|el|la|y|一个|个|一行|一段|一条|这个|新的?|big|large)\s*)*"
SAYING = r"(?:\s*(?:to\s+say|should\s+(?:say|be|read)|saying|that\s+says|which\s+says|that\s+reads|to\s+read|reading|text|to|as|is|be|=|:|into|called|named|con\s+el\s+texto|que\s+diga|a|为|成|成了|是|叫做?|写[着上成]?|加上|放上|内容(?:是|为)?|文字(?:是|为)?|改成|改为|换成|变成|设为|设成))*\s*"
TITLE = r"(?:(?:opening|main|intro|song|track|video)\s+)?(?:title(?:\s*card|\s*text)?|heading|headline|t[íi]tulo|(?:song|track)\s+name|name\s+of\s+(?:the|my|this)\s+(?:song|track)|片头标题|歌名|歌曲名|曲名|片名|标题|题目)"
ARTIST = r"(?:artist(?:'s)?(?:\s*name)?|band(?:\s*name)?|singer|performer|(?:my|our|your|stage)\s+name|artista|mi\s+nombre|艺术家|歌手名?|乐队名?|艺人|艺名|演唱者?|作者名?|我的?名字|名字)"
CAPTION = r"(?:caption|text|words|subtitle\s+text|label|watermark|texto|文字|字|文本|水印)"
CREDITS = r"(?:(?:end|closing|final|rolling|outro)\s+credits|(?:end|closing)[\s-]?(?:card|screen|text)|outro\s+text|credits(?:\s+at\s+the\s+end|\s+over\s+the\s+outro)?|opening\s+credits|cr[ée]ditos(?:\s+finales)?|片尾字幕|演职员表|片尾名单|制作名单|片尾)"
TEXTS: tuple[tuple[e.Role, str], ...] = (
    ("title", TITLE),
    ("artist", ARTIST),
    ("credits", CREDITS),
    ("caption", CAPTION),
)
REMOVE = r"(?:remove|kill|ditch|delete|drop|hide|get\s+rid\s+of|take\s+(?:away|off|out|down)|(?:don'?t|do\s+not)\s+(?:show|want|need)|clear|erase|lose|no|without|quita|elimina|borra|sin|去掉|删除|删掉|删了|移除|不要|取消|拿掉|隐藏|不显示|别显示|无|没有)"
NAME = r"(?-i:[A-Z\d][\w'’&.-]*(?:\s+(?:(?:and|&|x|ft\.?|feat\.?|of|the|in|to|on|a)\s+){0,2}[A-Z\d][\w'’&.-]*){0,5})"
"""A name that shows by its capitals."""
BY = rf"(?:\s*,?\s*by\s+(?P<by>{QUOTED}|[^\s.,;!?\n:{QUOTED[0]}][^.,;!?\n{QUOTED[0]}]{{0,59}}?(?:(?=\s+(?:in|en)\s+{COLOR}\b)|{END})))?"
INK = rf"(?:\s+(?:in|en)\s+(?P<ink>{COLOR})\b(?:\s+(?:letters|lettering|text|font|letras))?)?"
"""… in yellow."""

# --- colours --------------------------------------------------------------------------------------------------------

BARS = r"(?:(?:the\s+)?(?:spectrum\s+|visuali[sz]er\s+|equali[sz]er\s+)?bars?|visuali[sz]er|spectrum|equali[sz]er|waveform|wave|accent(?:\s+colou?r)?|barras?|visualizador|频谱柱?|柱子?|柱状图?|柱条|音柱|音条|波形|可视化(?:效果)?|条)"
BACK = r"(?:(?:the\s+)?(?:background|backdrop|bg)|fondo|背景(?:色|颜色)?|底色|底(?![部下]))"
WORDS = (
    r"(?:(?:the\s+)?(?:title|texts?|fonts?|letters|lettering|words|captions?|letras|t[íi]tulo|texto)|标题|文字|字体|字)"
)
TARGETS: tuple[tuple[e.Target, str], ...] = (("background", BACK), ("text", WORDS), ("bars", BARS))
COLORED = r"(?:\s*的?(?:colou?rs?|color|颜色))?"
INTO = r"\s*(?:to\s+be|should\s+be|to|into|in|be|is|are|a|de|en|al?|=|:|改成|改为|换成|换为|变成|变为|来个|调成|调为|调整[为成到]?|设为|设成|成|用|要|弄成|做成|是)?\s*(?:all\s+|渐变)?(?:a|an|more|un|una|el)?\s*"
_WITH = r"\s*(?:(?:and|n|y|和|与|跟|配|加)(?![a-z])\s*|[&/+]\s*)?"
TWO = rf"(?P<one>{COLOR}){_WITH}(?P<two>{COLOR})(?!\s*{BARS}|\s*{BACK}|\s*{WORDS})"
"""Two colours in a breath: "red and black", 黑金."""
PALETTES = {
    "sunset": "sunset 日落 落日 夕阳 晚霞 atardecer", "aurora": "aurora 极光", "ember": "ember fire flame 火焰 余烬 fuego",
    "violet": "紫罗兰", "ocean": "ocean sea 海洋 大海 océano oceano", "rose": "rose 玫瑰", "forest": "forest 森林 bosque",
    "mono": "mono monochrome black-and-white black-&-white black/white b&w b/w grayscale greyscale 黑白 单色 blanco-y-negro", "gold": "黄金",
    "neon": "neon cyberpunk cyber-punk synthwave vaporwave retrowave outrun 霓虹 赛博朋克 赛博 蒸汽波 neón", "auto": "",
}  # fmt: skip
PALETTE_OF = {word.replace("-", " "): name for name, words in PALETTES.items() for word in words.split()}
PALETTE = "|".join(sorted((re.escape(w) for w in PALETTE_OF), key=len, reverse=True))
ALL_PALETTES = "|".join([PALETTE, *e.PALETTES])
COLORS_NOUN = r"(?:palette|theme|colou?rs?|colou?r\s+scheme|scheme|tones?|look|style|vibes?|mood|aesthetic|colores|tonos|色调|配色|主题|风格|色系|系|色|风|感)"

# --- sound ----------------------------------------------------------------------------------------------------------

MUSIC = r"(?:(?:the\s+|la\s+|el\s+)?(?:music|audio|sound|bgm|song|track|background\s+music|volume|loudness|m[úu]sica|volumen|sonido)|背景音乐|音乐|声音|音量|歌曲|伴奏)"

# --- places ---------------------------------------------------------------------------------------------------------

GOES_TO = r"(?:\b(?:for|to|post(?:ed)?\s+(?:it\s+)?on|para|en)\s+(?:my\s+|mi\s+|an?\s+)?|(?:适合|用于|发布|上传|发|投|给)(?:到|在|去)?\s*)?"
"""Before the name of a place where a video is shown."""
