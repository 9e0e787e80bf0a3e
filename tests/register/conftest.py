"""The shipped register, loaded once, and small lists to import."""

from __future__ import annotations

from pathlib import Path

import pytest

from mercato.register import Register, load_shipped
from mercato.register.store import RegisterStore


@pytest.fixture(scope="session")
def shipped() -> Register:
    return load_shipped()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "home" / "register.sqlite"


@pytest.fixture
def store(place: Path):
    with RegisterStore(place) as opened:
        yield opened


@pytest.fixture
def write(tmp_path: Path):
    """Writes a CSV file of the given lines and returns its path."""

    def write(name: str, *lines: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes("\n".join(lines).encode(encoding) + b"\n")
        return path

    return write
