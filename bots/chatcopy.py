"""A smaller copy of a video that fits into a chat, its poster and its facts, made in a process that may be killed.

`make`, `poster` and `facts` start `python -m bots.chatcopy worker`, which holds no secret, no network and only
so much memory, time and disk. Beside `studio/media` the one place that imports av (decisions 20), and only there.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    import av
    import av.container
    import av.video.stream

log = logging.getLogger(__name__)

FLOOR_BPS: Final = 800_000
"""Below this a copy is not worth watching; the link is (decisions 20)."""

MARGIN: Final = 0.95
"""Share of the bytes that we plan with; the rest is the container's and the encoder's freedom."""

SIZES: Final = ((1080, 3_500_000), (720, 1_500_000), (540, 0))
"""Shorter side in pixels, and the bits a second from which on it looks better than the next smaller one."""

MOST_BPS: Final = 8_000_000
MOST_FPS: Final = 30
AUDIO_BPS: Final = ((2_000_000, 160_000), (1_200_000, 128_000), (0, 96_000))
"""Bits a second in all, from which on the sound gets so many."""

POSTER_BYTES: Final = 200_000
POSTER_SIDE: Final = 320
COVER_BYTES: Final = 9_000_000
MOMENT: Final = 0.3
"""Which part of the video the poster is taken from: past the title, before the end."""

MEMORY_BYTES: Final = 2 << 30
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT")


class Facts(NamedTuple):
    """What a video is; `duration_s` is that of the longest stream."""

    width: int
    height: int
    duration_s: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Plan:
    """How a copy is made: the shorter side in pixels, bits a second of picture and sound."""

    side_px: int
    video_bps: int
    audio_bps: int


def plan(facts: Facts, max_bytes: int) -> Plan | None:
    """Return how a copy of at most `max_bytes` is made, None if it would fall below 0.8 Mbit/s. Pure."""
    if facts.duration_s <= 0 or not (facts.width and facts.height):
        return None
    total = min(MOST_BPS, int(max_bytes * 8 * MARGIN / facts.duration_s))
    if total < FLOOR_BPS:
        return None
    side = next(px for px, least in SIZES if total >= least)
    audio = next(bps for least, bps in AUDIO_BPS if total >= least)
    return Plan(min(side, facts.width, facts.height), total - audio, audio)


def second(first: Plan, made_bytes: int, max_bytes: int) -> Plan | None:
    """Return the plan after a first one made too many bytes: smaller by what it was over, on the next size. Pure."""
    video = int(first.video_bps * max_bytes / made_bytes * MARGIN)
    if video + first.audio_bps < FLOOR_BPS * MARGIN:
        return None
    smaller = next((px for px, _ in SIZES if px < first.side_px), first.side_px)
    return Plan(smaller, video, first.audio_bps)


def frame_size(facts: Facts, side_px: int) -> tuple[int, int]:
    """Return width and height, even, with this shorter side, in the video's own shape. Pure."""
    scale = side_px / min(facts.width, facts.height)
    return max(2, round(facts.width * scale / 2) * 2), max(2, round(facts.height * scale / 2) * 2)


async def make(path: Path, out: Path, max_bytes: int) -> bool:
    """Write a copy of at most `max_bytes` to `out`: H.264 and AAC, index in front.

    Returns:
        Whether there is one; False where it would not be watchable, or the file cannot be read: take the link.
    """
    try:
        found = await facts(path)
    except ValueError:
        return False
    wanted = plan(found, max_bytes)
    for _ in range(2):
        if wanted is None:
            break
        job = {"do": "copy", "path": str(path), "out": str(out), **_spelled(wanted), "most": max_bytes}
        answer = await _work(job, cpu_s=120 + round(found.duration_s * 20), file_bytes=max_bytes * 2 + (1 << 20))
        made = answer.get("bytes")
        if not isinstance(made, int):
            break
        if made <= max_bytes:
            return True
        wanted = second(wanted, made, max_bytes)
    await asyncio.to_thread(out.unlink, missing_ok=True)
    return False


async def facts(path: Path) -> Facts:
    """Return what a video is. Raises ValueError if it is none."""
    answer = await _work({"do": "facts", "path": str(path)}, cpu_s=30, file_bytes=0)
    try:
        return Facts(answer["width"], answer["height"], answer["duration_s"], answer["bytes"])
    except KeyError:
        raise ValueError("no video that can be read") from None


async def poster(path: Path, out: Path, cover: Path | None = None) -> bool:
    """Write a JPEG of at most 200 kB and 320 px, and the same moment in full size to `cover`. False: no picture."""
    job = {"do": "poster", "path": str(path), "out": str(out), "cover": str(cover) if cover else None}
    return bool((await _work(job, cpu_s=60, file_bytes=1 << 26)).get("done"))


def _spelled(wanted: Plan) -> dict[str, int]:
    return {"side_px": wanted.side_px, "video_bps": wanted.video_bps, "audio_bps": wanted.audio_bps}


async def _work(job: dict[str, Any], *, cpu_s: int, file_bytes: int) -> dict[str, Any]:
    """Do a job in a process of its own; {} if it failed. When we are cancelled it is killed and its file removed."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots.chatcopy", "worker", json.dumps({**job, "cpu_s": cpu_s, "disk": file_bytes})),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env={**kept, "OMP_NUM_THREADS": "1", "PYTHONPATH": str(Path(__file__).parents[1]), "PYTHONSAFEPATH": "1"},
        start_new_session=True,
    )
    answered = False
    try:
        data, _ = await process.communicate()
        answered = process.returncode == 0
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            await asyncio.shield(process.wait())
        if not answered and "out" in job:
            Path(job["out"]).unlink(missing_ok=True)  # noqa: ASYNC240 - also while we are cancelled
    if not answered:
        log.warning("chat copy: the worker for %r ended with %s", job["do"], process.returncode)
        return {}
    answer: dict[str, Any] = json.loads(data)
    return answer


# -- in the worker


def _worker(job: dict[str, Any]) -> dict[str, Any]:
    """Do one job. The limits stand before a byte of the file is read."""
    _confine(job["cpu_s"], job["disk"])
    doers: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "facts": _facts,
        "copy": _copy,
        "poster": _poster,
    }
    return doers[job["do"]](job)


def _confine(cpu_s: int, file_bytes: int) -> None:
    """Bound what this process may use, let it die with its parent, and let the bot go first."""
    with suppress(OSError, AttributeError):
        os.nice(10)
    try:
        import resource  # noqa: PLC0415 - not on every platform
    except ImportError:
        return
    for name, value in {
        "RLIMIT_AS": MEMORY_BYTES,
        "RLIMIT_CPU": cpu_s,
        "RLIMIT_FSIZE": file_bytes,
        "RLIMIT_CORE": 0,
    }.items():
        with suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here

        libc = ctypes.CDLL(None)
        libc.prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        libc.unshare(0x10000000 | 0x40000000)  # a user namespace without a network, where that is allowed
        libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


def _facts(job: dict[str, Any]) -> dict[str, Any]:
    import av  # noqa: PLC0415 - after the limits

    with av.open(job["path"], options={"protocol_whitelist": "file"}) as source:
        video = source.streams.video[0]
        return {
            "width": video.width,
            "height": video.height,
            "duration_s": float(Fraction(source.duration or 0, av.time_base)),
            "bytes": Path(job["path"]).stat().st_size,
        }


def _copy(job: dict[str, Any]) -> dict[str, Any]:
    """Re-encode; stop as soon as the file is certainly too large."""
    import av  # noqa: PLC0415 - after the limits

    found = Facts(**{("size_bytes" if k == "bytes" else k): v for k, v in _facts(job).items()})
    wanted = Plan(job["side_px"], job["video_bps"], job["audio_bps"])
    with (
        av.open(job["path"], options={"protocol_whitelist": "file"}) as source,
        av.open(job["out"], "w", format="mp4", options={"movflags": "+faststart"}) as target,
    ):
        _reencode(source, target, wanted, frame_size(found, wanted.side_px))
    return {"bytes": Path(job["out"]).stat().st_size}


def _reencode(
    source: av.container.InputContainer, target: av.container.OutputContainer, wanted: Plan, size: tuple[int, int]
) -> None:
    import av  # noqa: PLC0415 - after the limits

    picture = source.streams.video[0]
    picture.thread_type = "AUTO"
    rate = min(Fraction(MOST_FPS), picture.average_rate or Fraction(MOST_FPS))
    out = _picture_stream(target, wanted, size, rate)
    heard = source.streams.audio[0] if source.streams.audio else None
    voice = target.add_stream("aac", rate=48_000, layout="stereo") if heard is not None else None
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=48_000)
    if voice is not None:
        voice.bit_rate = wanted.audio_bps
    steady = _Steady(rate)
    for packet in source.demux([stream for stream in (picture, heard) if stream is not None]):
        for frame in packet.decode():
            if isinstance(frame, av.VideoFrame):
                for number in steady.numbers(frame.time or 0.0):
                    small = frame.reformat(width=size[0], height=size[1], format="yuv420p")
                    small.pts, small.time_base = number, 1 / rate
                    small.pict_type = av.video.frame.PictureType.NONE
                    target.mux(out.encode(small))
            elif isinstance(frame, av.AudioFrame) and voice is not None:
                for piece in resampler.resample(frame):
                    target.mux(voice.encode(piece))
    target.mux(out.encode(None))
    if voice is not None:
        for piece in resampler.resample(None):
            target.mux(voice.encode(piece))
        target.mux(voice.encode(None))


class _Steady:
    """Turns frame times into numbers at an even rate: a frame that comes too soon is left out."""

    def __init__(self, rate: Fraction) -> None:
        self._rate, self._next = rate, 0

    def numbers(self, time_s: float) -> Iterator[int]:
        number = round(time_s * float(self._rate))
        if number >= self._next:
            self._next = number + 1
            yield number


def _picture_stream(
    target: av.container.OutputContainer, wanted: Plan, size: tuple[int, int], rate: Fraction
) -> av.video.stream.VideoStream:
    stream = target.add_stream("libx264", rate=rate)
    stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
    stream.bit_rate = wanted.video_bps
    # A buffer of two seconds keeps the average near what was asked, so that the size comes out.
    stream.options = {
        "preset": "veryfast",
        "maxrate": str(wanted.video_bps * 5 // 4),
        "bufsize": str(wanted.video_bps * 2),
        "g": str(round(rate * 4)),
    }
    codec = stream.codec_context
    codec.time_base = 1 / rate
    codec.color_primaries = codec.color_trc = codec.colorspace = 1  # BT.709
    codec.color_range = 1  # limited
    return stream


def _poster(job: dict[str, Any]) -> dict[str, Any]:
    import av  # noqa: PLC0415 - after the limits

    with av.open(job["path"], options={"protocol_whitelist": "file"}) as source:
        wanted = int((source.duration or 0) * MOMENT)
        source.seek(wanted)
        frame = None
        for frame in source.decode(video=0):
            if (frame.time or 0.0) * av.time_base >= wanted:
                break
        if frame is None:
            return {"done": False}
        image = frame.to_image()
    if job["cover"]:
        _jpeg(image, Path(job["cover"]), COVER_BYTES)
    image.thumbnail((POSTER_SIDE, POSTER_SIDE))
    _jpeg(image, Path(job["out"]), POSTER_BYTES)
    return {"done": True}


def _jpeg(image: Any, path: Path, most: int) -> None:
    """Write a JPEG of at most `most` bytes."""
    for quality in (88, 75, 60, 40):
        image.save(path, "JPEG", quality=quality, optimize=True)
        if path.stat().st_size <= most:
            return


if __name__ == "__main__" and sys.argv[1:2] == ["worker"]:
    _answer = json.dumps(_worker(json.loads(sys.argv[2])))
    sys.stdout.write(_answer)
