"""The ledger's tables, as numbered steps: each runs once, in one transaction with its record. Steps are only added."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from mercato.errors import LedgerError
from mercato.ledger.dialect import Database, Dialect
from mercato.ledger.moments import stamp
from mercato.ledger.names import note_all_names
from mercato.version import __version__


class Migration(NamedTuple):
    """One step: what it does, the statements that do it, and what it has to work out from the rows that are there."""

    name: str
    statements: Callable[[Dialect], Iterable[str]]
    fill: Callable[[Database], None] | None = None


def _documents_and_claims(dialect: Dialect) -> Iterable[str]:
    yield from _documents(dialect)
    yield from _claims(dialect)
    for table in ("document", "reading", "claim", "evidence", "attribution_link"):
        yield from dialect.forbid_changes(table)


def _documents(dialect: Dialect) -> Iterable[str]:
    yield f"""CREATE TABLE document (
        number {dialect.number_key},
        id TEXT NOT NULL UNIQUE,
        key TEXT NOT NULL,
        version INTEGER NOT NULL,
        address TEXT, outlet TEXT, outlet_folded TEXT, title TEXT, author TEXT,
        published_at TEXT, published_latest TEXT, published_precision TEXT,
        fetched_at TEXT,
        seen_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        dated_at TEXT NOT NULL,
        language TEXT,
        text TEXT NOT NULL,
        blocks TEXT NOT NULL,
        UNIQUE (key, version))"""
    yield f"""CREATE TABLE reading (
        number {dialect.number_key},
        document_id TEXT NOT NULL REFERENCES document (id),
        reader_name TEXT NOT NULL,
        reader_version TEXT NOT NULL,
        claims INTEGER NOT NULL,
        seen_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        UNIQUE (document_id, reader_name, reader_version))"""
    # dated_at is the moment that lists go by: of publication, or of first sight where that is not known.
    yield "CREATE INDEX document_dated ON document (dated_at, number)"


def _claims(dialect: Dialect) -> Iterable[str]:
    yield f"""CREATE TABLE claim (
        number {dialect.number_key},
        id TEXT NOT NULL,
        reading INTEGER NOT NULL REFERENCES reading (number),
        document_id TEXT NOT NULL REFERENCES document (id),
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        role TEXT NOT NULL,
        person_name TEXT NOT NULL, person_id TEXT, person_folded TEXT NOT NULL,
        to_name TEXT, to_id TEXT, to_folded TEXT,
        from_name TEXT, from_id TEXT, from_folded TEXT,
        club_name TEXT, club_id TEXT, club_folded TEXT,
        stage TEXT, deal TEXT, contract_until TEXT,
        fee_low DOUBLE PRECISION, fee_high DOUBLE PRECISION, fee_currency TEXT,
        certainty TEXT NOT NULL,
        confidence DOUBLE PRECISION,
        reader_name TEXT NOT NULL, reader_version TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        body TEXT NOT NULL,
        UNIQUE (reading, id))"""
    yield """CREATE TABLE evidence (
        claim INTEGER NOT NULL REFERENCES claim (number),
        place INTEGER NOT NULL,
        role TEXT NOT NULL,
        span_start INTEGER NOT NULL,
        span_end INTEGER NOT NULL,
        words TEXT NOT NULL,
        PRIMARY KEY (claim, place))"""
    yield """CREATE TABLE attribution_link (
        claim INTEGER NOT NULL REFERENCES claim (number),
        place INTEGER NOT NULL,
        kind TEXT NOT NULL,
        name TEXT NOT NULL,
        name_id TEXT,
        name_folded TEXT NOT NULL,
        PRIMARY KEY (claim, place))"""
    yield "CREATE INDEX claim_id ON claim (id)"
    yield "CREATE INDEX claim_document ON claim (document_id, reading, place)"
    yield "CREATE INDEX claim_person ON claim (person_folded)"


def _skips_and_verdicts(dialect: Dialect) -> Iterable[str]:
    yield f"""CREATE TABLE skip (
        number {dialect.number_key},
        input_name TEXT NOT NULL,
        reason TEXT NOT NULL,
        advice TEXT NOT NULL,
        recorded_at TEXT NOT NULL)"""
    # A verdict is taken back by a later one that names it in `withdraws`: rows are never changed.
    yield f"""CREATE TABLE verdict (
        number {dialect.number_key},
        author TEXT NOT NULL,
        decided_at TEXT NOT NULL,
        kind TEXT NOT NULL,
        subject TEXT NOT NULL,
        object TEXT,
        withdraws INTEGER REFERENCES verdict (number),
        recorded_at TEXT NOT NULL)"""
    yield "CREATE INDEX skip_reason ON skip (reason)"
    yield "CREATE INDEX verdict_subject ON verdict (subject)"
    for table in ("skip", "verdict", "migration"):
        yield from dialect.forbid_changes(table)


def _sightings(dialect: Dialect) -> Iterable[str]:
    # An article can go back to an earlier text: which text is its last is told by the last sighting, not the version.
    yield f"""CREATE TABLE sighting (
        number {dialect.number_key},
        key TEXT NOT NULL,
        document_id TEXT NOT NULL REFERENCES document (id),
        seen_at TEXT NOT NULL,
        recorded_at TEXT NOT NULL)"""
    yield (
        "INSERT INTO sighting (key, document_id, seen_at, recorded_at) "
        "SELECT key, id, seen_at, recorded_at FROM document ORDER BY number"
    )
    yield "CREATE INDEX sighting_key ON sighting (key, seen_at, number, document_id)"
    yield from dialect.forbid_changes("sighting")


def _names(dialect: Dialect) -> Iterable[str]:
    # An index that the database can't make by itself: from a word of a name to the documents that hold the name.
    yield (
        f"CREATE TABLE name (number {dialect.number_key}, role TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (role, text))"
    )
    yield (
        "CREATE TABLE name_word (word TEXT NOT NULL, name INTEGER NOT NULL REFERENCES name (number), "
        f"PRIMARY KEY (word, name)){dialect.pairs_only}"
    )
    yield (
        "CREATE TABLE name_document (name INTEGER NOT NULL REFERENCES name (number), dated_at TEXT NOT NULL, "
        "document INTEGER NOT NULL REFERENCES document (number), "
        f"PRIMARY KEY (name, dated_at, document)){dialect.pairs_only}"
    )
    for table in ("name", "name_word", "name_document"):
        yield from dialect.forbid_changes(table)


MIGRATIONS: tuple[Migration, ...] = (
    Migration("documents, readings and claims", _documents_and_claims),
    Migration("skips and verdicts", _skips_and_verdicts),
    Migration("sightings of texts", _sightings),
    Migration("an index of names", _names, note_all_names),
)


def applied(database: Database) -> int:
    """How many steps the ledger has behind it; raises LedgerError where a newer mercato made it."""
    if not database.has_table("migration"):
        return 0
    number = database.value("SELECT max(number) FROM migration")
    count = number if isinstance(number, int) else 0
    if count > len(MIGRATIONS):
        raise LedgerError(
            f"{database.place} was made by a newer mercato (its tables are at step {count}, this mercato "
            f"{__version__} knows {len(MIGRATIONS)}). Upgrade mercato, or give another path (--ledger)."
        )
    return count


def migrate(database: Database, migrations: tuple[Migration, ...] = MIGRATIONS) -> None:
    """Run the steps that are missing, in order. The caller holds the writer's lock."""
    for number, migration in enumerate(migrations[applied(database) :], start=applied(database) + 1):
        database.begin()
        try:
            if number == 1:
                database.execute(
                    "CREATE TABLE migration (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                    "applied_at TEXT NOT NULL, mercato_version TEXT NOT NULL)"
                )
            for statement in migration.statements(database.dialect):
                typed = database.dialect.table(statement) if statement.startswith("CREATE TABLE") else statement
                database.execute(typed)
            if migration.fill is not None:
                migration.fill(database)
            database.execute(
                "INSERT INTO migration (number, name, applied_at, mercato_version) VALUES (?, ?, ?, ?)",
                (number, migration.name, stamp(datetime.now(UTC)), __version__),
            )
            database.commit()
        except BaseException:
            database.rollback()
            raise
