"""Poison or bystander? When a turn that ends without a word, time and again at one place, is judged. Pure.

A turn that kills its program does so at the same place each time, so starts are counted from its last step forward on
(`tries` of the record; a start that lives to say how it ended was no crash). But whatever else kills programs takes
the turns in them along, and a few deaths in a row make each of them look like poison. So what decides is done in calm,
when no program began or died lately: there a suspect gets its last try, with no other suspect beside it, and only
there it is given up, for its holder may just be frozen, and take its try back when it thaws.
"""

from __future__ import annotations

from core.turn import Stage

TRIES = 3
"""Starts without a step forward; a turn that ends all of them without a word is parked."""

CALM_LEASES = 2.0
"""Of quiet make calm: a death is known one lease after it at the latest, so one quiet lease proves nothing."""


def is_suspect(tries: int, stage: str, allowed: int = TRIES) -> bool:
    """Whether this start of a turn is the last one, or one too many. What was parked before needs no judgement."""
    return tries >= allowed and stage != Stage.PARKED


def verdict_in_s(quiet_s: float, lease_s: float, *, cancelled: bool) -> float:
    """Return in how many seconds a suspect may be tried for the last time, or given up; 0.0 for now.

    Args:
        quiet_s: How long ago a program began, or was found dead.
        cancelled: The person gave the turn up: what is left of it is no work that could kill, and a person waits.
    """
    if cancelled or quiet_s < 0:  # the store's clock was set back: it says nothing about calm
        return 0.0
    return max(0.0, CALM_LEASES * lease_s - quiet_s)
