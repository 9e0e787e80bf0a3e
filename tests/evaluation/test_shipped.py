"""What is shipped is read no worse than its floors say."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from mercato.evaluation.cases import TableResult, case_files, run_table
from mercato.evaluation.floors import compare, floor_key, load_floors
from mercato.evaluation.runner import Result, evaluate_set, sample_set
from mercato.extraction import RuleReader
from mercato.register import load_register


@lru_cache(maxsize=1)
def reader() -> RuleReader:
    return RuleReader(load_register(user=False))


def assert_holds(result: TableResult | Result) -> None:
    """No figure is under its floor. Floors of other annotations are no measure for these."""
    floor = load_floors().get(floor_key(result.name, "shipped"))
    verdict = compare(floor, result.digest, result.figures())
    if not verdict.known or verdict.digest_changed:
        pytest.skip(f"no floors for {result.name} as it stands: `mercato evaluate --set-floors` sets them")
    assert verdict.holds, verdict.below


@pytest.mark.parametrize("path", case_files(), ids=lambda path: path.stem)
def test_case_tables_hold_their_floors(path: Path) -> None:
    """Each language's cases pass as often as they did when the floors were set."""
    assert_holds(run_table(path, reader()))


@pytest.mark.parametrize("held_out", [False, True], ids=["open", "held out"])
def test_samples_hold_their_floors(held_out: bool) -> None:
    """The samples are read as well as when the floors were set, overall and in each language."""
    samples = sample_set(held_out=held_out)
    assert samples
    assert_holds(evaluate_set(samples, reader()))
