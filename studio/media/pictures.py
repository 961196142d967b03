"""Pixels out of a picture file or an embedded cover, bounded before the first one is decoded."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from studio.errors import MediaTooLarge, UnsupportedMedia
from studio.media.files import plain_file

FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
MAX_PIXELS = 50_000_000
MAX_SIDE_PX = 16_384
MAX_BYTES = 64 * 1024 * 1024

Pixels = npt.NDArray[np.uint8]


def picture_size(data: bytes) -> tuple[str, int, int]:
    """Return format ("jpeg", "png", "gif", "webp"), width and height without decoding.

    Raises:
        UnsupportedMedia: No picture we take.
        MediaTooLarge: More pixels than we take.
    """
    with _opened(data) as image:
        return str(image.format).lower(), image.width, image.height


def picture(data: bytes, longest_px: int = 2160) -> Pixels:
    """Return uint8 [h, w, 3], RGB, upright, the first frame, its longer side at most `longest_px`; alpha on black.

    Raises:
        UnsupportedMedia: No picture we take, or a damaged one.
        MediaTooLarge: More pixels than we take.
    """
    with _opened(data) as image:
        image.draft("RGB", (longest_px, longest_px))
        try:
            image.thumbnail((longest_px, longest_px), Image.Resampling.LANCZOS)
            upright = ImageOps.exif_transpose(image)
            if upright.has_transparency_data:
                black = Image.new("RGBA", upright.size, (0, 0, 0, 255))
                upright = Image.alpha_composite(black, upright.convert("RGBA"))
            return np.asarray(upright.convert("RGB"), dtype=np.uint8)
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, KeyError, TypeError):
            raise UnsupportedMedia("a damaged picture") from None


def picture_file(path: Path, longest_px: int = 2160) -> Pixels:
    """Return the pixels of a picture file (see `picture`)."""
    return picture(read_bytes(path), longest_px)


def read_bytes(path: Path) -> bytes:
    """Return a picture file's bytes.

    Raises:
        UnsupportedMedia: No plain file.
        MediaTooLarge: More bytes than a picture needs.
    """
    with plain_file(path) as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise MediaTooLarge("a picture with more bytes than we take")
    return data


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.filterwarnings("ignore", category=UserWarning)
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise MediaTooLarge("more pixels than we take") from None
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError, IndexError, KeyError, TypeError):
            raise UnsupportedMedia("not a picture we know") from None
        with image:
            if image.width * image.height > MAX_PIXELS or max(image.size) > MAX_SIDE_PX:
                raise MediaTooLarge("more pixels than we take")
            yield image
