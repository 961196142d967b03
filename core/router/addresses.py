"""Web addresses in a message, and which of them are media that the backend can pull in (nemovideo-api §4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from linkify_it import LinkifyIt

_ENDINGS = ".mp4 .mov .avi .webm .mkv .jpg .jpeg .png .gif .webp .mp3 .wav .m4a .aac .flac"
_HOSTS = (
    "youtube.com youtu.be spotify.com spoti.fi soundcloud.com music.apple.com tidal.com deezer.com tiktok.com "
    "vimeo.com instagram.com facebook.com x.com twitter.com bilibili.com b23.tv douyin.com music.163.com y.qq.com"
)

MEDIA = frozenset(_ENDINGS.split())
"""Endings the backend takes (nemovideo-api §4.3, flac: §11)."""

PAGES = frozenset(_HOSTS.split())
"""Hosts whose addresses are pages to look at, not files: the agent explains what it can do instead (§7.6)."""


@dataclass(frozen=True, slots=True)
class Address:
    """A web address as it stands in a message, from `start` to `end`."""

    start: int
    end: int
    url: str

    @property
    def is_media(self) -> bool:
        """Whether its path ends like a file that can be uploaded."""
        try:
            path = urlsplit(self.url).path
        except ValueError:
            return False
        return PurePosixPath(unquote(path)).suffix.lower() in MEDIA and not self.is_page

    @property
    def is_page(self) -> bool:
        """Whether its host is known to show pages only."""
        try:
            host = (urlsplit(self.url).hostname or "").lower()
        except ValueError:
            return True
        return any(host == page or host.endswith("." + page) for page in PAGES)


def find(text: str) -> tuple[Address, ...]:
    """Return the http and https addresses of a text, in order. Text must hold no halves of surrogate pairs."""
    if "http" not in text.lower():
        return ()
    found = _linkify().match(text) or ()
    return tuple(
        Address(one.index, one.last_index, one.url) for one in found if one.schema.lower() in ("http:", "https:")
    )


@cache
def _linkify() -> LinkifyIt:
    return LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False})
