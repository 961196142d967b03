"""Exports: readiness, the same id, every poll form, links, ranges, cancel, the queue."""

from __future__ import annotations

import asyncio
import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.studio.api.live import Person, SmallRenderer, Studio, running


async def test_an_export_answers_the_union_of_all_published_forms(studio: Studio, ann: Person) -> None:
    session = await ann.made()
    submitted = (await ann.export(session, "render_x")).json()
    assert (submitted["code"], submitted["success"], submitted["id"]) == (0, True, "render_x")
    assert submitted["data"]["id"] == "render_x"
    body = await ann.finished("render_x")
    assert body["taskId"] == "render_x"
    assert body["progress"] == 100
    assert body["output"]["size"] == 5_000
    assert body["output"]["url"] == body["data"]["outputUrl"] == body["data"]["output"]["url"]
    assert body["data"]["completedAt"] >= body["data"]["createdAt"]
    assert studio.jobs[0].quality == "high"


async def test_the_two_pure_poll_forms(ann: Person) -> None:
    await ann.export(await ann.made())
    await ann.finished()
    for switch, keys in (("top", {"taskId", "status", "progress", "output"}), ("data", {"success", "data"})):
        answer = await ann.http.get(
            "/api/render/proxy/lambda/render_1", headers={**ann.headers, "X-Studio-Switch": f"poll={switch}"}
        )
        assert set(answer.json()) == keys


async def test_the_link_needs_no_header_and_serves_ranges(studio: Studio, ann: Person) -> None:
    await ann.export(await ann.made())
    url = (await ann.finished())["output"]["url"]
    whole = await studio.http.get(url)
    assert whole.headers["content-type"] == "video/mp4"
    assert len(whole.content) == 5_000
    part = await studio.http.get(url, headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole.content[100:200])
    assert (await studio.http.get(url, headers={"Range": "bytes=9000-"})).status_code == 416
    link = url.split("/files/")[1].split("/")[0]
    assert len(link) >= 32
    assert (await studio.http.get(url.replace(link, "x" * 32))).status_code == 404
    download = await ann.get("/api/render/proxy/render_1/download")
    assert download.content == whole.content
    assert "attachment" in download.headers["content-disposition"]


async def test_the_host_header_has_no_say_in_links(studio: Studio, ann: Person) -> None:
    await ann.export(await ann.made())
    await ann.finished()
    answer = await ann.http.get("/api/render/proxy/lambda/render_1", headers={**ann.headers, "Host": "evil.example"})
    assert answer.json()["output"]["url"].startswith(studio.url)


async def test_links_begin_with_the_public_url(tmp_path: Path) -> None:
    async with running(tmp_path, public_url="https://video.example.org/") as studio:
        ann = await studio.person()
        await ann.export(await ann.made())
        assert (await ann.finished())["output"]["url"].startswith("https://video.example.org/files/")


async def test_the_same_id_and_body_is_the_same_job_and_another_body_an_error(studio: Studio, ann: Person) -> None:
    session = await ann.made()
    await ann.export(session)
    await ann.finished()
    again = (await ann.export(session)).json()
    assert again["status"] == "completed"
    assert len(studio.jobs) == 1
    await ann.say(session, "make it square")
    other = await ann.export(session)
    assert (other.status_code, other.json()["code"]) == (400, 400)


async def test_only_the_owner_may_poll_download_and_cancel(studio: Studio, ann: Person) -> None:
    await ann.export(await ann.made())
    await ann.finished()
    bob = await studio.person("bob")
    for answer in (
        await bob.poll(),
        await bob.get("/api/render/proxy/render_1/download"),
        await bob.post("/api/render/proxy/lambda/render_1/cancel"),
        await ann.poll("render_unknown"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, 404)


async def test_two_people_may_choose_the_same_id(studio: Studio, ann: Person) -> None:
    bob = await studio.person("bob")
    for person in (ann, bob):
        assert (await person.export(await person.made(), "render_same")).json()["code"] == 0
        assert (await person.finished("render_same"))["status"] == "completed"


def _bent(draft: dict[str, Any], how: str) -> Any:
    bent = copy.deepcopy(draft)
    match how:
        case "no draft":
            return None
        case "empty":
            return {}
        case "no segments":
            bent["t"] = [{**track, "sg": []} for track in bent["t"]]
        case "no music":
            bent["t"] = [track for track in bent["t"] if track["tt"] != 1]
        case "foreign media":
            bent["t"][1]["sg"][0]["m"]["src"] = "med_of_somebody"
        case "foreign cover":
            bent["m"]["cover"] = "../../etc/passwd"
        case "endless":
            bent["d"] = 10**12
        case "negative":
            bent["t"][0]["sg"][0]["s"] = -5
        case "odd track":
            bent["t"][0]["tt"] = 99
        case "list":
            return [bent]
    return bent


HOWS = ["no draft", "empty", "no segments", "no music", "foreign media", "foreign cover", "endless", "negative"]


@pytest.mark.parametrize("how", [*HOWS, "odd track", "list"])
async def test_a_draft_that_is_not_ready_is_refused(ann: Person, how: str) -> None:
    session = await ann.made()
    body = {"id": "r", "sessionId": session, "draft": _bent(await ann.draft(session), how)}
    answer = await ann.post("/api/render/proxy/lambda", body)
    assert (answer.status_code, answer.json()["code"]) == (422, 422)


@pytest.mark.parametrize("render", ["", 7, None, "x" * 200, "a\nb", "a/b", "\ud800"])
async def test_an_id_that_cannot_be_one_is_refused(ann: Person, render: Any) -> None:
    session = await ann.made()
    body = {"id": render, "sessionId": session, "draft": await ann.draft(session)}
    assert (await ann.post("/api/render/proxy/lambda", content=json.dumps(body))).json()["code"] == 422


@pytest.mark.parametrize(
    ("output", "quality", "side"),
    [
        ({}, "high", 1080),
        ({"format": "mp4", "quality": "high"}, "high", 1080),
        ({"quality": "draft", "resolution": "540p"}, "draft", 540),
        ({"resolution": "720"}, "high", 720),
        ({"resolution": "4k2160"}, "high", 1080),
        ({"quality": "best"}, "quality", 1080),
    ],
)
async def test_quality_and_resolution_can_be_asked_for(
    studio: Studio, ann: Person, output: dict[str, str], quality: str, side: int
) -> None:
    await ann.export(await ann.made(), output=output)
    await ann.finished()
    job = studio.jobs[0]
    assert (job.quality, job.short_side) == (quality, side)


async def test_a_failed_render_says_so_in_both_places_and_the_poll_worked(tmp_path: Path) -> None:
    async with running(tmp_path, renderer=SmallRenderer(fails="disk-full")) as studio:
        ann = await studio.person()
        await ann.export(await ann.made())
        body = await ann.finished()
        assert (body["code"], body["status"], body["error"], body["data"]["error"]) == (
            0,
            "failed",
            "disk-full",
            "disk-full",
        )
        assert (await ann.get("/api/render/proxy/render_1/download")).status_code == 404


async def test_a_switch_makes_exports_fail(ann: Person) -> None:
    await ann.export(await ann.made(), switch="render_fails")
    assert (await ann.finished())["status"] == "failed"


async def test_cancel_stops_a_render_under_way_and_one_that_waits(tmp_path: Path) -> None:
    renderer = SmallRenderer(gate=asyncio.Event())
    async with running(tmp_path, renderer=renderer) as studio:
        ann = await studio.person()
        session = await ann.made()
        for render in ("r1", "r2", "r3"):
            await ann.export(session, render)
        while not renderer.jobs:
            await asyncio.sleep(0.01)
        assert (await ann.poll("r1")).json()["progress"] == 49.5
        assert (await ann.poll("r2")).json()["status"] == "pending"
        for render in ("r2", "r1"):
            answer = (await ann.post(f"/api/render/proxy/lambda/{render}/cancel")).json()
            assert (answer["status"], answer["error"]) == ("failed", "cancelled")
        while len(renderer.jobs) < 2:
            await asyncio.sleep(0.01)
        assert renderer.cancelled == 1
        assert renderer.gate is not None
        renderer.gate.set()
        assert (await ann.finished("r3"))["status"] == "completed"
        assert len(renderer.jobs) == 2
        kept = (await ann.post("/api/render/proxy/lambda/r3/cancel")).json()
        assert kept["status"] == "completed"


async def test_one_render_at_a_time_and_a_bound_on_what_waits(tmp_path: Path) -> None:
    renderer = SmallRenderer(gate=asyncio.Event())
    async with running(tmp_path, renderer=renderer, renders_waiting=2) as studio:
        ann = await studio.person()
        session = await ann.made()
        assert [(await ann.export(session, f"r{i}")).status_code for i in range(3)] == [200, 200, 429]
        await asyncio.sleep(0.05)
        assert len(renderer.jobs) == 1


async def test_a_stopped_studio_takes_its_exports_up_again(tmp_path: Path) -> None:
    renderer = SmallRenderer(gate=asyncio.Event())
    async with running(tmp_path, renderer=renderer) as studio:
        ann = await studio.person()
        await ann.export(await ann.made())
        while not renderer.jobs:
            await asyncio.sleep(0.01)
    async with running(tmp_path) as again:
        ann.http = again.http
        assert (await ann.finished())["status"] == "completed"
        assert [job.id for job in again.jobs] == [job.id for job in renderer.jobs]


async def test_a_big_video_gets_a_small_copy_for_previews(tmp_path: Path) -> None:
    renderer = SmallRenderer(size_bytes=60_000_000)
    async with running(tmp_path, renderer=renderer) as studio:
        ann = await studio.person()
        await ann.export(await ann.made())
        await ann.finished()
        while len(renderer.jobs) < 2:
            await asyncio.sleep(0.01)
        assert (renderer.jobs[1].quality, renderer.jobs[1].short_side) == ("draft", 540)
