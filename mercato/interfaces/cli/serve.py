"""`mercato serve`: pages, API and feeds of a ledger, in one process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import MercatoError
from mercato.interfaces.cli.book_options import catch_up, rates_path
from mercato.interfaces.cli.options import ledger_option, ledger_place
from mercato.interfaces.cli.output import say
from mercato.settings import HOSTS, TOKEN

if TYPE_CHECKING:
    from fastapi import FastAPI

_SHORTEST_TOKEN = 16


@click.command()
@click.option(
    "--host", default="127.0.0.1", show_default=True, help="The address to listen at; 0.0.0.0 is everybody's."
)
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="The port to listen at.")
@ledger_option
def serve(host: str, port: int, ledger_file: Path | str | None) -> None:
    """Serve web pages at / and an API at /api/v1. Nothing can be written unless MERCATO_TOKEN is set.

    A ledger that is named must be there; your own is made where it isn't. Pages are plain HTTP: put a web server with
    TLS before it where others are to read it.
    """
    app = make_app(ledger_file, host)
    say(f"mercato: http://{f'[{host}]' if ':' in host else host}:{port}/ (stop with Ctrl-C)")
    _run(app, host, port)


def make_app(ledger_file: Path | str | None, host: str = "127.0.0.1") -> FastAPI:
    """The application over a ledger. Raises MercatoError where a library is missing or the token is too short."""
    token = TOKEN.value.strip()
    if token and len(token) < _SHORTEST_TOKEN:
        raise MercatoError(
            f"{TOKEN.variable} is shorter than {_SHORTEST_TOKEN} characters. Make it longer, or unset it."
        )
    try:
        from mercato.interfaces.api.app import create_app
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mercato"):
            raise
        raise MercatoError(
            f"The web server needs {error.name}: install it with `pip install 'mercato[web]'`."
        ) from None
    from mercato.interfaces.desk import Desk
    from mercato.register import load_register
    from mercato.rumours.rates import load_rates

    own = ledger_file is None
    desk = Desk(ledger_place(ledger_file), load_register(), load_rates(rates_path()), create=own)
    with desk.book() as book:
        catch_up(book)
    return create_app(desk, token, hosts_for(host))


def hosts_for(host: str) -> frozenset[str]:
    """The names that a server answers to: this machine's, the address it listens at, and those of MERCATO_HOSTS.

    None at all means any name, as MERCATO_HOSTS=* asks for.
    """
    named = {name.strip().lower() for name in HOSTS.value.split(",") if name.strip()}
    if "*" in named:
        return frozenset()
    listened = set() if host in ("0.0.0.0", "::") else {f"[{host}]" if ":" in host else host.lower()}
    return frozenset({"localhost", "127.0.0.1", "[::1]", *named, *listened})


def _run(app: Any, host: str, port: int) -> None:
    import uvicorn

    # Requests are not logged: what is searched for is the reader's business.
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)
