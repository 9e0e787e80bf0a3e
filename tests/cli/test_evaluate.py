"""`mercato evaluate`: the table, the JSON, the floors and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mercato.errors import Misused
from mercato.interfaces.cli import evaluate as command
from tests.evaluation.fakes import PatternReader


@pytest.fixture(autouse=True)
def _reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercato.interfaces.readers.make_reader", lambda *_, **__: PatternReader())


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """A folder with one set, of which the fake reader gets the pairs right and one stage wrong."""
    folder = tmp_path / "gold"
    folder.mkdir()
    claims = [{"kind": "move", "person": p, "to": "Bayern", "stage": "interest"} for p in ("Kane", "Kean")]
    write_gold(folder, claims)
    (folder / "news.txt").write_text("Kane to Bayern. Kean to Bayern done.", encoding="utf-8")
    return folder


def write_gold(folder: Path, claims: list[dict[str, Any]]) -> None:
    (folder / "news.jsonl").write_text(json.dumps({"id": "news", "claims": claims}) + "\n", encoding="utf-8")


def run(gold: Path, *arguments: str) -> Result:
    floors = str(gold.parent / "floors.json")
    base = ["--gold", str(gold), "--set", "news", "--floors", floors]
    return CliRunner().invoke(command.evaluate, [*base, *arguments])


def test_table_has_figures_and_errors(gold: Path) -> None:
    """Every figure with what it was asked of, and the errors on request."""
    result = run(gold, "--errors", "5")
    assert result.exit_code == 0, result.stderr
    assert "news  1 texts, 2 claims" in result.stdout
    stage = next(line for line in result.stdout.splitlines() if line.startswith("  stage"))
    assert stage.split()[1:] == ["0.500", "2"]
    assert "news: stage    Kean -> Bayern: done for interest" in result.stdout


def test_json_is_one_object_a_set(gold: Path) -> None:
    """Programs get the whole report, with the verdict on the floors."""
    (line,) = run(gold, "--json", "--errors", "1").stdout.splitlines()
    row = json.loads(line)
    assert row["set"] == "news"
    assert row["register"] == "shipped"
    assert row["accuracy"]["stage"] == 0.5
    assert row["by language"]["en"]["texts"] == 1
    assert row["floors"]["known"] is False
    assert row["errors"] == ["news: stage    Kean -> Bayern: done for interest"]


def test_floors_are_set_held_and_broken(gold: Path) -> None:
    """Floors set by one run hold in the next; a worse figure fails the command and is named."""
    assert run(gold, "--set-floors").exit_code == 0
    assert run(gold).exit_code == 0
    (gold / "news.txt").write_text("Kane to Bayern done. Kean to Bayern done.", encoding="utf-8")
    worse = run(gold)
    assert worse.exit_code == 1
    assert "news: stage is 0.000, under its floor of 0.5000" in worse.stderr


def test_floors_are_not_lowered_without_leave(gold: Path) -> None:
    """Setting floors after a loss keeps the old ones and still fails; only --allow-lower takes the loss."""
    run(gold, "--set-floors")
    (gold / "news.txt").write_text("Kane to Bayern done. Kean to Bayern done.", encoding="utf-8")
    assert run(gold, "--set-floors").exit_code == 1
    assert run(gold, "--set-floors", "--allow-lower").exit_code == 0
    assert run(gold).exit_code == 0


def test_changed_annotations_are_told_of(gold: Path) -> None:
    """Figures on other annotations don't compare, and whoever reads them is told."""
    run(gold, "--set-floors")
    write_gold(gold, [{"kind": "move", "person": "Kane", "to": "Bayern", "stage": "interest"}])
    assert "another digest" in run(gold).stderr


def test_floors_are_kept_for_each_register(gold: Path) -> None:
    """A larger register has its own floors."""
    run(gold, "--set-floors")
    assert json.loads(run(gold, "--json", "--register", "full").stdout)["floors"]["known"] is False


def test_case_that_must_pass_fails_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken must ends with exit code 1 even where no floor was ever set."""
    row = {"id": "x", "text": "Kane to Como", "claims": [], "category": "c", "strength": "must"}
    (tmp_path / "en.jsonl").write_text(json.dumps(row), encoding="utf-8")
    monkeypatch.setattr("mercato.evaluation.cases.case_files", lambda: [tmp_path / "en.jsonl"])
    arguments = ["--set", "cases", "--errors", "1", "--floors", str(tmp_path / "floors.json")]
    result = CliRunner().invoke(command.evaluate, arguments)
    assert result.exit_code == 1
    assert "must   x: invented move Kane -> Como [interest]" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [(["--allow-lower"], "--set-floors"), (["--texts", "."], "--gold"), (["--set", "nonsense"], "nonsense")],
)
def test_contradictory_options(arguments: list[str], advice: str) -> None:
    """A call that makes no sense is refused with what is missing."""
    result = CliRunner().invoke(command.evaluate, arguments)
    assert isinstance(result.exception, Misused)
    assert advice in str(result.exception)
