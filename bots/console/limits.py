"""What the terminal takes: everything."""

from __future__ import annotations

from bots.adapter import Limits

LIMITS = Limits(
    max_text=100_000,
    max_caption=100_000,
    max_upload_bytes=1 << 62,
    edit_interval_s=0.1,
    notifies_by_edit=True,
    finds_own_posts=True,
    markup="terminal",
)
"""A file is moved, not sent; an edit redraws a line; a delivery leaves a mark that can be found again."""
