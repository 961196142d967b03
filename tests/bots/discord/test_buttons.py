"""Buttons and forms: who may press them, what they do, and that they outlive a restart."""

from __future__ import annotations

from typing import Any

import pytest

from bots.adapter import Button, Post, Where
from core.messages import Message
from tests.support.discord.fakes import Rig, serving
from tests.support.discord.people import Someone
from tests.support.discord.world import EPHEMERAL, Interaction, Json

ACTIONS = ("again", "aspect-9x16", "aspect-1x1", "retry", "export", "deliver", "follow-up", "cancel", "status")
ALL = (*ACTIONS, "edit", "delete")


async def result(bot: Rig, owner: Someone) -> Json:
    """A result of ours with every button, made for this person's request."""
    await owner.says(f"{owner.mention()} a video")
    await bot.discord.until(lambda: bot.intake.taken)
    message: Message = bot.intake.taken[0]
    buttons = tuple(Button(action, action, "job1") for action in ALL)
    where = Where(message.channel, message.person.id, message.reply)
    sent = await bot.outbound.send(where, Post("result", "Here it is", buttons=buttons), "result")
    return bot.discord.world.messages[sent.id.split("/")[1]]


def whispered(bot: Rig, interaction: Interaction) -> list[str]:
    """What was told to this person alone, whichever way."""
    told = [interaction.told.data] if interaction.told and interaction.told.type == 4 else []
    sent = [call.body for call in bot.discord.asked("POST", rf"/webhooks/\d+/{interaction.payload['token']}")]
    return [body["content"] for body in told + sent if body.get("flags", 0) & EPHEMERAL]


@pytest.mark.parametrize("action", ACTIONS)
async def test_each_button_is_acknowledged_and_taken(bot: Rig, lena: Someone, action: str) -> None:
    shown = await result(bot, lena)
    interaction = await lena.presses(shown, action)
    await bot.discord.until(lambda: bot.intake.pressed)
    name, job, message = bot.intake.pressed[0]
    assert (name, job, message.args["job"]) == (action, "job1", "job1")
    assert message.channel == bot.intake.taken[0].channel
    assert interaction.told is not None
    assert interaction.told.type == (5 if action == "status" else 6)
    assert message.reply.get("private") == ("yes" if action == "status" else None)


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_button_works_where_the_event_tells_nothing_of_its_message(
    bot: Rig, lena: Someone, action: str
) -> None:
    await lena.presses(await result(bot, lena), action, bare=True)
    await bot.discord.until(lambda: [pressed[0] for pressed in bot.intake.pressed] == [action])


async def test_a_button_of_another_version_says_that_it_is_over(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    shown["components"][0]["components"][0]["custom_id"] = "v1:Again!:job1"
    interaction = await lena.presses(shown, "Again!")
    assert "no longer know" in (await bot.discord.until(lambda: whispered(bot, interaction)))[0]


@pytest.mark.parametrize("action", [action for action in ALL if action != "status"])
async def test_buttons_of_others_are_refused_politely_and_alone(bot: Rig, lena: Someone, action: str) -> None:
    shown = await result(bot, lena)
    ben = Someone(bot.discord, bot.discord.world.person("Ben"))
    interaction = await ben.presses(shown, action)
    words = await bot.discord.until(lambda: whispered(bot, interaction))
    assert "for the person who asked" in words[0]
    assert bot.intake.pressed == []
    assert shown["id"] in bot.discord.world.messages


async def test_anyone_may_press_status(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    await Someone(bot.discord, bot.discord.world.person("Ben")).presses(shown, "status")
    await bot.discord.until(lambda: bot.intake.pressed)


async def test_a_moderator_may_press_everything(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    moderator = Someone(bot.discord, bot.discord.world.person("Mo"), moderator=True)
    await moderator.presses(shown, "cancel")
    await bot.discord.until(lambda: bot.intake.pressed)
    assert bot.intake.pressed[0][2].person.moderator


async def test_an_expired_button_fills_the_message_that_thinks(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    bot.intake.jobs.clear()
    interaction = await lena.presses(shown, "status")
    thinking = await bot.discord.until(lambda: bot.discord.world.messages.get(interaction.original or ""))
    await bot.discord.until(lambda: "no longer know" in thinking["content"])
    assert thinking["flags"] & EPHEMERAL


async def test_an_expired_button_says_so(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    bot.intake.jobs.clear()
    interaction = await lena.presses(shown, "again")
    words = await bot.discord.until(lambda: whispered(bot, interaction))
    assert "no longer know" in words[0]


async def test_a_button_works_after_a_restart_and_twice_is_once(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    await bot.restart()
    async with serving(bot.bot):
        interaction = await lena.presses(shown, "again")
        await bot.discord.until(lambda: bot.intake.pressed)
        await bot.discord.dispatch("INTERACTION_CREATE", interaction.payload)
        await lena.presses(shown, "export")
        await bot.discord.until(lambda: len(bot.intake.pressed) >= 2)
    assert [action for action, *_ in bot.intake.pressed] == ["again", "export"]


async def test_edit_opens_a_form_and_its_words_are_taken_after_a_restart(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    interaction = await lena.presses(shown, "edit")
    await bot.discord.until(lambda: interaction.told)
    assert interaction.told is not None
    assert interaction.told.type == 9
    await bot.restart()
    async with serving(bot.bot):
        submitted = await lena.submits(interaction.told.data, shown, words="make it vertical")
        await bot.discord.until(lambda: bot.intake.pressed)
    action, job, message = bot.intake.pressed[0]
    assert (action, job, message.text) == ("edit", "job1", "make it vertical")
    assert submitted.told is not None
    assert submitted.told.type == 6


async def test_a_foreign_form_is_refused_at_its_submission_too(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    interaction = await lena.presses(shown, "edit")
    await bot.discord.until(lambda: interaction.told)
    assert interaction.told is not None
    ben = Someone(bot.discord, bot.discord.world.person("Ben"))
    submitted = await ben.submits(interaction.told.data, shown, words="make it mine")
    assert await bot.discord.until(lambda: whispered(bot, submitted))
    assert bot.intake.pressed == []


@pytest.mark.parametrize("known", [True, False], ids=["the job is known", "its record is gone"])
async def test_delete_deletes_the_result(bot: Rig, lena: Someone, known: bool) -> None:
    shown = await result(bot, lena)
    if not known:
        bot.intake.jobs.clear()
    await lena.presses(shown, "delete")
    await bot.discord.until(lambda: shown["id"] not in bot.discord.world.messages)
    assert bot.intake.pressed == []


async def test_a_press_while_the_store_is_down_is_told(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    bot.intake.down = True
    interaction = await lena.presses(shown, "again")
    words = await bot.discord.until(lambda: whispered(bot, interaction))
    assert "nothing was started" in words[0]


async def test_a_press_by_a_user_install_brings_a_new_token(bot: Rig, lena: Someone) -> None:
    shown = await result(bot, lena)
    alone = Someone(bot.discord, lena.user, installed=True)
    interaction = await alone.presses(shown, "deliver")
    await bot.discord.until(lambda: bot.intake.pressed)
    reply: Any = bot.intake.pressed[0][2].reply
    assert (reply["mode"], reply["token"]) == ("interaction", interaction.payload["token"])
    assert reply["original"] == interaction.original


async def test_the_upload_button_opens_the_form(bot: Rig, lena: Someone) -> None:
    await lena.says(lena.mention())
    shown = await bot.discord.until(
        lambda: next((m for m in bot.discord.world.messages.values() if m["components"]), None)
    )
    interaction = await lena.presses(shown, "upload")
    await bot.discord.until(lambda: interaction.told)
    assert interaction.told is not None
    kinds = [label["component"]["type"] for label in interaction.told.data["components"]]
    assert kinds == [19, 4, 21]
