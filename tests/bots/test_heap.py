"""Memory is given back while the program runs, and only then."""

from __future__ import annotations

import asyncio
import gc
import sys

import pytest

from bots.heap import kept_small, settle, trimmer


@pytest.mark.parametrize(
    ("every_s", "there", "trims"), [(0.001, True, True), (0.0, True, False), (0.001, False, False)]
)
async def test_it_trims_while_inside_where_it_can_and_shall(every_s: float, there: bool, trims: bool) -> None:
    done = asyncio.Event()
    loop = asyncio.get_running_loop()
    async with kept_small(every_s, (lambda: loop.call_soon_threadsafe(done.set)) if there else None):
        if trims:
            await asyncio.wait_for(done.wait(), 10)
        else:
            await asyncio.sleep(0.05)
    assert done.is_set() == trims
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "heap"]


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's own function")
def test_the_c_library_takes_the_order() -> None:
    trim = trimmer()
    assert trim is None or trim() in (0, 1)  # musl has none


def test_what_is_settled_is_looked_through_no_more() -> None:
    settle()
    try:
        assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()
