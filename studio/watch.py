"""The watch page of a finished video: player, download, poster, preview; no secret but its own link."""

from __future__ import annotations

import secrets
from html import escape
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from studio import texts
from studio.api.renders import filename_of
from studio.api.services import base_url, services
from studio.store import Render

WIDEST_PX = 1100

_PAGE = Template(Path(__file__).with_suffix(".html").read_text("utf-8"))

_BODY = Template("""
<video controls playsinline preload="metadata" poster="$poster" src="$video" aria-label="$title"></video>
<div class="row"><div><h1>$title</h1><p>$facts</p></div>
<a class="get" href="$download" download>$get</a></div>
""")


def language_of(accepted: str) -> str:
    """The first language of an Accept-Language header that we have."""
    for part in accepted.split(","):
        tag = part.partition(";")[0].strip().lower().split("-")[0]
        if tag in texts.LANGUAGES:
            return tag
    return "en"


def page(render: Render, base: str, language: str, nonce: str) -> str:
    """The page of a finished export; every value is escaped."""
    result = render.result
    meta = render.job["draft"].get("m", {})
    title = str(meta.get("title") or filename_of(render).removesuffix(".mp4"))[:200]
    artist = str(meta.get("artist") or "")[:200]
    minutes, seconds = divmod(round(float(result.get("duration", 0))), 60)
    width, height = int(result.get("width", 1920)), int(result.get("height", 1080))
    facts = " · ".join(part for part in (artist, f"{minutes}:{seconds:02d}", f"{width}×{height}") if part)
    files = f"{base}/files/{render.link}"
    heading = f"{artist} – {title}" if artist else title
    near = f"../files/{render.link}"  # relative: 'self' of the policy is wherever the page was fetched from
    values = {"title": title, "facts": facts, "poster": f"{near}/poster.jpg", "video": f"{near}/video.mp4"}
    values |= {"download": f"{near}/video.mp4?dl=1", "get": texts.say(language, "watch-download")}
    body = _BODY.substitute({key: escape(value) for key, value in values.items()})
    return _PAGE.substitute(
        lang=language,
        title=escape(heading),
        meta=_meta(heading, facts, files, f"{base}/v/{render.link}", width, height),
        icon=f'<link rel="icon" href="{escape(near)}/poster.jpg">',
        nonce=nonce,
        # as large as the window allows without scrolling, and never so narrow that the words break
        width=f"max(20rem, min({WIDEST_PX}px, 78vh * {width} / {height}))",
        ratio=f"{width} / {height}",
        body=body,
    )


def _meta(heading: str, facts: str, files: str, here: str, width: int, height: int) -> str:
    """What chats read to show a player: the video there is the small copy (at most 50 MB)."""
    preview, poster = f"{files}/preview.mp4", f"{files}/poster.jpg"
    pairs = {
        "og:type": "video.other", "og:site_name": "From Music", "og:title": heading, "og:description": facts,
        "og:url": here, "og:image": poster, "og:image:width": width, "og:image:height": height,
        "og:video": preview, "og:video:secure_url": preview, "og:video:type": "video/mp4",
        "og:video:width": width, "og:video:height": height,
    }  # fmt: skip
    if not files.startswith("https:"):
        del pairs["og:video:secure_url"]
    # The player is the file itself: this page lets nobody put it into a frame.
    cards = {
        "twitter:card": "player", "twitter:title": heading, "twitter:image": poster, "twitter:player": preview,
        "twitter:player:stream": preview, "twitter:player:stream:content_type": "video/mp4",
        "twitter:player:width": width, "twitter:player:height": height,
    }  # fmt: skip
    lines = [f'<meta property="{name}" content="{escape(str(value))}">' for name, value in pairs.items()]
    return "\n".join(
        [*lines, *(f'<meta name="{name}" content="{escape(str(value))}">' for name, value in cards.items())]
    )


def _headers(nonce: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": f"default-src 'none'; media-src 'self'; img-src 'self'; style-src 'nonce-{nonce}';"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "private, max-age=300",
    }


async def watch(request: Request) -> Response:
    """The page behind an unguessable link."""
    parts = services(request)
    language = language_of(request.headers.get("accept-language", ""))
    nonce = secrets.token_urlsafe(12)
    render = await parts.store.render_by_link(request.path_params["link"])
    if render is None or render.status != "completed":
        return _nothing(language, nonce, 404, "watch-gone")
    return HTMLResponse(page(render, base_url(request), language, nonce), headers=_headers(nonce))


async def claimed(request: Request) -> Response:
    """The project behind a claim token: its newest video."""
    parts = services(request)
    language = language_of(request.headers.get("accept-language", ""))
    nonce = secrets.token_urlsafe(12)
    session = await parts.store.claimed(request.query_params.get("ct", ""), parts.clock())
    if session is None:
        return _nothing(language, nonce, 404, "watch-gone")
    render = await parts.store.newest_render(session)
    if render is None:
        return _nothing(language, nonce, 200, "watch-none")
    return HTMLResponse(page(render, base_url(request), language, nonce), headers=_headers(nonce))


def _nothing(language: str, nonce: str, status: int, key: str) -> Response:
    sentence = escape(texts.say(language, key))
    spelled = _PAGE.substitute(
        lang=language,
        title="From Music",
        meta="",
        icon="",
        nonce=nonce,
        width="36rem",
        ratio="auto",
        body=f"<h1>{sentence}</h1>",
    )
    return HTMLResponse(spelled, status, headers=_headers(nonce))


ROUTES = [
    Route("/v/{link}", watch, methods=["GET"]),
    Route("/workspace/claim", claimed, methods=["GET"]),
]
