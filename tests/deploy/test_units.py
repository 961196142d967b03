"""The systemd units: known settings, the same programs, confined; systemd's own check where it is installed."""

from __future__ import annotations

import importlib.util
import re
import shlex
import shutil
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from bots.__main__ import EXIT_CONFIG, EXIT_USAGE
from bots.settings import Settings as BotSettings
from studio.settings import Settings as StudioSettings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = {"from-music.service": BotSettings, "from-music-studio.service": StudioSettings}


def read(name: str) -> dict[str, list[str]]:
    """Each key of the [Service] section with its values; systemd allows a key several times."""
    found: dict[str, list[str]] = defaultdict(list)
    section = ""
    for line in (DEPLOY / name).read_text("utf-8").splitlines():
        if line.startswith("["):
            section = line
        elif line and not line.startswith("#") and section == "[Service]":
            key, _, value = line.partition("=")
            found[key].append(value)
    return found


@pytest.mark.parametrize(("name", "settings"), UNITS.items())
def test_every_name_is_a_setting(name: str, settings: type[BotSettings | StudioSettings]) -> None:
    prefix = str(settings.model_config.get("env_prefix", ""))
    known = {f"{prefix}{field}".upper() for field in settings.model_fields}
    told = {word.split("=")[0] for line in read(name)["Environment"] for word in shlex.split(line)}
    assert told - {"HOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"} <= known


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_starts_one_of_our_programs(name: str) -> None:
    (command,) = read(name)["ExecStart"]
    found = re.fullmatch(r"/opt/from-music/bin/python -m (bots|studio)", command)
    assert found is not None
    assert importlib.util.find_spec(f"{found[1]}.__main__") is not None


def test_the_bots_find_the_studio() -> None:
    told = dict(
        word.split("=", 1) for name in UNITS for line in read(name)["Environment"] for word in shlex.split(line)
    )
    assert told["NEMO_API_URL"] == f"http://{told['STUDIO_HOST']}:{told['STUDIO_PORT']}"
    assert told["STUDIO_HOST"] == "127.0.0.1"


def test_what_no_restart_would_mend_stays_down() -> None:
    codes = {int(code) for code in read("from-music.service")["RestartPreventExitStatus"][0].split()}
    assert codes == {EXIT_USAGE, EXIT_CONFIG}


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_is_confined_and_leaves_the_workers_their_own_walls(name: str) -> None:
    unit = read(name)
    assert unit["User"] != ["root"]
    assert unit["ProtectSystem"] == ["strict"]
    assert unit["NoNewPrivileges"] == ["yes"]
    assert unit["CapabilityBoundingSet"] == [""]
    assert set(unit["RestrictNamespaces"][0].split()) == {"user", "net"}


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_has_nothing_to_complain_about(tmp_path: Path) -> None:
    for name in UNITS:
        text = (DEPLOY / name).read_text("utf-8").replace("/opt/from-music/bin/python", sys.executable)
        (tmp_path / name).write_text(text, "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *(str(tmp_path / name) for name in UNITS)],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in done.stderr.splitlines() if "from-music" in line]
    assert (done.returncode, ours) == (0, [])
