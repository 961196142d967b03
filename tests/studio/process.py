"""A studio as a process of its own, as people start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
Process = subprocess.Popen[str]


def start(folder: Path, **settings: str) -> Process:
    """Start `python -m studio`; the caller ends it."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("STUDIO_")}
    given = {f"STUDIO_{name.upper()}": value for name, value in settings.items()}
    return subprocess.Popen(
        [sys.executable, "-m", "studio"],
        env={**environ, "STUDIO_DATA_DIR": str(folder), **given},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def url_of(process: Process) -> str:
    """Wait for the line that says where it listens."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("studio ready at http://"), line or process.communicate()[1]
    return line.split()[-1]


@contextmanager
def studio_process(folder: Path, **settings: str) -> Iterator[tuple[str, Process]]:
    """Run a studio for the length of the block."""
    process = start(folder, **settings)
    try:
        yield url_of(process), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
