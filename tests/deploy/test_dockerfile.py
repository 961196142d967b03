"""The Dockerfile, step by step: what a machine without a container engine can hold it to."""

from __future__ import annotations

import fnmatch
import importlib.util
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from bots.settings import Settings as BotSettings
from studio.settings import Settings as StudioSettings
from tests.deploy import dockerfile

ROOT = Path(__file__).parents[2]
FILE = dockerfile.read(ROOT / "deploy" / "Dockerfile")
IMAGES = {"bots": BotSettings, "studio": StudioSettings}


def test_every_stage_stands_on_one_base_of_a_full_version() -> None:
    outside = {base for base in FILE.bases.values() if base not in FILE.bases}
    assert len(outside) == 1
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+(@sha256:[0-9a-f]{64})?", outside.pop())
    assert list(FILE.bases)[-2:] == ["studio", "bots"]


def test_nothing_is_installed_without_a_hash_or_from_anywhere_but_a_wheel() -> None:
    installs = [
        step.text for step in FILE.steps if step.name == "RUN" and re.search(r"pip .*(install|wheel) ", step.text)
    ]
    assert len(installs) == 4
    for text in installs:
        assert ("--require-hashes" in text and "--only-binary :all:" in text) or (
            "--no-index" in text and "--no-deps" in text
        ), text


def test_no_step_fetches_anything_by_itself() -> None:
    for step in FILE.steps:
        if step.name == "RUN":
            assert not re.search(r"curl|wget|apt|git |https?:", step.text), step.text


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_runs_as_nobody_in_particular(image: str) -> None:
    user = FILE.last(image, "USER").text
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user)


@pytest.mark.parametrize("image", IMAGES)
def test_an_image_starts_the_program_of_its_name(image: str) -> None:
    command = FILE.last(image, "CMD").command
    assert command == ["python", "-m", image]
    assert importlib.util.find_spec(f"{image}.__main__") is not None


@pytest.mark.parametrize(("image", "settings"), IMAGES.items())
def test_an_image_sets_only_settings_that_exist(image: str, settings: type[BotSettings | StudioSettings]) -> None:
    prefix = str(settings.model_config.get("env_prefix", ""))
    known = {f"{prefix}{name}".upper() for name in settings.model_fields}
    process = {"PATH", "HOME", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert FILE.environment(image).keys() - process <= known


def test_the_label_tells_of_the_gpl_inside() -> None:
    (label,) = FILE.of("base", "LABEL")
    assert "GPL" in label.text
    assert "x264" in label.text


def _seen_by_the_build(path: str) -> bool:
    """Whether .dockerignore lets a file through: the last pattern that fits decides."""
    seen = True
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        pattern = line.strip().removeprefix("!")
        if not pattern or line.startswith("#"):
            continue
        parents = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 2)]
        if pattern.startswith("**/"):
            fits = any(fnmatch.fnmatchcase(parent.rpartition("/")[2], pattern[3:]) for parent in parents)
        else:
            fits = any(fnmatch.fnmatchcase(parent, pattern) for parent in parents)
        if fits:
            seen = line.startswith("!")
    return seen


def test_what_is_copied_is_there_and_nothing_else_goes_to_the_build() -> None:
    copied = {
        word for step in FILE.steps if step.name == "COPY" and "--from" not in step.text for word in step.words[:-1]
    }
    for name in copied:
        assert (ROOT / name).exists(), name
        assert _seen_by_the_build(name), name
    for name in (
        ".env",
        ".git",
        "tests/music/caves-58s.m4a",
        "deploy/compose.yaml",
        "bots/.env",
        "bots/__pycache__/a.pyc",
    ):
        assert not _seen_by_the_build(name), name


@contextmanager
def _answering(status: int) -> Iterator[tuple[str, list[str]]]:
    """A server that gives every request one status. Yields its port, and the paths it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield str(server.server_port), asked
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(("image", "port_setting"), [("bots", "HEALTH_PORT"), ("studio", "STUDIO_PORT")])
@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1)])
def test_the_health_check_needs_python_only_and_believes_the_answer(
    image: str, port_setting: str, status: int, code: int
) -> None:
    command = FILE.last(image, "HEALTHCHECK").command
    assert command[0] == "python"
    assert port_setting in FILE.environment(image)
    with _answering(status) as (port, asked):
        done = subprocess.run([sys.executable, *command[1:]], env={port_setting: port}, check=False)
    assert (done.returncode, asked) == (code, ["/healthz"])


def test_the_health_check_fails_where_nobody_listens() -> None:
    command = FILE.last("bots", "HEALTHCHECK").command
    done = subprocess.run([sys.executable, *command[1:]], env={"HEALTH_PORT": "1"}, capture_output=True, check=False)
    assert done.returncode != 0
