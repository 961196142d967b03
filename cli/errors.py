"""What the command itself can fail at."""

from __future__ import annotations


class StudioFailed(Exception):
    """The studio did not start. `key` and `args` are the sentence for the person; the text is for the log."""

    def __init__(self, key: str, **args: str) -> None:
        super().__init__(f"{key} {args or ''}".strip())
        self.key, self.values = key, args
