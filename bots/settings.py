"""The one reader of the environment for bots and core. Every field is a line of .env.example."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Names = Annotated[tuple[str, ...], NoDecode]
"""A list in one setting: values with commas between them."""

DEFAULT_API_URL = "https://mega-api-prod.nemovideo.ai"
DEFAULT_WEB_URL = "https://nemovideo.com"


class Settings(BaseSettings):
    """Settings of the bots. The name of a setting is the name of its field in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True, frozen=True)

    # -- the backend
    backend: Literal["studio", "cloud"] | None = Field(
        None, description="Who makes the video; unset: cloud if a token or an address is set, else our own studio"
    )
    nemo_token: SecretStr | None = Field(
        None, description="Token of a NemoVideo account; unset: one anonymous token is taken and kept"
    )
    nemo_api_url: str | None = Field(None, description=f"Address of the API; unset: {DEFAULT_API_URL} for the cloud")
    nemo_web_url: str | None = Field(
        None,
        description=f"Address of the web side, for links; unset: {DEFAULT_WEB_URL} for the cloud, none for a studio",
    )
    nemo_client_id: str | None = Field(None, description="Client id for anonymous tokens; unset: made once and kept")
    skill_source: str | None = Field(
        None, description="Value of the X-Skill-Platform header; unset: found from where the program is installed"
    )
    nemo_poll_s: float | None = Field(
        None, gt=0, description="Seconds between two looks at a render; unset: 30 for the cloud, 1 for our own studio"
    )
    export_after_turn: Literal["changed", "asked", "offer"] = Field(
        "changed",
        description="When the MP4 is made: after each turn that changed the draft, when asked, or offered as a button",
    )
    gui_follow_up: bool = Field(
        False, description="Send the agent's own drag-and-drop hints back to it as a second paid message"
    )

    public_url: str | None = Field(
        None, description="Address under which people reach our own studio; unset: there are no links to its videos"
    )

    # -- people and channels
    session_scope: Literal["channel", "person"] = Field(
        "channel", description="Whether a channel shares one project or each person in it has one"
    )
    discord_guilds: Names = Field((), description="Servers that may use the bot (ids); see also the next three")
    discord_channels: Names = Field((), description="Discord channels that may use the bot (ids)")
    discord_users: Names = Field((), description="Discord users that may use the bot (ids)")
    telegram_chats: Names = Field((), description="Telegram chats that may use the bot (ids)")
    telegram_users: Names = Field((), description="Telegram users that may use the bot (ids)")
    queue_limit: int = Field(20, ge=1, description="Messages that may wait in one channel")

    # -- where things are kept
    data_dir: Path = Field(
        default_factory=lambda: platformdirs.user_data_path("from-music"),
        description="Folder of everything that is kept",
    )
    spool_dir: Path | None = Field(
        None, description="Folder of files on their way to the backend; unset: spool in DATA_DIR"
    )
    out_dir: Path = Field(Path("out"), description="Folder where the terminal puts finished videos")
    redis_url: SecretStr | None = Field(
        None, description="redis://, rediss:// or unix:// address; unset: an embedded Valkey in DATA_DIR"
    )
    redis_mode: Literal["single", "sentinel", "cluster"] = Field(
        "single", description="Kind of the Redis behind REDIS_URL"
    )
    redis_sentinels: Names = Field((), description="host:port of the sentinels")
    redis_master: str = Field("mymaster", description="Name of the master the sentinels watch")
    redis_prefix: str = Field("from-music", description="Prefix of every key")
    project_ttl_s: int = Field(
        90 * 86_400,
        ge=86_400,
        description="How long a channel's projects and choices are kept after its last message",
    )
    max_running: int = Field(200, ge=1, description="Turns that one process runs at once")
    lease_s: float = Field(
        30.0, gt=0, description="Seconds after which another replica takes over a silent one's channels"
    )

    # -- waits (docs/nemovideo-api.md §9), in seconds
    connect_s: float = Field(10.0, gt=0, description="To make a connection to the backend")
    read_s: float = Field(60.0, gt=0, description="For an ordinary answer")
    run_s: float = Field(900.0, gt=0, description="For one answer of the agent in all")
    heartbeat_only_s: float = Field(600.0, gt=0, description="With nothing but heartbeats until we give up")
    still_working_s: float = Field(120.0, gt=0, description="Between two still-working notes")
    rate_limit_s: float = Field(30.0, ge=0, description="Pause after a 429, once")
    look_first_s: float = Field(30.0, ge=0, description="After a broken line, until the first look at the state")
    look_again_s: float = Field(60.0, ge=0, description="Between further looks")
    look_times: int = Field(5, ge=1, description="Looks in all")
    silent_look_s: float = Field(3.0, ge=0, description="Between extra looks after an answer without words")
    silent_look_times: int = Field(3, ge=0, description="Extra looks after an answer without words")
    poll_slow_after: int = Field(10, ge=1, description="Looks at a render until we say that it takes longer")
    poll_slow_s: float = Field(120.0, gt=0, description="Between looks from then on")
    render_limit_s: float = Field(7200.0, gt=0, description="Until we stop looking at a render")
    trim_s: float = Field(
        60.0, ge=0, description="Between two times that free memory is given back to the system; 0: never"
    )
    delivery_s: float = Field(3.0, gt=0, description="For pending results when the program is told to stop")

    # -- delivery
    chat_copy: bool = Field(True, description="Make a smaller copy where the video is too large for the chat")
    attachment_hosts: Names = Field(
        ("cdn.discordapp.com", "media.discordapp.net"), description="Hosts that Discord attachments may be fetched from"
    )
    max_file_bytes: int = Field(200_000_000, gt=0, description="Largest file taken from a chat, bytes")

    # -- Discord
    discord_token: SecretStr | None = Field(None, description="Bot token; set: the program serves Discord")
    discord_api_base: str = Field("https://discord.com/api/v10", description="REST address")
    discord_gateway_url: str | None = Field(
        None, description="Gateway address; unset: the one that DISCORD_API_BASE tells"
    )
    discord_cdn_base: str = Field("https://cdn.discordapp.com", description="CDN address")
    discord_message_content: bool = Field(
        False, description="Ask for the Message Content intent (switch it on in the developer portal first)"
    )
    discord_sharded: bool = Field(
        False, description="Run one gateway connection per 1,000 servers from the start, not when Discord asks for it"
    )
    discord_open_channels: Names = Field(
        (),
        description="Channels set aside for the bot: all talk there is meant for it (needs Message Content)",
    )
    discord_threads: bool = Field(False, description="Open one thread per project")
    discord_upload_bytes: int = Field(
        10 * 1024 * 1024, gt=0, description="Largest upload where the server tells no other limit, bytes"
    )
    discord_url_upload: bool = Field(
        False, description="Hand Discord's file address to the backend instead of the bytes"
    )
    discord_edit_s: float = Field(5.0, ge=0, description="Between two edits of one card")
    discord_edits_per_15min: int = Field(40, ge=1, description="Edits of one card in 15 minutes")
    discord_sync_commands: bool = Field(True, description="Send the command tree to Discord when it changed")
    discord_restart_s: float = Field(
        2.0, gt=0, description="Least pause before a failed connection is tried again; doubles up to 5 minutes"
    )

    # -- Telegram
    telegram_token: SecretStr | None = Field(None, description="Bot token; set: the program serves Telegram")
    telegram_base_url: str = Field("https://api.telegram.org/bot", description="Bot API address, ends in /bot")
    telegram_base_file_url: str | None = Field(
        None, description="File address, ends in /file/bot; unset: that of the same server"
    )
    telegram_mode: Literal["polling", "webhook"] = Field("polling", description="How updates come in")
    telegram_local: bool = Field(
        False, description="The Bot API server is our own, in local mode, with a shared folder"
    )
    telegram_poll_interval_s: float = Field(0.0, ge=0, description="Pause between two polls")
    telegram_poll_timeout_s: float = Field(10.0, ge=0, description="How long one poll waits at the server")
    telegram_webhook_url: str | None = Field(None, description="Public address that Telegram posts updates to")
    telegram_webhook_port: int = Field(8443, ge=0, le=65535, description="Local port of the webhook")
    telegram_webhook_listen: str = Field(
        "127.0.0.1", description="Local address of the webhook; 0.0.0.0 where the proxy is another machine or container"
    )
    telegram_webhook_secret: SecretStr | None = Field(
        None, description="Secret that must come with every webhook call; unset: made at start"
    )
    telegram_dm_edit_s: float = Field(3.0, ge=0, description="Between two edits of one card in a private chat")
    telegram_group_edit_s: float = Field(15.0, ge=0, description="Between two edits of one card in a group")
    telegram_per_s: float = Field(30.0, gt=0, description="Messages of the bot a second, in all")
    telegram_group_per_min: int = Field(20, ge=1, description="Messages in one group a minute")
    telegram_album_s: float = Field(1.0, ge=0, description="How long we wait for the rest of an album")
    telegram_drafts: bool = Field(True, description="Stream the agent's words as a draft in private chats")

    # -- the process
    health_port: int | None = Field(None, ge=0, le=65535, description="Port of /healthz on 127.0.0.1; unset: none")
    replica: str | None = Field(None, description="Name of this process among its replicas; unset: host and process id")
    language: str | None = Field(
        None, description="Language where a person's is not known; unset: en, in the terminal that of the system"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="What is logged; by chat and demo to from-music.log in DATA_DIR"
    )

    @property
    def telegram_files(self) -> str:
        """Where files of the Bot API are: TELEGRAM_BASE_FILE_URL, else beside TELEGRAM_BASE_URL."""
        return self.telegram_base_file_url or f"{self.telegram_base_url.removesuffix('/bot')}/file/bot"

    @field_validator(
        "discord_guilds",
        "discord_channels",
        "discord_users",
        "telegram_chats",
        "telegram_users",
        "redis_sentinels",
        "attachment_hosts",
        "discord_open_channels",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @property
    def uses_cloud(self) -> bool:
        """Whether the backend is NemoVideo's cloud or another server by address (decisions 1)."""
        if self.backend is not None:
            return self.backend == "cloud"
        return self.nemo_token is not None or self.nemo_api_url is not None

    @property
    def spool(self) -> Path:
        """Folder of files on their way to the backend."""
        return self.spool_dir or self.data_dir / "spool"
