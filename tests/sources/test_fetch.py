"""Addresses: what is fetched, what is refused before a connection is opened, and what a server may not do to us."""

from __future__ import annotations

import gzip
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from mercato.errors import DocumentSkipped, SourceUnusable
from mercato.model import Document
from mercato.sources import open_source
from mercato.sources.dial import checked_addresses
from mercato.sources.fetch import fetch, make_client
from mercato.sources.skips import Reason

PAGE = (Path(__file__).parent / "pages" / "article_en.html").read_bytes()
ADDRESS = "https://desk.example/perin"
Answer = Callable[[httpx2.Request], httpx2.Response]


def client(answer: Answer) -> httpx2.Client:
    return httpx2.Client(transport=httpx2.MockTransport(answer))


def sent(body: bytes, content_type: str = "text/html", status: int = 200, **headers: str) -> Answer:
    def answer(request: httpx2.Request) -> httpx2.Response:
        named = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx2.Response(status, headers=named, stream=httpx2.ByteStream(body))

    return answer


def test_a_page_becomes_a_document() -> None:
    (document,) = open_source(ADDRESS, client=client(sent(PAGE, "text/html; charset=utf-8")))
    assert isinstance(document, Document)
    assert document.key == document.address == "https://desk.example/2025/06/perin-milan"
    assert document.fetched is not None
    assert document.title == "Milan line up Perin in case Maignan goes"


def test_a_plain_text_keeps_its_address_and_the_servers_encoding() -> None:
    text = "Il Milan pensa a Mattia Perin, però la società non ha deciso."
    answer = sent(text.encode("latin-1"), "text/plain; charset=iso-8859-1")
    (document,) = open_source(f"{ADDRESS}#top", client=client(answer))
    assert isinstance(document, Document)
    assert (document.text, document.key, document.address) == (text, ADDRESS, ADDRESS)


def test_json_lines_at_an_address() -> None:
    answer = sent(b'{"id": 1, "text": "one"}\n{"id"', "application/x-ndjson")
    first, second = open_source(ADDRESS, client=client(answer))
    assert isinstance(first, Document)
    assert isinstance(second, DocumentSkipped)
    assert second.input_name == f"{ADDRESS}:2"


@pytest.mark.parametrize(
    ("named", "kept"),
    [
        ("https://www.desk.example/2025/perin", "https://www.desk.example/2025/perin"),
        ("https://other.example/2025/perin", ADDRESS),
    ],
)
def test_a_page_may_name_its_own_address_but_nobody_elses(named: str, kept: str) -> None:
    page = f'<html><head><link rel="canonical" href="{named}"></head><body><p>Milan want Mattia Perin, we hear.</p>'
    (document,) = open_source(ADDRESS, client=client(sent(page.encode())))
    assert isinstance(document, Document)
    assert (document.key, document.address) == (kept, kept)
    assert document.outlet == "desk.example"


def test_we_say_who_we_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_USER_AGENT", "desk-reader (ada@desk.example)")
    seen: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        seen.append(request)
        return sent(PAGE)(request)

    fetch(ADDRESS, 100_000, client=client(answer))
    assert seen[0].headers["user-agent"] == "desk-reader (ada@desk.example)"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (sent(b"gone", status=404), Reason.REFUSED_ANSWER),
        (sent(b"broken", status=503), Reason.REFUSED_ANSWER),
        (sent(b"%PDF-1.7", "application/pdf"), Reason.BINARY),
        (sent(b"%PDF-1.7 sent as a page"), Reason.BINARY),
        (sent(b"x" * 20_000), Reason.TOO_LARGE),
        (sent(gzip.compress(b"x" * 5_000_000), content_encoding="gzip"), Reason.TOO_LARGE),
        (sent(b"not gzip", content_encoding="gzip"), Reason.REFUSED_ANSWER),
        (sent(b"x", content_encoding="br"), Reason.REFUSED_ANSWER),
        (sent(b"", status=302, location="/again"), Reason.REFUSED_ANSWER),
        (sent(b""), Reason.EMPTY),
    ],
)
def test_an_answer_that_is_no_page_is_a_skip(answer: Answer, reason: Reason, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_MAX_BYTES", "10000")
    (skip,) = open_source(ADDRESS, client=client(answer))
    assert isinstance(skip, DocumentSkipped)
    assert skip.reason == reason
    assert "desk.example" in skip.input_name


def test_a_compressed_page_is_unpacked() -> None:
    page = fetch(ADDRESS, 100_000, client=client(sent(gzip.compress(PAGE), content_encoding="gzip")))
    assert page.data == PAGE


def test_a_redirect_is_followed_and_the_last_address_kept() -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/perin":
            return httpx2.Response(301, headers={"location": "//www.desk.example/final#part"})
        return sent(b"Milan want Perin.", "text/plain")(request)

    (document,) = open_source(ADDRESS, client=client(answer))
    assert isinstance(document, Document)
    assert document.address == "https://www.desk.example/final"


REFUSED = [
    "http://127.0.0.1/", "http://localhost:8000/", "http://sub.localhost/", "http://localhost./", "http://0.0.0.0/",
    "http://10.1.2.3/", "http://172.16.0.1/", "http://192.168.1.1/", "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/", "http://224.0.0.1/", "http://[::1]/", "http://[fe80::1]/", "http://[fd00::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/",
    "http://[fd00:ec2::254]/", "ftp://desk.example/", "file:///etc/passwd", "gopher://desk.example/", "https://",
    "https://ada:secret@desk.example/", "ftp://ada:secret@desk.example/",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_refused_addresses_are_never_asked(address: str) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        raise AssertionError("a connection was opened")

    with pytest.raises(SourceUnusable) as raised:
        list(open_source(address, client=client(answer)))
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("target", ["http://127.0.0.1/", "http://169.254.169.254/", "file:///etc/passwd"])
def test_a_redirect_to_a_refused_address_is_refused(target: str) -> None:
    asked: list[str] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(str(request.url))
        return httpx2.Response(302, headers={"location": target})

    with pytest.raises(SourceUnusable):
        list(open_source(ADDRESS, client=client(answer)))
    assert asked == [ADDRESS]


def resolving_to(*addresses: str) -> Callable[..., list[tuple[object, ...]]]:
    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

    return resolve


@pytest.mark.parametrize(
    "addresses", [("127.0.0.1",), ("10.0.0.8",), ("169.254.169.254",), ("93.184.216.34", "192.168.0.1"), ("::1",)]
)
def test_a_name_with_any_address_inside_is_refused_at_the_dial(
    addresses: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolving_to(*addresses))

    def connect(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(SourceUnusable, match="not on the open internet"):
        list(open_source("http://desk.example/"))


def test_what_was_checked_is_what_is_dialled(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([("93.184.216.34",), ("127.0.0.1",)])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: resolving_to(*next(answers))(*a, **k))
    dialled: list[str] = []

    def connect(address: tuple[str, int], *_: object, **__: object) -> None:
        dialled.append(address[0])
        raise ConnectionRefusedError(111, "refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(SourceUnusable, match="can't be reached"):
        list(open_source("http://desk.example/"))
    assert dialled == ["93.184.216.34"]


def test_a_name_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(SourceUnusable, match="no address is known"):
        list(open_source("https://desk.example/"))


def test_a_host_allowed_by_name_may_be_inside() -> None:
    assert "127.0.0.1" in checked_addresses("localhost", 80, frozenset(("localhost",)))
    with pytest.raises(SourceUnusable):
        checked_addresses("localhost", 80, frozenset())


@pytest.fixture
def dripping_server() -> Iterator[int]:
    """A server on this machine that sends its head at once and then one byte every tenth of a second."""
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 100000\r\n\r\n")
            while not ended.wait(0.1):
                try:
                    connection.sendall(b"x")
                except OSError:
                    return

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    ended.set()
    listener.close()
    thread.join(5)


def test_a_dripping_server_is_given_up(dripping_server: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_TIMEOUT", "1")
    allowed = frozenset(("127.0.0.1",))
    begun = time.monotonic()
    with pytest.raises(SourceUnusable, match="took longer than 1 seconds"):
        fetch(f"http://127.0.0.1:{dripping_server}/", 1_000_000, allowed=allowed)
    assert time.monotonic() - begun < 5


def test_our_client_uses_no_proxy_and_follows_nothing_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with make_client() as ours:
        assert not ours.follow_redirects
        assert not ours.trust_env
