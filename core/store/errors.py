"""What a store can refuse, as our own classes: nothing of redis leaks upward.

StoreError
├── StoreUnavailable   the embedded store cannot start here; the sentence says what to do
├── StoreDown          no answer: not there, not there yet, cut off, loading
├── StoreFull          out of memory or disk: nothing of this write was stored
├── StoreReadOnly      a replica or a read-only user: the wrong server
├── StoreRefused       wrong password, no permission, not the mode that was said
└── Unreadable         a record of a newer version, or damaged: left as it is
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import exceptions as wire

from core.errors import OperatorError


class StoreError(OperatorError):
    """The store could not do it. Neither text nor values carry a password."""

    def __init__(self, detail: str = "", key: str = "store-failed", /, **values: str | float) -> None:
        super().__init__(detail, key, **values)


class StoreUnavailable(StoreError):
    """The embedded store cannot run on this machine or in this folder."""


class StoreDown(StoreError):
    """The store does not answer (yet). What was asked may or may not have happened."""


class StoreFull(StoreError):
    """The store has no room. Nothing of the refused write was stored."""


class StoreReadOnly(StoreError):
    """The server takes no writes: a replica, or a user without the right to write."""


class StoreRefused(StoreError):
    """The server answered, but will not have us."""


class Unreadable(StoreError):
    """A stored record cannot be read by this version of the program. It stays untouched."""


def _by_words(error: wire.ResponseError) -> StoreError:
    """redis-py has classes for some codes and cuts them off; old servers wrap a script's refusal in other words."""
    text = str(error)
    if isinstance(error, wire.OutOfMemoryError) or "OOM " in text or "MISCONF" in text:
        return StoreFull("The store is full: it takes no further writes until there is room again.", "store-full")
    if isinstance(error, wire.ReadOnlyError) or "READONLY" in text:
        return StoreReadOnly("The store is read-only: REDIS_URL names a replica, not the primary.", "store-replica")
    if isinstance(error, wire.NoPermissionError) or "NOPERM" in text or "NOAUTH" in text:
        return StoreRefused(
            "The store refused the command: REDIS_URL has a user without the right.", "store-not-permitted"
        )
    waits = isinstance(error, wire.ClusterDownError | wire.TryAgainError)
    if waits or any(word in text for word in ("CLUSTERDOWN", "MASTERDOWN", "LOADING", "NOREPLICAS", "UNBLOCKED")):
        return StoreDown("The store is there but not ready.", "store-not-ready")
    return StoreError(f"The store refused a command: {text[:200]}")


def translate(error: Exception) -> StoreError:
    """The class of ours for an exception of redis-py or of the socket."""
    match error:
        case wire.AuthenticationError() | wire.AuthorizationError():
            return StoreRefused("The store refused the login: check user and password in REDIS_URL.", "store-login")
        case wire.ConnectionError(__cause__=wire.AuthenticationError() | wire.ResponseError() as cause):
            return translate(cause)  # what the server said while the connection was made
        case wire.ConnectionError() | wire.TimeoutError() | OSError() | TimeoutError():
            return StoreDown("The store does not answer.", "store-silent")
        case wire.ResponseError():
            return _by_words(error)
        case wire.RedisClusterException():
            return StoreDown("No node of the cluster answers, or the server is no cluster.", "store-no-cluster")
    return StoreError(f"The store failed: {type(error).__name__}.")


@contextmanager
def typed() -> Iterator[None]:
    """Turn what redis-py raises inside into a StoreError."""
    try:
        yield
    except (wire.RedisError, wire.RedisClusterException, OSError, TimeoutError) as error:
        raise translate(error) from error
