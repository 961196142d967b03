"""Who is a suspect, and when it is judged."""

from __future__ import annotations

import pytest

from core.store.suspects import is_suspect, verdict_in_s


@pytest.mark.parametrize(
    ("quiet_s", "lease_s", "cancelled", "wait_s"),
    [
        (0.0, 30.0, False, 60.0),
        (20.0, 30.0, False, 40.0),
        (59.9, 30.0, False, 0.1),
        (60.0, 30.0, False, 0.0),
        (86_400.0, 30.0, False, 0.0),
        (-5.0, 30.0, False, 0.0),
        (0.0, 2.5, False, 5.0),
        (0.0, 30.0, True, 0.0),
    ],
)
def test_a_verdict_waits_for_two_quiet_leases(quiet_s: float, lease_s: float, cancelled: bool, wait_s: float) -> None:
    assert verdict_in_s(quiet_s, lease_s, cancelled=cancelled) == pytest.approx(wait_s)


@pytest.mark.parametrize(
    ("tries", "stage", "suspect"),
    [(1, "begin", False), (2, "sending", False), (3, "sending", True), (4, "begin", True), (4, "parked", False)],
)
def test_a_suspect_is_what_ended_twice_without_a_word(tries: int, stage: str, suspect: bool) -> None:
    assert is_suspect(tries, stage) is suspect
