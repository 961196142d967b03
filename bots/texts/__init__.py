"""Every sentence that people read, in Fluent files: one folder a language, one file a flow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from fluent.runtime import FluentBundle, FluentResource
from opencc import OpenCC

LANGUAGES = ("en", "zh", "es")
"""Languages with files of their own; zh-TW is zh through OpenCC (decisions 24)."""

TRADITIONAL = "zh-TW"

Value = str | int | float


def supported(locale: str | None) -> str:
    """Return the nearest language we have words in: "en", "zh", "zh-TW" or "es". Unknown and None are "en"."""
    tag = (locale or "en").replace("_", "-").lower()
    if tag.startswith("zh"):
        return TRADITIONAL if any(part in tag for part in ("tw", "hk", "mo", "hant")) else "zh"
    base = tag.split("-")[0]
    return base if base in LANGUAGES else "en"


class Texts:
    """The sentences of some folders of Fluent files.

    Args:
        packages: Importable packages with the folders en/, zh/ … ; later ones add to earlier ones.
    """

    def __init__(self, packages: Sequence[str] = ("bots.texts",)) -> None:
        self._packages = tuple(packages)
        self._bundles = {language: _bundle(self._packages, language) for language in LANGUAGES}

    def say(self, locale: str | None, key: str, **args: Value) -> str:
        """Return the sentence `key` in the person's language; falls back to English for a language without it.

        Raises:
            KeyError: No language has this key.
        """
        language = supported(locale)
        bundle = self._bundle(language)
        if not bundle.has_message(key):
            bundle = self._bundles["en"]
        message = bundle.get_message(key) if bundle.has_message(key) else None
        if message is None or message.value is None:
            raise KeyError(key)
        text, _errors = bundle.format_pattern(message.value, dict(args))
        return str(text)

    def _bundle(self, language: str) -> FluentBundle:
        if language == TRADITIONAL and language not in self._bundles:  # a third of a second that few people need
            self._bundles[language] = _bundle(self._packages, language)
        return self._bundles[language]

    def has(self, key: str) -> bool:
        """Whether there are words for this key."""
        return bool(self._bundles["en"].has_message(key))


def sources(package: str, language: str) -> Mapping[str, str]:
    """Return file name → text of one language's Fluent files in a package."""
    folder = files(package).joinpath(language)
    if not folder.is_dir():
        return {}
    found = sorted((f.name, f.read_text("utf-8")) for f in folder.iterdir() if f.name.endswith(".ftl"))
    return dict(found)


@cache
def _bundle(packages: tuple[str, ...], language: str) -> FluentBundle:
    # Our own words are converted, never what is put into them: names and titles are theirs who wrote them.
    spelled = OpenCC("s2twp").convert if language == TRADITIONAL else str
    # use_isolating would put invisible marks round each value, which chats show as boxes.
    bundle = FluentBundle([language], use_isolating=False)
    for package in packages:
        for text in sources(package, "zh" if language == TRADITIONAL else language).values():
            bundle.add_resource(FluentResource(spelled(text)))
    return bundle
