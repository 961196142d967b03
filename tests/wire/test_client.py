"""What the client sends and how it takes answers, over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import logging
import traceback
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from core.errors import BadAnswer, NemoError, NotSent, RenderUnknown, Unreachable, VideoTooLarge
from core.nemo.client import Balance, LocalFile, NemoClient, NemoConfig, Waits
from core.nemo.stream import ChatEvent, End, Heartbeat, Text
from core.render import Render
from tests.support.nemo import (
    SHORT,
    STREAM_HEAD,
    TOKEN,
    Answer,
    ByteServer,
    Line,
    MemoryTokenStore,
    allow,
    chunk,
    client_for,
    frame,
    says,
    streams,
)

SESSION: Answer = says({"code": 0, "data": {"session_id": 1234567890123456789, "task_id": "t 1", "user_id": "anon_1"}})
STATE = "/api/state/nemo_agent/me/s-1/latest"
UPLOAD = "/api/upload-video/nemo_agent/me/s-1"
SUBMIT = "/api/render/proxy/lambda"
VIDEO = b"\0\0\0\x18ftypisom" + bytes(range(256)) * 40


async def talk(client: NemoClient) -> list[ChatEvent]:
    return [event async for event in client.chat("s-1", "hello", guard=allow)]


async def test_each_request_as_the_contract_spells_it() -> None:
    async with ByteServer() as server, client_for(server.url + "/base/") as client:
        server.on("/base/api/tasks/me/with-session/nemo_agent", SESSION)
        server.on("/base/run_sse", streams([]))
        server.on("/base" + UPLOAD, says({"code": 0, "data": None}))
        server.on("/base" + STATE, says({"code": 0, "data": {}}))
        server.on("/base" + SUBMIT, says({"success": True, "data": {"id": "server-id"}}))
        made = await client.create_session("My song", "zh-CN")
        assert (made.session_id, made.task_id, made.user_id) == ("1234567890123456789", "t 1", "anon_1")
        assert (client.user_id, client.anonymous) == ("anon_1", True)
        _ = [event async for event in client.chat("s-1", "做个视频\u2028\ud800", guard=allow)]
        await client.upload_urls("s-1", ["https://host.test/a.mp3"], allow)
        draft = {"t": [{"sg": [{"x": None}]}], "unknown": 1.5}
        assert await client.submit_render("r-1", "s-1", draft, guard=allow) == "server-id"
        create, run, _, upload, submit = server.seen
    assert create.json == {"task_name": "My song", "language": "zh-CN"}
    assert run.json == {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "s-1",
        "new_message": {"parts": [{"text": "做个视频\u2028\ufffd"}]},
    }
    assert run.headers["accept"] == "text/event-stream"
    assert upload.json == {"urls": ["https://host.test/a.mp3"], "source_type": "url"}
    assert submit.json == {
        "id": "r-1",
        "sessionId": "s-1",
        "draft": draft,
        "output": {"format": "mp4", "quality": "high"},
    }
    for seen in (create, run, upload, submit):
        assert seen.method == "POST"
        assert seen.headers["content-type"] == "application/json"
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"
        assert {name: seen.headers[name] for name in seen.headers if name.startswith("x-")} == {
            "x-skill-source": "from-music",
            "x-skill-version": "1.2.3",
            "x-skill-platform": "unknown",
        }


async def test_the_anonymous_token_is_asked_for_with_a_client_id_and_no_body() -> None:
    store = MemoryTokenStore()
    async with ByteServer() as server, client_for(server.url, token=None, store=store) as client:
        data = {"token": "nmv_usr_1", "user_id": None, "bind_id": "anon_7", "expires_at": "2999-03-18T00:00:00Z"}
        server.on("/api/auth/anonymous-token", says({"code": 0, "data": data}))
        server.on("/api/credits/balance/simple", says({"data": {"available": "7", "frozen": -3, "total": None}}))
        assert await client.balance() == Balance(7, 0, 7)
        await client.balance()
        first = server.seen[0]
        assert client.anonymous
        assert client.user_id == "anon_7"
        assert len(server.seen) == 3
    assert first.body == b""
    assert first.headers["x-client-id"] == store.kept_id
    assert first.headers["x-skill-source"] == "from-music"
    assert "authorization" not in first.headers


async def test_a_stored_token_is_used_and_an_expired_one_replaced() -> None:
    store = MemoryTokenStore()
    async with ByteServer() as server:
        fresh = says({"data": {"token": "nmv_usr_fresh", "expires_at": "2999-01-01T00:00:00"}})
        server.on(
            "/api/auth/anonymous-token", says({"data": {"token": "nmv_usr_1", "expires_at": "2001-01-01"}}), fresh
        )
        server.on("/api/credits/balance/simple", says({"data": {}}))
        for _ in range(3):
            async with client_for(server.url, token=None, store=store) as client:
                await client.balance()
        assert server.count("/api/auth/anonymous-token") == 2
        assert server.seen[-1].headers["authorization"] == "Bearer nmv_usr_fresh"


@pytest.mark.parametrize("kind", [b"moved", b"<html>"])
async def test_a_redirect_of_the_api_is_not_followed(kind: bytes) -> None:
    async with ByteServer() as elsewhere, ByteServer() as server, client_for(server.url) as client:
        server.on(STATE, says(kind, 307, "text/html", location=elsewhere.url + STATE))
        with pytest.raises(BadAnswer):
            await client.state("s-1")
        assert elsewhere.seen == []


@pytest.mark.parametrize(
    "answer",
    [
        says(b"<html>Please log in</html>", 200, "text/html"),
        says(b"", 200),
        says(b"[1, 2]", 200),
        says(b"null", 200),
        says(b"{broken", 200),
        says(b"[" * 100_000, 200),
        says(b"\xff\xfe", 200, "text/plain"),
    ],
)
async def test_an_answer_that_is_none(answer: Answer) -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(STATE, answer).on("/api/render/proxy/lambda/r-1", answer)
        with pytest.raises(BadAnswer):
            await client.state("s-1")
        with pytest.raises(BadAnswer):
            await client.poll_render("r-1")


async def test_an_endless_answer_is_left() -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        block = b" " * 1_000_000
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n"
        server.on(STATE, [head, *[block] * 200])
        with pytest.raises(BadAnswer):
            await client.state("s-1")


async def test_null_everywhere_is_nothing() -> None:
    nothing = {"draft": None, "video_infos": None, "generated_media": None, "canvas_config": None}
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(STATE, says({"code": None, "message": None, "data": {"state": nothing, "user_id": None}}))
        state = await client.state("s-1")
        assert (state.draft, state.video_infos, state.user_id) == (None, (), None)
        server.on(STATE, says({"code": 0, "data": {"state": {"draft": {}, "video_infos": []}}}))
        assert (await client.state("s-1")).digest == state.digest


async def test_a_draft_of_ten_thousand_segments() -> None:
    draft = {"t": [{"tt": 0, "sg": [{"s": at, "d": -5, "m": {"name": "片段" * 20}} for at in range(10_000)]}]}
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(STATE, says({"code": 0, "data": {"state": {"draft": draft}}}))
        server.on(SUBMIT, says({"code": 0}))
        state = await client.state("s-1")
        assert state.draft == draft
        await client.submit_render("r-1", "s-1", draft, guard=allow)
        assert server.seen[-1].json["draft"] == draft


async def test_a_megabyte_of_chat_arrives_whole() -> None:
    words = "🎵" * 260_000
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/run_sse", streams([]))
        _ = [event async for event in client.chat("s-1", words, guard=allow)]
        assert server.seen[0].json["new_message"]["parts"] == [{"text": words}]


# the stream's limits


def limits(**waits: float) -> Waits:
    return Waits(retry_pause_s=0.01, rate_limit_s=0.01, **waits)


async def test_heartbeats_alone_end_in_a_timeout() -> None:
    beats: list[Any] = []
    for _ in range(400):
        beats += [b": ping\n\n", 0.02]
    waits = limits(run_s=60, heartbeat_only_s=0.3)
    async with ByteServer() as server, client_for(server.url, waits=waits) as client:
        server.on("/run_sse", streams([frame({"type": "text", "content": "Begun."}), *beats]))
        events = await talk(client)
    assert events[0] == Text("Begun.")
    assert events[-1] == End("timeout")
    assert events.count(Heartbeat()) >= 1


async def test_silence_after_a_heartbeat_ends_in_a_timeout() -> None:
    waits = limits(run_s=60, heartbeat_only_s=0.3)
    async with ByteServer() as server, client_for(server.url, waits=waits) as client:
        server.on(
            "/run_sse",
            [STREAM_HEAD, chunk(frame({"type": "text", "content": "Begun."})), 0.05, chunk(b": ping\n\n"), Line.HANG],
        )
        assert [event for event in await talk(client) if isinstance(event, End)] == [End("timeout")]


async def test_short_requests_keep_their_connection_beside_a_hundred_streams() -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/run_sse", [STREAM_HEAD, chunk(frame({"type": "text", "content": "Begun."})), Line.HANG])
        server.on("/api/state/nemo_agent/me/s-1/latest", says({"code": 0, "data": {"state": {}}}))
        async with contextlib.AsyncExitStack() as streams_open:
            for _ in range(100):
                events = client.chat("s-1", "hello", guard=allow)
                await streams_open.enter_async_context(contextlib.aclosing(events))
                assert await anext(events) == Text("Begun.")
            for _ in range(5):
                await client.state("s-1")
            assert server.connections < 100 + 5
            await asyncio.gather(*(client.state("s-1") for _ in range(300)))
            assert server.connections < 100 + 300


@pytest.mark.parametrize("answer", [[Line.HANG], [STREAM_HEAD, Line.HANG], [STREAM_HEAD, b"5\r\ndata:", Line.HANG]])
async def test_fifteen_minutes_are_the_end(answer: Answer) -> None:
    async with ByteServer() as server, client_for(server.url, waits=limits(run_s=0.3)) as client:
        server.on("/run_sse", answer)
        (end,) = [event for event in await talk(client) if isinstance(event, End)]
        assert end.outcome == "too-long"
        assert server.count("/run_sse") == 1


async def test_a_hundred_megabytes_without_a_line_end() -> None:
    block = b"x" * 1_000_000
    async with ByteServer() as server, client_for(server.url) as client:
        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
        end = b"\n\n" + frame({"type": "text", "content": "Still here."})
        server.on("/run_sse", [head, b"data: ", *[block] * 100, end])
        tracemalloc.start()
        try:
            events = await talk(client)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert [event for event in events if not isinstance(event, Heartbeat)] == [Text("Still here."), End("text")]
    assert peak < 60_000_000


async def test_a_compressed_stream_is_read_although_nobody_asked() -> None:
    body = gzip.compress(frame({"type": "text", "content": "Packed."}))
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n"
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/run_sse", [head % len(body) + body])
        assert (await talk(client))[0] == Text("Packed.")
        assert server.seen[0].headers["accept-encoding"] == "identity"


# files


async def test_files_go_out_in_one_request_with_progress(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"A" * 100_000)
    (tmp_path / "b").write_bytes(b"B" * 50_000)
    files = [
        LocalFile(tmp_path / "a", '曲 "1".mp3', "audio/mpeg"),
        LocalFile(tmp_path / "b", "b.png", "image/png"),
    ]
    told: list[tuple[int, int]] = []
    entry = {
        "filename": "曲.mp3",
        "file_type": "audio",
        "cdn_url": "https://cdn.test/a",
        "duration": "30.5",
        "width": None,
    }
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(UPLOAD, says({"code": 0, "data": {"uploaded_files": [entry, None]}})).on(STATE, says({"data": {}}))
        (stored,) = await client.upload_files("s-1", files, lambda sent, size: told.append((sent, size)), allow)
        seen = server.seen[-1]
    assert (stored.name, stored.file_type, stored.url, stored.duration_s) == (
        "曲.mp3",
        "audio",
        "https://cdn.test/a",
        30.5,
    )
    assert told[-1] == (150_000, 150_000)
    assert all(size == 150_000 for _, size in told)
    assert seen.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert seen.body.count(b'name="files"') == 2
    assert "曲 %221%22.mp3".encode() in seen.body
    assert b"A" * 100_000 in seen.body
    assert b"B" * 50_000 in seen.body


async def test_a_big_upload_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "big.mp4"
    with path.open("wb") as file:
        file.truncate(30_000_000)
    async with ByteServer(keep_body=False) as server, client_for(server.url) as client:
        server.on(UPLOAD, says({"code": 0, "data": {"files": []}})).on(STATE, says({"data": {}}))
        tracemalloc.start()
        try:
            await client.upload_files("s-1", [LocalFile(path, "big.mp4", "video/mp4")], None, allow)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert server.received > 30_000_000
    assert peak < 8_000_000


@pytest.mark.parametrize(
    ("answer", "infos", "sent"),
    [
        (says(b"", 201), [], 1),  # a success says at least that it is no error
        (says(b"<html>Welcome</html>", kind="text/html"), [{"filename": "a.mp3"}], 1),
        (says(b"<html>Welcome</html>", kind="text/html"), [], 2),
    ],
    ids=lambda value: None,
)
async def test_an_upload_with_an_answer_that_says_nothing_is_looked_for(
    answer: Answer, infos: list[Any], sent: int
) -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(STATE, says({"data": {}}), says({"data": {"state": {"video_infos": infos}}}))
        server.on(UPLOAD, answer, says({"code": 0, "data": None}))
        await client.upload_urls("s-1", ["https://host.test/a.mp3"], allow)
        assert server.count(UPLOAD) == sent


async def test_half_a_surrogate_pair_in_a_draft_comes_in_and_goes_back_as_it_was() -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        draft = rb'{"t":[{"tt":7,"sg":[{"m":{"text":"cut \ud83d"}}]}]}'
        server.on(STATE, says(b'{"code":0,"data":{"state":{"draft":' + draft + b"}}}"))
        server.on(SUBMIT, says({"code": 0}))
        seen = await client.state("s-1")
        assert seen.draft is not None
        await client.submit_render("r-1", "s-1", seen.draft, guard=allow)
        assert rb'"text":"cut \ud83d"' in server.seen[-1].body


async def test_a_refusal_in_the_middle_of_an_upload_is_read(tmp_path: Path) -> None:
    path = tmp_path / "big.mp4"
    with path.open("wb") as file:
        file.truncate(3_000_000)

    refusal = b"".join(step for step in says({"code": 4002}, 413) if isinstance(step, bytes))
    async with ByteServer(early={UPLOAD: refusal}, keep_body=False) as server, client_for(server.url) as client:
        server.on(STATE, says({"data": {}}))
        with pytest.raises(NemoError) as caught:
            await client.upload_files("s-1", [LocalFile(path, "big.mp4", "video/mp4")], None, allow)
    assert caught.value.code == 4002


async def test_a_missing_file_is_an_os_error_and_nothing_is_sent(tmp_path: Path) -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(STATE, says({"data": {}}))
        with pytest.raises(FileNotFoundError):
            await client.upload_files("s-1", [LocalFile(tmp_path / "no", "no.mp3", "audio/mpeg")], None, allow)
        assert server.count(UPLOAD) == 0


# downloads


async def test_a_video_is_fetched_without_our_headers(tmp_path: Path) -> None:
    into = tmp_path / "v.mp4"
    async with ByteServer() as cdn, ByteServer() as server, client_for(server.url) as client:
        cdn.on("/old", says(b"", 302, location=cdn.url + "/new")).on("/new", says(VIDEO, 200, "video/mp4"))
        await client.download(Render("r-1", "completed", url=cdn.url + "/old"), into, 10**6)
        assert into.read_bytes() == VIDEO
        assert server.seen == []
        for seen in cdn.seen:
            assert "authorization" not in seen.headers
            assert not [name for name in seen.headers if name.startswith("x-")]


async def test_cookies_are_not_kept_and_reach_no_other_host(tmp_path: Path) -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/v", says(VIDEO, 200, "video/mp4"))
        server.on(STATE, says({"data": {}}, set_cookie="session=1; Path=/; HttpOnly"))
        await client.state("s-1")
        await client.state("s-1")
        await client.download(Render("r-1", "completed", url=server.url + "/v"), tmp_path / "v.mp4", 10**6)
        assert [seen.headers.get("cookie") for seen in server.seen] == [None] * 3


async def test_words_at_the_address_of_a_video_send_us_to_the_api(tmp_path: Path) -> None:
    into = tmp_path / "v.mp4"
    async with ByteServer() as cdn, ByteServer() as server, client_for(server.url) as client:
        cdn.on("/v", says(b"<Error><Code>AccessDenied</Code></Error>", 200, "application/xml"))
        server.on("/api/render/proxy/r-1/download", says(VIDEO, 200, "application/octet-stream"))
        await client.download(Render("r-1", "completed", url=cdn.url + "/v"), into, 10**6)
    assert into.read_bytes() == VIDEO


@pytest.mark.parametrize("way", ["bytes", "json", "redirect"])
async def test_the_api_s_own_download(way: str, tmp_path: Path) -> None:
    into = tmp_path / "v.mp4"
    async with ByteServer() as cdn, ByteServer() as server, client_for(server.url) as client:
        cdn.on("/v", says(VIDEO, 200, "video/mp4"))
        answers = {
            "bytes": says(VIDEO, 200, "video/mp4"),
            "json": says({"code": 0, "data": {"download_url": cdn.url + "/v"}}),
            "redirect": says(b"", 302, location=cdn.url + "/v"),
        }
        server.on("/api/render/proxy/r-1/download", answers[way])
        await client.download(Render("r-1", "completed"), into, 10**6)
        assert into.read_bytes() == VIDEO
        assert server.seen[0].headers["authorization"] == f"Bearer {TOKEN}"
        assert not [seen for seen in cdn.seen if "authorization" in seen.headers]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says(VIDEO, 200, "video/mp4"), VideoTooLarge),
        ([b"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\nconnection: close\r\n\r\n", VIDEO], VideoTooLarge),
        ([b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n", b"short", Line.RESET], Unreachable),
        (says(b"", 200, "video/mp4"), BadAnswer),
        (says(b"<html>", 200, "text/html"), BadAnswer),
        (says({"code": 0, "data": {"url": "file:///etc/passwd"}}), BadAnswer),
        (says({"detail": "Not Found"}, 404), RenderUnknown),
    ],
)
async def test_a_download_that_fails_leaves_nothing_behind(
    answer: Answer, error: type[NemoError], tmp_path: Path
) -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/api/render/proxy/r-1/download", answer)
        with pytest.raises(error):
            await client.download(Render("r-1", "completed", url="http://[broken"), tmp_path / "v.mp4", 1000)
    assert list(tmp_path.iterdir()) == []


async def test_a_folder_that_is_missing_is_an_os_error(tmp_path: Path) -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/api/render/proxy/r-1/download", says(VIDEO, 200, "video/mp4"))
        with pytest.raises(OSError, match="No such file"):
            await client.download(Render("r-1", "completed"), tmp_path / "no" / "v.mp4", 10**6)


# renders and links


@pytest.mark.parametrize(
    "body",
    [
        {
            "taskId": "x",
            "status": "completed",
            "progress": 100,
            "output": {"url": "https://cdn.test/v", "duration": 30.5},
        },
        {
            "success": True,
            "data": {"id": "x", "status": "Completed", "progress": "100", "outputUrl": "https://cdn.test/v"},
        },
        {
            "code": 0,
            "success": True,
            "status": "completed",
            "progress": 100,
            "output": {"url": "https://cdn.test/v", "duration": 30.5, "size": 9},
            "data": {"status": "completed", "progress": 100, "outputUrl": "https://cdn.test/v", "output": {"url": "x"}},
        },
    ],
)
async def test_every_published_form_of_a_poll(body: dict[str, Any]) -> None:
    async with ByteServer() as server, client_for(server.url) as client:
        server.on("/api/render/proxy/lambda/r-1", says(body))
        render = await client.poll_render("r-1")
    assert (render.id, render.status, render.progress, render.url) == ("r-1", "completed", 1.0, "https://cdn.test/v")


async def test_cancelling_says_whether_it_was_taken() -> None:
    path = "/api/render/proxy/lambda/r-1/cancel"
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(path, says({"code": 0}), says(b"", 200), says({"detail": "too late"}, 409), says({}, 404))
        assert [await client.cancel_render("r-1") for _ in range(4)] == [True, True, False, False]
        assert server.seen[0].body == b""


async def test_links() -> None:
    async with client_for("http://127.0.0.1:1") as client:
        assert client.account_link("anon_1") is None
        assert await client.claim_link("t-1", "s-1") is None
    async with client_for("http://127.0.0.1:1", web_url="https://web.test/") as client:
        assert client.account_link("anon_1") == "https://web.test/"
        assert await client.claim_link(None, "s-1") is None
        assert await client.claim_link("t/1", "s&1") == "https://web.test/workspace/task/t%2F1?session=s%261"
    async with client_for("http://127.0.0.1:1", token=None, web_url="https://web.test/") as client:
        assert client.account_link("anon 1") == "https://web.test/register?bind=anon%201"
        assert client.account_link(None) == "https://web.test/register"


# secrets


async def test_no_token_in_errors_logs_or_reprs(caplog: pytest.LogCaptureFixture, tmp_path: Path) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, logger="core")
    echo = {"message": f"bad token {TOKEN}", "code": 9999}
    found: list[str] = []
    async with ByteServer() as server, client_for(server.url) as client:
        server.on(STATE, [Line.RESET], says(echo), says({"detail": f"{TOKEN}"}, 500))
        server.on("/run_sse", says(echo, 500))
        server.on(SUBMIT, says(echo))
        for attempt in (client.state("s-1"), talk(client), client.submit_render("r", "s-1", {}, guard=allow)):
            try:
                await attempt
            except NemoError as error:
                found += ["".join(traceback.format_exception(error)), repr(error), str(error.detail)]
        found += [repr(client), repr(client._config), str(vars(client._credentials))]
    async with client_for("http://127.0.0.1:1") as client:
        with pytest.raises(NotSent) as caught:
            await talk(client)
        found += ["".join(traceback.format_exception(caught.value))]
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert len(found) >= 9
    assert TOKEN not in "\n".join(found)
    assert TOKEN not in logged
    assert "s-1" not in "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("http"))


@pytest.mark.parametrize("token", ["nmv_usr_\nX-Evil: 1", "nmv usr", "nmv_üsr"])
def test_a_token_that_fits_no_header_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(ValueError, match="NEMO_TOKEN") as caught:
        NemoClient(NemoConfig("http://127.0.0.1:1", token=SecretStr(token)), MemoryTokenStore())
    assert token not in str(caught.value)


def test_the_waits_of_tests_are_those_of_the_contract_but_for_their_length() -> None:
    waits = Waits()
    assert (waits.connect_s, waits.write_s, waits.read_s, waits.run_s, waits.heartbeat_only_s) == (10, 30, 60, 900, 600)
    assert (waits.upload_write_s, waits.upload_read_s, waits.rate_limit_s) == (60, 300, 30)
    assert SHORT.run_s < waits.run_s
