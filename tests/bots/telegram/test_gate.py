"""From an update to the intake: kept first, once, whatever comes; presses, albums, groups, a store that is down."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bots.services import JobView
from core.messages import Channel, Message, Person
from tests.bots.telegram.conftest import Run
from tests.support.telegram import fuzz
from tests.support.telegram.fakes import MemoryIntake, MemoryNotes
from tests.support.telegram.server import ANNA, BotApi

BEN = {"id": 8, "is_bot": False, "first_name": "Ben", "language_code": "en"}


def job(chat: int = 7, owner: str = "7") -> JobView:
    channel = Channel("telegram", str(chat))
    person = Person(owner, "Anna")
    return JobView("j1", channel, person, "rendering", Message("m", channel, person), {})


def card(chat: int = 7) -> dict[str, Any]:
    kind = "private" if chat > 0 else "supergroup"
    return {"message_id": 50, "date": 1, "chat": {"id": chat, "type": kind}, "text": "card"}


async def test_the_same_update_is_taken_once_even_by_the_next_run(run: Run) -> None:
    intake, notes = MemoryIntake(), MemoryNotes()
    async with BotApi(long_poll=False) as api:
        async with run(api, intake, notes):
            message = api.says(7, "hi")
            await intake.until(1)
        again = {"update_id": api.push({"message": message}) - 1, "message": message}
        api.push(again)
        async with run(api, intake, notes):
            api.says(7, "next")
            await intake.until(2)
    assert [m.text for m in intake.taken if m.text == "next"] == ["next"]
    assert len({m.id for m in intake.taken}) == len(intake.taken)


async def test_nothing_is_confirmed_while_the_store_is_down_and_nothing_is_lost(run: Run) -> None:
    async with BotApi() as api, run(api) as bot:
        bot.intake.down = True
        for number in range(3):
            api.says(7, f"m{number}")
        (told,) = await api.until("sendMessage", 1)
        assert "memory does not answer" in told.params["text"]
        assert api.pending == 3
        bot.intake.down = False
        await bot.intake.until(3)
        assert [m.text for m in bot.intake.taken] == ["m0", "m1", "m2"]


async def test_an_album_is_one_message_however_it_is_cut_and_shuffled(run: Run) -> None:
    async with BotApi() as api, run(api) as bot:
        for start in range(0, 60, 10):
            for number in (3, 1, 0, 2, 9, 8, 7, 6, 5, 4):
                extra: dict[str, Any] = {"caption": "all of these"} if number == 0 else {}
                api.says(7, audio=api.audio(name=f"{start + number}.mp3"), media_group_id=f"g{start}", **extra)
            await asyncio.sleep(0.05)
        (message,) = await bot.intake.until(1)
        assert [file.name for file in message.attachments][:11] == [
            f"{n}.mp3" for n in (3, 1, 0, 2, 9, 8, 7, 6, 5, 4, 13)
        ]
        assert (len(message.attachments), message.text) == (60, "all of these")


@pytest.mark.parametrize("spoken", [0, 1, 2])
async def test_an_album_in_a_group_is_whole_though_only_one_part_names_us(run: Run, spoken: int) -> None:
    async with BotApi(privacy=False) as api, run(api) as bot:
        for number in range(3):
            extra: dict[str, Any] = {"caption": "@clip_bot these"} if number == spoken else {}
            api.says(-100, audio=api.audio(name=f"{number}.mp3"), media_group_id="ours", **extra)
            api.says(-100, audio=api.audio(name=f"other{number}.mp3"), media_group_id="theirs")
        (message,) = await bot.intake.until(1)
        await asyncio.sleep(0.2)
        assert [file.name for file in message.attachments] == ["0.mp3", "1.mp3", "2.mp3"]
        assert (message.text, len(bot.intake.taken)) == ("these", 1)


async def test_an_album_survives_the_second_in_which_it_waits(run: Run) -> None:
    intake, notes = MemoryIntake(), MemoryNotes()
    async with BotApi() as api:
        async with run(api, intake, notes, telegram_album_s=60.0):
            for name in ("a.mp3", "b.mp3"):
                api.says(7, audio=api.audio(name=name), media_group_id="g")
            while api.pending or len(notes.kept.get("telegram:albums:42", ("", 0))[0]) < 800:
                api.says(7, "tick")
                await asyncio.sleep(0.1)
        assert not any(message.attachments for message in intake.taken)
        async with run(api, intake, notes):
            while not any(message.attachments for message in intake.taken):
                await asyncio.sleep(0.05)
    (album,) = [message for message in intake.taken if message.attachments]
    assert [file.name for file in album.attachments] == ["a.mp3", "b.mp3"]


@pytest.mark.parametrize(
    ("data", "user", "chat", "known", "pressed", "words"),
    [
        ("v1:cancel:j1", ANNA, 7, True, True, None),
        ("v1:status:j1", BEN, -100, True, True, None),
        ("v1:cancel:j1", BEN, -100, True, False, "Only Anna and the admins"),
        ("v1:aspect-9x16:j1", {**BEN, "id": 9}, -100, True, True, None),
        ("v1:cancel:j1", ANNA, 7, False, False, "too old"),
        ("v2:what", ANNA, 7, True, False, "too old"),
        ("v1:cancel:j1", ANNA, 8, True, False, "too old"),
    ],
    ids=["owner", "reading", "not yours", "admin", "expired", "other grammar", "other chat"],
)
async def test_a_press_is_answered_and_kept_from_whoever_may(
    run: Run, data: str, user: dict[str, Any], chat: int, known: bool, pressed: bool, words: str | None
) -> None:
    async with BotApi() as api, run(api) as bot:
        api.admins = {9}
        if known:
            bot.intake.jobs["j1"] = job(chat if chat != 8 else 7)
        api.presses(card(chat), data, user=user)
        (answer,) = await api.until("answerCallbackQuery")
        assert bool(bot.intake.pressed) == pressed
        assert (words or "") in answer.params.get("text", "")
        assert ("text" in answer.params) == (words is not None)


async def test_a_press_is_answered_in_time_though_the_store_is_slow_or_down(run: Run) -> None:
    async with BotApi() as api, run(api) as bot:
        bot.intake.jobs["j1"], bot.intake.slow_s = job(), 1.5
        api.presses(card(), "v1:cancel:j1")
        (answer,) = await api.until("answerCallbackQuery")
        assert "text" not in answer.params
        assert bot.intake.pressed == []
        bot.intake.down, bot.intake.slow_s = True, 0.0
        api.presses(card(), "v1:cancel:j1", user=BEN)
        answers = await api.until("answerCallbackQuery", 2)
        assert "Press again" in answers[1].params["text"]


async def test_edit_asks_for_the_words_and_the_answer_is_a_message(run: Run) -> None:
    async with BotApi() as api, run(api) as bot:
        bot.intake.jobs["j1"] = job(-100)
        api.presses(card(-100), "v1:edit:j1")
        (asked,) = await api.until("sendMessage")
        assert asked.params["reply_markup"] == {
            "force_reply": True,
            "selective": True,
            "input_field_placeholder": "warmer colours, cut on every beat …",
        }
        question = {
            "message_id": 51,
            "date": 1,
            "chat": {"id": -100, "type": "supergroup"},
            "from": api.me,
            "text": "?",
        }
        api.says(-100, "slower", reply_to_message=question)
        assert (await bot.intake.until(1))[0].text == "slower"


@pytest.mark.parametrize(
    ("lists", "chat", "served"),
    [
        ({}, 7, True),
        ({"telegram_users": ("7",)}, 7, True),
        ({"telegram_users": ("8",)}, 7, False),
        ({"telegram_chats": ("-100",)}, -100, True),
        ({"telegram_chats": ("-200",)}, -100, False),
        ({"nemo_token": "paid"}, 7, False),
        ({"nemo_token": "paid", "telegram_users": ("7",)}, -100, True),
    ],
)
async def test_only_chats_that_the_owner_chose_are_served(
    run: Run, lists: dict[str, Any], chat: int, served: bool
) -> None:
    async with BotApi(privacy=False) as api, run(api, **lists) as bot:
        api.says(chat, "@clip_bot hi")
        if served:
            await bot.intake.until(1)
        else:
            (told,) = await api.until("sendMessage")
            api.says(chat, "@clip_bot hi again")
            await api.until("getUpdates", 3)
            assert "only the chats its owner chose" in told.params["text"]
            assert (bot.intake.taken, len(api.sent("sendMessage"))) == ([], 1)


@pytest.mark.parametrize("privacy", [True, False])
async def test_a_group_is_told_once_what_privacy_mode_means(run: Run, privacy: bool) -> None:
    me = {"id": 42, "is_bot": True, "first_name": "Clip"}
    change = {
        "chat": {"id": -100, "type": "supergroup"},
        "from": ANNA,
        "date": 1,
        "old_chat_member": {"status": "left", "user": me},
        "new_chat_member": {"status": "member", "user": me},
    }
    async with BotApi(privacy=privacy) as api, run(api) as bot:
        api.push({"my_chat_member": change})
        api.push({"my_chat_member": change})
        api.says(-100, "/help@clip_bot")
        await bot.intake.until(1)
        await api.until("setMessageReaction")
        await asyncio.sleep(0.1)
        explained = [call.params["text"] for call in api.sent("sendMessage")]
        assert len(explained) == (1 if privacy else 0)
        assert all("/video@clip_bot" in text for text in explained)


async def test_a_channel_hears_nothing_of_privacy_mode(run: Run) -> None:
    channel = {"id": -1007, "type": "channel", "title": "News"}
    async with BotApi(privacy=True) as api, run(api) as bot:
        post = {"message_id": 3, "date": 1, "chat": channel, "sender_chat": channel, "text": "/help"}
        api.push({"channel_post": post})
        await bot.intake.until(1)
        await api.until("setMessageReaction")
        await asyncio.sleep(0.1)
        assert api.sent("sendMessage") == []


async def test_a_group_that_moves_keeps_its_project_and_is_answered_where_it_is(run: Run) -> None:
    async with BotApi(privacy=False) as api, run(api) as bot:
        api.says(-5, migrate_to_chat_id=-1005)
        api.says(-1005, "@clip_bot go on")
        (message,) = await bot.intake.until(1)
        assert message.channel.chat == "-5"
        (receipt,) = await api.until("setMessageReaction")
        assert receipt.params["chat_id"] == -1005


async def test_stickers_and_edits_are_answered_once_and_politely(run: Run) -> None:
    sticker = {"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1, "type": "regular"}
    async with BotApi() as api, run(api) as bot:
        for _ in range(2):
            api.says(7, sticker={**sticker, "is_animated": False, "is_video": False})
            api.says(7, "typo", kind="edited_message")
        api.says(7, "end")
        await bot.intake.until(1)
        told = await api.until("sendMessage", 2)
        assert sorted(call.params["text"][:13] for call in told) == ["I can do noth", "I take messag"]
        assert len(bot.intake.taken) == 1


async def test_two_thousand_broken_updates_do_not_keep_the_next_one_from_being_heard(run: Run) -> None:
    async with BotApi() as api, run(api) as bot:
        for update in fuzz.updates(2000):
            api.push(update)
        api.says(7, "still here?", update_id=9000)
        async with asyncio.timeout(60):
            while not any(message.text == "still here?" for message in bot.intake.taken):
                await asyncio.sleep(0.05)
        assert not bot.task.done()
