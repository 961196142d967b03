"""The whole way round on a loopback Discord: a track comes in, a card and a video go out."""

from __future__ import annotations

from pathlib import Path

from bots.adapter import Button, Post, Video, Where
from core.messages import Message
from tests.support.discord.fakes import Rig
from tests.support.discord.people import Someone
from tests.support.discord.world import V2, walk

TRACK = ("night drive.mp3", b"ID3" + b"\0" * 5000)


def where(message: Message) -> Where:
    return Where(message.channel, message.person.id, message.reply, "en")


def card(job: str, text: str = "Rendering… 40 %", **more: object) -> Post:
    buttons = (Button("Cancel", "cancel", job, style="danger"), Button("Status", "status", job))
    return Post("status", text, title="night drive", done=0.4, facts=("👤 Lena",), buttons=buttons, stage="rendering")


async def test_a_mention_with_a_track_becomes_a_message_and_card_and_video_come_back(
    bot: Rig, lena: Someone, tmp_path: Path
) -> None:
    said = await lena.says(f"{lena.mention()} make a video, blue bars", TRACK)
    await bot.discord.until(lambda: bot.intake.taken)
    message = bot.intake.taken[0]
    assert (message.text, message.attachments[0].name) == ("make a video, blue bars", "night drive.mp3")
    assert (message.person.name, message.channel.key) == ("Lena", f"discord:{said['channel_id']}")

    await bot.outbound.fetch(message.attachments[0], tmp_path / "track", 10_000)
    assert (tmp_path / "track").read_bytes() == TRACK[1]

    sent = await bot.outbound.send(where(message), card("job1"), "n1")
    await bot.outbound.edit(where(message), sent.id, card("job1", "Rendering… 80 %"))
    shown = bot.discord.world.messages[sent.id.split("/")[1]]
    assert shown["flags"] & V2
    assert "80 %" in "".join(part.get("content", "") for part in walk(shown["components"]))
    assert shown["pinged"] == []

    video = tmp_path / "v.mp4"
    video.write_bytes(b"\0" * 1000)
    result = Post("result", "Here it is", buttons=(Button("Again", "again", "job1"),), final=True)
    done = await bot.outbound.send_video(
        where(message), Video(video, "Nächtliche Fahrt.mp4", 640, 360, 9.0, 1000), result, "n2"
    )
    delivered = bot.discord.world.messages[done.id.split("/")[1]]
    assert delivered["attachments"][0]["filename"] == "Nachtliche-Fahrt.mp4"
    assert delivered["pinged"] == [lena.id]
    assert delivered["message_reference"]["message_id"] == said["id"]
    assert done.link is not None
