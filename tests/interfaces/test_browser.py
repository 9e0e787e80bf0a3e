"""The pages in a real Chromium: nothing to complain of, nothing asked of another host, the ways through them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.interfaces.browsing import Site, Watched, needs_chromium

pytestmark = needs_chromium


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (768, "dark"), (1440, "light")])
def test_every_page_is_quiet_and_fits(browser: Any, site: Site, width: int, scheme: str) -> None:
    with Watched(browser, width, scheme) as watched:
        for kind, path in site.paths.items():
            assert watched.page.goto(site.url + path).status == 200, path
            wide = watched.page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{kind}: {path} is {wide} pixels wide"
            assert watched.page.locator("h1").count() == 1, kind
            assert watched.page.get_by_label("As of").is_visible(), kind
    assert watched.complaints == []
    assert watched.hosts == {site.host}


def test_hostile_texts_do_nothing_in_a_browser(browser: Any, samples_site: Site) -> None:
    with Watched(browser) as watched:
        for path in ("/?person=Hand", "/person/Hand", "/sources", "/search?q=script"):
            watched.page.goto(samples_site.url + path)
        watched.page.goto(samples_site.url + "/?person=Hand")
        watched.page.locator(".card h3 a").first.click()
        assert "<script>alert(1)</script>" in watched.page.locator("#main").inner_text()
    assert watched.complaints == []
    assert watched.hosts == {samples_site.host}


def test_from_a_card_to_the_words_in_two_steps(browser: Any, site: Site) -> None:
    with Watched(browser) as watched:
        page = watched.page
        page.goto(site.url)
        name = page.locator(".card h3 a").first.inner_text()
        page.locator(".card dd a", has_text=re.compile("^[0-9]{4}-")).first.click()
        page.wait_for_url(re.compile("/rumour/.*#d-"))
        assert page.locator("h1").inner_text() == name
        report = page.locator("article.report:target")
        assert report.locator("mark").first.is_visible()
        original = report.get_by_role("link", name="original")
        assert original.count() == 0 or original.get_attribute("href").startswith("http")
        report.get_by_role("link", name="whole text").click()
        page.wait_for_url("**/document/**")
        assert page.locator("mark").count() > 0
    assert watched.complaints == []


def test_as_of_a_day_goes_along_and_back(browser: Any, site: Site) -> None:
    day = site.paths["today as of a day"].rpartition("=")[2]
    with Watched(browser) as watched:
        page = watched.page
        page.goto(site.url + site.paths["a person"])
        page.get_by_label("As of").fill(day)
        page.get_by_role("button", name="Go").click()
        page.wait_for_url(f"**as_of={day}**")
        assert day in page.locator(".day-note").inner_text()
        for nav in ("Chain", "Sources", "Record", "Today"):
            page.get_by_role("navigation").get_by_role("link", name=nav).click()
            page.wait_for_url(f"**as_of={day}**")
        seen = page.locator(".card").count()
        page.get_by_role("link", name="Back to today").click()
        page.wait_for_url(lambda url: "as_of" not in url)
        assert page.locator(".card").count() >= min(seen, 1)
    assert watched.complaints == []


def test_the_window_of_the_chains_is_chosen(browser: Any, gossip_site: Site) -> None:
    with Watched(browser) as watched:
        page = watched.page
        page.goto(gossip_site.url + "/chain")
        page.locator(".tabs a").last.click()
        page.wait_for_url("**window=**")
        assert page.locator(".tabs a[aria-current]").inner_text() in page.url
        box = page.locator("svg a").first
        box.focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/rumour/**")
        assert watched.complaints == []


def test_chances_are_shown_where_they_were_said(browser: Any, gossip_site: Site) -> None:
    with Watched(browser) as watched:
        page = watched.page
        page.goto(gossip_site.url + gossip_site.paths["a long rumour"])
        assert re.fullmatch("(under |over )?[0-9]+%", page.locator(".big strong").inner_text())
        assert page.locator(".chance-dot").count() == 2
        assert page.locator(".reasons li").count() > 0
        page.goto(gossip_site.url + "/record")
        assert page.locator("svg.calibration").count() == 1
        page.locator("main a", has_text="More").click()
        page.wait_for_url("**cursor=**")
        page.goto(gossip_site.url + gossip_site.paths["a source"])
        assert "came true" in page.locator("#record").inner_text()
        page.locator("#record td a").first.click()
        page.wait_for_url("**club=**")
        assert 0 < page.locator("tbody a[href^='/document/']").count() <= 50
        page.get_by_role("link", name="All claims").click()
        page.locator("a[rel=next]").click()
        page.wait_for_url("**cursor=**")
        page.locator("tbody a[href^='/document/']").first.click()
        assert page.locator("mark").count() > 0, "from a count to the words in two steps"
    assert watched.complaints == []


def test_the_way_from_a_search_to_the_words(browser: Any, samples_site: Site) -> None:
    with Watched(browser) as watched:
        page = watched.page
        page.goto(samples_site.url)
        page.get_by_label("Search").fill("mattia per")
        page.keyboard.press("Enter")
        page.wait_for_url("**/person/**")
        page.locator(".card a").first.click()
        page.wait_for_url("**/rumour/**")
        assert page.locator("mark", has_text="Perin").first.is_visible()
        page.get_by_label("As of").fill("2001-01-01")
        page.get_by_role("button", name="Go").click()
        assert "No rumour has an id" in page.locator("main").inner_text()
    assert watched.hosts == {samples_site.host}


def test_suggestions_are_walked_through_by_keyboard(browser: Any, site: Site) -> None:
    with Watched(browser) as watched:
        page = watched.page
        page.goto(site.url)
        person = page.locator(".card h3 a").first.inner_text()
        box = page.get_by_label("Search")
        box.press_sequentially(person[:-1], delay=5)
        page.locator("#hits a").first.wait_for()
        page.keyboard.press("ArrowDown")
        assert page.evaluate("document.activeElement.closest('#hits') !== null")
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.id") == "q"
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Escape")
        assert page.locator("#hits").is_hidden()
        box.press_sequentially(person[-1])
        page.locator("#hits a").first.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/person/**")
        assert page.locator("h1, h2.name").first.inner_text()
    assert watched.complaints == []
    assert watched.hosts == {site.host}


def test_the_filters_work_by_keyboard(browser: Any, samples_site: Site) -> None:
    with Watched(browser) as watched:
        page = watched.page
        page.goto(samples_site.url)
        page.locator("summary").focus()
        page.keyboard.press("Enter")
        page.get_by_label("Person").fill("Perin")
        page.keyboard.press("Enter")
        page.wait_for_url("**person=Perin**")
        assert page.locator(".card").count() > 0
        assert all("Perin" in text for text in page.locator(".card h3").all_inner_texts())
        page.get_by_label("Remove the filter person Perin").click()
        page.wait_for_url(lambda url: "Perin" not in url)


@pytest.mark.parametrize("script", [True, False])
def test_pages_are_whole_without_a_script(browser: Any, samples_site: Site, script: bool) -> None:
    with Watched(browser, java_script_enabled=script) as watched:
        page = watched.page
        page.goto(samples_site.url)
        page.locator("summary").click()
        page.get_by_label("Person").fill("Perin")
        page.get_by_role("button", name="Filter").click()
        page.wait_for_url("**person=Perin**")
        page.locator(".card h3 a").first.click()
        assert page.locator("mark").count() > 0
        page.locator("details.gist summary").first.click()
        assert page.locator("details.gist li").first.is_visible()
