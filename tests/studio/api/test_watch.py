"""The watch page: what it shows, what it must not."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

from tests.studio.api.live import Person, Studio, running


class Page(HTMLParser):
    """The tags of a page, and its meta pairs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.meta: dict[str, str] = {}
        self.found: dict[str, dict[str, str | None]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        self.found[tag] = given
        key = given.get("property") or given.get("name")
        if tag == "meta" and key:
            self.meta[key] = given.get("content") or ""


async def _page(studio: Studio, ann: Person, title: str = "", **headers: str) -> tuple[str, Page]:
    session = await ann.made()
    if title:
        await ann.say(session, f'change the title to "{title}"')
    await ann.export(session)
    url = (await ann.finished())["output"]["page"]
    answer = await studio.http.get("/v/" + url.rpartition("/")[2], headers=headers)
    assert answer.status_code == 200
    assert "script" not in answer.headers["content-security-policy"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    return answer.text, Page(answer.text)


async def test_the_page_plays_the_video_and_offers_it(studio: Studio, ann: Person) -> None:
    text, page = await _page(studio, ann, "Urban Dreams")
    assert "Urban Dreams" in text
    for source in (page.found["video"]["src"], page.found["video"]["poster"], page.found["a"]["href"]):
        assert source is not None
        answer = await studio.http.get("/v/" + source)  # relative to the page
        assert answer.status_code == 200
    assert page.meta["og:video"].endswith("/preview.mp4")
    assert page.meta["og:image"].endswith("/poster.jpg")
    assert page.meta["og:title"] == "Urban Dreams"


async def test_a_chat_is_told_of_a_player_that_it_may_frame(studio: Studio, ann: Person) -> None:
    _, page = await _page(studio, ann, "Urban Dreams")
    assert page.meta["og:description"].endswith("×" + page.meta["og:video:height"])
    assert page.meta["twitter:player"] == page.meta["og:video"]  # the page itself forbids frames
    assert page.meta["twitter:player:stream:content_type"] == page.meta["og:video:type"] == "video/mp4"


async def test_a_part_of_the_video_can_be_asked_for(studio: Studio, ann: Person) -> None:
    _, page = await _page(studio, ann)
    source = page.found["video"]["src"]
    assert source is not None
    answer = await studio.http.get("/v/" + source, headers={"Range": "bytes=2-5"})
    assert (answer.status_code, len(answer.content)) == (206, 4)
    assert answer.headers["content-range"].startswith("bytes 2-5/")
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_the_page_fits_the_shape_of_the_video_in_light_and_dark(studio: Studio, ann: Person) -> None:
    text, page = await _page(studio, ann)
    assert f"aspect-ratio: {page.meta['og:video:width']} / {page.meta['og:video:height']};" in text
    assert "@media (prefers-color-scheme: light)" in text
    assert page.found["video"]["aria-label"]


async def test_the_page_holds_no_secret(studio: Studio, ann: Person) -> None:
    text, page = await _page(studio, ann)
    assert ann.token not in text
    assert ann.user not in text
    assert "nmv_usr" not in text
    assert "med_" not in text
    assert "script" not in page.tags


async def test_whatever_a_title_holds_is_text(studio: Studio, ann: Person) -> None:
    text, page = await _page(studio, ann, "<script>alert(1)</script>${x} & <img src=x onerror=y>")
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert "&lt;script&gt;" in text


async def test_the_page_speaks_the_readers_language(studio: Studio, ann: Person) -> None:
    _, page = await _page(studio, ann, **{"Accept-Language": "fr, zh-CN;q=0.8"})
    assert page.found["html"]["lang"] == "zh"


async def test_previews_use_the_public_url(tmp_path: Path) -> None:
    async with running(tmp_path, public_url="https://video.example.org") as studio:
        _, page = await _page(studio, await studio.person())
        assert page.meta["og:video:secure_url"].startswith("https://video.example.org/files/")


async def test_an_unknown_link_has_a_page_too(studio: Studio) -> None:
    for path in ("/v/nothing", "/workspace/claim", "/workspace/claim?ct=clm_no"):
        answer = await studio.http.get(path)
        assert answer.status_code == 404
        assert "text/html" in answer.headers["content-type"]
