"""Case tables: rows are checked as they are loaded, and each fault of a reading is told in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mercato.errors import DataFileError
from mercato.evaluation.cases import case_files, load_cases, run_table
from tests.evaluation.fakes import PatternReader


def row(id_: str = "x-1", text: str = "Kane to Bayern done", strength: str = "must", **claim: Any) -> dict[str, Any]:
    claims = [{"kind": "move", "person": "Kane", "to": "Bayern", **claim}]
    return {"id": id_, "text": text, "claims": claims, "category": "plain", "strength": strength, "note": ""}


def table(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "en.jsonl"
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def faults(folder: Path, case: dict[str, Any]) -> tuple[str, ...]:
    return run_table(table(folder, case), PatternReader()).results[0].faults


def test_case_that_passes(tmp_path: Path) -> None:
    """Given fields are checked, the others are free."""
    assert faults(tmp_path, row()) == ()
    assert faults(tmp_path, row(stage="done")) == ()


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ({"stage": "talks"}, "Kane: stage is done, should be talks"),
        ({"deal": "loan"}, "Kane: deal is None, should be loan"),
        ({"from": "Spurs"}, "Kane: from is None, should be Spurs"),
        ({"sources": ["Bild"]}, "Kane: sources is [], should be ['Bild']"),
        ({"condition": "if he wants"}, "Kane: condition is None, should be if he wants"),
        ({"fee": {"low": 1, "high": 1, "currency": "EUR"}}, "Kane: fee is None"),
        ({"more": {"certainty": "denied"}}, "Kane: more is"),
    ],
)
def test_field_that_is_wrong(tmp_path: Path, claim: dict[str, Any], fault: str) -> None:
    """The fault names person and field, what was read and what is there."""
    (found,) = faults(tmp_path, row(**claim))
    assert found.startswith(fault)


def test_missed_and_invented(tmp_path: Path) -> None:
    """A claim that isn't found, and one that nobody wrote."""
    assert faults(tmp_path, row(text="Kane to Arsenal")) == (
        "missed move Kane -> Bayern",
        "invented move Kane -> Arsenal [interest]",
    )


def test_empty_claims_mean_silence(tmp_path: Path) -> None:
    """A text that holds nothing fails when something is found in it."""
    assert faults(tmp_path, {**row(), "claims": []}) == ("invented move Kane -> Bayern [done]",)
    assert faults(tmp_path, {**row(text="nothing"), "claims": []}) == ()


def test_shares_by_strength_and_category(tmp_path: Path) -> None:
    """Each strength and category has its share; only what must pass breaks the table."""
    rows = [row("a"), row("b", stage="bid"), row("c", strength="may", stage="bid")]
    result = run_table(table(tmp_path, *rows), PatternReader())
    assert result.figures() == {"must": 0.5, "may": 0.0}
    assert [r.case.id for r in result.broken] == ["b"]
    assert [r.case.id for r in result.failed] == ["b", "c"]
    assert result.by_category()["plain"].asked == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"strength": "shuold"}, 'strength "shuold" is unknown; known: must, should, may'),
        ({"claims": [{"kind": "mvoe", "person": "A"}]}, 'kind "mvoe" is unknown'),
        ({"claims": [{"kind": "move", "person": "A", "stage": "medcial"}]}, 'stage "medcial" is unknown'),
        ({"claims": [{"kind": "move", "person": "A", "club_to": "B"}]}, "no claim has club_to"),
        ({"claims": [{"kind": "move"}]}, 'a claim needs "person"'),
        ({"text": None}, '"text" must be given as str'),
    ],
)
def test_slip_in_a_table_is_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    """Whoever adds a row learns which one is off and what is allowed."""
    path = table(tmp_path, row("good"), {**row("bad"), **change})
    with pytest.raises(DataFileError, match=message) as raised:
        load_cases(path)
    assert "en.jsonl:2" in str(raised.value)


def test_id_taken_twice_is_refused(tmp_path: Path) -> None:
    """An id names one row."""
    with pytest.raises(DataFileError, match='"x-1" is taken'):
        load_cases(table(tmp_path, row(), row()))


@pytest.mark.parametrize("path", case_files(), ids=lambda path: path.stem)
def test_shipped_tables_load(path: Path) -> None:
    """Every row of every table that is shipped is well formed."""
    assert load_cases(path)
