"""Every row of the table of re-sends (nemovideo-api §8), counted at the server."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from core.errors import (
    AccountLimited,
    BadAnswer,
    ClientIdMissing,
    ExportBlocked,
    FileTooLarge,
    NemoError,
    NotSent,
    OutOfCredits,
    RateLimited,
    RenderUnknown,
    SessionBusy,
    SessionNotFound,
    TokenExpired,
    UnknownCode,
    Unreachable,
    UnsupportedFile,
)
from core.nemo.client import LocalFile, NemoClient, new_render_id
from core.nemo.protocol import Kind
from core.nemo.resend import Action, remedy_for
from core.nemo.stream import ChatEvent, End, Text
from core.render import Render
from tests.support.nemo import (
    Answer,
    ByteServer,
    Line,
    MemoryTokenStore,
    allow,
    client_for,
    frame,
    says,
    streams,
)

RUN = "/run_sse"
TOKEN_PATH = "/api/auth/anonymous-token"
CREATE = "/api/tasks/me/with-session/nemo_agent"
UPLOAD = "/api/upload-video/nemo_agent/me/s-1"
STATE = "/api/state/nemo_agent/me/s-1/latest"
CREDITS = "/api/credits/balance/simple"
SUBMIT = "/api/render/proxy/lambda"
POLL = "/api/render/proxy/lambda/r-1"
DOWNLOAD = "/api/render/proxy/r-1/download"
CLAIM = "/api/auth/claim-token"

RESET: Answer = [Line.RESET]
HALF: Answer = [b"HTTP/1.1 200 OK\r\ncontent-", Line.RESET]
BROKEN: Answer = says({"code": 503, "message": "down"}, 503)
HTML_500: Answer = says(b"<html>oops</html>", 500, "text/html")
BUSY: Answer = says({"code": 429}, 429)
EXPIRED: Answer = says({"code": 1001})
GONE: Answer = says({"code": 1002})
BROKE: Answer = says({"code": 2001})
PLAN: Answer = says({"code": 402}, 402)
HELLO: Answer = streams([frame({"content": {"parts": [{"text": "Hello."}]}})])
SESSION: Answer = says({"code": 0, "data": {"session_id": "s-1", "task_id": "t-1", "user_id": "anon_1"}})
TOKEN_OK: Answer = says({"code": 0, "data": {"token": "nmv_usr_new", "user_id": "anon_2"}})
CREDIT_OK: Answer = says({"code": 0, "data": {"available": 5}})
NO_MEDIA: Answer = says({"code": 0, "data": {"state": {"video_infos": []}}})
STORED: Answer = says({"code": 0, "data": {"files": [{"filename": "a.mp3"}]}})
COMPLETED: Answer = says({"status": "completed"})


def media(*names: str) -> Answer:
    return says({"code": 0, "data": {"state": {"video_infos": [{"filename": name} for name in names]}}})


async def chat(client: NemoClient) -> list[ChatEvent]:
    return [event async for event in client.chat("s-1", "hello", guard=allow)]


async def submit(client: NemoClient) -> str:
    return await client.submit_render("r-1", "s-1", {"t": []}, guard=allow)


async def upload(client: NemoClient, path: Path) -> Any:
    return await client.upload_files("s-1", [LocalFile(path, "a.mp3", "audio/mpeg")], None, allow)


async def tried(
    path: str, answers: list[Answer], do: Callable[[NemoClient], Awaitable[Any]], **other: list[Answer]
) -> tuple[Any, int]:
    """Do it against these answers; returns what came (an error is returned) and how often the path was asked."""
    async with ByteServer() as server, client_for(server.url, web_url="https://web.test") as client:
        server.on(path, *answers)
        for more, theirs in other.items():
            server.on(more, *theirs)
        try:
            result = await do(client)
        except NemoError as error:
            result = type(error)
        return result, server.count(path)


ENDS_IN_DISCONNECT = [RESET, HALF, [b"garbage that is no HTTP\r\n\r\n", Line.RESET]]


@pytest.mark.parametrize("answer", ENDS_IN_DISCONNECT)
async def test_a_message_that_may_have_arrived_is_never_sent_again(answer: Answer) -> None:
    events, count = await tried(RUN, [answer, HELLO], chat)
    assert count == 1
    (end,) = events
    assert isinstance(end, End)
    assert end.outcome == "disconnect"
    assert isinstance(end.error, Unreachable)


@pytest.mark.parametrize(
    ("answers", "result", "count"),
    [
        ([BROKEN, HELLO], Unreachable, 1),
        ([HTML_500, HELLO], Unreachable, 1),
        ([BUSY, BUSY, HELLO], RateLimited, 2),
        ([EXPIRED, HELLO], TokenExpired, 1),
        ([GONE, HELLO], SessionNotFound, 1),
        ([says({"detail": "Session not found"}, 404), HELLO], SessionNotFound, 1),
        ([BROKE, HELLO], OutOfCredits, 1),
        ([says({"code": 409}, 409), HELLO], SessionBusy, 1),
        ([says({"code": 9999}), HELLO], UnknownCode, 1),
        ([says({"detail": "no"}, 422), HELLO], UnknownCode, 1),
        ([says(b"<html>hi</html>", 200, "text/html"), HELLO], BadAnswer, 1),
        ([says(b"", 302, location="https://evil.test/run_sse"), HELLO], BadAnswer, 1),
    ],
)
async def test_a_message_refused_before_the_stream(answers: list[Answer], result: object, count: int) -> None:
    assert await tried(RUN, answers, chat) == (result, count)


async def test_a_message_after_429_is_sent_once_more() -> None:
    events, count = await tried(RUN, [BUSY, HELLO], chat)
    assert (events[0], count) == (Text("Hello."), 2)


async def test_a_message_whose_connection_is_never_made_is_tried_once_more() -> None:
    waits: list[float] = []
    async with ByteServer() as server:
        url = server.url
    guarded: list[int] = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    async with client_for(url, sleep=wait) as client:
        with pytest.raises(NotSent):
            _ = [event async for event in client.chat("s-1", "x", guard=lambda: guarded.append(1))]
    assert waits == [0.01]
    assert guarded == []


async def test_a_message_refused_with_1001_is_sent_again_with_a_new_anonymous_token() -> None:
    store = MemoryTokenStore()
    async with ByteServer() as server, client_for(server.url, token=None, store=store) as client:
        server.on(TOKEN_PATH, says({"data": {"token": "nmv_usr_old"}}), TOKEN_OK).on(RUN, EXPIRED, HELLO)
        assert (await chat(client))[0] == Text("Hello.")
        assert (server.count(TOKEN_PATH), server.count(RUN)) == (2, 2)
        tokens = [seen.headers["authorization"] for seen in server.seen if seen.path == RUN]
        ids = {seen.headers["x-client-id"] for seen in server.seen if seen.path == TOKEN_PATH}
    assert tokens == ["Bearer nmv_usr_old", "Bearer nmv_usr_new"]
    assert ids == {store.kept_id}


async def test_1001_is_answered_with_one_renewal_per_request() -> None:
    async with ByteServer() as server, client_for(server.url, token=None) as client:
        server.on(TOKEN_PATH, TOKEN_OK).on(RUN, EXPIRED)
        with pytest.raises(TokenExpired):
            await chat(client)
        assert (server.count(TOKEN_PATH), server.count(RUN)) == (2, 2)


async def test_many_1001_at_once_cause_one_renewal() -> None:
    async with ByteServer() as server, client_for(server.url, token=None) as client:
        first = says({"data": {"token": "nmv_usr_old"}})
        server.on(TOKEN_PATH, first, [0.05, *TOKEN_OK])
        server.on(CREDITS, CREDIT_OK)
        await client.balance()
        server.on(f"{CREDITS} Bearer nmv_usr_old", EXPIRED)
        balances = await asyncio.gather(*(client.balance() for _ in range(20)))
        assert {found.available for found in balances} == {5}
        assert (server.count(TOKEN_PATH), server.count(CREDITS)) == (2, 41)


@pytest.mark.parametrize(
    ("answers", "result", "count"),
    [
        ([BUSY, BUSY, TOKEN_OK], AccountLimited, 2),
        ([RESET, RESET, TOKEN_OK], NotSent, 2),
        ([BROKEN, BROKEN, TOKEN_OK], NotSent, 2),
        ([says({"code": 400}, 400), says({"code": 400}, 400), TOKEN_OK], ClientIdMissing, 2),
        ([says(b"<html>", 200, "text/html"), TOKEN_OK], NotSent, 1),
        ([says({"data": None}), TOKEN_OK], NotSent, 1),
    ],
)
async def test_asking_for_a_token(answers: list[Answer], result: object, count: int) -> None:
    async with ByteServer() as server, client_for(server.url, token=None) as client:
        server.on(TOKEN_PATH, *answers).on(CREDITS, CREDIT_OK)
        with pytest.raises(NemoError) as caught:
            await client.balance()
        assert (type(caught.value), server.count(TOKEN_PATH), server.count(CREDITS)) == (result, count, 0)


@pytest.mark.parametrize("first", [BUSY, RESET, BROKEN, says({"code": 400}, 400)])
async def test_a_token_at_the_second_try(first: Answer) -> None:
    store = MemoryTokenStore()
    async with ByteServer() as server, client_for(server.url, token=None, store=store) as client:
        server.on(TOKEN_PATH, first, TOKEN_OK).on(CREDITS, CREDIT_OK)
        assert (await client.balance()).available == 5
        ids = [seen.headers["x-client-id"] for seen in server.seen if seen.path == TOKEN_PATH]
    assert len(ids) == 2
    assert (ids[0] != ids[1]) is (first not in (BUSY, RESET, BROKEN))
    assert store.kept_id == ids[1]
    assert store.token is not None


async def test_a_configured_client_id_is_never_replaced() -> None:
    async with ByteServer() as server, client_for(server.url, token=None, client_id="mine") as client:
        server.on(TOKEN_PATH, says({"code": 400}, 400), TOKEN_OK)
        with pytest.raises(ClientIdMissing):
            await client.balance()
        assert [seen.headers["x-client-id"] for seen in server.seen] == ["mine"]


@pytest.mark.parametrize(
    ("answers", "result", "count"),
    [
        ([RESET, SESSION], "s-1", 2),
        ([BROKEN, SESSION], "s-1", 2),
        ([BUSY, SESSION], "s-1", 2),
        ([RESET, RESET, SESSION], Unreachable, 2),
        ([BROKE, SESSION], OutOfCredits, 1),
        ([says({"code": 0, "data": {}}), SESSION], BadAnswer, 1),
    ],
)
async def test_making_a_session(answers: list[Answer], result: object, count: int) -> None:
    async def create(client: NemoClient) -> str:
        return (await client.create_session("project", "en")).session_id

    assert await tried(CREATE, answers, create) == (result, count)


@pytest.mark.parametrize("failure", [RESET, HALF, BROKEN, says({"detail": "slow"}, 408)])
@pytest.mark.parametrize(("looks", "uploads"), [([NO_MEDIA, NO_MEDIA], 2), ([NO_MEDIA, media("a.mp3")], 1)])
async def test_an_upload_without_an_answer_is_looked_for_first(
    failure: Answer, looks: list[Answer], uploads: int, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"sound")
    found, count = await tried(UPLOAD, [failure, STORED], lambda client: upload(client, path), **{STATE: looks})
    assert [file.name for file in found] == ["a.mp3"]
    assert count == uploads


@pytest.mark.parametrize(
    ("looks", "result", "count"),
    [
        ([media("a.mp3"), media("a.mp3")], "again", 2),
        ([media("a.mp3"), media("a.mp3", "a.mp3")], "there", 1),
        ([media("b.mp3"), media("b.mp3", "renamed by the server.mp3")], "there", 1),
        ([BROKEN, media("a.mp3")], Unreachable, 1),
        ([BROKEN, NO_MEDIA], "again", 2),
        ([NO_MEDIA, BROKEN], Unreachable, 1),
    ],
)
async def test_a_file_of_the_same_name_is_no_proof(
    looks: list[Answer], result: object, count: int, tmp_path: Path
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"sound")
    found, seen = await tried(UPLOAD, [RESET, STORED], lambda client: upload(client, path), **{STATE: looks})
    assert seen == count
    if isinstance(result, type):
        assert found is result
    else:
        assert len(found) == 1


@pytest.mark.parametrize(
    ("answers", "result", "count"),
    [
        ([says({"code": 4001}), STORED], UnsupportedFile, 1),
        ([says(b"", 415), STORED], UnsupportedFile, 1),
        ([says({"code": 4002}), STORED], FileTooLarge, 1),
        ([says(b"too large", 413, "text/plain"), STORED], FileTooLarge, 1),
        ([GONE, STORED], SessionNotFound, 1),
        ([BUSY, BUSY, STORED], RateLimited, 2),
        ([RESET, RESET, STORED], Unreachable, 2),
    ],
)
async def test_an_upload_that_is_refused(answers: list[Answer], result: object, count: int, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"sound")
    assert await tried(UPLOAD, answers, lambda client: upload(client, path), **{STATE: [NO_MEDIA]}) == (result, count)


@pytest.mark.parametrize(("looks", "count"), [([NO_MEDIA, NO_MEDIA], 2), ([NO_MEDIA, media("a.mp3")], 1)])
async def test_an_upload_by_url_is_looked_for_first(looks: list[Answer], count: int) -> None:
    async def by_url(client: NemoClient) -> Any:
        return await client.upload_urls("s-1", ["https://host.test/a.mp3?sig=1"], allow)

    found, seen = await tried(UPLOAD, [RESET, STORED], by_url, **{STATE: looks})
    assert (len(found), seen) == (1, count)


@pytest.mark.parametrize(
    ("answers", "result", "action"),
    [
        ([RESET], Unreachable, Action.NEW_RENDER_ID),
        ([BROKEN], Unreachable, Action.NEW_RENDER_ID),
        ([BUSY], RateLimited, Action.NEW_RENDER_ID),
        ([says({"code": 7}, 200)], UnknownCode, Action.NEW_RENDER_ID),
        ([says({"code": 409}, 409)], UnknownCode, Action.NEW_RENDER_ID),
        ([says({"success": False, "error": "bad draft"})], UnknownCode, Action.NEW_RENDER_ID),
        ([PLAN], ExportBlocked, Action.GIVE_UP),
        ([BROKE], OutOfCredits, Action.GIVE_UP),
        ([EXPIRED], TokenExpired, Action.RENEW),
        ([GONE], SessionNotFound, Action.NEW_SESSION),
    ],
)
async def test_an_export_is_submitted_once_and_the_table_says_what_then(
    answers: list[Answer], result: type[NemoError], action: Action
) -> None:
    assert await tried(SUBMIT, answers, submit) == (result, 1)
    assert remedy_for(Kind.SUBMIT, result()).action is action


@pytest.mark.parametrize("failure", [RESET, BROKEN, BUSY, says({}, 408)])
async def test_reading_is_repeated_freely_but_not_for_ever(failure: Answer) -> None:
    async def poll(client: NemoClient) -> str:
        return (await client.poll_render("r-1")).status

    async def state(client: NemoClient) -> int:
        return len((await client.state("s-1")).video_infos)

    async def balance(client: NemoClient) -> int:
        return (await client.balance()).available

    assert await tried(POLL, [failure, failure, COMPLETED], poll) == ("completed", 3)
    assert await tried(STATE, [failure, media("x")], state) == (1, 2)
    assert await tried(CREDITS, [failure, CREDIT_OK], balance) == (5, 2)
    result, count = await tried(CREDITS, [failure], balance)
    assert count == 5
    assert result in {Unreachable, RateLimited}


async def test_an_unknown_render_is_told_at_once() -> None:
    async def poll(client: NemoClient) -> Render:
        return await client.poll_render("r-1")

    for answer in (says({"code": 4040, "message": "no such render"}, 404), says({"detail": "Not Found"}, 404)):
        assert await tried(POLL, [answer, COMPLETED], poll) == (RenderUnknown, 1)


@pytest.mark.parametrize(
    ("answers", "link", "count"),
    [
        ([RESET, says({"code": 0, "data": {"claim_token": "clm_1"}})], "https://web.test/workspace/claim?ct=clm_1", 2),
        ([BROKEN], "https://web.test/workspace/task/t-1?session=s-1", 2),
        ([says({"detail": "Not Found"}, 404)], "https://web.test/workspace/task/t-1?session=s-1", 1),
        ([BUSY], "https://web.test/workspace/task/t-1?session=s-1", 1),
        (
            [says({"data": {"claim_token": "nmv_usr_never"}})],
            "https://web.test/workspace/task/t-1?session=s-1",
            1,
        ),
    ],
)
async def test_a_claim_token_or_the_plain_link(answers: list[Answer], link: str, count: int) -> None:
    assert await tried(CLAIM, answers, lambda client: client.claim_link("t-1", "s-1")) == (link, count)


async def test_a_download_is_repeated_and_falls_back_to_the_api(tmp_path: Path) -> None:
    into = tmp_path / "video.mp4"
    video = says(b"bytes of a video", 200, "video/mp4")
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/cdn.mp4", RESET, BROKEN, video).on(DOWNLOAD, BUSY, video)
        await client.download(Render("r-1", "completed", url=server.url + "/cdn.mp4"), into, 100)
        assert (server.count("/cdn.mp4"), server.count(DOWNLOAD), into.read_bytes()) == (3, 0, b"bytes of a video")
        server.on("/cdn.mp4", says(b"", 403))
        await client.download(Render("r-1", "completed", url=server.url + "/cdn.mp4"), into, 100)
        assert (server.count("/cdn.mp4"), server.count(DOWNLOAD)) == (4, 2)


class LostLeaseLike(Exception):
    """What a journal's guard may raise."""


async def effect(client: NemoClient, kind: str, path: Path, guard: Callable[[], None]) -> None:
    match kind:
        case "chat":
            _ = [event async for event in client.chat("s-1", "x", guard=guard)]
        case "upload":
            await client.upload_files("s-1", [LocalFile(path, "a.mp3", "audio/mpeg")], None, guard)
        case "urls":
            await client.upload_urls("s-1", ["https://host.test/a.mp3"], guard)
        case _:
            await client.submit_render("r-1", "s-1", {}, guard=guard)


@pytest.mark.parametrize("kind", ["chat", "upload", "urls", "submit"])
async def test_what_the_guard_raises_comes_out_unchanged_and_nothing_is_sent(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"sound")
    lost = LostLeaseLike("lost")

    def guard() -> None:
        raise lost

    async with ByteServer() as server, client_for(server.url) as client:
        server.on(RUN, HELLO).on(UPLOAD, STORED).on(SUBMIT, COMPLETED).on(STATE, NO_MEDIA).on(CREDITS, CREDIT_OK)
        with pytest.raises(LostLeaseLike) as caught:
            await effect(client, kind, path, guard)
        assert caught.value is lost
        assert [server.count(path) for path in (RUN, UPLOAD, SUBMIT)] == [0, 0, 0]
        assert (await client.balance()).available == 5


async def test_the_guard_is_asked_before_each_sending() -> None:
    asked: list[int] = []
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(RUN, BUSY, HELLO)
        _ = [event async for event in client.chat("s-1", "x", guard=lambda: asked.append(server.count(RUN)))]
    assert asked == [0, 1]


async def test_a_stream_that_is_left_closes_its_connection() -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(RUN, [*HELLO[:-1], Line.HANG])
        async with contextlib.aclosing(client.chat("s-1", "x", guard=allow)) as events:
            assert await anext(events) == Text("Hello.")
        async with asyncio.timeout(20):
            while not server.left:
                await asyncio.sleep(0.01)


def test_render_ids_are_new_within_one_millisecond() -> None:
    rng = Random(7)
    ids = {new_render_id(1_700_000_000_000, rng) for _ in range(50)}
    assert len(ids) == 50
    assert all(len(one) == len("render_1700000000000_") + 6 for one in ids)
