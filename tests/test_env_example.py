"""`.env.example` names every setting of both programs, with unit and default, and the programs read what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from bots.settings import Settings as BotSettings
from cli.settings_text import default, example
from studio.settings import Settings as StudioSettings

EXAMPLE = Path(__file__).parents[1] / ".env.example"


def test_the_example_is_what_the_settings_say() -> None:
    assert EXAMPLE.read_text("utf-8") == example()


@pytest.mark.parametrize("owner", [BotSettings, StudioSettings])
def test_every_setting_has_a_description(owner: type[BaseSettings]) -> None:
    assert [name for name, field in owner.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("owner", [BotSettings, StudioSettings])
def test_the_defaults_it_shows_are_read_back_as_the_defaults(
    owner: type[BaseSettings], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    plain = owner()
    for name, field in owner.model_fields.items():
        if spelled := default(field):
            monkeypatch.setenv(f"{owner.model_config.get('env_prefix', '')}{name}".upper(), spelled)
    assert owner().model_dump() == plain.model_dump()


def test_no_two_settings_share_a_name() -> None:
    names = [line.split("=")[0] for line in example().splitlines() if "=" in line and line[1:2].isupper()]
    assert len(names) == len(set(names))
