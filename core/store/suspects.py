"""Poison or bystander? When a turn that died with its program, time and again at one place, gets its last try. Pure.

A turn that kills its program does so at the same place each time, so starts are counted from its last step forward on
(`tries` of the record; a start that lives to say how it ended was no crash). But whatever else kills a program takes
the turns in it along, and a few deaths in a row make each of them look like poison. So the last try is one that proves
something: no other suspect begins beside it, and it is made in calm, when no program began or died lately. What dies
again then is given up.
"""

from __future__ import annotations

TRIES = 3
"""Starts without a step forward; a turn that ends all of them without a word is parked."""

CALM_LEASES = 2.0
"""Of quiet make calm: a death is known one lease after it at the latest, so one quiet lease proves nothing."""


def last_try_in_s(quiet_s: float, lease_s: float, *, cancelled: bool) -> float:
    """Return in how many seconds the last try may be made; 0.0 for now.

    Args:
        quiet_s: How long ago a program began, or was found dead.
        cancelled: The person gave the turn up: what is left of it is no work that could kill, and a person waits.
    """
    if cancelled or quiet_s < 0:  # the store's clock was set back: it says nothing about calm
        return 0.0
    return max(0.0, CALM_LEASES * lease_s - quiet_s)
