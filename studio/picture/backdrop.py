"""The soft layer: blurred cover, vignette, glow, bokeh and particles, in float YUV at 1/8 and 1/4 size.

All colours here are YUV without offset (palette.yuv), so that lights simply add up. No state between frames: every
position is a closed formula of the time.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from studio.media.scale import Enlarger, Frame
from studio.picture import palette as colours
from studio.picture.moment import Moment
from studio.picture.palette import Palette

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

HUES: Final = (0.0, -0.16, 0.08)  # radians by which the colour variants of shots are turned
_PARTICLES, _BOKEH = 100, 7
_STEPS = 4  # positions inside a pixel at which a sprite is held ready


class Backdrop:
    """Everything soft in a frame of `width` × `height`, for one palette and cover."""

    def __init__(self, width: int, height: int, palette: Palette, cover: U8, seed: int) -> None:
        self.small = (-(-width // 8), -(-height // 8))
        self.middle = (-(-width // 4), -(-height // 4))
        ramp = palette.ramp()
        ground = _ground(cover, ramp, max(self.small), palette.background)
        self.grounds = [colours.turned(ground, angle) for angle in HUES]
        self.vignette = _vignette(self.small)
        self.rim = _rim(self.small)
        self.flash = [colours.turned(colours.yuv(ramp[232]), angle) for angle in HUES]
        self.sparks = _Sparks(ramp, seed, _PARTICLES)
        self.bokeh = _Bokeh(ramp, seed, min(self.small))
        self.offset = np.tile(colours.OFFSET.astype(np.float32), (self.middle[1], self.middle[0], 1))
        self.enlarger = Enlarger(self.middle, width, height)

    def soft(self, now: Moment) -> F32:
        """Return the background at 1/8 size, float32 [h, w, 3]: framed by the shot, breathing with the music."""
        shot, seconds = now.shot, now.seconds
        ground = self.grounds[shot.hue]
        width, height = self.small
        age = (now.frame - shot.first) / now.fps
        zoom = shot.zoom * (1 + 0.012 * age + 0.040 * now.pulse + 0.02 * now.bass + 0.16 * now.flash)
        scale = len(ground) / max(width, height) / (1.25 * zoom)
        angle = shot.turn + 0.03 * np.sin(seconds * 0.19)
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        flip = -1.0 if shot.flip else 1.0
        x = len(ground) * (0.5 + shot.x + 0.03 * np.sin(seconds * 0.23))
        y = len(ground) * (0.5 + shot.y + 0.025 * np.cos(seconds * 0.17))
        matrix = np.array(
            [
                [flip * cos, -sin, x - flip * cos * width / 2 + sin * height / 2],
                [flip * sin, cos, y - flip * sin * width / 2 - cos * height / 2],
            ]
        )
        way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        soft = _f32(cv2.warpAffine(ground, matrix, self.small, flags=way, borderMode=cv2.BORDER_REFLECT))
        light = (
            shot.light * (0.84 + 0.26 * now.pulse + 0.12 * now.bass + 0.08 * now.loudness) * (1 - 0.45 * now.closing)
        )
        cv2.multiply(soft, self.vignette, soft, float(light))
        self.bokeh.draw(soft, now)
        return soft

    def cut(self, soft: F32, now: Moment) -> None:
        """Add the light of a cut: brightest at the rim, gone in six frames."""
        if now.flash > 0:
            cv2.add(soft, self.rim * (self.flash[now.shot.hue] * (0.30 * now.flash)), soft)

    def enlarged(self, soft: F32) -> F32:
        """Return the soft layer at 1/4 size."""
        return _f32(cv2.resize(soft, self.middle, interpolation=cv2.INTER_LINEAR))

    def sparkle(self, middle: F32, now: Moment, tops: F32) -> None:
        """Add the particles to the layer at 1/4 size, above the bars' `tops` (float32 [width], its pixels)."""
        self.sparks.draw(middle, now, tops)

    def filled(self, middle: F32) -> Frame:
        """Return a whole new frame with the layer scaled up to it."""
        fixed = cv2.addWeighted(middle, 256, self.offset, 256, 0, dtype=cv2.CV_16U)  # saturates at both ends
        cv2.split(fixed, (self.enlarger.y, self.enlarger.u, self.enlarger.v))
        return self.enlarger.frame()


def _f32(array: object) -> F32:
    return np.asarray(array, np.float32)


def _ground(cover: U8, ramp: F32, longest: int, background: str | None) -> F32:
    """Return the blurred, darkened cover with a margin; float YUV without offset [s, s, 3]."""
    side = longest * 5 // 4
    small = cv2.resize(cover, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32)
    blurred = cv2.GaussianBlur(small, (0, 0), side / 34)
    grey = blurred.mean(2, keepdims=True)
    if background is not None:
        colour = colours.dimmed(colours.rgb(background))
        tinted = colour * (0.55 + 0.75 * grey / max(1.0, float(grey.max())))
    else:
        tinted = (grey + (blurred - grey) * 1.35) * 0.36 + ramp[64] * (0.10 + 0.16 * grey / 255)
    return colours.yuv(_f32(np.clip(tinted, 0, 255)))


def _vignette(size: tuple[int, int]) -> F32:
    """Return float32 [h, w, 3]: 1.0 in the middle, darker at the rim and on the floor."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    light = np.clip(1.08 - 1.1 * np.hypot(x * 1.05, y) ** 1.7, 0.25, 1) * (1 - 0.45 * np.clip((y - 0.05) / 0.45, 0, 1))
    return _f32(np.repeat(light[..., None], 3, 2))


def _rim(size: tuple[int, int]) -> F32:
    """Return float32 [h, w, 1]: where a cut's flash is seen, 0.35 in the middle to 1.0 in the corners."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot(x / width - 0.5, y / height - 0.5)
    return _f32((0.35 + 0.65 * np.clip(distance / 0.7, 0, 1) ** 1.5)[..., None])


def _sprite(radius: float, reach: int, shift: tuple[float, float], colour: F32) -> F32:
    """Return a round light float32 [2 * reach + 1, 2 * reach + 1, 3] whose middle is shifted inside the pixel."""
    at = np.arange(-reach, reach + 1)
    distance = np.hypot(at[None, :] - shift[0], at[:, None] - shift[1])
    return _f32(np.exp(-((distance / radius) ** 2))[..., None] * colour)


class _Sparks:
    """Small lights that rise slowly, twinkle, and brighten on the beat. Drawn at 1/4 size."""

    REACH = 6

    def __init__(self, ramp: F32, seed: int, count: int) -> None:
        rng = np.random.default_rng(seed + 1)
        self.x, self.y, self.near = rng.random(count), rng.random(count), rng.random(count) ** 2
        self.phase = rng.random(count) * 2 * np.pi
        colour = colours.yuv(ramp[225])
        shifts = [k / _STEPS for k in range(_STEPS)]
        self.sprites = [
            [[_sprite(1.0 + 2.6 * z, self.REACH, (x, y), colour * (0.25 + 0.5 * z)) for x in shifts] for y in shifts]
            for z in np.linspace(0, 1, 6)
        ]

    def draw(self, soft: F32, now: Moment, tops: F32) -> None:
        """Add the lights to `soft` [h, w, 3]; they fade out above `tops` [w] and are never seen below."""
        height, width = soft.shape[:2]
        seconds, reach = now.seconds, self.REACH
        x = (self.x + 0.03 * np.sin(seconds * 0.4 + self.phase) * (0.4 + self.near)) % 1.0 * (width - 1)
        y = ((self.y - seconds * (0.012 + 0.05 * self.near)) % 1.12 - 0.06) * height
        light = (0.55 + 0.45 * np.sin(seconds * (1 + 2 * self.near) + self.phase * 3)) * (0.8 + 0.6 * now.pulse)
        light *= np.clip((tops[x.astype(int)] - 2 - y) / 10, 0, 1) * (1 - 0.6 * now.closing)
        left, top = np.floor(x), np.floor(y)
        column, row = ((x - left) * _STEPS).astype(int), ((y - top) * _STEPS).astype(int)
        seen = (left >= reach) & (left < width - reach) & (top >= reach) & (top < height - reach) & (light > 0.03)
        size = (self.near * 5.99).astype(int)
        for k in np.flatnonzero(seen).tolist():
            at_y, at_x = int(top[k]), int(left[k])
            part = soft[at_y - reach : at_y + reach + 1, at_x - reach : at_x + reach + 1]
            cv2.scaleAdd(self.sprites[size[k]][row[k]][column[k]], float(light[k]), part, part)


class _Bokeh:
    """A few large, faint discs out of focus. Drawn at 1/8 size; they take part of the background."""

    def __init__(self, ramp: F32, seed: int, short: int) -> None:
        rng = np.random.default_rng(seed + 2)
        self.x, self.y = rng.random(_BOKEH), rng.random(_BOKEH) * 0.8
        self.speed, self.phase = rng.uniform(0.004, 0.014, _BOKEH), rng.random(_BOKEH) * 2 * np.pi
        self.discs = [_disc(short * rng.uniform(0.035, 0.095), colours.yuv(ramp[190])) for _ in range(_BOKEH)]

    def draw(self, soft: F32, now: Moment) -> None:
        """Add the discs to `soft` [h, w, 3], clipped at its edges."""
        height, width = soft.shape[:2]
        seconds = now.seconds
        for k, disc in enumerate(self.discs):
            reach = len(disc) // 2
            x = ((self.x[k] + seconds * self.speed[k]) % 1.3 - 0.15) * width
            y = (self.y[k] + 0.02 * np.sin(seconds * 0.3 + self.phase[k])) * height
            moved = np.array([[1, 0, x - int(x)], [0, 1, y - int(y)]])
            left, top = int(x) - reach, int(y) - reach
            x0, y0 = max(0, left), max(0, top)
            x1, y1 = min(width, left + len(disc)), min(height, top + len(disc))
            if x1 <= x0 or y1 <= y0:
                continue
            shifted = cv2.warpAffine(disc, moved, (len(disc), len(disc)))
            light = 0.5 + 0.35 * np.sin(seconds * 0.5 + 2 * self.phase[k]) + 0.5 * now.pulse
            part = soft[y0:y1, x0:x1]
            cv2.scaleAdd(shifted[y0 - top : y1 - top, x0 - left : x1 - left], float(light), part, part)


def _disc(radius: float, colour: F32) -> F32:
    """Return a disc with a soft edge and a slightly brighter rim."""
    reach = int(radius) + 3
    at = np.arange(-reach, reach + 1)
    distance = np.hypot(at[None, :], at[:, None])
    body = np.clip((radius - distance) / 1.6 + 0.5, 0, 1) * (0.055 + 0.035 * np.clip(distance / radius, 0, 1) ** 3)
    return (body[..., None] * colour).astype(np.float32)
