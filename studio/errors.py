"""Every way the studio says no; the API layer gives each its code (docs/nemovideo-api.md §10)."""

from __future__ import annotations


class StudioError(Exception):
    """A refusal with a reason that may be shown; holds no path of the machine."""


class UnsupportedMedia(StudioError):
    """4001: not a media file we take, whatever its name says."""


class MediaTooLarge(StudioError):
    """4002: more bytes, pixels, channels or seconds than we take."""


class SilentTrack(StudioError):
    """Nothing in it is louder than -60 dBFS. A warning in most places, an error where sound is the point."""


class RenderFailed(StudioError):
    """The render could not be made; `reason` is for people, e.g. "disk-full", "media-missing", "worker-died"."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
