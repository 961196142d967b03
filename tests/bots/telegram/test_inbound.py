"""What people send, as Telegram spells it → Message: tables, nothing sent."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Update

from bots.telegram import inbound
from bots.telegram.inbound import Me
from core.messages import Channel, Message

ME = Me(42, "clip_bot")
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna", "last_name": "B", "language_code": "zh-hans"}
BOT = {"id": 42, "is_bot": True, "first_name": "Clip", "username": "clip_bot"}
FILE = {"file_id": "f", "file_unique_id": "u", "file_size": 99}
TRACK: dict[str, Any] = {
    "audio": {
        **FILE,
        "duration": 30,
        "mime_type": "audio/flac",
        "file_name": "歌 🎵.flac",
        "title": "T",
        "performer": "P",
    }
}


def said(chat: int = 7, *, number: int = 5, user: dict[str, Any] | None = ANNA, **fields: Any) -> Update:
    message = {
        "message_id": number,
        "date": 1_700_000_000,
        "chat": {"id": chat, "type": fields.pop("type", "private" if chat > 0 else "supergroup"), "title": "G"},
        **({"from": user} if user else {}),
        **fields,
    }
    update = Update.de_json({"update_id": 1, fields.pop("kind", "message"): message}, None)
    assert update is not None
    return update


def read(update: Update) -> Message | None:
    return inbound.read(update, ME)


def heard(update: Update) -> Message:
    message = read(update)
    assert message is not None
    return message


@pytest.mark.parametrize(
    ("fields", "name", "mime", "duration"),
    [
        (TRACK, "歌 🎵.flac", "audio/flac", 30),
        ({"audio": {**FILE, "duration": 3, "performer": "P/Q", "title": "T"}}, "P-Q - T.mp3", "audio/mpeg", 3),
        ({"audio": {**FILE, "duration": 3}}, "audio-5.mp3", "audio/mpeg", 3),
        ({"voice": {**FILE, "duration": 4, "mime_type": "audio/ogg"}}, "voice-5.ogg", "audio/ogg", 4),
        (
            {"video": {**FILE, "duration": 5, "width": 1, "height": 1, "mime_type": "video/mp4"}},
            "video-5.mp4",
            "video/mp4",
            5,
        ),
        ({"video_note": {**FILE, "duration": 6, "length": 1}}, "video-note-5.mp4", "video/mp4", 6),
        ({"document": {**FILE, "mime_type": "audio/x-wav", "file_name": "a.exe"}}, "a.exe", "audio/x-wav", None),
        ({"document": {**FILE, "file_name": "../../etc/x.wav"}}, "x.wav", None, None),
        ({"document": FILE}, "document-5", None, None),
        (
            {"photo": [{**FILE, "width": 9, "height": 9}, {**FILE, "width": 90, "height": 90}]},
            "photo-5.jpg",
            "image/jpeg",
            None,
        ),
    ],
)
def test_every_kind_of_file_is_taken(
    fields: dict[str, Any], name: str, mime: str | None, duration: float | None
) -> None:
    (file,) = heard(said(**fields)).attachments
    assert (file.name, file.mime, file.duration_s, file.size_bytes) == (name, mime, duration, 99)
    assert file.source == {"file_id": "f", "unique_id": "u"}


def test_an_animation_is_one_file_though_it_comes_as_two() -> None:
    animation = {**FILE, "duration": 2, "width": 1, "height": 1, "mime_type": "video/mp4", "file_name": "cat.mp4"}
    (file,) = heard(said(animation=animation, document=FILE)).attachments
    assert file.name == "cat.mp4"


def test_a_message_knows_who_where_when_and_how_to_answer() -> None:
    message = heard(said(text="hi"))
    assert (message.channel, message.person.id, message.person.name) == (Channel("telegram", "7"), "7", "Anna B")
    assert (message.locale, message.sent_at_s, message.reply) == (
        "zh-hans",
        1_700_000_000,
        {"chat": "7", "message": "5"},
    )
    assert message.id.startswith("telegram:1:7:5:1700000000:")


@pytest.mark.parametrize(
    ("text", "verb", "args", "words"),
    [
        ("/video make it blue", "video", {"prompt": "make it blue"}, ""),
        ("/video@CLIP_bot 9:16", "video", {"aspect": "9:16"}, ""),
        ("/导出", "export", {}, ""),
        ("/HELP", "help", {}, ""),
        ("/start", "help", {}, ""),
        ("/start language-es", "language", {"language": "es"}, ""),
        ("/start video", "video", {}, ""),
        ("/start cancel", "help", {}, ""),
        ("/start new", "help", {}, ""),
        ("/dance now", "", {}, "/dance now"),
        ("/ 2", "", {}, "/ 2"),
        ("/video@other_bot x", "", {}, "/video@other_bot x"),
        ("x" * 4096, "", {}, "x" * 4096),
        ("<b>&amp;</b>", "", {}, "<b>&amp;</b>"),
    ],
)
def test_commands_are_verbs_of_the_registry(text: str, verb: str, args: dict[str, str], words: str) -> None:
    message = heard(said(text=text))
    assert (message.verb, dict(message.args), message.text) == (verb, args, words)


def test_an_address_behind_words_is_kept() -> None:
    entity = {"type": "text_link", "offset": 0, "length": 4, "url": "https://x.org/a.mp3"}
    assert heard(said(text="this", entities=[entity])).text == "this https://x.org/a.mp3"


REPLY = {"message_id": 4, "date": 1, "chat": {"id": -100, "type": "supergroup", "title": "G"}}
TO_TRACK: dict[str, Any] = {"reply_to_message": {**REPLY, "from": {**ANNA, "id": 8}, **TRACK}}
TO_BOT = {
    "reply_to_message": {
        **REPLY,
        "from": BOT,
        "text": "done",
        "video": {**FILE, "duration": 1, "width": 1, "height": 1},
    }
}
TO_OPENING = {
    "reply_to_message": {**REPLY, "from": BOT, "forum_topic_created": {"name": "t", "icon_color": 1}},
    "message_thread_id": 4,
    "is_topic_message": True,
}


@pytest.mark.parametrize(
    ("fields", "meant", "files"),
    [
        ({"text": "hello all"}, False, 0),
        (TRACK, False, 0),
        ({"text": "@clip_bot make a video"}, True, 0),
        ({"text": "mail me at x@clip_bots"}, False, 0),
        ({"text": "@clip_bot2 hi"}, False, 0),
        ({**TRACK, "caption": "@Clip_Bot go"}, True, 1),
        ({"text": "/video@clip_bot blue", **TO_TRACK}, True, 1),
        ({"text": "/video blue", **TO_TRACK}, True, 1),
        ({"text": "@clip_bot blue", **TO_TRACK}, True, 1),
        ({"text": "nice song", **TO_TRACK}, False, 0),
        ({"text": "shorter", **TO_BOT}, True, 0),
        ({"text": "hello topic", **TO_OPENING}, False, 0),
        ({"text": "/video@other_bot", **TO_TRACK}, False, 0),
        ({"text": "/dance"}, False, 0),
        ({"text": "/dance@clip_bot"}, True, 0),
        ({"new_chat_title": "x"}, False, 0),
    ],
)
def test_in_groups_only_what_is_meant_for_us_is_heard(fields: dict[str, Any], meant: bool, files: int) -> None:
    message = read(said(-100, **fields))
    assert (message is not None) == meant
    assert len(message.attachments if message else ()) == files


@pytest.mark.parametrize(
    ("fields", "thread"),
    [
        ({}, ""),
        ({"message_thread_id": 9}, ""),
        ({"message_thread_id": 9, "is_topic_message": True}, "9"),
    ],
)
def test_a_topic_is_a_channel_and_a_thread_of_replies_is_not(fields: dict[str, Any], thread: str) -> None:
    message = heard(said(-100, text="@clip_bot hi", **fields))
    assert message.channel == Channel("telegram", "-100", thread)
    assert message.reply.get("thread", "") == thread


@pytest.mark.parametrize(
    ("sender", "person", "moderator"),
    [
        ({"id": -100, "type": "supergroup", "title": "G"}, "-100", True),
        ({"id": -200, "type": "channel", "title": "Radio"}, "-200", False),
    ],
)
def test_anonymous_admins_and_channels_speak_under_their_chat(
    sender: dict[str, Any], person: str, moderator: bool
) -> None:
    group_bot = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    message = heard(said(-100, user=group_bot, sender_chat=sender, text="@clip_bot hi"))
    assert (message.person.id, message.person.moderator) == (person, moderator)


def test_a_post_of_a_channel_that_names_us_is_heard() -> None:
    update = said(-300, user=None, text="@clip_bot hi", type="channel", kind="channel_post")
    assert heard(update).person.id == "-300"


def test_other_bots_are_not_talked_to() -> None:
    assert read(said(7, user={**BOT, "id": 99}, text="hi")) is None


def test_a_forward_with_a_hidden_author_is_a_song_like_any_other() -> None:
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "?"}
    assert len(heard(said(**TRACK, forward_origin=origin)).attachments) == 1


def test_each_person_of_a_group_may_have_a_channel_but_not_of_a_private_chat() -> None:
    group = inbound.read(said(-100, text="@clip_bot hi"), ME, person_scope=True)
    private = inbound.read(said(7, text="hi"), ME, person_scope=True)
    assert group is not None
    assert private is not None
    assert (group.channel.person, private.channel.person) == ("7", "")


def test_an_album_is_one_message_in_the_order_it_was_sent() -> None:
    captions: dict[int, dict[str, Any]] = {6: {"caption": "c6"}, 7: {}, 8: {"caption": "c8"}}
    parts = [heard(said(number=n, **TRACK, **captions[n])) for n in (8, 6, 7)]
    album = inbound.merge(parts)
    assert (album.text, len(album.attachments)) == ("c6\nc8", 3)
    assert album.id == f"{parts[1].id}:album"
    assert album.reply["message"] == "6"


def test_what_we_cannot_use_is_no_message_and_edits_are_none_either() -> None:
    sticker = {**FILE, "width": 1, "height": 1, "is_animated": False, "is_video": False, "type": "regular"}
    assert inbound.unusable(said(sticker=sticker))
    assert read(said(sticker=sticker)) is None
    assert read(said(text="hi", kind="edited_message")) is None
    assert inbound.edited(said(text="hi", kind="edited_message"), ME) is not None


def test_a_group_that_moves_says_so_on_both_sides() -> None:
    assert inbound.moved(said(-5, type="group", migrate_to_chat_id=-1005)) == ("-5", "-1005")
    assert inbound.moved(said(-1005, migrate_from_chat_id=-5)) == ("-5", "-1005")
    assert inbound.moved(said(text="hi")) is None
