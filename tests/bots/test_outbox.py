"""Posts go out merged, spaced, in order, once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.adapter import FREE, Departure, Gone, Limits, OutboundError, Post, SendDoubtful, Sent, Video, Where
from bots.outbox import EditPace, TurnOutbox, nonce, split
from core.messages import Attachment, Channel
from core.turn import LostLease

WHERE = Where(Channel("console", "c"))


class Recorder:
    """An outbound that writes down what it is asked."""

    def __init__(
        self, interval_s: float = 0.0, fail: OutboundError | None = None, fail_edit: OutboundError | None = None
    ) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self._limits = Limits(max_text=20, max_caption=20, max_upload_bytes=1, edit_interval_s=interval_s)
        self._fail, self._fail_edit = fail, fail_edit

    def limits(self, where: Where) -> Limits:
        return self._limits

    async def send(self, where: Where, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        await departure.leaves()
        await asyncio.sleep(0)
        if self._fail:
            raise self._fail
        self.sent.append(("send", post.text, nonce))
        return Sent(str(len(self.sent)))

    async def edit(self, where: Where, sent_id: str, post: Post, departure: Departure = FREE) -> None:
        await departure.leaves()
        await asyncio.sleep(0)
        if self._fail_edit:
            raise self._fail_edit
        self.sent.append(("edit", post.text, sent_id))

    async def send_video(self, where: Where, video: Video, post: Post, nonce: str, departure: Departure = FREE) -> Sent:
        await departure.leaves()
        raise AssertionError

    async def find(self, where: Where, nonce: str, after_id: str | None) -> Sent | None:
        raise AssertionError

    async def show_activity(self, where: Where, activity: Literal["typing", "uploading"]) -> None: ...

    async def fetch(self, attachment: Attachment, into: Path, cap_bytes: int) -> None: ...


def outbox(
    outbound: Recorder,
    kept: list[str] | None = None,
    card_id: str | None = None,
    guard: Callable[[], None] = lambda: None,
) -> TurnOutbox:
    async def keep(card: str) -> None:
        (kept if kept is not None else []).append(card)

    loop = asyncio.get_running_loop()
    return TurnOutbox(
        outbound, WHERE, turn_id="t1", attempt="a1", card_id=card_id, keep_card=keep, clock_s=loop.time, guard=guard
    )


def card(text: str, stage: str = "s", *, final: bool = False) -> Post:
    return Post("status", text, stage=stage, final=final)


@pytest.mark.parametrize(
    ("sent_at", "now", "urgent", "wait"),
    [
        ([], 0.0, False, 0.0),
        ([0.0], 1.0, False, 4.0),
        ([0.0], 5.0, False, 0.0),
        ([0.0], 1.0, True, 4.0),
        ([0.0, 5.0, 10.0], 100.0, False, 800.0),  # three of four are used, the last is kept for urgent ones
        ([0.0, 5.0, 10.0], 100.0, True, 0.0),
        ([0.0, 5.0, 10.0, 15.0], 100.0, True, 800.0),
        ([0.0, 5.0, 10.0, 15.0], 901.0, True, 0.0),
    ],
)
def test_an_edit_waits_for_its_interval_and_its_window(
    sent_at: list[float], now: float, urgent: bool, wait: float
) -> None:
    pace = EditPace(5.0, 4)
    for at in sent_at:
        pace.mark(at)
    assert pace.wait_s(now, urgent=urgent) == pytest.approx(wait)


async def test_states_of_the_card_are_merged_to_the_last() -> None:
    outbound, kept = Recorder(), list[str]()
    box = outbox(outbound, kept)
    for text in ("one", "two", "three"):
        box.show(card(text))
    await box.drain()
    assert [(how, text) for how, text, _ in outbound.sent] == [("send", "three")]
    assert kept == ["1"]


async def test_replies_go_before_the_card_in_their_order_and_long_ones_in_pieces() -> None:
    outbound = Recorder()
    box = outbox(outbound)
    box.show(card("card"))
    box.say(Post("reply", "a first paragraph\n\nand a second one"))
    box.say(Post("reply", "b"))
    await box.drain()
    assert [text for _, text, _ in outbound.sent] == ["a first paragraph", "and a second one", "b", "card"]


async def test_the_next_holder_edits_the_same_card() -> None:
    outbound = Recorder()
    box = outbox(outbound, card_id="77")
    box.show(card("again"))
    await box.drain()
    assert outbound.sent == [("edit", "again", "77")]


async def test_the_same_state_is_not_sent_twice() -> None:
    outbound = Recorder()
    box = outbox(outbound)
    box.show(card("x"))
    await box.drain()
    box.show(card("x"))
    await box.drain()
    assert len(outbound.sent) == 1


async def test_a_chat_that_is_gone_gets_nothing_more() -> None:
    box = outbox(Recorder(fail=Gone()))
    box.say(Post("reply", "a"))
    await box.drain()
    box.say(Post("reply", "b"))
    await box.drain()
    assert box.dead


async def test_a_card_that_was_deleted_takes_no_words_with_it() -> None:
    outbound = Recorder(fail_edit=Gone())
    box = outbox(outbound, card_id="77")
    for text in ("one", "two"):
        box.show(card(text))
        await box.drain()
        box.say(Post("reply", f"said {text}"))
        await box.drain()
    assert [text for _, text, _ in outbound.sent] == ["said one", "said two"]


async def test_a_doubtful_reply_is_not_repeated() -> None:
    outbound = Recorder(fail=SendDoubtful())
    box = outbox(outbound)
    box.say(Post("reply", "a"))
    await box.drain()
    assert outbound.sent == []
    assert not box.dead


async def test_a_dropped_outbox_sends_nothing_more() -> None:
    outbound = Recorder(interval_s=60)
    box = outbox(outbound)
    box.show(card("one"))
    await box.drain()
    box.show(card("two"))
    await asyncio.sleep(0)
    box.drop()
    assert [text for _, text, _ in outbound.sent] == ["one"]


def test_the_same_step_has_the_same_name_after_a_restart() -> None:
    assert nonce("t", "card") == nonce("t", "card") != nonce("t", "video")
    assert len(nonce("t", "card")) <= 25


@given(st.text(max_size=400), st.integers(min_value=1, max_value=50))
def test_pieces_hold_all_words_and_none_is_too_long(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert all(len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


async def test_a_former_holder_that_thaws_draws_nothing_any_more() -> None:
    outbound = Recorder()

    def lost() -> None:
        raise LostLease

    box = outbox(outbound, card_id="7", guard=lost)
    box.show(card("old news"))
    box.say(Post("reply", "old words"))
    with pytest.raises(LostLease):
        await box.drain()
    assert outbound.sent == []
