"""The pages in a real Chromium: nothing to complain of, nothing asked of another host, the ways through them."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")

WIDTHS = (360, 768, 1440)


@pytest.fixture(scope="module")
def served(app: FastAPI) -> Iterator[str]:
    """The application on a port of this machine."""
    uvicorn = pytest.importorskip("uvicorn")
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 10
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


class Watched:
    """A browser's page, and all that it asked for and complained of."""

    def __init__(self, browser: Any, width: int = 1440, scheme: str = "light") -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))


@pytest.fixture(scope="module")
def paths(client: TestClient) -> list[str]:
    perin = client.get("/api/v1/rumours?person=Perin&limit=50").json()["data"]
    evil = client.get("/api/v1/rumours?person=Hand").json()["data"][0]
    claim = client.get("/api/v1/claims?limit=1").json()["data"][0]
    most = max(perin, key=lambda rumour: len(rumour["reports"]))
    return [
        "/", f"/rumour/{most['id']}", f"/rumour/{evil['id']}", "/club/Juventus?over=true", "/person/Perin",
        "/person/Hand", f"/source/{claim['document']['outlet']}", f"/document/{claim['document']['id']}",
        "/search?q=mi", "/?as_of=2001-01-01", "/?person=Perin&status=window+closed",
    ]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_quiet_and_fits(browser: Any, served: str, paths: list[str], width: int, scheme: str) -> None:
    watched = Watched(browser, width, scheme)
    for path in paths:
        assert watched.page.goto(served + path).status == 200, path
        wide = watched.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{path} is {wide} pixels wide"
    assert watched.complaints == []
    assert watched.hosts == {urlsplit(served).netloc}
    watched.page.close()


def test_the_way_from_a_search_to_the_words(browser: Any, served: str) -> None:
    watched = Watched(browser)
    page = watched.page
    page.goto(served)
    page.get_by_label("Search").fill("mattia per")
    page.keyboard.press("Enter")
    page.wait_for_url("**/person/**")
    page.locator(".card a").first.click()
    page.wait_for_url("**/rumour/**")
    assert page.locator("mark", has_text="Perin").first.is_visible()
    page.get_by_label("As of").fill("2001-01-01")
    page.get_by_role("button", name="Go").click()
    assert "No rumour has an id" in page.locator("main").inner_text()
    assert watched.hosts == {urlsplit(served).netloc}
    page.close()


def test_the_filters_work_by_keyboard(browser: Any, served: str) -> None:
    page = Watched(browser).page
    page.goto(served)
    page.locator("summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Person").fill("Perin")
    page.keyboard.press("Enter")
    page.wait_for_url("**person=Perin**")
    assert page.locator(".card").count() > 0
    assert all("Perin" in text for text in page.locator(".card h3").all_inner_texts())
    page.close()
