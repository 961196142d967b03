"""The Makefile hands on what a person typed."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("given", "arguments"),
    [
        ({}, ["demo"]),
        ({"TRACK": "my song.mp3"}, ["demo", "my song.mp3"]),
        (
            {"TRACK": "it's.mp3", "PROMPT": 'title "Night Drive" for 4 seconds; `no` shell'},
            ["demo", "it's.mp3", "--prompt", 'title "Night Drive" for 4 seconds; `no` shell'],
        ),
        ({"PROMPT": "加一个标题“夜航”，3 秒"}, ["demo", "--prompt", "加一个标题“夜航”，3 秒"]),
    ],
)
def test_demo_gets_track_and_prompt_as_they_were_typed(
    tmp_path: Path, given: dict[str, str], arguments: list[str]
) -> None:
    command = tmp_path / "from-music"
    command.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n', "utf-8")
    command.chmod(0o755)
    ready = tmp_path / ".ready"
    ready.touch()
    words = [f"{name}={value}" for name, value in {"BIN": str(tmp_path), "READY": str(ready), **given}.items()]
    # Under `make test` this make would be an inner one: it would take the outer one's flags and name its directories.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
    made = subprocess.run(
        ["make", "demo", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert made.stdout.splitlines() == arguments
