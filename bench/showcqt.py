"""The baseline: ffmpeg's showcqt at 1080p30, x264 veryfast crf 20, AAC, through PyAV's filter graph."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import av
import av.filter

SIZE, FPS = (1920, 1080), 30


def main(track: Path, seconds: float, folder: Path) -> None:
    with av.open(str(track)) as source, av.open(str(folder / "showcqt.mp4"), "w") as target:
        sound = source.streams.audio[0]
        graph = av.filter.Graph()
        steps = [
            graph.add_abuffer(template=sound),
            graph.add("showcqt", f"s={SIZE[0]}x{SIZE[1]}:r={FPS}"),
            graph.add("format", "yuv420p"),
            graph.add("buffersink"),
        ]
        for step, after in pairwise(steps):
            step.link_to(after)
        graph.configure()
        video = target.add_stream("libx264", rate=FPS)
        (video.width, video.height), video.pix_fmt = SIZE, "yuv420p"
        video.options = {"preset": "veryfast", "crf": "20"}
        video.codec_context.thread_type = "FRAME"
        voice = target.add_stream("aac", rate=sound.rate, layout="stereo")
        voice.bit_rate = 192_000
        resampler = av.AudioResampler(format="fltp", layout="stereo", rate=sound.rate, frame_size=1024)

        def pull() -> None:
            while True:
                try:
                    frame = graph.pull()
                except (av.BlockingIOError, av.EOFError):
                    return
                assert isinstance(frame, av.VideoFrame)
                target.mux(video.encode(frame))

        for frame in source.decode(sound):
            if frame.time is not None and frame.time >= seconds:
                break
            graph.push(frame)
            pull()
            for piece in resampler.resample(frame):
                target.mux(voice.encode(piece))
        graph.push(None)
        pull()
        target.mux(video.encode(None))
        target.mux(voice.encode(None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]), Path(sys.argv[3]))
