"""What the commands on rumours share: the book of a ledger at a moment, `--as-of`, `--since`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mercato.interfaces.cli.options import day, moment, open_ledger
from mercato.settings import home

if TYPE_CHECKING:
    from mercato.register import Register
    from mercato.rumours.book import RumourBook

F = TypeVar("F", bound=Callable[..., Any])


def as_of_option(function: F) -> F:
    """`--as-of MOMENT`."""
    help_ = "As things stood: only what was published and seen by then."
    return click.option("--as-of", metavar="MOMENT", type=moment, help=help_)(function)


def since_moment(value: str) -> datetime:
    """A moment given as YYYY-MM-DD (the beginning of that day) or with a time, in UTC unless it says otherwise."""
    if len(value.strip()) == len("2025-06-09"):
        return datetime.combine(day(value), time.min, UTC)
    return moment(value)


def rates_path() -> Path:
    """Where the daily rates lie that `mercato rates update` loads."""
    return home() / "rates.csv"


@contextmanager
def open_book(
    ledger_file: Path | str | None, as_of: datetime | None = None, register: Register | None = None
) -> Iterator[RumourBook]:
    """The book of the ledger that was named, or of the user's; the register is loaded where none is given."""
    from mercato.register import load_register
    from mercato.rumours.book import RumourBook
    from mercato.rumours.rates import load_rates

    with open_ledger(ledger_file) as ledger:
        yield RumourBook(ledger, register or load_register(), load_rates(rates_path()), as_of)
