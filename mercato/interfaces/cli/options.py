"""Options that commands share, and how dates and moments are given on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mercato.settings import LEDGER, ledger_path

if TYPE_CHECKING:
    from mercato.ledger import Ledger

F = TypeVar("F", bound=Callable[..., Any])


def ledger_option(function: F) -> F:
    """`--ledger PATH`."""
    return click.option(
        "--ledger",
        "ledger_file",
        metavar="PATH",
        type=click.Path(path_type=Path),
        help=f"The ledger's file; else {LEDGER.variable}, else the one in your data folder (`mercato doctor` tells).",
    )(function)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON lines for other programs.")(function)


def open_ledger(given: Path | None, *, create: bool = False) -> Ledger:
    """The ledger that was named, or the user's."""
    from mercato.ledger import Ledger

    return Ledger.open(given.expanduser() if given else ledger_path(), create=create)


def day(value: str) -> date:
    """A day given as YYYY-MM-DD."""
    try:
        return date.fromisoformat(value.strip())
    except ValueError:
        raise click.BadParameter(f"{value!r} is no day. Write it as 2025-06-09.") from None


def moment(value: str) -> datetime:
    """A moment given as YYYY-MM-DD (the end of that day) or YYYY-MM-DDTHH:MM, in UTC unless it says otherwise."""
    try:
        return datetime.combine(date.fromisoformat(value.strip()), time.max, UTC)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(value.strip())
    except ValueError:
        raise click.BadParameter(f"{value!r} is no moment. Write it as 2025-06-09 or 2025-06-09T18:30.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
