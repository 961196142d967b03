"""Who may send when: time comes in as a number."""

from __future__ import annotations

import pytest

from bots.telegram.access import may_use
from bots.telegram.budget import Budget, Call, Line, Rank, Rules


def drain(line: Line, now: float, until: float, step: float = 0.1) -> list[tuple[float, Call]]:
    """Let everything go that may, in steps, each call done at once."""
    gone = []
    while now < until:
        while (call := line.next(now)) is not None:
            gone.append((round(now, 1), call))
            line.done(call, now)
        now += step
    return gone


def line(**rules: float) -> Line:
    return Line(Budget(Rules(**rules)))  # type: ignore[arg-type]


def test_a_finished_video_goes_before_words_and_words_before_progress() -> None:
    waiting = line(per_s=1)
    for rank in (Rank.ACTION, Rank.PROGRESS, Rank.REPLY, Rank.FINAL, Rank.DELIVERY):
        waiting.offer(Call(rank, str(rank.value + 1)))
    assert [call.rank for _, call in drain(waiting, 100.0, 110.0)] == sorted(Rank)


def test_no_progress_goes_until_the_first_byte_of_a_result_has_left() -> None:
    waiting = line()
    video = Call(Rank.DELIVERY, "1")
    waiting.offer(Call(Rank.PROGRESS, "2", "card:1"))
    waiting.offer(Call(Rank.ACTION, "3"))
    waiting.offer(Call(Rank.REPLY, "4"))
    waiting.offer(video)
    assert waiting.next(100.0) is video
    assert [call.rank for _, call in drain(waiting, 100.1, 101.0)] == [Rank.REPLY]
    waiting.left(video)
    assert [call.rank for _, call in drain(waiting, 101.0, 102.0)] == [Rank.PROGRESS, Rank.ACTION]


def test_a_result_that_never_left_holds_nobody_when_it_comes_back() -> None:
    waiting = line()
    video = Call(Rank.DELIVERY, "1")
    waiting.offer(video)
    waiting.next(100.0)
    waiting.offer(Call(Rank.PROGRESS, "2", "card:1"))
    assert waiting.next(100.5) is None
    waiting.done(video, 100.6)
    assert waiting.next(100.7) is not None


def test_the_bot_sends_no_more_than_thirty_a_second() -> None:
    waiting = line()
    for chat in range(1, 101):
        waiting.offer(Call(Rank.REPLY, str(chat)))
    times = [at for at, _ in drain(waiting, 100.0, 110.0)]
    assert len(times) == 100
    assert max(sum(1 for at in times if start <= at < start + 1.0) for start in times) <= 30


@pytest.mark.parametrize(
    ("rank", "room"), [(Rank.DELIVERY, 20), (Rank.REPLY, 20), (Rank.PROGRESS, 15), (Rank.ACTION, 10)]
)
def test_a_group_gets_twenty_a_minute_and_the_last_are_kept_for_results(rank: Rank, room: int) -> None:
    waiting = line(chat_gap_s=0.0)
    for _ in range(30):
        waiting.offer(Call(rank, "-5"))
    assert len(drain(waiting, 100.0, 155.0)) == room


def test_a_card_is_edited_with_gaps_and_another_chat_does_not_wait() -> None:
    waiting = line()
    seen = []
    for number in range(4):
        waiting.offer(Call(Rank.PROGRESS, "7", "card:1", 3.0))
        seen += drain(waiting, 100.0 + number * 3, 100.0 + number * 3 + 3)
    waiting.offer(Call(Rank.PROGRESS, "8", "card:1", 3.0))
    seen += drain(waiting, 112.0, 113.0)
    assert [(at, call.chat) for at, call in seen] == [
        (100.0, "7"),
        (103.0, "7"),
        (106.0, "7"),
        (109.0, "7"),
        (112.0, "8"),
    ]


def test_newer_news_of_a_card_take_the_place_of_waiting_ones_and_never_overtake_a_running_edit() -> None:
    waiting = line(chat_gap_s=0.0)
    first, second, third = (Call(Rank.PROGRESS, "7", "card:1") for _ in range(3))
    waiting.offer(first)
    assert waiting.next(100.0) is first
    waiting.offer(second)
    assert waiting.offer(third) is second
    assert (waiting.next(101.0), waiting.wait_s(101.0)) == (None, None)
    waiting.done(first, 101.0)
    assert waiting.next(101.0) is third


def test_who_waited_longest_since_the_last_edit_is_served_first() -> None:
    waiting = line(per_s=1)
    for chat in ("1", "2", "3"):
        waiting.offer(Call(Rank.PROGRESS, chat, "card"))
    drain(waiting, 100.0, 110.0)
    for chat in ("3", "2", "1"):
        waiting.offer(Call(Rank.PROGRESS, chat, "card"))
    assert [call.chat for _, call in drain(waiting, 120.0, 130.0)] == ["1", "2", "3"]


def test_a_hold_keeps_its_chat_alone() -> None:
    waiting = line()
    waiting.budget.hold("7", 104.95)
    waiting.offer(Call(Rank.DELIVERY, "7"))
    waiting.offer(Call(Rank.DELIVERY, "8"))
    assert [(at, call.chat) for at, call in drain(waiting, 100.0, 107.0)] == [(100.0, "8"), (105.0, "7")]


@pytest.mark.parametrize(
    ("chats", "users", "paid", "access"),
    [
        ((), (), False, "yes"),
        ((), (), True, "no"),
        (("-5",), (), True, "yes"),
        (("-9",), (), False, "yes"),
        (("-6",), (), False, "no"),
        ((), ("7",), True, "yes"),
        (("-6",), ("8",), False, "no"),
    ],
)
def test_lists_let_in_whom_they_name(chats: tuple[str, ...], users: tuple[str, ...], paid: bool, access: str) -> None:
    assert may_use(("-5", "-9"), "7", chats=chats, users=users, costs_money=paid) == access
