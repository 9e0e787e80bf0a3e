from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mercato.ledger import Ledger
from mercato.register import Register, load_shipped


@pytest.fixture(scope="session")
def register() -> Register:
    return load_shipped()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger.open(tmp_path / "ledger.sqlite") as opened:
        yield opened
