"""The guard at the dial: a name is resolved once, every address it has is checked, and one of those is dialled."""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable
from ssl import SSLContext
from typing import Any

import httpcore2
import httpx2

from mercato.errors import SourceUnusable

_IP = ipaddress.IPv4Address | ipaddress.IPv6Address
# Addresses of IPv4 behind a translator: the last 32 bits say where it leads (RFC 6052).
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_ADVICE = "Only pages on the open internet are fetched; save this one and read the file."


def is_open_internet(address: _IP) -> bool:
    """Whether an address may be dialled: not this machine, a private or link-local network, or cloud metadata."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(one is not None and not is_open_internet(one) for one in inner):
            return False
        if address.ipv4_mapped is not None:
            return True
    return address.is_global and not address.is_multicast and not address.is_reserved


def refuse_literal(host: str, allowed: frozenset[str]) -> None:
    """Refuse a host that is itself an address outside the open internet, or this machine's name."""
    if host in allowed:
        return
    try:
        address = ipaddress.ip_address(host.strip("[]").split("%")[0])
    except ValueError:
        name = host.rstrip(".").lower()
        if name == "localhost" or name.endswith(".localhost"):
            raise _refused(host, "this machine") from None
        return
    if not is_open_internet(address):
        raise _refused(host, str(address))


def checked_addresses(host: str, port: int, allowed: frozenset[str]) -> list[str]:
    """The addresses of a host, in the resolver's order; SourceUnusable where one of them must not be dialled."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnusable(f"{host}: no address is known for this name ({error}). Check the spelling.") from error
    addresses = list(dict.fromkeys(str(info[4][0]) for info in found))
    if host not in allowed:
        for address in addresses:
            if not is_open_internet(ipaddress.ip_address(address.split("%")[0])):
                raise _refused(host, address)
    return addresses


def _refused(host: str, address: str) -> SourceUnusable:
    return SourceUnusable(f"{host}: leads to {address}, which is not on the open internet. {_ADVICE}")


class TimedStream(httpcore2.NetworkStream):
    """A connection with one deadline for everything, so that a server can't keep it open by dripping."""

    def __init__(self, stream: httpcore2.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore2.ReadTimeout("the time for this address is used up")
        return left if timeout is None else min(timeout, left)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read, as long as time is left."""
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write, as long as time is left."""
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        """Close the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        """Encrypt; the certificate is checked against the host's name, not against the address dialled."""
        return TimedStream(self._stream.start_tls(ssl_context, server_hostname, self._left(timeout)), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """What the connection knows of itself."""
        return self._stream.get_extra_info(info)


class GuardedBackend(httpcore2.SyncBackend):
    """Dials checked addresses only; what was checked is what is dialled, whatever the name resolves to next."""

    def __init__(self, allowed: frozenset[str], seconds: float) -> None:
        self._allowed = allowed
        self._seconds = seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the host's addresses that answers."""
        deadline = time.monotonic() + self._seconds
        failure: Exception | None = None
        for address in checked_addresses(host, port, self._allowed):
            left = max(0.01, deadline - time.monotonic())
            try:
                stream = super().connect_tcp(address, port, min(timeout or left, left), local_address, socket_options)
                return TimedStream(stream, deadline)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")


class GuardedTransport(httpx2.HTTPTransport):
    """The usual transport with the guarded dial in place of its own."""

    def __init__(self, allowed: frozenset[str], seconds: float, connections: int = 4) -> None:
        super().__init__(trust_env=False)
        self._pool.close()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=httpx2.create_ssl_context(trust_env=False),
            max_connections=connections,
            # A connection has one deadline and one look-up behind it: it serves one request.
            max_keepalive_connections=0,
            network_backend=GuardedBackend(allowed, seconds),
        )
