"""What a message asks for: the labelled tables, the words that reach the agent, verbs, addresses, and bad input."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.intents import Chat, Credits, Do, Export, Intent, Plan, Status, Upload, names
from core.messages import Attachment, Channel, Message, Person
from core.router import explain, plans_from_json_lines, route
from core.verbs import KNOWN, VERBS

HERE = Path(__file__).parent
LABELLED = ("intents.tsv", "intents_more.tsv", "intents_chats.tsv", "intents_manners.tsv")


def said(
    text: str, *, files: int = 0, verb: str = "", args: dict[str, str] | None = None, locale: str | None = None
) -> Message:
    attachments = tuple(Attachment(f"{number}.mp3") for number in range(files))
    return Message("1", Channel("console", "test"), Person("p"), text, attachments, verb, args or {}, locale)


def labelled(name: str) -> Iterator[tuple[str, bool, str]]:
    for line in (HERE / name).read_text("utf-8").splitlines()[1:]:
        _, attachment, plan, text = line.split("\t")[:4]
        yield plan, attachment == "yes", text


@pytest.mark.parametrize("name", LABELLED)
def test_every_labelled_message_gets_its_plan(name: str) -> None:
    lines = list(labelled(name))
    assert len(lines) > 70
    wrong = [
        f"{text!r}: {plan}, not {got}"
        for plan, attachment, text in lines
        if (got := names(route(said(text, files=int(attachment))))) != plan
    ]
    assert wrong == []


def test_every_verb_of_a_plan_is_one_that_this_version_knows() -> None:
    messages = [said(text, files=int(files)) for name in LABELLED for _, files, text in labelled(name)]
    messages += [said(f"/{verb.name}") for verb in VERBS] + [said("", verb=verb.name) for verb in VERBS]
    asked = {part.verb for message in messages for part in route(message) if isinstance(part, Do)}
    assert asked <= KNOWN
    assert len(asked) > 5


def test_the_agent_gets_its_part_of_every_labelled_compound() -> None:
    lines = [line.split("\t") for line in (HERE / "intents_chats.tsv").read_text("utf-8").splitlines()[1:]]
    compounds = [(text, attachment == "yes", spoken) for _, attachment, _, text, spoken in lines if spoken]
    assert len(compounds) > 70
    wrong = [
        f"{text!r}: {spoken!r}, not {got!r}"
        for text, attachment, spoken in compounds
        if (got := [one.text.rstrip(".。") for one in route(said(text, files=attachment)) if isinstance(one, Chat)])
        != [spoken.rstrip(".。")]
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("make the chorus brighter and then export", (Chat("make the chorus brighter"), Export())),
        ("Make it louder. Then export.", (Chat("Make it louder."), Export())),
        ("加个标题再把视频发我", (Chat("加个标题"), Export())),
        ("把音量调到35%然后导出！", (Chat("把音量调到35%"), Export())),
        (
            'add a title "Export, then go" for 3s, then send me the video',
            (Chat('add a title "Export, then go" for 3s'), Export()),
        ),
        ("export it, then make a vertical version", (Export(), Chat("make a vertical version"))),
        (
            "make it blue, export, and make the end slower",
            (Chat("make it blue"), Export(), Chat("make the end slower")),
        ),
        ("Ｍａｋｅ it ＬＯＵＤＥＲ & export", (Chat("Ｍａｋｅ it ＬＯＵＤＥＲ"), Export())),
        ("export the video and send it to me", (Export(),)),
        ("don't export and send it yet", (Chat("don't export and send it yet"),)),
        ("  make  it   pop 🎉 ", (Chat("make  it   pop 🎉"),)),
        ("check my balance and show me the timeline", (Credits(), Status())),
        (
            "Send me the mp4 once you've made it louder and added a title",
            (Chat("made it louder\nadded a title"), Export()),
        ),
        ("把水印去了发我", (Chat("把水印去了"), Export())),
        ("算了，直接导出吧", (Export(),)),
        ("算了", (Do("cancel"),)),
        ('add a title saying "Export" and export', (Chat('add a title saying "Export"'), Export())),
        ("add buttons for like and download", (Chat("add buttons for like and download"),)),
    ],
)
def test_the_agent_gets_the_words_as_they_were_written(text: str, plan: Plan) -> None:
    assert route(said(text)) == plan


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("https://a.example/x/song.mp3", (Upload(("https://a.example/x/song.mp3",)),)),
        ("upload this https://a.example/a.wav", (Upload(("https://a.example/a.wav",)),)),
        (
            "https://a.example/a.MP3?dl=1 make it blue",
            (Upload(("https://a.example/a.MP3?dl=1",)), Chat("https://a.example/a.MP3?dl=1 make it blue")),
        ),
        ("upload https://drive.example/file/1", (Upload(("https://drive.example/file/1",)),)),
        ("https://www.youtube.com/watch?v=1", (Chat("https://www.youtube.com/watch?v=1"),)),
        ("upload https://youtu.be/1", (Chat("upload https://youtu.be/1"),)),
        (
            "like https://open.spotify.com/track/1.mp3 please",
            (Chat("like https://open.spotify.com/track/1.mp3 please"),),
        ),
        ("use `https://a.example/x` as text", (Chat("use `https://a.example/x` as text"),)),
    ],
)
def test_addresses_of_media_are_pulled_in_and_pages_are_talk(text: str, plan: Plan) -> None:
    assert route(said(text)) == plan


@pytest.mark.parametrize(
    ("message", "plan"),
    [
        (said("", verb="export"), (Export(),)),
        (said("add end credits", verb="credits"), (Credits(),)),
        (said("", verb="status"), (Status(),)),
        (said("", verb="status", args={"job": "17"}), (Do("status", "17"),)),
        (said("", verb="cancel", args={"job": "17"}), (Do("cancel", "17"),)),
        (said("", verb="language", args={"language": "zh-CN"}), (Do("language", "zh-CN"),)),
        (said("", verb="video", args={"prompt": "export", "aspect": "9:16"}), (Chat("export, 9:16"),)),
        (said("", verb="video", files=1), (Upload(files=True), Chat("Make a music video from this track."))),
        (said("", verb="video", files=1, locale="zh-TW"), (Upload(files=True), Chat("用這首歌做一個音樂影片。"))),
        (said("", verb="video"), (Upload(),)),
        (said("", verb="edit", args={"prompt": "slower"}), (Chat("slower"),)),
        (said("", verb="again", args={"job": "17"}), (Do("again", "17"),)),
        (said("/export"), (Export(),)),
        (said("／ＥＸＰＯＲＴ"), (Export(),)),
        (said("/导出"), (Export(),)),
        (said("/匯出"), (Export(),)),
        (said("/credits@from_music_bot"), (Credits(),)),
        (said("/语言 中文"), (Do("language", "zh-CN"),)),
        (said("/undo"), (Do("undo"),)),
        (said("/video 9:16 neon rain", files=1), (Upload(files=True), Chat("neon rain, 9:16"))),
        (
            said("/video https://a.example/a.mp3"),
            (Upload(("https://a.example/a.mp3",)), Chat("Make a music video from this track.")),
        ),
        (said("/upload"), (Upload(),)),
        (said("/why add end credits"), (Do("why", "add end credits"),)),
        (said("/nonsense"), (Do("help", "nonsense"),)),
        (said("/home/me/a.mp3 is my file"), (Chat("/home/me/a.mp3 is my file"),)),
    ],
)
def test_a_verb_wins_over_all_words(message: Message, plan: Plan) -> None:
    assert route(message) == plan


@pytest.mark.parametrize(
    "text", ["cancel", "Stop!", "STOP it", "取消", "停", "别做了", "停止", "cancela", "/stop", "取消導出"]
)
def test_a_bare_word_cancels(text: str) -> None:
    assert route(said(text)) == (Do("cancel"),)


@pytest.mark.parametrize(
    "text",
    [
        "stop the music at 0:30",
        "cancel the noise in the intro",
        "undo",
        "撤销",
        "停顿一下再进副歌",
        "stop motion style",
    ],
)
def test_a_word_that_cancels_in_an_edit_is_the_agents(text: str) -> None:
    assert route(said(text)) == (Chat(text),)


@pytest.mark.parametrize("text", ["help", "Help!", "帮助", "?", "？", "???", "ayuda"])
def test_a_bare_word_asks_for_help(text: str) -> None:
    assert route(said(text)) == (Do("help"),)


def test_why_names_the_rule_of_each_clause() -> None:
    found = explain(said("don't export yet, exprot is later. make it louder, then send me the video"))
    assert [(reason.clause, reason.intent, reason.rule) for reason in found.reasons][-2:] == [
        ("make it louder", "CHAT", "none"),
        ("send me the video", "EXPORT", "en/send"),
    ]
    assert found.plan == route(said("don't export yet, exprot is later. make it louder, then send me the video"))
    assert explain(said("exprot")).reasons[0].note == "mended"
    assert explain(said("", files=2)).reasons[0].rule == "attachment"


def test_plans_are_read_from_json_lines_and_bad_lines_are_named() -> None:
    lines: list[str | bytes] = [
        json.dumps({"language": "en", "attachment": False, "text": "export"}),
        json.dumps({"language": 7, "attachment": True, "text": None}),
        b'{"attachment": true, "text": "make it loud"}',
        '{"text": 5}',
        "[]",
        "nonsense",
        "[" * 100_000,
        b"\xff\xfe",
        "{}",
        json.dumps({"text": "导出"}),
    ]
    assert list(plans_from_json_lines(lines)) == [
        "EXPORT",
        "UPLOAD",
        "UPLOAD+CHAT",
        "ERROR: text is not a string",
        "ERROR: not a JSON object",
        "ERROR: not a JSON object",
        "ERROR: not a JSON object",
        "ERROR: not a JSON object",
        "CHAT",
        "EXPORT",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "export " * 150_000,
        "a" * 1_000_000,
        "export,\n" * 1_000,
        "and then " * 880,
        "然后导出" * 1_990,
        "if it is ready " * 500,
        "please " * 1_100,
        "send me " * 1_000,
        "给我" * 3_900,
        "我的" * 99 + "x",
        "我我的" * 60 + "导出x",
        "视频现在" * 49 + "x",
        '"' * 7_999,
        "\u202eexport\u202c",
        "\ud800 export \udfff",
        "🔥" * 4_000,
        "title: " * 1_100,
        "https://" * 900,
    ],
)
def test_any_length_and_any_sign_is_routed(text: str) -> None:
    plan = route(said(text))
    assert plan
    spoken = "".join(one.text for one in plan if isinstance(one, Chat))
    assert spoken.encode("utf-8") is not None


def test_of_a_long_story_the_beginning_and_the_end_are_read() -> None:
    story = "the boat turns, export, " * 90
    assert names(route(said(f"{story}and then export"))).endswith("CHAT+EXPORT")
    assert len(route(said(story))) < 130


PIECES = (
    "export 导出 credits 然后 and then , ， . \" “ ” ` / status make it louder 再 并 don't 别 send me the video 🔥 "
    "\ud800 \u202e if when once you've can you it mp4 歌 弄完 如果 好了 n song this"
)
WORDS = st.lists(
    st.sampled_from(PIECES.split()) | st.text(st.characters(), max_size=4),
    max_size=12,
)


@settings(max_examples=100, deadline=None)
@given(WORDS, st.integers(0, 2), st.sampled_from(["", " "]))
def test_a_plan_is_never_empty_and_says_only_what_was_written(words: list[str], files: int, between: str) -> None:
    text = between.join(words)
    message = said(text, files=files)
    plan = route(message)
    assert plan == route(message)
    assert plan
    clean = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    assert all(one.text in clean for one in plan if isinstance(one, Chat))
    uploads: list[Intent] = [one for one in plan if isinstance(one, Upload)]
    assert not files or uploads == [plan[0]] == [Upload(files=True)] or text.lstrip().startswith("/")
