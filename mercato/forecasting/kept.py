"""What was kept: forecasts, records and scores as they were last said, read without the libraries for numbers.

Pages and programs look things up here at every request; nothing is worked out, and nothing is written.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import msgspec

from mercato import settings
from mercato.forecasting.chances import Chance
from mercato.model import ClaimKind
from mercato.model.rumours import Rumour

RECORDS, SCORES, BACKTEST = "records", "scores", "backtest"
"""What is kept whole, as it was said at a moment: records of sources, scores of closed forecasts, a backtest."""

_PLAIN = "n:"  # how rumours mark a key that is a folded name; forecasts file the name alone
_STAY = "stay"
_BUSY_MS = 1_000
_REMEMBERED = 12
"""Bodies of what is kept whole that stay decoded: the three of today, and those of a few days that were asked for."""


def store_path(ledger: Path | str) -> Path:
    """Where the outcomes and forecasts of a ledger lie: beside its file, and in the user's folder for a server's."""
    if isinstance(ledger, str):
        return settings.home() / "forecasts.sqlite"
    return ledger.with_name(f"{ledger.stem}.forecasts.sqlite")


class KeptForecast(msgspec.Struct, frozen=True):
    """A forecast as it was said. `chances` add up to one; where there was too little to go by, `why_not` says so."""

    person: str
    person_key: str
    window: str
    moment: datetime
    model: str
    chances: tuple[Chance, ...] = ()
    why_not: str = ""

    def of(self, rumour: Rumour) -> Chance | None:
        """The chance that a rumour comes true; None for a club the forecast did not name."""
        stay = next((chance for chance in self.chances if chance.outcome == _STAY), None)
        match rumour.kind:
            case ClaimKind.STAY:
                return stay
            case ClaimKind.EXIT if stay is not None:
                # What leaves and what stays add up to one, and so do the ends of their intervals, crosswise.
                low, high = (None if end is None else 1 - end for end in (stay.high, stay.low))
                return Chance("leave", "leaves", 1 - stay.probability, low, high)
            case _:
                return next((c for c in self.chances if c.outcome == filed(rumour.club)), None)


class Kept:
    """The file beside a ledger, for reading; a ledger without one has nothing kept."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: apsw.Connection | None = None
        self._whole: OrderedDict[int, Any] = OrderedDict()

    def history(self, person: str, window: str, until: datetime | None = None) -> list[KeptForecast]:
        """What was said of a person (by the key of a rumour) and a window by a moment, oldest first.

        Of several forecasts of one moment the one written down last holds.
        """
        sql = "SELECT body FROM forecast WHERE person = ? AND window = ? AND said_at <= ? ORDER BY moment, rowid"
        rows = self._rows(sql, (filed(person), window, _until(until)))
        found = [msgspec.json.decode(str(body), type=KeptForecast) for (body,) in rows]
        last = {said.moment: said for said in found if until is None or said.moment <= until}
        return list(last.values())

    def latest(self, person: str, window: str, until: datetime | None = None) -> KeptForecast | None:
        """The last that was said of a person and a window by a moment."""
        sql = (
            "SELECT body FROM forecast WHERE person = ? AND window = ? AND said_at <= ? AND moment <= ? "
            "ORDER BY moment DESC, rowid DESC LIMIT 1"
        )
        rows = self._rows(sql, (filed(person), window, _until(until), _until(until)))
        return msgspec.json.decode(str(rows[0][0]), type=KeptForecast) if rows else None

    def forecasts(
        self, people: Sequence[str], window: str | None, until: datetime | None, limit: int
    ) -> list[tuple[str, KeptForecast]]:
        """Forecasts with their ids, the latest moment first. `people` are keys; none of them means everybody."""
        keys = [filed(key) for key in people]
        sql = "SELECT id, body FROM forecast WHERE said_at <= ? AND moment <= ?"
        parameters: list[str | int] = [_until(until), _until(until)]
        if keys:
            sql += f" AND person IN ({', '.join('?' * len(keys))})"
            parameters += keys
        if window is not None:
            sql, parameters = f"{sql} AND window = ?", [*parameters, window]
        rows = self._rows(f"{sql} ORDER BY moment DESC, rowid LIMIT ?", (*parameters, limit))
        return [(str(id_), msgspec.json.decode(str(body), type=KeptForecast)) for id_, body in rows]

    def whole(self, name: str, until: datetime | None = None) -> tuple[datetime, Any] | None:
        """RECORDS, SCORES or BACKTEST as last said by a moment, with that moment; None where it never was."""
        sql = "SELECT number, said_at FROM kept WHERE name = ? AND said_at <= ? ORDER BY number DESC LIMIT 1"
        rows = self._rows(sql, (name, _until(until)))
        if not rows:
            return None
        return datetime.fromisoformat(str(rows[0][1])), self._body(int(str(rows[0][0])))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _body(self, number: int) -> Any:
        """What stands in a row that is kept whole; the rows asked for last are not decoded again."""
        with self._lock:
            if number in self._whole:
                self._whole.move_to_end(number)
                return self._whole[number]
        body = msgspec.json.decode(str(self._rows("SELECT body FROM kept WHERE number = ?", (number,))[0][0]))
        with self._lock:
            self._whole[number] = body
            while len(self._whole) > _REMEMBERED:
                self._whole.popitem(last=False)
        return body

    def _rows(self, sql: str, parameters: Sequence[str | int]) -> list[tuple[object, ...]]:
        with self._lock:
            if self._connection is None:
                if not self._path.exists():
                    return []
                self._connection = apsw.Connection(str(self._path), flags=apsw.SQLITE_OPEN_READONLY)
                self._connection.set_busy_timeout(_BUSY_MS)
            try:
                return list(self._connection.cursor().execute(sql, parameters))
            except apsw.SQLError:  # a file of an earlier version, without this table: nothing of the kind was kept
                return []


def filed(key: str) -> str:
    """A rumour's key as forecasts file it: an id, or the folded name."""
    return key.removeprefix(_PLAIN).partition("@")[0] if key.startswith(_PLAIN) else key


def _until(moment: datetime | None) -> str:
    return (moment or datetime.max.replace(tzinfo=UTC)).isoformat()
