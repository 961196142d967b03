"""The soft layer: blurred cover, vignette, glow, bokeh and particles, in planes of float YUV at 1/16 to 1/4 size.

All colours here are YUV without offset (palette.yuv), so that lights simply add up. No state between frames: every
position is a closed formula of the time. Lights of one colour are gathered in one plane and coloured together.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from studio.media.scale import Enlarger, Frame
from studio.picture import palette as colours
from studio.picture.moment import Moment
from studio.picture.palette import Palette

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]

HUES: Final = (0.0, -0.16, 0.08)  # radians by which the colour variants of shots are turned
_PARTICLES, _BOKEH = 100, 7
_STEPS = 4  # positions inside a pixel at which a particle is held ready
_FINE = 8  # the same for the bokeh, which is drawn at half the size: a step of one pixel of the frame


class Soft(NamedTuple):
    """Planes float32 [h, w] of YUV without offset, all of one size; or luma at twice the size of the others."""

    y: F32
    u: F32
    v: F32

    @classmethod
    def of(cls, colour: F32) -> Soft:
        """Return the planes of float YUV [h, w, 3]."""
        return cls(*(np.ascontiguousarray(colour[..., k]) for k in range(3)))


class Backdrop:
    """Everything soft in a frame of `width` × `height`, for one palette and cover."""

    def __init__(self, width: int, height: int, palette: Palette, cover: U8, seed: int) -> None:
        self.coarse = (-(-width // 16), -(-height // 16))
        self.small = (-(-width // 8), -(-height // 8))
        self.middle = (2 * self.small[0], 2 * self.small[1])
        ramp = palette.ramp()
        ground = _ground(cover, ramp, max(self.coarse), palette.background)
        self.grounds = [Soft.of(colours.turned(ground, angle)) for angle in HUES]
        self.vignette = _vignette(self.coarse)
        self.rim = _rim(self.small)
        self.flash = [colours.turned(colours.yuv(ramp[232]), angle) for angle in HUES]
        self.sparks = _Sparks(seed, _PARTICLES)
        self.spark = colours.yuv(ramp[225])
        self.discs = _Bokeh(seed, min(self.small))
        self.disc = colours.yuv(ramp[190])
        self.enlarger = Enlarger(self.middle, width, height)

    def soft(self, now: Moment) -> Soft:
        """Return the background at 1/8 size: framed by the shot, breathing with the music."""
        shot, seconds = now.shot, now.seconds
        ground = self.grounds[shot.hue]
        width, height = self.coarse
        age = (now.frame - shot.first) / now.fps
        zoom = shot.zoom * (1 + 0.012 * age + 0.040 * now.pulse + 0.02 * now.bass + 0.16 * now.flash)
        side = len(ground.y)
        scale = side / max(width, height) / (1.25 * zoom)
        angle = shot.turn + 0.03 * np.sin(seconds * 0.19)
        cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
        flip = -1.0 if shot.flip else 1.0
        x = side * (0.5 + shot.x + 0.03 * np.sin(seconds * 0.23))
        y = side * (0.5 + shot.y + 0.025 * np.cos(seconds * 0.17))
        matrix = np.array(
            [
                [flip * cos, -sin, x - flip * cos * width / 2 + sin * height / 2],
                [flip * sin, cos, y - flip * sin * width / 2 - cos * height / 2],
            ]
        )
        light = float(
            shot.light * (0.84 + 0.26 * now.pulse + 0.12 * now.bass + 0.08 * now.loudness) * (1 - 0.45 * now.closing)
        )
        way = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        discs = self.discs.light(self.small, now)
        framed = []
        for plane, colour in zip(ground, self.disc.tolist(), strict=True):
            part = cv2.warpAffine(plane, matrix, self.coarse, flags=way, borderMode=cv2.BORDER_REFLECT)
            cv2.multiply(part, self.vignette, part, light)
            part = cv2.resize(part, self.small, interpolation=cv2.INTER_LINEAR)
            framed.append(_f32(cv2.scaleAdd(discs, colour, part, part)))
        return Soft(*framed)

    def cut(self, soft: Soft, now: Moment) -> None:
        """Add the light of a cut: brightest at the rim, gone in six frames."""
        if now.flash > 0:
            for plane, colour in zip(soft, self.flash[now.shot.hue].tolist(), strict=True):
                cv2.scaleAdd(self.rim, 0.30 * now.flash * colour, plane, plane)

    def enlarged(self, soft: Soft) -> Soft:
        """Return the soft layer with its luma at 1/4 size; colour differences are twice as coarse, as in the frame."""
        return soft._replace(y=_f32(cv2.resize(soft.y, self.middle, interpolation=cv2.INTER_LINEAR)))

    def filled(self, soft: Soft, sparkle: F32) -> Frame:
        """Return a new frame: the layer as `enlarged` gives it, and the light of `sparkle` [h, w] at 1/4 size."""
        halved = _f32(cv2.resize(sparkle, self.small, interpolation=cv2.INTER_AREA))
        y, u, v = self.spark.tolist()
        offset = colours.OFFSET.tolist()
        _fixed(soft.y, sparkle, y, offset[0], self.enlarger.y)
        _fixed(soft.u, halved, u, offset[1], self.enlarger.u)
        _fixed(soft.v, halved, v, offset[2], self.enlarger.v)
        return self.enlarger.frame()

    def sparkle(self, now: Moment, tops: F32) -> F32:
        """Return the light of the particles at 1/4 size, above the bars' `tops` (float32 [width], its pixels)."""
        return self.sparks.light(self.middle, now, tops)


def _fixed(plane: F32, light: F32, colour: float, offset: float, out: U16) -> None:
    """out = 256 * (plane + light * colour + offset), saturated at both ends."""
    cv2.addWeighted(plane, 256, light, 256 * colour, 256 * offset, out, dtype=cv2.CV_16U)


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
    """Return float32 [h, w]: 1.0 in the middle, darker at the rim and on the floor."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / height - 0.5
    light = np.clip(1.08 - 1.1 * np.hypot(x * 1.05, y) ** 1.7, 0.25, 1) * (1 - 0.45 * np.clip((y - 0.05) / 0.45, 0, 1))
    return _f32(light)


def _rim(size: tuple[int, int]) -> F32:
    """Return float32 [h, w]: where a cut's flash is seen, 0.35 in the middle to 1.0 in the corners."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    distance = np.hypot(x / width - 0.5, y / height - 0.5)
    return _f32(0.35 + 0.65 * np.clip(distance / 0.7, 0, 1) ** 1.5)


def _sprite(radius: float, reach: int, shift: tuple[float, float], strength: float) -> F32:
    """Return a round light float32 [2 * reach + 1, 2 * reach + 1] whose middle is shifted inside the pixel."""
    at = np.arange(-reach, reach + 1)
    distance = np.hypot(at[None, :] - shift[0], at[:, None] - shift[1])
    return _f32(np.exp(-((distance / radius) ** 2)) * strength)


class _Sparks:
    """Small lights that rise slowly, twinkle, and brighten on the beat. Drawn at 1/4 size."""

    REACH = 6

    def __init__(self, seed: int, count: int) -> None:
        rng = np.random.default_rng(seed + 1)
        self.x, self.y, self.near = rng.random(count), rng.random(count), rng.random(count) ** 2
        self.phase = rng.random(count) * 2 * np.pi
        self.near_step = (self.near * 5.99).astype(int)
        shifts = [k / _STEPS for k in range(_STEPS)]
        self.sprites = [
            [[_sprite(1.0 + 2.6 * z, self.REACH, (x, y), 0.25 + 0.5 * z) for x in shifts] for y in shifts]
            for z in np.linspace(0, 1, 6)
        ]

    def light(self, size: tuple[int, int], now: Moment, tops: F32) -> F32:
        """Return the lights on a plane of `size`; they fade out above `tops` [w] and are never seen below."""
        width, height = size
        plane = np.zeros((height, width), np.float32)
        seconds, reach = now.seconds, self.REACH
        x = (self.x + 0.03 * np.sin(seconds * 0.4 + self.phase) * (0.4 + self.near)) % 1.0 * (width - 1)
        y = ((self.y - seconds * (0.012 + 0.05 * self.near)) % 1.12 - 0.06) * height
        light = (0.55 + 0.45 * np.sin(seconds * (1 + 2 * self.near) + self.phase * 3)) * (0.8 + 0.6 * now.pulse)
        light *= np.clip((tops[x.astype(int)] - 2 - y) / 10, 0, 1) * (1 - 0.6 * now.closing)
        left, top = x.astype(int), np.floor(y).astype(int)
        column, row = ((x - left) * _STEPS).astype(int), ((y - top) * _STEPS).astype(int)
        seen = (left >= reach) & (left < width - reach) & (top >= reach) & (top < height - reach) & (light > 0.03)
        found = (array[seen].tolist() for array in (left, top, self.near_step, row, column, light))
        for at_x, at_y, near, down, across, strength in zip(*found, strict=True):
            part = plane[at_y - reach : at_y + reach + 1, at_x - reach : at_x + reach + 1]
            cv2.scaleAdd(self.sprites[near][down][across], strength, part, part)
        return plane


class _Bokeh:
    """A few large, faint discs out of focus. Drawn at 1/8 size; they take part of the background."""

    def __init__(self, seed: int, short: int) -> None:
        rng = np.random.default_rng(seed + 2)
        self.x, self.y = rng.random(_BOKEH), rng.random(_BOKEH) * 0.8
        self.speed, self.phase = rng.uniform(0.004, 0.014, _BOKEH), rng.random(_BOKEH) * 2 * np.pi
        self.discs = [_disc(short * rng.uniform(0.035, 0.095)) for _ in range(_BOKEH)]

    def light(self, size: tuple[int, int], now: Moment) -> F32:
        """Return the light of the discs on a plane of `size`, clipped at its edges."""
        width, height = size
        plane = np.zeros((height, width), np.float32)
        seconds = now.seconds
        x = ((self.x + seconds * self.speed) % 1.3 - 0.15) * width
        y = (self.y + 0.02 * np.sin(seconds * 0.3 + self.phase)) * height
        light = 0.5 + 0.35 * np.sin(seconds * 0.5 + 2 * self.phase) + 0.5 * now.pulse
        for disc, at_x, at_y, strength in zip(self.discs, x.tolist(), y.tolist(), light.tolist(), strict=True):
            column, row = math.floor(at_x * _FINE), math.floor(at_y * _FINE)
            shape = disc[row % _FINE][column % _FINE]
            side = len(shape)
            left, top = column // _FINE - side // 2, row // _FINE - side // 2
            x0, y0, x1, y1 = max(0, left), max(0, top), min(width, left + side), min(height, top + side)
            if x1 > x0 and y1 > y0:
                part = plane[y0:y1, x0:x1]
                cv2.scaleAdd(shape[y0 - top : y1 - top, x0 - left : x1 - left], strength, part, part)
        return plane


def _disc(radius: float) -> list[list[F32]]:
    """Return a disc with a soft edge and a slightly brighter rim, for each row and column inside the pixel."""
    reach = int(radius) + 3
    at = np.arange(-reach, reach + 1)
    shifts = [step / _FINE for step in range(_FINE)]
    discs = []
    for y in shifts:
        distances = [np.hypot(at[None, :] - x, at[:, None] - y) for x in shifts]
        discs.append(
            [
                _f32(
                    np.clip((radius - distance) / 1.6 + 0.5, 0, 1)
                    * (0.055 + 0.035 * np.clip(distance / radius, 0, 1) ** 3)
                )
                for distance in distances
            ]
        )
    return discs
