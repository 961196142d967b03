"""A talk with the real program and the real studio, as text and as a picture, to be read as a user would.

`python -m tests.support.discord.transcript en docs/transcripts/discord-en.md picture.png`
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cli.backend import Keeper
from tests.support.discord.draw import draw
from tests.support.discord.people import Someone
from tests.support.discord.server import LoopbackDiscord
from tests.support.discord.stage import Stage, actions_of, settings_at, text_of
from tests.support.discord.world import EPHEMERAL, V2, Json, walk

SONG = Path(__file__).parents[3] / "cli" / "music" / "metal_madness-60s.mp3"
FIRST_BYTES = 64_000
"""Of the song: some four seconds, so that it is rendered soon."""

RENDER_S = 400.0


@dataclass(frozen=True)
class Talk:
    """What is said in one language."""

    locale: str
    name: str
    track: str
    first: str
    second: str
    third: str
    head: str
    about: str


TALKS = {
    "en": Talk(
        "en-US", "Lena", "night drive.mp3", "create a video from this music with visualizer and beat-synced cuts",
        'title "Night Drive" for 2 seconds, blue bars', "status", "A talk on Discord",
        "Written by `python -m tests.support.discord.transcript en`: the real program on a loopback Discord, the "
        "studio rendering.\nLines with ▢ are buttons; 🔒 is seen by one person alone. Cards stand as they ended.",
    ),
    "zh": Talk(
        "zh-CN", "小雨", "夜航.mp3", "用这首歌做一个可视化视频，剪辑跟着节拍走",
        "开头 2 秒加标题《夜航》，柱子换成蓝色", "状态", "Discord 上的一次对话",
        "由 `python -m tests.support.discord.transcript zh` 写成：真实的程序、本机的 Discord 替身、studio 渲染。\n"
        "▢ 是按钮；🔒 只有一个人看得到。卡片是最后的样子。",
    ),
}  # fmt: skip


async def hold(talk: Talk, folder: Path) -> tuple[list[Json], list[Json]]:
    """Have the talk; returns its messages in order, and the cards seen on the way."""
    async with Keeper(folder / "studio") as keeper, LoopbackDiscord() as discord:
        discord.world.guild["preferred_locale"] = talk.locale
        settings = settings_at(folder, keeper.url, discord) | {"nemo_poll_s": 1.0, "discord_edit_s": 1.0}
        stage = Stage(keeper.url, discord, settings)
        discord.world.lena["global_name"] = talk.name
        lena = Someone(discord, discord.world.lena, locale=talk.locale)
        ben = Someone(discord, discord.world.person("Ben"), locale=talk.locale)
        seen: list[Json] = []
        await stage.up()
        try:
            song = (talk.track, SONG.read_bytes()[:FIRST_BYTES])
            said = await lena.says(f"{lena.mention()} {talk.first}", song)
            said["attachments"][0]["filename"] = talk.track
            (card,) = await stage.until(lambda: [c for c in stage.cards() if "%" in text_of(c)], RENDER_S)
            seen.append({**card, "components": list(card["components"])})
            await stage.until(stage.videos, RENDER_S)
            await lena.says(f"{lena.mention()} {talk.second}")
            await stage.until(lambda: len(stage.videos()) == 2, RENDER_S)
            await ben.presses(stage.videos()[0], "again")
            await stage.until(lambda: any(m["flags"] & EPHEMERAL for m in stage.shown()))
            count = len(stage.shown())
            await lena.says(f"{lena.mention()} {talk.third}")
            await stage.until(lambda: len(stage.shown()) > count)
            await asyncio.sleep(2)
        finally:
            await stage.down()
        return sorted(discord.world.messages.values(), key=lambda m: int(m["id"])), seen


def written(talk: Talk, messages: list[Json]) -> str:
    """The talk as Markdown."""
    lines = [f"# {talk.head}", "", talk.about, ""]
    for message in messages:
        author = message["author"]
        name = author["global_name"] + (" 🔒" if message["flags"] & EPHEMERAL else "")
        text = message["content"]
        for user in message["mentions"]:
            text = text.replace(f"<@{user['id']}>", f"@{user['global_name']}")
        parts = [text, *(part["content"] for part in walk(message["components"]) if part["type"] == 10)]
        parts += [f"📎 {file['filename']}" for file in message["attachments"]]
        labels = [part["label"] for part in walk(message["components"]) if part["type"] == 2]
        parts += ["▢ " + " ▢ ".join(labels)] if labels else []
        body = "\n".join(filter(None, parts))
        quote = "> " if message["flags"] & V2 else ""
        lines += [f"**{name}**", "", *(f"{quote}{line}  " for line in body.split("\n")), ""]
    return "\n".join(lines).rstrip() + "\n"


def main() -> int:
    """Write the text and the picture."""
    language, out, picture = sys.argv[1:4]
    talk = TALKS[language]
    with tempfile.TemporaryDirectory() as folder:
        messages, seen = asyncio.run(hold(talk, Path(folder)))
    Path(out).write_text(written(talk, messages), "utf-8")
    running = {id(card) for card in seen}
    shown = [*messages[:1], *seen, *(m for m in messages[1:] if id(m) not in running)]
    draw(*shown).save(picture)
    return 0 if any(actions_of(message) for message in messages) else 1


if __name__ == "__main__":
    sys.exit(main())
