"""ICE, the lite side: one UDP socket per address of the machine, shared by every connection of the node.

A browser proves by a STUN check, with the password only it was told, that an address is its own; only from addresses
so proven is anything else taken. It nominates the one we send to, and may change it when its network changes; until it
does we answer where it first proved to be, or its first DTLS flight would stay without an answer for a second.
Source: RFC 8445 sections 2.5, 7.3 and 12.1, RFC 8489; consent to send is the freshness of its checks (RFC 7675).
"""

import asyncio
import secrets
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from aioice import stun

Address = tuple[Any, ...]  # as the socket gives it: (host, port), with two more for IPv6
_BUFFER_BYTES = 4 * 1024 * 1024
_AT_ONCE = 64  # datagrams read before others get their turn
_MOST_ADDRESSES = 16  # of one connection
_HOST_PRIORITY = 126 << 24


class Taker(Protocol):
    """Whoever takes what comes from proven addresses."""

    def take_media(self, data: bytes) -> None:
        """Take an SRTP or SRTCP packet."""
        ...

    def take_dtls(self, data: bytes) -> None:
        """Take a DTLS record."""
        ...


class _Nobody:
    """Takes nothing."""

    def take_media(self, data: bytes) -> None:
        pass

    def take_dtls(self, data: bytes) -> None:
        pass


class Connection:
    """What we know of one browser's ICE. `send` goes nowhere until it proved an address."""

    __slots__ = ("_addresses", "_socket", "_to", "fragments", "heard_s", "password", "taker")

    def __init__(self, taker: Taker) -> None:
        self.taker = taker
        self.fragments: list[str] = []
        self.password = secrets.token_urlsafe(24).replace("-", "+").replace("_", "/")
        self.heard_s = time.monotonic()
        self._addresses: dict[tuple[Endpoint, Address], None] = {}
        self._socket: socket.socket | None = None
        self._to: Address = ("", 0)

    def send(self, data: bytes | memoryview) -> bool:
        """Send to where the browser is now; return whether the machine took it. A full or broken path drops it."""
        if self._socket is None:
            return False
        try:
            self._socket.sendto(data, self._to)
        except OSError:
            return False
        return True

    def prove(self, endpoint: "Endpoint", address: Address) -> None:
        """Note that `address` is the browser's own; the first one is where we send to, until it says otherwise."""
        if self._socket is None:
            self.nominate(endpoint, address)
        key = (endpoint, address)
        if key not in self._addresses:
            self._addresses[key] = None
            endpoint.proven[address] = self
            if len(self._addresses) > _MOST_ADDRESSES:
                oldest = next(it for it in self._addresses if it != (endpoint, self._to))
                self._forget(*oldest)

    def nominate(self, endpoint: "Endpoint", address: Address) -> None:
        """Send there from now on."""
        self._socket, self._to = endpoint.socket, address

    def close(self) -> None:
        """Forget every address and whoever took what came: nothing is taken or sent any more."""
        self._socket = None
        for endpoint, address in list(self._addresses):
            self._forget(endpoint, address)
        self.taker = _Nobody()

    def _forget(self, endpoint: "Endpoint", address: Address) -> None:
        self._addresses.pop((endpoint, address), None)
        if endpoint.proven.get(address) is self:
            del endpoint.proven[address]


@dataclass(eq=False)
class Endpoint:
    """One socket: where it is, what to tell browsers it is, and whose the addresses are that it hears from."""

    socket: socket.socket
    announced: str
    port: int
    proven: dict[Address, Connection]


class Network:
    """The sockets of a node and the connections on them."""

    def __init__(self) -> None:
        self.endpoints: list[Endpoint] = []
        self._by_fragment: dict[str, Connection] = {}
        self._loop = asyncio.get_running_loop()
        self.refused = 0

    def open(self, addresses: Iterable[tuple[str, str]], ports: Iterable[int]) -> None:
        """Listen on each (address, as announced), all on the first port of `ports` that is free. 0: any port.

        Raises: OSError: none was.
        """
        wanted = list(addresses)
        trouble: OSError = OSError("there is no address to listen on")
        for port in ports:
            opened: list[Endpoint] = []
            try:
                for address, announced in wanted:
                    opened.append(_listening(address, announced, port))
            except OSError as error:
                trouble = error
                for endpoint in opened:
                    endpoint.socket.close()
                continue
            self.endpoints = opened
            for endpoint in opened:
                self._loop.add_reader(endpoint.socket.fileno(), self._read, endpoint)
            return
        raise trouble

    def candidates(self) -> list[str]:
        """Return our addresses as SDP's candidates."""
        return [
            f"candidate:{place + 1} 1 udp {_HOST_PRIORITY | (65_535 - place) << 8 | 255}"
            f" {it.announced} {it.port} typ host"
            for place, it in enumerate(self.endpoints)
        ]

    def admit(self, connection: Connection) -> str:
        """Return a new user fragment under which the connection's checks are taken."""
        fragment = secrets.token_hex(8)
        connection.fragments.append(fragment)
        self._by_fragment[fragment] = connection
        for old in connection.fragments[:-2]:  # the one before a restart still serves while it is replaced
            self._by_fragment.pop(old, None)
        del connection.fragments[:-2]
        return fragment

    def dismiss(self, connection: Connection) -> None:
        """Take nothing more from the connection."""
        for fragment in connection.fragments:
            self._by_fragment.pop(fragment, None)
        connection.close()

    def close(self) -> None:
        """Close the sockets."""
        for endpoint in self.endpoints:
            self._loop.remove_reader(endpoint.socket.fileno())
            endpoint.socket.close()
        self.endpoints = []

    def _read(self, endpoint: Endpoint) -> None:
        receive, proven = endpoint.socket.recvfrom, endpoint.proven
        for _ in range(_AT_ONCE):
            try:
                data, address = receive(2048)
            except OSError:
                return
            first = data[0] if data else 255
            if 127 < first < 192:
                if (connection := proven.get(address)) is not None:
                    connection.taker.take_media(data)
            elif first < 4:
                self._check(data, address, endpoint)
            elif 19 < first < 64 and (connection := proven.get(address)) is not None:
                connection.taker.take_dtls(data)

    def _check(self, data: bytes, address: Address, endpoint: Endpoint) -> None:
        """Take a STUN request; answer it when it is genuine, and say nothing when it is not."""
        try:
            message = stun.parse_message(data)
            fragment = str(message.attributes.get("USERNAME", "")).partition(":")[0]
            connection = self._by_fragment.get(fragment)
            genuine = connection is not None and message.check_message_integrity(connection.password.encode())
        except (ValueError, KeyError, UnicodeError):
            genuine = False
        if not genuine or message.message_class != stun.Class.REQUEST or connection is None:
            self.refused += 1
            return
        connection.heard_s = time.monotonic()
        connection.prove(endpoint, address)
        answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, message.transaction_id)
        answer.attributes["XOR-MAPPED-ADDRESS"] = address[:2]
        answer.add_message_integrity(connection.password.encode())
        try:
            endpoint.socket.sendto(bytes(answer), address)
        except OSError:
            return
        if "USE-CANDIDATE" in message.attributes:
            connection.nominate(endpoint, address)


def _listening(address: str, announced: str, port: int) -> Endpoint:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    try:
        opened.setblocking(False)
        for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
            opened.setsockopt(socket.SOL_SOCKET, option, _BUFFER_BYTES)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind((address, port))
    except OSError:
        opened.close()
        raise
    return Endpoint(opened, announced, opened.getsockname()[1], {})
