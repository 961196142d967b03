"""Covers become pixels: bounded, upright, without alpha."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from studio.errors import MediaTooLarge, UnsupportedMedia
from studio.media.pictures import picture, picture_size
from tests.studio.media import corpus


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_every_kind_gives_rgb(kind: str) -> None:
    pixels = picture(corpus.still(kind, (40, 30)))
    assert pixels.shape == (30, 40, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels.astype(int) - (200, 40, 90)).max() < 12


def test_a_large_picture_is_made_smaller() -> None:
    assert picture(corpus.still("JPEG", (1000, 500)), 100).shape == (50, 100, 3)


def test_a_turned_photograph_stands_upright() -> None:
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (40, 20)).save(out, "JPEG", exif=exif)
    assert picture(out.getvalue()).shape == (40, 20, 3)


def test_what_shines_through_is_black() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (255, 255, 255, 0)).save(out, "PNG")
    assert picture(out.getvalue()).max() == 0


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "I;16", "CMYK"])
def test_every_colour_mode_is_taken(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (8, 6)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert picture(out.getvalue()).shape == (6, 8, 3)


def test_an_animation_gives_its_first_frame() -> None:
    out = io.BytesIO()
    frames = [Image.new("RGB", (6, 6), colour) for colour in ("red", "blue")]
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    assert tuple(picture(out.getvalue())[0, 0]) == (255, 0, 0)


def test_bombs_are_refused_before_they_are_decoded() -> None:
    for side in (8_000, 17_000, 60_000):
        with pytest.raises(MediaTooLarge):
            picture_size(corpus.png_bomb(side))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
def test_damaged_pictures_are_refused(kind: str) -> None:
    random = np.random.default_rng(7)
    whole = bytearray(corpus.still(kind, (64, 64)))
    with pytest.raises(UnsupportedMedia):
        picture(bytes(whole[:20]))
    for _ in range(60):
        broken = bytearray(whole)
        for at in random.integers(0, len(whole), 4):
            broken[at] = random.integers(0, 256)
        try:
            assert picture(bytes(broken)).shape[2] == 3
        except (UnsupportedMedia, MediaTooLarge):
            continue


def test_other_formats_are_not_opened() -> None:
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "BMP")
    for data in (out.getvalue(), b"%!PS-Adobe-3.0 EPSF-3.0\n", b"", b"<svg/>"):
        with pytest.raises(UnsupportedMedia):
            picture(data)
