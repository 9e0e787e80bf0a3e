"""Exports: the same rows in CSV and JSON lines, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from mercato.interfaces.cli.export import harmless
from mercato.interfaces.cli.main import main
from tests.interfaces.conftest import HOSTILE_OUTLET


@pytest.mark.parametrize("what", ["rumours", "claims"])
def test_both_forms_have_the_same_rows(ledger_file: Path, capsys: pytest.CaptureFixture[str], what: str) -> None:
    printed = {}
    for form in ("csv", "jsonl"):
        assert main(["export", what, "--format", form, "--ledger", str(ledger_file)]) == 0
        printed[form] = capsys.readouterr().out
    rows = list(csv.DictReader(io.StringIO(printed["csv"], newline="")))
    records = [json.loads(line) for line in printed["jsonl"].split("\n") if line]
    assert len(rows) > 100
    assert [row["id"] for row in rows] == [record["id"] for record in records]
    assert not [cell for row in rows for cell in row.values() if cell.lstrip()[:1] in ("=", "+", "-", "@")]
    outlet = "outlet" if what == "claims" else "last_outlet"
    assert f"'{HOSTILE_OUTLET}" in [row[outlet] for row in rows]


def test_as_of_a_day_before_everything_nothing_is_exported(
    ledger_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for what in ("rumours", "claims"):
        assert main(["export", what, "--as-of", "2001-01-01", "--ledger", str(ledger_file)]) == 0
        assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "=cmd|' /C x'!A0"]
)
def test_a_formula_becomes_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["Perin", "1-0", "a=b", 5, 2.5])
def test_what_is_no_formula_stays(cell: object) -> None:
    assert harmless(cell) == cell
