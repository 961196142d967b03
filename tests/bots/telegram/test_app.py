"""A track goes in at a private chat, a status and a video come back: the real library, polling and webhook."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from pydantic import SecretStr

from bots.adapter import Button, Post, Video
from tests.bots.telegram.conftest import Run
from tests.support.telegram.server import BotApi


@pytest.fixture
def video(tmp_path: Path) -> Video:
    """Return bytes that stand for a finished video, with its pictures."""
    (tmp_path / "clip.mp4").write_bytes(b"mp4" * 1000)
    (tmp_path / "poster.jpg").write_bytes(b"jpeg")
    return Video(
        tmp_path / "clip.mp4", "clip.mp4", 720, 1280, 30.4, 3000, tmp_path / "poster.jpg", tmp_path / "poster.jpg"
    )


@pytest.mark.parametrize("mode", ["polling", "webhook"])
async def test_a_song_in_a_private_chat_comes_back_as_a_video(
    run: Run, video: Video, mode: str, tmp_path: Path
) -> None:
    async with BotApi() as api:
        hook = {
            "telegram_mode": mode,
            "telegram_webhook_port": _free_port(),
            "telegram_webhook_secret": SecretStr("s3"),
        }
        address = f"http://127.0.0.1:{hook['telegram_webhook_port']}/own/path"
        async with run(api, telegram_webhook_url=address, **hook) as bot:
            asked = api.says(7, audio=api.audio(b"sound" * 100, title="Sea", performer="Anna"), caption="make it blue")
            (message,) = await bot.intake.until(1)
            where = bot.where(message)
            await bot.outbound.fetch(message.attachments[0], tmp_path / "in", 10_000)
            card = await bot.outbound.send(
                where, Post("status", "Uploading", buttons=(Button("Stop", "cancel", "j1"),)), "n1"
            )
            await bot.outbound.edit(where, card.id, Post("status", "Done", final=True))
            sent = await bot.outbound.send_video(where, video, Post("result", "Here it is"), "n2")
            await api.until("setMessageReaction", 2)
            again = await bot.outbound.send_again(where, sent.file_id or "", Post("result", "Again"), "n3")
            await api.until("setMessageReaction", 3)

    assert (message.text, message.attachments[0].title, message.attachments[0].artist) == (
        "make it blue",
        "Sea",
        "Anna",
    )
    assert (tmp_path / "in").read_bytes() == b"sound" * 100
    assert api.messages[7, int(card.id)]["text"] == "Done"
    assert api.messages[7, int(card.id)].get("reply_markup") is None
    first, second = api.sent("sendVideo")
    assert first.files["video"] == 3000
    assert (first.params["width"], first.params["height"], first.params["duration"]) == (720, 1280, 30)
    assert first.params["supports_streaming"] is True
    assert first.params["reply_parameters"]["message_id"] == asked["message_id"]
    assert (second.params["video"], second.files) == (sent.file_id, {})
    assert again.file_id == sent.file_id
    assert [r.params["reaction"][0]["emoji"] for r in api.sent("setMessageReaction")] == ["👀", "🎉", "🎉"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
