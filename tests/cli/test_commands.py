"""The short commands as a person runs them: what they print, how they end, no traceback whatever they are given."""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.app import SSE_BYTES, app
from tests.wire.sample_readings import READINGS

SAMPLES = Path(__file__).parents[1] / "wire" / "samples"
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    env = {"DATA_DIR": str(tmp_path / "data"), "OUT_DIR": str(tmp_path / "out"), "LANGUAGE": "en", "COLUMNS": "200"}

    def call(*args: str, stdin: bytes = b"", **more: str) -> Result:
        return CliRunner().invoke(app, args, input=stdin, env=env | more, catch_exceptions=False)

    return call


@pytest.mark.parametrize("name", sorted(READINGS))
def test_every_recorded_stream_is_read_back_as_it_is_known(run: Run, name: str) -> None:
    done = run("sse", str(SAMPLES / name))
    assert done.exit_code == 0
    assert [json.loads(line) for line in done.stdout.rstrip("\n").split("\n")] == READINGS[name]


def test_a_reading_is_one_line_for_every_reader_of_lines(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "raw.txt"
    path.write_text('data: {"content":{"parts":[{"text":"a\u2028b\u2029c\x85d"}]}}\n\n', "utf-8", newline="")
    first, last = run("sse", str(path)).stdout.splitlines()
    assert json.loads(first)["text"] == "a\u2028b\u2029c\x85d"
    assert json.loads(last)["outcome"] == "text"


@pytest.mark.parametrize(
    ("raw", "outcome"),
    [
        (b"", "silent"),
        (b"\x00" * 1000, "silent"),
        (b"data: \xff\xfe\n\n", "silent"),
        (b"data: {\n\n", "silent"),
        (b"data: null\n\ndata: []\n\ndata: 7\n\n", "silent"),
        (b"<html>502 Bad Gateway</html>", "failed"),
        (b"data: {", "disconnect"),
        (b"data: " + b"[" * 100_000, "disconnect"),
        (b"data: " + b"x" * 20_000_000 + b"\n\n", "failed"),
    ],
)
def test_what_is_no_stream_ends_in_a_word(run: Run, tmp_path: Path, raw: bytes, outcome: str) -> None:
    path = tmp_path / "raw.txt"
    path.write_bytes(raw)
    done = run("sse", str(path))
    assert done.exit_code == 0
    assert json.loads(done.stdout.splitlines()[-1]) == {"kind": "end", "outcome": outcome}


def test_a_recording_that_cannot_be_read_is_a_sentence(run: Run, tmp_path: Path) -> None:
    huge = tmp_path / "huge.txt"
    with huge.open("wb") as file:
        file.truncate(SSE_BYTES + 1)
    for path, words in ((tmp_path / "none.txt", "I cannot read"), (tmp_path, "I cannot read"), (huge, "500 MB")):
        done = run("sse", str(path))
        assert done.exit_code == 2
        assert words in done.stderr
        assert str(path) in done.stderr
        assert done.stdout == ""


def test_why_names_the_rule_of_each_clause(run: Run) -> None:
    done = run("why", "make it vertical, then export")
    assert done.exit_code == 0
    first, *reasons = done.stdout.splitlines()
    assert first == "CHAT+EXPORT"
    assert any("make it vertical" in line and "CHAT" in line for line in reasons)
    assert any("export" in line and "EXPORT" in line for line in reasons)
    assert run("why", "别导出").stdout.splitlines()[0] == "CHAT"


def test_why_without_a_message_asks_for_one(run: Run) -> None:
    done = run("why")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Which message?" in done.stderr


def test_plans_answer_line_by_line_whatever_the_line_is(run: Run) -> None:
    lines = [
        b'{"language":"en","attachment":false,"text":"export"}',
        b'{"language":"zh","attachment":true,"text":"\xe5\xaf\xbc\xe5\x87\xba"}',
        b"not json",
        b"[1]",
        b'{"text": 7}',
        b"\xff\xfe",
        b"{}",
    ]
    done = run("why", "--plans", stdin=b"\n".join(lines) + b"\n")
    assert done.exit_code == 0
    plans = done.stdout.splitlines()
    assert plans[:2] == ["EXPORT", "UPLOAD+EXPORT"]
    assert len(plans) == len(lines)
    assert all(plan.startswith("ERROR: ") for plan in plans[2:6])


def test_settings_are_the_example_file_and_the_version_is_the_package(run: Run) -> None:
    assert run("settings").stdout == (Path(__file__).parents[2] / ".env.example").read_text("utf-8")
    assert run("version").stdout.strip() == version("from-music")


def test_a_wrong_setting_is_a_sentence_without_its_value(run: Run) -> None:
    done = run("sse", "x", QUEUE_LIMIT="-1", NEMO_TOKEN="nmv_usr_secret")
    assert done.exit_code == 2
    assert "QUEUE_LIMIT" in done.stderr
    assert "nmv_usr_secret" not in done.stderr + done.stdout


def test_jobs_of_an_empty_store_and_unknown_ones(run: Run) -> None:
    assert run("jobs").stdout.strip() == "No jobs."
    for action in ("show", "cancel", "deliver"):
        done = run("jobs", action, "nosuchjob")
        assert done.exit_code == 1
        assert "There is no job nosuchjob." in done.stderr


def test_an_unknown_command_is_a_usage_error(run: Run) -> None:
    assert run("dance").exit_code == 2
    assert "demo" in run("--help").stdout


@pytest.mark.parametrize(("language", "words"), [("en", "The studio cannot use"), ("zh", "工作室用不了")])
def test_a_studio_that_cannot_start_is_told_in_the_language_of_the_person(
    run: Run, tmp_path: Path, language: str, words: str
) -> None:
    (tmp_path / "file").touch()
    done = run("chat", DATA_DIR=str(tmp_path / "file" / "data"), LANGUAGE=language)
    assert (done.exit_code, done.stderr.startswith(words)) == (69, True)
