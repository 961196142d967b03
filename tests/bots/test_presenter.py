"""Every event has words in every language; the card says one thing at a time."""

from __future__ import annotations

import typing
from dataclasses import replace

import pytest

from bots.presenter import Card, Say, card_post, dashed, present, result_post, span
from bots.texts import Texts
from core import errors, events
from core.draft import Change, Segment, Summary, Track
from core.render import Delivery

TEXTS = Texts()
CARD = Card(job="j1", title="song.mp3", owner="Mia")
SUMMARY = Summary(
    (
        Track("video", (Segment("city timelapse", 0, 10_000),)),
        Track("audio", (Segment("Lo-fi", 0, 10_000, volume=0.35),)),
        Track("text", (Segment(None, 0, 3_000, text="Urban Dreams"),)),
    ),
    10_000,
)
CHANGE = Change("volume", "audio", "Lo-fi", "100%", "35%", 0, 10_000)


def say(locale: str) -> Say:
    def speak(key: str, /, **args: str | int | float) -> str:
        return TEXTS.say(locale, key, **args)

    return speak


TOLD: dict[str, dict[str, str | int | float]] = {
    "help": {},
    "queue": {"count": 1, "lines": "1. Mia: song"},
    "cancel-running": {},
    "cancel-nothing": {},
    "projects-new": {"had": "yes"},
    "projects-list": {"count": 1, "lines": "1. song"},
    "projects-unknown": {"number": "7", "count": 1},
    "projects-resumed": {"name": "song"},
    "language-which": {"current": "en"},
    "language-set": {"language": "en"},
    "language-auto": {},
    "settings-show": {"language": "en", "export": "changed"},
    "settings-export": {"export": "offer"},
}

EVERY: tuple[events.Event, ...] = (
    events.Connecting(),
    events.Explained("CHAT+EXPORT", (("blue", "CHAT", "none", ""), ("exprot", "EXPORT", "en/export", "mended"))),
    events.Ready("https://nemovideo.com/workspace/claim?ct=clm_1"),
    events.TimelineGone(),
    events.Said("Your *city* timelapse is ready."),
    *(events.Working(stage) for stage in ("working", "uploading", "rendering", "looking")),
    *(events.Working(f"tool-{kind}") for kind in ("music", "title", "video", "timeline", "other")),
    events.Writing("Your ci"),
    events.StillWorking(240.0),
    events.Stored(("song.mp3",), alone=True),
    events.Stored(("a.mp3", "b.png")),
    events.FileWanted(),
    events.BalanceRead(90, 10, 100),
    events.DraftRead(SUMMARY, {"stage": "rendering", "waiting": "2"}),
    events.DraftRead(None, {}),
    events.DraftRead(None, {}, 1),
    events.DraftChanged((CHANGE,), silent=True),
    events.DraftChanged((), silent=True),
    events.NothingYet(),
    events.NothingYet(2),
    events.Progress(None),
    events.Progress(0.4),
    events.RenderSlow(),
    events.ExportOffered(),
    events.FollowUpOffered("drag the clip to the start"),
    events.Superseded(),
    events.Delivered(Delivery("r1", "song.mp4", "https://cdn.example/song.mp4")),
    events.BrokeOff(),
    events.Recovering(),
    *(events.Doubtful(what) for what in ("message", "delivery", "upload")),
    events.Cancelled(running=False, paid=False),
    *(events.Cancelled(running=True, paid=paid) for paid in (True, False, None)),
    *(events.Told(key, args) for key, args in TOLD.items()),
    *(
        events.Failed(kind.__name__, {"name": "song.xyz", "anonymous": "yes", "code": "77"}, "https://nemovideo.com")
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.NemoError) and kind is not errors.NemoError
    ),
    *(
        events.Failed("FileUnavailable", {"name": "song.mp3", "reason": reason, "limit": 20})
        for reason in ("too-large", "too-large-for-platform", "gone", "disk-full", "missing", "network")
    ),
    events.Failed("NothingSeen", retry=True),
    events.Failed("BrokeOffUnchanged", retry=True),
    events.Failed("VideoUnfetched", retry=True),
    events.Failed("RenderFailed", retry=True),
    events.Failed("RenderLost"),
    events.Failed("QueueFull", {"limit": 20}),
    events.Failed("Parked", {"job": "j1"}),
    events.Failed("Undelivered", {"permission": "Attach Files"}),
)


def test_the_list_above_holds_every_event() -> None:
    assert {type(event) for event in EVERY} == set(typing.get_args(events.Event))


@pytest.mark.parametrize("locale", ["en", "zh", "zh-TW", "es"])
@pytest.mark.parametrize("event", EVERY, ids=lambda event: type(event).__name__)
def test_every_event_has_words(event: events.Event, locale: str) -> None:
    shown = present(event, CARD, say(locale))
    texts = [post.text for post in shown.replies] + [shown.card.line, shown.card.title]
    texts += [button.label for post in shown.replies for button in post.buttons]
    assert shown.replies or shown.card != CARD or isinstance(event, events.Writing)
    for text in texts:
        assert "{" not in text
        assert "nmv_usr_" not in text
        assert "None" not in text


def test_a_doubt_is_no_failure_on_the_card() -> None:
    assert present(events.Failed("NothingSeen", retry=True), CARD, say("en")).card.stage == "doubtful"


def test_a_refusal_that_the_turn_goes_on_after_leaves_the_card_as_it_is() -> None:
    poor = events.Failed("OutOfCredits", {"anonymous": "no"}, "https://x", goes_on=True)
    assert present(poor, CARD, say("en")).card == CARD
    assert present(replace(poor, goes_on=False), CARD, say("en")).card.final


def test_a_402_speaks_of_the_plan_and_2001_of_credits() -> None:
    blocked = present(events.Failed("ExportBlocked", {"anonymous": "yes"}, "https://x"), CARD, say("en")).replies[0]
    poor = present(events.Failed("OutOfCredits", {"anonymous": "no"}, "https://x"), CARD, say("en")).replies[0]
    assert "plan" in blocked.text
    assert "not about credits" in blocked.text
    assert "plan" not in poor.text
    assert blocked.buttons[0].url == "https://x"


def test_the_timeline_reads_as_the_contract_shows_it() -> None:
    text = present(events.DraftRead(SUMMARY), CARD, say("en")).replies[0].text
    assert " ".join(text.split()) == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%)"
        ' 3. Title: "Urban Dreams" (0-3s)'
    )


def test_a_change_says_what_where_and_before_after() -> None:
    text = present(events.DraftChanged((CHANGE,), silent=True), CARD, say("en")).replies[0].text
    assert "• BGM “Lo-fi” volume: 100% → 35%" in text


def test_a_running_card_has_its_buttons_and_a_final_one_none() -> None:
    running = card_post(replace(CARD, line="x", done=0.5), say("en"))
    waiting = card_post(replace(CARD, line="x", place=2), say("en"))
    final = card_post(replace(CARD, line="x", done=0.5, final=True), say("en"))
    assert [button.action for button in running.buttons] == ["cancel", "status"]
    assert [button.action for button in waiting.buttons] == ["cancel", "status"]
    assert (final.buttons, final.done) == ((), None)


def test_the_card_tells_the_time_only_once_it_is_long() -> None:
    soon = card_post(replace(CARD, elapsed_s=60.0), say("en"))
    late = card_post(replace(CARD, elapsed_s=240.0, usual_s=(40.0, 100.0)), say("en"))
    assert not any("Still working" in fact for fact in soon.facts)
    assert late.facts == ("👤 Mia", "🕐 usually 40 s to 2 min", "⏳ Still working… 4 min")


@pytest.mark.parametrize(
    ("locale", "usual_s", "fact"),
    [
        ("en", (45.0, 130.0), "🕐 your turn in about 45 s to 2 min"),
        ("en", (118.0, 125.0), "🕐 your turn in about 2 min"),
        ("zh", (45.0, 130.0), "🕐 大约 45 秒到 2 分钟后轮到你"),
    ],
)
def test_a_card_that_waits_tells_when_its_turn_comes(locale: str, usual_s: tuple[float, float], fact: str) -> None:
    post = card_post(replace(CARD, line="x", place=2, usual_s=usual_s), say(locale))
    assert post.facts[-1] == fact


def test_a_result_carries_its_five_buttons_and_the_project() -> None:
    post = result_post("j1", "x", "https://p", say("en"))
    assert [button.action for button in post.buttons] == ["again", "edit", "aspect-9x16", "aspect-1x1", "delete", ""]


@pytest.mark.parametrize(("seconds", "text"), [(0.2, "1 s"), (45, "45 s"), (90, "2 min"), (600, "10 min")])
def test_a_length_of_time_is_spelled(seconds: float, text: str) -> None:
    assert span(seconds, say("en")) == text


def test_class_names_become_keys() -> None:
    assert [dashed(name) for name in ("ExportBlocked", "NotSent")] == ["export-blocked", "not-sent"]


@pytest.mark.parametrize(
    ("locale", "spoken"),
    [("en", "• Video colour: #1f7ae0"), ("zh", "• 视频的颜色：#1f7ae0"), ("es", "• Vídeo, color: #1f7ae0")],
)
def test_what_of_the_look_changed_has_words(locale: str, spoken: str) -> None:
    change = Change("style", "video", "accent", None, "#1f7ae0", 0, 2000)
    assert spoken in present(events.DraftChanged((change,), silent=True), CARD, say(locale)).replies[0].text


@pytest.mark.parametrize(("locale", "spoken"), [("en", "and this file is larger"), ("zh", "，这个文件太大了")])
def test_a_file_without_a_name_is_this_file(locale: str, spoken: str) -> None:
    assert spoken in present(events.Failed("FileTooLarge", {"name": ""}), CARD, say(locale)).replies[0].text
