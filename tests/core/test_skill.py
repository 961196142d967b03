"""The three attribution headers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from core.skill import attribution, header_value, platform

ROOT = Path(__file__).parents[2]


def test_name_and_version_come_from_the_skill_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    found = attribution({}, Path("/srv/app"))
    assert (found.source, found.version, found.platform) == ("from-music", project["version"], "unknown")


def test_the_skill_file_at_the_root_is_the_packaged_one() -> None:
    assert (ROOT / "SKILL.md").read_text("utf-8") == (ROOT / "core" / "SKILL.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("named", "place", "found"),
    [
        ("", "/srv/app/core", "unknown"),
        ("", "/home/me/.clawhub/skills/x/core", "clawhub"),
        ("", "/home/me/.cursor/skills/x/core", "cursor"),
        ("", "/home/me/.cursor/other/skills/core", "unknown"),
        ("", "/home/me/clawhub/core", "unknown"),
        ("terminal", "/home/me/.clawhub/core", "terminal"),
        (" ", "/home/me/.clawhub/core", "clawhub"),
        ("a\r\nX-Evil: 1", "/srv", "aX-Evil: 1"),
    ],
)
def test_the_platform(named: str, place: str, found: str) -> None:
    assert platform({"SKILL_SOURCE": named}, Path(place)) == found


def test_a_header_value_is_short_ascii() -> None:
    assert header_value("é" * 9 + "x" * 100) == "x" * 64
