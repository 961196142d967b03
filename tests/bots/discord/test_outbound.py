"""The way out: what Discord says no to, what is learned, what is never sent twice."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bots.adapter import Button, FetchFailed, Gone, OutboundError, Post, Refused, SendDoubtful, TooLarge, Video, Where
from bots.discord.outbound import DiscordOutbound
from bots.services import Notes
from bots.texts import Texts
from core.messages import Attachment, Channel
from tests.support.discord.fakes import KeptNotes, settings_for
from tests.support.discord.foreign import ForeignDiscord, Habits
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord, limited
from tests.support.discord.world import DM, EPHEMERAL, V2, Interaction, Json, Refusal, snowflake

MIB = 1024 * 1024
RESULT = Post("result", "Here it is", buttons=(Button("Again", "again", "job1"),), final=True)


def card(text: str = "Rendering…", **more: Any) -> Post:
    return Post("status", text, title="song", buttons=(Button("Status", "status", "job1"),), stage="rendering", **more)


class Out:
    """An outbound on a loopback Discord, and where a request of Lena's is answered."""

    def __init__(self, discord: LoopbackDiscord, notes: Notes | None = None, **settings: Any) -> None:
        self.discord, self.world = discord, discord.world
        self.notes = notes or KeptNotes()
        self.made = DiscordOutbound(settings_for(discord, **settings), self.notes, Texts())

    def where(self, channel: Json | None = None, thread: str = "", **reply: str) -> Where:
        channel = channel or self.world.channel
        told = {"mode": "channel", "channel": thread or channel["id"], "guild": self.world.guild["id"]} | reply
        return Where(Channel("discord", channel["id"], thread), self.world.lena["id"], told)

    def token(self, alone: bool = True, ago_s: float = 0.0, **reply: str) -> tuple[Where, Interaction]:
        """Where an acknowledged interaction of a user install is answered."""
        lena = Someone(self.discord, self.world.lena, installed=alone)
        payload = lena._payload(2, {"name": "video"}, self.world.channel, ago_s)
        interaction = Interaction(payload, time.time() - ago_s)
        self.world.interactions[payload["token"]] = interaction
        thinking = self.world.message(self.world.channel, self.world.me)
        interaction.original, interaction.told = thinking["id"], None
        given = {"interaction": payload["id"], "app": self.world.app_id, "token": payload["token"]}
        given |= {"expires": str(time.time() - ago_s + 900), "original": thinking["id"], "mode": "interaction"}
        return self.where(**(given | reply)), interaction

    def shown(self, sent_id: str) -> Json:
        return self.world.messages[sent_id.split("/")[1]]

    def sends(self) -> list[Any]:
        return self.discord.asked("POST", r"/channels/\d+/messages")


@pytest.fixture
async def out(discord: LoopbackDiscord) -> Any:
    made = Out(discord)
    yield made
    await made.made.close()


def video(folder: Path, size: int = 1000) -> Video:
    path = folder / "v.mp4"
    path.write_bytes(b"\0" * size)
    return Video(path, "v.mp4", 640, 360, 9.0, size)


REFUSALS = [
    (404, 10003, Gone), (404, 10008, Gone), (403, 50001, Gone), (403, 50007, Gone), (403, 50278, Gone),
    (403, 50013, Refused), (400, 50035, Refused), (400, 40005, TooLarge), (413, 0, TooLarge), (401, 0, Refused),
]  # fmt: skip


@pytest.mark.parametrize(("status", "code", "kind"), REFUSALS, ids=str)
async def test_every_refusal_has_its_class(out: Out, status: int, code: int, kind: type[OutboundError]) -> None:
    out.discord.script("POST", r"/channels/\d+/messages", Refusal(status, code))
    with pytest.raises(kind) as caught:
        await out.made.send(out.where(), card(), "n")
    if code == 50013:
        assert isinstance(caught.value, Refused)
        assert caught.value.permission == "Send Messages"


@pytest.mark.parametrize(("status", "code", "kind"), REFUSALS, ids=str)
async def test_a_refusal_has_its_class_also_where_its_json_has_a_charset(
    status: int, code: int, kind: type[OutboundError]
) -> None:
    async with ForeignDiscord(Habits(charset=True)) as server:
        server.script("POST", r"/channels/\d+/messages", Refusal(status, code))
        out = Out(server)
        with pytest.raises(kind):
            await out.made.send(out.where(), card(), "n")
        await out.made.close()


@pytest.mark.parametrize("by_token", [False, True])
@pytest.mark.parametrize("habits", [Habits(), Habits(charset=True)], ids=["plain", "charset"])
async def test_a_rate_limit_that_tells_no_time_is_waited_out(habits: Habits, by_token: bool) -> None:
    async with ForeignDiscord(habits) as server:
        out = Out(server)
        where = out.token()[0] if by_token else out.where()
        server.script(
            "PATCH" if by_token else "POST", r"/webhooks/.*" if by_token else r"/channels/\d+/messages", Refusal(429, 0)
        )
        sent = await out.made.send(where, card(), "n")
        assert out.shown(sent.id)["flags"] & V2
        await out.made.close()


async def test_a_bot_that_was_kicked_or_a_channel_that_is_gone_is_gone(out: Out) -> None:
    sent = await out.made.send(out.where(), card(), "n")
    out.world.hidden.add(out.world.guild["id"])
    with pytest.raises(Gone):
        await out.made.edit(out.where(), sent.id, card("more"))
    del out.world.channels[out.world.channel["id"]]
    with pytest.raises(Gone):
        await out.made.send(out.where(), card(), "m")


async def test_a_refused_token_is_refused_without_the_token_in_it(discord: LoopbackDiscord) -> None:
    out = Out(discord, discord_token="wrong-token")
    with pytest.raises(Refused) as caught:
        await out.made.send(out.where(), card(), "n")
    assert "wrong-token" not in str(caught.value)


async def test_a_server_error_is_asked_again_under_the_same_nonce(out: Out) -> None:
    out.discord.script("POST", r"/channels/\d+/messages", Refusal(500, 0))
    await out.made.send(out.where(), card(), "n")
    nonces = [call.body["nonce"] for call in out.sends()]
    assert len(nonces) == 2
    assert len(set(nonces)) == 1
    assert len(nonces[0]) <= 25


async def test_an_answer_that_is_lost_makes_one_message(out: Out) -> None:
    async def swallow(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        out.world.post(out.world.channel["id"], body, [])
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    out.discord.script("POST", r"/channels/\d+/messages", swallow)
    await out.made.send(out.where(), card(), "n")
    assert len([m for m in out.world.messages.values() if m["components"]]) == 1


async def test_silence_to_the_end_is_a_doubt(out: Out) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        await request.read()
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    out.discord.script("POST", r"/channels/\d+/messages", *[cut] * 3)
    with pytest.raises(SendDoubtful):
        await out.made.send(out.where(), card(), "n")


@pytest.mark.parametrize("everywhere", [False, True], ids=["of the route", "of everything"])
async def test_a_rate_limit_is_obeyed(out: Out, everywhere: bool) -> None:
    out.discord.script("POST", r"/channels/\d+/messages", limited(0.4, everywhere))
    began = time.monotonic()
    await out.made.send(out.where(), card(), "n")
    assert time.monotonic() - began >= 0.4


async def test_under_a_long_rate_limit_progress_is_dropped_and_the_end_is_not(out: Out) -> None:
    sent = await out.made.send(out.where(), card(), "n")
    out.discord.script("PATCH", r"/channels/\d+/messages/\d+", limited(60.0))
    await out.made.edit(out.where(), sent.id, card("half"))
    assert "half" not in str(out.shown(sent.id)["components"])
    out.discord.script(
        "PATCH", r"/channels/\d+/messages/\d+", web.Response(status=429, text="edge", headers={"Retry-After": "0.2"})
    )
    await out.made.edit(out.where(), sent.id, card("over", final=True))
    assert "over" in str(out.shown(sent.id)["components"])


async def test_a_card_too_old_to_edit_ends_in_a_new_message(out: Out) -> None:
    sent = await out.made.send(out.where(), card(), "n")
    out.discord.script("PATCH", r"/channels/\d+/messages/\d+", *[Refusal(400, 30046)] * 2)
    await out.made.edit(out.where(), sent.id, card("half"))
    assert len(out.sends()) == 1
    await out.made.edit(out.where(), sent.id, card("over", final=True))
    assert len(out.sends()) == 2


async def test_nobody_is_pinged_but_the_requester_by_the_result(out: Out, tmp_path: Path) -> None:
    loud = f"@everyone <@{out.world.me['id']}> <@{out.world.lena['id']}>"
    sent = await out.made.send(out.where(), card(loud), "n1")
    await out.made.edit(out.where(), sent.id, card(loud + "!"))
    reply = await out.made.send(out.where(), Post("reply", loud), "n2")
    done = await out.made.send_video(out.where(), video(tmp_path), replace(RESULT, text=loud), "n3")
    assert [out.shown(one.id)["pinged"] for one in (sent, reply, done)] == [[], [], [out.world.lena["id"]]]
    for call in out.discord.calls:
        if "components" in call.body:
            assert call.body["allowed_mentions"]["parse"] == []


async def test_long_words_become_several_messages_with_the_buttons_under_the_last(out: Out) -> None:
    post = Post("reply", "word " * 900, buttons=(Button("Try again", "retry", "job1"),))
    await out.made.send(out.where(), post, "n")
    bodies = [call.body for call in out.sends()]
    assert len(bodies) == 3
    assert [bool(body.get("components")) for body in bodies] == [False, False, True]
    assert len({body["nonce"] for body in bodies}) == 3


async def test_a_file_too_large_is_learned_for_the_server(out: Out, tmp_path: Path) -> None:
    where = out.where(upload=str(50 * MIB))
    out.world.uploads[out.world.guild["id"]] = 9 * MIB
    assert out.made.limits(where).max_upload_bytes == 50 * MIB
    with pytest.raises(TooLarge) as caught:
        await out.made.send_video(where, video(tmp_path, 12 * MIB), RESULT, "n1")
    assert caught.value.limit_bytes == 10 * MIB
    with pytest.raises(TooLarge):
        await out.made.send_video(where, video(tmp_path, 10 * MIB), RESULT, "n2")
    assert out.made.limits(where).max_upload_bytes == 8 * MIB
    other = Out(out.discord, out.notes)
    with pytest.raises(TooLarge):
        await other.made.send_video(where, video(tmp_path, 9 * MIB), RESULT, "n3")
    assert not [call for call in out.sends()[2:] if call.files]  # known before a byte is sent
    await other.made.close()


async def test_a_reply_to_a_message_that_is_gone_is_a_plain_message(out: Out) -> None:
    out.discord.script("POST", r"/channels/\d+/messages", Refusal(400, 160002))
    await out.made.send(out.where(message=snowflake()), card(), "n1")
    sent = await out.made.send(out.where(message=snowflake()), card(), "n2")
    assert out.shown(sent.id)["flags"] & V2
    assert [("message_reference" in call.body) for call in out.sends()] == [True, False, True]


async def test_after_a_crash_our_own_result_is_found_by_its_marker(out: Out, tmp_path: Path) -> None:
    shown = await out.made.send(out.where(), card(), "card")
    assert await out.made.find(out.where(), "result", shown.id) is None
    done = await out.made.send_video(out.where(), video(tmp_path), RESULT, "result")
    await out.made.send_video(out.where(), video(tmp_path), RESULT, "another")
    again = Out(out.discord)
    found = await again.made.find(again.where(), "result", shown.id)
    assert found is not None
    assert found.id == done.id
    assert (await again.made.find(again.where(), "card", None)) is not None
    await again.made.close()


async def test_typing_is_shown_and_never_raises(out: Out) -> None:
    await out.made.show_activity(out.where(), "typing")
    out.world.hidden.add(out.world.channel["id"])
    await out.made.show_activity(out.where(), "uploading")
    await out.made.show_activity(out.token()[0], "typing")
    assert len(out.discord.asked("POST", r"/channels/\d+/typing")) == 2


# -- threads


async def test_a_project_opens_its_thread_on_the_request(out: Out) -> None:
    asked = out.world.message(out.world.channel, out.world.lena, "a video")
    where = out.where(thread=asked["id"], message=asked["id"])
    where = replace(where, reply={**where.reply, "thread": "Night Drive"})
    sent = await out.made.send(where, card(), "n")
    assert sent.id.startswith(asked["id"] + "/")
    assert out.world.channels[asked["id"]]["name"] == "Night Drive"


async def test_where_no_thread_may_be_opened_the_channel_does(out: Out) -> None:
    out.world.deny(out.world.channel, 35)
    asked = out.world.message(out.world.channel, out.world.lena, "a video")
    where = out.where(thread=asked["id"], message=asked["id"])
    where = replace(where, reply={**where.reply, "thread": "Night Drive"})
    for nonce in ("n1", "n2"):
        sent = await out.made.send(where, card(), nonce)
        assert sent.id.startswith(out.world.channel["id"] + "/")


# -- by token


async def test_by_token_the_card_takes_the_thinking_message_and_says_how_to_go_on(out: Out, tmp_path: Path) -> None:
    where, interaction = out.token()
    sent = await out.made.send(where, card(), "n1")
    assert sent.id.split("/")[1] == interaction.original
    assert "press Status" in str(out.shown(sent.id)["components"])
    await out.made.edit(where, sent.id, card("half"))
    done = await out.made.send_video(where, video(tmp_path), RESULT, "n2")
    assert out.shown(done.id)["attachments"]
    assert out.shown(done.id)["pinged"] == [out.world.lena["id"]]
    assert (interaction.followups, out.sends()) == (1, [])
    assert not out.made.limits(where).finds_own_posts


async def test_private_words_replace_the_thinking_message_then_follow_it(out: Out) -> None:
    where, interaction = out.token(alone=False, mode="channel", private="yes")
    first = await out.made.send(where, Post("reply", "first"), "n1")
    second = await out.made.send(where, Post("reply", "second"), "n2")
    assert first.id.split("/")[1] == interaction.original
    assert out.shown(second.id)["flags"] & EPHEMERAL
    shown = await out.made.send(where, card(), "n3")  # a card outlives the token: it stands in the channel
    assert len(out.sends()) == 1
    assert out.shown(shown.id)["flags"] & V2


@pytest.mark.parametrize("code", [50027, 40094], ids=["the token ended", "five follow-ups are used up"])
async def test_when_the_token_is_over_the_bot_s_own_is_tried(out: Out, code: int) -> None:
    where, _ = out.token()
    sent = await out.made.send(where, card(), "n1")
    out.discord.script("PATCH", r"/webhooks/.*", Refusal(401 if code == 50027 else 400, code))
    out.discord.script("POST", r"/webhooks/.*", Refusal(401 if code == 50027 else 400, code))
    await out.made.edit(where, sent.id, card("half"))
    assert "half" in str(out.shown(sent.id)["components"])
    await out.made.send(where, Post("reply", "words"), "n2")
    assert [call.body["content"] for call in out.sends()] == ["words"]


async def test_after_fifteen_minutes_nothing_goes_by_token(out: Out) -> None:
    where, _ = out.token(ago_s=16 * 60)
    await out.made.send(where, card(), "n1")
    assert len(out.sends()) == 1
    out.world.hidden.add(out.world.channel["id"])
    with pytest.raises(Gone):
        await out.made.send(where, RESULT, "n2")


async def test_a_dm_that_is_closed_to_bots_is_answered_by_token(out: Out) -> None:
    where, interaction = out.token(mode="channel")
    out.discord.script("POST", r"/channels/\d+/messages", Refusal(403, 50007))
    sent = await out.made.send(where, card(), "n1")
    assert sent.id.split("/")[1] == interaction.original


# -- files


async def test_an_expired_address_is_renewed_from_its_message(out: Out, tmp_path: Path) -> None:
    file = out.world.attachment("song.mp3", b"ID3 bytes", out.world.channel["id"], life_s=-5)
    post = out.world.message(out.world.channel, out.world.lena, attachments=[file])
    source = {"url": file["url"], "attachment": file["id"], "channel": out.world.channel["id"], "message": post["id"]}
    await out.made.fetch(Attachment("song.mp3", source), tmp_path / "got", 100)
    assert (tmp_path / "got").read_bytes() == b"ID3 bytes"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"url": "http://169.254.169.254/latest"}, "gone"),
        ({"url": "https://evil.example/attachments/1/2/a.mp3"}, "gone"),
        ({"url": "no address"}, "gone"),
        ({}, "too-large"),
    ],
)
async def test_what_may_not_be_fetched_leaves_no_file(out: Out, tmp_path: Path, change: Json, reason: str) -> None:
    file = out.world.attachment("song.wav", b"x" * 5000, out.world.channel["id"])
    with pytest.raises(FetchFailed) as caught:
        await out.made.fetch(Attachment("song.wav", {"url": file["url"], **change}), tmp_path / "got", 4000)
    assert caught.value.reason == reason
    assert list(tmp_path.iterdir()) == []


async def test_the_cap_holds_for_a_body_without_a_length(out: Out, tmp_path: Path) -> None:
    file = out.world.attachment("song.wav", b"", out.world.channel["id"])

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(b"x" * 1000)
        return response

    out.discord.files[file["url"].removeprefix(out.discord.cdn).split("?")[0]] = endless
    with pytest.raises(FetchFailed) as caught:
        await out.made.fetch(Attachment("song.wav", {"url": file["url"]}), tmp_path / "got", 50_000)
    assert (caught.value.reason, list(tmp_path.iterdir())) == ("too-large", [])


async def test_a_file_of_a_deleted_message_is_gone(out: Out, tmp_path: Path) -> None:
    file = out.world.attachment("song.mp3", b"ID3", out.world.channel["id"])
    out.world.files.clear()
    source = {"url": file["url"], "attachment": file["id"], "channel": out.world.channel["id"], "message": snowflake()}
    with pytest.raises(FetchFailed) as caught:
        await out.made.fetch(Attachment("song.mp3", source), tmp_path / "got", 100)
    assert caught.value.reason == "gone"


async def test_many_posts_at_once_log_in_once(out: Out) -> None:
    dm = out.world.new_channel(None, DM)
    await asyncio.gather(*(out.made.send(out.where(dm), Post("reply", str(n)), f"n{n}") for n in range(20)))
    assert len(out.discord.asked("GET", "/users/@me")) == 1


async def test_a_discord_that_is_out_of_reach_is_waited_for(out: Out) -> None:
    out.discord.script("GET", "/users/@me", Refusal(429, 0, retry_after=0.2))
    await out.made.send(out.where(), card(), "n")


async def test_a_follow_up_without_an_answer_is_a_doubt_at_once(out: Out) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        await request.read()
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    where, interaction = out.token()
    await out.made.send(where, card(), "n1")
    out.discord.script("POST", "/webhooks/.*", *[cut] * 2)
    with pytest.raises(SendDoubtful):
        await out.made.send(where, RESULT, "n2")
    assert interaction.followups == 0
    assert len(out.discord.asked("POST", "/webhooks/.*")) == 1


async def test_posts_go_out_while_the_store_is_away(discord: LoopbackDiscord, tmp_path: Path) -> None:
    out = Out(discord, KeptNotes(down=True))
    await out.made.send(out.where(), card(), "n1")
    await out.made.send(out.token()[0], card(), "n2")
    out.world.uploads[out.world.guild["id"]] = 500
    with pytest.raises(TooLarge):
        await out.made.send_video(out.where(), video(tmp_path), RESULT, "n3")
    await out.made.close()
