"""The guard, proved with a canary: a server on this machine that must not hear from us unless it is allowed by name."""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from mercato.errors import DocumentSkipped, MercatoError, SourceUnusable
from mercato.sources.fetch import ask, fetch
from mercato.sources.worker import ParserWorker

Answer = Callable[[bytes, socket.socket], None]
LIMIT = 100_000
ALLOWED = frozenset(("127.0.0.1",))


class Canary:
    """A server that counts who connects, and answers as it is told."""

    def __init__(self, family: socket.AddressFamily = socket.AF_INET, host: str = "127.0.0.1") -> None:
        self.connections = 0
        self.answer: Answer = lambda _, connection: connection.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\ncaught"
        )
        self._listener = socket.create_server((host, 0), family=family)
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._speak, args=(connection,), daemon=True).start()

    def _speak(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            self.answer(connection.recv(65_536), connection)

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def canary() -> Iterator[Canary]:
    made = Canary()
    yield made
    made.close()


INSIDE = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "127.255.255.254", "0.0.0.0", "0", "localhost", "LOCALHOST", "localhost.", "a.localhost", "ip6-localhost",
    "[::1]", "[0:0:0:0:0:0:0:1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::80ff:fffe]", "[fe80::1]",
    "[fc00::1]", "[fec0::1]", "[ff02::1]", "10.0.0.1", "172.31.255.1", "192.168.0.1", "192.0.0.192", "198.18.0.1",
    "100.100.100.200", "169.254.169.254", "[fd00:ec2::254]", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "①②⑦.⓪.⓪.①", "127。0。0。1",
]  # fmt: skip


@pytest.mark.parametrize("host", INSIDE)
def test_no_form_of_an_address_inside_is_dialled(host: str, canary: Canary) -> None:
    with pytest.raises(SourceUnusable):
        ask(f"http://{host}:{canary.port}/", LIMIT)
    assert canary.connections == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://desk.example@127.0.0.1:{port}/", "http://127.0.0.1:{port}@desk.example/", "http://a:b@127.0.0.1:{port}/",
        "http://127.0.0.1:{port}\\@desk.example/", "http://desk.example#@127.0.0.1:{port}/", "http:127.0.0.1:{port}/",
        "http:///127.0.0.1:{port}/", "HTTP://127.0.0.1:{port}", "ftp://127.0.0.1:{port}/", "http://127.0.0.1%00:{port}/",
        " http://127.0.0.1:{port}/", "http://[::1%25lo]:{port}/", "http://127.0.0.1%2f:{port}/",
    ],
)  # fmt: skip
def test_no_trick_of_writing_an_address_reaches_inside(
    address: str, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def no_outside(host: str, *rest: object, **named: object) -> object:
        if "example" in str(host):
            raise socket.gaierror(-2, "Name or service not known")
        return resolve(host, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", no_outside)
    with pytest.raises(MercatoError):
        ask(address.format(port=canary.port), LIMIT)
    assert canary.connections == 0


def named(monkeypatch: pytest.MonkeyPatch, *looks: tuple[str, ...]) -> list[str]:
    """Have desk.example resolve to these addresses, look by look; the names asked for are given back."""
    asked: list[str] = []
    remaining = list(looks)

    def resolve(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        asked.append(host)
        addresses = remaining.pop(0) if len(remaining) > 1 else remaining[0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("93.184.216.34", "127.0.0.1"), ("127.0.0.1", "93.184.216.34"), ("::ffff:127.0.0.1",)]
)
def test_a_name_that_leads_inside_even_in_part_is_refused(
    addresses: tuple[str, ...], canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, addresses)
    with pytest.raises(SourceUnusable, match="not on the open internet"):
        ask(f"http://desk.example:{canary.port}/", LIMIT)
    assert canary.connections == 0


def test_a_redirect_inside_is_refused(canary: Canary) -> None:
    door = Canary()
    target = f"http://localhost:{canary.port}/"
    door.answer = lambda _, connection: connection.sendall(
        f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    with pytest.raises(SourceUnusable, match="localhost"):
        ask(f"http://127.0.0.1:{door.port}/", LIMIT, allowed=ALLOWED)
    assert (door.connections, canary.connections) == (1, 0)
    door.close()


def test_a_name_that_leads_elsewhere_at_the_second_look_is_refused(
    canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first answer redirects to the same name, which by then leads inside."""
    door = Canary()
    door.answer = lambda _, connection: connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n"
    )
    dialled: list[str] = []
    connect = socket.create_connection

    def outside_is_the_door(address: tuple[str, int], *rest: object, **named: object) -> socket.socket:
        dialled.append(address[0])
        return connect(("127.0.0.1", door.port) if address[0] == "93.184.216.34" else address, 5)

    monkeypatch.setattr(socket, "create_connection", outside_is_the_door)
    named(monkeypatch, ("93.184.216.34",), ("127.0.0.1",))
    with pytest.raises(SourceUnusable, match="not on the open internet"):
        ask(f"http://desk.example:{canary.port}/", LIMIT)
    assert dialled == ["93.184.216.34"]
    assert canary.connections == 0
    door.close()


def test_proxy_variables_are_not_followed(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{canary.port}")
    monkeypatch.setenv("NO_PROXY", "")
    server = Canary()
    answer = ask(f"http://127.0.0.1:{server.port}/", LIMIT, allowed=ALLOWED)
    assert answer.data == b"caught"
    assert (server.connections, canary.connections) == (1, 0)
    server.close()


def test_what_is_allowed_by_name_is_reached_and_nothing_else(canary: Canary) -> None:
    assert ask(f"http://127.0.0.1:{canary.port}/", LIMIT, allowed=ALLOWED).data == b"caught"
    with pytest.raises(SourceUnusable):
        ask(f"http://localhost:{canary.port}/", LIMIT, allowed=ALLOWED)
    assert canary.connections == 1


def head(*lines: str) -> bytes:
    return "\r\n".join(("HTTP/1.1 200 OK", "Content-Type: text/html", *lines, "", "")).encode()


def sends(*parts: bytes, pause: float = 0.0) -> Answer:
    def answer(_: bytes, connection: socket.socket) -> None:
        for part in parts:
            connection.sendall(part)
            time.sleep(pause)

    return answer


def drips(first: bytes, drop: bytes) -> Answer:
    def answer(_: bytes, connection: socket.socket) -> None:
        connection.sendall(first)
        for _ in range(200):
            time.sleep(0.1)
            connection.sendall(drop)

    return answer


def bomb(wbits: int) -> bytes:
    squeeze = zlib.compressobj(9, zlib.DEFLATED, wbits)
    million = bytes(1_000_000)
    return b"".join(squeeze.compress(million) for _ in range(60)) + squeeze.flush()


GZIPPED_TWICE = gzip.compress(gzip.compress(bytes(20_000_000)))


@pytest.mark.parametrize(
    "answer",
    [
        sends(head("Content-Encoding: gzip"), bomb(31)),
        sends(head("Content-Encoding: deflate"), bomb(15)),
        sends(head("Content-Encoding: br"), b"\x5b\xff\xff\x01\x40\x02\x06\x06\x06\x06" * 100),
        sends(head("Content-Encoding: gzip, gzip"), GZIPPED_TWICE),
        sends(head("Content-Encoding: gzip"), b"no gzip"),
        sends(head(), *[b"x" * 65_536] * 400),
        sends(head("Content-Length: 99999999999"), *[b"x" * 65_536] * 400),
        sends(head("Transfer-Encoding: chunked"), *[b"10000\r\n" + b"x" * 65_536 + b"\r\n"] * 400),
        sends(head("Transfer-Encoding: chunked"), b"zzz\r\n"),
        sends(b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: %s\r\n" % (i, b"y" * 900) for i in range(2_000))),
        sends(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 5_000_000),
        sends(b"SSH-2.0-OpenSSH\r\n"),
        sends(head("Content-Length: 100"), b"short"),
        sends(),
    ],
)  # fmt: skip
def test_no_answer_costs_more_than_its_limit(answer: Answer, canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    monkeypatch.setenv("MERCATO_TIMEOUT", "5")
    canary.answer = answer
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begun = time.monotonic()
    with pytest.raises((SourceUnusable, DocumentSkipped)):
        fetch(f"http://127.0.0.1:{canary.port}/", LIMIT, allowed=ALLOWED)
    assert time.monotonic() - begun < 8
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


@pytest.mark.parametrize(
    "answer",
    [
        drips(head(), b"x"), drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), drips(b"", b"H"),
        drips(head("Content-Length: 9"), b""),
    ],
)  # fmt: skip
def test_a_slow_answer_is_given_up_in_time(answer: Answer, canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_TIMEOUT", "1")
    canary.answer = answer
    begun = time.monotonic()
    with pytest.raises(SourceUnusable, match="took longer"):
        fetch(f"http://127.0.0.1:{canary.port}/", LIMIT, allowed=ALLOWED)
    assert time.monotonic() - begun < 3


def test_a_chain_of_slow_redirects_has_one_deadline(canary: Canary, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_TIMEOUT", "1")

    def answer(_: bytes, connection: socket.socket) -> None:
        time.sleep(0.7)
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")

    canary.answer = answer
    begun = time.monotonic()
    with pytest.raises(SourceUnusable, match="took longer"):
        fetch(f"http://127.0.0.1:{canary.port}/", LIMIT, allowed=ALLOWED)
    assert time.monotonic() - begun < 3


def test_no_cookie_comes_back(canary: Canary) -> None:
    from mercato.sources.fetch import make_client

    seen: list[bytes] = []

    def answer(request: bytes, connection: socket.socket) -> None:
        seen.append(request)
        connection.sendall(head("Set-Cookie: id=1; Path=/", "Content-Length: 1") + b"x")

    canary.answer = answer
    with make_client(ALLOWED) as client:
        for _ in range(2):
            ask(f"http://127.0.0.1:{canary.port}/", LIMIT, client=client, allowed=ALLOWED)
    assert len(seen) == 2
    assert not any(b"cookie" in request.lower() for request in seen)


def sleep_long(name: str) -> str:
    time.sleep(60)
    return name


def take_much(name: str) -> int:
    return len(bytearray(3_000_000_000)) + len(name)


def die(name: str) -> str:
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)
    return name


def echo(name: str) -> str:
    return name


def fail(name: str) -> str:
    raise AttributeError(name)


def test_a_parser_that_fails_costs_its_document() -> None:
    with ParserWorker() as worker, pytest.raises(DocumentSkipped, match="gave up with AttributeError"):
        worker.run("a", fail, "a")


@pytest.mark.parametrize("hostile", [sleep_long, take_much, die])
def test_the_parser_is_killed_and_the_next_document_is_read(hostile: Callable[[str], object]) -> None:
    with ParserWorker(seconds=3) as worker:
        assert worker.run("a", echo, "a") == "a"
        begun = time.monotonic()
        with pytest.raises(DocumentSkipped, match="took the parser too long or too much memory"):
            worker.run("b", hostile, "b")
        assert time.monotonic() - begun < 15
        assert worker.run("c", echo, "c") == "c"
