"""Sets of annotations: their texts are found, each language has its figures, missing texts are told of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mercato.errors import SourceUnusable
from mercato.evaluation.reliability import reliability
from mercato.evaluation.runner import evaluate, evaluate_set, gold_folder_sets, sample_set
from mercato.evaluation.texts import TextIndex, digest
from tests.evaluation.fakes import PatternReader
from tests.shared_data import SHARED, needs_shared


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


def move(person: str, club: str, stage: str = "interest") -> dict[str, Any]:
    return {"kind": "move", "person": person, "to": club, "stage": stage}


def two_languages(folder: Path) -> tuple[Path, Path]:
    gold = write(
        folder / "gold" / "news.jsonl",
        {"id": "a", "claims": [move("Kane", "Bayern")]},
        {"id": "b", "claims": [move("Kean", "Como", "bid")]},
        {"id": "c", "claims": [move("Isak", "Liverpool")]},
    )
    write(folder / "texts" / "one.jsonl", {"id": "a", "text": "Kane to Bayern 0.9", "language": "en"})
    write(folder / "texts" / "two.jsonl", {"id": "b", "text": "Kean to Como 0.8. X to Y 0.8", "language": "it"})
    return gold, folder / "texts"


def test_figures_by_language(tmp_path: Path) -> None:
    """Each language has its own figures; a text that is missing is named and counts as one without claims."""
    gold, texts = two_languages(tmp_path)
    result = evaluate(gold, [texts], PatternReader())
    assert {lang: r.accuracy["stage"].value for lang, r in result.by_language.items()} == {"en": 1.0, "it": 0.0}
    assert result.missing == ("c",)
    assert (result.report.move_pairs.hit, result.report.move_pairs.gold, result.report.move_pairs.system) == (2, 3, 3)
    assert result.digest == digest([gold])
    assert result.figures()["it stage"] == 0.0
    assert result.figures()["en stage"] == 1.0


def test_confidence_is_held_against_what_was_right(tmp_path: Path) -> None:
    """Two claims at 0.8, one of them right: their bin promises 0.8 and keeps 0.5."""
    gold, texts = two_languages(tmp_path)
    result = evaluate(gold, [texts], PatternReader()).reliability
    assert result is not None
    assert [(b.low, b.claims, b.promised, b.precision) for b in result.bins] == [(0.8, 2, 0.8, 0.5), (0.9, 1, 0.9, 1.0)]
    assert result.brier == pytest.approx((0.1**2 + 0.2**2 + 0.8**2) / 3, abs=1e-4)
    assert result.base_brier == pytest.approx(2 / 9, abs=1e-4)
    assert result.calibration_error == pytest.approx((2 * 0.3 + 0.1) / 3, abs=1e-4)


def test_no_confidence_no_table() -> None:
    """A reader that states no confidence has no reliability to show."""
    claims = {"a": [move("Kane", "Bayern")]}
    assert reliability(claims, claims) is None


def test_plain_text_beside_its_annotations(tmp_path: Path) -> None:
    """`seed.jsonl` finds its text in `seed_article.txt` of its own folder."""
    gold = write(tmp_path / "seed.jsonl", {"id": "seed", "claims": [move("Kane", "Bayern")]})
    (tmp_path / "seed_article.txt").write_text("Kane to Bayern", encoding="utf-8")
    assert evaluate(gold, [], PatternReader()).report.move_pairs.f1 == 1.0


def test_first_folder_wins(tmp_path: Path) -> None:
    """An id that two folders have is read from the one named first."""
    for name in ("one", "two"):
        write(tmp_path / name / "texts.jsonl", {"id": "a", "text": name})
    row = TextIndex([tmp_path / "one", tmp_path / "two"]).get("a")
    assert row
    assert row["text"] == "one"


def test_folder_without_annotations_is_refused(tmp_path: Path) -> None:
    """An empty folder measures nothing, and must not look as if all were well."""
    with pytest.raises(SourceUnusable, match="--gold"):
        list(gold_folder_sets(tmp_path, None))


@pytest.mark.parametrize("held_out", [False, True], ids=["open", "held out"])
def test_samples_are_annotated_documents(held_out: bool) -> None:
    """Every annotation that is shipped has its document, with the date and language that are known of it."""
    samples = sample_set(held_out=held_out)
    assert samples is not None
    result = evaluate_set(samples, PatternReader())
    assert result.missing == ()
    assert "und" not in result.by_language
    documents = [samples.document(text_id) for text_id in samples.gold]
    assert all(d and d.published for d in documents)


@needs_shared
def test_shared_sets_find_their_texts() -> None:
    """Each shared annotation has its text, and the gossip has its peer beside it."""
    sets = {s.name: s for s in gold_folder_sets(SHARED / "gold", SHARED / "data")}
    assert {"gossip_dev", "articles_dev", "tweets_dev", "seed"} <= set(sets)
    for annotated in sets.values():
        assert all(annotated.document(text_id) for text_id in annotated.gold)
    assert sets["gossip_dev"].peers["gossip_gpt3_structure"].f1 == pytest.approx(0.61, abs=0.005)
    assert set(evaluate_set(sets["articles_dev"], PatternReader()).by_language) == {"en", "it", "es", "de", "fr", "pt"}
