"""Sound out of a file, block by block, so that hours never stand in memory at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from studio.audio.analysis import Analyser
from studio.audio.features import Features
from studio.errors import MediaTooLarge, UnsupportedMedia
from studio.media import cache
from studio.media.files import opened, plain_file

Samples = npt.NDArray[np.float32]

LOWEST_HZ, HIGHEST_HZ = 8000, 48000
MAX_CHANNELS = 8
MAX_SECONDS = 3600.0
BLOCK_SECONDS = 1.5


def sound_rate(path: Path) -> tuple[int, int]:
    """Return the rate that analysis asks for (the track's own where sensible) and its channels, 1 or 2.

    Raises:
        UnsupportedMedia: No sound in it, or none that can be decoded.
        MediaTooLarge: More channels than we take.
    """
    with opened(path) as container:
        stream = _sound(container)
        return _wanted(stream.rate), min(2, stream.channels)


def sound_blocks(path: Path, rate_hz: int, channels: int, max_seconds: float = MAX_SECONDS) -> Iterator[Samples]:
    """Give the track's sound as float32 blocks [n, channels] of about a second and a half.

    Damaged packets are passed over; a file cut short ends early.

    Raises:
        UnsupportedMedia: Nothing in it can be decoded.
        MediaTooLarge: It goes on after `max_seconds`.
    """
    with opened(path) as container:
        kept: list[Samples] = []
        count = total = 0
        for piece in _pieces(container, rate_hz, channels):
            kept.append(piece)
            count += piece.shape[1]
            total += piece.shape[1]
            if total > max_seconds * rate_hz:
                raise MediaTooLarge("longer than we take")
            if count >= BLOCK_SECONDS * rate_hz:
                yield np.concatenate(kept, axis=1).T
                kept, count = [], 0
        if kept:
            yield np.concatenate(kept, axis=1).T
        if not total:
            raise UnsupportedMedia("no sound that can be decoded")


def features_of(path: Path, cache_dir: Path, fps: int = 30) -> Features:
    """Return the features of a track, from the cache when the same bytes were analysed before.

    Raises:
        UnsupportedMedia: No sound that can be decoded.
        MediaTooLarge: Too long or too many channels.
        RenderFailed: They cannot be kept: "disk-full" or "storage-failed".
    """
    key = f"{digest(path)}-{fps}"
    if (known := cache.load(cache_dir, key)) is not None:
        return known
    rate_hz, channels = sound_rate(path)
    analyser = Analyser(rate_hz, channels, fps)
    for block in sound_blocks(path, rate_hz, channels):
        analyser.feed(block)
    features = analyser.finish()
    cache.save(cache_dir, key, features)
    return features


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes as hex."""
    with plain_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sound(container: av.container.InputContainer) -> av.AudioStream:
    if not container.streams.audio:
        raise UnsupportedMedia("no sound in it")
    stream = container.streams.audio[0]
    if stream.rate <= 0 or stream.channels <= 0:
        raise UnsupportedMedia("no sound that can be decoded")
    if stream.channels > MAX_CHANNELS:
        raise MediaTooLarge("more channels than we take")
    return stream


def _wanted(rate_hz: int) -> int:
    return min(HIGHEST_HZ, max(LOWEST_HZ, rate_hz))


def _pieces(container: av.container.InputContainer, rate_hz: int, channels: int) -> Iterator[Samples]:
    """Give planar pieces [channels, n] as the codec's frames come."""
    stream = _sound(container)
    resampler = av.AudioResampler(format="fltp", layout="mono" if channels == 1 else "stereo", rate=rate_hz)
    for frame in _frames(container, stream):
        try:
            yield from (np.asarray(piece.to_ndarray(), dtype=np.float32) for piece in resampler.resample(frame))
        except (av.FFmpegError, ValueError):  # rate or layout changed within the file
            continue
    yield from (np.asarray(piece.to_ndarray(), dtype=np.float32) for piece in resampler.resample(None))


def _frames(container: av.container.InputContainer, stream: av.AudioStream) -> Iterator[av.AudioFrame]:
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
        except (StopIteration, av.FFmpegError):
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue
