"""Tokens, their limits, scopes, claim links, and who `me` is."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.studio.api.live import ATTRIBUTION, Person, Studio, running

WEEK_S = 7 * 86_400


async def test_a_trial_token_carries_its_credits_and_its_end(studio: Studio) -> None:
    answer = await studio.http.post("/api/auth/anonymous-token", headers={"X-Client-Id": "one", **ATTRIBUTION})
    data = answer.json()["data"]
    assert answer.json()["code"] == 0
    assert data["token"].startswith("nmv_usr_")
    assert len(data["token"]) >= 8 + 32
    assert data["credits"] == 100
    assert data["user_id"].startswith("anon_")
    ends = datetime.fromtimestamp(studio.clock.now_s + WEEK_S, UTC)
    assert data["expires_at"] == ends.strftime("%Y-%m-%dT%H:%M:%SZ")
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("client", [None, "", "x" * 65])
async def test_a_token_needs_a_client_id(studio: Studio, client: str | None) -> None:
    headers = {} if client is None else {"X-Client-Id": client}
    answer = await studio.http.post("/api/auth/anonymous-token", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


async def test_one_token_per_client_and_ten_per_address_in_seven_days(tmp_path: Path) -> None:
    async with running(tmp_path, tokens_per_address=10) as studio:

        async def ask(client: str) -> int:
            headers = {"X-Client-Id": client}
            answer = await studio.http.post("/api/auth/anonymous-token", headers=headers)
            assert answer.status_code == (429 if answer.json()["code"] else 200)
            return int(answer.json()["code"])

        assert [await ask("a"), await ask("a")] == [0, 429]
        assert [await ask(f"b{i}") for i in range(10)] == [0] * 9 + [429]
        studio.clock.now_s += WEEK_S + 1
        assert await ask("a") == 0


async def test_a_token_ends_after_seven_days(studio: Studio, ann: Person) -> None:
    assert (await ann.get("/api/credits/balance/simple")).json()["code"] == 0
    studio.clock.now_s += WEEK_S + 1
    answer = await ann.get("/api/credits/balance/simple")
    assert (answer.status_code, answer.json()["code"]) == (200, 1001)


async def test_tokens_are_stored_hashed(studio: Studio, ann: Person) -> None:
    await ann.post("/api/auth/claim-token", {"session_id": await ann.session()})
    with sqlite3.connect(studio.folder / "studio.sqlite3") as db:
        dump = "\n".join(db.iterdump())
    db.close()
    assert ann.user in dump
    assert ann.token not in dump
    assert ann.token.removeprefix("nmv_usr_") not in dump
    assert "clm_" not in dump


async def test_me_is_the_owner_and_the_own_id_is_a_synonym(studio: Studio, ann: Person) -> None:
    session = await ann.session()
    for user, code in (("me", 0), (ann.user, 0), ("anon_0123", 1002), ("nobody", 1002)):
        answer = await ann.get(f"/api/state/nemo_agent/{user}/{session}/latest")
        assert answer.json()["code"] == code
    state = (await ann.get(f"/api/state/nemo_agent/me/{session}/latest")).json()["data"]
    assert state["user_id"] == ann.user
    assert state["session_id"] == session


async def test_another_owners_session_is_as_unknown_as_one_that_never_was(studio: Studio, ann: Person) -> None:
    session = await ann.made()
    bob = await studio.person("bob")
    unknown = await bob.get("/api/state/nemo_agent/me/42/latest")
    foreign = await bob.get(f"/api/state/nemo_agent/me/{session}/latest")
    assert foreign.json() == unknown.json()
    assert (await bob.say(session, "make it square")).json()["code"] == 1002
    assert (await bob.upload(session)).json()["code"] == 1002
    assert (await bob.post("/api/auth/claim-token", {"session_id": session})).json()["code"] == 1002
    export = {"id": "r", "sessionId": session, "draft": await ann.draft(session)}
    assert (await bob.post("/api/render/proxy/lambda", export)).json()["code"] == 1002


async def test_a_claim_token_opens_a_page_and_no_route_of_the_api(studio: Studio, ann: Person) -> None:
    session = await ann.made()
    await ann.export(session)
    await ann.finished()
    body = {"session_id": session}
    data = (await ann.post("/api/auth/claim-token", body)).json()["data"]
    assert data["claim_token"].startswith("clm_")
    assert data["expires_in"] == 604_800
    thief = Person(studio.http, data["claim_token"], "")
    assert (await thief.get("/api/credits/balance/simple")).json()["code"] == 1001
    for _ in range(2):  # reusable
        page = await studio.http.get("/workspace/claim", params={"ct": data["claim_token"]})
        assert page.status_code == 200
        assert "<video" in page.text
    assert ann.token not in page.text
    studio.clock.now_s += WEEK_S + 1
    gone = await studio.http.get("/workspace/claim", params={"ct": data["claim_token"]})
    assert gone.status_code == 404


async def test_a_claim_needs_the_task_of_its_session(ann: Person) -> None:
    session = await ann.session()
    answer = await ann.post("/api/auth/claim-token", {"session_id": session, "task_id": "42"})
    assert answer.json()["code"] == 1002


async def test_tokens_are_made_listed_and_revoked_within_their_scopes(studio: Studio, ann: Person) -> None:
    made = await ann.post("/api/tokens", {"name": "phone", "scopes": ["read"], "expires_in_days": 2})
    data = made.json()["data"]
    phone = Person(studio.http, data["token"], ann.user)
    session = await ann.session()
    assert (await phone.get(f"/api/state/nemo_agent/me/{session}/latest")).json()["code"] == 0
    refused = await phone.post("/api/tasks/me/with-session/nemo_agent", {})
    assert (refused.status_code, refused.json()["code"]) == (403, 403)
    assert (await phone.say(session, "hi")).json()["code"] == 403
    assert (await phone.upload(session)).json()["code"] == 403
    more = await ann.post("/api/tokens", {"name": "all", "scopes": ["*"]})
    assert more.json()["code"] == 403
    listed = (await ann.get("/api/tokens")).json()["data"]["tokens"]
    assert [t["name"] for t in listed] == ["anonymous", "phone"]
    assert all("token" not in t for t in listed)
    bob = await studio.person("bob")
    assert (await bob.post(f"/api/tokens/{data['id']}/revoke")).json()["code"] == 404
    assert (await ann.post(f"/api/tokens/{data['id']}/revoke")).json()["code"] == 0
    assert (await phone.get("/api/credits/balance/simple")).json()["code"] == 1001


@pytest.mark.parametrize("body", [{"scopes": []}, {"scopes": ["fly"]}, {"scopes": [1]}, {"expires_in_days": 0}])
async def test_a_token_request_that_makes_no_sense_is_refused(ann: Person, body: dict[str, object]) -> None:
    assert (await ann.post("/api/tokens", body)).json()["code"] in (403, 422)


async def test_the_forwarded_address_counts_only_behind_a_trusted_proxy(tmp_path: Path) -> None:
    for trust, codes in ((False, [0, 429]), (True, [0, 0])):
        async with running(tmp_path / str(trust), tokens_per_address=1, trust_proxy=trust) as studio:
            found = []
            for i in range(2):
                headers = {"X-Client-Id": f"c{i}", "X-Forwarded-For": f"1.1.1.1, 203.0.113.{i}"}
                found.append((await studio.http.post("/api/auth/anonymous-token", headers=headers)).json()["code"])
            assert found == codes
