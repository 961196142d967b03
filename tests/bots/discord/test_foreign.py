"""Every way in and out, on servers that keep to Discord's documentation in a way of their own."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from bots.adapter import Button, FetchFailed, Post, Video, Where
from core.messages import Message
from tests.support.discord.fakes import Rig, rig
from tests.support.discord.foreign import FOREIGN, ForeignDiscord, Habits
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord
from tests.support.discord.stage import text_of
from tests.support.discord.world import DM, THREAD, Interaction, Json

TRACK = ("song.mp3", b"ID3" + b"\0" * 5000)
HABITS: dict[str, Habits] = {
    "compressed": Habits(compressed=True),
    "sparse": Habits(sparse=True),
    "sparse, nothing known": Habits(sparse=True, guilds="none"),
    "guilds late": Habits(guilds="late"),
    "guilds away": Habits(guilds="away"),
    "guilds bare": Habits(guilds="bare"),
    "hangs up": Habits(hangs_up=True),
    "charset": Habits(charset=True),
    "silent acks": Habits(silent_acks=True),
    "routes missing": Habits(missing="404"),
    "routes refused": Habits(missing="403"),
    "routes hang": Habits(missing="hangs"),
    "limits": Habits(limits=True),
    "random ids": Habits(ids="random"),
    "small ids": Habits(ids="small"),
    "moves": Habits(moves=True),
    "all": FOREIGN,
    "all, bare, small": dataclasses.replace(FOREIGN, guilds="bare", missing="403"),
}


@pytest.fixture(params=list(HABITS))
async def bot(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    async with ForeignDiscord(HABITS[request.param]) as server, rig(server, discord_sync_commands=True) as made:
        yield made


async def taken(bot: Rig, count: int) -> Message:
    await bot.discord.until(lambda: len(bot.intake.taken) >= count)
    return bot.intake.taken[count - 1]


def where(message: Message) -> Where:
    return Where(message.channel, message.person.id, message.reply)


def shown(bot: Rig, text: str) -> Json | None:
    return next((m for m in bot.discord.world.messages.values() if text in text_of(m)), None)


async def test_every_way_in_is_taken_and_answered_where_it_came_from(bot: Rig, tmp_path: Path) -> None:
    world, lena = bot.discord.world, Someone(bot.discord, bot.discord.world.lena)
    room, dm = world.channel, world.new_channel(None, DM)
    mention = f"{lena.mention()} blue bars"
    asked: list[Interaction] = []

    await lena.says(mention, TRACK)
    said = [await taken(bot, 1)]
    asked.append(await lena.chooses("video", track=TRACK, prompt="blue bars"))
    said.append(await taken(bot, 2))
    asked.append(await lena.chooses("status", channel=dm))
    said.append(await taken(bot, 3))
    await lena.says("blue bars", TRACK, channel=dm)
    said.append(await taken(bot, 4))
    await lena.says(mention, TRACK)  # again: by now the library has made up a member for us
    said.append(await taken(bot, 5))
    post = world.message(room, Someone(bot.discord, world.person("Ben")).user, "mine")
    post["attachments"].append(world.attachment(*TRACK, room["id"]))
    asked.append(await lena.picks(post))
    said.append(await taken(bot, 6))
    opened = await lena.chooses("video")
    form = (await bot.discord.until(lambda: opened.told)).data
    asked.append(await lena.submits(form, files=[TRACK], words="blue bars"))
    said.append(await taken(bot, 7))
    thread = world.new_channel(world.guild, THREAD, room["id"], world.me["id"])
    asked.append(await lena.chooses("video", channel=thread, track=TRACK, prompt="blue bars"))
    said.append(await taken(bot, 8))

    homes = [room, room, dm, dm, room, room, room, thread]
    assert [message.reply["channel"] for message in said] == [home["id"] for home in homes]
    for number, (message, home) in enumerate(zip(said, homes, strict=True)):
        if message.verb == "status":
            await bot.outbound.send(where(message), Post("reply", f"answer {number}"), f"n{number}")
        else:
            await there_and_back(bot, message, number, tmp_path)
        answer = shown(bot, f"answer {number}")
        assert answer is not None
        assert answer["channel_id"] == home["id"]
        if message.attachments:
            file = tmp_path / f"{number}.mp3"
            await bot.outbound.fetch(message.attachments[0], file, 10_000)
            assert file.read_bytes() == TRACK[1]
    for one in asked:
        assert one.told is not None
        original = world.messages.get(one.original or "")
        assert original is None or not original["flags"] & 128, "somebody looks at a thinking bot for ever"


async def there_and_back(bot: Rig, message: Message, number: int, folder: Path) -> None:
    """A card, its edit, a video with a button, the press of it, the end."""
    here = where(message)
    buttons = (Button("Cancel", "cancel", "job1"), Button("Status", "status", "job1"))
    sent = await bot.outbound.send(here, Post("status", "begun", "song", 0.1, buttons=buttons), f"card{number}")
    await bot.outbound.show_activity(here, "typing")
    path = folder / "v.mp4"
    path.write_bytes(b"\0" * 1000)
    video = Video(path, "v.mp4", 640, 360, 9.0, 1000)
    await bot.outbound.send_video(here, video, Post("result", f"answer {number}", buttons=buttons), f"video{number}")
    await bot.outbound.edit(here, sent.id, Post("status", f"over {number}", "song", final=True))
    assert shown(bot, f"over {number}") is not None
    result = shown(bot, f"answer {number}")
    assert result is not None
    before = len(bot.intake.pressed)
    for action in ("cancel", "status"):
        await Someone(bot.discord, bot.discord.world.lena).presses(result, action)
    await bot.discord.until(lambda: len(bot.intake.pressed) == before + 2)


async def test_a_user_install_fills_a_thinking_message_whose_id_nobody_told() -> None:
    async with ForeignDiscord(Habits(silent_acks=True, ids="small")) as server, rig(server) as bot:
        server.world.hidden.add(server.world.channel["id"])
        alone = Someone(server, server.world.lena, installed=True)
        asked = await alone.chooses("video", track=TRACK, prompt="blue bars")
        message = await taken(bot, 1)
        await bot.outbound.send(where(message), Post("status", "begun", "song", 0.1), "card")
        assert "begun" in text_of(server.world.messages[asked.original or ""])


async def test_a_file_is_not_fetched_from_a_host_that_the_cdn_sends_us_to(tmp_path: Path) -> None:
    async def elsewhere(_request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("http://169.254.169.254/latest/meta-data")

    async with LoopbackDiscord() as server, rig(server) as bot:
        said = await Someone(server, server.world.lena).says(f"<@{server.world.me['id']}> hello", TRACK)
        server.files[said["attachments"][0]["url"].removeprefix(server.cdn).split("?")[0]] = elsewhere
        message = await taken(bot, 1)
        with pytest.raises(FetchFailed):
            await bot.outbound.fetch(message.attachments[0], tmp_path / "a.mp3", 10_000)
    assert not list(tmp_path.iterdir())
