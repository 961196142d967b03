"""`spectrum`: rounded bars with smear, caps, glow and reflection over a living background; cover and titles above.

A whole frame is drawn by `Spectrum.draw(moment, opacity)`; nothing is kept from one frame to the next.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from studio.media.scale import Frame, planes
from studio.picture import canvas, cover
from studio.picture import palette as colours
from studio.picture.backdrop import HUES, Backdrop, Soft
from studio.picture.canvas import Layer, Planes, Sheet
from studio.picture.layout import Box, Layout, SetName, layout
from studio.picture.moment import Moment, Order
from studio.picture.palette import Palette
from studio.picture.text import Text, text_layers

F32 = npt.NDArray[np.float32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]

_CAPS = 16  # heights inside a pixel at which the round end of a bar is held ready
_SMEAR, _PEAK = 74, 215  # how opaque the smear behind a bar and the cap above it are, of 255


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """All that a video's pictures have in common: size in pixels, colours, cover (square RGB), texts, seed."""

    width: int
    height: int
    palette: Palette
    cover: U8
    texts: tuple[Text, ...] = ()
    seed: int = 0


class Spectrum:
    """Draws the frames of one video. Building it takes a moment; `draw` takes a few milliseconds."""

    def __init__(self, look: Look, sets: Iterable[SetName] = ("card", "centre", "album")) -> None:
        self.look = look
        self.backdrop = Backdrop(look.width, look.height, look.palette, look.cover, look.seed)
        ramp = look.palette.ramp()
        self.stages = {name: _Stage(look, layout(look.width, look.height, name), ramp) for name in sets}
        self.line = [colours.turned(colours.yuv(ramp[200]), angle) + colours.OFFSET for angle in HUES]

    def draw(self, now: Moment, opacity: list[float]) -> Frame:
        """Draw one frame. `opacity`: for each text of the look, 0.0 to 1.0."""
        stage = self.stages[now.shot.arrangement]
        heights = stage.bars.heights(now)
        soft = self.backdrop.soft(now)
        stage.bars.glow(soft, now, heights)
        stage.halo_on(soft, now)
        self.backdrop.cut(soft, now)
        middle = self.backdrop.enlarged(soft)
        mask = stage.bars.mask(now.shot.order, heights)
        stage.bars.reflect(middle, now, mask)
        sparkle = self.backdrop.sparkle(now, stage.bars.tops(heights, now.shot.order, self.backdrop.middle[0]))
        frame = self.backdrop.filled(middle, sparkle)
        over = Planes(*planes(frame))
        stage.bars.draw(now, heights, mask, over)
        if stage.cover is not None:
            stage.cover.draw(over)
        for layers, visible in zip(stage.texts, opacity, strict=True):
            if layers is not None:
                layers.draw(over, visible)
        self._progress(stage.layout, now, over)
        return frame

    def _progress(self, where: Layout, now: Moment, frame: Planes) -> None:
        """The thin line at the foot: what has been played in the accent colour, the rest a shade lighter."""
        thick = max(2, round(4 * min(self.look.width, self.look.height) / 1080) & ~1)
        x0, y0 = round(where.line[0]) & ~1, round(where.line[1]) & ~1
        x1 = round(where.line[0] + where.line[2]) & ~1
        played = round(x0 + (x1 - x0) * now.progress) & ~1
        rest = frame.y[y0 : y0 + thick, x0:x1]
        cv2.addWeighted(rest, 0.75, rest, 0, 55, rest)
        for plane, value, by in zip(frame, self.line[now.shot.hue], (1, 2, 2), strict=True):
            plane[y0 // by : (y0 + thick) // by, x0 // by : played // by] = round(float(value))


class _Stage:
    """One set: its still layers and its bars."""

    def __init__(self, look: Look, where: Layout, ramp: F32) -> None:
        self.layout = where
        self.bars = _Bars(look, where, ramp)
        self.cover = _cover_layer(look, where.cover) if where.cover else None
        self.texts = text_layers(look.texts, where, look.width, look.height, ramp[232])
        self.halo = _halo(look, where.cover, ramp) if where.cover else None

    def halo_on(self, soft: Soft, now: Moment) -> None:
        """Add the light behind the cover; it beats with the music."""
        if self.halo is not None:
            light, colour = self.halo
            for plane, value in zip(soft, colour.tolist(), strict=True):
                cv2.scaleAdd(light, value * (0.10 + 0.55 * now.pulse + 0.15 * now.bass), plane, plane)


def _cover_layer(look: Look, box: Box) -> Layer | None:
    """The cover as a card: round corners, a soft shadow under it, a hair of light along its edge."""
    size = round(box.width) & ~1
    x, y, unit = round(box.x) & ~1, round(box.y) & ~1, min(look.width, look.height) / 1080
    radius = 22 * unit * max(1.0, size / (420 * unit))
    mask = canvas.rounded(size, size, radius)
    sheet = Sheet(look.width, look.height)
    spread = max(2, round(20 * unit))
    dark = canvas.shadow(mask, spread, 0.55)
    sheet.put(np.zeros(3, np.float32), dark, x - 3 * spread, y - 3 * spread + round(10 * unit))
    sheet.put(cover.scaled(look.cover, size), mask, x, y)
    inner = np.pad(canvas.rounded(size - 2, size - 2, radius - 1), 1)
    sheet.put(np.full(3, 255, np.float32), np.clip(mask - inner, 0, 1) * 0.16, x, y)
    return sheet.layer()


def _halo(look: Look, box: Box, ramp: F32) -> tuple[F32, F32]:
    """Return a light float32 [h, w] at 1/8 size, the blurred card, and its colour: float YUV of the accent."""
    width, height = -(-look.width // 8), -(-look.height // 8)
    mask = np.zeros((height, width), np.float32)
    grow = box.width * 0.02
    x0, y0 = int((box.x - grow) / 8), int((box.y - grow) / 8)
    mask[
        max(0, y0) : int((box.y + box.height + grow) / 8) + 1, max(0, x0) : int((box.x + box.width + grow) / 8) + 1
    ] = 1
    soft = cv2.GaussianBlur(mask, (0, 0), box.width / 8 * 0.11)
    return _asf32(soft), colours.yuv(ramp[165]) * np.float32(0.55)


class Heights(NamedTuple):
    """Heights in pixels, float32 [bars], in the order in which the bars stand."""

    bars: F32
    smear: F32
    peaks: F32


class Mask(NamedTuple):
    """What is seen of the bars, uint8: at full size, and the mean of each four pixels for the colour differences."""

    full: U8
    half: U8

    def parted(self, row: int) -> tuple[Mask, Mask]:
        """Return what lies above a row, which is even, and the rest."""
        return Mask(self.full[:row], self.half[: row // 2]), Mask(self.full[row:], self.half[row // 2 :])


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """Where the bars of one order stand.

    Attributes:
        left: Their left edges in the box, even.
        band: float32 [bars], the band each shows.
        column: Their columns in the layer at 1/8 size.
        across: int64 [bars, width of a bar], the columns of the box which each takes.
        bar: int64 [width of the box], the bar that stands in each column; one past the last for a gap.
    """

    left: list[int]
    band: F32
    column: list[int]
    across: I64
    bar: I64


class _Bars:
    """The bars of one set: an alpha mask drawn per frame, and gradient planes that it lets through."""

    def __init__(self, look: Look, where: Layout, ramp: F32) -> None:
        box, self.count = where.bars, where.count
        self.unit = min(look.width, look.height) / 1080
        self.width = max(4, round(box.width / self.count * 0.56) & ~1)
        self.base, self.height = round(box.y + box.height) & ~1, round(box.height) & ~1
        self.head = 24 if self.unit >= 1 else 12  # room above the highest bar for its cap
        self.x0, self.y0 = round(box.x) & ~1, (self.base - self.height - self.head) & ~1
        self.x1 = round(box.x + box.width) & ~1
        self.rows = {order: _row(order, self.count, self.x1 - self.x0, self.width, self.x0) for order in _ORDERS}
        self.ends = _ends(self.width)
        self.gradients = [_gradient(ramp, self.x1 - self.x0, self.base - self.y0, angle) for angle in HUES]
        # The reflection: luma at 1/4 size, colour differences at 1/8.
        fine, coarse = (_Floor(ramp, (self.x1 - self.x0) // by, int(self.height * 0.42 / by)) for by in (4, 8))
        self.floors = (fine, coarse, coarse)
        across = np.linspace(120, 205, -(-look.width // 8)).astype(int)
        lamps = np.repeat(colours.yuv(ramp[across])[None], -(-look.height // 8), 0)
        self.tints = [Soft.of(colours.turned(lamps, angle)) for angle in HUES]

    def heights(self, now: Moment) -> Heights:
        """Return the heights in pixels of bars, smears and peak caps, in the order they stand."""
        band = self.rows[now.shot.order].band
        at, rest = band.astype(np.int64), band - band.astype(np.int64)
        after = np.minimum(at + 1, len(now.bands) - 1)
        idle = 0.010 + 0.008 * np.sin(now.seconds * 1.7 + np.arange(self.count) * 0.33)
        full, low = self.height, self.width * 1.1
        found = [curve[at] * (1 - rest) + curve[after] * rest for curve in (now.bands, now.smear, now.peaks)]
        bars = np.maximum((found[0] * (0.97 + 0.05 * now.pulse) + idle).clip(0, 1) * full, low)
        smear = np.maximum(found[1].clip(0, 1) * full, bars)
        return Heights(bars, smear, np.maximum(found[2].clip(0, 1) * full, bars))

    def tops(self, heights: Heights, order: Order, width: int) -> F32:
        """Return float32 [`width` of the 1/4 frame]: the upper edge under which no particle may be seen, 1/4 pixels."""
        row = self.rows[order]
        edge = (self.base - heights.smear - 12 * self.unit) / 4
        left = (np.array(row.left) + self.x0) / 4
        return np.interp(np.arange(width), left, edge).astype(np.float32)

    def glow(self, soft: Soft, now: Moment, heights: Heights) -> None:
        """Darken the wall behind the bars and let its surroundings glow, so that the gaps stay darker than the bars.

        `soft` is the soft layer at 1/8 size. Under the base line the glow goes on a little: the floor shines.
        """
        row = self.rows[now.shot.order]
        high, wide = soft.y.shape
        top, bottom = max(0, self.y0 // 8 - 14), min(high, self.base // 8 + 26)
        x0, x1 = self.x0 // 8, -(-self.x1 // 8)
        columns = np.interp(np.arange(x0, x1), row.column, heights.bars / 8).astype(np.float32)
        height = (self.base / 8 - top) - np.arange(bottom - top, dtype=np.float32)[:, None]  # over the base line
        below_top = columns - height
        wall = np.minimum(below_top, height).clip(0, 1)
        lamp = np.zeros((bottom - top, wide), np.float32)
        np.minimum(below_top, height + columns / 9, out=below_top).clip(0, 1, out=lamp[:, x0:x1])
        lamp = _asf32(cv2.blur(cv2.blur(lamp, (13, 13)), (9, 9)))
        wall = _asf32(cv2.blur(wall, (3, 3), borderType=cv2.BORDER_CONSTANT))
        lamp[:, x0:x1] *= 1 - 0.86 * wall
        darker = 1 - np.float32(0.50) * wall
        for plane, tint in zip(soft, self.tints[now.shot.hue], strict=True):
            part = plane[top:bottom]
            cv2.multiply(part[:, x0:x1], darker, part[:, x0:x1])
            cv2.scaleAdd(cv2.multiply(lamp, tint[: bottom - top]), 0.30 + 0.45 * now.pulse, part, part)

    def reflect(self, soft: Soft, now: Moment, mask: Mask) -> None:
        """Lay the bars' reflection on the floor: flipped, squashed, fading; `soft` as `Backdrop.enlarged` gives it."""
        for k, (plane, floor, by) in enumerate(zip(soft, self.floors, (4, 8, 8), strict=True)):
            x0, y0 = self.x0 // by, (self.base + round(4 * self.unit)) // by
            tall = min(len(floor.fade), round(len(mask.full) * 0.42 / by), len(plane) - y0)
            if tall < 2:
                return
            wide = floor.fade.shape[1]
            alpha = cv2.flip(cv2.resize(mask.half, (wide, tall), interpolation=cv2.INTER_LINEAR), 0)
            shown = cv2.multiply(alpha, floor.fade[:tall], dtype=cv2.CV_32F)
            part = plane[y0 : y0 + tall, x0 : x0 + wide]
            light = cv2.subtract(floor.colours[now.shot.hue][k][:tall], part)
            cv2.multiply(light, shown, light)
            cv2.add(part, light, part)

    def draw(self, now: Moment, heights: Heights, mask: Mask, frame: Planes) -> None:
        """Blend the mask's bars, smears and caps into the frame."""
        top = self.base - len(mask.full)
        whole = int(max(0.0, float(heights.bars.min()) - self.width)) & ~1  # rows where a bar covers or does not
        colour = self.gradients[now.shot.hue]
        upper, lower = mask.parted(len(mask.full) - whole)
        _through(frame, colour, upper, (self.x0, top, top - self.y0))
        _cover(frame, colour, lower, (self.x0, self.base - whole, self.base - whole - self.y0))

    def mask(self, order: Order, heights: Heights) -> Mask:
        """Return smear, bars with round ends, caps above them: an even number of rows, as wide as the box."""
        top = max(self.y0, self.base - int(heights.peaks.max()) - self.head) & ~1
        full = self._mask(order, heights, self.base - top)
        size = (full.shape[1] // 2, full.shape[0] // 2)
        return Mask(full, np.asarray(cv2.resize(full, size, interpolation=cv2.INTER_AREA), np.uint8))

    def _mask(self, order: Order, heights: Heights, high: int) -> U8:
        """Return uint8 [high, width of the box]: smear, then bars with round ends, then the caps above them.

        Drawn lying on its side, where a bar is a few equal long rows: made once for each bar, then laid out.
        """
        row, thick = self.rows[order], max(2, round(self.width * 0.28))
        bars, smear, peaks = (curve.astype(np.int64) for curve in heights)
        smeared = np.flatnonzero(heights.smear > heights.bars + 3)
        capped = np.flatnonzero((heights.peaks > heights.bars + thick + 2) & (peaks + thick + 3 <= high))
        down = np.arange(high)
        rows = np.zeros((self.count + 1, high), np.uint8)  # the last one is a gap
        rows[smeared] = np.where(down >= (high - smear[smeared])[:, None], _SMEAR, 0)
        rows[:-1][down >= (high - bars)[:, None]] = 255
        lying = rows.take(row.bar, 0)
        for which, value in ((smeared, _SMEAR), (slice(None), 255)):
            tall = heights.smear if value == _SMEAR else heights.bars
            ends = self.ends[value][((tall[which] % 1) * _CAPS).astype(np.int64)]
            _put(lying, row.across[which], high - tall[which].astype(np.int64) - 1, ends)
        _put(lying, row.across[capped], high - peaks[capped] - thick - 3, np.full((self.width, thick), _PEAK, np.uint8))
        return np.asarray(cv2.transpose(lying), np.uint8)


_ORDERS: tuple[Order, ...] = ("rise", "mirror", "fall", "valley")


def _row(order: Order, count: int, room: int, width: int, x0: int) -> _Row:
    """Place `count` bars in `room` pixels: the gaps widen towards the treble, where neighbours say little."""
    position = np.arange(count)
    rise = position / (count - 1)
    middle = np.abs(position - (count - 1) / 2) / ((count - 1) / 2)
    treble = {"rise": rise, "fall": 1 - rise, "mirror": middle, "valley": 1 - middle}[order]
    gap = 1 + 0.42 * (treble[1:] + treble[:-1]) / 2
    left = np.concatenate([[0], np.cumsum(gap)]) / gap.sum() * (room - width - 2)
    exact = (np.round(left).astype(int) & ~1).tolist()
    across = np.array(exact)[:, None] + np.arange(width)
    bar = np.full(room, count)
    bar[across] = position[:, None]
    return _Row(exact, (treble * 61 + 1).astype(np.float32), [round((x0 + x) / 8) for x in exact], across, bar)


def _ends(width: int) -> dict[int, U8]:
    """Return for each opacity the round end of a lying bar at each height inside a pixel: [_CAPS, width, length]."""
    radius = width / 2
    across = np.arange(width) + 0.5 - radius
    down = np.arange(int(radius) + 2) + np.arange(_CAPS)[:, None] / _CAPS - 0.5 - radius
    distance = np.hypot(across[:, None], np.minimum(down, 0)[:, None, :])
    ends = np.clip(radius + 0.5 - distance, 0, 1)
    return {value: np.round(ends * value).astype(np.uint8) for value in (255, _SMEAR)}


def _put(lying: U8, across: I64, first: I64, patch: U8) -> None:
    """Put a patch [bars, width, length], or one for all, into the rows of the bars, from column `first` on."""
    at = (across * lying.shape[1] + first[:, None])[:, :, None] + np.arange(patch.shape[-1])
    lying.reshape(-1)[at] = patch


def _gradient(ramp: F32, width: int, height: int, hue: float) -> Planes:
    """Return the planes behind the mask: brighter towards the top, warmer towards the right."""
    y, u, v = np.ascontiguousarray(canvas.to_u8(colours.turned(colours.yuv(ramp), hue) + colours.OFFSET).T)
    whole, half = _shade(width, height), _shade(width // 2, height // 2)
    return Planes(*(np.asarray(cv2.LUT(at, curve), np.uint8) for at, curve in ((whole, y), (half, u), (half, v))))


class _Floor:
    """What a reflection of some size is made of.

    Attributes:
        fade: float32 [height, width], how much of it is seen, of 255; most at the base line, which is row 0.
        colours: For each hue, float YUV without offset [height, width].
    """

    def __init__(self, ramp: F32, width: int, height: int) -> None:
        down = (np.linspace(1, 0, height, dtype=np.float32) ** 1.3) * 0.42 / 255
        self.fade = np.repeat(down[:, None], width, 1)
        shade = _shade(width, height)[::-1]
        self.colours = [Soft.of(colours.turned(colours.yuv(ramp), angle)[shade]) for angle in HUES]


def _shade(width: int, height: int) -> U8:
    """Return uint8 [height, width]: which place of the ramp colours each pixel of the bars."""
    across = (np.arange(width) + 0.5)[None, :] / width
    up = 1 - (np.arange(height) + 0.5)[:, None] / height
    return np.clip(128 + 40 * across + 100 * up**1.1, 0, 250).astype(np.uint8)


def _asf32(array: object) -> F32:
    return np.asarray(array, np.float32)


def _cover(frame: Planes, colour: Planes, mask: Mask, at: tuple[int, int, int]) -> None:
    """Do what `_through` does, faster, for a mask that holds only 0 and 255 in rows and runs of even length."""
    rows, wide = mask.full.shape
    if rows == 0:
        return
    x, y, skip = at
    cv2.copyTo(colour.y[skip : skip + rows], mask.full, frame.y[y : y + rows, x : x + wide])
    here = (slice(y // 2, (y + rows) // 2), slice(x // 2, (x + wide) // 2))
    cv2.copyTo(colour.u[skip // 2 : (skip + rows) // 2], mask.half, frame.u[here])
    cv2.copyTo(colour.v[skip // 2 : (skip + rows) // 2], mask.half, frame.v[here])


def _through(frame: Planes, colour: Planes, mask: Mask, at: tuple[int, int, int]) -> None:
    """Blend `colour` through `mask` into the frame; `at`: x, y in the frame, first row of the colour. All even."""
    rows, wide = mask.full.shape
    if rows == 0:
        return
    x, y, skip = at
    canvas.blend(frame.y[y : y + rows, x : x + wide], colour.y[skip : skip + rows], mask.full, ~mask.full)
    clear = ~mask.half
    here = (slice(y // 2, (y + rows) // 2), slice(x // 2, (x + wide) // 2))
    for plane, ink in ((frame.u, colour.u), (frame.v, colour.v)):
        canvas.blend(plane[here], ink[skip // 2 : (skip + rows) // 2], mask.half, clear)
