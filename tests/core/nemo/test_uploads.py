"""Did an upload arrive whose answer was lost?"""

from __future__ import annotations

from typing import Any

import pytest

from core.nemo.protocol import SessionState
from core.nemo.uploads import arrived


def state(*infos: Any) -> SessionState:
    return SessionState(None, infos, None, None)


def named(*names: str) -> SessionState:
    return state(*({"filename": name} for name in names))


@pytest.mark.parametrize(
    ("before", "after", "names", "places"),
    [
        (named(), named("a"), ["a"], {0}),
        (named(), named(), ["a"], set()),
        (named("a"), named("a"), ["a"], set()),
        (named("a"), named("a", "a"), ["a"], {0}),
        (named("a"), named("a", "a"), ["a", "a"], {0}),
        (named(), named("b"), ["a", "b"], {1}),
        (named(), named("x", "y"), ["a", "b"], {0, 1}),
        (named("x"), named("x", "clean_a"), ["a!"], {0}),
        (named("x", "y"), named("z"), ["a"], set()),
        (None, named(), ["a"], set()),
        (None, named("b"), ["a"], set()),
        (None, named("a"), ["a"], None),
        (named(), state({"cdn_url": "https://c.test/d/a.mp3?s=1"}), ["a.mp3"], {0}),
        (named(), state({"url": "https://c.test/a.mp3"}), ["https://h.test/a.mp3?x"], {0}),
        (named(), state("a.mp3", None, 7), ["a.mp3"], {0}),
    ],
)
def test_what_is_there(
    before: SessionState | None, after: SessionState, names: list[str], places: set[int] | None
) -> None:
    found = arrived(before, after, names)
    assert (None if found is None else set(found)) == places
