"""`mercato mcp`: the ledger's questions for assistants."""

from __future__ import annotations

from pathlib import Path

import click

from mercato.interfaces.cli.book_options import catch_up, rates_path
from mercato.interfaces.cli.options import ledger_option, ledger_place


@click.command()
@ledger_option
def mcp(ledger_file: Path | str | None) -> None:
    """Answer an assistant's questions on standard input and output (Model Context Protocol). Nothing is written.

    For an assistant that starts its servers itself: command `mercato`, arguments `mcp`.
    """
    from mercato.interfaces.assistants import make_server
    from mercato.interfaces.desk import Desk
    from mercato.interfaces.forecasting import kept_forecasts
    from mercato.register import load_register
    from mercato.rumours.rates import load_rates

    place = ledger_place(ledger_file)
    desk = Desk(place, load_register(), load_rates(rates_path()), create=ledger_file is None)
    try:
        with desk.book() as book:
            catch_up(book)
        make_server(desk, lambda: kept_forecasts(place)).run("stdio")
    finally:
        desk.close()
