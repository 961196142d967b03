"""Planes of yuv420p: layers laid over them, masks blended into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from studio.picture import palette as colours

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]


class Planes(NamedTuple):
    """One frame: luma uint8 [h, w], colour differences uint8 [h / 2, w / 2]; views into the encoder's memory."""

    y: U8
    u: U8
    v: U8


_SHADOW_PX = 4  # a shadow is blurred at the size at which it is so soft


def blend(target: U8, source: U8, mask: U8, clear: U8) -> None:
    """target += (source - target) * mask / 255, in place; `clear` is the mask's reverse."""
    light = cv2.multiply(source, mask, scale=1 / 255)
    cv2.multiply(target, clear, target, 1 / 255)
    cv2.add(target, light, target)


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A still picture with alpha, premultiplied, as planes; `x` and `y` are even.

    Attributes:
        keep, keep_half: uint8, 255 * (1 - alpha) at full and at half size.
        light: The premultiplied planes.
    """

    x: int
    y: int
    keep: U8
    keep_half: U8
    light: Planes

    def draw(self, frame: Planes, opacity: float = 1.0) -> None:
        """Lay it over the frame; `opacity` 0.0 to 1.0."""
        if opacity <= 0.004:
            return
        height, width = self.keep.shape
        x, y = self.x, self.y
        _over(frame.y[y : y + height, x : x + width], self.keep, self.light.y, opacity)
        half = (slice(y // 2, (y + height) // 2), slice(x // 2, (x + width) // 2))
        _over(frame.u[half], self.keep_half, self.light.u, opacity)
        _over(frame.v[half], self.keep_half, self.light.v, opacity)


def _over(target: U8, keep: U8, light: U8, opacity: float) -> None:
    if opacity < 0.999:
        keep = np.asarray(cv2.convertScaleAbs(keep, alpha=opacity, beta=255 * (1 - opacity)), np.uint8)
        light = np.asarray(cv2.convertScaleAbs(light, alpha=opacity), np.uint8)
    cv2.multiply(target, keep, target, 1 / 255)
    cv2.add(target, light, target)


class Sheet:
    """Where still pictures are laid over each other once, before they become Layers. RGB, premultiplied.

    Nothing is mixed before `layer`, and then only in the box that is covered: most of a frame is not.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self.pieces: list[_Piece] = []

    def put(self, colour: F32 | U8, alpha: F32, x: int, y: int) -> None:
        """Lay a colour [3] or picture [h, w, 3] over the sheet, through `alpha` [h, w] of 0.0 to 1.0; clipped."""
        height, width = alpha.shape
        top, left = max(0, y), max(0, x)
        bottom, right = min(self.height, y + height), min(self.width, x + width)
        if bottom <= top or right <= left:
            return
        part = alpha[top - y : bottom - y, left - x : right - x]
        ink = colour if colour.ndim == 1 else colour[top - y : bottom - y, left - x : right - x]
        self.pieces.append(_Piece(ink, part, left, top))

    def layer(self) -> Layer | None:
        """Return the occupied box as a Layer, None if nothing was put."""
        if not self.pieces:
            return None
        left, top = (min(getattr(piece, side) for piece in self.pieces) & ~1 for side in ("x", "y"))
        right = max(piece.x + piece.alpha.shape[1] for piece in self.pieces)
        bottom = max(piece.y + piece.alpha.shape[0] for piece in self.pieces)
        alpha, light = self._mixed(left, top, (right + 1 - left) & ~1, (bottom + 1 - top) & ~1)
        rows, columns = np.flatnonzero(alpha.max(1) > 0.002), np.flatnonzero(alpha.max(0) > 0.002)
        if not len(rows) or not len(columns):
            return None
        y0, x0 = int(rows[0]) & ~1, int(columns[0]) & ~1
        y1, x1 = (int(rows[-1]) + 2) & ~1, (int(columns[-1]) + 2) & ~1
        alpha, light = alpha[y0:y1, x0:x1], light[y0:y1, x0:x1]
        luma, *chroma = (
            plane + alpha * offset for plane, offset in zip(cv2.split(colours.yuv(light)), colours.OFFSET, strict=True)
        )
        u, v = (to_u8(half_size(plane)) for plane in chroma)
        return Layer(
            left + x0,
            top + y0,
            to_u8(255 * (1 - alpha)),
            to_u8(255 * (1 - half_size(alpha))),
            Planes(to_u8(luma), u, v),
        )

    def _mixed(self, left: int, top: int, width: int, height: int) -> tuple[F32, F32]:
        """Return alpha [h, w] and premultiplied light [h, w, 3] of a box, the pieces over each other in order."""
        alpha, light = np.zeros((height, width), np.float32), np.zeros((height, width, 3), np.float32)
        for piece in self.pieces:
            tall, wide = piece.alpha.shape
            here = (slice(piece.y - top, piece.y - top + tall), slice(piece.x - left, piece.x - left + wide))
            three = np.asarray(cv2.cvtColor(piece.alpha, cv2.COLOR_GRAY2BGR), np.float32)
            light[here] *= 1 - three
            if piece.colour.any():
                light[here] += piece.colour * three
            alpha[here] += (1 - alpha[here]) * piece.alpha
        return alpha, light


class _Piece(NamedTuple):
    """Something put on a sheet, already clipped to it."""

    colour: F32 | U8
    alpha: F32
    x: int
    y: int


def half_size(plane: F32) -> F32:
    """Return the plane at half its width and height, each value the mean of four."""
    height, width = plane.shape
    return np.asarray(cv2.resize(plane, (width // 2, height // 2), interpolation=cv2.INTER_AREA), np.float32)


def to_u8(plane: F32) -> U8:
    """Round to uint8, contiguous."""
    return np.ascontiguousarray(np.clip(np.round(plane), 0, 255).astype(np.uint8))


def shadow(alpha: F32, spread: int, strength: float) -> F32:
    """Return the soft shadow of a mask [h, w], grown by `3 * spread` on every side."""
    grown = np.pad(alpha * np.float32(strength), 3 * spread)
    by = max(1, spread // _SHADOW_PX)
    height, width = grown.shape
    small = cv2.resize(grown, (-(-width // by), -(-height // by)), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), spread / by)
    return np.asarray(cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def rounded(width: int, height: int, radius: float) -> F32:
    """Return an antialiased mask [height, width] of a rectangle with round corners."""
    x = np.abs(np.arange(width) + 0.5 - width / 2) - (width / 2 - radius)
    y = np.abs(np.arange(height) + 0.5 - height / 2) - (height / 2 - radius)
    distance = np.hypot(np.maximum(x, 0)[None, :], np.maximum(y, 0)[:, None]) - radius
    inside = np.maximum(x[None, :], y[:, None]) - radius
    return np.asarray(np.clip(0.5 - np.maximum(distance, inside), 0, 1), np.float32)
