"""Flat rows for tables: rumours, reports, claims and windows, with the ids that other data is joined by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mercato.errors import Misused
from mercato.model import EvidenceRole
from mercato.rumours.book import RumourFilter

if TYPE_CHECKING:
    from mercato.ledger import StoredClaim
    from mercato.model import Claim
    from mercato.model.rumours import Report, Rumour
    from mercato.register import Register, Window
    from mercato.rumours.book import RumourBook

Row = dict[str, Any]

TABLES = ("rumours", "reports", "claims")
"""The tables of a book; windows, which the register has, are the fourth that is exported."""


def table_rows(name: str, book: RumourBook, **asked: Any) -> Iterator[Row]:
    """The rows of a table at the book's moment. `asked` are fields of ClaimFilter for claims, else of RumourFilter.

    Raises Misused for what is no table.
    """
    if name == "claims":
        return (claim_row(book.register, stored) for stored in book.view.claims(**asked))
    if name not in TABLES:
        raise Misused(f"{name!r} is no table; there are {', '.join(TABLES)}.")
    found = book.rumours(RumourFilter(**asked))
    if name == "reports":
        return (row for rumour in found for row in report_rows(rumour))
    return (rumour_row(book, rumour) for rumour in found)


@dataclass(frozen=True, slots=True)
class Ids:
    """What a person or club is called elsewhere; None where not known."""

    register: str | None = None
    wikidata: str | None = None
    transfermarkt: str | None = None

    def columns(self, name: str) -> Row:
        """The three as columns `NAME_id`, `NAME_wikidata`, `NAME_transfermarkt`."""
        return {
            f"{name}_id": self.register,
            f"{name}_wikidata": self.wikidata,
            f"{name}_transfermarkt": self.transfermarkt,
        }

    @property
    def links(self) -> list[str]:
        """Addresses that identify it on the open web."""
        return [f"http://www.wikidata.org/entity/{self.wikidata}"] if self.wikidata else []


def ids_of(register: Register, key: str | None) -> Ids:
    """The ids of a register's key; nothing for somebody who is known by a name alone."""
    from mercato.rumours.names import PLAIN

    if not key or key.startswith(PLAIN):
        return Ids()
    record = register.people.get(key) or register.clubs.get(key)
    number = record.tm_id if record else ""
    if key.startswith("tm:"):
        number = number or key.removeprefix("tm:")
    wikidata = key if key[:1] == "Q" and key[1:].isdigit() else None
    return Ids(key, wikidata, number or None)


def rumour_row(book: RumourBook, rumour: Rumour) -> Row:
    """A rumour as one row."""
    register, standing, last = book.register, book.standing(rumour), rumour.last_news
    fee = standing.fee
    return {
        "id": rumour.id,
        "kind": rumour.kind.value,
        "person": rumour.person_name,
        **ids_of(register, rumour.person).columns("person"),
        "club": rumour.club_name,
        **ids_of(register, rumour.club).columns("club"),
        "from": rumour.from_names[0] if rumour.from_names else None,
        **ids_of(register, rumour.from_keys[0] if rumour.from_keys else None).columns("from"),
        "window": rumour.window,
        "closes": rumour.closes.isoformat(),
        "saga": rumour.saga,
        "stage": rumour.stage.value if rumour.stage else None,
        "status": standing.status.value,
        "independent_origins": len(rumour.independent_origins),
        "reports": len(rumour.reports),
        "first": ", ".join(rumour.lead.first),
        "last_news": str(last.published or f"{last.known_at:%Y-%m-%d}"),
        "last_outlet": last.outlet,
        "contract": rumour.contract,
        "fee_eur": fee.middle if fee else None,
        "fee_eur_low": fee.low if fee else None,
        "fee_eur_high": fee.high if fee else None,
        "conflicts": len(rumour.conflicts),
        "denials": len(rumour.denials),
    }


def report_rows(rumour: Rumour) -> Iterator[Row]:
    """A rumour's reports, one row each: who said what when, on whose word, and what was new."""
    yield from (_report_row(rumour, report) for report in rumour.reports)


def _report_row(rumour: Rumour, report: Report) -> Row:
    return {
        "rumour": rumour.id,
        "person": rumour.person_name,
        "club": rumour.club_name,
        "window": rumour.window,
        "document_id": report.document_id,
        "outlet": report.outlet,
        "published": str(report.published) if report.published else None,
        "known_at": report.known_at.isoformat(),
        "language": report.language,
        "role": report.role.value,
        "origin": report.path[0] if report.path else None,
        "path": " > ".join(report.path),
        "stage": report.stage.value if report.stage else None,
        "certainty": report.certainty.value,
        "new": ", ".join(item.value for item in report.new),
        "echo_of": report.echo_of,
        "title": report.title,
        "address": report.address,
    }


def claim_row(register: Register, stored: StoredClaim) -> Row:
    """A claim as one row."""
    claim, source = stored.claim, stored.source
    row: Row = {"id": claim.id, "kind": claim.kind.value}
    parts = (("person", claim.person), ("to", claim.to), ("from", claim.from_), ("club", claim.club))
    for name, said in parts:
        row |= {name: said.name if said else None, **ids_of(register, said.id if said else None).columns(name)}
    return row | {
        "role": claim.role.value,
        "stage": claim.stage.value if claim.stage else None,
        "certainty": claim.certainty.value,
        "deal": claim.deal.value if claim.deal else None,
        "fee_low": claim.fee.low if claim.fee else None,
        "fee_high": claim.fee.high if claim.fee else None,
        "fee_currency": claim.fee.currency if claim.fee else None,
        "until": claim.until,
        "condition": claim.condition.text if claim.condition else None,
        "sources": ", ".join(claim.attribution.sources),
        "confidence": claim.confidence,
        "words": trigger_words(claim),
        "outlet": source.outlet,
        "published": str(source.published) if source.published else None,
        "language": source.language,
        "title": source.title,
        "address": source.address,
        "document_id": source.id,
        "seen_at": stored.seen_at.isoformat(),
        "reader": f"{claim.reader.name} {claim.reader.version}",
    }


def trigger_words(claim: Claim) -> str | None:
    """The words that tell of the step, as they stand in the text."""
    return " … ".join(dict.fromkeys(e.span.text for e in claim.evidence if e.role is EvidenceRole.TRIGGER)) or None


def window_row(window: Window) -> Row:
    """A transfer window of a country."""
    return {
        "country": window.country,
        "season": window.season,
        "kind": window.kind.value,
        "opens": window.opens.isoformat() if window.opens else None,
        "closes": window.closes.isoformat(),
    }
