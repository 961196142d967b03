"""What no rule has taken of a message: wishes that were not understood, and words that are only misspelt. Pure."""

# ruff: noqa: E501 - a form is one line

from __future__ import annotations

import re
from functools import lru_cache

from studio.agent.forms import COVER

_BREAK = re.compile(r"[.,;!?\n]+|\b(?:and|then|but|plus|y|pero|luego)\b|然后|并且|而且|再(?=[加把来])", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:add|put|use|make|turn|change|set|give|show|write|insert|replace|remove|delete|hide|move|apply|try|need|want|with|without|include|render|export|cut|keep|let|can|could|should|pon(?:le)?|añade|agrega|quiero|haz|cambia|quita|con|usa|sin)\b"
    r"|[加要改换做弄调放用变]|去掉|删|显示|来[点个]|让|不要",
    re.IGNORECASE,
)
"""A word with which people wish for something."""
_FILLER = re.compile(
    r"\b(?:don'?t|do\s+not)\s+change\s+(?:anything|the\s+rest)|\bit'?s\s+(?:an?\s+)?(?!too\b|so\b|not\b)\w+|\b(?:finally|just)\s+(?:finished|done|made)[^.,;!?]*?(?=\bcan\b|$)|\bnothing\s+\w+|\bjust\s+the\s+\w+|\bscrap\s+(?:it|that)|\bkeep\s+(?:the|my|it|everything)(?:\s+\w+)?|\bnot\s+\w+|\bqued[óo]\s+\w+|\b(?:a|an|the|this|that|these|it|its|it's|is|are|was|be|to|of|for|from|on|in|at|by|as|or|so|also|too|just|only|my|your|our|me|i|i'm|im|i'd|you|u|ur|we|us|here|heres|here's|there|please|pls|plz|kindly|thanks?|thank|thx|ty|cheers|bro|dude|man|mate|lol|haha|hey|hi|hello|yo|sup|ok|okay|yes|yeah|yep|no|nah|not|now|again|well|actually|really|very|more|less|bit|little|some|any|all|own|ever|way|like|love|good|great|nice|cool|perfect|awesome|sick|dope|fire|btw|instead|still|maybe|kinda"
    r"|make|made|do|does|did|done|add|put|use|turn|change|set|give|get|have|has|had|show|want|need|with|can|could|would|should|will|let|let's|lets|go|try|keep|see|say|create|everything|something|anything|thing|things|stuff|one|first|new|latest|version|best|job|work|way|if|possible|what|how|when|rest|same|time|up|out|while|because|since"
    r"|song|track|beat|tune|music|audio|file|video|vid|videos|clip|mv|visuals?|visualizer|visualiser|upload(?:ed)?|sent|else|stays?|remains?|name|bars|gradient|visualizador|v[íi]deo|wait|export|render|download|save|send|work|works|possible|reel|short|teaser|seconds?|secs?|attached|today|tomorrow|asap|thing|look|looks|style|colou?rs?"
    r"|el|la|los|las|un|una|de|del|en|con|mi|tu|por|favor|para|que|esta|este|esto|eso|canci[óo]n|música|gracias|hola|quiero|y|muy|más|mas|pon|ponle|ponlo|haz|hazlo)\b"
    r"|[请麻烦帮我你您他它们这那个首段张的了吧呢啊哦嗯呀吗把给用让想要做弄改换加调变成为再更也都就还是有点一下儿些里上和跟在到去来会可以能行好谢对]|挺好|刚才|那步|微信|视频号|能不能|不对|没声音|帮忙|那种|的|成|发|能|谢谢|视频|歌曲?|音乐|曲子|画面|整体|部分|效果|风格?|新|听|发|只要|柱子|渐变|频谱|导出|保存|左右|以内|分钟|秒|之内|不要|别",
    re.IGNORECASE,
)
_CONTENT = re.compile(r"[^\W_]{2,}|[\u3400-\u9fff]", re.UNICODE)


def leftovers(left: str) -> list[tuple[int, str]]:
    """Pieces of a sentence that ask for something no rule has understood, with where they begin.

    A piece reaches from one mark, "and" or understood word to the next. It asks for something if it has a verb of
    wishing and a word that is not small talk, or if it is a short clause of its own: "vertical, *gritty*, 15 s".
    """
    found: list[tuple[int, str]] = []
    at = 0
    for stop in [*_BREAK.finditer(left), None]:
        clause_end = stop.start() if stop else len(left)
        clause = left[at:clause_end]
        for piece in re.finditer(rf"[^{COVER}]+", clause):
            said = piece[0].strip(" :-–—~*_()[]/|+")
            content = _CONTENT.findall(_FILLER.sub(" ", said))
            short = COVER not in clause and len(said.split()) <= 3 and len(said) <= 30
            if content and (short or _ASKS.search(said)):
                found.append((at + piece.start(), said))
        at = stop.end() if stop else clause_end
    return found


# --- misspelt words -------------------------------------------------------------------------------------------------

_KNOWN = (
    "title", "artist", "background", "vertical", "horizontal", "landscape", "portrait", "square", "colour", "color",
    "colors", "credits", "caption", "remove", "purple", "orange", "yellow", "white", "black", "green", "visualizer",
    "palette", "volume", "seconds", "minutes", "louder", "quieter", "slower", "faster", "energetic", "calmer",
    "letters", "bottom", "beginning", "sunset",
)  # fmt: skip


@lru_cache(1024)
def _meant(word: str) -> str:
    """The known word that this one is with a letter lost, doubled or swapped; else the word itself."""
    low = word.lower()
    if low in _KNOWN:
        return word
    near = (known for known in _KNOWN if known[0] == low[0] and not known.startswith(low) and not low.startswith(known))
    return next((known for known in near if _slip(low, known)), word)


def _slip(word: str, known: str) -> bool:
    shorter, longer = sorted((word, known), key=len)
    if len(longer) - len(shorter) == 1:
        return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))
    swapped = (word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(len(word) - 1))
    return len(word) == len(known) and known in swapped


def corrected(sentence: str, left: str) -> str:
    """The sentence with slips of the pen in our own words mended ("sqaure", "bakground"), where no rule has read them."""
    for word in reversed(list(re.finditer(r"\b[a-zA-Z]{4,12}\b", left))):
        sentence = sentence[: word.start()] + _meant(word[0]) + sentence[word.end() :]
    return sentence
