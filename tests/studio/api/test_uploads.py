"""Uploads: streamed with the cap on the way in, all or none, by address with a guard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from studio.api.fetch import is_public
from tests.studio.api.live import PNG, Person, Studio, running, wav


async def test_an_upload_answers_everything_that_was_measured(studio: Studio, ann: Person) -> None:
    session = await ann.session()
    data = (await ann.upload(session, "My Song.wav", wav(2.5))).json()["data"]
    assert data["session_state_applied"] is True
    entry = data["files"][0]
    assert entry["filename"] == "My Song.wav"
    assert entry["file_type"] == "audio"
    assert entry["duration"] == pytest.approx(2.5, abs=0.05)
    assert entry["sample_rate"] == 8000
    assert (entry["channels"], entry["size"], len(entry["hash"])) == (1, len(wav(2.5)), 64)
    fetched = await studio.http.get(entry["cdn_url"])
    assert fetched.content == wav(2.5)
    assert "sandbox" in fetched.headers["content-security-policy"]
    assert (await ann.state(session))["video_infos"] == [entry]


async def test_a_picture_has_no_duration(ann: Person) -> None:
    entry = (await ann.upload(await ann.session(), "cover.png", PNG)).json()["data"]["files"][0]
    assert (entry["file_type"], entry["width"], entry["height"]) == ("image", 1, 1)
    assert "duration" not in entry


async def test_several_files_come_in_one_request(ann: Person) -> None:
    session = await ann.session()
    files = [("files", ("a.wav", wav())), ("note", (None, "hello")), ("files", ("b.png", PNG))]
    answer = await ann.post(f"/api/upload-video/nemo_agent/me/{session}", files=files)
    assert [f["filename"] for f in answer.json()["data"]["files"]] == ["a.wav", "b.png"]


async def test_one_bad_file_refuses_them_all_and_nothing_stays(studio: Studio, ann: Person) -> None:
    session = await ann.session()
    files = [("files", ("a.wav", wav())), ("files", ("b.mp3", b"text"))]
    answer = await ann.post(f"/api/upload-video/nemo_agent/me/{session}", files=files)
    assert answer.json()["code"] == 4001
    assert studio.files() == []
    assert (await ann.state(session))["video_infos"] == []


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.wav", "passwd.wav"),
        ("..\\evil.wav", "evil.wav"),
        ("夜航.wav", "夜航.wav"),
        ("a\x00b.wav", "ab.wav"),
    ],
)
async def test_a_name_is_only_a_name(studio: Studio, ann: Person, name: str, shown: str) -> None:
    body = (
        b'--B\r\nContent-Disposition: form-data; name="files"; filename="'
        + name.encode()
        + b'"\r\n\r\n'
        + wav()
        + b"\r\n--B--\r\n"
    )
    answer = await ann.http.post(
        f"/api/upload-video/nemo_agent/me/{await ann.session()}",
        content=body,
        headers={**ann.headers, "Content-Type": "multipart/form-data; boundary=B"},
    )
    assert answer.json()["data"]["files"][0]["filename"] == shown.replace("\\", "")
    assert all(p.startswith("med_") for p in studio.files())


async def test_too_large_is_said_while_the_file_is_still_coming(tmp_path: Path) -> None:
    async with running(tmp_path, upload_max_bytes=100_000) as studio:
        ann = await studio.person()
        session = await ann.session()
        host, port = studio.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        headers = {**ann.headers, "Host": host, "Content-Length": "1000000000"}
        head = [f"{k}: {v}" for k, v in headers.items()]
        path = f"/api/upload-video/nemo_agent/me/{session}"
        part = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
        kind = "Content-Type: multipart/form-data; boundary=B"
        writer.write("\r\n".join([f"POST {path} HTTP/1.1", *head, kind, "", ""]).encode() + part + b"x" * 150_000)
        answer = await reader.readuntil(b"\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")
        body = await reader.readuntil(b"}")
        assert json.loads(body)["code"] == 4002
        writer.close()
        assert studio.files() == []


async def test_more_files_than_allowed_are_refused(tmp_path: Path) -> None:
    async with running(tmp_path, upload_files=2) as studio:
        ann = await studio.person()
        files = [("files", (f"{i}.wav", wav(1))) for i in range(3)]
        answer = await ann.post(f"/api/upload-video/nemo_agent/me/{await ann.session()}", files=files)
        assert answer.json()["code"] == 4002
        assert studio.files() == []


GOOD = b'--B\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'


@pytest.mark.parametrize(
    ("kind", "body", "code"),
    [
        ("multipart/form-data", GOOD + b"x\r\n--B--\r\n", 400),
        ("multipart/form-data; boundary=", b"", 400),
        ("multipart/form-data; boundary=B", b"", 400),
        ("multipart/form-data; boundary=B", b"no boundary at all", 400),
        ("multipart/form-data; boundary=B", GOOD + b"cut off", 400),
        ("multipart/form-data; boundary=B", b"--B\r\nContent-Disposition: form-data\r\n\r\nx\r\n--B--\r\n", 400),
        ("multipart/form-data; boundary=B", b"--B\r\nX: " + b"y" * 20_000 + b"\r\n\r\nx\r\n--B--\r\n", 400),
        ("multipart/form-data; boundary=B", b"--B--\r\n", 422),
        ("multipart/form-data; boundary=B", GOOD.replace(b"files", b"file") + b"x\r\n--B--\r\n", 422),
        ("multipart/form-data; boundary=B", GOOD.replace(b'; filename="a.wav"', b"") + b"x\r\n--B--\r\n", 422),
        ("text/plain", b"hello", 400),
        ("application/json", b"{}", 422),
        ("application/json", b'{"urls":[]}', 422),
        ("application/json", b'{"urls":[7]}', 422),
        ("application/json", b'{"urls":"http://a"}', 422),
    ],
)
async def test_a_broken_request_is_refused_and_leaves_nothing(
    studio: Studio, ann: Person, kind: str, body: bytes, code: int
) -> None:
    path = f"/api/upload-video/nemo_agent/me/{await ann.session()}"
    answer = await ann.http.post(path, content=body, headers={**ann.headers, "Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (code, code)
    assert studio.files() == []


async def test_a_client_that_stops_in_the_middle_is_given_up(tmp_path: Path) -> None:
    async with running(tmp_path, upload_idle_s=0.2) as studio:
        ann = await studio.person()
        session = await ann.session()

        async def slow() -> AsyncIterator[bytes]:
            yield GOOD + b"x" * 10
            await asyncio.sleep(5)
            yield b"never"

        path = f"/api/upload-video/nemo_agent/me/{session}"
        host, port = studio.url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = [f"{k}: {v}" for k, v in {**ann.headers, "Host": host, "Content-Length": "5000"}.items()]
        kind = "Content-Type: multipart/form-data; boundary=B"
        writer.write("\r\n".join([f"POST {path} HTTP/1.1", *head, kind, "", ""]).encode() + GOOD)
        assert (await reader.readline()).startswith(b"HTTP/1.1 408")
        writer.close()
        assert studio.files() == []


async def test_a_disk_without_room_refuses_uploads_and_exports_but_nothing_else(tmp_path: Path) -> None:
    async with running(tmp_path) as studio:
        ann = await studio.person()
        session = await ann.made()
        draft = await ann.draft(session)
    async with running(tmp_path, free_bytes=2**62) as full:
        ann.http = full.http
        assert (await ann.upload(session)).json()["code"] == 507
        body = {"id": "r", "sessionId": session, "draft": draft}
        assert (await ann.post("/api/render/proxy/lambda", body)).json()["code"] == 507
        assert (await ann.say(session, "make it square")).status_code == 200
        assert (await full.http.get("/healthz")).json()["data"]["room"] is False


# --- by address -----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def web(answers: dict[str, bytes]) -> AsyncIterator[str]:
    """A small web server on loopback; a path it does not know is answered 404."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ")[1].decode()
        writer.write(answers.get(path, b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def ok(data: bytes, length: int | None = None) -> bytes:
    size = len(data) if length is None else length
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: audio/wav\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % size + data
    )


def moved(to: str) -> bytes:
    return f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()


async def _fetch(ann: Person, *urls: str) -> tuple[int, str]:
    path = f"/api/upload-video/nemo_agent/me/{await ann.session()}"
    body = (await ann.post(path, {"urls": list(urls), "source_type": "url"})).json()
    return body["code"], body.get("message", "") or body["data"]["files"][0]["filename"]


async def test_an_allowed_host_is_fetched_also_after_a_redirect(tmp_path: Path) -> None:
    async with (
        web({"/a%20song.wav": ok(wav()), "/go": moved("/a%20song.wav")}) as site,
        running(tmp_path, url_allow="127.0.0.1") as studio,
    ):
        ann = await studio.person()
        assert await _fetch(ann, f"{site}/a%20song.wav") == (0, "a song.wav")
        assert await _fetch(ann, f"{site}/go") == (0, "a song.wav")
        assert (await _fetch(ann, f"{site}/nothing"))[0] == 400


async def test_private_hosts_are_not_reached(studio: Studio, ann: Person) -> None:
    async with web({"/a.wav": ok(wav())}) as site:
        port = site.rpartition(":")[2]
        for host in (
            "127.0.0.1",
            "localhost",
            "127.1",
            "0x7f.0.0.1",
            "2130706433",
            "[::1]",
            "0.0.0.0",
            "[::ffff:127.0.0.1]",
        ):
            code, message = await _fetch(ann, f"http://{host}:{port}/a.wav")
            assert code == 400, host
            assert "public" in message or "resolve" in message
    assert studio.files() == []


async def test_a_redirect_leads_no_further_than_an_address(tmp_path: Path) -> None:
    async with web({"/a.wav": ok(wav())}) as inner:
        hops = {
            "/in": moved(inner.replace("127.0.0.1", "localhost") + "/a.wav"),
            "/round": moved("/round"),
            "/file": moved("file:///etc/passwd"),
        }
        async with web(hops) as outer, running(tmp_path, url_allow="127.0.0.1") as studio:
            ann = await studio.person()
            for path in hops:
                assert (await _fetch(ann, outer + path))[0] == 400


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/a.mp3",
        "gopher://x",
        "http://",
        "http:///a",
        "//a/b",
        "a.mp3",
        "http://u:p@h/a",
        "http://[::1",
        "http://a:99999/",
        "http://a\x00b/",
        "data:audio/wav;base64,AAAA",
        "",
        "http://" + "a" * 300 + ".invalid/",
    ],
)
async def test_addresses_that_are_not_for_us(ann: Person, url: str) -> None:
    assert (await _fetch(ann, url))[0] == 400


async def test_a_fetched_file_has_the_same_cap(tmp_path: Path) -> None:
    endless = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 300_000
    async with (
        web({"/said.wav": ok(b"x", 10**9), "/unsaid.wav": endless}) as site,
        running(tmp_path, url_allow="127.0.0.1", upload_max_bytes=100_000) as studio,
    ):
        ann = await studio.person()
        for name in ("said", "unsaid"):
            assert (await _fetch(ann, f"{site}/{name}.wav"))[0] == 4002
        assert studio.files() == []


async def test_a_site_that_never_answers_is_given_up(tmp_path: Path) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server, running(tmp_path, url_allow="127.0.0.1", url_s=0.3) as studio:
        ann = await studio.person()
        code, message = await _fetch(ann, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.wav")
        assert (code, "long" in message) == (400, True)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("2002:7f00:1::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d822", True),
        ("not an address", False),
    ],
)
def test_what_counts_as_public(address: str, public: bool) -> None:
    assert is_public(address) is public
