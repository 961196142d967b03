"""Who we are to the backend: the three `X-Skill-*` headers of every request (nemovideo-api §2.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from pathlib import Path

import frontmatter

LONGEST = 64


@dataclass(frozen=True, slots=True)
class Attribution:
    """Values of `X-Skill-Source`, `X-Skill-Version` and `X-Skill-Platform`."""

    source: str
    version: str
    platform: str


def attribution(environ: Mapping[str, str], place: Path | None = None) -> Attribution:
    """Read the attribution at run time.

    Args:
        environ: For SKILL_SOURCE, which names the platform.
        place: Where the product is installed; the folder of this package if None.
    Returns:
        `name` and `version` from the frontmatter of SKILL.md, and the platform.
    """
    about = frontmatter.loads(resources.files("core").joinpath("SKILL.md").read_text("utf-8")).metadata
    return Attribution(
        source=str(about["name"]),
        version=str(about["version"]),
        platform=platform(environ, place or Path(__file__).absolute().parent),
    )


def platform(environ: Mapping[str, str], place: Path) -> str:
    """Return SKILL_SOURCE, else what the install path tells: "clawhub", "cursor", else "unknown".

    >>> platform({}, Path("/home/me/.cursor/skills/from-music/core"))
    'cursor'
    """
    if named := header_value(environ.get("SKILL_SOURCE", "")):
        return named
    folders = [part.lower() for part in place.parts]
    if ".clawhub" in folders:
        return "clawhub"
    if any(pair == (".cursor", "skills") for pair in pairwise(folders)):
        return "cursor"
    return "unknown"


def header_value(text: str) -> str:
    """Return what of a setting can stand in a header: printable ASCII, not endless."""
    return "".join(char for char in text if char.isascii() and char.isprintable()).strip()[:LONGEST]
