"""What the images install is what was tested: their locks are parts of the one lock."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
HOW = "make lock"


def pins(path: Path) -> dict[str, str]:
    """Each pin with its marker → all its hashes, as they are spelled."""
    blocks = re.split(r"\n(?=[A-Za-z0-9])", path.read_text("utf-8").strip())
    return {block.split(" \\\n")[0]: block for block in blocks}


def names(path: Path) -> set[str]:
    return {canonicalize_name(pin.split("==")[0]) for pin in pins(path)}


@pytest.mark.parametrize("name", ["run.lock", "build.lock"])
def test_a_lock_of_the_images_is_part_of_the_tested_one(name: str) -> None:
    whole, part = pins(ROOT / "requirements.lock"), pins(ROOT / "deploy" / name)
    assert part.items() <= whole.items(), HOW
    assert all("--hash=sha256:" in block for block in part.values())


def test_the_image_has_every_dependency_and_no_tool() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {canonicalize_name(Requirement(line).name) for line in project["project"]["dependencies"]}
    tools = {canonicalize_name(Requirement(line).name) for line in project["dependency-groups"]["dev"]}
    had = names(ROOT / "deploy" / "run.lock")
    assert wanted <= had, HOW
    assert not tools & had


def test_the_build_has_its_tool() -> None:
    assert "hatchling" in names(ROOT / "deploy" / "build.lock")


def test_no_lock_names_a_host() -> None:
    for path in (ROOT / "requirements.lock", *(ROOT / "deploy").glob("*.lock")):
        assert "://" not in path.read_text("utf-8"), path.name
