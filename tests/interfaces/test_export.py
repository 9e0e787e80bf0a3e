"""Exports: the same rows in CSV and JSON lines, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from mercato.errors import MercatoError
from mercato.interfaces.cli.main import main
from mercato.interfaces.exports.tables import harmless
from mercato.interfaces.files import written_whole
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


def test_parquet_has_the_rows_of_csv_and_types_of_its_own(
    ledger_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the extra `archive` is not installed")
    for what in ("rumours", "reports", "claims"):
        path = tmp_path / f"{what}.parquet"
        ledger = ["--ledger", str(ledger_file)]
        assert main(["export", what, "--format", "parquet", "--out", str(path), *ledger]) == 0
        capsys.readouterr()
        assert main(["export", what, *ledger]) == 0
        rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out, newline="")))
        table = parquet.read_table(path)
        assert table.num_rows == len(rows)
        assert table.column_names == list(rows[0])
    table = parquet.read_table(tmp_path / "rumours.parquet")
    assert str(table.schema.field("independent_origins").type) == "int32"
    assert [p.name for p in tmp_path.iterdir() if p.suffix == ".part"] == []
    by_person = dict(zip(table["person"].to_pylist(), table["person_transfermarkt"].to_pylist(), strict=True))
    assert by_person["Mattia Perin"] == "110923"


def test_linked_data_joins_claims_with_articles_people_and_sources(
    ledger_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "claims.jsonld"
    assert main(["export", "claims", "--format", "jsonld", "--out", str(path), "--ledger", str(ledger_file)]) == 0
    graph = json.loads(path.read_text("utf-8"))["@graph"]
    nodes = {node["@id"]: node for node in graph}
    assert len(nodes) == len(graph)
    claims = [node for node in graph if "Claim" in node["@type"]]
    assert len(claims) > 100
    for claim in claims:
        assert claim["about"] in nodes
        article, *words = claim["prov:wasDerivedFrom"]
        assert nodes[article]["@type"][0] == "NewsArticle"
        assert set(words) <= set(nodes)
        assert claim["prov:wasGeneratedBy"] in nodes
        assert set(claim["prov:wasAttributedTo"] or ()) <= set(nodes)
    relays = [node for node in graph if node["@type"] == "prov:Entity" and "prov:wasDerivedFrom" in node]
    assert {nodes[nodes[relay["prov:wasDerivedFrom"]]["prov:wasAttributedTo"]]["name"] for relay in relays}
    milan = nodes["http://www.wikidata.org/entity/Q1543"]
    assert milan["@type"] == "SportsTeam"


def test_windows_are_a_calendar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    icalendar = pytest.importorskip("icalendar", reason="the extra `web` is not installed")
    path = tmp_path / "windows.ics"
    assert main(["export", "windows", "--format", "ics", "--country", "ENG", "--out", str(path)]) == 0
    made = icalendar.Calendar.from_ical(path.read_bytes())
    days = {str(event["uid"]): event["dtstart"].dt.isoformat() for event in made.walk("VEVENT")}
    assert days["ENG-2024-25-winter-closes@mercato"] == "2025-02-03"
    assert days["ENG-2024-25-winter-opens@mercato"] == "2025-01-01"
    assert path.read_bytes().count(b"\r\n") == path.read_bytes().count(b"\n")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["rumours", "--format", "ics"], 2),
        (["claims", "--format", "parquet"], 2),
        (["windows", "--country", "XYZ"], 2),
        (["windows", "--out", "/no/such/folder/w.csv"], 1),
    ],
)
def test_what_can_not_be_written_is_told(arguments: list[str], code: int) -> None:
    assert main(["export", *arguments]) == code


def test_what_fails_half_way_leaves_the_older_file(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        with written_whole(path) as beside:
            beside.write_text("half of the ne")
            raise RuntimeError

    path = tmp_path / "rows.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError):
        fails(path)
    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["rows.csv"]
    with written_whole(path) as beside:
        beside.write_text("new")
    assert path.read_text() == "new"
    with pytest.raises(MercatoError, match="can't be written"), written_whole(tmp_path / "none" / "x") as beside:
        beside.touch()
