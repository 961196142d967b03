"""What a musician meets on Discord, line by line: the real program on a loopback Discord, a quick backend behind it."""

from __future__ import annotations

import asyncio
import io
import re
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
from aiohttp import web

from tests.support.backend import Script
from tests.support.discord.foreign import FOREIGN, ForeignDiscord, Habits
from tests.support.discord.people import Someone
from tests.support.discord.stage import PUBLIC, Stage, actions_of, staged, text_of
from tests.support.discord.world import DM, EPHEMERAL, V2, Interaction, Json, World, snowflake
from tests.support.program import clip

SONG = (Path(__file__).parents[2] / "cli" / "music" / "metal_madness-60s.mp3").read_bytes()[:60_000]
TRACK = ("song.mp3", SONG)
WIDE = clip(0.5, 36, 64)
ATTACH_FILES = 15
"""Its bit among the permissions."""


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(tmp_path, video=WIDE) as made:
        yield made


def spoken() -> bytes:
    """A second of a voice message: Opus in Ogg."""
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), np.int16), format="s16", layout="mono")
        frame.rate, frame.pts = 48_000, 0
        stream.layout = "mono"
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return out.getvalue()


# -- ways in: each leads to a video


async def mentions(stage: Stage, here: Json) -> Json:
    await stage.lena.says(f"{stage.lena.mention()} mention", TRACK, channel=here)
    return here


async def answers_a_track(stage: Stage, here: Json) -> Json:
    post = await stage.ben.says("my new one", TRACK, channel=here)
    await stage.lena.says(f"{stage.lena.mention()} answer", reply_to=post, channel=here)
    return here


async def writes_a_dm(stage: Stage, _: Json) -> Json:
    dm = stage.discord.world.new_channel(None, DM)
    await stage.lena.says("dm", TRACK, channel=dm)
    return dm


async def talks_in_a_project_thread(stage: Stage, _: Json) -> Json:
    thread = await stage.room(thread=True)
    await stage.lena.says("thread", TRACK, channel=thread)
    return thread


async def talks_in_a_channel_set_aside(stage: Stage, _: Json) -> Json:
    await stage.lena.says("aside", TRACK)
    return stage.discord.world.channel


async def forwards_a_track(stage: Stage, _: Json) -> Json:
    world = stage.discord.world
    dm = world.new_channel(None, DM)
    inner: Json = {
        "content": "forward",
        "attachments": [world.attachment(*TRACK, dm["id"])],
        "embeds": [],
        "components": [],
    }
    inner |= {"timestamp": "2026-11-22T10:00:00.000000+00:00", "edited_timestamp": None, "mentions": []}
    await stage.lena.says("", channel=dm, message_snapshots=[{"message": inner | {"flags": 0, "type": 0}}])
    return dm


async def speaks_a_voice_message(stage: Stage, _: Json) -> Json:
    world = stage.discord.world
    dm = world.new_channel(None, DM)
    voice = world.attachment("voice-message.ogg", spoken(), dm["id"], mime="audio/ogg")
    voice |= {"duration_secs": 4.2, "waveform": "AAAA"}
    said = await stage.lena.says("", channel=dm, attachments=[voice], flags=1 << 13)
    await stage.until(lambda: "I have voice-message" in stage.words(dm))
    await stage.lena.says("voice", channel=dm, reply_to=said)
    return dm


async def sends_ten_files(stage: Stage, here: Json) -> Json:
    files = [(f"{n}.mp3", SONG[: 20_000 + n]) for n in range(10)]
    await stage.lena.says(f"{stage.lena.mention()} ten", *files, channel=here)
    return here


async def chooses_the_command(stage: Stage, here: Json) -> Json:
    await stage.lena.chooses("video", channel=here, track=TRACK, prompt="command", aspect="9:16")
    return here


async def fills_in_the_form(stage: Stage, here: Json) -> Json:
    asked = await stage.lena.chooses("video", channel=here)
    told = await stage.until(lambda: asked.told)
    await stage.lena.submits(told.data, channel=here, files=[TRACK], words="form", aspect="1:1")
    return here


async def picks_the_message_menu(stage: Stage, here: Json) -> Json:
    post = stage.discord.world.message(here, stage.ben.user, "menu")
    post["attachments"].append(stage.discord.world.attachment(*TRACK, here["id"]))
    await stage.lena.picks(post)
    return here


async def installed_it_alone(stage: Stage, here: Json) -> Json:
    stage.discord.world.hidden.add(here["id"])  # the bot is not in that server
    alone = Someone(stage.discord, stage.lena.user, installed=True)
    await alone.chooses("video", channel=here, track=TRACK, prompt="alone")
    return here


async def gives_a_link(stage: Stage, here: Json) -> Json:
    await stage.lena.says(f"{stage.lena.mention()} link https://music.example/song.mp3", channel=here)
    return here


Way = Callable[[Stage, Json], Awaitable[Json]]
WAYS: dict[str, tuple[Way, int]] = {
    "mention": (mentions, 1),
    "answer": (answers_a_track, 1),
    "dm": (writes_a_dm, 1),
    "thread": (talks_in_a_project_thread, 1),
    "aside": (talks_in_a_channel_set_aside, 1),
    "forward": (forwards_a_track, 1),
    "voice": (speaks_a_voice_message, 1),
    "ten": (sends_ten_files, 10),
    "command": (chooses_the_command, 1),
    "form": (fills_in_the_form, 1),
    "menu": (picks_the_message_menu, 1),
    "alone": (installed_it_alone, 1),
    "link": (gives_a_link, 1),
}


async def test_every_way_in_leads_to_a_video(tmp_path: Path) -> None:
    def aside(world: World) -> Json:
        return {"discord_open_channels": (world.channel["id"],)}

    async with staged(tmp_path, None, WIDE, aside, discord_message_content=True) as stage:
        for name, (way, files) in WAYS.items():
            channel = await way(stage, await stage.room())
            result = await stage.video(channel=channel)
            assert result["pinged"] == [stage.lena.id], name
            assert actions_of(result) == ["again", "edit", "aspect-9x16", "aspect-1x1", "delete"], name
            assert len(stage.cards(channel)) == (2 if name == "voice" else 1), name
            assert all(message["pinged"] == [] for message in stage.shown(channel) if message is not result), name
            assert any(name in words for words in stage.world.said), name
            assert len(stage.world.uploads[-1]) == files, name
        assert len(stage.world.uploads) == len(WAYS) + 1  # the voice message came twice
        said = list(stage.world.said)
    assert any("9:16" in words for words in said if "command" in words)
    assert any("1:1" in words for words in said if "form" in words)


# -- what is no way in, or bad


@pytest.mark.parametrize("habits", [FOREIGN, replace(FOREIGN, guilds="away", missing="403", ids="random")])
async def test_on_another_discord_a_track_becomes_a_video_too(tmp_path: Path, habits: Habits) -> None:
    async with staged(tmp_path, video=WIDE, server=ForeignDiscord(habits), discord_sync_commands=True) as stage:
        await mentions(stage, stage.discord.world.channel)
        video = await stage.video()
        assert video["pinged"] == [stage.lena.id]
        await chooses_the_command(stage, stage.discord.world.channel)
        await stage.video(2)
        dm = await writes_a_dm(stage, {})
        await stage.video(1, dm)


async def test_what_nobody_said_to_us_is_left_alone_and_what_is_empty_gets_a_hint(stage: Stage) -> None:
    world, lena = stage.discord.world, stage.lena
    other = {"id": snowflake(), "username": "other", "discriminator": "0", "avatar": None, "bot": True}
    nobody: tuple[Json, ...] = ({"webhook_id": "77"}, {"author": other})
    for more in nobody:
        await lena.says(f"{lena.mention()} hello", TRACK, **more)
    gone = {"id": snowflake(), "channel_id": world.channel["id"]}
    sticker, card = {"id": "5", "name": "wave", "format_type": 1}, {"type": "rich", "title": "a card"}
    hints: list[tuple[str, Json]] = [
        ("Drop a track", {"sticker_items": [sticker]}),
        ("Drop a track", {"embeds": [card]}),
        ("I cannot see the message", {"reply_to": gone}),
    ]
    for words, more in hints:
        before = len(stage.shown())
        await lena.says(f"{lena.mention()}", **more)
        await stage.until(partial(more_than, stage, before))
        assert words in stage.shown()[-1]["content"]
    assert "upload" in actions_of(stage.shown()[-1])
    assert not stage.world.sessions


async def test_an_archive_is_refused_with_a_way_out_and_the_next_message_is_served(stage: Stage) -> None:
    await stage.lena.says(f"{stage.lena.mention()} a video", ("album.zip", b"PK\x03\x04" + b"\0" * 200))
    await stage.until(lambda: "I cannot take album.zip" in stage.words())
    assert not stage.world.uploads
    await stage.lena.says(f"{stage.lena.mention()} blue bars", TRACK)
    await stage.until(stage.videos)


async def test_a_prompt_of_four_thousand_characters_and_a_title_that_calls_everyone(stage: Stage) -> None:
    long = "blue bars " * 399
    await stage.lena.chooses("video", track=("@everyone **loud** <@&5>.mp3", SONG), prompt=long)
    result = await stage.video()
    assert long.strip() in {said.strip() for said in stage.world.said}
    everything = [*stage.shown()]
    assert "everyone" not in str([message["pinged"] for message in everything])
    assert "@everyone" not in "".join(map(text_of, everything))
    assert "\\*\\*loud\\*\\*" in text_of(stage.cards()[0])
    assert result["pinged"] == [stage.lena.id]


def wav_head(size: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 2, 44_100, 176_400, 4, 16)
    return b"RIFF" + struct.pack("<I", size - 8) + b"WAVE" + form + b"data" + struct.pack("<I", size - 44)


def big_file(stage: Stage, folder: Path, size: int, told: int) -> Json:
    """A sparse WAV on the CDN, and the attachment that says how large it is."""
    path = folder / f"{size}.wav"
    with path.open("wb") as file:
        file.write(wav_head(size))
        file.truncate(size)
    made = stage.discord.world.attachment("long.wav", b"", "1", mime="audio/wav") | {"size": told}

    async def served(_: web.Request) -> web.StreamResponse:
        return web.FileResponse(path)

    stage.discord.files[re.sub(r"^https?://[^/]+|\?.*$", "", made["url"])] = served
    return made


async def test_files_are_streamed_up_to_the_limit_and_refused_above_it(stage: Stage, tmp_path: Path) -> None:
    fits = big_file(stage, tmp_path, 199_000_000, 199_000_000)
    await stage.lena.says(f"{stage.lena.mention()} whole", attachments=[fits])
    await stage.until(stage.videos, within_s=120)
    assert stage.world.uploads == [["long.wav"]]
    for told in (201_000_000, 1_000):  # the size says so, or only the bytes do
        other = await stage.room()
        large = big_file(stage, tmp_path, 201_000_000, told)
        await stage.lena.says(f"{stage.lena.mention()} too much", attachments=[large], channel=other)
        await stage.until(partial(told_in, stage, other, "200 MB is the limit"), within_s=120)
    assert len(stage.world.uploads) == 1
    left = [path.stat().st_size for path in (tmp_path / "data" / "spool").rglob("*") if path.is_file()]
    assert sum(left) < 1_000_000


def more_than(stage: Stage, count: int) -> bool:
    return len(stage.shown()) > count


def told_in(stage: Stage, channel: Json, words: str) -> bool:
    return words in stage.words(channel)


def whispered(stage: Stage, interaction: Interaction, words: str) -> bool:
    return words in "\n".join(stage.whispers(interaction))


# -- buttons, after a restart


async def refused(stage: Stage, who: Someone, shown: Json, action: str) -> None:
    interaction = await who.presses(shown, action)
    told = await stage.until(lambda: stage.whispers(interaction))
    assert "for the person who asked" in told[0], action


async def test_the_buttons_of_a_video_work_after_a_restart(stage: Stage) -> None:
    await stage.lena.says(f"{stage.lena.mention()} first light", TRACK)
    shown = await stage.video()
    await stage.restart()
    said = stage.world.said
    for action in actions_of(shown):
        await refused(stage, stage.ben, shown, action)
    assert sum(said.values()) == 1

    await stage.lena.presses(shown, "again")
    await stage.video(2)
    assert said["first light"] == 2
    form = await stage.mo.presses(shown, "edit")
    told = await stage.until(lambda: form.told)
    await stage.restart()
    await stage.mo.submits(told.data, shown, words="warmer colours")
    await stage.video(3)
    assert said["warmer colours"] == 1
    await stage.lena.presses(shown, "aspect-9x16")
    await stage.video(4)
    await stage.mo.presses(shown, "aspect-1x1")
    last = await stage.video(5)
    assert [words for words in said if "ratio" in words] == [
        "change the aspect ratio to 9:16",
        "change the aspect ratio to 1:1",
    ]
    assert last["pinged"] == [stage.mo.id]
    await stage.lena.presses(shown, "delete")
    await stage.until(lambda: shown["id"] not in stage.discord.world.messages)


async def test_status_and_cancel_of_a_running_job_work_after_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path, Script(render_s=600), WIDE) as stage:
        await stage.lena.says(f"{stage.lena.mention()} a long one", TRACK)
        (card,) = await stage.until(lambda: [c for c in stage.cards() if "Rendering" in text_of(c)])
        assert actions_of(card) == ["cancel", "status"]
        await stage.restart()
        asked = await stage.ben.presses(card, "status")
        assert "render is under way" in (await stage.until(lambda: stage.whispers(asked)))[0]
        await refused(stage, stage.ben, card, "cancel")
        await stage.mo.presses(card, "cancel")
        await stage.until(lambda: "Cancelled" in text_of(card))
        await stage.until(lambda: "may have been counted" in stage.words())
        assert stage.world.cancelled
        await stage.lena.says(f"{stage.lena.mention()} status")
        await stage.until(lambda: "Timeline" in stage.words())


async def test_retry_and_export_work_after_a_restart(tmp_path: Path) -> None:
    async with staged(tmp_path, Script(failing_renders=2), WIDE, export_after_turn="offer") as stage:
        await stage.lena.says(f"{stage.lena.mention()} red bars", TRACK)
        offer = await stage.until(lambda: with_action(stage, "export"))
        await stage.restart()
        await refused(stage, stage.ben, offer, "export")
        await stage.lena.presses(offer, "export")
        failed = await stage.until(lambda: with_action(stage, "retry"))
        await stage.restart()
        await refused(stage, stage.ben, failed, "retry")
        await stage.lena.presses(failed, "retry")
        await stage.until(stage.videos)
        assert sum(stage.world.said.values()) == 1  # the words were not paid for again


async def test_a_video_that_may_be_there_or_not_is_sent_again_by_a_button(tmp_path: Path) -> None:
    async with staged(tmp_path, Script(render_s=1.0), WIDE) as stage:
        await stage.lena.says(f"{stage.lena.mention()} red bars", TRACK)
        await stage.until(lambda: "Done: red bars" in stage.words())
        stage.discord.script("POST", r"/channels/\d+/messages", *[cut] * 3)
        doubt = await stage.until(lambda: with_action(stage, "deliver"))
        await stage.restart()
        await refused(stage, stage.ben, doubt, "deliver")
        await stage.lena.presses(doubt, "deliver")
        await stage.until(stage.videos)
        assert len(stage.world.renders) == 1


async def cut(request: web.Request) -> web.StreamResponse:
    """Take a request and never answer it."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


def with_action(stage: Stage, action: str, channel: Json | None = None) -> Json | None:
    return next((message for message in stage.shown(channel) if action in actions_of(message)), None)


async def test_a_button_of_a_forgotten_job_says_so(stage: Stage) -> None:
    world = stage.discord.world
    parts = [{"type": 1, "components": [{"type": 2, "style": 2, "label": "Again", "custom_id": "v1:again:deadbeef"}]}]
    old = world.message(world.channel, world.me, f"<@{stage.lena.id}> an old one", components=parts)
    interaction = await stage.lena.presses(old, "again")
    assert "no longer know" in (await stage.until(lambda: stage.whispers(interaction)))[0]


# -- commands, one after the other

COMMANDS: tuple[tuple[str, Json, str], ...] = (
    ("help", {}, "create a video from this music"),
    ("why", {"text": "make it blue, then export"}, "CHAT+EXPORT"),
    ("queue", {}, "Nothing waits here"),
    ("status", {}, "Timeline"),
    ("credits", {}, "90 credits"),
    ("projects", {}, "is the only project here"),
    ("settings", {}, "after a turn"),
    ("settings", {"export": "asked"}, "only when you ask"),
    ("cancel", {}, "Nothing is running"),
    ("language", {"language": "zh-CN"}, "以后用中文"),
    ("help", {}, "把歌发到这里"),
    ("language", {"language": "auto"}, "你用什么语言"),
)
MAKING: tuple[tuple[str, Json, str], ...] = (
    ("settings", {"export": "changed"}, ""),
    ("edit", {"prompt": "yellow bars"}, "yellow bars"),
    ("format", {"aspect": "1:1"}, "change the aspect ratio to 1:1"),
    ("undo", {}, "undo"),
)


async def test_every_command_does_what_it_says(stage: Stage) -> None:
    await stage.lena.chooses("video", track=TRACK, prompt="blue bars")
    await stage.video()
    for name, options, words in COMMANDS:
        interaction = await stage.lena.chooses(name, **options)
        await stage.until(partial(whispered, stage, interaction, words))
    hears = await stage.lena.chooses("help")
    await stage.until(lambda: "no Message Content intent" in str(stage.whispers(hears)))
    count = 1
    for name, options, words in MAKING:
        interaction = await stage.lena.chooses(name, **options)
        if words:
            count += 1
            await stage.video(count)
            assert stage.world.said[words] == 1, name
        else:
            await stage.until(partial(stage.whispers, interaction))
    await stage.lena.chooses("export")
    await stage.video(count + 1)
    await stage.lena.chooses("new", title="Second")
    await stage.until(lambda: "A new project is open" in stage.words())
    await stage.lena.chooses("projects", project="1")
    await stage.until(lambda: "Back in" in stage.words() or "Back in" in str(stage.discord.calls))


# -- the other side goes away


async def test_a_channel_deleted_or_a_bot_kicked_in_the_middle_hurts_nobody_else(tmp_path: Path) -> None:
    async with staged(tmp_path, Script(render_s=1.0), WIDE) as stage:
        world, lena = stage.discord.world, stage.lena
        deleted = await stage.room()
        await lena.says(f"{lena.mention()} to be deleted", TRACK, channel=deleted)
        await lena.says(f"{lena.mention()} to be kicked", TRACK)
        await stage.until(
            lambda: "Done: to be deleted" in stage.words(deleted) and "Done: to be kicked" in stage.words()
        )
        del world.channels[deleted["id"]]
        await stage.discord.dispatch("CHANNEL_DELETE", deleted)
        world.hidden.add(world.guild["id"])
        await stage.discord.dispatch("GUILD_DELETE", {"id": world.guild["id"]})
        dm = world.new_channel(None, DM)
        await lena.says("elsewhere", TRACK, channel=dm)
        await stage.video(channel=dm)
        assert not stage.videos()
        assert not stage.videos(deleted)
        # Invited again: the render is there, and is brought without being made once more.
        world.hidden.clear()
        await stage.discord.dispatch("GUILD_CREATE", stage.discord._whole(world.guild))
        made = len(stage.world.renders)
        assert made == 3
        await lena.says(f"{lena.mention()} export")
        await stage.until(stage.videos)


async def test_a_member_who_leaves_and_a_request_that_is_deleted_still_get_the_video(tmp_path: Path) -> None:
    async with staged(tmp_path, Script(render_s=1.0), WIDE) as stage:
        lena, world = stage.lena, stage.discord.world
        said = await lena.says(f"{lena.mention()} red bars", TRACK)
        await stage.until(lambda: "Done: red bars" in stage.words())
        del world.messages[said["id"]]
        await stage.discord.dispatch("MESSAGE_DELETE", {"id": said["id"], "channel_id": said["channel_id"]})
        await stage.discord.dispatch("GUILD_MEMBER_REMOVE", {"guild_id": world.guild["id"], "user": lena.user})
        await stage.video()


# -- delivery


async def test_a_file_that_discord_refuses_goes_as_a_copy_with_a_link_and_the_limit_is_kept(tmp_path: Path) -> None:
    whole = WIDE + struct.pack(">I4s", 11 << 20, b"free") + bytes((11 << 20) - 8)
    async with staged(tmp_path, Script(pages=True), whole, discord_upload_bytes=20 << 20, public_url=PUBLIC) as stage:
        for count in (1, 2):
            await stage.lena.says(f"{stage.lena.mention()} red bars {count}", TRACK)
            shown = await stage.video(count)
            assert "smaller copy" in shown["content"]
            assert PUBLIC in shown["content"]
            await stage.restart()
        sizes = [len(call.files) for call in stage.discord.asked("POST", r"/channels/\d+/messages") if call.files]
        assert len(sizes) == 3  # refused, copy; then the copy at once, after a restart, too


async def test_what_no_copy_can_hold_goes_as_a_link_or_a_sentence_says_why(tmp_path: Path) -> None:
    async with staged(tmp_path / "a", Script(pages=True), WIDE, discord_upload_bytes=500, public_url=PUBLIC) as stage:
        await stage.lena.says(f"{stage.lena.mention()} red bars", TRACK)
        (shown,) = await stage.until(lambda: [m for m in stage.shown() if PUBLIC in m["content"]])
        assert not shown["flags"] & V2
        assert shown["pinged"] == [stage.lena.id]
        assert "again" in actions_of(shown)
    async with staged(tmp_path / "b", None, WIDE, discord_upload_bytes=500) as stage:
        await stage.lena.says(f"{stage.lena.mention()} red bars", TRACK)
        await stage.until(lambda: "no public address" in stage.words())


@pytest.mark.parametrize("public", [PUBLIC, None], ids=["link", "no link"])
async def test_without_the_right_to_attach_there_is_a_link_or_the_permission_is_named(
    tmp_path: Path, public: str | None
) -> None:
    def deny(world: World) -> None:
        world.deny(world.channel, ATTACH_FILES)

    async with staged(tmp_path, Script(pages=True), WIDE, deny, public_url=public) as stage:
        await stage.lena.says(f"{stage.lena.mention()} red bars", TRACK)
        await stage.until(lambda: (PUBLIC if public else "“Attach Files” is missing") in stage.words())
        await stage.until(lambda: "too large" not in stage.words() and "Done" in text_of(stage.cards()[0]))


# -- an interaction's token ends


async def test_a_user_install_past_its_fifteen_minutes_gets_the_video_by_a_press(tmp_path: Path) -> None:
    async with staged(tmp_path, Script(render_s=1.0), WIDE) as stage:
        world = stage.discord.world
        world.hidden.add(world.channel["id"])
        alone = Someone(stage.discord, stage.lena.user, installed=True)
        asked = await alone.chooses("video", track=TRACK, prompt="red bars")
        (card,) = await stage.until(lambda: [c for c in stage.cards() if "Rendering" in text_of(c)])
        assert "15 minutes" in text_of(card)
        asked.born_s -= 16 * 60  # the token ends
        own = f"/channels/{world.channel['id']}/messages"
        await stage.until(lambda: stage.discord.asked("POST", own))  # nor may the bot itself write there
        assert not stage.videos()
        offer = await offered_by_status(stage, alone, card)
        assert offer["flags"] & EPHEMERAL
        await alone.presses(offer, "deliver")
        shown = (await stage.until(stage.videos))[-1]
        assert not shown["flags"] & EPHEMERAL
        assert len(stage.world.renders) == 1


async def offered_by_status(stage: Stage, who: Someone, card: Json) -> Json:
    """Press Status, again where the job was not over yet, until the kept video is offered."""
    while (offer := with_action(stage, "deliver")) is None:
        pressed = await who.presses(card, "status")
        await stage.until(partial(stage.whispers, pressed))
        await asyncio.sleep(0.3)
    return offer
