"""Bots and a studio in another process, as in containers: the video that does not fit becomes a link to its page."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import httpx

from bots.app import Backend, open_program, running
from bots.settings import Settings
from tests.studio.process import studio_process
from tests.support.program import PLATFORM, QUICK, Chat, message, over
from tests.support.tracks import write_wav

PUBLIC = "https://video.example.org"


async def test_a_video_too_large_for_the_chat_becomes_a_link_to_its_page(tmp_path: Path) -> None:
    chat = Chat()
    chat.limits_now = replace(chat.limits_now, max_upload_bytes=1000)
    with studio_process(tmp_path / "studio", public_url=PUBLIC, free_bytes="0", pace_s="0") as (url, _):
        told = Settings(
            _env_file=None,
            backend="studio",
            nemo_api_url=url,
            public_url=PUBLIC,
            data_dir=tmp_path / "bots",
            chat_copy=False,
            **QUICK,
        )
        backend = Backend(url, own=True, public_url=PUBLIC)
        async with (
            open_program(told, backend, {PLATFORM: lambda *_: nullcontext(chat)}) as program,
            running(program.engine((PLATFORM,))),
        ):
            receipt = await program.relay.take(message("make a video", write_wav(tmp_path / "song.wav", 0.5)))
            stage = await over(program, receipt.job)
        last = next(text for text in reversed(chat.texts) if "song" in text)
        assert chat.videos == []
        assert (stage, f": {PUBLIC}/v/" in last) == ("done", True)
        page = httpx.get(url + last[last.index("/v/") :].split()[0], trust_env=False)
        assert page.status_code == 200
        assert f'content="{PUBLIC}/files/' in page.text
