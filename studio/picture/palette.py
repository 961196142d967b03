"""Colours: named palettes, accents, palettes taken from a cover, ramps mixed in linear light, BT.709."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

F32 = npt.NDArray[np.float32]
U8 = npt.NDArray[np.uint8]

# Five stops, dark to bright.
NAMED: Final[dict[str, tuple[str, str, str, str, str]]] = {
    "sunset": ("#1b1036", "#6a1b6e", "#ff4f79", "#ff9a5a", "#ffe29a"),
    "aurora": ("#04141f", "#0b4f6c", "#12b5a6", "#7df0a8", "#f4ffd6"),
    "violet": ("#0b0822", "#3a1c9c", "#7a4dff", "#ff6bd6", "#ffe3f7"),
    "ember": ("#120806", "#5a1207", "#d8421c", "#ffb02e", "#fff2c4"),
    "ocean": ("#04101f", "#0a3a6e", "#1787d4", "#5cd2f2", "#e6fbff"),
    "rose": ("#1a0714", "#6b1440", "#e8447f", "#ff9bb5", "#ffe9ee"),
    "gold": ("#130d05", "#553608", "#c4861a", "#f2c64c", "#fff3cc"),
    "forest": ("#06130d", "#12422e", "#2c9a5c", "#98d66c", "#f2ffd8"),
    "mono": ("#0b0c0f", "#2c3038", "#7e8794", "#c9d0da", "#ffffff"),
    "neon": ("#0a0420", "#37098a", "#f52bd0", "#22dcff", "#e9ffff"),
}
# What a track without a cover gets, by its seed: the ones that suit most music.
BY_SEED: Final = ("sunset", "aurora", "violet", "ember", "ocean", "rose", "neon", "gold")
BRIGHTEST_BACKGROUND: Final = 0.36  # luma share above which bars and text no longer carry

# BT.709 luma and colour differences, and the limited range that video is tagged with.
_M709: Final = np.array(
    [[0.2126, 0.7152, 0.0722], [-0.114572, -0.385428, 0.5], [0.5, -0.454153, -0.045847]], np.float32
)
_SCALE: Final = np.array([219 / 255, 224 / 255, 224 / 255], np.float32)
OFFSET: Final = np.array([16, 128, 128], np.float32)


@dataclass(frozen=True, slots=True)
class Palette:
    """Five stops "#rrggbb", dark to bright, and the background's own colour if one was asked for."""

    stops: tuple[str, str, str, str, str]
    background: str | None = None

    def ramp(self, size: int = 256) -> F32:
        """Return float32 [size, 3], RGB 0 to 255, mixed in linear light."""
        stops = np.stack([rgb(stop) for stop in self.stops])
        linear = (stops / 255) ** 2.2
        at = np.linspace(0, len(stops) - 1, size)
        mixed = np.stack([np.interp(at, np.arange(len(stops)), linear[:, k]) for k in range(3)], 1)
        return (mixed ** (1 / 2.2) * 255).astype(np.float32)


def rgb(code: str) -> F32:
    """Return float32 [3], 0 to 255, of "#rrggbb". Raises ValueError on anything else."""
    if not is_hex(code):
        raise ValueError("not a colour of the form #rrggbb")
    return np.array([int(code[at : at + 2], 16) for at in (1, 3, 5)], np.float32)


def is_hex(code: object) -> bool:
    """Tell whether this is a colour in the form "#rrggbb"."""
    return isinstance(code, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", code) is not None


def choose(
    name: str, *, seed: int, cover: U8 | None = None, accent: str | None = None, background: str | None = None
) -> Palette:
    """Return the palette of a video.

    Args:
        name: A key of NAMED, or "auto": from the cover, else by the seed. Unknown names count as "auto".
        cover: uint8 [h, w, 3] RGB if a cover was given.
        accent, background: "#rrggbb"; anything else counts as absent.
    """
    if name in NAMED:
        stops = NAMED[name]
    elif cover is not None:
        stops = from_cover(cover)
    else:
        stops = NAMED[BY_SEED[seed % len(BY_SEED)]]
    if accent is not None and is_hex(accent):
        stops = from_accent(accent)
    return Palette(stops, background if is_hex(background) else None)


def from_accent(accent: str) -> tuple[str, str, str, str, str]:
    """Build five stops round one colour; the ends lean to its neighbours on the colour wheel."""
    light, chroma, hue = _lch(rgb(accent)[None])[0]
    chroma = float(chroma)
    mid = float(np.clip(light, 48, 74))
    rows = [
        (7, min(chroma, 22), hue - 0.35),
        (27, chroma * 0.62, hue - 0.22),
        (mid, chroma, hue),
        (max(mid + 10, 78), chroma * 0.72, hue + 0.22),
        (96, min(chroma * 0.3, 20), hue + 0.3),
    ]
    stops = _hex(np.array(rows, np.float32))
    return stops[0], stops[1], (accent.lower() if 48 <= light <= 80 else stops[2]), stops[3], stops[4]


def from_cover(picture: U8) -> tuple[str, str, str, str, str]:
    """Take five stops from a picture: its most vivid large colour, a second one of another hue, darks and lights."""
    small = cv2.resize(picture, (48, 48), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype(np.float32)
    colours = _lch(small)
    lab = np.stack([colours[:, 0], colours[:, 1] * np.cos(colours[:, 2]), colours[:, 1] * np.sin(colours[:, 2])], 1)
    centres, share = _clusters(lab.astype(np.float32))
    chroma, hue = np.hypot(centres[:, 1], centres[:, 2]), np.arctan2(centres[:, 2], centres[:, 1])
    usable = np.clip((centres[:, 0] - 12) / 25, 0.05, 1)
    score = chroma * share**0.4 * usable
    first = int(np.argmax(score))
    apart = np.abs(np.angle(np.exp(1j * (hue - hue[first]))))
    second = int(np.argmax(np.where(apart > 0.45, score, 0)))
    main_chroma, main_hue = float(chroma[first]), float(hue[first])
    other_hue = float(hue[second]) if score[second] > 0.3 * score[first] and second != first else main_hue + 0.4
    strong = main_chroma if main_chroma < 10 else float(np.clip(main_chroma * 1.25, 42, 88))
    dark_hue = float(hue[int(np.argmin(centres[:, 0]))]) if main_chroma >= 10 else main_hue
    rows = [
        (7, min(strong, 18), dark_hue),
        (26, strong * 0.62, main_hue),
        (60, strong, main_hue),
        (77, strong * 0.75, other_hue),
        (94, min(strong * 0.3, 18), other_hue),
    ]
    stops = _hex(np.array(rows, np.float32))
    return stops[0], stops[1], stops[2], stops[3], stops[4]


def _clusters(points: F32) -> tuple[F32, F32]:
    """Return six centres [6, 3] and their shares [6]; started from fixed quantiles, so always the same."""
    order = np.argsort(points[:, 0], kind="stable")
    centres = points[order[np.linspace(0, len(points) - 1, 8).astype(int)[1:-1]]]
    label = np.zeros(len(points), np.int64)
    for _ in range(12):
        label = np.argmin(((points[:, None] - centres[None]) ** 2).sum(2), 1)
        centres = np.stack([points[label == k].mean(0) if np.any(label == k) else centres[k] for k in range(6)])
    return centres.astype(np.float32), (np.bincount(label, minlength=6) / len(points)).astype(np.float32)


def _lch(colours: F32) -> F32:
    """RGB 0 to 255 [n, 3] → lightness 0 to 100, chroma, hue in radians [n, 3]."""
    lab = cv2.cvtColor((colours / 255).reshape(-1, 1, 3).astype(np.float32), cv2.COLOR_RGB2Lab).reshape(-1, 3)
    return np.stack([lab[:, 0], np.hypot(lab[:, 1], lab[:, 2]), np.arctan2(lab[:, 2], lab[:, 1])], 1).astype(np.float32)


def _hex(lch: F32) -> list[str]:
    lab = np.stack([lch[:, 0], lch[:, 1] * np.cos(lch[:, 2]), lch[:, 1] * np.sin(lch[:, 2])], 1).astype(np.float32)
    colours = cv2.cvtColor(lab.reshape(-1, 1, 3), cv2.COLOR_Lab2RGB).reshape(-1, 3)
    return ["#{:02x}{:02x}{:02x}".format(*np.round(np.clip(row, 0, 1) * 255).astype(int)) for row in colours]


def dimmed(colour: F32, ceiling: float = BRIGHTEST_BACKGROUND) -> F32:
    """Return the colour, darkened so far that its luma is at most `ceiling` of white."""
    luma = float(colour @ _M709[0]) / 255
    return colour if luma <= ceiling else (colour * (ceiling / luma)).astype(np.float32)


def yuv(colours: npt.NDArray[np.floating] | U8) -> F32:
    """RGB 0 to 255 [..., 3] → Y, U, V in limited range *without* the offset 16, 128, 128, so that light adds up."""
    return _mapped(colours, _M709 * _SCALE[:, None])


def to_rgb(luma: U8, u: U8, v: U8) -> U8:
    """Return uint8 [h, w, 3] RGB of one frame's three planes."""
    size = (luma.shape[1], luma.shape[0])
    whole = [cv2.resize(plane, size, interpolation=cv2.INTER_LINEAR) for plane in (u, v)]
    back = np.linalg.inv(_M709 * _SCALE[:, None])
    return np.asarray(cv2.transform(cv2.merge([luma, *whole]), np.hstack([back, -back @ OFFSET[:, None]])), np.uint8)


def turned(colours: F32, radians: float) -> F32:
    """Turn the hue of YUV-without-offset colours [..., 3] by an angle in the U-V plane."""
    cos, sin = float(np.cos(radians)), float(np.sin(radians))
    return _mapped(colours, np.array([[1, 0, 0], [0, cos, -sin], [0, sin, cos]], np.float32))


def _mapped(colours: npt.NDArray[np.floating] | U8, matrix: F32) -> F32:
    """Return `matrix` applied to the last axis [..., 3]: OpenCV takes a tenth of numpy's time for this."""
    flat = np.ascontiguousarray(colours, np.float32).reshape(-1, 1, 3)
    return np.asarray(cv2.transform(flat, matrix), np.float32).reshape(colours.shape)
