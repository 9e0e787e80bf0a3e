"""The echo detector, on pairs that its thresholds were not set on."""

from __future__ import annotations

import pytest

from benchmarks.bench_echoes import Detector, evened, figures
from mercato.register import Register
from mercato.rumours.echoes import compare
from mercato.rumours.prints import print_of
from mercato.sources import document_from_text
from tests.rumours.echo_pairs import pairs, samples
from tests.shared_data import SHARED, needs_shared


def test_a_text_is_a_copy_of_itself_and_the_comparison_is_symmetric(register: Register) -> None:
    prints = [print_of(i.document.text, i.document.blocks, i.document.language, register) for i in samples().values()]
    for one in prints[:12]:
        for other in prints[:12]:
            assert compare(one, other) == compare(other, one)
        if one.words > 20:
            assert compare(one, one).copied


def test_the_translation_of_the_saga_is_found(register: Register) -> None:
    held = samples()
    detector = Detector(register)
    for pair in pairs(register, None):
        if {pair.one.source, pair.other.source} <= {"perin-1", "perin-2"}:
            assert detector.judge(pair).copied is pair.copied
    assert held["perin-2"].document.language == "it"


@pytest.mark.parametrize("text", ["Hm.", "Perin to Milan", "12 13 14"])
def test_short_texts_are_never_copies(register: Register, text: str) -> None:
    document = document_from_text(text, key="k", language="en")
    one = print_of(document.text, document.blocks, "en", register)
    other = print_of(document.text, document.blocks, "it", register)
    assert not compare(one, one).copied
    assert not compare(one, other).copied


@needs_shared
def test_precision_and_recall_on_the_held_out_half(register: Register) -> None:
    """At least 0.95 of what it calls a copy is one, and it finds at least 0.85 of them; so too with half hard pairs."""
    made = pairs(register, SHARED / "data" / "gossip_2021_02_to_09.jsonl")
    assert len(made) >= 300
    detector = Detector(register)
    judged = [(pair, detector.judge(pair)) for pair in made if pair.held_out]
    for count, precision, recall in (figures(judged), evened(judged)):
        assert count >= 150
        assert precision >= 0.95
        assert recall >= 0.85
