"""Edit × Draft → Draft, and the turn round it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio import texts
from studio.agent import edits as e
from studio.agent import replies, rules, turn
from studio.draft import Draft, Kind
from studio.picture.palette import NAMED
from studio.texts import chinese

SONG = e.Source("med_a", "audio", "urban.mp3", 60_000, "Urban Dreams", "Ann", "med_cover")
PHOTO = e.Source("med_p", "image", "me.png")
CLIP = e.Source("med_v", "video", "clip.mp4", 20_000)
MUTE_CLIP = e.Source("med_w", "video", "mute.mp4", 20_000, has_sound=False)
SHELF = e.Shelf((SONG, PHOTO))


def made(*edits: e.Edit) -> Draft:
    draft = e.fresh(SONG)
    for edit in edits:
        draft, _ = e.apply(edit, draft, SHELF)
    return draft


def text(draft: Draft, role: str) -> tuple[str, int, int] | None:
    found = [s for s in e.texts_of(draft) if s.meta["role"] == role]
    return (found[0].meta["text"], found[0].start_ms, found[0].duration_ms) if found else None


def meta(draft: Draft, kind: Kind) -> dict[str, Any]:
    return next(t for t in draft.tracks if t.kind is kind).segments[0].meta


def test_a_fresh_draft_has_picture_sound_and_the_words_of_the_tags() -> None:
    draft = e.fresh(SONG)
    assert [t.kind for t in draft.tracks] == [Kind.VIDEO, Kind.AUDIO, Kind.TEXT]
    assert text(draft, "title") == ("Urban Dreams", 0, 60_000)
    assert text(draft, "artist") == ("Ann", 0, 60_000)
    assert draft.meta["cover"] == "med_cover"
    assert Draft.from_wire(json.loads(json.dumps(draft.to_wire()))) == draft


def test_a_track_without_tags_is_called_by_its_file() -> None:
    assert text(e.fresh(e.Source("m", "audio", "夜航.final.mp3", 9_000)), "title") == ("夜航.final", 0, 9_000)


def test_a_picture_in_the_session_is_the_cover_of_a_new_video() -> None:
    assert e.fresh(SONG, PHOTO).meta["cover"] == "med_p"


def test_the_newest_track_counts_and_a_clip_with_sound_where_there_is_none() -> None:
    assert e.Shelf((SONG, CLIP)).track == SONG
    assert e.Shelf((PHOTO, CLIP, MUTE_CLIP)).track == CLIP
    assert e.Shelf((PHOTO, MUTE_CLIP)).track is None


@pytest.mark.parametrize(
    ("when", "place"),
    [
        (e.When(), (0, 60_000)),
        (e.When(0, 3000), (0, 3000)),
        (e.When(None, 3000), (0, 3000)),
        (e.When(10_000, 2000), (10_000, 2000)),
        (e.When(5000, None, 10_000), (5000, 5000)),
        (e.When(at_end=True), (56_000, 4000)),
        (e.When(None, 10_000, at_end=True), (50_000, 10_000)),
        (e.When(59_000, 5000), (59_000, 1000)),
    ],
)
def test_a_title_stands_where_it_was_asked_for(when: e.When, place: tuple[int, int]) -> None:
    draft = e.apply(e.RemoveText("title"), e.fresh(SONG), SHELF)[0]
    assert text(e.apply(e.SetText("title", "Hi", when), draft, SHELF)[0], "title") == ("Hi", *place)


def test_a_title_behind_the_end_is_refused() -> None:
    draft = made()
    after, note = e.apply(e.SetText("title", "Hi", e.When(70_000)), draft, SHELF)
    assert (after, note.key, note.done) == (draft, "text-late", False)


def test_end_credits_come_at_the_end_and_captions_add_up() -> None:
    draft = made(e.SetText("credits", "Thanks"), e.SetText("caption", "a"), e.SetText("caption", "b", e.When(9000)))
    assert text(draft, "credits") == ("Thanks", 54_000, 6_000)
    assert [s.meta["text"] for s in e.texts_of(draft) if s.meta["role"] == "caption"] == ["a", "b"]
    ids = [s.id for t in draft.tracks for s in t.segments]
    assert len(ids) == len(set(ids))


def test_a_removed_title_is_gone_from_the_project_too() -> None:
    draft = made(e.RemoveText("title"))
    assert text(draft, "title") is None
    assert "title" not in draft.meta
    assert made(e.RemoveText(None)).meta.keys().isdisjoint({"title", "artist"})


def test_trims_are_measured_on_the_track_and_words_follow() -> None:
    draft = made(e.SetText("credits", "Thanks"), e.Trim(10_000, 40_000))
    assert draft.duration_ms == 30_000
    assert meta(draft, Kind.AUDIO)["in"] == 10_000
    assert text(draft, "title") == ("Urban Dreams", 0, 30_000)
    assert text(draft, "credits") == ("Thanks", 24_000, 6_000)
    longer = e.apply(e.Trim(0, 50_000), draft, SHELF)[0]
    assert longer.duration_ms == 50_000
    assert e.apply(e.Drop("start", 5_000), longer, SHELF)[0].duration_ms == 45_000
    assert e.apply(e.Drop("end", 5_000), longer, SHELF)[0].duration_ms == 45_000
    assert meta(e.apply(e.KeepLast(20_000), draft, SHELF)[0], Kind.AUDIO)["in"] == 40_000


@pytest.mark.parametrize("edit", [e.Trim(60_000, None), e.Trim(0, 500), e.Drop("start", 60_000), e.Drop("end", 60_000)])
def test_a_trim_that_leaves_nothing_is_refused(edit: e.Edit) -> None:
    draft = made()
    after, note = e.apply(edit, draft, SHELF)
    assert (after, note.key) == (draft, "trim-impossible")


@pytest.mark.parametrize(
    ("edits", "kind", "key", "value"),
    [
        ([e.SetColor("bars", "#112233")], Kind.VIDEO, "accent", "#112233"),
        ([e.SetColor("background", "#112233")], Kind.VIDEO, "background", "#112233"),
        ([e.SetColor("text", "#112233")], Kind.TEXT, "color", "#112233"),
        ([e.SetPalette("ocean")], Kind.VIDEO, "palette", "ocean"),
        ([e.SetColor("bars", "#112233"), e.SetPalette("ocean")], Kind.VIDEO, "accent", None),
        ([e.SetVolume(0.35)], Kind.AUDIO, "volume", 0.35),
        ([e.SetVolume(9)], Kind.AUDIO, "volume", 2.0),
        ([e.SetVolume(0.0), e.ChangeVolume(1.25)], Kind.AUDIO, "volume", 0.62),
        ([e.SetCuts("none")], Kind.VIDEO, "cuts", "none"),
        ([e.SetCuts("none"), e.ChangePace(1)], Kind.VIDEO, "cuts", "beats"),
        ([e.ChangePace(1), e.ChangePace(1)], Kind.VIDEO, "pace", "fast"),
        ([e.SetEnergy("calm")], Kind.VIDEO, "pace", "slow"),
    ],
)
def test_an_edit_writes_its_key(edits: list[e.Edit], kind: Kind, key: str, value: Any) -> None:
    assert meta(made(*edits), kind).get(key) == value


@pytest.mark.parametrize(("aspect", "size"), list(e.SIZES.items()))
def test_the_three_shapes(aspect: e.Aspect, size: tuple[int, int]) -> None:
    draft = made(e.SetAspect(aspect))
    assert (draft.meta["width"], draft.meta["height"]) == size


def test_a_cover_needs_a_picture() -> None:
    assert made(e.UseCover()).meta["cover"] == "med_p"
    assert e.apply(e.UseCover(), made(), e.Shelf((SONG,)))[1].key == "need-picture"
    assert "cover" not in made(e.UseCover(use=False)).meta


def test_starting_over_takes_every_change_back() -> None:
    assert made(e.SetAspect("9:16"), e.Trim(0, 9000), e.StartOver()) == e.fresh(SONG, PHOTO)


EDITS = st.sampled_from(
    [
        e.SetText("title", "x", e.When(1000, 500)),
        e.SetText("caption", "y", e.When(50_000, 20_000)),
        e.SetText("credits", "z"),
        e.RemoveText("title"),
        e.RemoveText(None),
        e.RetimeText("title", e.When(2000)),
        e.Trim(5000, 12_000),
        e.Trim(0, None),
        e.Drop("start", 3000),
        e.Drop("end", 40_000),
        e.KeepLast(8000),
        e.SetAspect("9:16"),
        e.SetPalette("neon"),
        e.UseCover(),
        e.SetColor("text", "#ffffff"),
        e.ChangeVolume(1.25),
        e.ChangePace(-1),
        e.SetEnergy("energetic"),
        e.StartOver(),
        e.Create(),
    ]
)


@given(st.lists(EDITS, max_size=12))
@settings(max_examples=80, deadline=None)
def test_whatever_is_edited_the_draft_stays_whole(edits: list[e.Edit]) -> None:
    draft = made(*edits)
    assert draft.ready
    assert Draft.from_wire(draft.to_wire()) == draft
    sound = e.audio_of(draft)
    assert sound is not None
    assert sound.meta["in"] + sound.duration_ms <= SONG.duration_ms
    assert sound.duration_ms == draft.duration_ms >= e.SHORTEST_MS
    for track in draft.tracks:
        for piece in track.segments:
            assert piece.duration_ms > 0
            assert 0 <= piece.start_ms <= piece.start_ms + piece.duration_ms <= draft.duration_ms


# --- turns ----------------------------------------------------------------------------------------------------------


def context(**more: Any) -> turn.Context:
    return turn.Context(**{"shelf": SHELF, "draft": e.fresh(SONG), "seen_audio": SONG.id, **more})


def test_an_edit_on_nothing_makes_the_video_first() -> None:
    found = turn.take("make it vertical", context(draft=Draft(), seen_audio=""))
    assert found.kind == "create"
    assert [step.tool for step in found.steps] == ["analyze_music", "build_timeline", "set_aspect"]
    assert found.draft.meta["height"] == 1920


@pytest.mark.parametrize(
    ("tracks", "seen", "told"),
    [("ab", "", True), ("a", "", False), ("ab", "a", False), ("abc", "a", True), ("abc", "gone", True)],
)
def test_of_several_new_tracks_one_is_taken_and_that_is_said(tracks: str, seen: str, told: bool) -> None:
    shelf = e.Shelf(tuple(e.Source(name, "audio", f"{name}.mp3", 30_000) for name in tracks))
    found = turn.take("make a video", context(draft=Draft(), seen_audio=seen, shelf=shelf))
    assert (found.kind, found.track) == ("create", tracks[-1])
    assert ("one-track" in [note.key for note in found.notes]) is told


def test_a_new_track_begins_a_new_video() -> None:
    second = e.Source("med_b", "audio", "second.mp3", 30_000)
    found = turn.take("make it vertical", context(shelf=e.Shelf((SONG, second))))
    assert (found.kind, found.track, found.draft.duration_ms) == ("create", "med_b", 30_000)


def test_what_was_wished_before_the_track_came_is_done_with_it() -> None:
    early = turn.take("bars blue", turn.Context())
    assert (early.notes[0].key, early.waiting) == ("need-track", ("bars blue",))
    found = turn.take("create a video", context(draft=Draft(), seen_audio="", waiting=early.waiting))
    assert meta(found.draft, Kind.VIDEO)["accent"] == "#1f7ae0"
    assert found.waiting == ()


def test_undo_and_redo_move_in_the_history() -> None:
    past, here = e.fresh(SONG), made(e.SetAspect("9:16"))
    undone = turn.take("undo", context(draft=here, past=past))
    assert (undone.cursor_step, undone.changed, undone.draft) == (-1, False, past)
    redone = turn.take("redo", context(draft=past, ahead=here))
    assert (redone.cursor_step, redone.draft) == (1, here)
    assert turn.take("undo", context()).notes[0].key == "nothing-undone"
    both = turn.take("undo and make it square", context(draft=here, past=past))
    assert (both.cursor_step, both.changed, both.draft.meta["width"]) == (-1, True, 1080)


@pytest.mark.parametrize(
    ("text", "session", "language"),
    [
        ("make it vertical", "", "en"),
        ("竖屏", "en", "zh"),
        ("9:16", "zh-CN", "zh"),
        ("9:16", "es", "es"),
        ("9:16", "ja", "en"),
        ("ponlo en vertical por favor con barras azules", "", "es"),
        ("make it vertical and add a title", "zh", "en"),
        ('add a title "夜航"', "en", "en"),
        ('加一个标题 "Night"', "en", "zh"),
        ("改成直式", "zh-TW", "zh-TW"),
        ("9:16", "zh-Hant-HK", "zh-TW"),
        ("改成豎屏", "en", "zh-TW"),
        ("改成竖屏", "zh-TW", "zh"),
        ('title "Night" for 2 seconds', "zh", "en"),
        ('title "Night"', "zh", "zh"),
        ("卡通", "zh-Hant-HK", "zh-TW"),
        ("卡通", "zh-CN", "zh"),
        ("9:16", "zh-TW", "zh-TW"),
        ("make it vertical and add a title", "zh-TW", "en"),
    ],
)
def test_the_language_of_the_answer(text: str, session: str, language: str) -> None:
    assert turn.language_of(text, session) == language


def test_traditional_chinese_leaves_names_as_they_were_written() -> None:
    assert texts.say("zh-TW", "note-created", name="后来", seconds="2") == "《后来》的影片做好了：2 秒，帶頻譜視覺化。"


def test_traditional_words_are_answered_in_traditional_words() -> None:
    said = replies.closing(turn.take("把標題改成「夜航」", context()), None)
    assert "夜航" in said
    assert said == chinese.traditional(said) != chinese.simplified(said)


def test_what_is_not_understood_is_said_and_costs_nothing() -> None:
    found = turn.take("make me a sandwich", context())
    assert (found.kind, found.changed) == ("talk", False)
    assert "did not understand" in replies.closing(found, None)


@pytest.mark.parametrize(
    "text",
    [
        "make something cool",
        "do your thing!",
        "surprise me with a clip",
        "随便弄一个好看的",
        "来一个酷的",
        "haz algo bonito",
    ],
)
def test_a_vague_wish_on_a_new_track_is_a_video(text: str) -> None:
    found = turn.take(text, context(draft=Draft(), seen_audio=""))
    assert (found.kind, found.changed, found.draft.ready) == ("create", True, True)
    assert [note.key for note in found.notes] == ["created", "free-hand"]


@pytest.mark.parametrize(
    "text",
    ["ok", "the weather is fine", "don't make anything yet", "what can you make", "先别做", "你会做什么呢", "🔥🔥"],
)
def test_no_video_is_made_of_a_new_track_where_none_was_wished_for(text: str) -> None:
    assert turn.take(text, context(draft=Draft(), seen_audio="")).kind == "talk"


def test_a_wish_that_is_true_already_changes_nothing_and_says_so() -> None:
    found = turn.take('title "Urban Dreams"', context())
    assert (found.changed, [note.key for note in found.notes]) == (False, ["text-title", "same"])
    assert [note.key for note in turn.take("bars blue", context()).notes] == ["color"]
    assert [note.key for note in turn.take("16:9", context()).notes] == ["aspect-same"]


# --- words ----------------------------------------------------------------------------------------------------------


def test_every_language_has_every_key_with_the_same_values() -> None:
    english = texts.keys("en")
    assert len(english) > 60
    for language in texts.LANGUAGES:
        assert texts.keys(language) == english


def test_every_wish_of_the_table_has_words_in_every_language() -> None:
    topics = {
        wish
        for rule in rules.RULES
        for cell in (rule.build.__closure__ or ())
        if isinstance(wish := cell.cell_contents, rules.Ask | rules.Cannot)
    }
    assert len(topics) > 12
    for topic in topics:
        prefix = "ask" if isinstance(topic, rules.Ask) else "cannot"
        for language in texts.LANGUAGES:
            assert texts.say(language, f"note-{prefix}-{topic.topic}")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_edit_can_be_told(language: turn.Language) -> None:
    wishes: list[e.Edit] = [
        e.Create(),
        e.SetText("title", "x", e.When(0, 3000)),
        e.SetText("artist", "y"),
        e.SetText("credits", "z"),
        e.SetText("caption", "c"),
        e.SetText("title", " "),
        e.SetText("title", "x", e.When(99_000)),
        e.SetAspect("9:16"),
        e.SetAspect("9:16"),
        e.SetPalette("neon"),
        e.SetColor("bars", "#112233"),
        e.SetColor("text", "#112233"),
        e.SetVolume(0.3),
        e.SetVolume(0),
        e.Trim(0, 5000),
        e.Trim(0, 1),
        e.SetCuts("none"),
        e.SetCuts("beats"),
        e.ChangePace(1),
        e.ChangePace(-1),
        e.ChangePace(-1),
        e.SetEnergy("calm"),
        e.SetEnergy("normal"),
        e.SetEnergy("energetic"),
        e.SetStyle("spectrum"),
        e.UseCover(),
        e.UseCover(use=False),
        e.UseCover(use=False),
        e.RemoveText(None),
        e.RemoveText("title"),
        e.RetimeText("title", e.When(1)),
        e.StartOver(),
    ]
    draft = e.fresh(SONG)
    for wish in wishes:
        draft, note = e.apply(wish, draft, SHELF)
        found = turn.Turn(language, "edit", "", (), (note,), draft, True, 0, "", (), "")
        said = replies.closing(found, None)
        assert said
        assert "{" not in said


def test_what_was_heard_is_told_honestly() -> None:
    found = turn.take("create a video", context())
    assert "120 BPM" in replies.closing(found, turn.Heard(60, 120.0, 120))
    assert "no steady beat" in replies.closing(found, turn.Heard(60, None, 0))
    assert "silent" in replies.closing(found, turn.Heard(60, None, 0, silent=True))


def test_the_palettes_are_those_that_the_picture_knows() -> None:
    assert set(e.PALETTES) == set(NAMED)


def test_words_are_replaced_where_they_stand_and_keep_their_time() -> None:
    draft = made(e.SetText("caption", "Out soon", e.When(5_000, 2_000)), e.Reword("soon", "now"))
    assert text(draft, "caption") == ("Out now", 5_000, 2_000)
    assert text(made(e.Reword("urban dreams", "Rural Dreams")), "title") == ("Rural Dreams", 0, 60_000)
    assert made(e.Reword("nowhere", "here")) == made()
    assert e.apply(e.Reword("nowhere", "here"), made(), SHELF)[1].key == "text-not-found"


def test_the_text_is_the_captions_or_all_words_where_there_are_none() -> None:
    captioned = made(e.SetText("caption", "Out now"), e.RemoveText("text"))
    assert text(captioned, "caption") is None
    assert text(captioned, "title") is not None
    assert e.texts_of(made(e.RemoveText("text"))) == ()
