"""A filter becomes SQL: each part is a condition and its parameters, in statements that every dialect takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from mercato.ledger.moments import stamp
from mercato.ledger.names import as_words
from mercato.ledger.records import ClaimFilter
from mercato.ledger.rows import HEAD_COLUMNS, fold_outlet
from mercato.model import ReaderVersion
from mercato.model.folding import fold


@dataclass(slots=True)
class Where:
    """Conditions joined by AND, with their parameters in order."""

    conditions: list[str] = field(default_factory=list)
    parameters: list[object] = field(default_factory=list)

    def add(self, condition: str, *parameters: object) -> None:
        """One more condition; it must hold a `?` for each parameter."""
        self.conditions.append(condition)
        self.parameters.extend(parameters)

    @property
    def sql(self) -> str:
        """` WHERE ...`, or nothing."""
        return f" WHERE {' AND '.join(self.conditions)}" if self.conditions else ""


# The least precise date is a year: a document dated within it may be of its last day.
_LEAST_PRECISE = timedelta(days=366)


def claims_query(
    asked: ClaimFilter, moment: datetime | None, documents: Sequence[int] | None = None
) -> tuple[str, list[object]]:
    """The claims asked for, as known at `moment`; newest publication first, in a document in the order of its text.

    `documents` are the numbers of those that are looked at; None for all. The filter's limit is the caller's to keep.
    """
    where = Where()
    _add_names(where, asked)
    _add_one_of(where, "c.stage", asked.stages)
    _add_one_of(where, "c.kind", asked.kinds)
    _add_days(where, asked)
    _add_visible_claims(where, moment)
    _add_reader(where, asked.reader, moment)
    if asked.versions == "latest":
        latest_version(where, moment)
    # Ties in time (one article's claims) are settled by number, so that a limit always cuts at the same place.
    order = "ORDER BY d.dated_at DESC, d.number DESC, c.reading DESC, c.place"
    if documents is not None:
        where.add(f"d.number IN ({', '.join('?' * len(documents))})", *documents)
    # SQLite keeps the order of a CROSS JOIN: from a document to its claims, where few documents are looked at.
    where.add("c.document_id = d.id")
    tables = "claim c, document d" if documents is None else "document d CROSS JOIN claim c"
    return f"{_SELECT} FROM {tables}{where.sql} {order}", where.parameters


def documents_by_date_query(
    asked: ClaimFilter, moment: datetime | None, before: tuple[str, int] | None, size: int
) -> tuple[str, list[object]]:
    """The next documents (dated_at, number) in the order that lists go by, after the one that `before` names."""
    where = Where()
    visible_documents(where, moment)
    _add_days(where, asked)
    if before is not None:
        where.add("(d.dated_at, d.number) < (?, ?)", *before)
    sql = f"SELECT d.dated_at, d.number FROM document d{where.sql} ORDER BY d.dated_at DESC, d.number DESC LIMIT ?"
    return sql, [*where.parameters, size]


def claim_by_prefix_query(prefix: str, moment: datetime | None) -> tuple[str, list[object]]:
    """All readings of the claims whose id starts with `prefix`, the latest reading first."""
    where = Where()
    _add_visible_claims(where, moment)
    where.add("c.id >= ?", prefix)
    where.add("c.id < ?", prefix + "\U0010ffff")
    sql = f"{_SELECT} FROM claim c JOIN document d ON d.id = c.document_id{where.sql} ORDER BY c.reading DESC, c.id"
    return sql, where.parameters


def visible_documents(where: Where, moment: datetime | None, alias: str = "d") -> None:
    """Only documents seen by `moment` and surely published by then (a day counts when it is over)."""
    if moment is not None:
        # The first says nothing that the others don't, but there is an index for it.
        where.add(f"{alias}.dated_at <= ?", stamp(moment))
        where.add(f"{alias}.seen_at <= ?", stamp(moment))
        where.add(f"({alias}.published_latest IS NULL OR {alias}.published_latest <= ?)", stamp(moment))


def latest_version(where: Where, moment: datetime | None) -> None:
    """Only the text of each article that was seen last (of two at one moment, the one written down last)."""
    inner, join = Where(["s.key = d.key"]), ""
    if moment is not None:
        join = " JOIN document v ON v.id = s.document_id"
        inner.add("s.seen_at <= ?", stamp(moment))
        visible_documents(inner, moment, "v")
    where.add(
        f"d.id = (SELECT s.document_id FROM sighting s{join}{inner.sql} "
        "ORDER BY s.seen_at DESC, s.number DESC LIMIT 1)",
        *inner.parameters,
    )


def date_bounds(asked: ClaimFilter, moment: datetime | None) -> tuple[str | None, str | None]:
    """Stamps that `dated_at` of what is asked for surely lies between, inclusive; None where there is no bound."""
    first = stamp(datetime.combine(asked.since, time.min, UTC) - _LEAST_PRECISE) if asked.since else None
    ends = [datetime.combine(asked.until, time.max, UTC)] if asked.until else []
    ends += [moment if moment.tzinfo else moment.replace(tzinfo=UTC)] if moment else []
    return first, stamp(min(ends)) if ends else None


_HEAD = ", ".join(f"d.{column}" for column in HEAD_COLUMNS)
_SELECT = f"SELECT c.body, c.seen_at, c.recorded_at, {_HEAD}"


def _add_visible_claims(where: Where, moment: datetime | None) -> None:
    visible_documents(where, moment)
    if moment is not None:
        where.add("c.seen_at <= ?", stamp(moment))


def _add_reader(where: Where, reader: str | ReaderVersion, moment: datetime | None) -> None:
    if isinstance(reader, ReaderVersion):
        where.add("c.reader_name = ? AND c.reader_version = ?", reader.name, reader.version)
    elif reader == "latest":
        inner = Where()
        inner.add("r.document_id = c.document_id")
        if moment is not None:
            inner.add("r.seen_at <= ?", stamp(moment))
        where.add(f"c.reading = (SELECT max(r.number) FROM reading r{inner.sql})", *inner.parameters)
    elif reader != "all":
        raise ValueError(f'reader is "latest", "all" or a ReaderVersion, not {reader!r}')


def _add_names(where: Where, asked: ClaimFilter) -> None:
    if asked.person is not None:
        words = as_words(fold(asked.person))
        where.add(f"(c.person_id = ? OR {_has_words('c.person_folded')})", asked.person, words)
    if asked.club is not None:
        words = as_words(fold(asked.club))
        either = [f"c.{role}_id = ? OR {_has_words(f'c.{role}_folded')}" for role in ("to", "from", "club")]
        where.add(f"({' OR '.join(either)})", *(asked.club, words) * len(either))
    if asked.outlet is not None:
        words = as_words(fold_outlet(asked.outlet))
        cited = (
            "EXISTS (SELECT 1 FROM attribution_link l WHERE l.claim = c.number AND l.kind IN ('outlet', 'journalist') "
            f"AND (l.name_id = ? OR {_has_words('l.name_folded')}))"
        )
        where.add(f"({_has_words('d.outlet_folded')} OR {cited})", words, asked.outlet, words)


def _has_words(column: str) -> str:
    return f"' ' || {column} || ' ' LIKE ? ESCAPE '\\'"


def _add_one_of(where: Where, column: str, values: Sequence[str]) -> None:
    if values:
        where.add(f"{column} IN ({', '.join('?' * len(values))})", *(str(value) for value in values))


def _add_days(where: Where, asked: ClaimFilter) -> None:
    if asked.since is not None:
        first = stamp(datetime.combine(asked.since, time.min, UTC))
        where.add("COALESCE(d.published_latest, d.seen_at) >= ?", first)
        where.add("d.dated_at >= ?", date_bounds(asked, None)[0])
    if asked.until is not None:
        last = stamp(datetime.combine(asked.until, time.max, UTC))
        where.add("d.dated_at <= ?", last)
