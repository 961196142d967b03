"""Chunks of one video fit together, however short the last one is."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from studio.media.encode import PROFILES, Profile, chunk_frames, encode_chunk, mux

SIZE, FPS, WHOLE = (64, 96), 30, 60
GREY = np.full((SIZE[1] * 3 // 2, SIZE[0]), 128, np.uint8)


def draw(_number: int) -> av.VideoFrame:
    return av.VideoFrame.from_ndarray(GREY, format="yuv420p")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("last", [1, 2, 3, 4, 5, 8, 59])
def test_a_last_chunk_of_any_length_joins_the_others(tmp_path: Path, profile: Profile, last: int) -> None:
    """A song of 5 s and one frame more could never be finished: the header of its last chunk was another one."""
    whole, rest, out = tmp_path / "a.mp4", tmp_path / "b.mp4", tmp_path / "out.mp4"
    encode_chunk(whole, SIZE, FPS, range(WHOLE), draw, profile)
    encode_chunk(rest, SIZE, FPS, range(WHOLE, WHOLE + last), draw, profile)
    mux([(whole, 0), (rest, WHOLE)], None, out, FPS)
    assert chunk_frames(out) == WHOLE + last
    with av.open(str(out)) as video:
        times = [frame.pts * frame.time_base for frame in video.decode(video=0)]  # type: ignore[operator]
    assert times == [Fraction(n, FPS) for n in range(WHOLE + last)]
