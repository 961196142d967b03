"""compose.yaml: every name is a known setting, the parts find each other, and each is confined."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from bots.settings import Settings as BotSettings
from studio.settings import Settings as StudioSettings
from tests.deploy import dockerfile

ROOT = Path(__file__).parents[2]
BOTS = {name.upper() for name in BotSettings.model_fields}
STUDIO = {f"STUDIO_{name}".upper() for name in StudioSettings.model_fields}


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """YAML with Compose's own tag for "instead of, not merged with"."""


_Loader.add_constructor("!override", lambda loader, node: loader.construct_mapping(node, deep=True))


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((ROOT / "deploy" / name).read_text("utf-8"), _Loader)
    return found


WHOLE = load("compose.yaml")
SERVICES: dict[str, dict[str, Any]] = WHOLE["services"]
CLOUD: dict[str, dict[str, Any]] = load("compose.cloud.yaml")["services"]


@pytest.mark.parametrize(("service", "known"), [("bots", BOTS), ("studio", STUDIO)])
def test_every_name_is_a_setting_of_that_program(service: str, known: set[str]) -> None:
    assert SERVICES[service]["environment"].keys() <= known
    assert CLOUD[service].get("environment", {}).keys() <= known


def test_every_name_that_is_asked_of_the_person_is_a_setting() -> None:
    for name in ("compose.yaml", "compose.cloud.yaml"):
        asked = re.findall(r"\$\{(\w+)", (ROOT / "deploy" / name).read_text("utf-8"))
        assert set(asked) <= BOTS | STUDIO


def test_what_it_sets_is_read_as_it_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for service in ("bots", "studio"):
        for name, value in SERVICES[service]["environment"].items():
            if value is not None:
                monkeypatch.setenv(name, re.sub(r"\$\{\w+:-(.*?)\}", r"\1", value))
    bots, studio = BotSettings(), StudioSettings()
    assert bots.backend == "studio"
    assert bots.nemo_token is None
    assert bots.nemo_api_url == f"http://studio:{studio.port}"
    assert bots.redis_url is not None
    assert bots.redis_url.get_secret_value() == "redis://valkey:6379/0"
    assert studio.host == "0.0.0.0"
    assert studio.public_url == ""


@pytest.mark.parametrize("service", SERVICES)
def test_each_is_confined_and_comes_back(service: str) -> None:
    part = SERVICES[service]
    assert part["read_only"] is True
    assert part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert part["restart"] == "unless-stopped"
    assert any(mount.startswith("/tmp:") for mount in part["tmpfs"])
    assert "privileged" not in part


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_kept_lies_in_a_volume(service: str) -> None:
    (mount,) = SERVICES[service]["volumes"]
    volume, _, place = mount.partition(":")
    assert volume in WHOLE["volumes"]
    assert place == "/data"


@pytest.mark.parametrize("service", ["bots", "studio"])
def test_an_image_is_built_from_a_stage_that_there_is(service: str) -> None:
    build = SERVICES[service]["build"]
    path = (ROOT / "deploy" / build["context"]).resolve() / build["dockerfile"]
    assert build["target"] in dockerfile.read(path).bases


def test_the_ports_are_of_this_machine_alone() -> None:
    published = [port for part in SERVICES.values() for port in part.get("ports", [])]
    assert published == ["127.0.0.1:8000:8000"]


def test_the_parts_meet_where_they_should_and_nowhere_else() -> None:
    assert set(SERVICES["valkey"]["networks"]) & set(SERVICES["studio"]["networks"]) == set()
    assert set(SERVICES["bots"]["networks"]) == {"store", "engine"} == WHOLE["networks"].keys()
    assert WHOLE["networks"]["store"] == {"internal": True}


def test_the_store_keeps_everything() -> None:
    command = SERVICES["valkey"]["command"]
    told = dict(zip(command[1::2], command[2::2], strict=True))
    assert told["--appendonly"] == "yes"
    assert told["--appendfsync"] == "always"
    assert told["--maxmemory-policy"] == "noeviction"
    assert re.fullmatch(r"valkey/valkey:\d+\.\d+\.\d+", SERVICES["valkey"]["image"])


def test_the_bots_wait_until_the_others_are_well() -> None:
    assert SERVICES["bots"]["depends_on"] == {name: {"condition": "service_healthy"} for name in ("valkey", "studio")}
    assert CLOUD["bots"]["depends_on"] == {"valkey": {"condition": "service_healthy"}}


def test_no_token_of_a_platform_reaches_the_studio() -> None:
    assert "env_file" not in SERVICES["studio"]
    assert not {name for name in SERVICES["studio"]["environment"] if "TOKEN" in name} - {"STUDIO_TOKENS_PER_ADDRESS"}
