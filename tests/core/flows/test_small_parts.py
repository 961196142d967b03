"""Pure decisions of the flows."""

from __future__ import annotations

import pytest

from core.flows.chat import says_something
from core.flows.stages import FirstVersion, makes_video, tool_kind
from core.flows.status import standing
from core.flows.tips import vague
from core.flows.tools import JobFact, project_name, session_language
from core.flows.upload import url_name
from core.messages import Attachment, Channel, Message, Person
from core.nemo.stream import HEARTBEAT, ChatEvent, Text, ToolCall, ToolResult


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("make something cool", True),
        ("make a video", True),
        ("Surprise me", True),
        ("make it better", True),
        ("做个视频", True),
        ("帮我弄好看一点", True),
        ("haz algo bonito", True),
        ("make it vertical", False),
        ("make the bars blue", False),
        ('make a video with title "Night"', False),
        ("改成竖屏", False),
        ("make it 30 seconds", False),
        ("hello", False),
        ("", False),
        ("make " + "very " * 30 + "nice", False),
    ],
)
def test_a_prompt_without_what_where_or_when_is_vague(text: str, expected: bool) -> None:
    assert vague(text) is expected


@pytest.mark.parametrize(
    ("locale", "tag"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("zh", "zh-CN"),
        ("zh-Hans", "zh-CN"),
        ("zh-TW", "zh-TW"),
        ("zh_HK", "zh-TW"),
        ("es-419", "es"),
        ("ja", "ja"),
        ("pt_BR", "pt-BR"),
        ("", "en"),
        ("x" * 400, "en"),
        ("en\r\nX-Evil: 1", "en"),
    ],
)
def test_the_session_is_told_a_well_formed_language(locale: str, tag: str) -> None:
    assert session_language(locale) == tag


@pytest.mark.parametrize(
    ("text", "expected"),
    [("make", True), ("🎉", True), ("", False), (" \n\t", False), ("\u202e\u2066\u200b", False), ("\u3000", False)],
)
def test_blanks_and_invisible_marks_say_nothing(text: str, expected: bool) -> None:
    assert says_something(text) is expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://x.test/a/song%20one.mp3?token=secret#t", "song one.mp3"),
        ("https://x.test/a/", "a"),
        ("https://user:pass@x.test?key=secret", "x.test"),
    ],
)
def test_an_address_is_called_by_its_file_never_by_its_query(url: str, name: str) -> None:
    assert url_name(url) == name


def test_a_project_is_called_after_its_track() -> None:
    def named(*files: Attachment) -> str:
        return project_name(Message("m", Channel("console", "c"), Person("p"), "words", files))

    assert named() == "project"
    assert named(Attachment("night drive.mp3")) == "night drive"
    assert named(Attachment(".mp3"), Attachment("b.mp3", title="Bee")) == "Bee"
    assert len(named(Attachment("x" * 500 + ".mp3"))) == 60


@pytest.mark.parametrize(
    "tool", ["generate_video", "build_timeline", "generate_music_video", "t2v", "planetarium_clip"]
)
def test_a_tool_that_puts_pictures_on_the_timeline_is_known(tool: str) -> None:
    assert makes_video(tool)


@pytest.mark.parametrize("tool", ["analyze_video", "getTimeline", "list_clips", "add_bgm", "add_title", "search_music"])
def test_a_tool_that_looks_or_adds_sound_or_words_makes_no_picture(tool: str) -> None:
    assert not makes_video(tool)


def stream(spelt: str) -> list[ChatEvent]:
    """Spell a stream: >call, result>, ! words, ~ noise, . a heartbeat."""
    kinds: dict[str, ChatEvent] = {"!": Text("words"), "~": Text("noise", shown=False), ".": HEARTBEAT}
    return [
        kinds.get(word) or (ToolCall(word[1:]) if word.startswith(">") else ToolResult(word.removesuffix(">")))
        for word in spelt.split()
    ]


@pytest.mark.parametrize(
    ("spelt", "extended"),
    [
        (">generate_video generate_video> ! >edit_timeline edit_timeline> !", True),
        ("! >build_timeline build_timeline> ! . >add_effects add_effects> !", True),
        (">generate_video generate_video> ! >add_bgm", True),
        # An answer of one stage: it speaks before the work, or after it, or between looking and working.
        ("! >analyze_music analyze_music> >build_timeline build_timeline> !", False),
        (">analyze_music analyze_music> ! >build_timeline build_timeline> !", False),
        (">generate_video generate_video> >add_bgm add_bgm> !", False),
        (">build_timeline build_timeline> ! >get_state get_state> !", False),
        (">build_timeline build_timeline> ~ >add_title add_title>", False),
        ("! ! !", False),
    ],
)
def test_two_stages_are_known_by_the_order_of_the_stream(spelt: str, extended: bool) -> None:
    first = FirstVersion()
    for event in stream(spelt):
        first.hear(event)
    assert first.extended is extended


@pytest.mark.parametrize(("tool", "kind"), [("add_bgm", "music"), ("build_timeline", "timeline"), ("??", "other")])
def test_tools_have_friendly_names(tool: str, kind: str) -> None:
    assert tool_kind(tool) == kind


def job(name: str, place: int, stage: str) -> JobFact:
    return JobFact(name, place, stage, "Lena", "song.mp3", 0.0)


@pytest.mark.parametrize(
    ("jobs", "asked", "told"),
    [
        ((), "", None),
        ((job("a", 0, "rendering"),), "", ("rendering", "0", "0")),
        ((job("a", 0, "rendering"), job("b", 1, "begin")), "", ("rendering", "0", "1")),
        ((job("a", 0, "rendering"), job("b", 1, "begin")), "b", ("begin", "1", "1")),
        ((job("a", 0, "delivered"),), "", None),  # its video is there: it only closes its card
        ((job("a", 0, "delivered"),), "a", None),
        ((job("a", 0, "done"), job("b", 1, "begin")), "", ("begin", "1", "0")),
    ],
)
def test_status_tells_of_jobs_that_have_something_to_do(
    jobs: tuple[JobFact, ...], asked: str, told: tuple[str, str, str] | None
) -> None:
    found = standing(jobs, asked, None)
    assert (found["stage"], found["place"], found["waiting"]) == told if told else found == {}
