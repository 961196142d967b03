"""A turn as the first version of the program stored it is read by this one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.records import VERSION
from core.store.errors import Unreadable
from core.store.record import new_fields, read
from core.turn import Stage
from tests.core.store.world import said

V1 = {
    "v": "1",
    "queue": "telegram:-10042:7",
    "message": '{"id":"81","channel":{"platform":"telegram","chat":"-10042","thread":"7","person":""},'
    '"person":{"id":"5","name":"Ana","locale":"es","moderator":false},"text":"más fuerte 🎵","attachments":[],'
    '"verb":"","args":{},"locale":null,"reply":{"message_id":"81"},"sent_at_s":1763900000.0}',
    "plan": '[{"text":"más fuerte","kind":"chat"},{"asked":false,"kind":"export"}]',
    "step": "1",
    "stage": "rendering",
    "facts": '{"render_id": "r-1", "card": "m9"}',
    "tries": "2",
    "created_ms": "1763900000123",
    "began_ms": "1763900001000",
    "note": "kept",
}


def test_a_record_of_the_first_version_is_read() -> None:
    record = read("t", "telegram:-10042:7", "", V1)
    assert (record.message.text, record.message.channel.key) == ("más fuerte 🎵", "telegram:-10042:7")
    assert record.plan is not None
    assert [intent.kind for intent in record.plan] == ["chat", "export"]
    assert (record.step, record.stage, record.facts["render_id"]) == (1, Stage.RENDERING, "r-1")
    assert (record.state, record.tries, record.created_ms) == ("running", 2, 1763900000123)
    assert record.extra == {"note": "kept"}


@pytest.mark.parametrize(
    "change",
    [{"v": str(VERSION + 1)}, {"v": ""}, {"stage": "tomorrow"}, {"message": "{"}, {"plan": "[1]"}, {"facts": "[1]"}],
)
def test_what_cannot_be_read_is_said_and_not_guessed(change: dict[str, str]) -> None:
    with pytest.raises(Unreadable):
        read("t", "telegram:-10042:7", "", V1 | change)


@pytest.mark.parametrize(
    ("verb", "plan", "strange"),
    [
        ("", None, ""),
        ("export", None, ""),
        ("owed", '[{"asked":false,"kind":"export"}]', ""),
        ("", '[{"verb":"help","argument":"","kind":"do"}]', ""),
        ("duet", None, "duet"),
        ("", '[{"text":"louder","kind":"chat"},{"verb":"duet","argument":"","kind":"do"}]', "duet"),
    ],
)
def test_a_verb_that_only_a_newer_version_knows_is_left_to_it(verb: str, plan: str | None, strange: str) -> None:
    fields = new_fields(replace(said(1), verb=verb), "", {}) | ({} if plan is None else {"plan": plan})
    if strange:
        with pytest.raises(Unreadable, match=f"asks for .*{strange}.*newer version"):
            read("t", "console:1", "", fields)
    else:
        assert read("t", "console:1", "", fields).message.verb == verb


def test_what_is_written_today_is_read_today() -> None:
    record = read("t", "console:1", "", new_fields(said(1), "", {"a": "b"}))
    assert (record.message, record.stage, record.extra) == (said(1), Stage.BEGIN, {"a": "b"})
