"""Media made at run time: good ones of every kind we take, and the hostile ones."""

from __future__ import annotations

import io
import os
import struct
import wave
import zlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from PIL import Image

Samples = np.ndarray[Any, Any]
Maker = Callable[[Path], None]


def tone(seconds: float, rate_hz: int, channels: int = 1, hz: float = 440.0) -> Samples:
    """float32 [n, channels], a sine at -6 dB."""
    wave_form = 0.5 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate_hz)) / rate_hz)
    return np.repeat(wave_form.astype(np.float32)[:, None], channels, axis=1)


def wav(samples: Samples, rate_hz: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes((samples.clip(-1, 1) * 32767).astype("<i2").tobytes())
    return out.getvalue()


def float_wav(samples: Samples, rate_hz: int) -> bytes:
    data = samples.astype("<f4").tobytes()
    channels = samples.shape[1]
    fmt = struct.pack("<HHIIHH", 3, channels, rate_hz, rate_hz * channels * 4, channels * 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def encoded(
    container: str,
    codec: str,
    blocks: Iterable[Samples],
    rate_hz: int,
    layout: str = "stereo",
    metadata: dict[str, str] | None = None,
    options: dict[str, str] | None = None,
) -> bytes:
    """Encode float32 blocks [n, channels] into a container."""
    out = io.BytesIO()
    with av.open(out, "w", format=container, options=options or {}) as file:
        file.metadata.update(metadata or {})
        stream = cast("av.AudioStream", file.add_stream(codec, rate=rate_hz, layout=layout))
        for block in blocks:
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.reshape(1, -1)), format="flt", layout=layout)
            frame.sample_rate = rate_hz
            for packet in stream.encode(frame):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
    return out.getvalue()


def film(container: str, codec: str, size: tuple[int, int] = (64, 48), frames: int = 10) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=container) as file:
        stream = cast("av.VideoStream", file.add_stream(codec, rate=25))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        for index in range(frames):
            picture = np.full((size[1], size[0], 3), index * 20, dtype=np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")):
                file.mux(packet)
        for packet in stream.encode(None):
            file.mux(packet)
    return out.getvalue()


def still(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 40, 90)).save(out, kind)
    return out.getvalue()


def png_bomb(side: int = 60_000) -> bytes:
    """A PNG of 3.6 thousand million pixels in few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * (side // 8 + 1) * 64, 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def many_channels_wav() -> bytes:
    fmt = struct.pack("<HHIIHH", 1, 65535, 44100, 0xFFFFFFFF, 0xFFFE, 16)
    data = b"\0" * 65535 * 2
    body = b"WAVEfmt " + struct.pack("<I", len(fmt)) + fmt + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


@cache
def hours_of_silence() -> bytes:
    """A small FLAC that holds three hours."""
    block = np.zeros((65535, 1), dtype=np.float32)
    blocks = (block for _ in range(3 * 3600 * 8000 // 65535))
    return encoded("flac", "flac", blocks, 8000, "mono")


def lying_mp4() -> bytes:
    """An MP4 whose header claims a duration of some days."""
    data = bytearray(film("mp4", "libx264"))
    at = data.find(b"mvhd") + 4
    data[at + 16 : at + 20] = struct.pack(">I", 0x7FFFFFF0)
    return bytes(data)


def sized_mp4(width: int, height: int) -> bytes:
    """An MP4 whose sample entry claims a size."""
    data = bytearray(film("mp4", "mpeg4"))
    at = data.find(b"mp4v", data.find(b"stsd")) + 4
    data[at + 24 : at + 28] = struct.pack(">HH", width, height)
    return bytes(data)


PLAYLISTS = {
    "m3u": b"#EXTM3U\n#EXTINF:10,secret\n/etc/passwd\n",
    "hls": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "ffconcat": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    "text": b"Dear all,\nthis is not a song.\n" * 40,
    "html": b"<!doctype html><html><body><audio src='http://127.0.0.1/'></audio></body></html>",
    "script": b"#!/bin/sh\nexit 1\n",
    "zip": b"PK\x03\x04" + bytes(200),
    "noise": bytes((i * 7919 + (i >> 3) * 31) % 251 for i in range(20_000)),
    "zeros": bytes(100_000),
}


SOUNDS = (
    *("pcm.wav", "float.wav", "five-one.wav", "eight-k.wav", "song.mp3", "song.m4a", "song.aac", "song.flac"),
    *("five-one.flac", "song.opus", "sound.webm"),
)
FILMS = {
    "clip.mp4": ("mp4", "libx264"),
    "clip.mov": ("mov", "libx264"),
    "clip.mkv": ("matroska", "libx264"),
    "clip.webm": ("webm", "libvpx"),
    "clip.avi": ("avi", "mpeg4"),
}


@cache
def sound(name: str) -> bytes:
    """One of `SOUNDS`: 1 s of stereo at 44.1 kHz unless its name says otherwise; 5.1 lasts half a second."""
    stereo, six = tone(1.0, 44100, 2), tone(0.5, 48000, 6)
    match name:
        case "pcm.wav":
            return wav(stereo, 44100)
        case "float.wav":
            return float_wav(stereo, 44100)
        case "five-one.wav":
            return wav(six, 48000)
        case "eight-k.wav":
            return wav(tone(1.0, 8000), 8000)
        case "five-one.flac":
            return encoded("flac", "flac", [six], 48000, "5.1")
        case "song.opus" | "sound.webm":
            return encoded("ogg" if "opus" in name else "webm", "libopus", [tone(1.0, 48000, 2)], 48000)
    container, codec = {
        "mp3": ("mp3", "libmp3lame"),
        "m4a": ("ipod", "aac"),
        "aac": ("adts", "aac"),
        "flac": ("flac",) * 2,
    }[name.removeprefix("song.")]
    return encoded(container, codec, [stereo], 44100)


def fifo(path: Path) -> None:
    os.mkfifo(path)


def link_loop(path: Path) -> None:
    path.symlink_to(path)


def link_away(path: Path) -> None:
    target = path.with_name("target.wav")
    target.write_bytes(wav(tone(0.2, 8000), 8000))
    path.symlink_to(target)


def folder(path: Path) -> None:
    path.mkdir()


def nothing(path: Path) -> None:
    """Not even made."""
