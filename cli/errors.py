"""What the command itself can fail at."""

from __future__ import annotations

from core.errors import OperatorError


class StudioFailed(OperatorError):
    """The studio did not start."""

    def __init__(self, key: str, **values: str) -> None:
        super().__init__(f"{key} {values or ''}".strip(), key, **values)
