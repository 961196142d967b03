"""The wheel, as an image installs it: all the data it needs, nothing of the tests, and it runs away from the tree."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.xdist_group("wheel")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = "import sys, hatchling.build as b; b.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, unpacked as pip would."""
    folder = tmp_path_factory.mktemp("site")
    zipfile.ZipFile(wheel).extractall(folder)
    return folder


def test_every_data_file_of_the_packages_is_in_it(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    data = {
        path.relative_to(ROOT).as_posix()
        for package in ("bots", "core", "studio", "cli")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix in {".ftl", ".toml", ".md", ".html", ".ogg", ".mp3"}
    }
    assert {"core/SKILL.md", "core/nemo/gui.toml", "studio/watch.html", "cli/music/final_step-60s.ogg"} <= data
    assert data <= inside


def test_neither_tests_nor_their_music_nor_leftovers_are_in_it(wheel: Path) -> None:
    for name in zipfile.ZipFile(wheel).namelist():
        assert name.split("/")[0] in {"bots", "core", "studio", "cli"} or ".dist-info/" in name, name
        assert "caves" not in name
        assert not name.endswith((".pyc", ".env")), name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(("version",), "0."), (("why", "竖屏，然后导出"), "EXPORT"), (("settings",), "#DISCORD_TOKEN=")],
)
def test_it_runs_away_from_the_tree(site: Path, tmp_path: Path, arguments: tuple[str, ...], said: str) -> None:
    main = "import cli.app as app, sys; assert app.__file__.startswith(sys.argv.pop(1)); app.main()"
    done = subprocess.run(
        [sys.executable, "-c", main, str(site), *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site), "LANGUAGE": "en"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert said in done.stdout
