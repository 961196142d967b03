"""A rise is what no neighbour had before."""

from __future__ import annotations

import numpy as np
import pytest

from studio.audio.onsets import flux


@pytest.mark.parametrize(
    ("rows", "lag", "last"),
    [
        ([[0, 1, 0, 0], [0, 3, 0, 0]], 1, [0, 2, 0, 0]),
        ([[0, 1, 0, 0], [0, 0, 1, 0]], 1, [0, 0, 0, 0]),
        ([[0, 0, 1, 0], [0, 1.5, 0, 0]], 1, [0, 0.5, 0, 0]),
        ([[0, 1, 1, 0], [1, 0, 0, 1]], 1, [1, 0, 0, 1]),
        ([[0, 2, 0, 0], [0, 0, 0, 0], [0, 3, 0, 0]], 2, [0, 1, 0, 0]),
        ([[0, 9, 0, 0]], 1, [0, 0, 0, 0]),
        ([[0, 9, 0, 0]], 5, [0, 0, 0, 0]),
    ],
    ids=[
        "louder",
        "up a band",
        "down a band and louder",
        "ends look at themselves",
        "two rows ago",
        "first",
        "too short",
    ],
)
def test_only_what_is_new_in_its_register_counts(rows: list[list[float]], lag: int, last: list[float]) -> None:
    rise = flux(np.array(rows, dtype=np.float32), lag)
    assert rise.shape == (len(rows), 4)
    assert list(rise[-1]) == last
