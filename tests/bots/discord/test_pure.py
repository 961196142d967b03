"""The decisions: markup, cards, routes, limits, access, permissions, forms. Tables, and nothing runs."""

from __future__ import annotations

from typing import Any

import pytest
from discord import Permissions

from bots.adapter import Button, FetchFailed, Post
from bots.discord import access, card, download, inbound, limits, markup, modals, permissions, routes
from bots.discord.commands import LANGUAGES
from bots.settings import Settings
from bots.texts import Texts, sources
from tests.support.discord.world import walk

TEXTS = Texts()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("my_song *live* ~~x~~ `y` ||z||", r"my\_song \*live\* \~\~x\~\~ \`y\` \|\|z\|\|"),
        ("@everyone @here", "@\u200beveryone @\u200bhere"),
        ("<@42> <#7> <:a:1> </video:3> <t:0:R> 1 < 2", r"\<@42> \<#7> \<:a:1> \</video:3> \<t:0:R> 1 < 2"),
        ("[click](https://x.example)", r"\[click\](https://x.example)"),
        ("# big\n> quote\n- item\n-# small\n#1", "\\# big\n\\> quote\n\\- item\n\\-# small\n#1"),
        ("see https://x.example/a_b_c?d=*e*", "see https://x.example/a_b_c?d=*e*"),
        ("a\u202eb\u0000c\r\nd", "abc\nd"),
        ("\\_", r"\\\_"),
    ],
)
def test_untrusted_words_are_shown_as_they_are(said: str, shown: str) -> None:
    assert markup.escape(said) == shown


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Night Drive.mp4", "Night-Drive.mp4"),
        ("夜航.mp4", "video.mp4"),
        ("../../etc/passwd", "etc-passwd.mp4"),
        ("café – último.mp4", "cafe-ultimo.mp4"),
        ("", "video.mp4"),
        ("x" * 300 + ".mp4", "x" * 70 + ".mp4"),
    ],
)
def test_file_names_are_ascii(name: str, stored: str) -> None:
    assert markup.file_name(name) == stored


@pytest.mark.parametrize("text", ["word " * 2000, "x" * 9000, "a\n\nb " * 1500, "\\" * 5000, "short"])
def test_long_words_are_cut_and_nothing_is_lost(text: str) -> None:
    pieces = list(markup.split(text))
    assert all(0 < len(piece) <= 2000 for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@pytest.mark.parametrize(("done", "cells"), [(-1.0, 0), (0.0, 0), (0.5, 8), (1.0, 16), (7.0, 16)])
def test_a_bar_is_as_full_as_the_work(done: float, cells: int) -> None:
    assert markup.bar(done).count("▰") == cells


LONG = Post(
    "status", "w_" * 5000, title="t*" * 500, done=0.5, facts=("f_" * 900,) * 3,
    buttons=tuple(Button("label " * 40, "status", f"job{n}") for n in range(7)), stage="x",
)  # fmt: skip


def components(view: Any) -> list[Any]:
    made: list[Any] = view.to_components()
    return made


def test_a_card_keeps_within_discord_s_numbers() -> None:
    parts = list(walk(components(card.card(LONG, marker=5))))
    assert sum(len(part["content"]) for part in parts if part["type"] == 10) <= limits.MAX_CARD_TEXT
    assert all(len(part["label"]) <= 80 for part in parts if part["type"] == 2)
    assert [len(part["components"]) for part in parts if part["type"] == 1] == [5, 2]
    assert parts[0]["id"] == 5


def test_a_final_card_shrinks_and_keeps_links_only() -> None:
    buttons = (Button("Cancel", "cancel", "j"), Button("Open", url="https://x.example", style="link"))
    parts = list(walk(components(card.card(Post("status", "Done", title="song", final=True, buttons=buttons)))))
    assert [part.get("url") for part in parts if part["type"] == 2] == ["https://x.example"]
    assert [part["content"] for part in parts if part["type"] == 10] == ["**song**\nDone"]


def test_the_result_s_first_button_carries_the_marker() -> None:
    view = card.buttons(LONG, marker=9)
    assert view is not None
    assert next(walk(components(view)), {})["components"][0]["id"] == 9


REPLIES: list[tuple[dict[str, str], str, str]] = [
    ({"mode": "channel"}, "status", "channel"),
    ({"mode": "channel", "token": "t", "expires": "1000", "private": "yes"}, "reply", "token"),
    ({"mode": "channel", "token": "t", "expires": "1000", "private": "yes"}, "status", "channel"),
    ({"mode": "channel", "token": "t", "expires": "150", "private": "yes"}, "reply", "channel"),
    ({"mode": "channel", "token": "t", "expires": "1000"}, "reply", "channel"),
    ({"mode": "interaction", "token": "t", "expires": "1000"}, "result", "token"),
    ({"mode": "interaction", "token": "t", "expires": "90"}, "result", "channel"),
    ({}, "result", "channel"),
]


@pytest.mark.parametrize(("reply", "kind", "way"), REPLIES)
def test_a_post_goes_by_the_way_that_lasts(reply: dict[str, str], kind: str, way: str) -> None:
    assert routes.way(reply, kind, now_s=100.0) == way


def test_nonces_are_short_and_the_same_for_the_same_step() -> None:
    long = "turn-7f2c:result:render-" + "9" * 40
    assert routes.short_nonce(long) == routes.short_nonce(long)
    assert len(routes.short_nonce(long, 3)) <= 25
    assert len({routes.short_nonce(long, part) for part in range(9)}) == 9
    assert 2**30 <= routes.marker(long) < 2**31


@pytest.mark.parametrize("text", ["1/2", "1/2/3"])
def test_ids_of_posts_are_read_back(text: str) -> None:
    assert str(routes.SentId.read(text)) == text


MIB = 1024 * 1024


@pytest.mark.parametrize(
    ("reply", "learned", "by_token", "most"),
    [
        ({}, None, False, 10 * MIB),
        ({"upload": str(50 * MIB)}, None, False, 50 * MIB),
        ({"upload": str(50 * MIB)}, 8 * MIB, False, 8 * MIB),
        ({"upload": "0"}, None, True, 10 * MIB),
    ],
)
def test_limits_are_those_of_the_place(reply: dict[str, str], learned: int | None, by_token: bool, most: int) -> None:
    found = limits.limits(Settings(), reply, learned, by_token)
    assert (found.max_upload_bytes, found.finds_own_posts) == (most, not by_token)
    assert (found.edit_interval_s, found.max_edits_15min) == (5.0, 40)


def given(**settings: Any) -> Settings:
    return Settings.model_validate({"nemo_token": None, **settings})


@pytest.mark.parametrize(
    ("settings", "answer"),
    [
        (given(), True),
        (given(nemo_token="t"), False),
        (given(nemo_token="t", discord_guilds="g"), True),
        (given(discord_guilds="other"), False),
        (given(discord_channels="parent"), True),
        (given(discord_users="other,u"), True),
    ],
)
def test_the_lists_say_who_may_use_it(settings: Settings, answer: bool) -> None:
    assert access.allowed(settings, "g", ("thread", "parent"), "u") is answer


def test_the_invitation_asks_for_what_is_needed_and_no_more() -> None:
    url = permissions.invite_url(42)
    value = int(url.rpartition("permissions=")[2])
    assert Permissions(value) == Permissions(**dict.fromkeys(permissions.NEEDED, True))
    assert "client_id=42" in url
    assert "bot+applications.commands" in url


def test_what_is_missing_is_named_as_discord_names_it() -> None:
    has = Permissions(view_channel=True, send_messages=True, read_message_history=True)
    assert permissions.missing(has) == ("Embed Links", "Attach Files")
    assert permissions.missing(has, in_thread=True)[0] == "Send Messages in Threads"
    assert "Create Public Threads" in permissions.missing(has, threads=True)


@pytest.mark.parametrize("data", [{}, {"custom_id": "other:new:"}, {"custom_id": "v1m:dance:"}, {"custom_id": 7}])
def test_other_forms_are_not_ours(data: dict[str, Any]) -> None:
    assert modals.read(data) is None


@pytest.mark.parametrize("locale", ["en", "zh", "zh-TW", "es"])
def test_names_and_descriptions_fit_discord_s_rules(locale: str) -> None:
    keys = [key for key in _keys() if key.startswith(("verbs-", "discord-option-"))]
    for key in keys:
        text = TEXTS.say(locale, key)
        assert 1 <= len(text) <= 100, key
        if not key.endswith("-about"):
            assert len(text) <= 32, key
            assert text == text.lower(), key
            assert " " not in text, key
    verbs = [TEXTS.say(locale, key) for key in keys if key.startswith("verbs-") and not key.endswith("-about")]
    assert len(set(verbs)) == len(verbs)
    assert set(LANGUAGES.values()) == {"zh", "zh-TW", "es"}


@pytest.mark.parametrize("name", ["form-title", "edit-title", "form-files", "form-words", "form-aspect", "edit-words"])
@pytest.mark.parametrize("locale", ["en", "zh", "es"])
def test_titles_of_forms_fit(name: str, locale: str) -> None:
    assert len(TEXTS.say(locale, f"discord-{name}")) <= 45


def _keys() -> list[str]:
    texts = sources("bots.texts", "en")
    lines = texts["discord.ftl"].splitlines() + texts["verbs.ftl"].splitlines()
    return [line.split(" =")[0] for line in lines if line.startswith(("discord-", "verbs-"))]


@pytest.mark.parametrize(
    ("url", "over"),
    [("//c/a?ex=1", True), ("//c/a?ex=ffffffffff", False), ("//c/a", False), ("//c/a?ex=zz", False)],
)
def test_a_signed_address_tells_its_end(url: str, over: bool) -> None:
    assert download.stale(url, now_s=1e9) is over


def test_names_people_gave_are_kept() -> None:
    data = {"id": "1", "url": "u", "filename": "_.mp3", "title": "夜航"}
    assert inbound.raw_attachment(data).name == "夜航.mp3"


SIGNED = "/attachments/1/2/a.mp3?ex=ff&hm=a%2Fb"
CDN, OWN = "https://cdn.discordapp.com", "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("settings", "url", "fetched"),
    [
        (given(), CDN + SIGNED, CDN + SIGNED),
        (given(), "http://cdn.discordapp.com" + SIGNED, None),
        (given(), OWN + SIGNED, None),
        (given(), "file:///etc/passwd", None),
        (given(discord_cdn_base=OWN), CDN + SIGNED, OWN + SIGNED),
        (given(discord_cdn_base=OWN), OWN + SIGNED, OWN + SIGNED),
        (given(discord_cdn_base=OWN), "http://127.0.0.1:8" + SIGNED, None),
        (given(attachment_hosts="127.0.0.1"), OWN + SIGNED, OWN + SIGNED),
        (given(attachment_hosts="127.0.0.1:9"), OWN + SIGNED, OWN + SIGNED),
    ],
)
def test_files_are_fetched_from_named_hosts_only(settings: Settings, url: str, fetched: str | None) -> None:
    if fetched is None:
        with pytest.raises(FetchFailed):
            download.place(settings, url)
    else:
        assert str(download.place(settings, url)) == fetched
