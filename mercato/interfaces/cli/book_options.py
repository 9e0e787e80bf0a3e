"""What the commands on rumours share: the book of a ledger at a moment, `--as-of`, `--since`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mercato.interfaces.cli.options import day, moment, open_ledger
from mercato.interfaces.cli.output import progress, say
from mercato.settings import home

if TYPE_CHECKING:
    from mercato.register import Register
    from mercato.rumours.book import RumourBook
    from mercato.rumours.store import Due

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
    ledger_file: Path | str | None,
    as_of: datetime | None = None,
    register: Register | None = None,
    *,
    joined: bool = True,
) -> Iterator[RumourBook]:
    """The book of the ledger that was named, or of the user's; the register is loaded where none is given.

    With `joined`, the rumours are up to date, and where that takes long it was said.
    """
    from mercato.register import load_register
    from mercato.rumours.book import RumourBook
    from mercato.rumours.rates import load_rates

    with open_ledger(ledger_file) as ledger:
        book = RumourBook(ledger, register or load_register(), load_rates(rates_path()), as_of)
        if joined and as_of is None:
            catch_up(book)
        yield book


def catch_up(book: RumourBook) -> None:
    """Join what is new, as `join` does. A ledger that may not be written to is left to be joined in memory."""
    from mercato.errors import LedgerError

    try:
        join(book)
    except LedgerError as error:
        if book.due().is_long:
            say(f"The tables can't be written, so each command joins all articles in memory. {error}")


def join(book: RumourBook) -> Due:
    """Join what is new into rumours, and say so where it takes long. Raises LedgerError."""
    due = book.due()
    if not due.is_long:
        book.update()
        return due
    why = f"all anew, as {due.why}" if due.why else "not joined yet"
    say(f"Joining {due.articles:,} articles into rumours ({why}); `mercato ledger upgrade` does it beforehand.")
    start = monotonic()
    with progress("joining articles", due.articles) as step:
        book.update(step)
    say(f"Joined in {monotonic() - start:.0f} s.")
    return due
