"""Where outcomes and forecasts are kept: a SQLite file beside the ledger, to which rows are only added.

A move taken in twice is one row; a forecast is never changed, only judged by what came later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import apsw
import msgspec

from mercato.errors import LedgerError
from mercato.forecasting.forecasts import Forecast, as_json, from_json
from mercato.forecasting.kept import store_path as store_path
from mercato.forecasting.moves import Move
from mercato.forecasting.moves import as_json as move_as_json
from mercato.forecasting.moves import from_json as move_from_json

_APPLICATION_ID = 0x6D636663  # "mcfc"
_BUSY_MS = 10_000
_TABLES = (
    """CREATE TABLE IF NOT EXISTS move(
    id TEXT PRIMARY KEY, person TEXT NOT NULL, window TEXT, said_by TEXT NOT NULL, recorded_at TEXT NOT NULL,
    body TEXT NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS forecast(
    id TEXT PRIMARY KEY, person TEXT NOT NULL, window TEXT NOT NULL, moment TEXT NOT NULL, model TEXT NOT NULL,
    said_at TEXT NOT NULL, body TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS forecast_of ON forecast(person, window, moment)",
    """CREATE TABLE IF NOT EXISTS kept(
    number INTEGER PRIMARY KEY, name TEXT NOT NULL, said_at TEXT NOT NULL, body TEXT NOT NULL)""",
)


class ForecastStore:
    """Moves and forecasts, appended. Close it, or use it with `with`."""

    def __init__(self, path: Path) -> None:
        """Open the file, and create it where it isn't there. Raises LedgerError."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = apsw.Connection(str(path))
            self._connection.set_busy_timeout(_BUSY_MS)
            self._prepare()
        except (OSError, apsw.Error) as error:
            raise LedgerError(f"{path} can't be opened for outcomes and forecasts: {error}.") from None

    def _prepare(self) -> None:
        cursor = self._connection.cursor()
        owner = next(cursor.execute("PRAGMA application_id"))[0]
        if owner not in (0, _APPLICATION_ID) or (owner == 0 and list(cursor.execute("SELECT 1 FROM sqlite_master"))):
            raise LedgerError(f"{self.path} is some other program's file. Move it away, or give another ledger.")
        with self._connection:
            cursor.execute(f"PRAGMA application_id={_APPLICATION_ID}")
            for statement in _TABLES:
                cursor.execute(statement)
            for table in ("move", "forecast", "kept"):
                for verb in ("UPDATE", "DELETE"):
                    cursor.execute(
                        f"CREATE TRIGGER IF NOT EXISTS {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                        f"BEGIN SELECT RAISE(ABORT, 'rows are only added: no {verb} on {table}'); END"
                    )

    def add_moves(self, moves: Iterable[Move]) -> tuple[int, int]:
        """Append moves; how many were given, and how many of them were new."""
        rows = [
            (move.id, move.person.name, move.window, move.said_by, _now(), _encode(move_as_json(move)))
            for move in moves
        ]
        return len(rows), self._append("INSERT OR IGNORE INTO move VALUES (?, ?, ?, ?, ?, ?)", rows)

    def moves(self) -> list[Move]:
        """Every move, in the order in which they were taken in."""
        return [move_from_json(body) for body in self._bodies("SELECT body FROM move ORDER BY rowid")]

    def move_counts(self) -> list[tuple[str, str, int]]:
        """How many moves there are by list and window (empty where a list gives the season alone)."""
        sql = "SELECT said_by, COALESCE(window, ''), count(*) FROM move GROUP BY 1, 2 ORDER BY 1, 2"
        return [(str(name), str(window), int(str(count))) for name, window, count in self._rows(sql)]

    def add_forecasts(self, forecasts: Iterable[Forecast]) -> int:
        """Append forecasts; how many were new. The same model on the same data says the same: that is one row."""
        rows = [
            (f.id, f.person_key, f.window, f.moment.isoformat(), f.model, _now(), _encode(as_json(f)))
            for f in forecasts
        ]
        return self._append("INSERT OR IGNORE INTO forecast VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def forecasts(self, until: date | None = None) -> list[tuple[datetime, Forecast]]:
        """Every forecast with the moment at which it was written down, oldest first."""
        sql = "SELECT said_at, body FROM forecast ORDER BY rowid"
        found = [(datetime.fromisoformat(str(at)), from_json(_decode(body))) for at, body in self._rows(sql)]
        return [(at, forecast) for at, forecast in found if until is None or at.date() <= until]

    def keep(self, name: str, value: object) -> None:
        """Append something that is said as a whole (`kept.RECORDS` and so on), for pages to show."""
        self._append("INSERT INTO kept(name, said_at, body) VALUES (?, ?, ?)", [(name, _now(), _encode(value))])

    def _append(self, sql: str, rows: Sequence[tuple[str | None, ...]]) -> int:
        before = self._connection.total_changes()
        try:
            with self._connection:
                self._connection.cursor().executemany(sql, rows)
        except apsw.Error as error:
            raise LedgerError(f"{self.path} could not be written: {error}. Nothing of this call was stored.") from None
        return int(self._connection.total_changes() - before)

    def _rows(self, sql: str) -> list[tuple[object, ...]]:
        return list(self._connection.cursor().execute(sql))

    def _bodies(self, sql: str) -> Iterator[Any]:
        return (_decode(row[0]) for row in self._rows(sql))

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> ForecastStore:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _encode(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _decode(body: object) -> Any:
    return msgspec.json.decode(str(body))
