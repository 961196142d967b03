"""Servers that speak the Bot API after their own fashion: what they mean is understood."""

from __future__ import annotations

import json
from typing import Any

import pytest
from telegram import ChatMember, Message, Update

from bots.telegram import inbound
from bots.telegram.guard import answered, harmless
from bots.telegram.inbound import Me
from core import messages

ME = Me(42, "clip_bot")
ANNA = {"id": 7, "is_bot": False, "first_name": "Anna"}
CHAT = {"id": 7, "type": "private"}
TEXT = {"message_id": 5, "date": 1_700_000_000, "chat": CHAT, "from": ANNA, "text": "blue"}
AUDIO = {"file_id": "f", "file_unique_id": "u", "duration": 30, "file_name": "a.mp3"}


def parsed(**update: Any) -> Update:
    """Take an update through the guard and the library."""
    sound = harmless({"update_id": 3, **update})
    assert sound is not None
    made = Update.de_json(sound, None)
    assert made is not None
    return made


def heard(**update: Any) -> messages.Message | None:
    return inbound.read(parsed(**update), ME)


def without(node: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in names}


@pytest.mark.parametrize(
    "message",
    [
        json.loads(json.dumps(TEXT), parse_int=str),
        json.loads(json.dumps(TEXT), parse_int=float),
        without(TEXT, "date"),
        {**TEXT, "message_id": 0},
        {**TEXT, "chat": {"id": 7}},
        {**TEXT, "from": {"id": 7}},
        {**TEXT, "from": {**ANNA, "is_bot": 0, "language_code": None}},
        {**TEXT, "new_in_10_9": {"deep": [1, {"x": None}]}},
        {**TEXT, "reply_to_message": {"message_id": 4}},
        {**TEXT, "reply_to_message": {"message_id": 4, "text": "?", "poll": {"id": 1}}},
        {**TEXT, "forward_origin": {"type": "user"}},
        {**TEXT, "pinned_message": 7, "giveaway": "yes"},
    ],
    ids=[
        *("numbers are words", "numbers are floats", "no date", "first number is 0", "chat without type"),
        *("bare sender", "flag is a number", "unknown field", "bare answered message", "broken answered message"),
        *("broken origin", "nonsense in fields we do not read"),
    ],
)
def test_words_are_heard_however_they_are_wrapped(message: dict[str, Any]) -> None:
    said = heard(message=message)
    assert said is not None
    assert (said.text, said.channel.chat, said.person.id) == ("blue", "7", "7")


@pytest.mark.parametrize("left_out", ["file_unique_id", "duration", "file_name", "mime_type"])
@pytest.mark.parametrize("kind", ["audio", "voice", "document", "video", "video_note", "animation", "photo"])
def test_a_file_is_taken_with_whatever_is_told_of_it(kind: str, left_out: str) -> None:
    file = without(AUDIO, left_out)
    said = heard(message={**without(TEXT, "text"), kind: [file] if kind == "photo" else file})
    assert said is not None
    assert said.attachments[0].source["file_id"] == "f"


def test_a_message_without_a_file_id_cannot_be_guessed() -> None:
    assert heard(message={**TEXT, "audio": {"duration": 3}}) is None


@pytest.mark.parametrize(
    "card",
    [TEXT, {"chat": CHAT, "message_id": 5, "date": 0}, without(TEXT, "date"), {"chat": CHAT, "message_id": 0}],
    ids=["whole", "cannot be seen any more", "no date", "bare"],
)
def test_a_button_is_pressed_under_any_card(card: dict[str, Any]) -> None:
    update = parsed(callback_query={"id": 12, "from": {"id": 7}, "message": card, "data": "v1:cancel:j1"})
    assert update.callback_query is not None
    press = inbound.press_of(update.callback_query, inbound.presser(update.callback_query.from_user))
    assert press is not None
    assert press.channel.chat == "7"


def test_a_button_of_no_chat_is_a_press_all_the_same() -> None:
    update = parsed(callback_query={"id": "12", "from": ANNA, "inline_message_id": "x", "data": "v1:cancel:j1"})
    assert update.callback_query is not None
    assert inbound.press_of(update.callback_query, inbound.presser(update.callback_query.from_user)) is None


@pytest.mark.parametrize("status", ["member", "administrator", "creator", "restricted", "kicked", "left"])
def test_a_change_of_our_standing_needs_no_more_than_its_name(status: str) -> None:
    update = parsed(my_chat_member={"chat": {"id": -100}, "from": ANNA, "new_chat_member": {"status": status}})
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == status


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (TEXT, dict(TEXT), True),
        (TEXT, {**TEXT, "text": "green"}, False),
        (without(TEXT, "date"), {**without(TEXT, "date"), "text": "green"}, False),
        ({**TEXT, "audio": AUDIO}, {**TEXT, "audio": {**AUDIO, "file_unique_id": "v"}}, False),
    ],
)
def test_an_update_is_the_same_if_it_says_the_same_whatever_its_number(
    one: dict[str, Any], other: dict[str, Any], same: bool
) -> None:
    first, second = heard(message=one), heard(message=other)
    assert first is not None
    assert second is not None
    assert (first.id == second.id) is same
    assert (inbound.identity(parsed(message=one)) == inbound.identity(parsed(message=other))) is same


@pytest.mark.parametrize("number", ["17", 17])
def test_a_number_may_be_a_word(number: object) -> None:
    assert harmless({"update_id": number, "message": TEXT}) is not None
    assert (harmless({"update_id": number}) or {})["update_id"] == 17


@pytest.mark.parametrize(
    ("result", "number"),
    [
        ({"message_id": 9}, 9),
        ({"message_id": [9]}, None),
        ({"message_id": "9", "chat": {"id": 7}}, 9),
        ({"message_id": 9, "chat": CHAT, "date": 1, "video": {"file_id": "f"}}, 9),
        ({"message_id": 9, "chat": CHAT, "date": 1, "video": {"url": "x"}}, 9),
        ({"message_id": 9, "chat": CHAT, "date": 1, "entities": [{"type": "bold"}]}, 9),
        ("sent", None),
        (None, None),
        (3, None),
    ],
)
def test_a_send_that_was_carried_out_never_looks_broken(result: object, number: int | None) -> None:
    read = answered(result)
    if number is None:
        assert read is True
    else:
        assert isinstance(read, dict)
        made = Message.de_json(read, None)
        assert made is not None
        assert made.message_id == number


def test_an_admin_is_one_without_the_list_of_rights() -> None:
    member = answered({"status": "administrator", "user": {"id": 9}})
    assert isinstance(member, dict)
    made = ChatMember.de_json(member, None)
    assert made is not None
    assert made.status == "administrator"
