"""The registry of verbs: what every menu, slash command and button of every platform is made from.

Texts are keys of `bots/texts/*/verbs.ftl`: `verbs-<verb>` is the localised name (one word), `verbs-<verb>-about`
its description. Names in `aliases` are what a person may type after a slash in any language.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias

from core.languages import choose, simplified

Kind: TypeAlias = Literal["text", "choice", "file", "job", "project"]

ASPECTS = ("16:9", "9:16", "1:1", "4:5", "21:9")
LANGUAGES = ("auto", "en", "zh-CN", "zh-TW", "es")
EXPORTS = ("changed", "asked", "offer")
"""When the MP4 is made (decisions 2)."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a verb.

    Attributes:
        name: ASCII, lower case: the key in `Message.args`.
        kind: "text" takes the rest of a line; "file" is an attachment; "job" and "project" are ids of ours.
        choices: Values of a "choice", else empty.
    """

    name: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing a person can tell the program to do by name.

    Attributes:
        reads: Only tells something: answered beside the queue, without the lease (decisions 9).
        aliases: Other names after a slash, per language; the name itself works everywhere.
    """

    name: str
    arguments: tuple[Argument, ...] = ()
    reads: bool = False
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def name_key(self) -> str:
        """Key of the localised name."""
        return f"verbs-{self.name}"

    @property
    def about_key(self) -> str:
        """Key of the description."""
        return f"verbs-{self.name}-about"


def _names(zh: str = "", es: str = "", en: str = "") -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((language, tuple(words.split())) for language, words in (("en", en), ("zh", zh), ("es", es)) if words)


_ASPECT = Argument("aspect", "choice", ASPECTS)

VERBS: tuple[Verb, ...] = (
    Verb(
        "video",
        (Argument("track", "file"), Argument("prompt"), _ASPECT),
        aliases=_names("视频 制作 做视频 上传", "subir", "make create upload"),
    ),
    Verb("edit", (Argument("prompt", required=True),), aliases=_names("编辑 修改 改", "editar cambiar", "change")),
    Verb("export", aliases=_names("导出 汇出 下载 渲染", "exportar descargar", "download render")),
    Verb(
        "status",
        (Argument("job", "job"),),
        reads=True,
        aliases=_names("状态 进度", "estado progreso", "progress tracks"),
    ),
    Verb("queue", reads=True, aliases=_names("队列 排队", "cola", "jobs")),
    Verb("cancel", (Argument("job", "job"),), aliases=_names("取消 停止 停", "cancelar parar", "stop abort")),
    Verb("undo", aliases=_names("撤销 撤回", "deshacer", "revert")),
    Verb("projects", (Argument("project", "project"),), aliases=_names("项目 工程", "proyectos", "project")),
    Verb("new", (Argument("title"),), aliases=_names("新建 新项目 重来", "nuevo", "reset restart")),
    Verb("credits", reads=True, aliases=_names("积分 余额 点数", "creditos saldo", "balance")),
    Verb(
        "format",
        (Argument("aspect", "choice", ASPECTS, required=True),),
        aliases=_names("格式 比例 画幅", "formato", "aspect"),
    ),
    Verb("language", (Argument("language", "choice", LANGUAGES),), aliases=_names("语言", "idioma lengua", "lang")),
    Verb(
        "settings",
        (Argument("language", "choice", LANGUAGES), Argument("export", "choice", EXPORTS)),
        aliases=_names("设置", "ajustes configuracion", "options config"),
    ),
    Verb("why", (Argument("text"),), reads=True, aliases=_names("为什么 为何", "porque", "explain")),
    Verb("help", (Argument("topic"),), reads=True, aliases=_names("帮助 说明", "ayuda", "start commands")),
)
"""In the order menus show them."""

OWED = "owed"
"""What the program says to itself, and nobody else can: make the video that a newer message put off (decisions 2)."""

KNOWN = frozenset(verb.name for verb in VERBS) | {OWED, "ask", "greet"}
"""Every verb that a message or a plan of this version can have. A turn with another one is a newer version's."""

UPLOAD_NAMES = frozenset({"upload", "上传", "subir"})
"""Other names of `video` which, alone, ask how to hand a file over."""

SPOKEN: dict[str, str] = {
    "english": "en", "en": "en", "ingles": "en", "英文": "en", "英语": "en", "eng": "en",
    "chinese": "zh-CN", "zh": "zh-CN", "zh-cn": "zh-CN", "zh-hans": "zh-CN", "中文": "zh-CN", "简体中文": "zh-CN",
    "简体": "zh-CN", "汉语": "zh-CN", "chino": "zh-CN", "普通话": "zh-CN", "cn": "zh-CN",
    "zh-tw": "zh-TW", "zh-hant": "zh-TW", "繁体中文": "zh-TW", "繁体": "zh-TW", "正体中文": "zh-TW",
    "traditional": "zh-TW", "tw": "zh-TW", "zh-hk": "zh-TW",
    "spanish": "es", "es": "es", "espanol": "es", "西班牙语": "es", "西语": "es", "castellano": "es",
    "auto": "auto", "自动": "auto", "automatic": "auto", "automatico": "auto",
}  # fmt: skip
"""What people call a language → the value of the choice."""

_SPOKEN_ASPECTS = {
    "vertical": "9:16", "portrait": "9:16", "竖屏": "9:16", "竖版": "9:16", "tiktok": "9:16", "reels": "9:16",
    "shorts": "9:16", "landscape": "16:9", "horizontal": "16:9", "横屏": "16:9", "横版": "16:9", "youtube": "16:9",
    "square": "1:1", "方形": "1:1", "正方形": "1:1", "cuadrado": "1:1", "instagram": "4:5",
}  # fmt: skip

_PROMPTS = {
    "en": "Make a music video from this track.",
    "zh": "用这首歌做一个音乐视频。",
    "zh-TW": "用這首歌做一個音樂影片。",
    "es": "Haz un video musical con esta canción.",
}

_SLASH = re.compile(r"/(?P<name>[^\s/@:.]{1,32})(?:@\w{1,64})?(?:\s+(?P<rest>.*))?", re.DOTALL)


def find(name: str) -> Verb | None:
    """Return the verb of this name in any of our languages, or None."""
    return _by_name().get(_folded(name))


def parse_slash(text: str) -> tuple[str, str] | None:
    """Split "/name@bot rest" into name and rest; None if the text is no slash command (a path, "/ 2", plain words)."""
    found = _SLASH.fullmatch(text.strip())
    if found is None or not (found["name"][0].isalpha()):
        return None
    if find(found["name"]) is None and found["rest"]:
        return None
    return found["name"], (found["rest"] or "").strip()


def bind(verb: Verb, rest: str) -> dict[str, str]:
    """Give the words after a slash command to the verb's arguments: choices by value, what is left to the text."""
    if not rest:
        return {}
    bound: dict[str, str] = {}
    if not any(argument.kind == "text" for argument in verb.arguments):
        rest = " ".join(word for word in rest.split() if word not in {argument.name for argument in verb.arguments})
    words = rest.split()
    for argument in verb.arguments:
        if argument.kind == "choice":
            for place in (0, -1):
                if words and (value := _choice(argument, words[place])):
                    bound[argument.name] = value
                    del words[place]
                    rest = " ".join(words) if len(verb.arguments) == 1 or not words else _without(rest, place)
                    break
    if rest and words:
        taker = next((one for one in verb.arguments if one.kind in ("text", "job", "project")), None)
        name = taker.name if taker else next((one.name for one in verb.arguments if one.name not in bound), "")
        if name:
            bound[name] = rest.strip()
    return bound


def default_prompt(locale: str | None) -> str:
    """What `/video` with nothing but a track says to the agent, in the person's language."""
    return _PROMPTS[choose(locale)]


def _choice(argument: Argument, word: str) -> str | None:
    folded = _folded(word)
    spoken = {"language": SPOKEN, "aspect": _SPOKEN_ASPECTS}.get(argument.name, {}).get(folded)
    exact = next((value for value in argument.choices if value.casefold() == folded.replace("x", ":")), None)
    exact = exact or next((value for value in argument.choices if value.casefold() == folded), None)
    return exact or (spoken if spoken in argument.choices else None)


def _without(rest: str, place: int) -> str:
    return (rest.split(maxsplit=1) if place == 0 else rest.rsplit(maxsplit=1))[1 if place == 0 else 0]


def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKD", simplified(name)).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))


@cache
def _by_name() -> dict[str, Verb]:
    names = {verb.name: verb for verb in VERBS}
    for verb in VERBS:
        for _, aliases in verb.aliases:
            names.update(dict.fromkeys(aliases, verb))
    return names
