"""When a result is in doubt: from the moment its bytes leave, and at no other."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from bots.adapter import Gone, OutboundError, Refused, SendDoubtful, Sent, TooLarge
from bots.courier import Sending, _done
from core.messages import Channel, Message, Person
from core.turn import LostLease, Stage, Turn


class Paper:
    """A journal on paper."""

    fence = ("queue", "1:w")

    def __init__(self, *, lost: bool = False) -> None:
        self.stages: list[str] = []
        self.words: list[str] = []
        self._lost = lost

    async def write(self, fields: Mapping[str, str]) -> None:
        await asyncio.sleep(0)
        self.stages.append(fields["stage"])

    def guard(self) -> None:
        if self._lost:
            raise LostLease

    async def leave_word(self, word: str) -> None:
        self.words.append(word)

    async def word_of(self, token: str) -> str | None:
        return None


def rendered(paper: Paper) -> Turn:
    message = Message("m", Channel("console", "c"), Person("p"))
    return Turn("t", message, paper, stage=Stage.RENDERED, facts={"render": "r1"})


async def post(sending: Sending, outcome: Exception | None, *, left: bool) -> Sent:
    if left:
        await sending.leaves()
    if outcome is not None:
        raise outcome
    return Sent("7")


@pytest.mark.parametrize(
    ("outcome", "left", "stages"),
    [
        (SendDoubtful("no answer"), True, ["delivering"]),
        (Gone("kicked"), True, ["delivering", "rendered"]),
        (Refused("bad request"), True, ["delivering", "rendered"]),
        (TooLarge(), True, ["delivering", "rendered"]),
        (OutboundError("no connection"), False, ["rendered"]),
    ],
)
async def test_only_what_may_be_there_stays_in_doubt(outcome: Exception, left: bool, stages: list[str]) -> None:
    paper = Paper()
    sending = Sending(rendered(paper))
    with pytest.raises(type(outcome)):
        await sending.through(post(sending, outcome, left=left))
    assert paper.stages == stages


async def test_a_rate_limit_takes_the_doubt_back_while_it_waits() -> None:
    paper = Paper()
    sending = Sending(rendered(paper))

    async def limited() -> Sent:
        await sending.leaves()
        await sending.held()
        assert paper.stages[-1] == "rendered"
        await sending.leaves()
        return Sent("7")

    assert (await sending.through(limited())).id == "7"
    assert paper.stages == ["delivering", "rendered", "delivering"]


async def test_a_former_holder_sends_nothing() -> None:
    paper = Paper(lost=True)
    sending = Sending(rendered(paper))
    with pytest.raises(LostLease):
        await sending.through(post(sending, None, left=True))
    assert paper.words == ["unsent"]


async def interrupted(sending: Sending, work: asyncio.Future[Sent], *, after: asyncio.Event) -> None:
    async def sent() -> Sent:
        return await work

    going = asyncio.create_task(sending.through(sent()))
    await after.wait()
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going


async def test_a_stop_before_anything_left_leaves_no_doubt() -> None:
    paper, begun = Paper(), asyncio.Event()
    sending = Sending(rendered(paper))

    async def waits() -> Sent:
        begun.set()
        await asyncio.sleep(60)
        raise AssertionError

    await interrupted(sending, asyncio.ensure_future(waits()), after=begun)
    assert paper.stages == []


async def test_a_stop_while_the_stage_is_written_takes_it_back() -> None:
    begun = asyncio.Event()

    class Slow(Paper):
        async def write(self, fields: Mapping[str, str]) -> None:
            await super().write(fields)
            if fields["stage"] == "delivering":
                begun.set()
                await asyncio.sleep(60)

    paper = Slow()
    sending = Sending(rendered(paper))
    await interrupted(sending, asyncio.ensure_future(post(sending, None, left=True)), after=begun)
    assert paper.stages == ["delivering", "rendered"]


async def test_a_stop_waits_for_a_result_on_its_way_and_notes_it() -> None:
    paper, begun = Paper(), asyncio.Event()
    turn = rendered(paper)
    sending = Sending(turn)

    async def slow() -> Sent:
        await sending.leaves()
        begun.set()
        await asyncio.sleep(0.05)
        return Sent("7")

    await interrupted(sending, asyncio.ensure_future(slow()), after=begun)
    assert paper.stages == ["delivering", "delivered"]
    assert turn.facts["sent"] == "7"


async def test_a_holder_whose_lease_goes_while_it_notes_a_delivery_tells_its_successor() -> None:
    begun = asyncio.Event()

    class Gone(Paper):
        async def write(self, fields: Mapping[str, str]) -> None:
            if fields["stage"] == "delivered":
                begun.set()
                await asyncio.sleep(0.02)
                raise LostLease
            await super().write(fields)

    paper = Gone()
    turn = rendered(paper)
    sending = Sending(turn)

    async def whole() -> None:
        sent = await sending.through(post(sending, None, left=True))
        await _done(turn, sent, "r1")

    going = asyncio.create_task(whole())
    await begun.wait()
    going.cancel()  # the engine has seen it, too
    with pytest.raises(asyncio.CancelledError):
        await going
    assert paper.words == ['["7", null, null]']
