"""GUI talk of the agent: what people see of it, and what it stands for. Languages: English, Chinese, Spanish."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.languages import traditional
from core.nemo.gui import GuiAction, Translated, so_far, translate

ANSWERS = Path(__file__).parent / "gui_answers.jsonl"
"""Answers as an agent gives them: what is shown of each, and which kinds of action stand behind it."""

GONE = [
    ("click export to save it", "export"),
    ("Click **Export** to save.", "export"),
    ("Just hit “Export” when you're happy with it!", "export"),
    ("You can now export your video.", "export"),
    ("To download it, press the Download button.", "export"),
    ("Once you're happy, click the Export button in the top right corner.", "export"),
    ("👉 Click Export", "export"),
    ("Go to Settings > Export to download the file.", "export"),
    ("Open the timeline panel to preview.", "tracks"),
    ("Preview it in the timeline.", "tracks"),
    ("You can preview the result in the timeline editor.", "tracks"),
    ("Press the play button to watch.", "tracks"),
    ("Open the settings panel.", "state"),
    ("Go to your dashboard.", "state"),
    ("Click the title to edit.", "state"),
    ("Check your account page for credits.", "credits"),
    ("Please visit the billing page to upgrade.", "credits"),
    ("点击导出按钮即可保存", "export"),
    ("点击“导出”即可。", "export"),
    ("现在您可以点击右上角的导出按钮下载视频。", "export"),
    ("打开时间线面板预览。", "tracks"),
    ("你可以在时间线中预览。", "tracks"),
    ("請開啟時間線面板預覽，然後點選右上角的“匯出”按鈕儲存影片。", "tracks"),
    ("請按一下匯出按鈕。", "export"),
    ("请前往账户页面查看积分。", "credits"),
    ("打开设置页面。", "state"),
    ("Haz clic en Exportar para guardarlo.", "export"),
    ("Abre el panel de la línea de tiempo.", "tracks"),
    ("Consulta tu cuenta para ver el saldo.", "credits"),
]


@pytest.mark.parametrize(("text", "kind"), GONE)
def test_an_instruction_goes_and_becomes_what_it_stands_for(text: str, kind: str) -> None:
    found = translate(text)
    assert found.shown == ""
    assert [action.kind for action in found.actions] == [kind]


@pytest.mark.parametrize(
    ("text", "request_text"),
    [
        ("drag the clip to the start", "drag the clip to the start"),
        ("Your song is in. Drag the clip to the start.", "Drag the clip to the start"),
        ("将片段拖到开头。", "将片段拖到开头"),
        ("把标题拖拽到画面中间。", "把标题拖拽到画面中间"),
        ("Arrastra el clip al inicio.", "Arrastra el clip al inicio"),
        ("Click Generate to create the video.", "Click Generate to create the video"),
    ],
)
def test_a_drag_is_offered_as_an_edit_in_words(text: str, request_text: str) -> None:
    assert translate(text).actions == (GuiAction("follow-up", request_text),)


@pytest.mark.parametrize(
    ("text", "shown", "kind"),
    [
        ("Your city timelapse is ready. Click Export to save it.", "Your city timelapse is ready.", "export"),
        ("Your video is ready, click Export to save it!", "Your video is ready!", "export"),
        ("Your video is ready and you can click the Export button to save it.", "Your video is ready.", "export"),
        ("The new cut is ready — hit Export when you like it.", "The new cut is ready.", "export"),
        ("标题已加，点击右上角的导出即可。", "标题已加。", "export"),
        ("视频已经做好了。点击导出按钮即可保存。", "视频已经做好了。", "export"),
        ("标题写着“点击这里”，背景改为蓝色。你可以在时间线中预览。", "标题写着“点击这里”，背景改为蓝色。", "tracks"),
        ("Tu video está listo. Haz clic en Exportar para guardarlo.", "Tu video está listo.", "export"),
        (
            'Done:\n1. Added a title "Click here"\n2. Slowed the **intro**\n\nTo export, click the button at the top.',
            'Done:\n1. Added a title "Click here"\n2. Slowed the **intro**',
            "export",
        ),
        ("Made it louder.\n\nNext steps:\n- Click **Export** to save\n", "Made it louder.", "export"),
        ("- Title is blue\n- Click Export\n- Bars are thicker", "- Title is blue\n- Bars are thicker", "export"),
    ],
)
def test_what_is_said_of_the_video_stays(text: str, shown: str, kind: str) -> None:
    found = translate(text)
    assert (found.shown, [action.kind for action in found.actions]) == (shown, [kind])


@pytest.mark.parametrize(
    "text",
    [
        "The title says 'Click here'.",
        'The title now reads "Click Export to save".',
        "字幕改成了「点击导出」。",
        "I added a click sound at 0:03. The video opens with a city shot. The bass drops at 0:30.",
        "The tap dance scene starts at 3s. Press photographers appear.",
        "I've added a drag effect. Save the date appears at 0:05.",
        "下载图标已添加到右下角。",
        "打开车门的镜头已加入。",
        "拖影效果已经加强，点击音效在第三秒。",
        "导出的视频是1080p。",
        "You can see the account name in the outro.",
        "Check out the new chorus! It hits harder now.",
        "Select a style you like: neon, retro or calm.",
        "Use a warmer palette?",
        "El video abre con una toma de la ciudad.",
        "Run `click export` in the shell",
        "```\nclick export\n```",
        "  spaces and\n\n\nlines stay  ",
        "👍",
        "",
    ],
)
def test_content_is_never_touched(text: str) -> None:
    assert translate(text) == Translated(text)


def test_every_labelled_answer_is_shown_and_acted_upon_as_labelled() -> None:
    labelled = [json.loads(line) for line in ANSWERS.read_text("utf-8").split("\n") if line]
    assert len(labelled) > 100
    wrong = []
    for one in labelled:
        found = translate(one["text"])
        if (found.shown, [action.kind for action in found.actions]) != (one["shown"], one["actions"]):
            wrong.append((one["text"], found))
    assert wrong == []


def test_answers_in_traditional_chinese_are_read_alike() -> None:
    labelled = [json.loads(line) for line in ANSWERS.read_text("utf-8").split("\n") if line]
    chinese = [one for one in labelled if re.search(r"[\u4e00-\u9fff]", one["text"])]
    assert len(chinese) > 40
    for one in chinese:
        found = translate(traditional(one["text"]))
        assert (found.shown, [action.kind for action in found.actions]) == (traditional(one["shown"]), one["actions"])


def test_an_answer_of_a_megabyte_is_shown_as_it_is() -> None:
    text = "Click Export. " * 80_000
    assert translate(text) == Translated(text)


PIECES = st.lists(
    st.sampled_from(
        [text for text, _ in GONE]
        + ["The title is blue.", "\n", "- ", " ", "“点击”", '"', "1. ", "Next:", "\u202e", "\ud800", "🎬"]
    )
    | st.text(max_size=6),
    max_size=10,
)


def is_made_of(shown: str, text: str) -> bool:
    """Whether every letter shown was in the text, in this order."""
    rest = iter(text)
    return all(letter in rest for letter in shown)


@settings(max_examples=150, deadline=None)
@given(PIECES)
def test_nothing_is_invented(pieces: list[str]) -> None:
    text = "".join(pieces)
    found = translate(text)
    assert is_made_of(found.shown, text)
    assert all(action.text in text for action in found.actions)
    assert found.shown == text or found.actions


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("", ""),
        ("The title is", ""),
        ("The title is in. Click Exp", "The title is in."),
        ("The title is in. Click Export to save it.", "The title is in."),
        ("The title is in. Click Export to save it. Blue bars", "The title is in."),
        ("标题好了。点击导出", "标题好了。"),
        ("Version 1.5 is", ""),
    ],
)
def test_while_it_is_written_only_finished_sentences_are_shown(written: str, shown: str) -> None:
    assert so_far(written) == shown
