"""How far a job is, as a row of boxes."""

from __future__ import annotations


def bar(cells: int, done: float, number: bool = True) -> str:
    """A bar of so many boxes, e.g. "▰▰▰▰▱▱▱▱ 50 %"; without the number where the words beside it tell it.

    Args:
        done: From 0.0 to 1.0, and cut to it.
    """
    part = min(1.0, max(0.0, done))
    full = round(part * cells)
    return "▰" * full + "▱" * (cells - full) + (f" {round(part * 100)} %" if number else "")
