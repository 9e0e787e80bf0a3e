"""A ledger made of the samples, with one hostile article, and the application over it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the extra `web` is not installed")
pytest.importorskip("jinja2", reason="the extra `web` is not installed")

from fastapi import FastAPI
from starlette.testclient import TestClient

from mercato.interfaces.api.app import create_app
from mercato.interfaces.cli.demo import read_samples
from mercato.interfaces.desk import Desk
from mercato.ledger import Ledger
from mercato.model import (
    Block,
    BlockKind,
    Claim,
    ClaimKind,
    ClubRef,
    Document,
    Evidence,
    EvidenceRole,
    Moment,
    PersonRef,
    Precision,
    Stage,
    document_id,
)
from mercato.register import load_register
from mercato.rumours.rates import load_rates
from tests.interfaces.browsing import CHROMIUM, GOSSIP, Site, make_gossip, make_saga, serving, site_of

TOKEN = "a-token-for-tests-0123456789"
SCRIPT = "<script>alert(1)</script>"
HOSTILE_PERSON = f'Eve "{SCRIPT} \u202eEvil\x1b[31m Hand'
HOSTILE_CLUB = "</title><img src=x onerror=alert(1)> FC"
HOSTILE_OUTLET = "=cmd|' /C calc'!A0'\"><b>\u2066"
HOSTILE_TEXT = f"{HOSTILE_PERSON} will join {HOSTILE_CLUB}.\n\u2028{{{{ 7*7 }}}} {SCRIPT}"


def hostile_document() -> tuple[Document, list[Claim]]:
    """An article that tries everything, and a claim of it."""
    key = "javascript:alert(document.domain)"
    document = Document(
        id=document_id(key, HOSTILE_TEXT), key=key, text=HOSTILE_TEXT, address=key, outlet=HOSTILE_OUTLET,
        blocks=(Block(BlockKind.PARAGRAPH, 0, len(HOSTILE_TEXT)),), title=f"{SCRIPT}\u202etitle", author=SCRIPT,
        published=Moment(datetime(2026, 1, 5, tzinfo=UTC), Precision.DAY), language="en",
    )  # fmt: skip

    def words(role: EvidenceRole, text: str) -> Evidence:
        start = HOSTILE_TEXT.index(text)
        return Evidence(role, document.span(start, start + len(text)))

    claim = Claim(
        id="hostile00000000000000000000000000", document_id=document.id, kind=ClaimKind.MOVE,
        person=PersonRef(HOSTILE_PERSON), to=ClubRef(HOSTILE_CLUB), stage=Stage.TALKS,
        evidence=(
            words(EvidenceRole.PERSON, HOSTILE_PERSON),
            words(EvidenceRole.TO, HOSTILE_CLUB),
            words(EvidenceRole.TRIGGER, "will join"),
        ),
    )  # fmt: skip
    return document, [claim]


@pytest.fixture(scope="session")
def ledger_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples and the hostile article, read once."""
    path = tmp_path_factory.mktemp("faces") / "ledger.sqlite"
    with Ledger.open(path) as ledger:
        read_samples(ledger)
        ledger.append(*hostile_document())
    return path


def make_app(path: Path, token: str = "") -> FastAPI:
    return create_app(Desk(path, load_register(user=False), load_rates(), create=True), token)


@pytest.fixture(scope="session")
def app(ledger_file: Path) -> Iterator[FastAPI]:
    made = make_app(ledger_file)
    yield made
    made.state.desk.close()


@pytest.fixture(scope="session")
def client(app: FastAPI) -> TestClient:
    return TestClient(app, raise_server_exceptions=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as play:
        found = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture(scope="session")
def samples_site(app: FastAPI) -> Iterator[Site]:
    """The samples and the hostile article, served."""
    with serving(app) as url:
        yield site_of(url, "2099-01-01")  # they were read a moment ago


@pytest.fixture(scope="session")
def saga_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The saga alone, served."""
    path = tmp_path_factory.mktemp("saga") / "ledger.sqlite"
    make_saga(path)
    made = make_app(path)
    with serving(made) as url:
        yield site_of(url, "2025-06-10")
    made.state.desk.close()


@pytest.fixture(scope="session")
def gossip_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The gossip column with what came of it, served; skipped where the data is not here."""
    if not GOSSIP.exists():
        pytest.skip(f"no gossip column at {GOSSIP}; set MERCATO_SHARED to the folder that holds data/")
    pytest.importorskip("numpy", reason="the extra `forecast` is not installed")
    # Made once for all workers of a run.
    folder = tmp_path_factory.getbasetemp()
    path = (folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "gossip" / "ledger.sqlite"
    path.parent.mkdir(exist_ok=True)
    with path.with_name("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.with_name("done").exists():
            make_gossip(path)
            path.with_name("done").touch()
    made = make_app(path)
    with serving(made) as url:
        yield site_of(url, "2021-06-15")
    made.state.desk.close()


@pytest.fixture(params=["samples", "saga", "gossip"])
def site(request: pytest.FixtureRequest) -> Site:
    """Each of the three, one after the other."""
    found: Site = request.getfixturevalue(f"{request.param}_site")
    return found


@pytest.fixture
def own_client(tmp_path: Path) -> Iterator[TestClient]:
    """A client that may write, to an empty ledger of its own."""
    made = make_app(tmp_path / "own.sqlite", TOKEN)
    yield TestClient(made, raise_server_exceptions=False)
    made.state.desk.close()
