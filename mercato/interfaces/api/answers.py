"""Questions and their answers as plain records; API, pages and exports ask here, so that they say the same."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from dataclasses import replace
from typing import Any

import msgspec

from mercato.errors import Misused, NotFound
from mercato.interfaces.api.envelope import paged
from mercato.interfaces.board import dated
from mercato.interfaces.cli.claims import as_record
from mercato.interfaces.cli.rumour_text import record, what
from mercato.interfaces.publishers import Publisher, Publishers
from mercato.ledger import ClaimFilter, LedgerView, StoredClaim, StoredDocument
from mercato.ledger.queries import claims_query
from mercato.ledger.rows import stored_claim
from mercato.model import ClaimKind, Stage
from mercato.model.rumours import Rumour, RumourStatus
from mercato.rumours.book import Change, RumourBook, RumourFilter
from mercato.rumours.windows import is_label

NEWEST_CLAIMS = 50
"""Claims shown of a source, a person or a club; `/claims` has them all."""


_LOOKED_AT = 200
"""Documents of a publisher that are looked at together."""


def checked_window(window: str | None) -> str | None:
    """A window's label; Misused for what is none."""
    if window is not None and not is_label(window):
        raise Misused(f"{window[:40]!r} is no window. Write it as 2025-summer or 2026-winter.")
    return window


def rumour_filter(
    *,
    kinds: list[ClaimKind],
    stages: list[Stage],
    statuses: list[RumourStatus],
    window: str | None = None,
    **rest: Any,
) -> RumourFilter:
    """A filter from what a request says."""
    return RumourFilter(
        kinds=tuple(kinds), stages=tuple(stages), statuses=tuple(statuses), window=checked_window(window), **rest
    )


def rumour_record(book: RumourBook, rumour: Rumour) -> dict[str, Any]:
    """A rumour with where it stands."""
    return record(rumour, book.standing(rumour))


def change_record(change: Change) -> dict[str, Any]:
    """A report with news, and enough of its rumour to name it."""
    rumour = change.rumour
    return {
        "rumour": rumour.id,
        "person": rumour.person_name,
        "what": what(rumour),
        "window": rumour.window,
        "report": msgspec.to_builtins(change.report),
    }


def claim_record(stored: StoredClaim) -> dict[str, Any]:
    """A claim in the fields of `mercato claims --json`."""
    return as_record(stored)


def document_of(view: LedgerView, id_: str) -> StoredDocument:
    """A document. Raises NotFound without a word of where the ledger lies."""
    try:
        return view.document(id_)
    except NotFound:
        raise NotFound(f"There is no document {id_[:64]!r} in this ledger.") from None


def claims_of_document(book: RumourBook, stored: StoredDocument) -> list[StoredClaim]:
    """The claims of one text at the book's moment, by its last reading."""
    database = book.ledger.database
    number = database.value("SELECT number FROM document WHERE id = ?", (stored.document.id,))
    return _claims_in(book, [int(str(number))], ClaimFilter(versions="all"))


def _claims_in(book: RumourBook, numbers: Sequence[int], asked: ClaimFilter) -> list[StoredClaim]:
    """The claims of the documents of some numbers at the book's moment, the newest publication first."""
    sql, parameters = claims_query(asked, book.moment, numbers)
    return [stored_claim(row) for row in book.ledger.database.execute(sql, parameters)]


def document_record(book: RumourBook, stored: StoredDocument) -> dict[str, Any]:
    """A document with its text, blocks and claims."""
    document = stored.document
    return {
        "id": document.id,
        "key": document.key,
        "version": stored.version,
        "text": document.text,
        "blocks": msgspec.to_builtins(document.blocks),
        "address": document.address,
        "outlet": document.outlet,
        "title": document.title,
        "author": document.author,
        "published": str(document.published) if document.published else None,
        "language": document.language,
        "seen_at": stored.seen_at.isoformat(),
        "recorded_at": stored.recorded_at.isoformat(),
        "claims": [claim_record(claim) for claim in claims_of_document(book, stored)],
    }


def source_claims(
    book: RumourBook, publishers: Publishers, name: str, asked: ClaimFilter, count: int
) -> tuple[Publisher | None, list[StoredClaim]]:
    """A publisher by any of its names, and so many of the newest claims that it published or is credited with.

    Nobody where it is known from others alone. `asked` narrows the claims. Raises NotFound.
    """
    key = publishers.key(name)
    own = publishers.of(book.ledger.database, book.moment).get(key)
    said = dict.fromkeys([name, key, *([own.name] if own else [])])
    claims = {c.claim.id: c for one in said for c in book.view.claims(asked, outlet=one, limit=count)}
    if own is None and not claims:
        something_said(name, *(book.view.claims(outlet=one, limit=1) for one in said))
    numbers, found = own.newest_first if own else [], dict[str, StoredClaim]()
    for start in range(0, len(numbers), _LOOKED_AT):
        if len(found) >= count:
            break
        found |= {c.claim.id: c for c in _claims_in(book, numbers[start : start + _LOOKED_AT], asked)}
    # Claims of one moment stand in one order, so that a list can be read page by page.
    newest = sorted((found | claims).values(), key=lambda c: (dated(c), c.claim.id), reverse=True)
    return own, newest[:count]


def claims_asked(book: RumourBook, publishers: Publishers, asked: ClaimFilter, count: int) -> list[StoredClaim]:
    """So many claims that a filter lets through, newest publication first; an outlet by any of its names."""
    if asked.outlet is None:
        return book.view.claims(asked, limit=count)
    try:
        return source_claims(book, publishers, asked.outlet, replace(asked, outlet=None), count)[1]
    except NotFound:
        return []


def source_record(book: RumourBook, publishers: Publishers, name: str) -> dict[str, Any]:
    """What a source published or is credited with, under all its names. Raises NotFound."""
    own, claims = source_claims(book, publishers, name, ClaimFilter(), NEWEST_CLAIMS)
    return {
        "outlet": own.name if own else book.names.source_name(publishers.key(name), name),
        "documents": own.documents if own else 0,
        "first": own.first if own else None,
        "last": own.last if own else None,
        "claims": [claim_record(stored) for stored in claims],
    }


def person_rumours(book: RumourBook, name: str) -> tuple[dict[str, list[str]], list[Rumour]]:
    """The spellings of everybody whom a name may mean, by key, and their rumours."""
    found = book.rumours(RumourFilter(person=name))
    named: dict[str, set[str]] = {}
    for rumour in found:
        named.setdefault(rumour.person, set()).update(rumour.names)
    return {key: sorted(names) for key, names in named.items()}, found


def newest_claims(book: RumourBook, person: str | None = None, club: str | None = None) -> list[dict[str, Any]]:
    """The newest claims on a person or a club, careers and contracts among them."""
    asked = ClaimFilter(person=person, club=club, limit=NEWEST_CLAIMS)
    return [claim_record(stored) for stored in book.view.claims(asked)]


def closed_page(
    closed: list[dict[str, Any]], limit: int, cursor: str | None
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the closed forecasts, and the cursor of the next."""
    return paged(lambda count: closed[:count], lambda row: f"{row['person_key']}/{row['moment']}", limit, cursor)


def something_said(name: str, *found: Sized) -> None:
    """Raise NotFound where nothing at all is said of a name."""
    if not any(len(part) for part in found):
        raise NotFound(f"Nothing is said of {name[:80]!r} in this ledger.")
