"""Every way a person can reach the bot on Discord, and everything that is none."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bots.adapter import Post, Where
from core.verbs import VERBS
from tests.support.discord.fakes import Rig, rig, serving
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord
from tests.support.discord.world import DM, EPHEMERAL, THREAD, Interaction, Json, Refusal, snowflake

TRACK = ("song.mp3", b"ID3" + b"\0" * 500)


async def taken(bot: Rig, count: int = 1) -> Any:
    await bot.discord.until(lambda: len(bot.intake.taken) >= count)
    return bot.intake.taken[count - 1]


async def nothing_taken(bot: Rig, someone: Someone) -> None:
    """A marker said afterwards is the first thing taken: what came before was not."""
    await someone.says(f"{someone.mention()} the next valid event")
    assert (await taken(bot)).text == "the next valid event"


def told(bot: Rig, interaction: Interaction) -> Json | None:
    """What stands in place of the "thinking" message, once it is there."""
    message = bot.discord.world.messages.get(interaction.original or "")
    return message if message and message["content"] else None


# -- messages


async def test_a_dm_needs_no_mention(bot: Rig, lena: Someone) -> None:
    await lena.says("a video, please", TRACK, channel=bot.discord.world.new_channel(None, DM))
    message = await taken(bot)
    assert (message.text, len(message.attachments), message.reply["mode"]) == ("a video, please", 1, "channel")


async def test_a_mention_that_answers_a_track_takes_the_track(discord: LoopbackDiscord, lena: Someone) -> None:
    async with rig(discord, discord_message_content=True) as bot:
        ben = Someone(discord, discord.world.person("Ben"))
        post = await ben.says("my new one", TRACK)
        await lena.says(f"{lena.mention()} make a video of this", reply_to=post)
        message = await taken(bot)
    assert [one.name for one in message.attachments] == ["song.mp3"]
    assert message.attachments[0].source["message"] == post["id"]


async def test_without_the_intent_the_hidden_track_is_explained(bot: Rig, lena: Someone) -> None:
    post = await Someone(bot.discord, bot.discord.world.person("Ben")).says("my new one", TRACK)
    await lena.says(f"{lena.mention()} make a video of this", reply_to=post)
    answer = await bot.discord.until(lambda: bot.discord.asked("POST", r"/channels/\d+/messages"))
    assert "Make a video from this" in answer[0].body["content"]
    assert answer[0].body["components"][0]["components"][0]["custom_id"] == "v1:upload:new"
    assert bot.intake.taken == []


async def test_an_answer_to_a_deleted_message_is_explained(bot: Rig, lena: Someone) -> None:
    gone = {"id": snowflake(), "channel_id": bot.discord.world.channel["id"]}
    await lena.says(f"{lena.mention()} make a video of this", reply_to=gone)
    await bot.discord.until(lambda: bot.discord.asked("POST", r"/channels/\d+/messages"))
    assert bot.intake.taken == []


async def test_a_forwarded_track_is_found(bot: Rig, lena: Someone) -> None:
    world = bot.discord.world
    file = world.attachment(*TRACK, world.channel["id"])
    inner = {"content": "", "attachments": [file], "embeds": [], "components": [], "flags": 0, "type": 0}
    inner |= {"timestamp": "2026-11-22T10:00:00.000000+00:00", "edited_timestamp": None, "mentions": []}
    await lena.says("", channel=world.new_channel(None, DM), message_snapshots=[{"message": inner}])
    assert [one.name for one in (await taken(bot)).attachments] == ["song.mp3"]


async def test_an_album_of_ten_files_is_one_request(bot: Rig, lena: Someone) -> None:
    await lena.says(f"{lena.mention()} all of it", *[(f"{n}.wav", b"RIFF") for n in range(10)])
    assert [one.name for one in (await taken(bot)).attachments] == [f"{n}.wav" for n in range(10)]


async def test_a_voice_message_is_a_track(bot: Rig, lena: Someone) -> None:
    world = bot.discord.world
    voice = world.attachment("voice-message.ogg", b"OggS", "1", mime="audio/ogg")
    voice |= {"duration_secs": 4.2, "waveform": "AAAA"}
    await lena.says("", channel=world.new_channel(None, DM), attachments=[voice], flags=1 << 13)
    assert (await taken(bot)).attachments[0].duration_s == 4.2


async def test_the_mention_of_our_role_counts_as_ours(discord: LoopbackDiscord, lena: Someone) -> None:
    world = discord.world
    role = {"id": snowflake(), "name": "From Music", "permissions": "0", "position": 1, "color": 0, "hoist": False}
    role |= {"managed": True, "mentionable": False, "flags": 0, "tags": {"bot_id": world.me["id"]}}
    world.guild["roles"].append(role)
    async with rig(discord, discord_message_content=True) as bot:
        await lena.says(f"<@&{role['id']}> hello", mention_roles=[role["id"]])
        assert (await taken(bot)).text == "hello"


@pytest.mark.parametrize("content", [True, False])
async def test_talk_in_a_project_thread_is_for_us(discord: LoopbackDiscord, lena: Someone, content: bool) -> None:
    world = discord.world
    thread = world.new_channel(world.guild, THREAD, world.channel["id"], world.me["id"])
    async with rig(discord, discord_message_content=content) as bot:
        await lena.says("blue bars, please", channel=thread)
        if content:
            message = await taken(bot)
            assert message.channel.key == f"discord:{world.channel['id']}:{thread['id']}"
            return
        answer = (await discord.until(lambda: discord.asked("POST", r"/channels/\d+/messages")))[0]
        assert "mention me" in answer.body["content"]
        await lena.says("and red", channel=thread)
        await nothing_taken(bot, lena)
        assert len(discord.asked("POST", r"/channels/\d+/messages")) == 1  # it is said once, not at every word


async def test_a_channel_set_aside_needs_no_mention(discord: LoopbackDiscord, lena: Someone) -> None:
    channel = discord.world.channel["id"]
    async with rig(discord, discord_message_content=True, discord_open_channels=(channel,)) as bot:
        await lena.says("hello there")
        assert (await taken(bot)).text == "hello there"


async def test_an_answer_to_our_post_needs_no_mention(discord: LoopbackDiscord, lena: Someone) -> None:
    ours = discord.world.message(discord.world.channel, discord.world.me, "Here it is")
    async with rig(discord, discord_message_content=True) as bot:
        await lena.says("make it vertical", reply_to=ours)
        message = await taken(bot)
    assert (message.text, message.attachments) == ("make it vertical", ())


@pytest.mark.parametrize(
    "more",
    [
        {"webhook_id": "77"},
        {"author": {"id": "78", "username": "other", "discriminator": "0", "avatar": None, "bot": True}},
        {"type": 7},
        {"mentions": []},
    ],
    ids=["webhook", "another bot", "a notice", "not for us"],
)
async def test_what_is_not_said_to_us_by_a_person_is_left_alone(bot: Rig, lena: Someone, more: Json) -> None:
    await lena.says(f"{lena.mention()} hello", **more)
    await nothing_taken(bot, lena)


@pytest.mark.parametrize(
    "more",
    [
        {"sticker_items": [{"id": "5", "name": "wave", "format_type": 1}]},
        {"embeds": [{"type": "rich", "title": "a card"}]},
        {},
    ],
    ids=["sticker", "embed only", "a mention alone"],
)
async def test_where_there_is_nothing_to_work_with_the_bot_says_how_it_goes(
    bot: Rig, lena: Someone, more: Json
) -> None:
    await lena.says(lena.mention(), **more)
    answer = (await bot.discord.until(lambda: bot.discord.asked("POST", r"/channels/\d+/messages")))[0]
    assert answer.body["content"].startswith("Drop a track")
    assert answer.body["allowed_mentions"]["parse"] == []
    assert bot.intake.taken == []


async def test_a_missing_permission_is_named_in_a_dm(discord: LoopbackDiscord, lena: Someone) -> None:
    discord.world.deny(discord.world.channel, 11)
    async with rig(discord) as bot:
        await lena.says(f"{lena.mention()} hello", TRACK)
        answer = (await discord.until(lambda: discord.asked("POST", r"/channels/\d+/messages")))[0]
        assert "Send Messages" in answer.body["content"]
        assert bot.intake.taken == []


async def test_people_on_no_list_are_told_once_which_line_lets_them_in(discord: LoopbackDiscord, lena: Someone) -> None:
    async with rig(discord, discord_guilds=("1",)) as bot:
        await lena.says(f"{lena.mention()} hello")
        await lena.says(f"{lena.mention()} hello again")
        interaction = await lena.chooses("status")
        await discord.until(lambda: interaction.told)
        posts = discord.asked("POST", r"/channels/\d+/messages")
        assert [f"DISCORD_GUILDS={discord.world.guild['id']}" in call.body["content"] for call in posts] == [True]
        assert interaction.told is not None
        assert interaction.told.data["flags"] == EPHEMERAL
        assert bot.intake.taken == []


async def test_a_store_that_is_down_is_told(bot: Rig, lena: Someone) -> None:
    bot.intake.down = True
    await lena.says(f"{lena.mention()} hello")
    await bot.discord.until(lambda: bot.discord.asked("POST", r"/channels/\d+/messages"))
    interaction = await lena.chooses("video", track=TRACK)
    message = await bot.discord.until(lambda: told(bot, interaction))
    assert "nothing was started" in message["content"]


async def test_mentions_of_others_become_names_and_long_words_stay_whole(bot: Rig, lena: Someone) -> None:
    ben = bot.discord.world.person("Ben")
    await lena.says(
        f"{lena.mention()} for <@{ben['id']}> " + "x" * 3900, channel=bot.discord.world.new_channel(None, DM)
    )
    text = (await taken(bot)).text
    assert text.startswith("for @Ben xxx")
    assert len(text) > 3900


async def test_a_server_that_chose_a_language_gives_it(discord: LoopbackDiscord, lena: Someone) -> None:
    discord.world.guild["preferred_locale"] = "zh-CN"
    async with rig(discord) as bot:
        await lena.says(f"{lena.mention()} 你好")
        assert (await taken(bot)).locale == "zh-CN"


async def test_with_person_scope_each_person_has_a_channel(discord: LoopbackDiscord, lena: Someone) -> None:
    async with rig(discord, session_scope="person") as bot:
        await lena.says(f"{lena.mention()} hello")
        assert (await taken(bot)).channel.person == lena.id


# -- interactions


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb.name != "video"], ids=lambda verb: verb.name)
async def test_every_verb_of_the_registry_is_a_command(bot: Rig, lena: Someone, verb: Any) -> None:
    arguments = [one for one in verb.arguments if one.kind in {"text", "choice", "project"}]
    given: Json = {one.name: one.choices[0] if one.choices else "words" for one in arguments}
    interaction = await lena.chooses(verb.name, **given)
    message = await taken(bot)
    assert (message.verb, dict(message.args)) == (verb.name, given)
    assert interaction.told is not None
    assert interaction.told.type == 5
    assert ("token" in message.reply) == (message.reply.get("private") == "yes")


async def test_the_video_command_takes_files_words_and_aspect(bot: Rig, lena: Someone) -> None:
    interaction = await lena.chooses("video", track=TRACK, file2=("p.png", b"png"), prompt="red", aspect="9:16")
    message = await taken(bot)
    assert [one.name for one in message.attachments] == ["song.mp3", "p.png"]
    assert (message.text, message.args["aspect"], message.locale) == ("red", "9:16", "en-US")
    assert "token" not in message.reply
    shown = await bot.discord.until(lambda: told(bot, interaction))
    assert shown["flags"] & EPHEMERAL
    assert "card" in shown["content"]


async def test_the_video_command_with_nothing_opens_the_form_which_survives_a_restart(bot: Rig, lena: Someone) -> None:
    interaction = await lena.chooses("video")
    await bot.discord.until(lambda: interaction.told)
    assert interaction.told is not None
    assert interaction.told.type == 9
    await bot.restart()
    async with serving(bot.bot):
        await lena.submits(interaction.told.data, files=[TRACK, ("b.png", b"png")], words="blue", aspect="1:1")
        message = await taken(bot)
    assert (message.verb, message.text, message.args["aspect"]) == ("video", "blue", "1:1")
    assert [one.name for one in message.attachments] == ["song.mp3", "b.png"]


async def test_the_menu_takes_the_track_of_any_message_without_the_intent(bot: Rig, lena: Someone) -> None:
    post = await Someone(bot.discord, bot.discord.world.person("Ben")).says("a new song, slow", TRACK)
    await lena.picks(post)
    message = await taken(bot)
    assert (message.verb, message.text, message.attachments[0].name) == ("video", "a new song, slow", "song.mp3")
    assert message.attachments[0].source["message"] == post["id"]


async def test_the_menu_on_an_empty_message_says_so(bot: Rig, lena: Someone) -> None:
    post = bot.discord.world.message(bot.discord.world.channel, bot.discord.world.person("Ben"))
    interaction = await lena.picks(post)
    await bot.discord.until(lambda: interaction.told)
    assert interaction.told is not None
    assert (interaction.told.type, interaction.told.data["flags"]) == (4, EPHEMERAL)
    assert bot.intake.taken == []


async def test_a_user_install_is_answered_by_token(bot: Rig, discord: LoopbackDiscord) -> None:
    alone = Someone(discord, discord.world.lena, installed=True)
    interaction = await alone.chooses("video", track=TRACK)
    reply = (await taken(bot)).reply
    assert (reply["mode"], reply["token"], reply["original"]) == (
        "interaction",
        interaction.payload["token"],
        interaction.original,
    )
    assert interaction.told is not None
    assert "flags" not in interaction.told.data


async def test_a_server_that_has_our_commands_but_not_our_bot_is_answered_by_token(bot: Rig, lena: Someone) -> None:
    world = bot.discord.world
    room = world.new_channel(world.new_guild())
    world.hidden.add(room["guild_id"])
    asked = await lena.chooses("video", channel=room, track=TRACK, prompt="blue bars")
    message = await taken(bot)
    where = Where(message.channel, message.person.id, message.reply)
    sent = await bot.outbound.send(where, Post("status", "begun", "song", 0.1), "card")
    await bot.outbound.edit(where, sent.id, Post("status", "half", "song", 0.5))
    (call,) = bot.discord.asked("POST", rf"/webhooks/\d+/{asked.payload['token']}")
    assert "begun" in str(call.body["components"])
    assert "half" in str(world.messages[sent.id.split("/")[1]]["components"])


async def test_an_unknown_interaction_is_taken_where_the_bot_can_post(bot: Rig, lena: Someone) -> None:

    bot.discord.script("POST", "/interactions/.*", Refusal(404, 10062, "Unknown interaction"))
    await lena.chooses("video", track=TRACK)
    assert (await taken(bot)).verb == "video"


async def test_an_interaction_that_comes_twice_is_taken_once(bot: Rig, lena: Someone) -> None:
    interaction = await lena.chooses("video", track=TRACK)
    await taken(bot)
    await bot.discord.dispatch("INTERACTION_CREATE", interaction.payload)
    await lena.chooses("export")
    assert (await taken(bot, 2)).verb == "export"
    assert len(bot.intake.taken) == 2


async def test_missing_permissions_are_named_beside_the_acknowledgement(
    discord: LoopbackDiscord, lena: Someone
) -> None:
    discord.world.deny(discord.world.channel, 15, 14)
    async with rig(discord) as bot:
        interaction = await lena.chooses("video", track=TRACK)
        shown = await discord.until(lambda: told(bot, interaction))
        assert "Embed Links, Attach Files" in shown["content"]
        reply = (await taken(bot)).reply
        assert (reply["upload"], reply["unfurls"]) == ("0", "no")


async def test_a_command_that_is_not_known_any_more_says_so(bot: Rig, lena: Someone) -> None:
    interaction = await lena.chooses("dance")
    await bot.discord.until(lambda: interaction.told)
    assert interaction.told is not None
    assert "reload" in interaction.told.data["content"]


async def test_commands_are_sent_localised_and_only_when_they_changed(discord: LoopbackDiscord, lena: Someone) -> None:
    async with rig(discord, discord_sync_commands=True) as bot:
        await discord.until(lambda: discord.world.commands and len(bot.services.notes.values))  # type: ignore[attr-defined]
        video = next(one for one in discord.world.commands if one["name"] == "video")
        assert (video["name_localizations"]["zh-CN"], video["name_localizations"]["zh-TW"]) == ("视频", "影片")
        assert video["integration_types"] == [0, 1]
        assert video["contexts"] == [0, 1, 2]
        assert {"type": 3, "name": "Make a video from this"}.items() <= discord.world.commands[-1].items()
        await bot.restart()
        async with serving(bot.bot):
            await lena.chooses("status")
            await taken(bot)
            await asyncio.sleep(0.3)
        assert len(discord.asked("PUT", r"/applications/\d+/commands")) == 1


async def test_with_threads_a_request_names_the_thread_to_be_opened(discord: LoopbackDiscord, lena: Someone) -> None:
    async with rig(discord, discord_threads=True) as bot:
        said = await lena.says(f"{lena.mention()} a night drive", TRACK)
        message = await taken(bot)
    assert message.channel.key == f"discord:{said['channel_id']}:{said['id']}"
    assert (message.reply["thread"], message.reply["channel"]) == ("a night drive", said["id"])


async def test_a_command_for_a_full_channel_is_not_said_to_be_taken(discord: LoopbackDiscord, lena: Someone) -> None:
    async with rig(discord) as bot:
        bot.intake.full = True
        interaction = await lena.chooses("edit", prompt="blue bars")
        await taken(bot)
        shown = await discord.until(lambda: discord.world.messages.get(interaction.original or ""))
        await discord.until(lambda: "already wait" in shown["content"])


@pytest.mark.parametrize("content", [True, False])
async def test_the_help_says_what_the_bot_hears(discord: LoopbackDiscord, lena: Someone, content: bool) -> None:
    async with rig(discord, discord_message_content=content) as bot:
        interaction = await lena.chooses("help")
        message = await taken(bot)
        where = Where(message.channel, message.person.id, message.reply)
        await bot.outbound.send(where, Post("reply", "Drop a track here"), "help")
        told = discord.world.messages[interaction.original or ""]["content"]
    assert told.startswith("Drop a track here\n")
    assert ("all talk" in told) is content
