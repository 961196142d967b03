"""What a file is, measured and not believed: its packets are counted, its name counts for nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import av
import av.container
from av.stream import Disposition

from studio.errors import MediaTooLarge, UnsupportedMedia
from studio.media.files import kind_of, opened, plain_file
from studio.media.pictures import picture_size, read_bytes
from studio.media.tags import readable

Kind = Literal["audio", "video", "image"]

MAX_STREAMS = 16
MAX_CHANNELS = 8
MAX_SECONDS = 3600.0
MAX_SIDE_PX = 8192
MAX_PIXELS = 8192 * 4320
MAX_COVER_BYTES = 20 * 1024 * 1024
MAX_RATE_HZ = 768_000


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """What a file is.

    Attributes:
        name: As it was called; only for people.
        container: Demuxer of the file, "mov" for mp4 and m4a; the format's name for pictures ("png").
        codecs: Of its streams, sound and picture, without the cover.
        duration_s: Measured over the packets; 0.0 for pictures.
        width: Of the picture as coded, 0 without one; so are `height` and `fps`.
        fps: Average frame rate, 0.0 when unknown.
        rate_hz: Of the sound, 0 without it; so are `channels`.
        title: From the tags, mended; "" without; so are `artist` and `album`.
        cover: Embedded art as JPEG, PNG, GIF or WebP bytes.
        cut_short: The header promises more than there is.
    """

    name: str
    kind: Kind
    container: str
    codecs: tuple[str, ...]
    size_bytes: int
    duration_s: float = 0.0
    width: int = 0
    height: int = 0
    fps: float = 0.0
    rate_hz: int = 0
    channels: int = 0
    title: str = ""
    artist: str = ""
    album: str = ""
    cover: bytes | None = field(default=None, repr=False)
    cut_short: bool = False


def probe(path: Path, name: str) -> MediaInfo:
    """Say what a local file is.

    Args:
        path: The file; never opened through ffmpeg's own protocols.
        name: What people call it; its ending is not looked at.

    Raises:
        UnsupportedMedia: No media file we take, or nothing in it can be decoded.
        MediaTooLarge: More streams, channels, pixels or seconds than we take.
    """
    with plain_file(path) as file:
        demuxer = kind_of(file)
        size_bytes = file.seek(0, 2)
    if demuxer == "image":
        kind, width, height = picture_size(read_bytes(path))
        return MediaInfo(name, "image", kind, (kind,), size_bytes, width=width, height=height)
    with opened(path) as container:
        return _media(container, name, demuxer, size_bytes)


def _media(container: av.container.InputContainer, name: str, demuxer: str, size_bytes: int) -> MediaInfo:
    if len(container.streams) > MAX_STREAMS:
        raise MediaTooLarge("more streams than we take")
    covers = [s for s in container.streams.video if s.disposition & Disposition.attached_pic]
    video = next((s for s in container.streams.video if s not in covers), None)
    sound = next(iter(container.streams.audio), None)
    main = video or sound
    if main is None:
        raise UnsupportedMedia("neither sound nor picture in it")
    for stream in (video, sound):
        # PyAV gives a stream without a decoder no codec context; most of its attributes then raise.
        if stream is not None and getattr(stream, "codec_context", None) is None:
            raise UnsupportedMedia("a codec that cannot be decoded")
    _bound(video, sound)
    cover, seconds = _walk(container, main, covers)
    stated = max(container.duration or 0, 0) / av.time_base
    tags = {key.lower(): value for stream in (sound, container) if stream for key, value in stream.metadata.items()}
    return MediaInfo(
        name=name,
        kind="video" if video else "audio",
        container=demuxer,
        codecs=tuple(s.codec.canonical_name for s in (video, sound) if s),
        size_bytes=size_bytes,
        duration_s=seconds,
        width=video.width if video else 0,
        height=video.height if video else 0,
        fps=float(video.average_rate or 0.0) if video else 0.0,
        rate_hz=sound.rate if sound else 0,
        channels=sound.channels if sound else 0,
        title=readable(tags.get("title", "")),
        artist=readable(tags.get("artist", "") or tags.get("album_artist", "")),
        album=readable(tags.get("album", "")),
        cover=cover,
        cut_short=stated - seconds > max(1.0, 0.02 * stated),
    )


def _bound(video: av.VideoStream | None, sound: av.AudioStream | None) -> None:
    if sound is not None:
        if sound.channels <= 0 or sound.rate <= 0:
            raise UnsupportedMedia("no sound that can be decoded")
        if sound.channels > MAX_CHANNELS or sound.rate > MAX_RATE_HZ:
            raise MediaTooLarge("more channels or samples than we take")
    if video is not None:
        if video.width <= 0 or video.height <= 0:
            raise UnsupportedMedia("no picture that can be decoded")
        if max(video.width, video.height) > MAX_SIDE_PX or video.width * video.height > MAX_PIXELS:
            raise MediaTooLarge("more pixels than we take")


def _walk(
    container: av.container.InputContainer, main: av.VideoStream | av.AudioStream, covers: Iterable[av.VideoStream]
) -> tuple[bytes | None, float]:
    """Count the main stream's packets, decode until the first frame of it, pick up the cover on the way.

    Returns:
        The cover, if any; the seconds that the packets cover.
    """
    cover: bytes | None = None
    first: float | None = None
    last, decoded = 0.0, False
    wanted = {stream.index for stream in covers}
    for packet in _packets(container, [main, *covers]):
        if packet.stream.index in wanted:
            cover = cover or _cover(bytes(packet))
            continue
        if packet.size and not decoded:
            decoded = _decodes(packet)
        start = packet.pts if packet.pts is not None else packet.dts
        if start is None or packet.time_base is None:
            continue
        begin = float(start * packet.time_base)
        first = begin if first is None else min(first, begin)
        last = max(last, begin + float((packet.duration or 0) * packet.time_base))
        if last - first > MAX_SECONDS:
            raise MediaTooLarge("longer than we take")
    if not decoded:
        raise UnsupportedMedia("nothing in it can be decoded")
    return cover, max(0.0, last - (first or 0.0))


def _packets(
    container: av.container.InputContainer, streams: list[av.VideoStream | av.AudioStream]
) -> Iterator[av.Packet[Any]]:
    packets = container.demux(streams)
    while True:
        try:
            yield next(packets)
        except (StopIteration, av.FFmpegError):
            return


def _decodes(packet: av.Packet[Any]) -> bool:
    try:
        return bool(packet.decode())
    except (av.FFmpegError, ValueError):
        return False


def _cover(data: bytes) -> bytes | None:
    """Return a cover's bytes if they are a picture we take."""
    if not data or len(data) > MAX_COVER_BYTES:
        return None
    try:
        picture_size(data)
    except (UnsupportedMedia, MediaTooLarge):
        return None
    return data
