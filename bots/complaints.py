"""What whoever runs the program is told before anybody can be served: in the system's language, a sentence each."""

from __future__ import annotations

import locale
import os

from pydantic import ValidationError

from bots.texts import Texts

_PROBLEMS = {
    "int_parsing": ("setting-whole-number", ""),
    "int_from_float": ("setting-whole-number", ""),
    "float_parsing": ("setting-number", ""),
    "bool_parsing": ("setting-switch", ""),
    "literal_error": ("setting-choice", "expected"),
    "greater_than_equal": ("setting-at-least", "ge"),
    "greater_than": ("setting-more-than", "gt"),
    "less_than_equal": ("setting-at-most", "le"),
    "less_than": ("setting-less-than", "lt"),
    "missing": ("setting-missing", ""),
    "extra_forbidden": ("setting-unknown", ""),
}
"""Type of pydantic's error → key of the sentence, and the entry of the error's context that says what is wanted."""


def system_language() -> str:
    """The language of the environment, as POSIX orders the variables."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value and value.split(".")[0] not in ("C", "POSIX"):
            return value.split(".")[0]
    return (locale.getlocale()[0] or "en").replace("_", "-")


def wrong_settings(error: ValidationError, texts: Texts, language: str) -> list[str]:
    """Return a sentence for each setting that cannot be; values stay unsaid, they may be secrets."""
    return [
        texts.say(
            language,
            "setting-wrong",
            name=".".join(str(part) for part in problem["loc"]).upper(),
            problem=_problem(problem["type"], problem.get("ctx", {}), texts, language) or problem["msg"],
        )
        for problem in error.errors(include_input=False, include_url=False)
    ]


def _problem(kind: str, context: dict[str, object], texts: Texts, language: str) -> str | None:
    """The words for a type of problem; None where pydantic's own say it best."""
    if kind not in _PROBLEMS:
        return None
    key, told = _PROBLEMS[kind]
    value = context.get(told, "")
    shown = f"{value:g}" if isinstance(value, float) else str(value).replace(" or ", ", ")
    return texts.say(language, key, wanted=shown)
