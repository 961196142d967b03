"""The command as a person runs it, given what goes wrong on real machines: a sentence, a code, nothing left over."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from tests.support import tracks

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-c", "from cli.app import main; main()")
PATIENCE_S = 240.0
"""For a busy machine; nothing here is slow on a free one."""

Process = subprocess.Popen[str]


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Nothing of our own environment: no token, no proxy, no other person's folder."""
    own = {"PATH": os.environ["PATH"], "HOME": str(folder), "LANG": "C.UTF-8", "COLUMNS": "300"}
    places = {"DATA_DIR": str(folder / "data"), "OUT_DIR": str(folder / "out"), "PYTHONPATH": str(ROOT)}
    return {**own, **places, **more}


def start(folder: Path, *words: str, before: Callable[[], None] | None = None, **more: str) -> Process:
    return subprocess.Popen(
        [*COMMAND, *words],
        env=environment(folder, **more),
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=before,  # noqa: PLW1509 - nothing here has threads
    )


def end(process: Process, said: str | None = None) -> tuple[int, str]:
    """Wait for its end; return the exit code and all it said, which is never a traceback."""
    output = process.communicate(said, timeout=PATIENCE_S)[0]
    assert "Traceback" not in output
    assert "Error" not in output, "the name of a class is no sentence"
    return process.returncode, output


def run(folder: Path, *words: str, said: str | None = None, **more: str) -> tuple[int, str]:
    return end(start(folder, *words, before=None, **more), said)


def descendants(pid: int) -> set[int]:
    """Every process under this one."""
    found: set[int] = set()
    for entry in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = {int(child) for child in entry.read_text().split()}
        except OSError:
            continue
        for child in children:
            found |= {child} | descendants(child)
    return found


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(true: Callable[[], bool], process: Process | None = None) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert process is None or process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def left_over(folder: Path) -> list[str]:
    """Files that a finished or ended command should not leave: halves of videos, halves of anything."""
    out = [path.name for path in (folder / "out").rglob("*")] if (folder / "out").exists() else []
    return out + [path.name for path in (folder / "data").rglob("*.part")]


def encoded(path: Path, codec: str, layout: str = "stereo", rate: int = 48_000, seconds: float = 1.0) -> Path:
    """A tone that starts anew every half second, in any codec."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        assert isinstance(stream, av.AudioStream)
        t = np.arange(round(seconds * rate)) / rate
        one = 0.4 * np.sin(2 * np.pi * 330 * t) * np.exp(-6 * (t % 0.5))
        sound = np.repeat((one * 32767).astype(np.int16), stream.channels)[None]
        frame = av.AudioFrame.from_ndarray(sound, format="s16", layout=layout)
        frame.sample_rate, frame.pts = rate, 0
        fitting = av.AudioResampler(
            stream.format.name, layout, rate, frame_size=stream.codec_context.frame_size or 1024
        )
        for piece in [*fitting.resample(frame), *fitting.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


# ---- refused before anything starts


def test_a_missing_an_empty_and_an_unfit_file_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "empty.mp3").touch()
    for name, sentence in (
        ("gone.mp3", "There is no file gone.mp3."),
        ("empty.mp3", "empty.mp3 is empty."),
    ):
        assert run(tmp_path, "demo", name) == (2, sentence + "\n")
    assert not (tmp_path / "data").exists()


def test_a_folder_for_videos_that_cannot_be_is_told_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file stands where the folder should")
    code, said = run(tmp_path, "demo")
    assert code == 69
    assert said == f"I cannot write videos to {tmp_path / 'out'}: File exists.\n"


LIBC = ctypes.CDLL(None)


def without_privilege() -> None:
    """Root, too, may then write only where the mode says so: CAP_DAC_OVERRIDE is gone for good."""
    LIBC.prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.skipif(sys.platform != "linux", reason="a privilege is dropped the Linux way")
def test_without_permission_to_write_it_says_where(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o500)
    touch = ["touch", str(closed / "x")]
    if subprocess.run(touch, preexec_fn=without_privilege, stderr=subprocess.DEVNULL, check=False).returncode == 0:
        pytest.skip("this root cannot give up its privilege")
    videos = {"OUT_DIR": str(closed / "out")}
    code, said = end(start(tmp_path, "demo", before=without_privilege, **videos))
    assert (code, said) == (69, f"I cannot write videos to {closed / 'out'}: Permission denied.\n")
    code, said = end(start(tmp_path, "demo", before=without_privilege, DATA_DIR=str(closed / "data")))
    assert code == 69
    assert str(closed / "data") in said
    assert "Permission denied" in said
    assert left_over(tmp_path) == []


# ---- one conversation with every strange file


def strange(folder: Path) -> dict[str, str]:
    """Make the files; each with words of the answer that is due."""
    (folder / "text.mp3").write_text("these are just some words about a song\n" * 40)
    (folder / "empty.mp3").touch()
    (folder / "list.mp3").write_text("#EXTM3U\n#EXTINF:1,secret\nfile:///etc/passwd\n")
    (folder / "playlist.wav").write_text("ffconcat version 1.0\nfile '/etc/passwd'\n")
    whole = encoded(folder / "whole.flac", "flac").read_bytes()
    (folder / "header.flac").write_bytes(whole[:90])
    song = (ROOT / "cli" / "music" / "metal_madness-60s.mp3").read_bytes()
    (folder / "cut.mp3").write_bytes(song[: len(song) // 20])
    lying = bytearray(tracks.write_wav(folder / "lying.wav", 1.0).read_bytes())
    lying[40:44] = b"\xff\xff\xff\x7f"
    (folder / "lying.wav").write_bytes(lying)
    with (folder / "huge.wav").open("wb") as huge:
        huge.write(bytes(lying[:44]))
        huge.truncate(200_000_001)
    tracks.write_wav(folder / "silent.wav", 1.0, level=0)
    tracks.write_wav(folder / "eight.wav", 1.0, rate=8000)
    encoded(folder / "six.wav", "pcm_s16le", "5.1")
    encoded(folder / "vorbis.ogg", "libopus")
    encoded(folder / "speech.opus", "libopus")
    taken = "ready: 1 s"
    return {
        "gone.mp3": "There is no file gone.mp3.",
        "text.mp3": "text.mp3 holds no music",
        "empty.mp3": "empty.mp3 is empty.",
        "list.mp3": "list.mp3 holds no music",
        "playlist.wav": "playlist.wav holds no music",
        "header.flac": "does not take header.flac in this format",
        "huge.wav": "huge.wav is too large. 200 MB is the limit",
        "cut.mp3": "ready: 3 s",
        "lying.wav": taken,
        "silent.wav": taken,
        "eight.wav": taken,
        "six.wav": taken,
        "whole.flac": taken,
        "vorbis.ogg": taken,
        "speech.opus": taken,
    }


def test_every_strange_file_gets_a_sentence_and_the_conversation_goes_on(tmp_path: Path) -> None:
    due = strange(tmp_path)
    lines = [f"{name} create a video with visualizer\n/new\n" for name in due]
    code, said = run(tmp_path, "chat", said="".join(lines), EXPORT_AFTER_TURN="asked")
    assert code == 0
    answers = {part.split()[1]: part for part in said.split("\nYou  ") if part.startswith("🎵")}
    first = said.split("\nYou  ")[0]
    answers |= {"gone.mp3": first}
    for name, words in due.items():
        assert words in answers[name], name
    assert "The track is silent" in answers["silent.wav"]
    assert "root:" not in said
    assert "UnsupportedFile: code 4001" in (tmp_path / "data" / "from-music.log").read_text("utf-8")
    assert "4001" not in said
    assert left_over(tmp_path) == []


# ---- whole trips


def test_a_one_second_track_becomes_a_video_though_the_port_is_taken(tmp_path: Path) -> None:
    tracks.write_wav(tmp_path / "blip.wav", 1.0, rate=8000)
    (tmp_path / "data" / "studio").mkdir(parents=True)
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", 0))
        stranger.listen()
        taken = str(stranger.getsockname()[1])
        (tmp_path / "data" / "studio" / "port").write_text(taken)
        code, said = run(tmp_path, "demo", "blip.wav")
    assert code == 0, said
    video = tmp_path / "out" / "blip.mp4"
    assert str(video) in said
    assert "1920×1080" in said
    assert "0:01" in said
    with av.open(str(video)) as container:
        assert container.streams.video[0].frames == 30
    assert left_over(tmp_path) == ["blip.mp4"]
    assert (tmp_path / "data" / "studio" / "port").read_text() != taken


def test_a_full_disk_is_told_and_leaves_nothing_half(tmp_path: Path) -> None:
    """No file of any of the processes may grow beyond a megabyte: the render's own files do."""
    tracks.write_wav(tmp_path / "blip.wav", 1.0, rate=8000)

    def little_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, resource.RLIM_INFINITY))

    code, said = end(start(tmp_path, "demo", "blip.wav", before=little_room))
    assert code == 1
    assert "disk" in said
    assert "No video this time." in said
    assert left_over(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGHUP])
def test_an_interrupted_render_leaves_nothing_and_the_project_is_kept(tmp_path: Path, signum: signal.Signals) -> None:
    tracks.write_wav(tmp_path / "long.wav", 60.0, rate=8000)
    process = start(tmp_path, "demo", "long.wav")
    work = tmp_path / "data" / "studio" / "work"
    wait_for(lambda: any(work.glob("*/00000.part")), process)
    family = descendants(process.pid)
    assert len(family) >= 3, "the store, the studio, a render"
    process.send_signal(signum)
    code, said = end(process)
    assert code == 130
    assert "Stopped. The project is kept: from-music chat --name demo-" in said
    assert left_over(tmp_path) == []
    wait_for(lambda: not any(alive(pid) for pid in family))
    name = said.rsplit("--name ", 1)[1].split()[0]
    code, said = run(tmp_path, "chat", "--name", name, said="status\n", EXPORT_AFTER_TURN="asked")
    assert code == 0
    assert "long" in said


@pytest.mark.skipif(sys.platform != "linux", reason="processes are counted in /proc")
def test_a_conversation_ends_at_once_though_its_pipe_stays_open(tmp_path: Path) -> None:
    process = start(tmp_path, "chat")
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("help\n")
    process.stdin.flush()
    while "From Music" not in (line := process.stdout.readline()):
        assert line
    family = descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    wait_for(lambda: process.poll() is not None)
    assert process.returncode == 130
    wait_for(lambda: not any(alive(pid) for pid in family))
    end(process)
