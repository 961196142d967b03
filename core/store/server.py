"""One connection to the store, whatever its form: one server, Sentinel or Cluster.

Every command has a patience, retries included, and a refusal comes as a StoreError. Commands under way are bounded
here, because redis-py's pools raise when more connections are wanted than they may have.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeAlias

from redis.asyncio import ConnectionPool, Redis, RedisCluster
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.connection import parse_url
from redis.asyncio.retry import Retry
from redis.asyncio.sentinel import Sentinel
from redis.backoff import ExponentialWithJitterBackoff
from redis.commands.core import AsyncScript
from redis.exceptions import NoScriptError

from core.store import scripts
from core.store.config import StoreConfig
from core.store.errors import StoreDown, StoreError, StoreReadOnly, StoreRefused, typed

log = logging.getLogger(__name__)

Client: TypeAlias = Redis | RedisCluster
Arg: TypeAlias = str | int | float

_SOCKET_TIMEOUT_S = 5.0
_CONNECT_TIMEOUT_S = 3.0
_DISK_WAIT_MS = 1000


def _options(config: StoreConfig) -> dict[str, Any]:
    return {
        "decode_responses": True,
        "protocol": 2,  # 3 says hello first, and a refused login then looks like a lost connection
        "socket_timeout": _SOCKET_TIMEOUT_S,
        "socket_connect_timeout": _CONNECT_TIMEOUT_S,
        "max_connections": config.max_connections + 2,  # and one for pub/sub
        # a client on a pool of its own gets no retry unless it is put on the pool; a lost reply must be repeated
        "retry": Retry(ExponentialWithJitterBackoff(base=0.05, cap=1), 4),
    }


def _host_port(text: str, default: int) -> tuple[str, int]:
    host, colon, port = text.strip().rpartition(":")
    return (host.strip("[]"), int(port)) if colon else (text.strip(), default)


def _sentinel(config: StoreConfig) -> tuple[Redis, list[Redis]]:
    """The client that asks Sentinel for the primary, and the clients it asks through.

    Login and database come from the url, if there is one.
    """
    if not config.sentinels:
        raise StoreRefused("REDIS_MODE=sentinel needs REDIS_SENTINELS: host:port of each.", "store-no-sentinels")
    login: dict[str, Any] = dict(parse_url(config.address)) if config.address else {}
    tls = config.address is not None and config.address.startswith("rediss:")
    kept: dict[str, Any] = {name: login[name] for name in ("username", "password", "db") if name in login}
    watchers = Sentinel(  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        [_host_port(one, 26379) for one in config.sentinels],
        sentinel_kwargs={"socket_timeout": _CONNECT_TIMEOUT_S, "protocol": 2, "ssl": tls},
    )
    if tls:
        kept["ssl"] = True
    client: Redis = watchers.master_for(config.master, **_options(config), **kept)
    return client, list(watchers.sentinels)


def _cluster(config: StoreConfig) -> RedisCluster:
    """The client of a cluster: every node of the url is asked until one answers."""
    nodes = [one.strip() for one in (config.address or "").split(",") if one.strip()]
    if not nodes:
        raise StoreRefused("REDIS_MODE=cluster needs REDIS_URL: one node or several, with commas.", "store-no-nodes")
    first: dict[str, Any] = dict(parse_url(nodes[0] if "://" in nodes[0] else f"redis://{nodes[0]}"))
    where = [_host_port(one.rpartition("@")[2].rpartition("//")[2].partition("/")[0], 6379) for one in nodes]
    login: dict[str, Any] = {name: first[name] for name in ("username", "password") if name in first}
    if nodes[0].startswith("rediss:"):
        login["ssl"] = True
    return RedisCluster(startup_nodes=[ClusterNode(host, port) for host, port in where], **_options(config), **login)


def _clients(config: StoreConfig, url: str | None) -> tuple[Client, list[Redis]]:
    """The client to use, and further ones to close with it."""
    if config.mode == "sentinel":
        return _sentinel(config)
    if config.mode == "cluster":
        return _cluster(config), []
    try:
        pool: Any = ConnectionPool.from_url(url or "", **_options(config))
    except ValueError as error:
        raise StoreRefused("REDIS_URL must begin with redis://, rediss:// or unix://.", "store-address") from error
    return Redis.from_pool(pool), []


class Server:
    """Commands and scripts of ours on one store. Closes its connections with `aclose`."""

    def __init__(self, config: StoreConfig, url: str | None) -> None:
        self.client, self._helpers = _clients(config, url)
        self._patience_s = config.patience_s
        self._room = asyncio.Semaphore(config.max_connections)
        self.waits_for_disk = False
        self._scripts = {name: AsyncScript(self.client, text) for name, text in scripts.ALL.items()}

    async def do(self, *command: Arg) -> Any:
        """Run one command. Raises StoreError."""
        return await self._patiently(lambda: self.client.execute_command(*command))

    async def run(self, name: str, keys: Iterable[str], args: Iterable[Arg]) -> Any:
        """Run one of our scripts. Raises StoreError; after StoreDown it may or may not have run."""
        return await self._patiently(lambda: self._scripts[name](keys=list(keys), args=list(args)))

    async def run_to_disk(self, name: str, keys: Iterable[str], args: Iterable[Arg]) -> Any:
        """Run a script and return when its writes are on the server's disk, as far as the server can tell that.

        For the step before an effect that must not happen twice: `appendfsync everysec` alone may forget a second.
        """
        if not self.waits_for_disk or not isinstance(self.client, Redis):
            return await self.run(name, keys, args)
        client, script = self.client, self._scripts[name]
        command = [len(keys := list(keys)), *keys, *args]

        async def to_disk() -> Any:
            answer = await self._with_waitaof(client, script.sha, command)
            if isinstance(answer, NoScriptError):
                await client.script_load(script.script)
                answer = await self._with_waitaof(client, script.sha, command)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return await self._patiently(to_disk)

    async def _patiently(self, ask: Callable[[], Awaitable[Any]]) -> Any:
        """Ask within the patience. A cancellation is always heard.

        redis-py sends with `asyncio.wait_for`, and that of Python 3.11 swallows a cancellation that comes in the moment
        its work ends (CPython issue 86296): a program that was told to stop would run on.
        """
        task = asyncio.current_task()
        before = task.cancelling() if task else 0
        with typed():
            async with asyncio.timeout(self._patience_s), self._room:
                answer = await ask()
        if task is not None and task.cancelling() > before:
            raise asyncio.CancelledError
        return answer

    @staticmethod
    async def _with_waitaof(client: Redis, sha: str, command: Iterable[Arg]) -> Any:
        """On one connection: WAITAOF waits for the writes of its own connection."""
        pipe: Any = client.pipeline(transaction=False)
        pipe.execute_command("EVALSHA", sha, *command)
        pipe.execute_command("WAITAOF", 1, 0, _DISK_WAIT_MS)
        return (await pipe.execute(raise_on_error=False))[0]

    async def aclose(self) -> None:
        """Close all connections."""
        with typed():
            for client in (self.client, *self._helpers):
                await client.aclose()


async def connect(config: StoreConfig, url: str | None) -> Server:
    """Connect, and wait up to `config.wait_s` for a server that is not there yet.

    Raises:
        StoreDown, StoreRefused, StoreReadOnly: each with a sentence for the operator.
    """
    deadline = asyncio.get_running_loop().time() + config.wait_s
    told = False
    while True:
        server = Server(config, url)
        try:
            await server.do("PING")
            await _writable(server)
        except StoreDown as error:
            await _close_quietly(server)
            if asyncio.get_running_loop().time() >= deadline:
                msg = f"No store answered for {config.wait_s:g} s: is the server of REDIS_URL up?"
                raise StoreDown(msg, "store-never-came", seconds=config.wait_s) from error
            if not told:
                log.warning("the store does not answer yet; waiting up to %g s for it", config.wait_s)
                told = True
            await asyncio.sleep(0.25)
        except BaseException:
            await _close_quietly(server)
            raise
        else:
            return server


async def _close_quietly(server: Server) -> None:
    try:
        await server.aclose()
    except StoreError:
        log.debug("closing a connection that never stood")


async def _writable(server: Server) -> None:
    info = await _info(server, "replication")
    if info.get("role") in {"slave", "replica"}:
        msg = "The store is a replica: REDIS_URL must name the primary (or use REDIS_MODE=sentinel)."
        raise StoreReadOnly(msg, "store-replica")


async def _info(server: Server, section: str) -> dict[str, Any]:
    """INFO of one section. A cluster answers for one of its nodes, which stands for all."""
    found: dict[str, Any] = await server.do("INFO", section)
    nodes = [part for part in found.values() if isinstance(part, dict) and "role" in part]
    return nodes[0] if nodes else found


async def can_wait_for_disk(server: Server) -> bool:
    """Whether the server has an append-only file and WAITAOF (Redis and Valkey 7.2)."""
    version = str((await _info(server, "server")).get("redis_version", "0"))
    major, minor = [int(part) if part.isdigit() else 0 for part in [*version.split("."), "0"]][:2]
    return (major, minor) >= (7, 2) and bool(int((await _info(server, "persistence")).get("aof_enabled", 0)))


async def warnings_of(server: Server) -> list[str]:
    """What is unsafe about an external server: sentences for the log, empty if all is well."""
    found: list[str] = []
    persistence, memory = await _info(server, "persistence"), await _info(server, "memory")
    if not int(persistence.get("aof_enabled", 0)):
        found.append(
            "The store keeps no append-only file: a crash of it can lose turns, and a turn lost between two steps may "
            "be paid twice. Set `appendonly yes` (and `appendfsync always` if you can)."
        )
    if str(persistence.get("aof_last_write_status", "ok")) != "ok":
        found.append("The store could not write its append-only file lately: look at its disk.")
    policy = str(memory.get("maxmemory_policy", "noeviction"))
    if policy != "noeviction":
        found.append(
            f"The store may throw away our records when it is full ({policy}). Set `maxmemory-policy noeviction`."
        )
    return found
