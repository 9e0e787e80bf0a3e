"""Publishers: who brought out the documents of a ledger, by the name they came under or by the domain of their address.

Rumours call an outlet by the register's name wherever the domain tells it, so pages must find it under that name too.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mercato.ledger.queries import Where, visible_documents
from mercato.rumours.names import PLAIN, Names

if TYPE_CHECKING:
    from mercato.ledger.dialect import Database

_KEPT_DAYS = 4


@dataclass(slots=True)
class Publisher:
    """An outlet and its documents here: how many, dated from when to when, and which."""

    key: str
    name: str
    first: str = "9999"
    last: str = ""
    _held: list[tuple[str, int]] = field(default_factory=list)

    def add(self, number: int, dated_at: str) -> None:
        """Count a document."""
        self.first, self.last = min(self.first, dated_at[:10]), max(self.last, dated_at[:10])
        self._held.append((dated_at, number))

    @property
    def documents(self) -> int:
        """How many there are."""
        return len(self._held)

    @property
    def newest_first(self) -> list[int]:
        """The numbers of its documents."""
        return [number for _, number in sorted(self._held, reverse=True)]


Found = Mapping[str, Publisher]
"""Publishers by their key."""


class Publishers:
    """The publishers of one ledger. They are counted once, and then with what is new; any thread may ask."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._lock = threading.Lock()
        self._now: dict[str, Publisher] = {}
        self._counted = 0
        self._days: OrderedDict[tuple[datetime, int], Found] = OrderedDict()

    def key(self, name: str) -> str:
        """The key of an outlet by its id, its domain or one of its names."""
        return name if name in self.names.register.outlets else self.names.outlet_key(name, None)

    def name(self, outlet: str | None, address: str | None) -> str:
        """What a document's publisher is called, as rumours call it: "unknown" without a name and an address."""
        key = self.names.outlet_key(outlet, address)
        return self.names.source_name(key, outlet or key.removeprefix(PLAIN))

    def of(self, database: Database, moment: datetime | None = None) -> Found:
        """All of them, as things are or as they stood at a moment. What is given out is not to be changed."""
        with self._lock:
            self._counted = self._count(database, self._now, Where(["d.number > ?"], [self._counted]), self._counted)
            if moment is None:
                return dict(self._now)
            day = (moment, self._counted)
            if day not in self._days:
                where, then = Where(), dict[str, Publisher]()
                visible_documents(where, moment)
                self._count(database, then, where, 0)
                self._days[day] = then
                while len(self._days) > _KEPT_DAYS:
                    self._days.popitem(last=False)
            return self._days[day]

    def _count(self, database: Database, found: dict[str, Publisher], where: Where, last: int) -> int:
        """Add the documents that conditions let through; the highest number among them."""
        sql = f"SELECT d.number, d.outlet, d.address, d.dated_at FROM document d{where.sql}"
        for number, outlet, address, dated_at in database.execute(sql, where.parameters):
            last = max(last, int(str(number)))
            key = self.names.outlet_key(_text(outlet), _text(address))
            if key not in found:
                found[key] = Publisher(key, self.name(_text(outlet), _text(address)))
            found[key].add(int(str(number)), str(dated_at))
        return last


def _text(value: object) -> str | None:
    return None if value is None else str(value)
