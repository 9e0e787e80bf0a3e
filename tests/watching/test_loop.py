"""The loop: what is new is read once, changes are read again, and nobody is asked more than is polite."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from mercato.engines.watch import EventKind, Policy, WatchState
from mercato.errors import DocumentSkipped
from mercato.model import Document
from mercato.sources.entries import SourceKind
from mercato.sources.fetch import Known
from mercato.sources.watchlist import Source
from tests.watching.world import FEED, START, Site, World, page, rss, skip, unreachable

A, B, C = (f"https://desk.example/2025/{name}" for name in "abc")
OTHER = "https://paper.example/rss"
HOUR = 3600.0


@pytest.fixture
def world() -> World:
    made = World()
    made.sites[FEED] = Site(rss((A, "Perin to Milan"), (B, "Perin stays")), known=Known('"1"'))
    made.sites[A] = Site(page("Perin to Milan"))
    made.sites[B] = Site(page("Perin stays", "He said so."))
    return made


def keys(world: World) -> list[str]:
    return [document.key for document in world.documents]


def test_what_a_feed_lists_is_read_once(world: World) -> None:
    world.run(seconds=6 * HOUR)
    assert sorted(keys(world)) == [A, B]
    assert len(world.times_asked(FEED)) > 3
    assert world.state.counts() == {"read": 2}


def test_one_request_at_a_time_and_a_pause_between(world: World) -> None:
    world.run(seconds=60)
    times = [at for at, _, _ in world.asked]
    assert world.asked[0][1] == "https://desk.example/robots.txt"
    assert all(later - earlier >= 1.0 for earlier, later in itertools.pairwise(times))


def test_a_crawl_delay_is_kept(world: World) -> None:
    world.sites["https://desk.example/robots.txt"] = Site(
        b"User-agent: *\nCrawl-delay: 30\n", content_type="text/plain"
    )
    world.run(seconds=300)
    times = [at for at, _, _ in world.asked]
    assert len(times) >= 4
    assert all(later - earlier >= 30.0 for earlier, later in itertools.pairwise(times))


def test_what_robots_txt_closes_is_not_asked_for(world: World) -> None:
    rules = b"User-agent: mercato\nDisallow: /2025/b\n"
    world.sites["https://desk.example/robots.txt"] = Site(rules, content_type="text/plain")
    world.run(seconds=HOUR)
    assert keys(world) == [A]
    assert not world.times_asked(B)
    assert world.state.counts() == {"read": 1, "skipped": 1}


def test_while_robots_txt_can_not_be_had_nothing_else_is_asked(world: World) -> None:
    world.sites["https://desk.example/robots.txt"] = Site(status=503)
    world.run(seconds=2 * HOUR)
    assert {address for _, address, _ in world.asked} == {"https://desk.example/robots.txt"}
    world.sites["https://desk.example/robots.txt"] = Site(status=404)
    world.run(seconds=6 * HOUR)
    assert sorted(keys(world)) == [A, B]


def test_validators_are_sent_back_and_not_modified_is_no_work(world: World) -> None:
    world.run(seconds=2 * HOUR)
    validators = [known.etag for _, address, known in world.asked if address == FEED]
    assert validators[0] is None
    assert set(validators[1:]) == {'"1"'}
    assert EventKind.UNCHANGED in world.kinds()


def test_the_interval_follows_the_changes(world: World) -> None:
    world.run(seconds=40 * HOUR)
    times = world.times_asked(FEED)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[0] == pytest.approx(900, abs=2)
    assert gaps[-1] == pytest.approx(6 * HOUR, abs=2)
    assert all(later >= earlier - 2 for earlier, later in itertools.pairwise(gaps))
    busy = World()
    busy.sites = world.sites
    watch = busy.watch()
    for number in range(12):
        link = f"https://desk.example/2025/n{number}"
        busy.sites[FEED] = Site(rss((link, f"News {number}")))
        watch.run(busy.clock.at + 900)
    assert len(busy.times_asked(FEED)) >= 20


def test_a_feed_says_how_long_to_wait(world: World) -> None:
    world.sites[FEED] = Site(rss((A, "Perin to Milan"), ttl="<ttl>120</ttl>"))
    world.run(seconds=3 * HOUR)
    assert world.times_asked(FEED)[1] - world.times_asked(FEED)[0] >= 2 * HOUR


def test_failures_back_off_to_a_day_and_are_counted(world: World) -> None:
    world.sites[FEED] = Site(failure=unreachable())
    world.run(seconds=10 * 24 * HOUR)
    times = world.times_asked(FEED)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert gaps[:3] == pytest.approx([300, 600, 1200], abs=5)
    assert gaps[-1] == pytest.approx(24 * HOUR, rel=0.05)
    (health,) = world.state.health()
    assert health.reasons == {"can't be reached": len(times)}
    assert health.succeeded_at is None


def test_a_success_ends_the_back_off(world: World) -> None:
    feed = world.sites[FEED]
    world.sites[FEED] = Site(status=500)
    world.run(seconds=2 * HOUR)
    world.sites[FEED] = feed
    world.run(seconds=6 * HOUR)
    (health,) = world.state.health()
    assert health.failures == 0
    assert health.items == health.read == 2


def test_retry_after_rests_the_whole_host(world: World) -> None:
    world.sites[FEED] = Site(status=429, wait=7200.0)
    world.run(Source(FEED), Source("https://desk.example/other"), seconds=3 * HOUR)
    first = world.times_asked(FEED)[0]
    after = [at - START for at, _, _ in world.asked if at - START > first]
    assert min(after) >= first + 7200


def test_gone_for_good_is_never_asked_again(world: World) -> None:
    world.sites[FEED] = Site(status=410)
    world.run(seconds=50 * HOUR)
    assert len(world.times_asked(FEED)) == 1
    world.run(seconds=50 * HOUR)
    assert len(world.times_asked(FEED)) == 1
    assert world.state.health()[0].ended == "gone (410)"


def test_a_feed_that_moved_for_good_is_asked_at_its_new_place(world: World) -> None:
    world.sites[FEED].moved_to = "https://desk.example/new-feed"
    world.sites["https://desk.example/new-feed"] = Site(rss((C, "Third")))
    world.sites[C] = Site(page("Third"))
    world.run(seconds=2 * HOUR)
    assert len(world.times_asked(FEED)) == 1
    assert C in keys(world)
    assert world.state.health()[0].asked == "https://desk.example/new-feed"


def test_an_article_under_several_addresses_is_read_once(world: World) -> None:
    world.sites[FEED] = Site(rss((f"{A}?utm_source=rss#c", "Perin to Milan"), (A, "Perin to Milan")))
    world.sites[OTHER] = Site(rss((f"{A}?fbclid=1", "Perin: Milan")))
    world.run(Source(FEED), Source(OTHER), seconds=6 * HOUR)
    assert keys(world) == [A]
    assert len(world.times_asked(A)) == 1


def test_the_address_that_a_page_calls_its_own_counts(world: World) -> None:
    amp = "https://amp.desk.example/a"
    world.sites[FEED] = Site(rss((amp, "Perin to Milan")))
    world.sites[amp] = Site(page("Perin to Milan", canonical=A))
    world.sites[A] = Site(page("Perin to Milan", canonical=A))
    world.run(seconds=HOUR)
    world.sites[FEED] = Site(rss((A, "Perin to Milan"), (amp, "Perin to Milan")))
    world.run(seconds=6 * HOUR)
    assert [document.key for document in world.documents] == [A]
    assert not world.times_asked(A)


def test_a_changed_article_becomes_a_second_version(world: World) -> None:
    world.run(seconds=60)
    world.sites[FEED] = Site(rss((A, "Perin to Milan: it is done"), (B, "Perin stays")))
    world.sites[A] = Site(page("Perin to Milan: it is done", "He has signed."))
    world.run(seconds=6 * HOUR)
    assert sorted(keys(world)) == [A, A, B]
    first, second = (document for document in world.documents if document.key == A)
    assert first.id != second.id
    assert len(world.times_asked(A)) == 2


def test_a_change_that_is_announced_while_the_article_waits_is_not_lost(world: World) -> None:
    world.sites[A] = Site(status=503)
    world.run(seconds=120)
    world.sites[FEED] = Site(rss((A, "Perin to Milan: it is done"), (B, "Perin stays")))
    world.sites[A] = Site(page("Perin to Milan: it is done"))
    world.run(seconds=6 * HOUR)
    assert "it is done" in next(document.text for document in world.documents if document.key == A)


def test_a_title_that_changes_at_each_look_does_not_wear_a_site_out(world: World) -> None:
    watch = world.watch(Source(FEED, every=300.0))
    for number in range(200):
        world.sites[FEED] = Site(rss((A, f"Perin to Milan ({number} comments)")))
        watch.run(world.clock.at + 300)
    assert len(world.times_asked(FEED)) > 150
    assert len(world.times_asked(A)) < 15


def test_what_was_dated_long_ago_is_noted_and_not_read(world: World) -> None:
    world.sites[FEED] = Site(
        rss((A, "New", "Mon, 09 Jun 2025 10:00:00 GMT"), (B, "Old", "Mon, 09 Jun 2014 10:00:00 GMT"))
    )
    world.run(seconds=HOUR)
    assert keys(world) == [A]
    assert world.state.counts() == {"read": 1, "old": 1}


def test_an_article_that_can_not_be_had_is_tried_again_and_given_up_in_the_end(world: World) -> None:
    world.sites[A] = Site(status=503)
    world.sites[B] = Site(failure=skip())
    world.run(seconds=4 * 24 * HOUR)
    assert len(world.times_asked(A)) == 8
    assert len(world.times_asked(B)) == 1
    assert world.state.counts() == {"given_up": 1, "skipped": 1}


def test_an_article_that_is_gone_is_left(world: World) -> None:
    world.sites[A] = Site(status=404)
    world.run(seconds=5 * HOUR)
    assert len(world.times_asked(A)) == 1
    assert world.state.counts() == {"gone": 1, "read": 1}


def test_a_stop_before_marking_reads_again_and_the_ledger_adds_nothing(world: World, tmp_path: Path) -> None:
    world.state = WatchState(tmp_path / "watch.sqlite")
    world.run(seconds=0.5)

    class Killed(BaseException):
        pass

    taken = world.ingest

    def ingest_and_die(document: Document) -> tuple[bool, int]:
        taken(document)
        raise Killed

    watch = world.watch()
    object.__setattr__(watch._readings._tools, "ingest", ingest_and_die)
    with pytest.raises(Killed):
        watch.run(world.clock.at + 60)
    world.state.close()
    world.state = WatchState(tmp_path / "watch.sqlite")
    world.run(seconds=HOUR)
    assert len(world.ledger) == 2
    assert set(keys(world)) == {A, B}
    assert world.state.counts() == {"read": 2}


def test_a_new_start_repeats_nothing(world: World, tmp_path: Path) -> None:
    world.state = WatchState(tmp_path / "watch.sqlite")
    world.run(seconds=HOUR)
    world.state.close()
    world.state = WatchState(tmp_path / "watch.sqlite")
    world.run(seconds=HOUR)
    assert sorted(keys(world)) == [A, B]
    assert len(world.times_asked(A)) == 1


def test_once_looks_at_each_source_and_ends(world: World) -> None:
    world.sites[OTHER] = Site(failure=unreachable())
    world.run(Source(FEED), Source(OTHER), once=True)
    assert sorted(keys(world)) == [A, B]
    assert len(world.times_asked(FEED)) == len(world.times_asked(OTHER)) == 1
    assert world.clock.at - START < 60


def test_an_index_of_sitemaps_is_followed(world: World) -> None:
    index = "https://desk.example/sitemap.xml"
    world.sites[index] = Site(
        b"<sitemapindex xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
        b"<sitemap><loc>https://desk.example/s1.xml</loc><lastmod>2025-06-09</lastmod></sitemap></sitemapindex>"
    )
    world.sites["https://desk.example/s1.xml"] = Site(
        f"<urlset><url><loc>{A}</loc><lastmod>2025-06-09</lastmod></url></urlset>".encode()
    )
    world.run(Source(index, kind=SourceKind.SITEMAP), seconds=2 * HOUR)
    assert keys(world) == [A]
    (health,) = world.state.health()
    assert (health.address, health.items, health.share_read) == (index, 1, 1.0)


def test_what_a_source_gives_whole_is_not_asked_for(world: World) -> None:
    feed = "https://api.example/news"
    body = "Milan want Mattia Perin. Talks have begun, it is said."
    world.sites[feed] = Site(
        f'{{"items": [{{"url": "{A}", "title": "Perin to Milan", "content_text": "{body}", '
        f'"content_html": "<p>{body}</p>", "date_published": "2025-06-09T11:00:00Z"}}]}}'.encode()
    )
    world.run(Source(feed, kind=SourceKind.JSON, full_text=True, outlet="Desk"), seconds=HOUR)
    (document,) = world.documents
    assert body in document.text
    assert (document.key, document.title, document.outlet) == (A, "Perin to Milan", "Desk")
    assert str(document.published) == "2025-06-09T11:00:00Z"
    assert not world.times_asked(A)


def test_times_keep_their_precision(world: World) -> None:
    world.sites[FEED] = Site(rss((A, "Perin to Milan", "2025-06-09"), (B, "Perin stays", "Mon, 09 Jun 2025 10:00 GMT")))
    world.run(seconds=HOUR)
    published = {document.key: str(document.published) for document in world.documents}
    assert published == {A: "2025-06-09", B: "2025-06-09T10:00Z"}
    assert all(document.fetched is not None for document in world.documents)


def test_what_breaks_the_parser_is_counted_and_the_rest_goes_on(world: World) -> None:
    world.sites[A] = Site(b"<html><body><script>x()</script></body></html>")
    world.sites[OTHER] = Site(b"no feed at all")
    world.run(Source(FEED), Source(OTHER), seconds=HOUR)
    assert keys(world) == [B]
    other = next(health for health in world.state.health() if health.address == OTHER)
    assert list(other.reasons) == ["is no feed, sitemap or list of articles"]


@pytest.mark.parametrize(("killed", "read"), [(1, [B, A]), (2, [B, A]), (3, [B])])
def test_an_article_that_took_the_parser_too_long_is_tried_again_on_a_quieter_machine(
    world: World, killed: int, read: list[str]
) -> None:
    world.parser.killed[A] = killed
    world.run(seconds=12 * HOUR)
    assert keys(world) == read
    assert len(world.times_asked(A)) == min(killed + 1, world.policy.parsings)


def test_an_answer_that_nobody_foresaw_ends_nothing(world: World) -> None:
    world.sites[A] = Site(failure=UnicodeDecodeError("idna", b"x", 0, 1, "label too long"))
    world.sites[OTHER] = Site(failure=ValueError("header"))
    world.run(Source(FEED), Source(OTHER), seconds=HOUR)
    assert keys(world) == [B]
    other = next(health for health in world.state.health() if health.address == OTHER)
    assert list(other.reasons) == ["sends what can't be read"]


def test_a_reader_that_skips_a_document_costs_that_document(world: World) -> None:
    def refuse(document: Document) -> None:
        if document.key == A:
            raise DocumentSkipped(A, "the reader failed", "Report it.")

    world.before_ingest = refuse
    world.run(seconds=HOUR)
    assert keys(world) == [B]


def test_what_nobody_lists_any_more_is_forgotten_in_the_end(world: World) -> None:
    world.policy = Policy(forget=10 * 24 * HOUR)
    world.run(seconds=HOUR)
    world.sites[FEED] = Site(rss((C, "Third")))
    world.sites[C] = Site(page("Third"))
    world.run(seconds=15 * 24 * HOUR)
    assert world.state.counts() == {"read": 1}


def test_what_a_feed_goes_on_listing_is_never_forgotten(world: World) -> None:
    world.policy = Policy(forget=24 * HOUR)
    world.run(seconds=30 * 24 * HOUR)
    world.sites[FEED] = Site(rss((A, "Perin to Milan"), (B, "Perin stays"), (C, "Third")))
    world.sites[C] = Site(page("Third"))
    world.run(seconds=24 * HOUR)
    assert sorted(keys(world)) == [A, B, C]
    assert len(world.times_asked(A)) == 1


def test_hosts_are_forgotten_so_that_memory_stays_bounded() -> None:
    world = World(Policy(hosts_remembered=10))
    links = [(f"https://site{number}.example/2025/x", f"News {number}") for number in range(60)]
    world.sites[FEED] = Site(rss(*links))
    world.sites.update({link: Site(page(title)) for link, title in links})
    watch = world.run(seconds=2 * HOUR)
    assert len(world.documents) == 60
    assert len(watch._hosts) <= 20


def test_a_stop_ends_the_run(world: World) -> None:
    watch = world.watch()
    world.before_ingest = lambda _: watch.stop()
    watch.run()
    assert len(world.documents) == 1
