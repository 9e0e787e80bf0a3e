"""The benchmark measures what it says: whole corpora, the same texts in every row, figures put where they belong."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mercato.register import NameEntry, NameIndex, NameKind
from tests.evaluation.fakes import PatternReader

PATH = Path(__file__).resolve().parents[2] / "benchmarks" / "bench_reading.py"


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bench_reading", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["bench_reading"] = module
    spec.loader.exec_module(module)
    return module


class Names:
    """As much of a register as the benchmark needs."""

    index = NameIndex([NameEntry(NameKind.CLUB, "1", "Bayern")])


def test_articles_are_as_long_as_they_say(bench: ModuleType) -> None:
    """2,000 characters each, the same ones in every run, not all alike."""
    pool = [f"Sentence number {n} is here for its length." for n in range(50)]
    made = list(bench.articles(pool, 5))
    assert [len(article) for article in made] == [2000] * 5
    assert made == list(bench.articles(pool, 5))
    assert len(set(made)) == 5


def test_samples_are_cut_without_a_gap(bench: ModuleType) -> None:
    """Texts follow each other in pieces of one length, nothing between them lost."""
    pieces = list(bench.cut(["a" * 1500, "b" * 2600]))
    assert [len(piece) for piece in pieces] == [2000, 2000]
    assert "".join(pieces) == ("a" * 1500 + "\n\n" + "b" * 2600)[:4000]


def test_made_up_people_are_many_and_the_same(bench: ModuleType) -> None:
    """Without a CSV the index has to find as many names, and the same in every run."""
    people = list(bench.made_up_people(2000))
    assert [p.name for p in people] == [p.name for p in bench.made_up_people(2000)]
    assert len({p.name for p in people}) > 1990


def test_every_row_is_about_the_whole_corpus(bench: ModuleType) -> None:
    """Index, steps, and the whole way on one process and on two; each beside the index."""
    rows = tuple({"id": f"t{n}", "text": "Kane to Bayern", "language": "en"} for n in range(40))
    corpus = bench.Corpus("few", rows)
    rates = list(bench.measure(corpus, Names(), PatternReader(), 0.0))
    assert rates[0].what == "name index alone"
    assert [r.processes for r in rates][-2:] == [1, 2]
    for rate in rates:
        assert rate.megabytes_a_second == pytest.approx(rate.texts_a_second * len("Kane to Bayern") / 1e6)
        assert rate.ratio is not None


def test_a_failing_reader_is_no_fast_reader(bench: ModuleType) -> None:
    """A reader that gives up at once must not look quick."""

    class Broken:
        def read(self, document: object) -> list[object]:
            raise ValueError("no")

    with pytest.raises(SystemExit, match="reader failed"):
        bench._read_all([b'{"id": "a", "text": "x", "language": "en"}'], Broken(), 1)


def test_figures_go_between_the_marks(bench: ModuleType, tmp_path: Path) -> None:
    """The page keeps its words; a page without marks is left alone."""
    page = tmp_path / "speed.md"
    page.write_text(f"before\n{bench.BEGIN}\nold\n{bench.END}\nafter\n", encoding="utf-8")
    bench.write_into(page, ["new"])
    assert page.read_text(encoding="utf-8") == f"before\n{bench.BEGIN}\nnew\n{bench.END}\nafter\n"
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(SystemExit, match="lacks the marks"):
        bench.write_into(page, ["new"])
    assert page.read_text(encoding="utf-8") == "no marks"


def test_the_documented_page_has_its_marks(bench: ModuleType) -> None:
    """The page that the benchmark is told to write into can be written into."""
    text = (PATH.parents[1] / "docs" / "speed.md").read_text(encoding="utf-8")
    assert text.index(bench.BEGIN) < text.index(bench.END)
