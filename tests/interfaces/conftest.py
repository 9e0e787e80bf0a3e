"""A ledger made of the samples, with one hostile article, and the application over it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

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


@pytest.fixture
def own_client(tmp_path: Path) -> Iterator[TestClient]:
    """A client that may write, to an empty ledger of its own."""
    made = make_app(tmp_path / "own.sqlite", TOKEN)
    yield TestClient(made, raise_server_exceptions=False)
    made.state.desk.close()
