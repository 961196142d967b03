"""Cover art: a given picture cut square, or one made from palette and seed. uint8 [size, size, 3] RGB."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]


def square(picture: U8, size: int) -> U8:
    """Cut a picture [h, w, 3] to its central square and scale it."""
    height, width = picture.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return scaled(np.ascontiguousarray(picture[top : top + side, left : left + side]), size)


def made(ramp: F32, seed: int, size: int) -> U8:
    """Paint ridges in front of a sun in the colours of `ramp` [256, 3]; the seed moves everything."""
    rng = np.random.default_rng(seed)
    down = np.asarray(np.arange(size)[:, None] / size, np.float32)
    sky = ramp[np.clip((0.74 - 0.70 * np.clip(1 - down[:, 0] * 1.35, 0, 1)) * 255, 0, 255).astype(int)]
    picture = np.repeat(sky.T[..., None], size, 2)  # planes [3, size, size]: one colour after the other is faster
    _sun(picture, ramp, down, rng)
    _stars(picture, rng)
    _ridges(picture, ramp, down, rng)
    rounded = [np.clip(np.round(plane), 0, 255).astype(np.uint8) for plane in picture]
    return np.asarray(cv2.merge(rounded), np.uint8)


def _sun(picture: F32, ramp: F32, y: F32, rng: np.random.Generator) -> None:
    size = len(y)
    x = y.T
    across, up, radius = rng.uniform(0.40, 0.60), rng.uniform(0.40, 0.46), rng.uniform(0.17, 0.215)
    distance = np.hypot(x - across, y - up)
    glow = np.exp(-np.clip(distance - radius, 0, None) * 7) * 0.55
    disc = np.clip((radius - distance) * size / 2, 0, 1)
    for stripe in range(int(rng.integers(4, 8))):
        top = up + 0.03 + stripe * 0.03
        edge = (0.004 + 0.0022 * stripe) / 2
        disc *= np.clip((np.abs(y - top - edge) - edge) * size / 1.5 + 0.5, 0, 1)
    shade = ramp[np.clip(255 - 90 * np.clip((y - up + radius) / (2 * radius), 0, 1), 0, 255).astype(int)]
    for k in range(3):
        picture[k] += (ramp[250, k] - picture[k]) * glow
        picture[k] += (shade[..., k] - picture[k]) * disc


def _stars(picture: F32, rng: np.random.Generator) -> None:
    size = picture.shape[1]
    for across, down, light in rng.random((200, 3)):
        left, top = int(across * (size - 3)), int(down**2 * size * 0.42)
        picture[:, top : top + 2, left : left + 2] += np.float32(150 * light**2)


def _ridges(picture: F32, ramp: F32, y: F32, rng: np.random.Generator) -> None:
    size = len(y)
    along = np.arange(size) / size * 2 * np.pi
    count = 5
    for ridge in range(count):
        phase, rough = rng.uniform(0, 2 * np.pi, 6), rng.uniform(0.9, 1.25)
        waves = [0.055 / (k + 1) ** 1.1 * np.sin(along * (0.8 + 1.7 * k) * rough + phase[k]) for k in range(6)]
        line = (0.56 + 0.085 * ridge + np.sum(waves, 0) * (1 - 0.1 * ridge)).astype(np.float32)
        top = max(0, int(line.min() * size))
        below = y[top:] - line[None, :]
        colour = ramp[150 - 33 * ridge] * (0.95 - 0.13 * ridge)
        haze = np.clip(1 - below * 5, 0, 1) * (0.26 - 0.04 * ridge)
        mask = np.clip(below * size / 1.5, 0, 1)
        ground = picture[:, top:]
        for k in range(3):
            ground[k] += (colour[k] + (ramp[205, k] - colour[k]) * haze - ground[k]) * mask


def scaled(picture: U8, size: int) -> U8:
    """Return the square at another size."""
    way = cv2.INTER_AREA if size <= len(picture) else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(picture, (size, size), interpolation=way), np.uint8)
