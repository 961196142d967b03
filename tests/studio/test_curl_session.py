"""docs/curl-session.md: its commands, run as they are written, against a studio of their own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.studio.process import studio_process

ROOT = Path(__file__).parents[2]
TRACK = ROOT / "cli" / "music" / "metal_madness-60s.mp3"


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("bash")), reason="needs curl and bash")
def test_the_commands_of_the_page_make_a_video(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "curl-session.md").read_text("utf-8")
    script = "\n".join(re.findall(r"```sh\n(.*?)```", page, re.DOTALL))
    with studio_process(tmp_path / "data") as (url, _):
        script = script.replace("API=http://127.0.0.1:8787", f"API={url}").replace(
            f"TRACK={TRACK.relative_to(ROOT)}", f"TRACK={TRACK}"
        )
        script = script.replace("/proc/sys/kernel/random/uuid", "/dev/null").replace("$(cat /dev/null)", "by-hand")
        work = tmp_path / "work"
        work.mkdir()
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script],
            cwd=work, capture_output=True, text=True, timeout=100, check=False, env={**os.environ, "no_proxy": "*"},
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads((work / "upload.json").read_text())["code"] == 0
    poll = json.loads((work / "poll.json").read_text())
    assert (poll["status"], poll["output"]["duration"]) == ("completed", 2.0)
    assert (poll["output"]["width"], poll["output"]["height"]) == (1080, 1080)
    video = (work / "video.mp4").read_bytes()
    assert video[4:8] == b"ftyp"
    assert video == (work / "again.mp4").read_bytes()
    assert video[:100] == (work / "start.bin").read_bytes()
    assert "Urban Dreams" in (work / "page.html").read_text()
    assert "nmv_usr_" not in (work / "page.html").read_text()
    codes = [json.loads(line)["code"] for line in re.findall(r"\{\"code\":(?:1001|1002|400).*?\}", done.stdout)[-3:]]
    assert codes == [1001, 1002, 400]
