"""The cue words that are shipped, and what is said of a file with a slip in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mercato.errors import DataFileError
from mercato.model.languages import language_codes
from mercato.sources.cues import CUES_FILE, load_cues


def shipped() -> dict[str, Any]:
    raw: dict[str, Any] = yaml.safe_load(CUES_FILE.read_text("utf-8"))
    return raw


def written(tmp_path: Path, raw: Any) -> Path:
    path = tmp_path / "cues.yaml"
    path.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    return path


def test_every_cue_of_every_language_is_found_by_the_patterns() -> None:
    found = load_cues(CUES_FILE)
    for section in shipped()["languages"].values():
        for cue in section["starts"]:
            assert found.starts.match(f"{cue.upper()} and on"), cue
        for cue in section["photo"]:
            assert found.credit.search(f"x ({cue} A. Nother)"), cue
        for label in section["date_labels"]:
            assert found.dated.match(f"{label}: 2025-06-09"), label


def test_months_have_twelve_numbers_in_each_language() -> None:
    found = load_cues(CUES_FILE)
    assert set(shipped()["languages"]) == set(language_codes())
    assert set(found.months.values()) == set(range(1, 13))
    assert found.months["giugno"] == found.months["june"] == found.months["juni"] == 6


def _no_language(raw: dict[str, Any]) -> None:
    raw["languages"] = {}


def _misspell(raw: dict[str, Any]) -> None:
    raw["languages"]["it"]["start"] = raw["languages"]["it"].pop("starts")


def _short(raw: dict[str, Any]) -> None:
    raw["languages"]["de"]["inside"].append("x")


def _number(raw: dict[str, Any]) -> None:
    raw["languages"]["fr"]["whole"].append(7)


def _twice(raw: dict[str, Any]) -> None:
    raw["languages"]["es"]["whole"].append("publicidad")


def _eleven(raw: dict[str, Any]) -> None:
    raw["languages"]["en"]["months"].pop()


def _clash(raw: dict[str, Any]) -> None:
    raw["languages"]["pt"]["months"][0].append("mar")


SLIPS = [
    (_no_language, "a section for each"),
    (_misspell, "language 'it'"),
    (_short, "de.inside, entry 'x'"),
    (_number, "fr.whole, entry 7"),
    (_twice, "es.whole, entry 'publicidad'"),
    (_eleven, "en.months"),
    (_clash, "pt.months[1], entry 'mar'"),
]


@pytest.mark.parametrize(("slip", "told"), SLIPS, ids=[slip.__name__ for slip, _ in SLIPS])
def test_a_slip_is_named_with_file_and_entry(slip: Any, told: str, tmp_path: Path) -> None:
    raw = shipped()
    slip(raw)
    path = written(tmp_path, raw)
    with pytest.raises(DataFileError) as raised:
        load_cues(path)
    assert str(path) in str(raised.value)
    assert told in str(raised.value)


def test_a_file_that_is_no_yaml_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "cues.yaml"
    with pytest.raises(DataFileError):
        load_cues(path)
    path.write_text("agencies: [", "utf-8")
    with pytest.raises(DataFileError):
        load_cues(path)
