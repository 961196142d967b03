"""The gateway: readiness, resumes, replays, poison, refusals, supervision, addresses."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator
from typing import Any

import discord as library
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bots.discord.answers import Acks
from bots.discord.app import TokenRefused, _brief, create_discord_bot, serve
from bots.discord.seams import Placed
from bots.services import Services
from bots.settings import Settings
from bots.texts import LANGUAGES, Texts
from tests.support.discord.fakes import KeptIntake, KeptNotes, Rig, rig, settings_for
from tests.support.discord.fuzz import poison
from tests.support.discord.people import Someone
from tests.support.discord.server import TOKEN, LoopbackDiscord
from tests.support.discord.world import DM, Json, Refusal


class Served:
    """`serve` on a loopback Discord, as a task."""

    def __init__(self, discord: LoopbackDiscord, **more: Any) -> None:
        self.intake, self.ready = KeptIntake(), 0
        self.settings = settings_for(discord, discord_restart_s=0.01, **more)
        self.services = Services(self.intake, Texts(), KeptNotes())
        self.task = asyncio.create_task(serve(self.settings, self.services, self._on_ready))

    def _on_ready(self) -> None:
        self.ready += 1


@contextlib.asynccontextmanager
async def served(discord: LoopbackDiscord, **more: Any) -> AsyncIterator[Served]:
    made = Served(discord, **more)
    try:
        yield made
    finally:
        made.task.cancel()
        await asyncio.gather(made.task, return_exceptions=True)


def test_the_factory_needs_no_network_token_or_loop() -> None:
    services = Services(KeptIntake(), Texts(), KeptNotes())
    plain = create_discord_bot(Settings(), services)
    sharded = create_discord_bot(Settings.model_validate({"discord_sharded": True}), services)
    assert isinstance(plain, library.Client)
    assert isinstance(sharded, library.AutoShardedClient)


def test_without_settings_the_library_s_own_addresses_are_left_alone() -> None:
    client = Placed(Settings(), intents=library.Intents.none())
    assert client._base == ""


async def test_a_gateway_that_no_setting_names_is_asked_for(discord: LoopbackDiscord) -> None:
    async with served(discord, discord_gateway_url=None) as made:
        await discord.until(lambda: made.ready)
    assert [call.path for call in discord.calls if "gateway" in call.path] == ["/gateway/bot"]


async def test_other_addresses_touch_nobody_else(bot: Rig, lena: Someone) -> None:
    await lena.chooses("status")
    await bot.discord.until(lambda: bot.intake.taken)
    assert Route.BASE == "https://discord.com/api/v10"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "wss://gateway.discord.gg/"


async def test_a_lost_connection_is_resumed_and_what_was_missed_is_replayed_once(bot: Rig, lena: Someone) -> None:
    await lena.says(f"{lena.mention()} one")
    await bot.discord.until(lambda: len(bot.intake.taken) == 1)
    await bot.discord.drop()
    await lena.says(f"{lena.mention()} two")
    await lena.chooses("export")
    await bot.discord.until(lambda: len(bot.intake.taken) == 3)
    assert [message.text or message.verb for message in bot.intake.taken] == ["one", "two", "export"]
    assert (bot.discord.identifies, bot.discord.resumes) == (1, 1)


async def test_a_message_that_comes_twice_is_taken_once(bot: Rig, lena: Someone) -> None:
    said = await lena.says(f"{lena.mention()} one")
    await bot.discord.dispatch("MESSAGE_CREATE", said)
    await lena.says(f"{lena.mention()} two")
    await bot.discord.until(lambda: len(bot.intake.taken) == 2)
    assert [message.text for message in bot.intake.taken] == ["one", "two"]


async def test_the_client_lives_through_two_thousand_fuzzed_events(
    bot: Rig, lena: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    rng = random.Random(6)
    with caplog.at_level(logging.INFO):
        for event, data in poison(bot.discord.world, rng, 2000):
            await bot.discord.dispatch(event, data, raw=True)
        await lena.says(f"{lena.mention()} the next valid event", channel=bot.discord.world.new_channel(None, DM))
        await bot.discord.until(lambda: any(m.text == "the next valid event" for m in bot.intake.taken), 60)
    assert bot.bot.poison > 100
    assert bot.discord.identifies == 1
    assert "secret-words" not in caplog.text
    interaction = await lena.chooses("help", channel=bot.discord.world.new_channel(None, DM))
    await bot.discord.until(lambda: interaction.told)


async def test_frames_that_are_no_json_are_skipped(bot: Rig, lena: Someone) -> None:
    for session in bot.discord.sessions.values():
        assert session.socket is not None
        for frame in ("", "{", "[]", "null", '"op"', '{"op": "x"}', '{"op": 0, "t": "READY", "d": 5, "s": "x"}'):
            await session.socket.send_str(frame)
    await lena.says(f"{lena.mention()} hello")
    await bot.discord.until(lambda: bot.intake.taken)
    assert bot.bot.poison >= 4


async def test_serving_says_when_it_is_ready_and_sharded_too(discord: LoopbackDiscord, lena: Someone) -> None:
    async with served(discord, discord_sharded=True) as made:
        await discord.until(lambda: made.ready)
        await lena.says(f"{lena.mention()} hello")
        await discord.until(lambda: made.intake.taken)


async def test_a_refused_token_ends_with_a_sentence(discord: LoopbackDiscord) -> None:
    async with served(discord, discord_token="wrong-token") as made:
        with pytest.raises(TokenRefused) as caught:
            await made.task
    told = [Texts().say(language, caught.value.key, **caught.value.values) for language in LANGUAGES]
    assert all("discord.com/developers" in sentence for sentence in told)
    assert not any("wrong-token" in sentence for sentence in (*told, str(caught.value)))


async def test_without_the_privileged_intent_it_goes_on_without(
    discord: LoopbackDiscord, lena: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    discord.allow_content = False
    async with served(discord, discord_message_content=True) as made:
        await discord.until(lambda: made.ready)
        assert "Message Content Intent" in caplog.text
        await lena.says(f"{lena.mention()} hello")
        await discord.until(lambda: made.intake.taken)
    assert discord.identifies == 2


async def test_a_bot_in_too_many_servers_for_one_connection_takes_more(discord: LoopbackDiscord, lena: Someone) -> None:
    discord.needs_shards = True
    async with served(discord) as made:
        await discord.until(lambda: made.ready)
        await lena.says(f"{lena.mention()} hello")
        await discord.until(lambda: made.intake.taken)


async def test_a_session_that_ends_for_good_is_begun_again(discord: LoopbackDiscord, lena: Someone) -> None:
    async with served(discord) as made:
        await discord.until(lambda: made.ready)
        await discord.drop(4012)
        await discord.until(lambda: made.ready == 2)
        await lena.says(f"{lena.mention()} hello")
        await discord.until(lambda: made.intake.taken)


async def test_a_discord_that_is_down_at_first_is_waited_for(discord: LoopbackDiscord) -> None:
    discord.script("GET", "/users/@me", *[Refusal(503, 0)] * 3)
    async with served(discord) as made:
        await discord.until(lambda: made.ready)


async def test_no_token_of_anybody_reaches_the_log(
    discord: LoopbackDiscord, lena: Someone, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with served(discord) as made:
            await discord.until(lambda: made.ready)
            interaction = await lena.chooses("video", track=("a.mp3", b"ID3"))
            await discord.until(lambda: made.intake.taken)
            await discord.until(lambda: discord.asked("PATCH", "/webhooks/.*"))
    assert made.task.done()
    assert interaction.payload["token"] not in caplog.text
    assert TOKEN not in caplog.text


async def test_what_a_handler_cannot_do_is_counted_and_the_next_is_answered(
    discord: LoopbackDiscord, lena: Someone
) -> None:
    async with rig(discord) as bot:
        broken: Json = bot.intake.__dict__
        bot.intake.taken = None  # type: ignore[assignment]
        await lena.says(f"{lena.mention()} secret-words")
        await discord.until(lambda: bot.bot.poison)
        broken["taken"] = []
        await lena.says(f"{lena.mention()} hello")
        await discord.until(lambda: bot.intake.taken)


async def test_what_follows_on_an_acknowledgement_lets_the_others_go_first() -> None:
    acks = Acks()
    with acks.one():
        waiting = asyncio.create_task(acks.over())
        await asyncio.sleep(0)
        with acks.one():
            await asyncio.sleep(0)
        assert not waiting.done()
    await waiting


def test_the_library_logs_a_lost_gateway_in_one_line() -> None:
    lost = logging.LogRecord("discord.client", logging.ERROR, "", 1, "Again in %.2fs", (0.5,), None)
    lost.exc_info = (OSError, OSError("no line"), None)
    assert _brief(lost)
    assert logging.Formatter("%(levelname)s %(message)s").format(lost) == "WARNING Again in 0.50s (OSError)"
