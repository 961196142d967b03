"""Colours: every palette runs from dark to bright, names and hex codes are obeyed, backgrounds stay dark enough."""

from __future__ import annotations

import numpy as np
import pytest

from studio.picture import palette


def lumas(stops: tuple[str, ...]) -> list[float]:
    return [float(palette.yuv(palette.rgb(stop))[0]) for stop in stops]


@pytest.mark.parametrize("name", palette.NAMED)
def test_a_named_palette_runs_from_dark_to_bright(name: str) -> None:
    found = lumas(palette.choose(name, seed=0).stops)
    assert found[0] < 20 < found[2] < found[4]
    assert found[4] > 170


@pytest.mark.parametrize("accent", ["#ff0000", "#00a2ff", "#123456", "#ffffff", "#000000", "#7a4dff"])
def test_an_accent_makes_a_palette_round_it(accent: str) -> None:
    stops = palette.choose("sunset", seed=0, accent=accent).stops
    found = lumas(stops)
    assert found == sorted(found)
    if 48 <= palette._lch(palette.rgb(accent)[None])[0][0] <= 80:
        assert stops[2] == accent


@pytest.mark.parametrize("bad", ["red", "#12345", "#gggggg", "", "#1234567", None])
def test_what_is_no_colour_counts_as_absent(bad: str | None) -> None:
    assert palette.choose("ember", seed=0, accent=bad, background=bad) == palette.Palette(palette.NAMED["ember"])


def test_an_unknown_name_and_auto_take_the_palette_of_the_seed() -> None:
    assert palette.choose("puce", seed=3) == palette.choose("auto", seed=3)
    assert len({palette.choose("auto", seed=seed).stops for seed in range(8)}) == 8


def test_a_cover_gives_its_own_colours() -> None:
    cover = np.zeros((60, 60, 3), np.uint8)
    cover[:, :] = (10, 16, 60)
    cover[20:50] = (20, 90, 230)
    cover[40:55, 30:] = (250, 140, 20)
    stops = palette.choose("auto", seed=0, cover=cover).stops
    red, green, blue = palette.rgb(stops[2])
    assert blue > 1.4 * red
    warm = palette.rgb(stops[3])
    assert warm[0] > warm[2], "the second colour is the orange one"
    assert green < blue


def test_a_grey_cover_stays_grey() -> None:
    cover = np.repeat(np.linspace(0, 255, 64, dtype=np.uint8)[:, None, None], 64, 1).repeat(3, 2)
    for stop in palette.from_cover(cover):
        assert np.ptp(palette.rgb(stop)) < 20


@pytest.mark.parametrize("code", ["#ffffff", "#ffff00", "#224466"])
def test_a_background_is_never_too_bright_for_the_bars(code: str) -> None:
    luma = float(palette.yuv(palette.dimmed(palette.rgb(code)))[0]) / 219
    assert luma <= palette.BRIGHTEST_BACKGROUND + 0.001


def test_planes_and_rgb_agree() -> None:
    colours = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [12, 34, 56]], np.float32)
    for colour in colours:
        planes = np.round(palette.yuv(colour) + palette.OFFSET).astype(np.uint8)
        back = palette.to_rgb(
            *(np.full((2, 2) if k == 0 else (1, 1), value, np.uint8) for k, value in enumerate(planes))
        )
        assert np.abs(back[0, 0].astype(int) - colour).max() <= 3


def test_turning_hue_keeps_brightness() -> None:
    colour = palette.yuv(np.array([[200, 80, 40]], np.float32))
    turned = palette.turned(colour, 0.3)
    assert turned[0, 0] == colour[0, 0]
    assert np.hypot(*turned[0, 1:]) == pytest.approx(np.hypot(*colour[0, 1:]), rel=1e-5)
