"""Frames → H.264 chunks, chunks and sound → one MP4, and the check that it is what it should be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal

import av
import av.container
import numpy as np
import numpy.typing as npt

from studio.errors import RenderFailed
from studio.media.scale import Frame

MediaError = av.FFmpegError
F32 = npt.NDArray[np.float32]
Draw = Callable[[int], Frame]
Profile = Literal["draft", "high", "quality"]

# x264's ultrafast with what brings most for least: size and quality of veryfast at 40 % of its CPU on these pictures.
# At the same quality a look-ahead of five frames gives files 4 % smaller than one of three does, for a tenth more CPU;
# what ten frames add to that costs as much again and saves 1 %.
_TUNED: Final = (
    "cabac=1:deblock=1,0,0:aq-mode=1:8x8dct=1:bframes=2:b-adapt=0:rc-lookahead=5:mbtree=1:open-gop=0:scenecut=0"
)


def steady(cpuinfo: Path = Path("/proc/cpuinfo")) -> str:
    """Return what makes x264 give the same bits every time.

    The AVX-512 code of its macroblock tree reads memory that nobody wrote (seen with MALLOC_PERTURB_: the file follows
    its value, with asm=avx2 it does not). So a processor that has AVX-512 is used up to AVX2.
    """
    try:
        return ":asm=avx2" if "avx512bw" in cpuinfo.read_text("ascii", "replace") else ""
    except OSError:
        return ""


PROFILES: Final[dict[Profile, dict[str, str]]] = {
    "draft": {"preset": "ultrafast", "crf": "23"},
    "high": {"preset": "ultrafast", "crf": "19.7", "x264-params": _TUNED + steady()},
    "quality": {"preset": "veryfast", "crf": "19", "x264-params": "open-gop=0:scenecut=0" + steady()},
}
_LEAST_GOP: Final = 16
"""x264 allows fewer B-frames where a group is shorter than their run, and says so in the header: a last chunk of one
frame then fits none of the others."""
_BT709, _LIMITED = 1, 1
AUDIO_BITS: Final = 256_000
_PACKETS: Final = {"codec_whitelist": "none"}
"""For files of which only packets are read: without it, opening one decodes its first picture."""
_AAC: Final = {"aac_coder": "fast", "aac_pns": "0", "aac_is": "0"}
"""The quick coder at 256 kbit/s comes nearer to the source in every band than the default one (a search in two loops)
does at 192, for the same CPU or less; noise and intensity instead of the sound itself save nothing up here."""


def encode_chunk(
    path: Path,
    size: tuple[int, int],
    fps: int,
    frames: range,
    draw: Draw,
    profile: Profile = "high",
    on_frame: Callable[[int], None] = lambda _: None,
) -> None:
    """Draw and encode some frames as one closed group of pictures, on one thread.

    What `draw` returns for a number goes to the encoder as it is, without a copy.

    Raises:
        OSError: The file could not be written; ENOSPC on a full disk.
    """
    width, height = size
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {**PROFILES[profile], "g": str(max(len(frames) + 1, _LEAST_GOP))}
        codec = stream.codec_context
        codec.thread_count, codec.thread_type = 1, "FRAME"  # PyAV's SLICE would turn on x264's sliced threads
        codec.time_base = Fraction(1, fps)
        codec.color_range, codec.colorspace = _LIMITED, _BT709
        codec.color_primaries, codec.color_trc = _BT709, _BT709
        for count, number in enumerate(frames):
            frame = draw(number)
            frame.pts, frame.time_base = count, Fraction(1, fps)
            container.mux(stream.encode(frame))
            on_frame(number)
        container.mux(stream.encode(None))


def chunk_frames(path: Path) -> int:
    """Return how many frames a chunk holds, 0 if it is missing or broken."""
    try:
        with av.open(str(path), "r", format="mp4", options=_PACKETS) as container:
            return sum(1 for packet in container.demux(video=0) if packet.size)
    except (av.FFmpegError, OSError, IndexError):
        return 0


@dataclass(frozen=True, slots=True)
class Sound:
    """Where the sound comes from: float32 blocks [n, 2] at `rate_hz`, as many as the video is long."""

    rate_hz: int
    blocks: Iterator[F32]


def mux(chunks: Sequence[tuple[Path, int]], sound: Sound | None, out: Path, fps: int) -> None:
    """Write one MP4: the chunks' packets as they are, one after another, AAC beside them, the index in front.

    Args:
        chunks: Files and the frame each begins with, in order.

    Raises:
        RenderFailed: "chunk-mismatch": the chunks were not made with the same settings.
        OSError: The file could not be written.
    """
    with av.open(str(out), "w", format="mp4", options={"movflags": "+faststart"}) as target:
        with av.open(str(chunks[0][0])) as first:
            header = bytes(first.streams.video[0].codec_context.extradata or b"")
            video = target.add_stream_from_template(first.streams.video[0])
        voice = _Voice(target, sound) if sound is not None else None
        for path, start in chunks:
            with av.open(str(path), "r", format="mp4", options=_PACKETS) as source:
                stream = source.streams.video[0]
                if bytes(stream.codec_context.extradata or b"") != header:
                    raise RenderFailed("chunk-mismatch", path.name)
                assert stream.time_base is not None  # noqa: S101  (set by the demuxer)
                shift = int(start / fps / stream.time_base)
                for packet in source.demux(stream):
                    if packet.dts is None or packet.pts is None:
                        continue
                    if voice is not None:
                        voice.write_until(start / fps + float(packet.pts * stream.time_base) + 0.5)
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = video
                    target.mux(packet)
        if voice is not None:
            voice.finish()


class _Voice:
    """Encodes sound into an open container, as far as it is wanted: packets in order keep the muxer's memory small."""

    def __init__(self, target: av.container.OutputContainer, sound: Sound) -> None:
        self.target, self.sound, self.written = target, sound, 0
        self.stream = target.add_stream("aac", rate=sound.rate_hz, layout="stereo", options=_AAC)
        self.stream.bit_rate = AUDIO_BITS
        self.fifo = av.AudioFifo()

    def write_until(self, seconds: float) -> None:
        while self.written < seconds * self.sound.rate_hz:
            block = next(self.sound.blocks, None)
            if block is None:
                return
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
            frame.sample_rate, frame.pts = self.sound.rate_hz, self.written
            frame.time_base = Fraction(1, self.sound.rate_hz)
            self.written += len(block)
            self.fifo.write(frame)
            while (piece := self.fifo.read(1024)) is not None:
                self.target.mux(self.stream.encode(piece))

    def finish(self) -> None:
        self.write_until(float("inf"))
        if (rest := self.fifo.read(0, partial=True)) is not None:
            self.target.mux(self.stream.encode(rest))
        self.target.mux(self.stream.encode(None))


def check(path: Path, frames: int, fps: int, size: tuple[int, int]) -> None:
    """Make sure of a finished file: frames, equal steps, size, sound as long as the picture to within a frame.

    Raises:
        RenderFailed: "bad-output", with what was found.
    """
    times: list[Fraction] = []
    sound_end = 0.0
    with av.open(str(path), "r", format="mp4") as container:
        video = container.streams.video[0]
        if (video.width, video.height) != size:
            raise RenderFailed("bad-output", f"{video.width}x{video.height}")
        for packet in container.demux():
            if packet.pts is None or packet.time_base is None:
                continue
            if packet.stream.type == "video":
                times.append(packet.pts * packet.time_base)
            else:
                sound_end = max(sound_end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    if len(times) != frames:
        raise RenderFailed("bad-output", f"{len(times)} of {frames} frames")
    times.sort()
    if any(abs(time - Fraction(k, fps)) > Fraction(1, 1000) for k, time in enumerate(times)):
        raise RenderFailed("bad-output", "uneven steps")
    if sound_end and abs(sound_end - frames / fps) > 1 / fps:
        raise RenderFailed("bad-output", f"sound ends at {sound_end:.3f} s")
