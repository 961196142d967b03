"""A short run of bench/fuzz_studio.py; the long one is `python -m bench.fuzz_studio`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.fuzz_studio import fuzz


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_no_request_breaks_the_studio(tmp_path: Path) -> None:
    statuses = await fuzz(tmp_path, 400, 7)
    assert statuses.total() == 400
    assert statuses[200] > 40
