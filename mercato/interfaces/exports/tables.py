"""Rows as CSV that no spreadsheet runs, and as Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from mercato.errors import MercatoError
from mercato.interfaces.files import written_whole

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the start of a formula, in full width too."""
_ROWS = 20_000
"""Rows in a group of a Parquet file: small enough to hold, large enough to compress."""


def csv_lines(rows: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A header and a line for each row."""
    header = False
    for row in rows:
        if not header:
            yield csv_line(row)
            header = True
        yield csv_line(row.values())


def csv_line(cells: Iterable[object]) -> str:
    """A line of CSV in which nothing is a formula; None is an empty cell."""
    line = io.StringIO()
    csv.writer(line).writerow(harmless(cell) for cell in cells)
    return line.getvalue()


def harmless(cell: object) -> object:
    """The cell; a text that a spreadsheet could run, also after blanks, with an apostrophe before it."""
    if not isinstance(cell, str):
        return "" if cell is None else cell
    return f"'{cell}" if cell.startswith(FORMULA) or cell.lstrip().startswith(FORMULA) else cell


def write_parquet(rows: Iterable[Mapping[str, Any]], path: Path) -> int:
    """Write a Parquet file, whole or not at all; how many rows. Columns that hold figures are numbers, others text.

    Raises MercatoError where pyarrow is missing or the file can't be written.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ModuleNotFoundError:
        raise MercatoError("Parquet needs pyarrow: install it with `pip install 'mercato[archive]'`.") from None
    count = 0
    writer: Any = None
    with written_whole(path) as beside:
        for group in _groups(rows):
            columns = {name: [row[name] for row in group] for name in group[0]}
            if writer is None:
                schema = pa.schema([(name, _type(pa, name)) for name in columns])
                writer = pq.ParquetWriter(str(beside), schema, compression="zstd")
            table = pa.table({n: pa.array(map(_plain, c), schema.field(n).type) for n, c in columns.items()}, schema)
            writer.write_table(table)
            count += len(group)
        if writer is None:
            raise MercatoError("There is nothing to write: no row matches.")
        writer.close()
    return count


def _groups(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    group: list[Mapping[str, Any]] = []
    for row in rows:
        group.append(row)
        if len(group) == _ROWS:
            yield group
            group = []
    if group:
        yield group


_WHOLE = frozenset({"independent_origins", "reports", "conflicts", "denials"})
_FIGURES = frozenset({"fee_eur", "fee_eur_low", "fee_eur_high", "fee_low", "fee_high", "confidence"})


def _type(pa: Any, name: str) -> Any:
    """A column's type goes by its name, so that an empty one has the same as a full one."""
    return pa.int32() if name in _WHOLE else pa.float64() if name in _FIGURES else pa.string()


def _plain(value: object) -> object:
    """Text that UTF-8 can hold."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
