"""What the watch knows between two runs: sources with their validators, articles with how far they are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import apsw
import msgspec

from mercato.engines.watch.policy import Policy
from mercato.engines.watch.records import DueItem, DueSource, Health
from mercato.engines.watch.tables import APPLICATION_ID, SCHEMA, VERSION
from mercato.errors import LedgerError
from mercato.sources.canonical import host_of
from mercato.sources.entries import Entry
from mercato.sources.fetch import Known

_BUSY_MS = 10_000
_HEALTH = """
SELECT s.address, s.asked, s.succeeded_at, s.tried_at, s.next_at, s.interval, s.polls, s.failures, s.ended,
    (SELECT count(*) FROM item WHERE source = s.address),
    (SELECT count(*) FROM item WHERE source = s.address AND readings > 0),
    (SELECT count(*) FROM item WHERE source = s.address AND state = 'due'),
    (SELECT coalesce(sum(claims), 0) FROM item WHERE source = s.address)
FROM source s WHERE s.owner = s.address AND s.active ORDER BY s.address"""

# What stands in the list that a source had last stays, however long ago that list was new.
_FORGET = """
DELETE FROM item WHERE listed_at < ? AND state != 'due' AND NOT EXISTS (
    SELECT 1 FROM listed l JOIN source s ON s.address = l.source AND l.at >= s.listed_at
    WHERE l.address = item.address OR l.address IN (SELECT a.address FROM alias a WHERE a.item = item.address))"""


class WatchState:
    """The watch's own file. Every method is one transaction; what it has returned from survives a killed process."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; None keeps all in memory. LedgerError where it can't be used."""
        self.path = path
        with self._explained():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = apsw.Connection(":memory:" if path is None else str(path))
        try:
            with self._explained():
                self._prepare()
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> WatchState:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    # Sources

    def start(self, addresses: Iterable[str], now: float) -> None:
        """Begin a run with these sources: those that are new are due at once, those not named rest."""
        with self._transaction():
            self._db.execute("UPDATE source SET active = 0")
            self._know([(address, address) for address in addresses], now)

    def know(self, addresses: Iterable[str], owner: str, now: float) -> None:
        """Take up lists that a source on the list named; those that are new are due at once."""
        with self._transaction():
            self._know([(address, owner) for address in addresses], now)

    def _know(self, pairs: Sequence[tuple[str, str]], now: float) -> None:
        self._db.executemany(
            "INSERT INTO source(address, asked, host, next_at, owner) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT(address) DO UPDATE SET active = 1, owner = excluded.owner",
            [(address, address, host_of(address), now, owner) for address, owner in pairs],
        )

    def due_source(self, address: str) -> DueSource | None:
        """A source as it is to be asked; None where it has ended or isn't known."""
        rows = self._rows(
            "SELECT address, asked, etag, last_modified, digest, interval, failures, owner FROM source "
            "WHERE address = ? AND ended IS NULL",
            (address,),
        )
        for row in rows:
            return DueSource(row[0], row[1], Known(row[2], row[3]), row[4], row[5], row[6], row[7])
        return None

    def sources_due(self, now: float, without_hosts: Sequence[str], limit: int) -> list[str]:
        """Sources whose time has come: one for each host, the longest overdue first, some hosts left out."""
        rows = self._rows(
            "SELECT address, min(next_at) FROM source WHERE ended IS NULL AND active AND next_at <= ? "
            "AND host NOT IN (SELECT value FROM json_each(?)) GROUP BY host ORDER BY min(next_at), address LIMIT ?",
            (now, json.dumps(list(without_hosts)), limit),
        )
        return [row[0] for row in rows]

    def succeeded(self, source: DueSource, now: float, interval: float, **answer: str | None) -> None:
        """Note a look that went well; `answer` holds the validators, the digest and where it is asked from now on."""
        with self._transaction():
            self._succeeded(source, now, interval, answer)

    def _succeeded(self, source: DueSource, now: float, interval: float, answer: dict[str, str | None]) -> None:
        kept = {"etag": source.known.etag, "last_modified": source.known.last_modified, "digest": source.digest}
        new = {**kept, "asked": source.asked, **answer}
        self._db.execute(
            "UPDATE source SET etag=?, last_modified=?, digest=?, asked=?, host=?, interval=?, next_at=?, tried_at=?, "
            "succeeded_at=?, polls=polls+1, failures=0 WHERE address=?",
            (
                new["etag"], new["last_modified"], new["digest"], new["asked"], host_of(new["asked"] or ""),
                interval, now + interval, now, now, source.address,
            ),
        )  # fmt: skip

    def failed(self, source: DueSource, now: float, wait: float, reason: str) -> None:
        """Note a look that failed; the next is after `wait` seconds."""
        with self._transaction():
            self._db.execute(
                "UPDATE source SET next_at=?, tried_at=?, polls=polls+1, failures=failures+1 WHERE address=?",
                (now + wait, now, source.address),
            )
            self._note_failure(source.address, reason, now)

    def ended(self, source: DueSource, now: float, reason: str) -> None:
        """Note that a source is gone for good; it is not asked again."""
        with self._transaction():
            self._db.execute("UPDATE source SET ended=?, tried_at=? WHERE address=?", (reason, now, source.address))
            self._note_failure(source.address, reason, now)

    def forget_source(self, address: str) -> None:
        """Drop a source; its articles stay, so that another that lists them doesn't bring them again."""
        with self._transaction():
            self._db.execute("DELETE FROM source WHERE owner = ?", (address,))
            self._db.execute("DELETE FROM failure WHERE source = ?", (address,))

    def _note_failure(self, source: str, reason: str, now: float) -> None:
        self._db.execute(
            "INSERT INTO failure VALUES (?, ?, 1, ?) ON CONFLICT(source, reason) "
            "DO UPDATE SET count = count + 1, last_at = excluded.last_at",
            (source, reason, now),
        )

    # Articles

    def take_listing(
        self, source: DueSource, entries: Sequence[Entry], now: float, policy: Policy, bodies: bool, asked: float,
        answer: dict[str, str | None],
    ) -> int:  # fmt: skip
        """Take what a source listed and note the look, together: how many articles are new or changed.

        `bodies` says that articles are read from the source itself; `asked` is the interval in seconds that the source
        wants at least; `answer` is as for `succeeded`.
        """
        with self._transaction():
            changed = sum(self._take_entry(source, entry, now, policy, bodies) for entry in entries)
            self._succeeded(source, now, policy.next_interval(source.interval, changed > 0, asked), answer)
            self._db.execute("UPDATE source SET listed_at = ? WHERE address = ?", (now, source.address))
        return changed

    def _take_entry(self, source: DueSource, entry: Entry, now: float, policy: Policy, bodies: bool) -> bool:
        """Note one entry; whether it is an article to read that is new, or one that has changed."""
        alias = self._value("SELECT item FROM alias WHERE address = ?", (entry.address,))
        address = alias or entry.address
        known = "SELECT stamp FROM listed WHERE address = ? AND source = ?"
        before = self._value(known, (entry.address, source.address))
        said = (entry.address, source.address, entry.stamp, now)
        self._db.execute("INSERT OR REPLACE INTO listed VALUES (?, ?, ?, ?)", said)
        self._db.execute("UPDATE item SET listed_at = ? WHERE address = ?", (now, address))
        if not self._db.changes():
            return self._add_item(source.owner, address, entry, now, policy, bodies)
        # Another source that lists a known article brings nothing; the same one with another stamp says it changed.
        if before in (None, entry.stamp) or _is_old(entry, now, policy):
            return False
        return self._change_item(address, entry, now, policy, bodies)

    def _add_item(self, owner: str, address: str, entry: Entry, now: float, policy: Policy, bodies: bool) -> bool:
        old = _is_old(entry, now, policy)
        self._db.execute(
            "INSERT INTO item(address, source, host, state, due_at, seen_at, listed_at, entry) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                address, owner, host_of(address), "old" if old else "due", now, now, now,
                None if old else _packed(entry, bodies),
            ),
        )  # fmt: skip
        return not old

    def _change_item(self, address: str, entry: Entry, now: float, policy: Policy, bodies: bool) -> bool:
        """Have an article read again: soon where it was never read, else the later the more often it was."""
        ((state, readings, read_at),) = self._rows(
            "SELECT state, readings, read_at FROM item WHERE address = ?", (address,)
        )
        due_at = max(now, (read_at or now) + policy.gap_to_reread * 2.0 ** min(readings - 1, 10)) if readings else now
        # One that waits, or is being fetched at this moment, keeps its time; the revision has it read once more.
        self._db.execute(
            "UPDATE item SET revision = revision + 1, entry = ?, state = 'due', "
            "due_at = CASE state WHEN 'due' THEN due_at ELSE ? END, "
            "tries = CASE state WHEN 'due' THEN tries ELSE 0 END WHERE address = ?",
            (_packed(entry, bodies), due_at, address),
        )
        return str(state) != "due"

    def items_due(self, now: float, without_hosts: Sequence[str], limit: int) -> list[DueItem]:
        """Articles whose time has come: one for each host, leaving out some hosts."""
        rows = self._rows(
            "SELECT address, source, etag, last_modified, tries, entry, revision, min(due_at) FROM item "
            "WHERE state = 'due' AND due_at <= ? AND host NOT IN (SELECT value FROM json_each(?)) "
            "GROUP BY host ORDER BY min(due_at) LIMIT ?",
            (now, json.dumps(list(without_hosts)), limit),
        )
        return [
            DueItem(row[0], row[1], Known(row[2], row[3]), row[4], _unpacked(row[0], row[5]), row[6]) for row in rows
        ]

    def item_read(self, item: DueItem, key: str, now: float, known: Known, claims: int | None) -> None:
        """Note an article as read. `key` is the address it calls its own; `claims` None where it was unchanged."""
        with self._transaction():
            self._db.execute(
                "UPDATE item SET read_at=?, etag=?, last_modified=?, readings=readings+1, tries=0, "
                "claims=max(claims, ?), reason=NULL, state=CASE revision WHEN ? THEN 'read' ELSE 'due' END, "
                "entry=CASE revision WHEN ? THEN NULL ELSE entry END, due_at=? WHERE address=?",
                (
                    now, known.etag, known.last_modified, claims or 0, item.revision, item.revision, now, item.address,
                ),
            )  # fmt: skip
            if key != item.address:
                self._join(item, key, now)

    def _join(self, item: DueItem, key: str, now: float) -> None:
        """Make the article's own address another name of this item: listed under it, it is the same article."""
        self._db.execute("INSERT OR IGNORE INTO alias VALUES (?, ?)", (key, item.address))
        self._db.execute(
            "UPDATE item SET state='read', read_at=?, readings=max(readings, 1), entry=NULL "
            "WHERE address=? AND state='due' AND readings=0",
            (now, key),
        )

    def item_put_off(self, item: DueItem, due_at: float, reason: str, count: bool = True) -> None:
        """Try an article again later; without `count` this was no fault of its own."""
        with self._transaction():
            self._db.execute(
                "UPDATE item SET due_at=?, tries=tries+?, reason=? WHERE address=?",
                (due_at, int(count), reason, item.address),
            )

    def item_left(self, item: DueItem, state: str, reason: str) -> None:
        """Leave an article for good: `skipped`, `gone` or `given_up`."""
        with self._transaction():
            self._db.execute(
                "UPDATE item SET state=?, reason=?, entry=NULL WHERE address=?", (state, reason, item.address)
            )

    def next_due(self) -> float | None:
        """The moment at which the next source or article is due; None where nothing is."""
        due: float | None = self._value(
            "SELECT min(at) FROM (SELECT min(next_at) AS at FROM source WHERE ended IS NULL AND active "
            "UNION ALL SELECT min(due_at) FROM item WHERE state = 'due')"
        )
        return due

    def forget_before(self, moment: float) -> int:
        """Drop articles that no source has listed since then, but for those that wait; how many."""
        with self._transaction():
            self._db.execute(_FORGET, (moment,))
            count = self._db.changes()
            self._db.execute("DELETE FROM alias WHERE item NOT IN (SELECT address FROM item)")
            self._db.execute(
                "DELETE FROM listed WHERE address NOT IN (SELECT address FROM item) "
                "AND address NOT IN (SELECT address FROM alias)"
            )
        return count

    def counts(self) -> dict[str, int]:
        """How many articles are in each state."""
        return dict(self._rows("SELECT state, count(*) FROM item GROUP BY state"))

    def health(self) -> list[Health]:
        """How each source does, by address."""
        reasons: dict[str, dict[str, int]] = {}
        for source, reason, count in self._rows("SELECT source, reason, count FROM failure ORDER BY count DESC"):
            reasons.setdefault(source, {})[reason] = count
        return [Health(*[*row, reasons.get(row[0], {})]) for row in self._rows(_HEALTH)]

    # The file

    def _prepare(self) -> None:
        self._db.set_busy_timeout(_BUSY_MS)
        tables = self._value("SELECT count(*) FROM sqlite_master")
        if tables and self._value("PRAGMA application_id") != APPLICATION_ID:
            raise LedgerError(
                f"{self.path} is an SQLite file, but not of `mercato watch`. Give another path (--state)."
            )
        if self._value("PRAGMA user_version") > VERSION:
            raise LedgerError(
                f"{self.path} was made by a newer mercato. Upgrade mercato, or give another path (--state)."
            )
        # A power cut may take back the last seconds: then they are fetched again, and the ledger adds nothing twice.
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        if not tables:
            with self._db:
                self._db.execute(f"PRAGMA application_id={APPLICATION_ID}")
                self._db.execute(SCHEMA)
                self._db.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained(), self._db:
            yield

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (apsw.Error, OSError) as error:
            raise LedgerError(
                f"{self.path}: the state of the watch can't be read or written ({error}). Check the disk and the "
                "rights, or give another path (--state); deleting the file costs nothing but asking everything anew."
            ) from error

    def _rows(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with self._explained():
            return self._db.execute(sql, tuple(parameters)).fetchall()

    def _value(self, sql: str, parameters: Sequence[object] = ()) -> Any:
        rows = self._rows(sql, parameters)
        return rows[0][0] if rows else None


def _is_old(entry: Entry, now: float, policy: Policy) -> bool:
    moment = entry.updated or entry.published
    return moment is not None and moment.latest.timestamp() < now - policy.horizon


def _packed(entry: Entry, with_body: bool) -> bytes:
    fields = msgspec.to_builtins(entry)
    if not with_body:
        fields["body"] = None
    return msgspec.json.encode({name: value for name, value in fields.items() if value is not None})


def _unpacked(address: str, packed: bytes | None) -> Entry:
    return msgspec.json.decode(packed, type=Entry) if packed else Entry(address)
