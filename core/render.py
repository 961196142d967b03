"""A job that makes the MP4, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Render:
    """How a render stands (nemovideo-api §4.7, normalised).

    Attributes:
        status: "pending", "processing", "completed" or "failed"; any other word of the server reads "processing".
        progress: 0.0 to 1.0, None if the server does not say.
        url: Where the file is; None means: fetch it through the API (endpoint 10).
        reason: The server's own words for a failure: for the log; a person gets ours, where we have some for them.
    """

    id: str
    status: str
    progress: float | None = None
    url: str | None = None
    duration_s: float | None = None
    size_bytes: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A finished video on its way to people.

    Attributes:
        url: The file's own address; may be private to this machine.
        link: The address people may see (a public watch page or the CDN), None where there is none.
        project_link: Opens the project in a browser (claim link); holds no secret of ours.
    """

    render_id: str
    file_name: str
    url: str | None
    link: str | None = None
    project_link: str | None = None
    duration_s: float | None = None
    size_bytes: int | None = None
    width: int | None = None
    height: int | None = None
