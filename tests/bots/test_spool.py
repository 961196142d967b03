"""Files on their way: one copy of the same bytes, there as long as anybody needs it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bots.spool import Spool
from core.messages import Attachment, Channel, Message, Person
from tests.support.program import PLATFORM, Chat


def said(event: str, song: Path) -> Message:
    file = Attachment(song.name, source={"path": str(song)}, size_bytes=song.stat().st_size)
    return Message(event, Channel(PLATFORM, event), Person("mia"), "", (file,))


def spool_with(tmp_path: Path) -> tuple[Spool, Path]:
    song = tmp_path / "song.mp3"
    song.write_bytes(b"a song" * 1000)
    return Spool(tmp_path / "spool", {PLATFORM: Chat()}, 1 << 20), song


async def test_the_same_song_of_two_chats_stays_until_both_are_done(tmp_path: Path) -> None:
    spool, song = spool_with(tmp_path)
    mine, theirs = said("e1", song), said("e2", song)
    path = await spool.fetch(mine, mine.attachments[0])
    assert await spool.fetch(theirs, theirs.attachments[0]) == path
    await spool.forget(mine, mine.attachments[0])
    assert path.read_bytes() == song.read_bytes()
    await spool.forget(theirs, theirs.attachments[0])
    assert not path.exists()
    assert list((tmp_path / "spool" / "by-source").iterdir()) == []


async def test_many_who_fetch_and_forget_the_same_song_always_find_it(tmp_path: Path) -> None:
    spool, song = spool_with(tmp_path)

    async def one(number: int) -> bytes:
        message = said(f"e{number}", song)
        found = (await spool.fetch(message, message.attachments[0])).read_bytes()
        await spool.forget(message, message.attachments[0])
        return found

    assert set(await asyncio.gather(*map(one, range(40)))) == {song.read_bytes()}


async def test_forgetting_what_was_never_fetched_is_no_error(tmp_path: Path) -> None:
    spool, song = spool_with(tmp_path)
    message = said("e1", song)
    await spool.forget(message, message.attachments[0])
