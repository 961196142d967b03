"""`.env.example` names every setting of both programs, with unit and default, and the programs read what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from bots.settings import Settings as BotSettings
from cli.settings_text import default, example, page
from studio.settings import Settings as StudioSettings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
PAGE = Path(__file__).parents[1] / "docs" / "settings.md"


def test_the_example_is_what_the_settings_say() -> None:
    assert EXAMPLE.read_text("utf-8") == example()


def test_the_page_is_what_the_settings_say() -> None:
    assert PAGE.read_text("utf-8") == page(), "from-music settings --markdown > docs/settings.md"


@pytest.mark.parametrize(
    "row",
    [
        "| `LEASE_S` | number &gt; 0 | `30.0` | ",
        "| `STUDIO_PORT` | whole number ≥ 0 and ≤ 65535 | `0` | ",
        "| `REDIS_MODE` | `single`, `sentinel`, `cluster` | `single` | ",
        "| `NEMO_TOKEN` | 🔒 text |  | ",
        "| `DISCORD_GUILDS` | list |  | ",
        "| `CHAT_COPY` | switch | `true` | ",
    ],
)
def test_a_row_tells_kind_range_and_default(row: str) -> None:
    assert sum(line.startswith(row) for line in page().splitlines()) == 1


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


@pytest.mark.parametrize(("program", "line"), [("bots", "LEASE_S=long"), ("studio", "STUDIO_PORT=high")])
def test_a_program_reads_the_file_where_it_is_started_and_names_what_is_wrong(
    program: str, line: str, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text(f"STUDIO_CREDITS=\n{line}\n", "utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
    done = subprocess.run(
        [sys.executable, "-m", program],
        cwd=tmp_path,
        env={**kept, "PYTHONPATH": str(EXAMPLE.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(f"{line.partition('=')[0]}: ")
    assert len(done.stderr.splitlines()) == 1
