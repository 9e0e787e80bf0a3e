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


class LedgerPlace(click.ParamType[Path | str]):
    """A ledger as it is given: a path, which `~` may begin, or the address of a PostgreSQL database."""

    name = "place"

    def convert(
        self,
        value: Path | str,
        param: click.Parameter | None,  # noqa: ARG002
        ctx: click.Context | None,  # noqa: ARG002
    ) -> Path | str:
        """The path, or the address as text."""
        from mercato.ledger.address import as_place

        return as_place(value) if isinstance(value, str) else value


def ledger_option(function: F) -> F:
    """`--ledger PATH|ADDRESS`."""
    return click.option(
        "--ledger",
        "ledger_file",
        metavar="PATH|ADDRESS",
        type=LedgerPlace(),
        help="The ledger's file, or postgresql://user@host/database; "
        f"else {LEDGER.variable}, else the one in your data folder (`mercato doctor` tells).",
    )(function)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON lines for other programs.")(function)


def reader_option(function: F) -> F:
    """`--reader rules|model|combined`."""
    from mercato.interfaces.readers import ReaderName

    return click.option(
        "--reader",
        "reader_name",
        type=click.Choice([str(name) for name in ReaderName]),
        default=str(ReaderName.RULES),
        show_default=True,
        help="Read by rules, by asking a language model (MERCATO_MODEL_URL), or by rules and the model where they "
        "are unsure.",
    )(function)


def ledger_place(given: Path | str | None) -> Path | str:
    """Where the ledger is that was named, or the user's own."""
    from mercato.ledger.address import as_place, is_address

    if given is not None:
        return as_place(given) if isinstance(given, str) else given.expanduser()
    return LEDGER.value.strip() if is_address(LEDGER.value.strip()) else ledger_path()


def open_ledger(given: Path | str | None, *, create: bool = False) -> Ledger:
    """The ledger that was named, or the user's."""
    from mercato.ledger import Ledger

    return Ledger.open(ledger_place(given), create=create)


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
