"""Upload: the message's files and addresses into the session, once.

BEGIN      the bytes are fetched and looked at
UPLOADING  the request may leave from here on; `known` counts what the session had before
UPLOADED   they are there
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from urllib.parse import unquote, urlsplit

from core import sniff
from core.errors import UnknownCode, UnsupportedFile
from core.events import Event, FileWanted, Stored, Working
from core.flows.failures import note
from core.flows.tools import Desk, FileUnavailable, Tools, project_name
from core.intents import Upload
from core.messages import Attachment
from core.nemo.client import LocalFile
from core.turn import Stage, Turn


async def run(intent: Upload, turn: Turn, tools: Tools) -> AsyncGenerator[Event, None]:
    """Take the upload part of a turn from wherever it stands to its end."""
    attachments = turn.message.attachments if intent.files else ()
    if not attachments and not intent.urls:
        yield FileWanted()
        return
    if turn.stage is Stage.UPLOADED:
        return
    desk = Desk(turn, tools)
    met = await desk.peek() is not None
    if met:  # on first contact the connection is told first, and once
        yield Working("uploading")
    handed = [file for file in attachments if tools.rules.url_upload and file.source.get("url")]
    for file in handed:
        sniff.check_size(file.size_bytes, file.name)
    files = [await _local(turn, tools, file) for file in attachments if file not in handed]
    urls = (*(file.source["url"] for file in handed), *intent.urls)
    async with aclosing(desk.open()) as events:
        async for event in events:
            yield event
    if not met:
        yield Working("uploading")
    if files:
        await _send(desk, files, ())
    if urls:
        await _send(desk, (), urls)
    sent = [file.name for file in files] + [file.name for file in handed]
    names = (*sent, *(url_name(url) for url in intent.urls))
    await desk.call_it(project_name(turn.message))
    await turn.reach(Stage.UPLOADED, known=None, part=None)
    for attachment in attachments:
        await tools.files.forget(turn.message, attachment)
    yield Stored(names, alone=len(turn.plan) == 1)


async def _local(turn: Turn, tools: Tools, attachment: Attachment) -> LocalFile:
    """Fetch an attachment and refuse what the backend would refuse, before a byte of it travels."""
    path = await tools.files.fetch(turn.message, attachment)
    try:
        found = await asyncio.to_thread(sniff.sniff, path, attachment.name)
    except OSError:
        raise FileUnavailable("storage", attachment.name) from None
    return LocalFile(path=path, name=found.name, mime=found.mime)


async def _send(desk: Desk, files: list[LocalFile] | tuple[()], urls: tuple[str, ...]) -> None:
    """One request of the upload; on doubt the state says whether it arrived (nemovideo-api §8)."""
    turn, tools = desk.turn, desk.tools
    part = "files" if files else "urls"
    wanted = len(files) + len(urls)
    if turn.stage is Stage.UPLOADING and turn.facts.get("part") != part and part == "files":
        return  # a restart that had come to the addresses: the files are there
    if turn.stage is not Stage.UPLOADING or turn.facts.get("part") != part:
        known = await _media_count(desk)
        await turn.reach(Stage.UPLOADING, part=part, known=known)
    elif await _media_count(desk) >= int(turn.facts.get("known", 0)) + wanted:
        return
    try:
        # A lost answer is looked into by the client itself (nemovideo-api §8); what is left is final.
        if files:
            await tools.nemo.upload_files(desk.current.session_id, files, None, guard=turn.guard)
        else:
            await tools.nemo.upload_urls(desk.current.session_id, urls, guard=turn.guard)
    except OSError:
        raise FileUnavailable("storage", ", ".join(file.name for file in files)) from None
    except UnknownCode as error:
        if files:
            raise
        # No page has a code for an address that the backend cannot fetch.
        note("UnknownCode", error)
        raise FileUnavailable("link", ", ".join(map(url_name, urls))) from None
    except UnsupportedFile as error:
        error.name = error.name or ", ".join((*(file.name for file in files), *map(url_name, urls)))
        raise


async def _media_count(desk: Desk) -> int:
    return len((await desk.tools.nemo.state(desk.current.session_id)).video_infos)


def url_name(url: str) -> str:
    """What an address is called among people: its last part, else its host. Queries may hold secrets of theirs."""
    parts = urlsplit(url)
    return unquote(parts.path.rstrip("/").rpartition("/")[2]) or parts.hostname or url.partition("?")[0]
