"""The outbox: every alert with its receivers and how far each delivery is. What has left is never sent again.

A delivery is written down as being sent before it is tried. Where the program dies in between, nobody can know whether
it arrived: it stays as `unsure`, is shown, and is sent again only when a person says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import apsw

from mercato.errors import LedgerError
from mercato.interfaces.alerts.finding import Alert

MOST_TRIES = 12
_OVERLAP = timedelta(hours=1)
"""A document that was being stored while the rules were last held against the ledger may come in with an earlier time;
looking at the same hour twice finds it, and what was found before is the same alert."""
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_APPLICATION_ID = 0x6D636F62  # "mcob"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS alert(
    key TEXT PRIMARY KEY, rule TEXT NOT NULL, title TEXT NOT NULL, body TEXT NOT NULL, found_at TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS delivery(
    alert TEXT NOT NULL REFERENCES alert(key), receiver TEXT NOT NULL, state TEXT NOT NULL, tries INTEGER NOT NULL,
    next_at TEXT NOT NULL, told TEXT NOT NULL, PRIMARY KEY(alert, receiver));
CREATE INDEX IF NOT EXISTS delivery_due ON delivery(state, next_at);
CREATE TABLE IF NOT EXISTS looked(rule TEXT PRIMARY KEY, began TEXT NOT NULL, until TEXT NOT NULL);
"""


class State(StrEnum):
    """How far a delivery is."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    UNSURE = "unsure"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One alert on its way to one receiver."""

    alert: str
    rule: str
    title: str
    body: dict[str, Any]
    receiver: str
    state: State
    tries: int
    told: str
    found_at: str


class Outbox:
    """The file. Every method is one transaction, safe on disk when it returns."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file; None keeps all in memory. LedgerError where it can't be used."""
        self.path = path
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._db = apsw.Connection(":memory:" if path is None else str(path))
            self._db.set_busy_timeout(10_000)
            owner = self._value("PRAGMA application_id")
            if owner not in (0, _APPLICATION_ID) or (owner == 0 and self._value("SELECT count(*) FROM sqlite_master")):
                raise LedgerError(f"{path} is some other program's file. Move it away.")
            self._db.execute("PRAGMA synchronous=EXTRA")
            self._db.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            self._db.execute(_SCHEMA)
        except (OSError, apsw.Error) as error:
            raise LedgerError(f"{path} can't be opened for alerts: {error}.") from None

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def __enter__(self) -> Outbox:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def recover(self) -> int:
        """What a dead process left as being sent is unsure from now on; how many."""
        with self._writing():
            self._db.execute(
                "UPDATE delivery SET state = ?, told = ? WHERE state = ?",
                (State.UNSURE, "the program ended while it was being sent", State.SENDING),
            )
            return int(self._db.changes())

    def begin_at(self, rule: str) -> datetime | None:
        """The moment from which a rule is to be held against what is new; None for a new rule."""
        found = next(iter(self._db.execute("SELECT began, until FROM looked WHERE rule = ?", (rule,))), None)
        if found is None:
            return None
        began, until = map(datetime.fromisoformat, found)
        return max(began, until - _OVERLAP)

    def add(
        self, rule: str, since: datetime, until: datetime, alerts: Iterable[Alert], receivers: Iterable[str]
    ) -> int:
        """Take in what a rule found between two moments; how many were new. Found again, an alert is the same one."""
        new, to = 0, tuple(receivers)
        with self._writing():
            for alert in alerts:
                row = (alert.key, alert.rule, alert.title, json.dumps(alert.body, ensure_ascii=False), _text(until))
                self._db.execute("INSERT OR IGNORE INTO alert VALUES (?, ?, ?, ?, ?)", row)
                if self._db.changes():
                    new += 1
                    rows = [(alert.key, receiver, State.DUE, 0, _text(until), "") for receiver in to]
                    self._db.executemany("INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?)", rows)
            self._db.execute(
                "INSERT INTO looked VALUES (?, ?, ?) ON CONFLICT(rule) DO UPDATE SET until = excluded.until",
                (rule, _text(since), _text(until)),
            )
        return new

    def due(self, now: datetime) -> list[Delivery]:
        """The deliveries whose time has come, the oldest alerts first."""
        return self._deliveries("WHERE d.state = ? AND d.next_at <= ? ORDER BY a.rowid", (State.DUE, _text(now)))

    def all(self, limit: int) -> list[Delivery]:
        """The latest deliveries in any state, the newest alerts first."""
        return self._deliveries("ORDER BY a.rowid DESC LIMIT ?", (limit,))

    def begin(self, delivery: Delivery) -> bool:
        """Write down that it is being sent; False where somebody else has it."""
        with self._writing():
            self._db.execute(
                "UPDATE delivery SET state = ?, tries = tries + 1 WHERE alert = ? AND receiver = ? AND state = ?",
                (State.SENDING, delivery.alert, delivery.receiver, State.DUE),
            )
            return bool(self._db.changes())

    def end(self, delivery: Delivery, state: State, told: str = "") -> None:
        """Write down how it ended."""
        self._set(delivery, state, told, None)

    def later(self, delivery: Delivery, why: str, now: datetime, wait: float | None = None) -> State:
        """It did not arrive: due again after a growing pause, or failed after the last try."""
        tries = delivery.tries + 1
        if tries >= MOST_TRIES:
            self._set(delivery, State.FAILED, f"{tries} tries, the last: {why}", None)
            return State.FAILED
        pause = min(_FIRST_PAUSE * 2 ** (tries - 1), _LONGEST_PAUSE)
        self._set(delivery, State.DUE, why, now + max(pause, timedelta(seconds=wait or 0)))
        return State.DUE

    def again(self, prefix: str, now: datetime) -> int:
        """Make unsure and failed deliveries of an alert due once more; how many."""
        with self._writing():
            self._db.execute(
                "UPDATE delivery SET state = ?, tries = 0, next_at = ?"
                " WHERE substr(alert, 1, ?) = ? AND state IN (?, ?)",
                (State.DUE, _text(now), len(prefix), prefix, State.UNSURE, State.FAILED),
            )
            return int(self._db.changes())

    def _set(self, delivery: Delivery, state: State, told: str, next_at: datetime | None) -> None:
        with self._writing():
            self._db.execute(
                "UPDATE delivery SET state = ?, told = ?, next_at = coalesce(?, next_at)"
                " WHERE alert = ? AND receiver = ?",
                (state, told[:500], _text(next_at) if next_at else None, delivery.alert, delivery.receiver),
            )

    def _deliveries(self, tail: str, parameters: tuple[object, ...]) -> list[Delivery]:
        sql = (
            "SELECT a.key, a.rule, a.title, a.body, d.receiver, d.state, d.tries, d.told, a.found_at"
            f" FROM delivery d JOIN alert a ON a.key = d.alert {tail}"
        )
        return [
            Delivery(key, rule, title, json.loads(body), receiver, State(state), tries, told, found_at)
            for key, rule, title, body, receiver, state, tries, told, found_at in self._db.execute(sql, parameters)
        ]

    def _value(self, sql: str, *parameters: object) -> object:
        return next((row[0] for row in self._db.execute(sql, parameters)), None)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
        except apsw.Error as error:
            raise LedgerError(f"{self.path} could not be written: {error}.") from None


def _text(moment: datetime) -> str:
    """A moment as it is kept: UTC and of one length, so that text sorts as time does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f+00:00")
