"""How sure the reader says it is: what is shipped can be applied, and what can't be is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mercato.errors import DataFileError, Misused
from mercato.extraction.confidence import Confidence, chosen, least, load, shipped
from mercato.extraction.reader import RuleReader
from tests.extraction.reading import document, reader

PLAIN = "Arsenal want to sign Brighton midfielder Moises Caicedo, 21."
TANGLED = "If it comes to that, said the agent, they might look at him, and Chelsea too, should Lukaku leave Inter."


def _sure(text: str) -> list[float]:
    found = RuleReader(reader().register, threshold=0.0).read(document(text))
    return [claim.confidence for claim in found if claim.confidence is not None]


def test_a_plain_sentence_is_surer_than_a_tangled_one() -> None:
    plain, tangled = _sure(PLAIN), _sure(TANGLED)
    assert plain
    assert min(plain) > max(tangled, default=0.0)


def test_the_threshold_leaves_out_the_unsure() -> None:
    register = reader().register
    everything = RuleReader(register, threshold=0.0).read(document(PLAIN))
    assert len(everything) == 1
    assert RuleReader(register, threshold=1.0).read(document(PLAIN)) == []


def test_what_is_shipped_says_what_it_was_fitted_on() -> None:
    fitted = shipped()
    assert fitted is not None
    assert 0 <= fitted.threshold < 1
    path = Path(__file__).parents[2] / "mercato" / "extraction" / "confidence.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    assert record["claims"] > 500
    assert record["kept aside"]["folds by text"]["brier"] < record["kept aside"]["folds by text"]["base brier"]
    assert record["kept aside"]["folds by text"]["calibration error"] < 0.05


def test_a_chance_grows_with_what_speaks_for_it() -> None:
    model = Confidence({"for": 2.0, "against": -2.0}, 0.0)
    assert model.of({"against": 1.0}) < model.of({}) < model.of({"for": 1.0}) < 1.0


def test_a_file_that_is_none_is_named(tmp_path: Path) -> None:
    path = tmp_path / "mine.json"
    path.write_text('{"weights": []}', encoding="utf-8")
    with pytest.raises(DataFileError, match=r"mine\.json.*train-reader"):
        load(path)


def test_settings_choose_the_file_and_the_threshold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"weights": {}, "intercept": 0.0, "threshold": 0.25}), encoding="utf-8")
    monkeypatch.setenv("MERCATO_CONFIDENCE", str(path))
    mine = chosen()
    assert mine is not None
    assert mine.of({"anything": 1.0}) == 0.5
    assert least(mine) == 0.25
    monkeypatch.setenv("MERCATO_THRESHOLD", "0.9")
    assert least(mine) == 0.9
    monkeypatch.setenv("MERCATO_THRESHOLD", "very")
    with pytest.raises(Misused, match="MERCATO_THRESHOLD"):
        least(mine)
