"""The package as a library: read a text, open a ledger, ask, and take the answers as frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mercato.errors import MercatoError, Misused
from mercato.rumours.book import Change, RumourBook, RumourFilter

if TYPE_CHECKING:
    from mercato.extraction import RuleReader
    from mercato.interfaces.ingest import Report as Ingestion
    from mercato.ledger import Ledger, StoredClaim
    from mercato.model import Claim
    from mercato.model.rumours import Rumour
    from mercato.register import Register

Engine = Literal["pandas", "polars"]


def extract(
    text: str, *, date: str | None = None, language: str | None = None, outlet: str | None = None
) -> list[Claim]:
    """The claims of a text. `date` (YYYY-MM-DD) is when it was published; the language is found out where not given.

    Raises DocumentSkipped where the text is none (empty, binary).
    """
    from mercato.sources import document_from_text

    return _reader().read(document_from_text(text, key="text", date=date, language=language, outlet=outlet))


@cache
def _reader() -> RuleReader:
    """One reader for the process: its register and name index are loaded once."""
    from mercato.extraction import RuleReader
    from mercato.register import load_register

    return RuleReader(load_register())


@contextmanager
def open_news(ledger: str | Path | None = None, *, as_of: datetime | None = None) -> Iterator[News]:
    """A ledger: a path, a PostgreSQL address, or your own. It is made where it isn't there.

    With `as_of` all answers are as things stood at that moment. Raises LedgerError.
    """
    from mercato.interfaces.cli.book_options import rates_path
    from mercato.interfaces.cli.options import open_ledger
    from mercato.rumours.rates import load_rates

    with open_ledger(ledger, create=True) as opened:
        register = _reader().register
        yield News(opened, register, RumourBook(opened, register, load_rates(rates_path()), as_of))


class News:
    """A ledger and its rumours."""

    def __init__(self, ledger: Ledger, register: Register, book: RumourBook) -> None:
        self.ledger, self.register, self.book = ledger, register, book

    def read(self, *inputs: str | Path) -> Ingestion:
        """Read files, addresses or JSON Lines into the ledger; what came of it. One bad input costs itself."""
        from mercato.interfaces.ingest import ingest

        return ingest(map(str, inputs), _reader(), self.ledger)

    def claims(self, **asked: Any) -> list[StoredClaim]:
        """Claims by `person`, `club`, `outlet`, `since`, `until`, `limit`."""
        return list(self.book.view.claims(**asked))

    def rumours(self, **asked: Any) -> list[Rumour]:
        """Rumours by the fields of RumourFilter: `person`, `club`, `to`, `window`, `min_origins`, `limit` ..."""
        return self.book.rumours(RumourFilter(**asked))

    def rumour(self, id: str) -> Rumour:
        """One rumour, by its id or the beginning of it. Raises NotFound."""
        return self.book.rumour(id)

    def changes(self, since: datetime) -> list[Change]:
        """The reports that brought something new since a moment, the latest first."""
        return self.book.changes(since)

    def frame(self, table: str = "rumours", *, engine: Engine = "pandas", **asked: Any) -> Any:
        """A table as a pandas or polars frame: `rumours`, their `reports`, or `claims`, by the same filters.

        The columns are those of `mercato export`. Raises MercatoError where the engine is not installed.
        """
        from mercato.interfaces.exports.rows import table_rows

        rows = list(table_rows(table, self.book, **asked))
        if engine == "polars":
            polars = _installed("polars")
            return polars.DataFrame(rows, infer_schema_length=None)
        if engine != "pandas":
            raise Misused(f"{engine!r} is no engine; there are pandas and polars.")
        return _installed("pandas").DataFrame(rows)


def _installed(name: str) -> Any:
    import importlib

    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise MercatoError(f"Frames of {name} need {name}: install it with `pip install {name}`.") from None
