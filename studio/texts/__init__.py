"""What people read of the studio: one .ftl file per matter and language, found by key."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from studio.texts import chinese

LANGUAGES = ("en", "zh", "es")
"""Languages with files of their own."""

_TRADITIONAL = "zh-TW"  # zh through OpenCC: our own words, never the names and titles that are put into them
_FOLDER = Path(__file__).parent


def say(language: str, key: str, **values: object) -> str:
    """The sentence of a key; English where the language is unknown.

    Raises:
        KeyError: No such key.
    """
    bundle = _bundle(language if language in (*LANGUAGES, _TRADITIONAL) else "en")
    message = bundle.get_message(key)
    if message.value is None:
        raise KeyError(key)
    spelled, errors = bundle.format_pattern(message.value, values)
    if errors:
        raise KeyError(f"{key}: {errors[0]}")
    return str(spelled)


def keys(language: str) -> dict[str, frozenset[str]]:
    """Every key of a language with the names of its variables, for the test that holds the languages together."""
    found: dict[str, frozenset[str]] = {}
    for path in sorted((_FOLDER / language).glob("*.ftl")):
        key = ""
        for line in path.read_text("utf-8").splitlines():
            if line[:1].isalpha():
                key = line.partition("=")[0].strip()
                found[key] = frozenset()
            names = {
                part.strip(" $").split()[0].rstrip("}") for part in line.split("{")[1:] if part.strip().startswith("$")
            }
            found[key] = found.get(key, frozenset()) | names if key else frozenset()
    return found


@cache
def _bundle(language: str) -> FluentBundle:
    taiwan = language == _TRADITIONAL
    spelled = chinese.traditional if taiwan else str
    bundle = FluentBundle([language], use_isolating=False)
    for path in sorted((_FOLDER / ("zh" if taiwan else language)).glob("*.ftl")):
        bundle.add_resource(FluentResource(spelled(path.read_text("utf-8"))))
    return bundle
