"""The pages: each shows what it should, hostile texts do nothing, and nothing leads a browser away."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from mercato.interfaces.web import show, stories
from mercato.interfaces.web.visit import last_visit
from mercato.ledger import Ledger
from tests.interfaces.conftest import HOSTILE_CLUB, HOSTILE_OUTLET, TOKEN, hostile_document, make_app
from tests.rumours.made import move, say

_ELEMENTS = {"iframe", "object", "embed", "style", "base", "img", "foreignobject", "use"}
BEARER = {"Authorization": f"Bearer {TOKEN}"}
_OWN_SCRIPTS = ["/static/app.js"]


class Page(HTMLParser):
    """What a browser would make of a page: elements, addresses, attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        if tag == "script":
            self.scripts.append(dict(attrs).get("src") or "inline")
        for name, value in attrs:
            if name in ("href", "src", "action"):
                self.addresses.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(name)


def page(client: TestClient, path: str, status: int = 200) -> str:
    response = client.get(path)
    assert response.status_code == status, response.text
    assert response.headers["content-type"].startswith("text/html")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    return response.text


@pytest.fixture(scope="module")
def rumour_id(client: TestClient) -> str:
    found = client.get("/api/v1/rumours?person=Perin&limit=50").json()["data"]
    return str(max(found, key=lambda rumour: len(rumour["reports"]))["id"])


@pytest.fixture(scope="module")
def hostile_paths(client: TestClient) -> list[str]:
    document, _ = hostile_document()
    rumour = client.get("/api/v1/rumours", params={"person": "Hand"}).json()["data"][0]
    return [
        "/?person=Hand",
        f"/rumour/{rumour['id']}",
        f"/club/{quote(HOSTILE_CLUB, safe='')}",
        "/person/Hand",
        f"/source/{quote(HOSTILE_OUTLET, safe='')}",
        f"/document/{document.id}",
        "/search?q=script",
        "/search?q=" + quote("<script>alert(1)</script>\u202e"),
        "/?club=" + quote('"><script>alert(1)</script>'),
        "/?as_of=2026-02-01&person=" + quote("'\"><img src=x>"),
    ]


def test_from_card_to_words_in_two_steps(client: TestClient, rumour_id: str) -> None:
    assert f'href="/rumour/{rumour_id}' in page(client, "/?person=Perin")
    told = page(client, f"/rumour/{rumour_id}")
    assert re.search(r'<mark title="[^"]*person[^"]*">[^<]*Perin</mark>', told)


def test_every_page_links_to_pages_that_are_there(client: TestClient, rumour_id: str) -> None:
    seen: set[str] = set()
    for path in ("/", f"/rumour/{rumour_id}", "/club/Juventus?over=true", "/search?q=mi"):
        seen.update(a for a in Page(page(client, path)).addresses if a.startswith("/") and not a.startswith("/static"))
    assert len(seen) > 40
    for path in sorted(seen):
        assert client.get(path).status_code == 200, path


def visited(client: TestClient, cookie: str | None, path: str = "/") -> tuple[int, str, str]:
    """How many cards are marked as new, the page, and the cookie that comes back."""
    client.cookies.clear()
    response = client.get(path, headers={"Cookie": f"mercato-visit={cookie}"} if cookie else {})
    client.cookies.clear()
    return response.text.count('<span class="new">'), response.text, response.headers.get("set-cookie", "")


def test_what_is_new_since_the_last_visit_is_marked_without_a_script(client: TestClient) -> None:
    now = int(time.time())
    count, html, cookie = visited(client, None)
    assert (count, "last visit" in html) == (0, False), "on a first visit nothing is new"
    assert re.match(r"mercato-visit=0\.\d+; HttpOnly; Max-Age=\d+; Path=/; SameSite=lax", cookie)
    count, html, cookie = visited(client, f"0.{now - 7200}")
    assert count == html.count('<li class="card') > 0, "all was read after that visit"
    assert cookie.startswith(f"mercato-visit={now - 7200}.")
    link = next(a for a in Page(html).addresses if a.startswith("/?since=") and "T" in a)
    assert page(client, link).count('<li class="card') > 0
    assert visited(client, f"{now}.{now}")[0] == 0, "and nothing after this one"
    assert visited(client, f"{now - 7200}.{now - 60}")[0] > 0, "the visit goes on: the marks stay"
    assert visited(client, f"{now - 7200}.{now - 60}", "/?as_of=2099-01-01")[::2] == (0, "")


@pytest.mark.parametrize(
    "cookie", ["x", "1", "-9.9e9", "99999999999999999.1", f"1.{2**70}", "1.99999999999", "..", "٣.٤"]
)
def test_a_cookie_that_is_none_is_a_first_visit(cookie: str) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    before, heard = last_visit(cookie, now)
    assert before is None or before < now
    assert heard == now


def test_the_chains_of_a_name(client: TestClient) -> None:
    html = page(client, "/chain/Mattia%20Perin")
    assert "Mattia Perin from Juventus to AC Milan" in html
    assert re.search(r'<a href="/rumour/\w+"><g class="box', html)
    assert 0 < html.count("?window=") < page(client, "/chain").count("?window=")
    assert "/chain/Mattia%20Perin?window=2025-summer" in html
    assert "No report makes one move depend on another" in page(client, "/chain/Mattia%20Perin?window=2019-summer")
    page(client, "/chain/Nobody%20Atall", 404)
    page(client, "/chain/Mattia%20Perin?window=soon", 400)


def test_a_day_without_it_can_be_left(client: TestClient, rumour_id: str) -> None:
    html = page(client, f"/rumour/{rumour_id}?as_of=2001-01-01", 404)
    assert f'<a href="/rumour/{rumour_id}">Back to today</a>' in html
    assert 'href="/sources?as_of=2001-01-01"' in html
    html = page(client, "/club/Juventus?over=true&as_of=2001-01-01", 404)
    assert '<a href="/club/Juventus?over=true">Back to today</a>' in html


@pytest.fixture(scope="module")
def long_client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One rumour of 90 reports, each with words of its own."""
    path = tmp_path_factory.mktemp("long") / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        for number in range(90):
            day, outlet = date(2024, 5, 1) + timedelta(days=number), f"Outlet {number % 30}"
            say(ledger, f"{day}", outlet, move("Ada Novello", "Arsenal"), text=f"Told for the {number}th time.")
    made = make_app(path)
    yield TestClient(made, raise_server_exceptions=False)
    made.state.desk.close()


def test_a_long_rumour_is_read_page_by_page(long_client: TestClient) -> None:
    (rumour,) = long_client.get("/api/v1/rumours").json()["data"]
    told: list[str] = []
    path: str | None = f"/rumour/{rumour['id']}"
    while path:
        html = page(long_client, path)
        told += re.findall(r'<article class="report[^"]*" id="d-(\w+)"', html)
        following = re.search(r'href="([^"]+)" rel="next"', html)
        path = following.group(1).replace("&amp;", "&").partition("#")[0] if following else None
    assert told == [report["document_id"] for report in rumour["reports"]]
    assert 'rel="prev">40 earlier' in html
    page(long_client, f"/rumour/{rumour['id']}?report=none", 404)


@pytest.mark.parametrize("path", ["/club/Juventus?over=true", "/person/Perin"])
def test_a_list_that_is_cut_leads_to_the_whole(client: TestClient, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    whole = page(client, path).count('<li class="card')
    monkeypatch.setattr(stories, "MOST_ROWS", 3)
    html = page(client, path)
    assert html.count('<li class="card') < whole
    link = next(a for a in Page(html).addresses if re.match(r"/\?(club|person)=", a))
    listed = page(client, link)
    assert listed.count('<li class="card') >= whole or 'rel="next"' in listed


def test_every_link_to_the_words_of_a_report_finds_them(long_client: TestClient) -> None:
    card = page(long_client, "/")
    (rumour,) = long_client.get("/api/v1/rumours").json()["data"]
    links = {link for link in Page(card).addresses if "#d-" in link}
    links |= {link for link in Page(page(long_client, f"/rumour/{rumour['id']}")).addresses if "/rumour/" in link}
    assert len(links) > 40
    for link in sorted(link for link in links if "#d-" in link)[::7]:
        path, _, place = link.partition("#")
        assert f'id="{place}"' in page(long_client, path)


def test_a_source_known_by_its_address_alone_has_its_page(own_client: TestClient) -> None:
    """Under the register's name where it knows the domain, else under the domain; a text with neither is nobody's."""
    sent = (
        ("Jon Doename", "Marca", "https://www.marca.com/a"),
        ("Giovanni Unlikename", "blog.example.org", "https://blog.example.org/b"),
        ("Ada Novello", "unknown", None),
    )
    for person, _, address in sent:
        text = f"Juventus are in talks to sign goalkeeper {person}."
        document = {"text": text} | ({"address": address} if address else {})
        assert own_client.post("/api/v1/documents", json=document, headers=BEARER).status_code == 201
    listed = page(own_client, "/sources")
    for person, name, _ in sent:
        assert f'href="/source/{name}"' in listed
        told = page(own_client, f"/source/{name}")
        assert "1 text read here" in told
        assert [other for other, _, _ in sent if other in told] == [person]
        claims = own_client.get("/api/v1/claims", params={"outlet": name}).json()["data"]
        assert [claim["person"] for claim in claims] == [person]
        assert f'href="/source/{name}"' in page(own_client, f"/person/{person}")
    assert own_client.get("/search?q=blog", follow_redirects=False).headers["location"] == "/source/blog.example.org"


def test_hostile_texts_stay_text(client: TestClient, hostile_paths: list[str]) -> None:
    for path in hostile_paths:
        html = page(client, path)
        found = Page(html)
        assert not _ELEMENTS & set(found.elements), path
        assert not found.handlers, path
        assert found.scripts == _OWN_SCRIPTS, path
        assert "49" not in re.sub(r"[0-9a-f]{16,}|\d{4}-\d\d-\d\d", "", html) or "{{ 7*7 }}" in html
        assert all(re.match(r"/|#|https?://", address) for address in found.addresses), path
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]", html), path


def test_hostile_texts_are_shown_not_hidden(client: TestClient, hostile_paths: list[str]) -> None:
    html = page(client, hostile_paths[1])
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "\\u202e" in html


def test_errors_are_pages(client: TestClient) -> None:
    for path, status in (("/rumour/none", 404), ("/nothing", 404), ("/?as_of=soon", 400), ("/?stage=x", 400)):
        assert "notice" in page(client, path, status)
    assert "&lt;b&gt;" in page(client, "/person/%3Cb%3E", 404)


def test_as_of_is_carried_along(client: TestClient, rumour_id: str) -> None:
    html = page(client, f"/rumour/{rumour_id}?as_of=2099-01-01")
    inner = [a for a in Page(html).addresses if re.match("/(club|person|source|document|rumour)/", a)]
    assert len(inner) > 5
    assert [a for a in inner if "as_of=2099-01-01" not in a] == [f"/rumour/{rumour_id}"] * 2


def test_as_of_a_day_shows_that_day(client: TestClient, rumour_id: str) -> None:
    page(client, f"/rumour/{rumour_id}?as_of=2001-01-01", 404)
    assert "Nothing had been read by that day" in page(client, "/?as_of=2001-01-01")


def test_filters_stay_in_the_address_of_the_next_page(client: TestClient) -> None:
    html = page(client, "/?status=window+closed")
    following = next(a for a in Page(html).addresses if "cursor=" in a)
    assert "status=window+closed" in following
    first, second = (set(re.findall(r"/rumour/(\w+)", text)) for text in (html, page(client, following)))
    assert second
    assert not first & second


def test_search_that_finds_one_goes_there(client: TestClient) -> None:
    response = client.get("/search?q=mattia+per", follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["location"].startswith("/person/")


def test_an_empty_ledger_says_what_to_do(tmp_path: Path) -> None:
    made = make_app(tmp_path / "new.sqlite")
    assert "mercato read" in page(TestClient(made), "/")
    made.state.desk.close()


def test_the_first_page_is_small(client: TestClient) -> None:
    assert (
        sum(len(client.get(path).content) for path in ("/", "/static/style.css", "/static/app.js", "/static/icon.svg"))
        < 100_000
    )


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "data:text/html,x", "http://", "//evil", "http://a b", "http://\u202ea", "http://[", None],
)
def test_only_addresses_of_the_web_are_linked_to(address: str | None) -> None:
    assert show.original(address) is None
    assert show.original("https://example.org/a?b=c") == "https://example.org/a?b=c"
