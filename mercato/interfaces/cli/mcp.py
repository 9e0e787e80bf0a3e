"""`mercato mcp`: the ledger's questions for assistants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mercato.errors import MercatoError
from mercato.interfaces.cli.book_options import rates_path
from mercato.interfaces.cli.options import ledger_option, ledger_place


@click.command()
@ledger_option
def mcp(ledger_file: Path | str | None) -> None:
    """Answer an assistant's questions on standard input and output (Model Context Protocol). Nothing is written.

    For an assistant that starts its servers itself: command `mercato`, arguments `mcp`.
    """
    from mercato.interfaces.assistants import make_server
    from mercato.interfaces.desk import Desk
    from mercato.register import load_register
    from mercato.rumours.rates import load_rates

    place = ledger_place(ledger_file)
    desk = Desk(place, load_register(), load_rates(rates_path()), create=ledger_file is None)
    try:
        make_server(desk, lambda: _kept(place)).run("stdio")
    finally:
        desk.close()


def _kept(place: Path | str) -> list[Any]:
    """The kept forecasts; none where the libraries for numbers are not there."""
    from mercato.interfaces.forecasting import open_store

    try:
        store = open_store(place)
    except MercatoError:
        return []
    with store:
        return store.forecasts()
