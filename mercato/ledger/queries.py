"""A filter becomes SQL: each part is a condition and its parameters, in statements that every dialect takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from mercato.ledger.moments import stamp
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


def claims_query(asked: ClaimFilter, moment: datetime | None) -> tuple[str, list[object]]:
    """The claims asked for, as known at `moment`; newest publication first, in a document in the order of its text."""
    where = Where()
    _add_visible_claims(where, moment)
    _add_reader(where, asked.reader, moment)
    if asked.versions == "latest":
        _add_latest_version(where, moment)
    _add_names(where, asked)
    _add_one_of(where, "c.stage", asked.stages)
    _add_one_of(where, "c.kind", asked.kinds)
    _add_days(where, asked)
    # Ties in time (one article's claims) are settled by number, so that a limit always cuts at the same place.
    order = "ORDER BY d.dated_at DESC, d.number DESC, c.reading DESC, c.place"
    if asked.limit is None:
        sql = f"{_SELECT} FROM claim c JOIN document d ON d.id = c.document_id{where.sql} {order}"
    else:
        # SQLite keeps the order of a CROSS JOIN: documents by date, until there are enough claims.
        where.add("c.document_id = d.id")
        sql = f"{_SELECT} FROM document d CROSS JOIN claim c{where.sql} {order}"
        sql += " LIMIT ?"
        where.parameters.append(asked.limit)
    return sql, where.parameters


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
        where.add(f"{alias}.seen_at <= ?", stamp(moment))
        where.add(f"({alias}.published_latest IS NULL OR {alias}.published_latest <= ?)", stamp(moment))


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


def _add_latest_version(where: Where, moment: datetime | None) -> None:
    inner = Where()
    inner.add("v.key = d.key")
    visible_documents(inner, moment, "v")
    where.add(f"d.version = (SELECT max(v.version) FROM document v{inner.sql})", *inner.parameters)


def _add_names(where: Where, asked: ClaimFilter) -> None:
    if asked.person is not None:
        words = _as_words(fold(asked.person))
        where.add(f"(c.person_id = ? OR {_has_words('c.person_folded')})", asked.person, words)
    if asked.club is not None:
        words = _as_words(fold(asked.club))
        either = [f"c.{role}_id = ? OR {_has_words(f'c.{role}_folded')}" for role in ("to", "from", "club")]
        where.add(f"({' OR '.join(either)})", *(asked.club, words) * len(either))
    if asked.outlet is not None:
        words = _as_words(fold_outlet(asked.outlet))
        cited = (
            "EXISTS (SELECT 1 FROM attribution_link l WHERE l.claim = c.number AND l.kind IN ('outlet', 'journalist') "
            f"AND (l.name_id = ? OR {_has_words('l.name_folded')}))"
        )
        where.add(f"({_has_words('d.outlet_folded')} OR {cited})", words, asked.outlet, words)


def _has_words(column: str) -> str:
    return f"' ' || {column} || ' ' LIKE ? ESCAPE '\\'"


def _as_words(folded: str) -> str:
    """A LIKE pattern for whole words anywhere in a folded name."""
    escaped = folded.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"% {escaped} %"


def _add_one_of(where: Where, column: str, values: Sequence[str]) -> None:
    if values:
        where.add(f"{column} IN ({', '.join('?' * len(values))})", *(str(value) for value in values))


def _add_days(where: Where, asked: ClaimFilter) -> None:
    if asked.since is not None:
        first = stamp(datetime.combine(asked.since, time.min, UTC))
        where.add("COALESCE(d.published_latest, d.seen_at) >= ?", first)
    if asked.until is not None:
        last = stamp(datetime.combine(asked.until, time.max, UTC))
        where.add("d.dated_at <= ?", last)
