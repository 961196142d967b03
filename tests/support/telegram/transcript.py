"""What stands in a chat, step by step, as a person would see it: `python -m tests.support.telegram.transcript zh`.

The real program, a real studio that renders, the loopback Bot API. The pages are kept in docs/transcripts.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from cli.backend import Keeper
from tests.journeys.test_platforms import tone
from tests.support.telegram.server import ANNA, BotApi
from tests.support.telegram.stage import BEN, Stage

ROOM = -1001
SIZE = {"width": 640, "height": 640}
Said = tuple[dict[str, Any], dict[str, Any]]


def words(message: dict[str, Any]) -> list[str]:
    """A message as lines of a quotation."""
    said = (message.get("text") or message.get("caption") or "").split("\n")
    if "video" in message:
        size = message["video"]
        said.insert(0, f"🎞 video {size['width']}×{size['height']}, {size['duration']} s")
    rows = (message.get("reply_markup") or {}).get("inline_keyboard", ())
    keys = [" ".join(f"[{key['text']}]" for key in row) for row in rows]
    return [f"> {line}".rstrip() for line in [*said, *keys]]


class Teller:
    """Says something, waits, and tells what is new or looks different."""

    def __init__(self, on: Stage, chat: int) -> None:
        self._on, self._chat = on, chat
        self._told: dict[int, list[str]] = {}

    async def step(
        self, shown: str, wait_s: float = 240.0, *, press: tuple[str, int] | None = None, **said: Any
    ) -> None:
        """Take one step; `press`: the button of the last but `n` message that has it."""
        print(f"\n**{shown}**\n")
        before = len(self._on.api.shown(self._chat))
        if press is not None:
            having = [m for m in self._on.api.shown(self._chat) if press[0] in self._on.buttons(m)]
            answer = await self._on.press(having[press[1]], press[0], said["user"])
            if answer:
                print(f"> (alert) {answer}")
                return
        else:
            self._on.api.says(self._chat, **said)
        await self._on.until(lambda: len(self._on.api.shown(self._chat)) > before, wait_s)
        await self._quiet(wait_s)
        for message in self._on.api.shown(self._chat):
            now = words(message)
            if self._told.get(message["message_id"]) != now:
                mark = "(edited) " if message["message_id"] in self._told else ""
                print("\n".join([f"Bot {mark}→", "", *now, ""]))
            self._told[message["message_id"]] = now

    async def _quiet(self, wait_s: float) -> None:
        """Wait until every job is over and nothing changes any more."""
        async with asyncio.timeout(wait_s):
            await self._on.settled(wait_s)
            await asyncio.sleep(2.5)


async def zh(on: Stage, sound: bytes) -> None:
    """A private chat in Chinese."""
    teller, user = Teller(on, 7), {**ANNA, "first_name": "小雨", "language_code": "zh-hans"}
    song = on.api.audio(sound, "夜航.wav", title="夜航", performer="小雨")
    await teller.step("/start", text="/start", user=user)
    await teller.step("🎵 夜航.wav（没有文字）", audio=song, user=user)
    await teller.step(
        "做一个竖屏的可视化视频，蓝色柱子，剪辑跟着节拍走",
        text="做一个竖屏的可视化视频，蓝色柱子，剪辑跟着节拍走",
        user=user,
    )
    await teller.step("开头 3 秒加标题《夜航》", text="开头 3 秒加标题《夜航》", user=user)
    await teller.step("状态", text="状态", user=user)
    await teller.step("积分", text="积分", user=user)
    await teller.step("[修改]", press=("edit", -1), user=user)
    await teller.step("音乐音量 50%", text="音乐音量 50%", user=user)
    await teller.step(
        "贴纸",
        sticker={
            "file_id": "s",
            "file_unique_id": "s",
            "type": "regular",
            **SIZE,
            "is_animated": False,
            "is_video": False,
        },
        user=user,
    )
    await teller.step("/language en", text="/language en", user=user)


async def en(on: Stage, sound: bytes) -> None:
    """A group in English."""
    teller = Teller(on, ROOM)
    track_ = {"message_id": 90, "date": 1, "chat": {"id": ROOM, "type": "supergroup"}, "from": BEN}
    reply: dict[str, Any] = {
        "reply_to_message": {**track_, "audio": on.api.audio(sound, "night-drive.wav", title="Night Drive")}
    }
    await teller.step(
        "Anna answers Ben's track: /video@clip_bot blue bars, cuts on the beat",
        text="/video@clip_bot blue bars, cuts on the beat",
        **reply,
    )
    await teller.step("Ben: @clip_bot make it square", text="@clip_bot make it square", user=BEN)
    await teller.step("Ben presses [🔁 Again] under Anna's video", press=("again", 0), user=BEN)
    await teller.step(
        'Anna: @clip_bot add the title "Night Drive" for the first 3 seconds',
        text='@clip_bot add the title "Night Drive" for the first 3 seconds',
    )
    await teller.step("Ben: /status@clip_bot", text="/status@clip_bot", user=BEN)
    await teller.step("Ben: /queue@clip_bot", text="/queue@clip_bot", user=BEN)
    await teller.step("Anna: /undo@clip_bot", text="/undo@clip_bot")
    await teller.step("Anna: /credits@clip_bot", text="/credits@clip_bot")
    await teller.step("Ben: /cancel@clip_bot", text="/cancel@clip_bot", user=BEN)
    await teller.step("Ben: /dance@clip_bot", text="/dance@clip_bot", user=BEN)


async def main(language: str) -> None:
    """Print the page."""
    title = {"zh": "A private chat in Chinese", "en": "A group in English"}[language]
    print(f"# Telegram: {title}\n\nThe program on a loopback Bot API, the studio rendering; what people say is bold.")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with Keeper(folder / "studio") as keeper, BotApi() as api:
            stage = Stage(folder, api, keeper.url, {})
            await stage.up()
            try:
                await {"zh": zh, "en": en}[language](stage, tone(1.5))
            finally:
                await stage.down()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
