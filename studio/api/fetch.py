"""Upload by URL without being sent where the caller may not go himself (docs/nemovideo-api.md §12.22).

Each host is resolved by us, every address of it is judged, and the connection goes to the very address that was
judged; redirects are followed by hand, so each of them is judged in the same way.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import unquote, urljoin, urlsplit

import httpcore
import httpx

from studio.api.errors import BadRequest, TooLarge

HOPS = 5
SCHEMES = ("http", "https")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


class Unreachable(BadRequest):
    """The address cannot be fetched."""


def is_public(address: str) -> bool:
    """Whether an IP address lies in the open Internet; what hides an IPv4 address in an IPv6 one is looked through."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo or (None, None))[1]
        if ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast


async def judged(host: str, port: int, allowed: Iterable[str]) -> str:
    """Return an address of the host that may be connected to. Raises Unreachable if any address of it is not public."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable("the host does not resolve") from None
    addresses = [str(entry[4][0]) for entry in found]
    if host.lower() not in allowed and not all(is_public(address) for address in addresses):
        raise Unreachable("the host is not on the public Internet")
    return addresses[0]


class _Guard(httpcore.AsyncNetworkBackend):
    """Opens connections to judged addresses only."""

    def __init__(self, allowed: Iterable[str]) -> None:
        self._allowed = tuple(allowed)
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address = await judged(host, port, self._allowed)
        return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


def name_of(url: str, content_type: str = "") -> str:
    """What the file at an address is called."""
    last = unquote(urlsplit(url).path.rpartition("/")[2]) or "file"
    if "." not in last and content_type.startswith(("audio/mpeg", "video/mp4")):
        return f"{last}.{'mp3' if 'mpeg' in content_type else 'mp4'}"
    return last


class Download:
    """A file that is being fetched."""

    def __init__(self, url: str, response: httpcore.Response) -> None:
        kind = _lowered(response).get(b"content-type", b"").decode("latin-1")
        self.name = name_of(url, kind)
        self._response = response

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the bytes as they come."""
        async for chunk in self._response.aiter_stream():
            yield chunk


class Fetcher:
    """Fetches files from the open Internet, and from `allowed` hosts."""

    def __init__(self, allowed: Iterable[str], most_bytes: int, total_s: float) -> None:
        self._allowed = tuple(allowed)
        self._most_bytes = most_bytes
        self._total_s = total_s

    @asynccontextmanager
    async def get(self, url: str) -> AsyncIterator[Download]:
        """Open the file at `url`; the whole block has `total_s` seconds.

        Raises:
            Unreachable: A scheme, host, status or redirect that is not for us; or too slow.
            TooLarge: The server names a length beyond the cap.
        """
        try:
            async with asyncio.timeout(self._total_s), self._pool() as pool:
                for _ in range(HOPS + 1):
                    async with pool.stream("GET", _checked(url), headers=_HEADERS, extensions=_TIMES) as response:
                        headers = _lowered(response)
                        if response.status in (301, 302, 303, 307, 308):
                            url = urljoin(url, headers.get(b"location", b"").decode("latin-1"))
                            continue
                        self._check(response.status, headers)
                        yield Download(url, response)
                        return
        except (TimeoutError, httpcore.TimeoutException):
            raise Unreachable("the address took too long") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.UnsupportedProtocol, ssl.SSLError):
            raise Unreachable from None
        raise Unreachable("too many redirects")

    def _pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(network_backend=_Guard(self._allowed), max_connections=1)

    def _check(self, status: int, headers: dict[bytes, bytes]) -> None:
        if status != 200:
            raise Unreachable(f"the address answers {status}")
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > self._most_bytes:
            raise TooLarge(f"the file at the address is larger than {self._most_bytes} bytes")


_HEADERS: dict[bytes | str, bytes | str] = {
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "User-Agent": "from-music-studio",
}
_TIMES = {"timeout": {"connect": 10.0, "read": 30.0, "write": 10.0, "pool": 10.0}}


def _lowered(response: httpcore.Response) -> dict[bytes, bytes]:
    return {name.lower(): value for name, value in response.headers}


def _checked(url: str) -> str:
    """Return the address in ASCII. Raises Unreachable for one that we do not fetch."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, ValueError, TypeError, UnicodeError):
        raise Unreachable("not an address") from None
    if found.scheme not in SCHEMES or not found.host:
        raise Unreachable("only http and https addresses are fetched")
    if found.port is not None and not 0 < found.port < 65_536:
        raise Unreachable("not an address")
    if found.userinfo:
        raise Unreachable("addresses with a name or password are not fetched")
    return str(found.copy_with(fragment=None))
