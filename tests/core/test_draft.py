"""Summary, difference and readiness of drafts: the contract's form, our studio's, and whatever a foreign one holds."""

from __future__ import annotations

import copy
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.draft import Change, compare, digest, in_english, percent, ready, seconds, summarise, timeline_lines


def piece(number: str | None, start: int | None, length: int | None, **meta: Any) -> dict[str, Any]:
    one: dict[str, Any] = {"m": meta}
    one |= {key: value for key, value in (("id", number), ("s", start), ("d", length)) if value is not None}
    return one


def seeded() -> Any:
    """A draft as our studio writes it."""
    return {
        "t": [
            {
                "id": "t1",
                "tt": 0,
                "sg": [piece("a", 0, 10000, name="city timelapse", style="spectrum", palette="auto")],
            },
            {"id": "t2", "tt": 1, "sg": [piece("b", 0, 10000, name="Lo-fi", src="m1", volume=0.35, **{"in": 0})]},
            {"id": "t3", "tt": 7, "sg": [piece("c", 0, 3000, text="Urban Dreams", role="title")]},
        ],
        "d": 10000,
        "m": {"title": "Demo", "width": 1920, "height": 1080, "fps": 30, "seed": 4},
    }


def edited(**changes: Any) -> Any:
    """The seeded draft with values put at paths such as `t.0.sg.0.m.style`."""
    draft = seeded()
    for path, value in changes.items():
        *way, last = path.split("__")
        spot: Any = draft
        for step in way:
            spot = spot[int(step[1:])] if step[0] == "i" else spot[step]
        spot[last] = value
    return draft


def test_summary_reads_as_the_seed_spells_it() -> None:
    summary = summarise(seeded())
    assert summary is not None
    assert in_english(summary) == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
        '3. Title: "Urban Dreams" (0-3s)'
    )
    assert (summary.duration_ms, summary.title, summary.width, summary.height) == (10000, "Demo", 1920, 1080)


def test_starts_that_are_not_said_follow_from_the_durations() -> None:
    draft = {"t": [{"tt": 0, "sg": [piece(None, None, 1500, name="a"), piece(None, None, 2000, name="b")]}]}
    summary = summarise(draft)
    assert summary is not None
    assert in_english(summary) == "Timeline (1 track): 1. Video: a (0-1.5s), b (1.5-3.5s)"
    assert summary.duration_ms == 3500


def test_places_are_shown_to_ten_milliseconds() -> None:
    summary = summarise({"t": [{"tt": 7, "sg": [piece(None, 3187, 56_816, text="a")]}]})
    assert summary is not None
    assert in_english(summary) == 'Timeline (1 track): 1. Title: "a" (3.19-60s)'


def test_many_segments_are_a_span_and_a_count() -> None:
    draft = {
        "t": [{"tt": 7, "sg": [piece(str(n), n * 500, 500, text=f"line {n}") for n in range(12)]}, {"tt": 9, "sg": []}]
    }
    summary = summarise(draft)
    assert summary is not None
    assert in_english(summary) == "Timeline (2 tracks): 1. Title: 12 segments (0-6s) 2. Track: empty"
    assert timeline_lines(summary)[0].pieces == ()


@pytest.mark.parametrize(
    ("time_ms", "text"), [(0, "0"), (10000, "10"), (2500, "2.5"), (1, "0.001"), (61250, "61.25"), (100000, "100")]
)
def test_seconds_have_no_trailing_zeros(time_ms: int, text: str) -> None:
    assert seconds(time_ms) == text


def test_volume_is_percent() -> None:
    assert [percent(value) for value in (0.0, 0.35, 1.0, 2.0)] == ["0%", "35%", "100%", "200%"]


@pytest.mark.parametrize(
    "draft",
    [None, {}, [], "draft", 3, {"t": None}, {"t": {}}, {"t": [None, 3]}, {"m": {"title": "x"}}, {"t": []}],
)
def test_what_is_no_draft_has_no_summary(draft: object) -> None:
    assert summarise(draft) is None
    assert not ready(draft)


@pytest.mark.parametrize(
    ("draft", "is_ready"),
    [
        (seeded(), True),
        ({"t": [{"tt": 0, "sg": []}]}, False),
        ({"t": [{"tt": 0, "sg": None}, {"sg": [{}]}]}, True),
        ({"t": [{"sg": [None, 1]}]}, False),
    ],
)
def test_a_draft_is_ready_when_some_track_has_a_segment(draft: object, is_ready: bool) -> None:
    assert ready(draft) is is_ready


ODD = {
    "t": [
        {"tt": "0", "sg": [{"d": -5, "s": -1, "m": None}, {"d": "900", "m": {"name": "\ud800x\n y", "volume": 80}}]},
        {"tt": True, "sg": [{"s": float("nan"), "d": 1e308, "m": {"name": 7, "volume": "loud", "text": ["no"]}}]},
        {"tt": None, "sg": "none"},
    ],
    "d": {"x": 1},
    "m": {"width": -3, "height": "1080", "title": None},
    "unknown": {"deep": [[[[]]]]},
}


def test_what_is_not_as_expected_counts_as_not_said() -> None:
    summary = summarise(ODD)
    assert summary is not None
    first, second = summary.tracks[0].segments
    assert (first.start_ms, first.duration_ms, first.name) == (0, None, None)
    assert (second.start_ms, second.duration_ms, second.name, second.volume) == (None, 900, "?x y", 0.8)
    assert [track.kind for track in summary.tracks] == ["video", "other", "other"]
    assert (summary.width, summary.height, summary.title) == (None, 1080, None)


V, A, T = "t__i0__sg__i0", "t__i1__sg__i0", "t__i2__sg__i0"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({f"{V}__m__style": "wave"}, Change("style", "video", "style", "spectrum", "wave", 0, 10000)),
        ({f"{V}__m__palette": "neon"}, Change("style", "video", "palette", "auto", "neon", 0, 10000)),
        ({f"{V}__m__accent": "#ff0000"}, Change("style", "video", "accent", None, "#ff0000", 0, 10000)),
        ({f"{A}__m__volume": 0.2}, Change("volume", "audio", "Lo-fi", "35%", "20%", 0, 10000)),
        ({f"{A}__m__in": 5000}, Change("media", "audio", "Lo-fi", "0s", "5s", 0, 10000)),
        ({f"{A}__m__src": "m2"}, Change("media", "audio", "Lo-fi", "Lo-fi", "Lo-fi", 0, 10000)),
        ({f"{A}__m__name": "Jazz"}, Change("renamed", "audio", "Jazz", "Lo-fi", "Jazz", 0, 10000)),
        ({f"{T}__m__text": "Night"}, Change("text", "text", "Night", "Urban Dreams", "Night", 0, 3000)),
        ({f"{T}__s": 2000}, Change("moved", "text", "Urban Dreams", "0s", "2s", 2000, 5000)),
        ({f"{T}__d": 4500}, Change("resized", "text", "Urban Dreams", "3s", "4.5s", 0, 4500)),
        ({f"{T}__m__role": "caption"}, Change("other", "text", "Urban Dreams", None, None, 0, 3000)),
        ({"m__title": "New"}, Change("renamed", "project", None, "Demo", "New")),
        ({"d": 8000}, Change("resized", "project", None, "10s", "8s")),
        ({"m__fps": 60}, Change("style", "project", "fps", "30", "60")),
        ({"m__cover": "m9"}, Change("media", "project", "cover")),
        ({"m__seed": 5}, Change("other", "project")),
        ({"z": 1}, Change("other", "project")),
    ],
)
def test_one_edit_is_one_change(change: dict[str, Any], expected: Change) -> None:
    assert compare(seeded(), edited(**change)) == (expected,)


def test_another_aspect_is_a_change_of_the_canvas() -> None:
    upright = edited(m__width=1080, m__height=1920)
    assert compare(seeded(), upright) == (Change("canvas", "project", None, "1920x1080", "1080x1920"),)


def test_segments_come_and_go_by_name() -> None:
    fewer = seeded()
    del fewer["t"][2]
    assert compare(seeded(), fewer) == (Change("removed", "text", "Urban Dreams", "Urban Dreams", None, 0, 3000),)
    assert compare(fewer, seeded()) == (Change("added", "text", "Urban Dreams", None, "Urban Dreams", 0, 3000),)


def test_the_first_draft_adds_everything_on_it() -> None:
    assert [(one.what, one.kind) for one in compare({}, seeded())] == [
        ("added", "video"),
        ("added", "audio"),
        ("added", "text"),
    ]
    assert compare(None, {}) == (Change("other", "project"),)


def test_new_ids_alone_are_no_edit_of_a_segment() -> None:
    renumbered = edited(**{f"{V}__id": "x", f"{A}__id": "y", f"{T}__id": "z"})
    assert compare(seeded(), renumbered) == (Change("other", "project"),)


def test_without_ids_the_same_place_is_the_same_segment() -> None:
    old: Any = {"t": [{"tt": 7, "sg": [piece(None, 0, 3000, text="One"), piece(None, 3000, 3000, text="Two")]}]}
    new: Any = copy.deepcopy(old)
    new["t"][0]["sg"][1]["m"]["text"] = "Three"
    assert compare(old, new) == (Change("text", "text", "Three", "Two", "Three", 3000, 6000),)


def test_ten_thousand_segments_and_a_pit_of_lists_are_compared() -> None:
    def long(shift: int) -> dict[str, Any]:
        return {"t": [{"tt": 0, "sg": [piece(str(n), n * 100 + shift, 100, name=f"c{n}") for n in range(10_000)]}]}

    changes = compare(long(0), long(50))
    assert Counter(one.what for one in changes) == {"moved": 10_000}
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert compare(seeded(), edited(**{f"{V}__m__pit": deep})) == (
        Change("other", "video", "city timelapse", None, None, 0, 10000),
    )


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)
TIMES = st.integers(0, 20_000) | SCALARS
META = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(["a", "b", "c"]) | SCALARS,
        "text": st.sampled_from(["Hi", "Ho"]) | SCALARS,
        "volume": st.floats(0, 2) | SCALARS,
        "style": SCALARS,
        "src": st.sampled_from(["m1", "m2"]) | JSON,
        "in": TIMES,
        "x": JSON,
    },
)
SEGMENTS = st.fixed_dictionaries(
    {}, optional={"id": st.sampled_from("abcdef") | SCALARS, "s": TIMES, "d": TIMES, "m": META | JSON}
)
TRACKS = st.fixed_dictionaries(
    {}, optional={"tt": st.sampled_from([0, 1, 7]) | SCALARS, "sg": st.lists(SEGMENTS | JSON, max_size=4) | JSON}
)
DRAFTS = (
    st.fixed_dictionaries({}, optional={"t": st.lists(TRACKS | JSON, max_size=4) | JSON, "d": TIMES, "m": META | JSON})
    | JSON
)
OPPOSITE = {"added": "removed", "removed": "added"}


@settings(max_examples=60, deadline=None)
@given(DRAFTS)
def test_a_draft_does_not_differ_from_itself(draft: Any) -> None:
    assert compare(draft, copy.deepcopy(draft)) == ()
    assert digest(draft) == digest(copy.deepcopy(draft))
    summary = summarise(draft)
    if summary is not None:
        in_english(summary).encode()
    assert ready(draft) in (True, False)


@settings(max_examples=80, deadline=None)
@given(DRAFTS, DRAFTS)
def test_what_one_way_adds_the_other_way_removes(one: Any, other: Any) -> None:
    there, back = compare(one, other), compare(other, one)
    for change in (*there, *back):
        "".join(filter(None, (change.name, change.before, change.after))).encode()
    came = Counter(
        (OPPOSITE[c.what], c.kind, c.after, c.before, c.start_ms, c.end_ms) for c in there if c.what in OPPOSITE
    )
    went = Counter((c.what, c.kind, c.before, c.after, c.start_ms, c.end_ms) for c in back if c.what in OPPOSITE)
    assert came == went
    assert bool(there) == bool(back)
