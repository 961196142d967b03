"""What a client is told: where the backend is, who we are, how long to wait (nemovideo-api §2.1, §2.2, §9)."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class Waits:
    """Every wait, in seconds (nemovideo-api §9; `read_s` is per read, not in all).

    Attributes:
        run_s: One `/run_sse` in all; also its read timeout.
        heartbeat_only_s: Signs of life without substance, then the stream is given up.
        upload_write_s, upload_read_s: Per chunk written, and for the answer after the last one.
        rate_limit_s: Before the one repetition after 429.
        retry_pause_s: Before another repetition; where more than one is allowed, doubled each time.
    """

    connect_s: float = 10.0
    write_s: float = 30.0
    read_s: float = 60.0
    run_s: float = 900.0
    heartbeat_only_s: float = 600.0
    upload_write_s: float = 60.0
    upload_read_s: float = 300.0
    rate_limit_s: float = 30.0
    retry_pause_s: float = 1.0


@dataclass(frozen=True, slots=True)
class NemoConfig:
    """The backend and our attribution.

    Attributes:
        api_url: Base of every request; a path prefix is kept.
        web_url: Base of the links for people; None where there is no web side.
        token: NEMO_TOKEN; None takes an anonymous one.
        client_id: NEMO_CLIENT_ID; None takes the kept one.
        source, version, platform: The three `X-Skill-*` headers; see core/skill.py.
    """

    api_url: str
    web_url: str | None = None
    token: SecretStr | None = None
    client_id: str | None = None
    source: str = "from-music"
    version: str = "0.0.0"
    platform: str = "unknown"
    waits: Waits = field(default_factory=Waits)
