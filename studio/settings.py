"""The studio's own settings: variables beginning with STUDIO_, of the environment or (`python -m studio`) of `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from platformdirs import user_data_path
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from studio import switches

MIB = 1024 * 1024
DAY_S = 86_400


class Settings(BaseSettings):
    """Every setting, with unit and default. `.env.example` lists them for people."""

    model_config = SettingsConfigDict(env_prefix="STUDIO_", extra="ignore", env_ignore_empty=True, frozen=True)

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=0, ge=0, le=65_535, description="Port to listen on; 0 takes a free one and prints it.")
    data_dir: Path = Field(
        default_factory=lambda: user_data_path("from-music") / "studio",
        description="Folder for the database, uploads and videos.",
    )
    public_url: str = Field(
        default="", description="Address under which people reach the studio, e.g. https://video.example.org."
    )
    base_path: str = Field(default="", description="Path prefix of every route, e.g. /nemo.")
    url_allow: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Hosts that URL upload may reach although their address is private, parted by commas."
    )
    trust_proxy: bool = Field(
        default=False, description="Take the caller's address from X-Forwarded-For (behind your own proxy only)."
    )

    upload_max_bytes: int = Field(default=200 * MIB, gt=0, description="Largest file, bytes.")
    upload_files: int = Field(default=20, gt=0, description="Most files in one request.")
    upload_idle_s: float = Field(default=60.0, gt=0, description="An upload is given up after so many silent seconds.")
    url_s: float = Field(default=120.0, gt=0, description="Longest fetch of an upload by URL, seconds.")
    probes: int = Field(default=2, gt=0, description="Files examined at once, each in a process of its own.")
    quota_bytes: int = Field(
        default=20 * 1024 * MIB, ge=0, description="All uploads and videos together, bytes; oldest go first."
    )
    free_bytes: int = Field(default=256 * MIB, ge=0, description="Disk space to leave free, bytes.")
    retention_days: float = Field(default=7.0, ge=1.0, description="Life of uploads and videos, days.")

    token_days: float = Field(default=7.0, gt=0, description="Life of a token and of a claim link, days.")
    credits: int = Field(default=100, ge=0, description="Credits of a new anonymous user.")
    tokens_per_client: int = Field(default=1, ge=0, description="Anonymous tokens for one client id in seven days.")
    tokens_per_address: int = Field(
        default=10, ge=0, description="Anonymous tokens for one address in seven days; 0: no limit."
    )
    price_create: int = Field(default=0, ge=0, description="Credits for a run that makes a video from a track.")
    price_edit: int = Field(default=0, ge=0, description="Credits for a run that changes it.")
    export_plan: bool = Field(default=True, description="Whether anonymous users may export; 0 answers 402.")

    run_s: float = Field(default=900.0, gt=0, description="Longest run of the agent, seconds.")
    heartbeat_s: float = Field(default=10.0, gt=0, le=15, description="Silence before a heartbeat, seconds.")
    pace_s: float = Field(default=0.05, ge=0, description="Pause between two events of a run, seconds.")
    renders_waiting: int = Field(default=50, gt=0, description="Exports that may wait; more answer 429.")
    render_processes: int = Field(default=0, ge=0, description="Processes of one render; 0: one for each core.")

    switches: bool = Field(default=False, description="Tests only: obey the header X-Studio-Switch of a request.")
    switch: str = Field(default="", description="Tests only: switches always on, e.g. `silent; dialect=typed`.")
    log_level: str = Field(default="info", description="debug, info, warning or error.")

    @field_validator("url_allow", mode="before")
    @classmethod
    def _hosts(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(host.strip().lower() for host in value.split(",") if host.strip())
        return value

    @field_validator("public_url", "base_path")
    @classmethod
    def _bare(cls, value: str) -> str:
        return value.strip().rstrip("/")

    @field_validator("base_path")
    @classmethod
    def _rooted(cls, value: str) -> str:
        return value if not value or value.startswith("/") else f"/{value}"

    @field_validator("switch")
    @classmethod
    def _spelled(cls, value: str) -> str:
        switches.read(value)
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.lower() not in ("debug", "info", "warning", "error"):
            raise ValueError("log_level is debug, info, warning or error")
        return value.lower()
