"""Which store, and its few settings. Times in seconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import SecretStr


@dataclass(frozen=True, slots=True)
class StoreConfig:
    """Where the store is and how it is used.

    Attributes:
        url: redis://, rediss:// or unix://; with mode "cluster" any node, or several with commas; with "sentinel"
            the place of user, password and database. None with mode "single": the embedded store is started.
        sentinels: "host:port" each; only with mode "sentinel".
        master: The name under which Sentinel knows the primary.
        data_dir: Home of the embedded store: its files are in the folder `store` below it.
        prefix: Programs with different prefixes share a server and see nothing of each other.
        lease_s: How long a silent holder keeps a channel.
        queue_limit: Messages that may wait in one channel behind the one that runs.
        turn_ttl_s: Life of a turn's record after its end.
        project_ttl_s: Life of a channel's projects and choices after their last use.
        seen_ttl_s: How long an event of a platform is known as seen.
        max_connections: Commands under way at once; pub/sub takes one connection more.
        fsync: When the embedded store writes to disk; "always" survives a power cut.
        patience_s: How long one command may take, retries included, before it is StoreDown.
        wait_s: How long `open_store` waits for a server that is not there yet.
    """

    url: SecretStr | str | None = field(default=None, repr=False)
    mode: Literal["single", "sentinel", "cluster"] = "single"
    sentinels: tuple[str, ...] = ()
    master: str = "mymaster"
    data_dir: Path = Path("data")
    prefix: str = "from-music"
    lease_s: float = 30.0
    queue_limit: int = 20
    turn_ttl_s: int = 7 * 86400
    project_ttl_s: int = 90 * 86400
    seen_ttl_s: int = 3 * 86400
    max_connections: int = 50
    fsync: Literal["always", "everysec"] = "always"
    patience_s: float = 10.0
    wait_s: float = 30.0

    @property
    def address(self) -> str | None:
        """The url in plain text; None for the embedded store."""
        return self.url.get_secret_value() if isinstance(self.url, SecretStr) else self.url
