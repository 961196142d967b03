"""What an operator is told about settings: the name, what is needed, never the value."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, SecretStr, ValidationError

from bots.complaints import wrong_settings
from bots.texts import Texts


class Told(BaseModel, extra="forbid"):
    """A setting of each kind."""

    limit: Annotated[int, Field(ge=1, le=100)] = 1
    pause_s: Annotated[float, Field(gt=0, lt=1e6)] = 1
    on: bool = True
    backend: Literal["studio", "cloud", "none"] = "studio"
    token: SecretStr = SecretStr("")


@pytest.mark.parametrize(
    ("setting", "english", "chinese"),
    [
        ({"limit": "many-secret"}, "LIMIT: a whole number is needed", "LIMIT：要填整数"),
        ({"limit": 0}, "LIMIT: 1 is the least", "LIMIT：最小是 1"),
        ({"limit": "101"}, "LIMIT: 100 is the most", "LIMIT：最大是 100"),
        ({"pause_s": "soon-secret"}, "PAUSE_S: a number is needed", "PAUSE_S：要填数字"),
        ({"pause_s": 0}, "PAUSE_S: more than 0 is needed", "PAUSE_S：要大于 0"),
        ({"pause_s": "1e6"}, "PAUSE_S: less than 1e+06 is needed", "PAUSE_S：要小于 1e+06"),
        ({"on": "secret"}, "ON: true or false is needed", "ON：要填 true 或 false"),
        (
            {"backend": "secret"},
            "BACKEND: one of these is needed: 'studio', 'cloud', 'none'",
            "BACKEND：要填其中之一：'studio', 'cloud', 'none'",
        ),
        ({"colour": "secret"}, "COLOUR: there is no such setting", "COLOUR：没有这项设置"),
    ],
)
def test_a_wrong_setting_is_named_with_what_it_needs(setting: dict[str, object], english: str, chinese: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Told.model_validate(setting)
    assert wrong_settings(caught.value, Texts(), "en") == [english]
    assert wrong_settings(caught.value, Texts(), "zh_CN") == [chinese]


def test_what_has_no_words_of_ours_keeps_those_of_the_library() -> None:
    with pytest.raises(ValidationError) as caught:
        Told.model_validate({"token": ["a", "secret"]})
    (sentence,) = wrong_settings(caught.value, Texts(), "zh")
    assert sentence.startswith("TOKEN：")
    assert "secret" not in sentence
