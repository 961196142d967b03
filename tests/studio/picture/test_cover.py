"""Cover art: made from a seed, or cut from what was given."""

from __future__ import annotations

import numpy as np

from studio.picture import cover, palette


def test_the_same_seed_makes_the_same_cover_and_another_one_another() -> None:
    ramp = palette.choose("ocean", seed=0).ramp()
    first, again, other = (cover.made(ramp, seed, 128) for seed in (7, 7, 8))
    assert (first == again).all()
    assert np.abs(first.astype(int) - other).mean() > 4
    assert first.shape == (128, 128, 3)


def test_a_wide_picture_gives_its_middle() -> None:
    picture = np.zeros((40, 100, 3), np.uint8)
    picture[:, 30:70] = 200
    assert (cover.square(picture, 40) == 200).all()
    assert cover.square(picture, 120).shape == (120, 120, 3)
