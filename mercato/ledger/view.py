"""Reading the ledger, as it stands now or as it stood at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from mercato.errors import Misused, NotFound
from mercato.ledger.dialect import Database
from mercato.ledger.moments import stamp
from mercato.ledger.names import Named, NameRole, documents_named, names_meant
from mercato.ledger.queries import (
    Where,
    claim_by_prefix_query,
    claims_query,
    date_bounds,
    documents_by_date_query,
    latest_version,
    visible_documents,
)
from mercato.ledger.records import ClaimFilter, Counts, Skip, StoredClaim, StoredDocument
from mercato.ledger.rows import DOCUMENT_COLUMNS, skip, stored_claim, stored_document

_SHOWN_CANDIDATES = 5
_PAGE = 500
# Documents looked at first for a short list; the next look is at a whole page.
_FEW = 50


class LedgerView:
    """What can be read. With a moment, only what had been published and seen by then is there."""

    def __init__(self, database: Database, moment: datetime | None = None) -> None:
        self._database = database
        self.moment = moment

    def documents(self, key: str | None = None, versions: str = "all") -> Iterator[StoredDocument]:
        """The documents in the order in which they were written down; `versions="latest"` leaves out older texts."""
        where = Where()
        visible_documents(where, self.moment)
        if key is not None:
            where.add("d.key = ?", key)
        if versions == "latest":
            latest_version(where, self.moment)
        return self._pages_of_documents(where)

    def _pages_of_documents(self, where: Where) -> Iterator[StoredDocument]:
        """In pages by number, so that neither the memory nor a long transaction grows with the ledger."""
        columns = ", ".join(f"d.{column}" for column in DOCUMENT_COLUMNS)
        after = 0
        while True:
            page = Where([*where.conditions, "d.number > ?"], [*where.parameters, after])
            sql = f"SELECT d.number, {columns} FROM document d{page.sql} ORDER BY d.number LIMIT ?"
            rows = self._database.execute(sql, [*page.parameters, _PAGE])
            yield from (stored_document(row[1:]) for row in rows)
            if len(rows) < _PAGE:
                return
            after = int(str(rows[-1][0]))

    def document(self, id_: str) -> StoredDocument:
        """The document of an id; NotFound where it is not there (or was not, at the view's moment)."""
        where = Where(["d.id = ?"], [id_])
        visible_documents(where, self.moment)
        found = next(self._pages_of_documents(where), None)
        if found is None:
            raise NotFound(f"There is no document {id_!r} in the ledger {self._database.place}.")
        return found

    def claims(self, asked: ClaimFilter | None = None, **filters: Any) -> list[StoredClaim]:
        """The claims that a filter lets through, newest publication first; keywords are the fields of ClaimFilter."""
        wanted = replace(asked or ClaimFilter(), **filters)
        named = any(name is not None for name in (wanted.person, wanted.club, wanted.outlet))
        if not named and wanted.limit is None:
            sql, parameters = claims_query(wanted, self.moment)
            return [stored_claim(row) for row in self._database.execute(sql, parameters)]
        found: list[StoredClaim] = []
        for numbers in self._documents_named(wanted) if named else self._documents_by_date(wanted):
            self._add_claims(found, numbers, wanted)
            if wanted.limit is not None and len(found) >= wanted.limit:
                break
        return found[: wanted.limit]

    def _documents_named(self, wanted: ClaimFilter) -> Iterator[list[int]]:
        return documents_named(self._database, self._named(wanted), wanted.limit is not None)

    def _documents_by_date(self, wanted: ClaimFilter) -> Iterator[list[int]]:
        """The numbers of all documents that may be meant, newest first, in runs."""
        before, size = None, _FEW
        while True:
            sql, parameters = documents_by_date_query(wanted, self.moment, before, size)
            rows = [(str(dated), int(str(number))) for dated, number in self._database.execute(sql, parameters)]
            yield [number for _, number in rows]
            if len(rows) < size:
                return
            before, size = rows[-1], _PAGE

    def _named(self, wanted: ClaimFilter) -> Named:
        given = ((NameRole.PERSON, wanted.person), (NameRole.CLUB, wanted.club), (NameRole.OUTLET, wanted.outlet))
        meant = tuple(names_meant(self._database, role, name) for role, name in given if name is not None)
        return Named(meant, *date_bounds(wanted, self.moment))

    def _add_claims(self, found: list[StoredClaim], numbers: list[int], wanted: ClaimFilter) -> None:
        """Add the claims asked for among documents in the order that lists go by, no further than the limit reaches."""
        size, start = min(max(wanted.limit or _PAGE, _FEW), _PAGE), 0
        while start < len(numbers) and (wanted.limit is None or len(found) < wanted.limit):
            sql, parameters = claims_query(replace(wanted, limit=None), self.moment, numbers[start : start + size])
            found += [stored_claim(row) for row in self._database.execute(sql, parameters)]
            size, start = _PAGE, start + size

    def claim(self, prefix: str) -> tuple[StoredClaim, StoredDocument]:
        """A claim by its id or the beginning of it, in its latest reading, with its document.

        NotFound where no claim begins so; Misused where several do.
        """
        if not prefix:
            raise Misused("An empty claim id names no claim; `mercato claims` lists them with their ids.")
        sql, parameters = claim_by_prefix_query(prefix, self.moment)
        found = [stored_claim(row) for row in self._database.execute(sql, parameters)]
        exact = [stored for stored in found if stored.claim.id == prefix]
        ids = sorted({stored.claim.id for stored in exact or found})
        if not ids:
            raise NotFound(
                f"No claim has an id that begins with {prefix!r}; `mercato claims` lists them with their ids."
            )
        if len(ids) > 1:
            shown = ", ".join(ids[:_SHOWN_CANDIDATES]) + (", ..." if len(ids) > _SHOWN_CANDIDATES else "")
            raise Misused(f"{len(ids)} claims have an id that begins with {prefix!r}: {shown}. Give more of the id.")
        stored = (exact or found)[0]
        return stored, self.document(stored.claim.document_id)

    def counts(self) -> Counts:
        """How many rows there are."""
        documents = Where()
        visible_documents(documents, self.moment)
        readings, skips = Where(list(documents.conditions), list(documents.parameters)), Where()
        if self.moment is not None:
            readings.add("r.seen_at <= ?", stamp(self.moment))
            skips.add("recorded_at <= ?", stamp(self.moment))
        read = f"FROM reading r JOIN document d ON d.id = r.document_id{readings.sql}"
        return Counts(
            articles=self._count(f"SELECT count(DISTINCT d.key) FROM document d{documents.sql}", documents),
            documents=self._count(f"SELECT count(*) FROM document d{documents.sql}", documents),
            readings=self._count(f"SELECT count(*) {read}", readings),
            claims=self._count(f"SELECT COALESCE(sum(r.claims), 0) {read}", readings),
            skips=self._count(f"SELECT count(*) FROM skip{skips.sql}", skips),
        )

    def skips(self) -> list[Skip]:
        """What could not be read, oldest first."""
        where = Where()
        if self.moment is not None:
            where.add("recorded_at <= ?", stamp(self.moment))
        sql = f"SELECT input_name, reason, advice, recorded_at FROM skip{where.sql} ORDER BY number"
        return [skip(row) for row in self._database.execute(sql, where.parameters)]

    def _count(self, sql: str, where: Where) -> int:
        return int(str(self._database.value(sql, where.parameters)))
