"""`mercato rates`: exchange rates against the euro."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from mercato.errors import DataFileError, DocumentSkipped, Misused, SourceUnusable
from mercato.interfaces.cli.book_options import rates_path
from mercato.interfaces.cli.options import day, json_option
from mercato.interfaces.cli.output import print_json, print_lines, say
from mercato.interfaces.files import written_whole

BANK = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip"
_LIMIT = 64_000_000
_TYPES = frozenset(
    (
        "text/csv",
        "text/plain",
        "application/csv",
        "application/zip",
        "application/x-zip-compressed",
        "application/octet-stream",
        "",
    )
)


@click.group()
def rates() -> None:
    """Exchange rates against the euro: daily ones once loaded, else a year's average, and the figure says "about"."""


@rates.command()
@click.argument("source", metavar="[FILE|URL]", default=BANK)
def update(source: str) -> None:
    """Load the European Central Bank's daily rates, from its address or from a copy (eurofxref-hist.csv or .zip)."""
    from mercato.rumours.rates import parse_daily

    data = _fetched(source) if "://" in source else _read(Path(source))
    found = parse_daily(data, source)
    _keep(data)
    say(f"Daily rates of {len(found.days):,} days, {found.days[0]} to {found.days[-1]}, in {rates_path()}.")


@rates.command()
@click.argument("amount", type=float)
@click.argument("currency")
@click.option("--on", "on", metavar="DATE", type=day, help="The day of the rate; today if not given.")
@json_option
def convert(amount: float, currency: str, on: date | None, as_json: bool) -> None:
    """Convert an amount to euros at the rate of a day."""
    from mercato.rumours.rates import load_rates

    found = load_rates(rates_path()).to_euros(amount, currency.upper(), on or date.today())
    if found is None:
        raise Misused(f"No rate for {currency.upper()!r}. `mercato rates update` loads those of the central bank.")
    if as_json:
        print_json({"eur": found.amount, "about": found.about, "year": found.year})
        return
    about = f"about (average of {found.year}) " if found.about else ""
    print_lines([f"{about}EUR {found.amount:,.2f}"])


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > _LIMIT:
            raise DataFileError(f"{path}: larger than any file of rates ({_LIMIT:,} bytes).")
        return path.read_bytes()
    except OSError as error:
        raise SourceUnusable(f"{path}: can't be read ({error.strerror}). Give the bank's eurofxref-hist.csv.") from None


def _fetched(address: str) -> bytes:
    from mercato.sources.fetch import ask

    try:
        answer = ask(address, _LIMIT, types=_TYPES)
    except DocumentSkipped as skipped:
        raise SourceUnusable(f"{address}: {skipped.reason}. Save the bank's file and give its path.") from None
    if not 200 <= answer.status < 300:
        raise SourceUnusable(f"{address}: answered with status {answer.status}. Save the file and give its path.")
    return answer.data


def _keep(data: bytes) -> None:
    """In place of the older file, whole or not at all."""
    path = rates_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(path) as beside:
        beside.write_bytes(data)
