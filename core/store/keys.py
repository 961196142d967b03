"""Every key, its type, content and life. The braces put all of them into one slot, so Cluster keeps scripts whole.

due:<platform>     ZSET    queue -> ms        ready (<= now), held (end of the lease) or asleep (wake time): queue,
                                              lease and timer in one score; while work is left
own                HASH    queue -> fence:replica   the present holder; while held
fence              STRING  number             only grows, at least the server's clock: survives a lagging failover
trouble            STRING  ms                 when a program last began, or left a lease to run out; for ever
claimed:<replica>  HASH    call, got          the last claim, so that a lost reply is given again; 1 h
q:<queue>          LIST    turn ids           first in, first out; the head is under way and popped at its end
t:<turn>           HASH    the record         turn_ttl_s after the end; no limit before
jobs               ZSET    turn -> ms         every turn by the time it came; trimmed
seen:<platform>:<id>  STRING  turn            an event of a platform; seen_ttl_s
cancels            SET     turn ids           running turns that someone asked to stop; until they end
events             STREAM  turn queue step stage   every change of stage; about 10,000
session:<channel>  STRING  JSON               project_ttl_s after the end of the channel's last turn; no limit while one
                                              waits or runs: it holds the draft and the open render of that turn
projects:<channel> LIST    JSON               sessions that were put aside, newest first; 50; lives as the session
choice:<scope>     HASH    name -> value      what a person or a channel chose; project_ttl_s after its last use
token              HASH    client, token      the anonymous token (7 days by itself) and the id it was given to, which
                                              must outlive it: for ever
lock:<name>        STRING  nonce              a lock between replicas; seconds
note:<name>        STRING  value              as its writer says
took:<kind>        LIST    seconds            the last durations of that kind of work, newest first; 50 to 100
rate:<bot>         STRING  ms                 until when the bot has sent all it may; rate:<bot>:first while a result
                                              waits; rate:<bot>:last:<chat>, rate:<bot>:sent:<chat>; seconds
wake:<platform>, cancel    pub/sub            hints; nothing breaks when one is lost

A queue is a channel's key, or "<lane>|<key>" for what is done beside it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """Names of keys under one prefix."""

    prefix: str

    def __call__(self, *parts: str) -> str:
        """Return the key of these parts."""
        return ":".join(("{" + self.prefix + "}", *parts))


def projects_of(keys: Keys, channel_key: str) -> list[str]:
    """The keys of a channel's own queue, session and projects: what scripts ask for that begin or end a turn."""
    return [keys("q", channel_key), keys("session", channel_key), keys("projects", channel_key)]


def queue_of(channel_key: str, lane: str = "") -> str:
    """The name of a channel's queue. A lane is letters only."""
    if not lane:
        return channel_key
    if not lane.isalpha():
        msg = f"a lane is letters only, not {lane!r}"
        raise ValueError(msg)
    return f"{lane}|{channel_key}"


def split_queue(queue: str) -> tuple[str, str]:
    """Channel key and lane of a queue. A lane holds no colon, and every channel key has one before any bar."""
    head, bar, tail = queue.partition("|")
    return (tail, head) if bar and ":" not in head else (queue, "")


def platform_of(queue: str) -> str:
    """The platform a queue belongs to."""
    return split_queue(queue)[0].partition(":")[0]
