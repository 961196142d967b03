"""Which language a message is in, and which of ours answers it. Pure; language tags are BCP 47."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from opencc import OpenCC

SUPPORTED = ("en", "zh", "zh-TW", "es")
"""Languages with texts of their own; zh-TW is zh through OpenCC (decisions 24)."""

DEFAULT = "en"

_LOOKED_AT = 4000
"""Characters of a message that are looked at: enough to tell, however long it is."""

_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f]")
_KANA_OR_HANGUL = re.compile(r"[\u3041-\u30ff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TRADITIONAL_PARTS = frozenset({"hant", "tw", "hk", "mo"})
_SPANISH_SIGNS = re.compile("[ñ¿¡]", re.IGNORECASE)
_SPANISH = (
    "el la los las un una unos unas de del que y con para por más mi tu su este esta esto eso sube haz hazlo pon "
    "ponle añade agrega quita cambia quiero puedes puede video vídeo canción música crea hacer hola gracias favor cómo "
    "cuánto cuántos está estado créditos saldo descarga descargar exporta exportar envíame mándame dame luego después "
    "al en es no sí ya lo le título texto fondo rápido lento fuerte"
)
_SHARED_WORDS = frozenset({"video", "no", "me", "a"})
_ENGLISH = (
    "the a an and or to of in on with for from is are it its it's this that my your me i you please make add put "
    "change remove give send show how what when where why can could would do don't not then video song music more "
    "less at by so but help export download upload status credits balance cancel stop"
)
_SPANISH_WORDS = frozenset(_SPANISH.split())
_ENGLISH_WORDS = frozenset(_ENGLISH.split())


def normalise(tag: str | None) -> str | None:
    """Return which of `SUPPORTED` a tag means ("zh-Hant-HK" is "zh-TW"), or None if it means none of them."""
    if tag is None or not _TAG.fullmatch(tag := tag.strip()):
        return None
    primary, *rest = tag.lower().replace("_", "-").split("-")
    if primary in ("zh", "yue", "cmn"):
        simplified_script = "hans" in rest
        return "zh-TW" if _TRADITIONAL_PARTS & set(rest) and not simplified_script else "zh"
    return primary if primary in SUPPORTED else None


def fallbacks(tag: str | None) -> tuple[str, ...]:
    """Return the languages to look for words in, best first; always ends with English."""
    best = normalise(tag)
    chain = {None: (), "zh-TW": ("zh-TW", "zh")}.get(best, (best,) if best else ())
    return chain if DEFAULT in chain else (*chain, DEFAULT)


def choose(*tags: str | None) -> str:
    """Return the language of the first tag that means one of ours: pass the person's choice first, a guess last."""
    return next((known for tag in tags if (known := normalise(tag))), DEFAULT)


def detect(text: str, known: str | None = None) -> str | None:
    """Tell the language of what a person wrote, or None if the words do not tell (emoji, numbers, another language).

    Args:
        known: The person's language as far as it is known. It decides between Simplified and Traditional where the
            characters are the same in both.
    """
    text = text[:_LOOKED_AT]
    if _KANA_OR_HANGUL.search(text):
        return None
    han = _HAN.findall(text)
    words = _WORD.findall(_HAN.sub(" ", text).lower())
    if han and 2 * len(han) >= len(words):
        return "zh-TW" if _is_traditional("".join(han), normalise(known) == "zh-TW") else "zh"
    spanish = sum(word in _SPANISH_WORDS and word not in _SHARED_WORDS for word in words)
    english = sum(word in _ENGLISH_WORDS and word not in _SHARED_WORDS for word in words)
    if _SPANISH_SIGNS.search(text) or spanish > english:
        return "es"
    return "en" if english or (words and all(word.isascii() for word in words)) else None


def simplified(text: str) -> str:
    """Return the text with each Traditional character in its Simplified form; as long as it was, for matching."""
    return "".join(map(_simplified_character, text))


def traditional(text: str) -> str:
    """Return Simplified words as they are written in Taiwan (s2twp). Half a surrogate pair becomes U+FFFD."""
    return str(_converter("s2twp").convert(whole(text)))


def whole(text: str) -> str:
    """Join halves of surrogate pairs that stand side by side; others, which no UTF-8 can carry, become U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _is_traditional(han: str, otherwise: bool) -> bool:
    changed = sum(_simplified_character(character) != character for character in han)
    back = sum(_traditional_character(character) != character for character in han)
    return otherwise if changed == back else changed > back


@cache
def _converter(profile: str) -> OpenCC:
    return OpenCC(profile)


@lru_cache(maxsize=32768)
def _simplified_character(character: str) -> str:
    return _one_for_one("t2s", character)


@lru_cache(maxsize=32768)
def _traditional_character(character: str) -> str:
    return _one_for_one("s2t", character)


def _one_for_one(profile: str, character: str) -> str:
    if not _HAN.match(character):
        return character
    converted = str(_converter(profile).convert(character))
    return converted if len(converted) == 1 else character
