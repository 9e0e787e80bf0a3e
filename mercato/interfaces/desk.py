"""The desk: books of one ledger that many requests share, today's and those of days that were asked for."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, time
from pathlib import Path
from queue import LifoQueue
from typing import TYPE_CHECKING

from mercato.errors import DocumentSkipped, MercatoError, Misused
from mercato.forecasting.kept import Kept, store_path
from mercato.interfaces.publishers import Publishers
from mercato.ledger import Ledger, LedgerView
from mercato.model import Claim, Document, ReaderVersion
from mercato.register import Register
from mercato.rumours.book import RumourBook
from mercato.rumours.rates import Rates

if TYPE_CHECKING:
    from mercato.extraction import RuleReader
    from mercato.forecasting.moves import Move

_CONNECTIONS = 4
"""Requests that read at the same moment; further ones wait for their turn."""
_KEPT_DAYS = 4
"""Days of which the joined rumours are kept in memory; joining a day again takes as long as the ledger is large."""
_FIRST_YEAR, _LAST_YEAR = 1990, 2100

State = tuple[object, ...]


def as_moment(text: str, *, start: bool = False) -> datetime:
    """A moment given as YYYY-MM-DD (the end of that day; its beginning with `start`) or with a time, UTC unless said.

    Raises Misused for what is no moment between 1990 and 2100.
    """
    text = text.strip()
    try:
        found = datetime.combine(date.fromisoformat(text), time.min if start else time.max, UTC)
    except ValueError:
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise Misused(f"{text[:40]!r} is no moment. Write it as 2025-06-09 or 2025-06-09T18:30.") from None
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise Misused(f"{text[:40]!r} is not between {_FIRST_YEAR} and {_LAST_YEAR}.")
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


class Desk:
    """Gives each request a book that nobody else reads meanwhile. Close it when done."""

    def __init__(self, place: Path | str, register: Register, rates: Rates, *, create: bool = False) -> None:
        """Open the ledger at `place`. Raises NotFound where there is none and `create` is false, LedgerError."""
        self._place, self.register, self._rates = place, register, rates
        self.kept = Kept(store_path(place))
        self._free: LifoQueue[RumourBook] = LifoQueue()
        self._opened: list[Ledger] = []
        self._days: OrderedDict[datetime, tuple[State, RumourBook, threading.Lock]] = OrderedDict()
        self._lock = threading.Lock()
        self._reader_lock = threading.Lock()
        self._reader: RuleReader | None = None
        first = self._new_book(None, create=create)
        self.publishers = Publishers(first.names)
        self._free.put(first)
        for _ in range(_CONNECTIONS - 1):
            self._free.put(self._new_book(None))

    @contextmanager
    def book(self, moment: datetime | None = None) -> Iterator[RumourBook]:
        """Today's book, or that of a moment."""
        if moment is None:
            book = self._free.get()
            try:
                yield book
            finally:
                self._free.put(book)
            return
        with self.book() as today:
            state = state_of(today.ledger)
        book, lock = self._of_day(moment, state)
        with lock:
            yield book

    @contextmanager
    def view(self, moment: datetime | None = None) -> Iterator[LedgerView]:
        """The ledger, or the ledger as it stood at a moment."""
        with self.book() as book:
            yield book.ledger.as_of(moment) if moment else book.ledger

    def read(self, document: Document) -> tuple[list[Claim], ReaderVersion]:
        """The claims of a text by the rule reader, one text at a time. A reader that fails costs this text alone."""
        from mercato.extraction import RuleReader

        with self._reader_lock:
            self._reader = self._reader or RuleReader(self.register)
            try:
                return self._reader.read(document), self._reader.version
            except MercatoError:
                raise
            except Exception as error:
                detail = f"{type(error).__name__}: {error}. This is a fault of mercato, please report it with the text."
                raise DocumentSkipped(document.key, "the reader failed", detail) from error

    def add_outcome(self, move: Move) -> bool:
        """Keep a completed move; whether it was new. Raises MercatoError without the libraries for numbers."""
        from mercato.interfaces.forecasting import open_store

        with open_store(self._place) as store:
            return store.add_moves([move])[1] > 0

    def close(self) -> None:
        """Close all connections."""
        self.kept.close()
        for ledger in self._opened:
            with suppress(Exception):  # on the way out; nothing is written here
                ledger.close()

    def _new_book(self, moment: datetime | None, *, create: bool = False) -> RumourBook:
        ledger = Ledger.open(self._place, create=create)
        self._opened.append(ledger)
        return RumourBook(ledger, self.register, self._rates, moment)

    def _of_day(self, moment: datetime, state: State) -> tuple[RumourBook, threading.Lock]:
        """The kept book of a moment; made anew where the ledger has grown since, as late finds change past days too."""
        with self._lock:
            kept = self._days.get(moment)
            if kept is None:
                book, lock = self._new_book(moment), threading.Lock()
            elif kept[0] != state:
                book, lock = RumourBook(kept[1].ledger, self.register, self._rates, moment), kept[2]
            else:
                book, lock = kept[1], kept[2]
            self._days[moment] = (state, book, lock)
            self._days.move_to_end(moment)
            if len(self._days) > _KEPT_DAYS:
                _, (_, old, old_lock) = self._days.popitem(last=False)
                self._retire(old, old_lock)
            return book, lock

    def _retire(self, book: RumourBook, lock: threading.Lock) -> None:
        """Close the connection of a day that nobody is reading; one that is being read is closed with the desk."""
        if lock.acquire(blocking=False):
            self._opened.remove(book.ledger)
            book.ledger.close()


def state_of(ledger: Ledger) -> State:
    """What changes whenever the ledger grows."""
    counted = (f"(SELECT max(number) FROM {table})" for table in ("sighting", "reading", "verdict"))
    return tuple(ledger.database.execute(f"SELECT {', '.join(counted)}")[0])
