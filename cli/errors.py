"""What the command itself can fail at."""

from __future__ import annotations


class StudioFailed(Exception):
    """The studio did not start; the text is its own last sentence, for the operator."""
