"""Feeds, sitemaps, section pages and JSON as they are found, and the one form of an address."""

from __future__ import annotations

import gzip
import json
import time

import pytest

from mercato.errors import DataFileError, DocumentSkipped, SourceUnusable
from mercato.sources.canonical import canonical_address
from mercato.sources.discovery import feeds_named_in, find_source
from mercato.sources.entries import SourceKind
from mercato.sources.feeds import read_feed
from mercato.sources.fetch import Answer, max_age, retry_after
from mercato.sources.newsjson import FieldMap, mapping_from, read_json
from mercato.sources.pages import read_section
from mercato.sources.robots import CLOSED, OPEN, read_robots, robots_for
from mercato.sources.sitemaps import read_sitemap
from tests.watching.world import START

BASE = "https://desk.example/feed"
LIMIT = 1_000_000


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("HTTPS://Desk.Example:443/a?utm_source=x&utm_medium=rss#c", "https://desk.example/a"),
        ("https://desk.example/a?id=7&fbclid=x&page=2", "https://desk.example/a?id=7&page=2"),
        ("https://desk.example/a?q=a+b&q=c%20d", "https://desk.example/a?q=a+b&q=c%20d"),
        ("http://desk.example:80", "http://desk.example/"),
        ("http://desk.example:8080/a/", "http://desk.example:8080/a/"),
        ("https://desk.example/caf%c3%a9/%7Eada", "https://desk.example/caf%C3%A9/~ada"),
        ("https://desk.example/a%2Fb", "https://desk.example/a%2Fb"),
        ("https://xn--mnchen-3ya.example/", "https://xn--mnchen-3ya.example/"),
        ("https://münchen.example/", "https://xn--mnchen-3ya.example/"),
        ("https://www.bbc.co.uk/sport/1?at_medium=RSS&xtor=2", "https://www.bbc.co.uk/sport/1"),
        ("https://www.gazzetta.it/a?refresh_ce", "https://www.gazzetta.it/a"),
        ("https://desk.example/a?refresh_ce", "https://desk.example/a?refresh_ce"),
        ("mailto:ada@desk.example", None),
        ("https://ada:secret@desk.example/", None),
        ("https://[::1", None),
        ("https://desk.example/" + "a" * 3_000, None),
        ("", None),
    ],
)
def test_one_form_for_an_address(written: str, canonical: str | None) -> None:
    assert canonical_address(written) == canonical
    if canonical:
        assert canonical_address(canonical) == canonical


RSS = b"""<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>The Desk</title><language>en-gb</language><ttl>30</ttl>
<item><title>Perin &amp;amp; Milan &lt;b&gt;talk&lt;/b&gt;</title><link>/2025/perin?utm_source=rss</link>
<pubDate>Mon, 09 Jun 2025 14:05:00 +0200</pubDate><dc:creator>Ada</dc:creator>
<description>Short.</description><content:encoded><![CDATA[<p>Long text.</p>]]></content:encoded></item>
<item><title>Only a guid</title><guid isPermaLink="true">https://desk.example/2025/guid</guid></item>
<item><title>No link</title></item>
<item><title>Again</title><link>https://desk.example/2025/perin</link></item>
</channel></rss>"""
ATOM = b"""<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://desk.example/blog/">
<title>Desk</title><entry><title type="html">Perin &lt;i&gt;to&lt;/i&gt; Milan</title>
<link rel="enclosure" href="https://desk.example/x.mp3"/><link rel="alternate" href="perin"/>
<id>tag:desk.example,2025:1</id><published>2025-06-09T10:00:00Z</published><updated>2025-06-09T12:30:00Z</updated></entry></feed>"""


def test_rss() -> None:
    listing = read_feed(RSS, BASE)
    assert (listing.title, listing.pause) == ("The Desk", 1800.0)
    first, second = listing.entries
    assert first.address == "https://desk.example/2025/perin"
    assert (first.title, first.author, first.language) == ("Perin & Milan talk", "Ada", "en-gb")
    assert str(first.published) == "2025-06-09T12:05:00Z"
    assert (first.updated, first.summary, first.body) == (None, "Short.", "<p>Long text.</p>")
    assert second.address == "https://desk.example/2025/guid"


def test_atom() -> None:
    (entry,) = read_feed(ATOM, BASE).entries
    assert (entry.address, entry.title) == ("https://desk.example/blog/perin", "Perin to Milan")
    assert (str(entry.published), str(entry.updated)) == ("2025-06-09T10:00:00Z", "2025-06-09T12:30:00Z")


@pytest.mark.parametrize(
    "feed",
    [
        RSS.replace(b"Only a guid", b"An undeclared &nbsp; entity &eacute; and an & alone"),
        RSS.replace(b"</channel></rss>", b""),
        RSS.decode().replace("utf-8", "iso-8859-1").replace("Ada", "Adé").encode("latin-1"),
        b"\xef\xbb\xbf" + RSS,
        b"\n\n" + RSS,
        RSS.replace(b"<title>Again", b"<title>\x00\x08Again"),
    ],
)
def test_a_feed_with_faults_is_read_all_the_same(feed: bytes) -> None:
    addresses = [entry.address for entry in read_feed(feed, BASE).entries]
    assert addresses[:1] == ["https://desk.example/2025/perin"]


@pytest.mark.parametrize("data", [b"", b"<html><body>no feed</body></html>", b"\x00\x01\x02", b"not a feed", b"{}"])
def test_what_is_no_feed_is_a_skip(data: bytes) -> None:
    with pytest.raises(DocumentSkipped, match="is no feed"):
        read_feed(data, BASE)


def test_entities_of_a_feed_neither_unfold_nor_read_files() -> None:
    laughs = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE r [{laughs}<!ENTITY f SYSTEM "file:///etc/passwd">]>'
    items = "<item><title>&e9; &f;</title><link>https://desk.example/a</link></item>"
    begun = time.process_time()
    for read in (read_feed, lambda data, base: read_sitemap(data, base, LIMIT)):
        try:
            listing = read(f'{bomb}<rss version="2.0"><channel>{items}</channel></rss>'.encode(), BASE)
        except DocumentSkipped:
            continue
        assert "root:" not in str(listing)
        assert len(str(listing)) < 10_000
    assert time.process_time() - begun < 5


SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><!-- c --><url><loc> https://desk.example/a </loc>
<lastmod>2025-06-09</lastmod><news:news><news:publication><news:name>Desk</news:name><news:language>it</news:language>
</news:publication><news:publication_date>2025-06-08T10:00:00+02:00</news:publication_date>
<news:title>Perin al Milan</news:title></news:news></url><url><loc>https://desk.example/b</loc></url><url/></urlset>"""


@pytest.mark.parametrize("data", [SITEMAP, gzip.compress(SITEMAP)])
def test_a_news_sitemap(data: bytes) -> None:
    first, second = read_sitemap(data, BASE, LIMIT).entries
    assert (first.address, first.title, first.language) == ("https://desk.example/a", "Perin al Milan", "it")
    assert (str(first.published), str(first.updated)) == ("2025-06-08T08:00:00Z", "2025-06-09")
    assert second.address == "https://desk.example/b"


def test_an_index_names_the_newest_sitemaps_first() -> None:
    index = b"""<sitemapindex><sitemap><loc>/old.xml</loc><lastmod>2020-01-01</lastmod></sitemap>
    <sitemap><loc>/none.xml</loc></sitemap><sitemap><loc>/new.xml</loc><lastmod>2025-06-09</lastmod></sitemap></sitemapindex>"""
    more = read_sitemap(index, BASE, LIMIT).more
    assert [address.rpartition("/")[2] for address in more] == ["new.xml", "old.xml", "none.xml"]


@pytest.mark.parametrize("data", [b"", b"<rss/>", b"\x1f\x8bnot gzip", gzip.compress(bytes(5_000_000))])
def test_what_is_no_sitemap_is_a_skip(data: bytes) -> None:
    with pytest.raises(DocumentSkipped):
        read_sitemap(data, BASE, LIMIT)


SECTION = b"""<html><head><title>Transfers</title><base href="https://desk.example/football/"></head><body>
<nav><a href="/football/a-b-c-d-e">All the football news of today</a></nav>
<h2><a href="milan-look-at-perin-again?utm_source=x">Milan look at Perin once again</a></h2>
<a href="/football/2025/06/09/talks">Talks between the two clubs begin</a>
<a href="https://other.example/milan-look-at-perin-again">A story of another site, quite long</a>
<a href="/tennis/2025/06/09/set">Three sets were enough for the final</a>
<a href="/football/tables">The tables of all the leagues</a><a href="/football/2025/06/x">Short</a>
<a href="javascript:void(0)">A link that leads to no page at all</a></body></html>"""


def test_the_articles_of_a_section_page() -> None:
    listing = read_section(SECTION, BASE, under="/football")
    assert [entry.address for entry in listing.entries] == [
        "https://desk.example/football/milan-look-at-perin-again",
        "https://desk.example/football/2025/06/09/talks",
    ]
    assert listing.entries[0].title == "Milan look at Perin once again"


NEWS = json.dumps(
    {"response": {"results": [
        {"webUrl": "https://desk.example/a", "webTitle": "Perin", "webPublicationDate": "2025-06-09T10:00:00Z",
         "fields": {"byline": "Ada", "body": "<p>Text.</p>"}},
        {"webUrl": 7}, "no object", {"webTitle": "no address"},
    ]}}
).encode()  # fmt: skip
GUARDIAN_LIKE = {
    "items": "response.results", "address": "webUrl", "title": "webTitle", "published": "webPublicationDate",
    "author": "fields.byline", "body": "fields.body",
}  # fmt: skip


def test_json_by_a_declared_mapping() -> None:
    (entry,) = read_json(NEWS, BASE, mapping_from(GUARDIAN_LIKE, "list")).entries
    assert (entry.address, entry.title, entry.author) == ("https://desk.example/a", "Perin", "Ada")
    assert (str(entry.published), entry.body) == ("2025-06-09T10:00:00Z", "<p>Text.</p>")


def test_a_json_feed_needs_no_mapping() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Desk", "items": [
        {"id": "1", "url": "https://desk.example/a", "title": "Perin", "date_published": "2025-06-09T10:00:00Z",
         "content_html": "<p>Text.</p>"}]}  # fmt: skip
    listing = read_json(json.dumps(feed).encode(), BASE)
    assert (listing.title, listing.entries[0].body) == ("Desk", "<p>Text.</p>")


@pytest.mark.parametrize("data", [b"", b"[", b"[" * 100_000, b"{}", b'{"items": 3}', b"\xff", b"null"])
def test_json_that_lists_nothing_is_a_skip(data: bytes) -> None:
    with pytest.raises(DocumentSkipped):
        read_json(data, BASE)


@pytest.mark.parametrize("given", [{}, {"items": "a"}, {"items": "a", "address": 3}, {"items": "a", "adress": "b"}])
def test_a_wrong_mapping_is_named(given: dict[str, object]) -> None:
    with pytest.raises(DataFileError, match="list"):
        mapping_from(given, "list")
    assert FieldMap("a", "b").title == ""


def test_robots() -> None:
    rules = read_robots(
        b"\xef\xbb\xbfUser-agent: other\nDisallow: /\n\nUser-agent: mercato\nDisallow: /private\nAllow: /private/open\n"
        b"Crawl-delay: 5\n\nUser-agent: *\nDisallow: /\nSitemap: https://desk.example/s.xml\n"
    )
    assert rules.allows("https://desk.example/a")
    assert not rules.allows("https://desk.example/private/x")
    assert rules.allows("https://desk.example/private/open")
    assert (rules.delay, rules.sitemaps) == (5.0, ("https://desk.example/s.xml",))
    assert read_robots(b"User-agent: *\nRequest-rate: 1/20\n").delay == 20.0
    assert robots_for(404, b"") is OPEN
    assert robots_for(503, b"") is CLOSED
    assert not CLOSED.allows("https://desk.example/")
    assert read_robots(b"\xff\xfe<html>" * 1000).allows("https://desk.example/")


def test_a_hostile_robots_txt_costs_little() -> None:
    begun = time.process_time()
    rules = read_robots(b"User-agent: *\n" + b"Disallow: /*a*a*a*a*a*a*a*a*a*a*b\n" * 10_000)
    assert rules.allows("https://desk.example/" + "a" * 1_900)
    assert time.process_time() - begun < 5


def test_headers_that_say_when_to_come_back() -> None:
    from datetime import UTC, datetime

    now = datetime.fromtimestamp(START, UTC)
    assert retry_after("120", now) == 120
    assert retry_after("Mon, 09 Jun 2025 12:10:00 GMT", now) == 600
    assert retry_after("Mon, 09 Jun 2025 11:00:00 GMT", now) == 0
    assert retry_after("9" * 400, now) == 7 * 24 * 3600
    assert [retry_after(value, now) for value in (None, "", "soon", "-5", "1e9")] == [None] * 5
    assert max_age("public, max-age=300") == 300
    assert [max_age(value) for value in (None, "no-store", "max-age=x")] == [None] * 3


def site(pages: dict[str, tuple[int, bytes]]):  # type: ignore[no-untyped-def]
    asked: list[str] = []

    def ask(address: str) -> Answer:
        from datetime import UTC, datetime

        asked.append(address)
        if address not in pages and "broken" in address:
            raise SourceUnusable(f"{address}: can't be reached.")
        status, data = pages.get(address, (404, b""))
        return Answer(address, status, data, "text/html", None, datetime.now(UTC))

    return ask, asked


HOME = "https://desk.example/"
NAMED = (
    b'<head><link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">'
    b'<link rel="alternate" hreflang="it" href="/it"><link rel="ALTERNATE" type="application/atom+xml" href="/atom">'
)


def test_the_feed_that_a_page_names_is_found_and_not_that_of_its_comments() -> None:
    assert feeds_named_in(NAMED, HOME) == ["https://desk.example/atom", "https://desk.example/comments/feed"]
    ask, _ = site({HOME: (200, NAMED), "https://desk.example/atom": (200, ATOM)})
    found = find_source(HOME, ask, LIMIT)
    assert (found.source.address, found.source.kind, found.source.name) == (
        "https://desk.example/atom", SourceKind.FEED, "Desk",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pages", "address", "kind"),
    [
        ({HOME: (200, RSS)}, HOME, SourceKind.FEED),
        ({HOME: (200, SITEMAP)}, HOME, SourceKind.SITEMAP),
        ({HOME: (200, b"<p>x"), f"{HOME}rss.xml": (200, RSS)}, f"{HOME}rss.xml", SourceKind.FEED),
        (
            {HOME: (200, b"<p>x"), f"{HOME}robots.txt": (200, b"Sitemap: https://desk.example/n.xml"),
             f"{HOME}n.xml": (200, SITEMAP)},
            f"{HOME}n.xml", SourceKind.SITEMAP,
        ),
        (
            {HOME: (200, b"".join(b'<a href="/2025/%d">A headline of some more words</a>' % n for n in range(9)))},
            HOME, SourceKind.PAGE,
        ),
    ],
)  # fmt: skip
def test_what_can_be_watched_is_found(pages: dict[str, tuple[int, bytes]], address: str, kind: SourceKind) -> None:
    found = find_source(HOME, site(pages)[0], LIMIT)
    assert (found.source.address, found.source.kind) == (address, kind)


def test_a_site_with_nothing_to_watch_says_so() -> None:
    ask, asked = site({HOME: (200, b"<p>Nothing here.</p>")})
    with pytest.raises(SourceUnusable, match="no feed, no sitemap and no list of articles"):
        find_source(HOME, ask, LIMIT)
    assert len(asked) < 30
