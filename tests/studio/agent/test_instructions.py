"""Words → wishes, as a table: English, Chinese, some Spanish; several in one message; negation; quotes."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.agent.edits import (
    ChangePace,
    ChangeVolume,
    Create,
    Drop,
    Edit,
    KeepLast,
    Redo,
    RemoveText,
    RetimeText,
    SetAspect,
    SetColor,
    SetCuts,
    SetEnergy,
    SetPalette,
    SetStyle,
    SetText,
    SetVolume,
    StartOver,
    Trim,
    Undo,
    UseCover,
    When,
)
from studio.agent.instructions import read
from studio.agent.phrases import color, milliseconds, number
from studio.agent.rules import Ask, Cannot


def title(text: str, start: int | None = None, length: int | None = None, end: int | None = None) -> SetText:
    return SetText("title", text, When(start, length, end))


def bars(code: str, said: str) -> SetColor:
    return SetColor("bars", code, said)


BLUE, RED, BLACK, WHITE, PURPLE = "#1f7ae0", "#ff3b30", "#0b0c0f", "#ffffff", "#9b4dff"

ONE = [
    # the demo's prompt and its like
    ("create a video from this music with visualizer and beat-synced cuts", Create()),
    ("make a music video", Create()),
    ("turn this song into a video please", Create()),
    ("I want a visualizer video for this track", Create()),
    ("用这首歌做一个视频", Create()),
    ("帮我生成一个带频谱的音乐视频，画面卡点", Create()),
    ("crea un vídeo con visualizador", Create()),
    # title
    ('add a title "Urban Dreams" for 3 s at the start', title("Urban Dreams", 0, 3000)),
    ('add a title "Urban Dreams" for 3s', title("Urban Dreams", None, 3000)),
    ('at the start, add a title "Urban Dreams" for three seconds', title("Urban Dreams", 0, 3000)),
    ("show a title “Urban Dreams” from 0:05 to 0:10", title("Urban Dreams", 5000, None, 10000)),
    ('put the title "Hi" at 0:10 for 2 seconds', title("Hi", 10000, 2000)),
    ("change the title to Night Drive", title("Night Drive")),
    ("title: Midnight Run", title("Midnight Run")),
    ("call it Night Drive", title("Night Drive")),
    ("加一个标题“夜航”，3秒", title("夜航", None, 3000)),
    ("加一个标题「夜航」，持续三秒", title("夜航", None, 3000)),
    ("在开头加标题“夜航”3秒", title("夜航", 0, 3000)),
    ("把标题改成“夜航”", title("夜航")),
    ("标题改成夜航", title("夜航")),
    ('title 改成 "夜航"', title("夜航")),
    ("标题叫《夜航》", title("夜航")),
    ("show the title for 5 seconds", RetimeText("title", When(None, 5000))),
    ("remove the title", RemoveText("title")),
    ("no title please", RemoveText("title")),
    ("去掉标题", RemoveText("title")),
    ("不要标题", RemoveText("title")),
    ("把标题去掉", RemoveText("title")),
    # artist, end credits, captions
    ('set the artist to "DJ Foo"', SetText("artist", "DJ Foo")),
    ("change the artist to DJ Foo", SetText("artist", "DJ Foo")),
    ("歌手改成“小王”", SetText("artist", "小王")),
    ("remove the artist name", RemoveText("artist")),
    ('add end credits "Thanks to Ann, Bob"', SetText("credits", "Thanks to Ann, Bob")),
    ("片尾字幕写“谢谢观看”", SetText("credits", "谢谢观看")),
    ("opening credits: DJ Foo presents", SetText("credits", "DJ Foo presents")),
    ('show "Hello World" from 0:05 to 0:10', SetText("caption", "Hello World", When(5000, None, 10000))),
    # shape
    ("make it vertical", SetAspect("9:16")),
    ("portrait mode", SetAspect("9:16")),
    ('title "x" at 9:16', title("x", 556_000)),
    ('title "x" from 9:16 to 9:20', title("x", 556_000, end=560_000)),
    ("竖屏", SetAspect("9:16")),
    ("改成竖屏", SetAspect("9:16")),
    ("9:16", SetAspect("9:16")),
    ("９：１６", SetAspect("9:16")),
    ("16:9 please", SetAspect("16:9")),
    ("横屏", SetAspect("16:9")),
    ("square", SetAspect("1:1")),
    ("做成方形", SetAspect("1:1")),
    ("ponlo en 1:1", SetAspect("1:1")),
    ("make it 4:3", Cannot("aspect")),
    # colours
    ("make the bars blue", bars(BLUE, "blue")),
    ("blue bars", bars(BLUE, "blue")),
    ("change the colour of the bars to #ff8800", bars("#ff8800", "#ff8800")),
    ("bars #f80", bars("#ff8800", "#f80")),
    ("柱子改成红色", bars(RED, "红色")),
    ("频谱用蓝色", bars(BLUE, "蓝色")),
    ("红色的柱子", bars(RED, "红色")),
    ("把颜色换成紫色", bars(PURPLE, "紫色")),
    ("make it purple", bars(PURPLE, "purple")),
    ("black background", SetColor("background", BLACK, "black")),
    ("set the background to dark red", SetColor("background", "#801e18", "dark red")),
    ("背景换成深蓝色", SetColor("background", "#0a3a6e", "深蓝色")),
    ("把背景换成蓝色渐变", SetColor("background", BLUE, "蓝色")),
    ("fondo negro", SetColor("background", BLACK, "negro")),
    ("make the title white", SetColor("text", WHITE, "white")),
    ("标题改成红色", SetColor("text", RED, "红色")),
    ("use the sunset palette", SetPalette("sunset")),
    ("neon theme", SetPalette("neon")),
    ("用日落配色", SetPalette("sunset")),
    ("colours from the cover", SetPalette("auto")),
    # sound
    ("set the music volume to 35%", SetVolume(0.35)),
    ("music at 35%", SetVolume(0.35)),
    ("volume 80", SetVolume(0.8)),
    ("音量调到35%", SetVolume(0.35)),
    ("把音量调到百分之三十五", SetVolume(0.35)),
    ("louder", ChangeVolume(1.25)),
    ("make the music louder", ChangeVolume(1.25)),
    ("turn it up", ChangeVolume(1.25)),
    ("声音大一点", ChangeVolume(1.25)),
    ("quieter", ChangeVolume(0.8)),
    ("turn the music down", ChangeVolume(0.8)),
    ("音乐小一点", ChangeVolume(0.8)),
    ("mute the music", SetVolume(0.0)),
    ("静音", SetVolume(0.0)),
    # time
    ("only the first 30 seconds", Trim(0, 30_000)),
    ("use the first minute", Trim(0, 60_000)),
    ("只要前30秒", Trim(0, 30_000)),
    ("只要前三十秒", Trim(0, 30_000)),
    ("from 0:10 to 0:40", Trim(10_000, 40_000)),
    ("trim it from 0:10 to 0:40", Trim(10_000, 40_000)),
    ("trim 10s - 40s", Trim(10_000, 40_000)),
    ("从0:10到0:40", Trim(10_000, 40_000)),
    ("截取10秒到40秒", Trim(10_000, 40_000)),
    ("make it 30 seconds long", Trim(0, 30_000)),
    ("剪到一分半", Trim(0, 90_000)),
    ("start at 0:30", Trim(30_000, None)),
    ("cut the first 10 seconds", Drop("start", 10_000)),
    ("去掉前10秒", Drop("start", 10_000)),
    ("remove the last 5 seconds", Drop("end", 5_000)),
    ("the last 20 seconds", KeepLast(20_000)),
    ("最后20秒", KeepLast(20_000)),
    ("use the whole song", Trim(0, None)),
    ("30 second teaser please", Trim(0, 30_000)),
    ("i need a 15 sec reel", Trim(0, 15_000)),
    ("a 1 minute version", Trim(0, 60_000)),
    ("keep it under 30 seconds", Trim(0, 30_000)),
    ("the video should be 45 seconds long", Trim(0, 45_000)),
    ("video length 15s", Trim(0, 15_000)),
    ("时长15秒", Trim(0, 15_000)),
    ("视频控制在15秒以内", Trim(0, 15_000)),
    ("一分钟的MV", Trim(0, 60_000)),
    ("un vídeo que dure 20 segundos", Trim(0, 20_000)),
    # cuts, movement
    ("no cuts", SetCuts("none")),
    ("不要切换", SetCuts("none")),
    ("cut on the beats", SetCuts("beats")),
    ("faster cuts", ChangePace(1)),
    ("节奏再快一点", ChangePace(1)),
    ("slower cuts", ChangePace(-1)),
    ("切换慢一点", ChangePace(-1)),
    ("make it more energetic on the drop", SetEnergy("energetic")),
    ("更有活力一点", SetEnergy("energetic")),
    ("calmer", SetEnergy("calm")),
    ("更舒缓一些", SetEnergy("calm")),
    # pictures
    ("use this image as cover", UseCover()),
    ("set my photo as the album art", UseCover()),
    ("用这张图做封面", UseCover()),
    ("remove the cover", UseCover(use=False)),
    # history
    ("undo", Undo()),
    ("undo that", Undo()),
    ("撤销", Undo()),
    ("deshacer", Undo()),
    ("redo", Redo()),
    ("重做", Redo()),
    ("start over", StartOver()),
    ("重新开始", StartOver()),
    # questions and limits
    ("what can you do?", Ask("help")),
    ("你能做什么", Ask("help")),
    ("how long does an export usually take?", Ask("how-long")),
    ("导出要多久", Ask("how-long")),
    ("which formats do you take?", Ask("formats")),
    ("hello", Ask("hello")),
    ("谢谢", Ask("thanks")),
    ("use https://www.youtube.com/watch?v=abc as music", Cannot("import")),
    ("import from spotify", Cannot("import")),
    ("add lyrics", Cannot("lyrics")),
    ("加歌词", Cannot("lyrics")),
    ("slow down the intro", Cannot("tempo")),
    ("把开头放慢", Cannot("tempo")),
    ("balance the audio levels between vocals and drums", Cannot("mix")),
    ("put a progress status bar at the bottom", Cannot("stickers")),
    ("a radial visualizer", Cannot("style")),
    # Traditional characters, and Taiwan's words; what is shown stays as it was written
    ("幫我做個視頻", Create()),
    ("加標題《夜航》", title("夜航")),
    ("標題：臺北的夜", title("臺北的夜")),
    ("前兩秒顯示標題「臺北」", title("臺北", None, 2000)),
    ("把柱子換成藍色", bars(BLUE, "蓝色")),
    ("改成豎屏", SetAspect("9:16")),
    ("改成直式", SetAspect("9:16")),
    ("橫式", SetAspect("16:9")),
    ("復原", Undo()),
]


@pytest.mark.parametrize(("text", "wish"), ONE)
def test_one_wish(text: str, wish: object) -> None:
    assert read(text) == (wish,)


MANY: list[tuple[str, tuple[object, ...]]] = [
    (
        'make it vertical, title "Sunset Drive" for 5 seconds, bars orange, volume 80%',
        (SetAspect("9:16"), title("Sunset Drive", None, 5000), bars("#ff8c1a", "orange"), SetVolume(0.8)),
    ),
    ('make a video, 9:16, title "Night"', (Create(), SetAspect("9:16"), title("Night"))),
    ("make a neon video", (Create(), SetPalette("neon"))),
    ("做一个黑白的音乐视频", (Create(), SetPalette("mono"))),
    ("make it vertical for TikTok", (SetAspect("9:16"),)),
    ("做一个适合抖音的竖屏视频", (Create(), SetAspect("9:16"))),
    ("做一个抖音竖屏视频", (Create(), SetAspect("9:16"))),
    ("a square video for YouTube Shorts, take the song from youtube", (SetAspect("1:1"), Cannot("import"))),
    ("9:16，标题《夜》，前3秒", (SetAspect("9:16"), title("夜", None, 3000))),
    ("标题《夜》，9:16", (title("夜"), SetAspect("9:16"))),
    ('vertical, 8s, title "Night"', (SetAspect("9:16"), Trim(0, 8_000), title("Night"))),
    ("竖屏，8秒，标题《夜》", (SetAspect("9:16"), Trim(0, 8_000), title("夜"))),
    ('8s title "Night", vertical', (title("Night", None, 8_000), SetAspect("9:16"))),
    ("blue bars on a black background", (bars(BLUE, "blue"), SetColor("background", BLACK, "black"))),
    (
        "竖屏，柱子改成红色，音量调到50%，只要前20秒",
        (SetAspect("9:16"), bars(RED, "红色"), SetVolume(0.5), Trim(0, 20_000)),
    ),
    ("用这首歌做一个竖屏的可视化视频", (Create(), SetAspect("9:16"))),
    (
        'create a square video with the title "Hi" and no cuts',
        (Create(), SetAspect("1:1"), title("Hi"), SetCuts("none")),
    ),
    ("make it vertical and then undo", (SetAspect("9:16"), Undo())),
    (
        "make a 10 second vertical video with blue bars",
        (Create(), Trim(0, 10_000), SetAspect("9:16"), bars(BLUE, "blue")),
    ),
    ("做个15秒左右的竖屏短视频", (Create(), Trim(0, 15_000), SetAspect("9:16"))),
    ("crea un clip cuadrado de 15 segundos", (Create(), SetAspect("1:1"), Trim(0, 15_000))),
    ("用这首3分钟的歌做成视频", (Create(),)),
    ("视频10秒处加标题“A”", (title("A", 10_000),)),
    ("crea un vídeo vertical con barras azules", (Create(), SetAspect("9:16"), bars(BLUE, "azules"))),
    ("add the title Night Drive", (title("Night Drive"),)),
    ("add a title night drive by neon cat", (title("night drive"), SetText("artist", "neon cat"))),
    ("slow cuts, title Night Drive by Neon Cat", (ChangePace(-1), title("Night Drive"), SetText("artist", "Neon Cat"))),
    ("vertical, title Night Drive, 15s", (SetAspect("9:16"), title("Night Drive"), Trim(0, 15_000))),
    ("add title My Song in yellow", (title("My Song"), SetColor("text", "#ffd60a"))),
    ('add title "My Song" in yellow for 3 seconds', (title("My Song", None, 3000), SetColor("text", "#ffd60a"))),
    ("add title Dancing in the Dark", (title("Dancing in the Dark"),)),
    ("show artist Neon Cat for 5 seconds", (SetText("artist", "Neon Cat", When(None, 5000)),)),
    ('add a title "A" for 3 s and add end credits "B"', (title("A", None, 3000), SetText("credits", "B"))),
]


@pytest.mark.parametrize(("text", "wishes"), MANY)
def test_several_wishes_in_one_message_keep_their_order(text: str, wishes: tuple[object, ...]) -> None:
    assert read(text) == wishes


@pytest.mark.parametrize(
    "text",
    [
        "don't make it vertical",
        "don't add a title",
        "不要竖屏",
        "别改成方形",
        "please do not use blue bars",
        "no need to undo",
        "add title please",
        "add the title back",
        "cut every 2 seconds in the video",
        "add a 3 second title video",
        "the clip at 10 seconds looks bad",
        "don't make it a 10 second video",
        "第10秒的视频画面太暗",
        "每隔2秒切换视频",
        "make me a sandwich",
        "asdf",
        "嗯",
        "?",
        "the weather is fine",
        "",
    ],
)
def test_what_is_forbidden_or_not_understood_means_nothing(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("don't mute the music", SetVolume(1.0)),
        ("don't make it louder", ChangeVolume(0.8)),
        ("不要太响", ChangeVolume(0.8)),
    ],
)
def test_a_negation_may_turn_a_wish_round(text: str, wish: Edit) -> None:
    assert read(text) == (wish,)


def test_quoted_words_are_never_instructions() -> None:
    assert read('add a title "undo, mute and make it vertical, bars blue"') == (
        title("undo, mute and make it vertical, bars blue"),
    )
    assert read("标题改成“竖屏静音”") == (title("竖屏静音"),)


def test_a_wish_said_twice_is_one() -> None:
    assert read("vertical, 9:16, portrait") == (SetAspect("9:16"),)


@given(st.text(max_size=200))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_the_reader(text: str) -> None:
    read(text)


PIECES = [
    "add",
    "title",
    "“",
    "”",
    '"',
    "for 3 s",
    "blue",
    "bars",
    "不要",
    "标题",
    "from",
    "to",
    "0:10",
    "35%",
    "，",
    "\ue000",
    " ",
    "9:16",
    "volume",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25))
@settings(max_examples=60, deadline=None)
def test_no_heap_of_words_breaks_the_reader(pieces: list[str]) -> None:
    read(" ".join(pieces))


def test_a_long_message_is_read_in_reasonable_work() -> None:
    assert read("a " * 5_000) == ()
    assert read("加" * 5_000) == ()
    assert Trim(0, 3_000) in read("add " + "3s, " * 300)  # hung: every time could belong to two parts
    assert read("go with " * 100 + "来点" * 100) == ()
    assert SetStyle("spectrum") not in read("create a video with a spectrum")


@pytest.mark.parametrize(
    ("spelled", "ms"),
    [
        ("3 s", 3000),
        ("3秒", 3000),
        ("1:05", 65_000),
        ("0:10.5", 10_500),
        ("1 minute 30 seconds", 90_000),
        ("一分半", 90_000),
        ("1分30秒", 90_000),
        ("half a minute", 30_000),
        ("三十秒", 30_000),
        ("2.5s", 2500),
        ("treinta segundos", 30_000),
        ("10", 10_000),
    ],
)
def test_times(spelled: str, ms: int) -> None:
    assert milliseconds(spelled) == ms


@pytest.mark.parametrize(
    ("spelled", "value"),
    [("35", 35), ("三十五", 35), ("十五", 15), ("一百", 100), ("两", 2), ("半", 0.5), ("twenty", 20)],
)
def test_numbers(spelled: str, value: float) -> None:
    assert number(spelled) == value


@pytest.mark.parametrize(
    ("spelled", "code"),
    [("blue", BLUE), ("#F80", "#ff8800"), ("深红色", "#801e18"), ("light blue", "#8fbcf0"), ("sky blue", "#5ac8fa")],
)
def test_colours(spelled: str, code: str) -> None:
    assert color(spelled) == code
