"""How the parts are put together: which address of a video people are shown."""

from __future__ import annotations

import pytest

from bots.app import Backend, linker

OWN = "http://studio:8000"
CDN = "https://cdn.example.org/renders/r1/video.mp4"


@pytest.mark.parametrize(
    ("backend", "url", "link"),
    [
        (Backend("https://api.example.org"), CDN, CDN),
        (Backend("http://127.0.0.1:9"), "http://127.0.0.1:9/files/abc/video.mp4", None),
        (Backend(OWN, own=True), f"{OWN}/files/abc/video.mp4", None),
        (
            Backend(OWN, own=True, public_url="https://v.example.org"),
            f"{OWN}/files/a-b_c/Night%20Drive.mp4",
            "/v/a-b_c",
        ),
        (
            Backend(OWN, own=True, public_url="https://v.example.org/"),
            "https://v.example.org/files/abc/v.mp4",
            "/v/abc",
        ),
        (Backend(OWN, own=True, public_url="https://v.example.org/nemo"), f"{OWN}/nemo/files/abc/v.mp4", "/nemo/v/abc"),
        (Backend(OWN, own=True, public_url="https://v.example.org"), f"{OWN}/elsewhere", None),
        (Backend(OWN, own=True, public_url="https://v.example.org"), "", None),
    ],
)
def test_people_see_the_page_of_a_studio_of_ours_and_the_file_of_a_cloud(
    backend: Backend, url: str, link: str | None
) -> None:
    if link is not None and link.startswith("/"):
        link = f"https://v.example.org{link}"
    assert linker(backend)(url) == link
