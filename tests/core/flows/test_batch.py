"""Which messages are several: a table of words and files."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.flows.batch import parts
from core.flows.export import supersedes
from core.messages import Attachment, Channel, Message, Person


def said(text: str, *names: str, verb: str = "") -> Message:
    files = tuple(Attachment(name) for name in names)
    return Message("m", Channel("console", "c"), Person("p"), text, files, verb)


@pytest.mark.parametrize(
    ("text", "names", "instructions"),
    [
        ("1. blue bars\n2. make it vertical", ("a.mp3", "b.mp3"), ["blue bars", "make it vertical"]),
        ("2. blue bars\n1. make it vertical", ("a.mp3", "b.mp3"), ["make it vertical", "blue bars"]),
        ("1) blue bars 2) make it vertical", ("a.mp3", "b.mp3"), ["blue bars", "make it vertical"]),
        ("①蓝色柱子 ②改成竖屏", ("a.mp3", "b.mp3"), ["蓝色柱子", "改成竖屏"]),
        ("1、蓝色柱子；2、改成竖屏", ("a.mp3", "b.mp3"), ["蓝色柱子", "改成竖屏"]),
        ("b: make it vertical\na.mp3: blue bars", ("a.mp3", "b.mp3"), ["blue bars", "make it vertical"]),
        ("a calm video in blue\na wild video in red\nmake it vertical", ("a.mp3", "b.wav", "c.flac"), None),
        ("- blue bars\n- red bars", ("a.mp3", "b.mp3"), ["blue bars", "red bars"]),
    ],
)
def test_files_and_instructions_that_pair_up_are_messages(
    text: str, names: tuple[str, ...], instructions: list[str] | None
) -> None:
    found = parts(said(text, *names))
    assert [part.text for part in found] == (instructions or text.splitlines())
    assert [part.attachments[0].name for part in found] == list(names)
    assert len({part.id for part in found}) == len(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("make a video", ("a.mp3",)),
        ("make a video of these\nwith blue bars", ("a.mp3", "b.mp3")),
        ("create a video\nand make it vertical", ("a.mp3", "b.mp3")),
        ("做一个视频\n然后改成竖屏", ("a.mp3", "b.mp3")),
        ("use this picture as cover\nblue bars", ("a.mp3", "cover.png")),
        ("blue bars\nexport", ("a.mp3", "b.mp3")),
        ("1. blue bars\n2. vertical\n3. title", ("a.mp3", "b.mp3")),
        ("title at 1.5 s, then at 2.5 s", ("a.mp3", "b.mp3")),
        ("/video blue bars\nred bars", ("a.mp3", "b.mp3")),
        ("", ("a.mp3", "b.mp3")),
    ],
)
def test_what_does_not_pair_up_is_one_message(text: str, names: tuple[str, ...]) -> None:
    message = said(text, *names)
    assert parts(message) == (message,)


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200), count=st.integers(0, 12))
def test_no_file_is_lost_and_none_is_doubled(text: str, count: int) -> None:
    message = said(text, *(f"{n}.mp3" for n in range(count)))
    found = parts(message)
    assert [file for part in found for file in part.attachments] == list(message.attachments)


@pytest.mark.parametrize(
    ("waiting", "superseded"),
    [
        ([], False),
        ([said("make it blue")], True),
        ([said("status"), said("undo")], True),
        ([said("/format 9:16")], True),
        ([said("status")], False),
        ([said("make a video", "b.mp3")], False),
        ([said("", "b.mp3"), said("make a video")], False),
        ([said("use this as cover", "b.png")], True),
        ([said("/new"), said("make it blue")], False),
        ([said("make it blue"), said("/new")], True),
    ],
)
def test_a_render_is_dropped_only_for_a_message_that_changes_this_video(
    waiting: list[Message], superseded: bool
) -> None:
    assert supersedes(waiting, "en") is superseded
