"""`mercato claims`: the ledger's claims by person, club, outlet, stage, kind and date."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import Misused
from mercato.interfaces.cli.options import day, json_option, ledger_option, moment, open_ledger
from mercato.interfaces.cli.output import print_json, print_table, say
from mercato.model import ClaimKind, Stage

if TYPE_CHECKING:
    from mercato.ledger import ClaimFilter, Ledger, StoredClaim

COLUMNS = ("id", "published", "kind", "person", "clubs", "stage", "terms", "outlet", "cites")


@click.command()
@ledger_option
@json_option
@click.option(
    "--person", metavar="NAME", help="Whole words of the name (perin), or an id (Q1234). Accents don't matter."
)
@click.option("--club", metavar="NAME", help="The same for a club, in whatever role it plays.")
@click.option("--outlet", metavar="NAME", help="The same for an outlet or journalist, as publisher or as cited.")
@click.option("--stage", "stages", multiple=True, type=click.Choice([s.value for s in Stage]), help="May be repeated.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice([k.value for k in ClaimKind]), help="May be repeated."
)
@click.option("--since", metavar="DATE", type=day, help="Published on this day or later.")
@click.option("--until", metavar="DATE", type=day, help="Published on this day or earlier.")
@click.option(
    "--as-of", metavar="MOMENT", type=moment, help="The ledger as it stood: only what was published and seen by then."
)
@click.option("--all-readings", is_flag=True, help="Older readers' claims and older versions of articles too.")
@click.option("--limit", type=click.IntRange(1), help="The newest so many.")
def claims(
    ledger_file: Path | str | None,
    as_json: bool,
    person: str | None,
    club: str | None,
    outlet: str | None,
    stages: tuple[str, ...],
    kinds: tuple[str, ...],
    since: date | None,
    until: date | None,
    as_of: datetime | None,
    all_readings: bool,
    limit: int | None,
) -> None:
    """List claims of the ledger, newest first. `mercato explain ID` shows the words behind one."""
    from mercato.ledger import ClaimFilter

    if since and until and since > until:
        raise Misused(f"--since {since} is later than --until {until}: no day lies between. Swap them.")
    which = "all" if all_readings else "latest"
    asked = ClaimFilter(
        person, club, outlet, tuple(map(Stage, stages)), tuple(map(ClaimKind, kinds)), since, until, which, which, limit
    )
    with open_ledger(ledger_file) as ledger:
        view = ledger.as_of(as_of) if as_of else ledger
        found = view.claims(asked)
        if as_json:
            for stored in found:
                print_json(as_record(stored))
        elif found:
            print_table(COLUMNS, map(_row, found))
        if not found:
            say(_nothing(ledger, asked, as_of))


def as_record(stored: StoredClaim) -> dict[str, Any]:
    """A stored claim in the schema's fields, with its document and the moments it was seen and written down."""
    from mercato.model import claim_to_schema

    source = stored.source
    return {
        "id": stored.claim.id,
        **claim_to_schema(stored.claim),
        "document": {
            "id": source.id,
            "key": source.key,
            "version": source.version,
            "address": source.address,
            "outlet": source.outlet,
            "title": source.title,
            "author": source.author,
            "published": str(source.published) if source.published else None,
            "language": source.language,
            "seen_at": source.seen_at.isoformat(),
        },
        "seen_at": stored.seen_at.isoformat(),
        "recorded_at": stored.recorded_at.isoformat(),
    }


def _row(stored: StoredClaim) -> tuple[object, ...]:
    from mercato.interfaces.cli.claim_text import SHORT_ID, cited, clubs, money

    claim = stored.claim
    terms = [claim.deal.value if claim.deal else "", money(claim.fee) if claim.fee else "", claim.until or ""]
    return (
        claim.id[:SHORT_ID],
        stored.source.published or "",
        claim.kind.value,
        claim.person.name,
        clubs(claim),
        claim.stage.value if claim.stage else "",
        ", ".join(term for term in terms if term),
        stored.source.outlet,
        cited(claim),
    )


def _nothing(ledger: Ledger, asked: ClaimFilter, as_of: datetime | None) -> str:
    """Why the list is empty, as far as it can be told."""
    held = ledger.counts()
    if held.claims == 0:
        return f"No claims yet in {ledger.place}. `mercato read ARTICLE` adds some."
    if as_of is not None and (later := len(ledger.claims(asked))):
        return (
            f"No such claim had been seen by {as_of:%Y-%m-%d %H:%M} UTC; {later:,} match today. The ledger goes by the "
            "moment it saw an article: read archives with `mercato read --as-published`."
        )
    return f"None of the {held.claims:,} claims in {ledger.place} matches. Fewer filters find more."
