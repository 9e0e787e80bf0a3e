"""Pages in a real Chromium: a browser, servers of three ledgers, and every kind of page that each has."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
import pytest
from fastapi import FastAPI

from mercato.extraction import RuleReader
from mercato.interfaces.cli.main import main
from mercato.ledger import Ledger
from mercato.register import load_register
from mercato.sources import Declared, open_source
from tests.rumours import saga
from tests.shared_data import SHARED

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt-get install chromium")
GOSSIP = SHARED / "data" / "gossip_2021_02_to_09.jsonl"
MOVES = SHARED / "data" / "transfers_2020_2023.csv"


class Watched:
    """A browser's page, and all that it asked for and complained of."""

    def __init__(self, browser: Any, width: int = 1440, scheme: str = "light", **options: Any) -> None:
        self.page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        self.hosts: set[str] = set()
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        self.page.on("console", lambda message: self.complaints.append(f"{self.page.url}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("dialog", lambda dialog: (self.complaints.append("a dialog"), dialog.dismiss()))

    def __enter__(self) -> Watched:
        return self

    def __exit__(self, *exc: object) -> None:
        self.page.close()


@dataclass(frozen=True)
class Site:
    """A served ledger: its address, and a path for every kind of page."""

    url: str
    paths: dict[str, str] = field(default_factory=dict)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
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


def site_of(url: str, day: str) -> Site:
    """Every kind of page that a ledger has, the fullest of its kind; `day` is one in the middle of its reports."""
    with httpx2.Client(base_url=url, timeout=60) as client:

        def data(path: str) -> Any:
            return client.get(f"/api/v1{path}").json()["data"]

        rumours = data("/rumours?limit=200&min_origins=2") or data("/rumours?limit=200")
        longest = max(rumours, key=lambda r: len(r["reports"]))
        disputed = max(rumours, key=lambda r: len(r["conflicts"]) + len(r["conditions"]) + len(r["fees"]))
        source = data("/sources")[0]["outlet"]
        paths = {
            "today": "/",
            "today as of a day": f"/?as_of={day}",
            "today, filtered": f"/?person={quote(longest['person_name'])}&status=window+closed",
            "today, nothing yet": "/?as_of=2001-01-01",
            "a long rumour": f"/rumour/{longest['id']}",
            "a disputed rumour": f"/rumour/{disputed['id']}",
            "a club": f"/club/{quote(longest['club_name'])}?over=true",
            "a club as of a day": f"/club/{quote(longest['club_name'])}?as_of={day}",
            "a person": f"/person/{quote(longest['person_name'])}",
            "a source": f"/source/{quote(source)}",
            "sources": "/sources",
            "the record": "/record",
            "chains": "/chain",
            "chains of a person": f"/chain/{quote(disputed['person_name'])}",
            "a text": f"/document/{longest['reports'][0]['document_id']}",
            "search, many": "/search?q=m",
            "search, nothing": "/search?q=zzzz",
        }
    return Site(url, paths)


def make_saga(path: Path) -> None:
    """The eight reports of the sample saga, each seen when it was surely out."""
    register = load_register(user=False)
    reader = RuleReader(register)
    with Ledger.open(path) as ledger:
        for document, _ in saga.reports(register):
            ledger.append(document, reader.read(document), reader=reader.version, seen_at=document.published.latest)


def make_gossip(path: Path) -> None:
    """The gossip column of 2021, each item seen on its day; with outcomes, two forecasts, records and scores."""
    reader = RuleReader(load_register(user=False))
    with Ledger.open(path) as ledger, ledger.writing():
        for document in open_source(str(GOSSIP), Declared(language="en")):
            ledger.append(document, reader.read(document), reader=reader.version, seen_at=document.published.latest)
    place = ["--ledger", str(path)]
    assert main(["outcomes", "import", str(MOVES), *place]) == 0
    for day in ("2021-06-25", "2021-08-20"):
        assert main(["forecast", "--at", day, "--limit", "1000", *place]) == 0
    for command in ("records", "score"):
        assert main([command, *place]) == 0
