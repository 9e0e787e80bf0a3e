"""Normal runs try a few faults of each kind; `MERCATO_FAULTS=500 pytest -m slow tests/faults` as many as asked."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ledger.conftest import cluster

__all__ = ["cluster"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "slow: runs only where MERCATO_FAULTS says how many faults to try")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if not os.environ.get("MERCATO_FAULTS"):
        skip = pytest.mark.skip(reason="set MERCATO_FAULTS to the number of faults to try (500, 2000)")
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(skip)


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: these tests make the faults themselves, and sync thousands of times."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK):
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(prefix="mercato-faults-", dir=memory) as folder:
        yield Path(folder)


@pytest.fixture
def asked_for() -> int:
    """How many faults a slow test tries."""
    return int(os.environ["MERCATO_FAULTS"])
