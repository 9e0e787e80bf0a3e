"""The behaviour of the ledger is one: tests that take `place` or `ledger` run on SQLite, and on PostgreSQL too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mercato.ledger import Ledger
from tests.ledger.cluster import Cluster, running


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with running() as started:
        yield started


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a ledger can be made: a file's path, or a server's address."""
    if request.param == "sqlite":
        return tmp_path / "ledger.sqlite"
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.new_address()


@pytest.fixture
def ledger(place: Path | str) -> Iterator[Ledger]:
    with Ledger.open(place) as opened:
        yield opened


@pytest.fixture
def file_ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A ledger in a file, for what only files have."""
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        yield opened
