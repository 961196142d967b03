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
_CHAT = re.compile(
    r"\b(?:it'?s\s+(?:an?\s+)?(?!too\b|so\b|not\b)\w+|(?:finally|just)\s+(?:finished|done|made)[^.,;!?]*?(?=\bcan\b|$)"
    r"|(?:my|our|this)\s+(?:[\w-]+\s+){0,3}(?:song|track|beat|single|tune|ep|album|demo)|for\s+(?:my|our)\s+[^.,;!?]+"
    r"|(?:don'?t|do\s+not)\s+change\s+(?:anything|the\s+rest)|keep\s+(?:the|my|it|everything)(?:\s+\w+)?"
    r"|nothing\s+\w+|not\s+\w+|just\s+the\s+\w+|scrap\s+(?:it|that)|qued[óo]\s+\w+)\b"
    r"|随便|好看|漂亮|自由发挥|都行|挺好|满意|刚才|那步|微信|视频号|能不能|不对|没声音|帮忙|那种|谢谢|视频|歌曲?|音乐|曲子|画面"
    r"|整体|部分|效果|风格?|只要|柱子|渐变|频谱|导出|保存|左右|以内|之内|分钟|秒|不要",
    re.IGNORECASE,
)
"""Small talk, and what asks for nothing to be done: "keep the title", "for my girlfriend's birthday"."""
_WORD = re.compile(r"[^\W_\u3400-\u9fff]+(?:['’]\w+)?|[\u3400-\u9fff]")
_SMALL = frozenset(
    """
    a an the this that these it its it's is are was be to of for from on in at by as or so also too just only i i'm im
    i'd me my you u ur your we us our here heres here's there please pls plz kindly thanks thank thx ty cheers bro dude
    man mate lol haha hey hi hello yo sup ok okay yes yeah yep no nope nah not now again well actually really very more
    less bit little some any all own ever way like love good great nice cool perfect awesome sick dope fire btw instead
    still maybe kinda make made do does did done add put use turn change set give get have has had show want need with
    can could would should will let let's lets go try keep see say create everything something anything thing things
    stuff one first new latest version best job work works if possible what how when rest else same time up out while
    because since stays stay remains wait export render download save send sent attached upload uploaded today tomorrow
    asap surprise whatever beautiful pretty amazing special fresh name bars gradient look looks style color colors
    colour colours song track beat tune music audio file video vid videos clip mv visual visuals visualizer visualiser
    reel short teaser second seconds sec secs
    el la los las un una de del en con mi tu por favor para que esta este esto eso canción cancion música vídeo video
    visualizador cambia gracias hola quiero y muy más mas pon ponle ponlo haz hazlo algo bonito bonita chulo chula
    """.split()  # noqa: SIM905 - a list of words is read, not a list of strings
) | frozenset(
    "请麻烦帮我你您他它们这那个首段张的了吧呢啊哦嗯呀吗把给用让想要做弄改换加调变成为再更也都就还是有点一下儿些里上和跟在到去来会可以能行好谢对酷炫很新听发别"
)


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
            content = [word for word in _WORD.findall(_CHAT.sub(" ", said)) if _tells(word)]
            short = COVER not in clause and len(said.split()) <= 3 and len(said) <= 30
            if content and (short or _ASKS.search(said)):
                found.append((at + piece.start(), said))
        at = stop.end() if stop else clause_end
    return found


def _tells(word: str) -> bool:
    """Whether a word is neither small talk nor a letter on its own."""
    return word.lower() not in _SMALL and (len(word) > 1 or "\u3400" <= word <= "\u9fff")


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
    if low in _KNOWN or low == "back":  # no slip for "black"
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
