"""The figures of the bench say what they mean."""

from __future__ import annotations

import numpy as np
import pytest

from bench import scores

TRUE = np.arange(1.0, 31.0, 0.5)


@pytest.mark.parametrize(
    ("found", "f", "level", "near", "in_step"),
    [
        (TRUE, 1.0, 1.0, 1.0, 1.0),
        (TRUE + 0.02, 1.0, 1.0, 1.0, 1.0),
        (TRUE + 0.05, 1.0, 1.0, 0.0, 1.0),
        (TRUE[::2], 2 / 3, 1.0, 1.0, 1.0),
        (scores.doubled(TRUE), 2 / 3, 1.0, 1.0, 1.0),
        (TRUE + 0.25, 0.0, 2 / 3, 1.0, 1.0),
        (np.empty(0), 0.0, 0.0, 0.0, 0.0),
    ],
    ids=["right", "20 ms late", "50 ms late", "half", "double", "off-beat", "none"],
)
def test_figures(found: scores.Times, f: float, level: float, near: float, in_step: float) -> None:
    assert scores.f_measure(found, TRUE) == pytest.approx(f, abs=0.02)
    assert scores.f_any_level(found, TRUE) == pytest.approx(level, abs=0.02)
    assert scores.near(found, TRUE) == pytest.approx(near, abs=0.05)
    assert scores.amlt(found, TRUE) == pytest.approx(in_step, abs=0.05)


def test_bias_is_positive_when_late() -> None:
    assert scores.bias_s(TRUE + 0.03, TRUE) == pytest.approx(0.03)
