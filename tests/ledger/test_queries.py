"""Finding claims again: by person, club, outlet, stage, kind, day and as the ledger stood."""

from __future__ import annotations

from datetime import date

import pytest

from mercato.errors import Misused, NotFound
from mercato.ledger import Ledger
from mercato.model import ClaimKind, ClubRef, Stage
from tests.ledger.made import RULES_1, RULES_2, at, claim, day, document, full_claim


def persons(found: list) -> list[str]:
    return [stored.claim.person.name for stored in found]


@pytest.fixture
def filled(ledger: Ledger) -> Ledger:
    perin = document(key="a", published=day("2025-06-09"), outlet="juvefc.com")
    odegaard = document("Ødegaard bid of Real Sociedad", key="b", published=day("2025-07-01"), outlet="Marca")
    undated = document("Cambiaso stays", key="c", published=None, outlet=None)
    ledger.append(perin, [full_claim(perin)], seen_at=at("2025-06-10T00:00"))
    ledger.append(
        odegaard,
        [claim(odegaard, "Martin Ødegaard", "Real Sociedad", person_id="Q1", stage=Stage.BID)],
        seen_at=at("2025-07-02T00:00"),
    )
    ledger.append(
        undated,
        [claim(undated, "Andrea Cambiaso", None, kind=ClaimKind.STAY, club=ClubRef("Juventus", "Q1422"))],
        seen_at=at("2025-08-01T00:00"),
    )
    return ledger


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Andrea Cambiaso", "Martin Ødegaard", "Mattia Perin"]),
        ({"person": "perin"}, ["Mattia Perin"]),
        ({"person": "MARTIN ODEGAARD"}, ["Martin Ødegaard"]),
        ({"person": "Q1"}, ["Martin Ødegaard"]),
        ({"person": "Per"}, []),
        ({"person": "%"}, []),
        ({"person": "_erin"}, []),
        ({"club": "Juventus"}, ["Andrea Cambiaso", "Mattia Perin"]),
        ({"club": "Q1422"}, ["Andrea Cambiaso", "Mattia Perin"]),
        ({"club": "milan"}, ["Mattia Perin"]),
        ({"club": "sociedad"}, ["Martin Ødegaard"]),
        ({"outlet": "juvefc"}, ["Mattia Perin"]),
        ({"outlet": "juvefc.com"}, ["Mattia Perin"]),
        ({"outlet": "corriere dello sport"}, ["Mattia Perin"]),
        ({"outlet": "Q1134977"}, ["Mattia Perin"]),
        ({"outlet": "the club"}, []),
        ({"outlet": "marca"}, ["Martin Ødegaard"]),
        ({"stages": (Stage.BID,)}, ["Martin Ødegaard"]),
        ({"stages": (Stage.BID, Stage.INTEREST)}, ["Martin Ødegaard", "Mattia Perin"]),
        ({"kinds": (ClaimKind.STAY,)}, ["Andrea Cambiaso"]),
        ({"since": date(2025, 7, 1)}, ["Andrea Cambiaso", "Martin Ødegaard"]),
        ({"since": date(2025, 7, 2)}, ["Andrea Cambiaso"]),
        ({"until": date(2025, 7, 1)}, ["Martin Ødegaard", "Mattia Perin"]),
        ({"until": date(2025, 6, 8)}, []),
        ({"since": date(2025, 6, 9), "until": date(2025, 6, 9)}, ["Mattia Perin"]),
        ({"club": "Juventus", "outlet": "juvefc"}, ["Mattia Perin"]),
        ({"limit": 1}, ["Andrea Cambiaso"]),
        ({"reader": RULES_2}, []),
        ({"reader": RULES_1}, ["Andrea Cambiaso", "Martin Ødegaard", "Mattia Perin"]),
    ],
)
def test_filters(filled: Ledger, asked: dict, expected: list[str]) -> None:
    assert persons(filled.claims(**asked)) == expected


def test_an_unknown_word_for_the_reader_is_an_error_of_the_caller(filled: Ledger) -> None:
    with pytest.raises(ValueError, match="latest"):
        filled.claims(reader="newest")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2025-06-09T23:59", []),
        ("2025-06-10T00:00", ["Mattia Perin"]),
        ("2025-07-01T23:59", ["Mattia Perin"]),
        ("2025-07-02T00:00", ["Martin Ødegaard", "Mattia Perin"]),
        ("2025-12-31T00:00", ["Andrea Cambiaso", "Martin Ødegaard", "Mattia Perin"]),
    ],
)
def test_as_of_shows_only_what_had_been_seen(filled: Ledger, moment: str, expected: list[str]) -> None:
    view = filled.as_of(at(moment))
    assert persons(view.claims()) == expected
    assert view.counts().claims == len(expected)
    assert view.counts().documents == len(list(view.documents())) == len(expected)


def test_as_of_leaves_out_what_was_published_later_or_might_have_been(ledger: Ledger) -> None:
    early = document(key="a", published=day("2025-06-09"))
    ledger.append(early, [claim(early)], seen_at=at("2025-01-01T00:00"))
    assert ledger.as_of(at("2025-06-09T12:00")).claims() == []  # some time that day: perhaps not yet
    assert len(ledger.as_of(at("2025-06-10T00:00")).claims()) == 1


def test_as_of_answers_with_the_reader_and_the_text_of_that_time(ledger: Ledger) -> None:
    first = document("Milan want Perin.", published=day("2025-06-01"))
    second = document("Milan no longer want Perin.", published=day("2025-06-01"))
    ledger.append(first, [claim(first)], seen_at=at("2025-06-02T00:00"))
    ledger.append(first, [claim(first, reader=RULES_2)], seen_at=at("2025-06-03T00:00"))
    ledger.append(second, [claim(second, reader=RULES_2)], seen_at=at("2025-06-04T00:00"))

    def seen(moment: str) -> list[tuple[str, str]]:
        found = ledger.as_of(at(moment)).claims()
        return [(c.claim.document_id, c.claim.reader.version) for c in found]

    assert seen("2025-06-02T12:00") == [(first.id, "1")]
    assert seen("2025-06-03T12:00") == [(first.id, "2")]
    assert seen("2025-06-04T12:00") == [(second.id, "2")]
    early = ledger.as_of(at("2025-06-02T12:00"))
    assert [c.claim for c in early.claims(reader="all")] == [claim(first)]
    assert [c.claim for c in early.claims(reader=RULES_2)] == []
    with pytest.raises(NotFound):
        early.claim(claim(first, reader=RULES_2).id)
    assert [d.document.id for d in ledger.as_of(at("2025-06-03T12:00")).documents(versions="latest")] == [first.id]


def test_as_of_of_a_claim_and_a_document(filled: Ledger) -> None:
    (cambiaso,) = filled.claims(person="cambiaso")
    view = filled.as_of(at("2025-07-15T00:00"))
    with pytest.raises(NotFound):
        view.claim(cambiaso.claim.id)
    with pytest.raises(NotFound):
        view.document(cambiaso.source.id)


def test_a_claim_is_found_by_the_beginning_of_its_id(ledger: Ledger) -> None:
    stored = document()
    ledger.append(stored, [claim(stored, id="abc1"), claim(stored, "X", id="abd2"), claim(stored, "Y", id="abc")])
    assert ledger.claim("abd")[0].claim.id == "abd2"
    assert ledger.claim("abc")[0].claim.id == "abc"  # a whole id wins over the beginning of another
    assert ledger.claim("abc1")[1].document == stored
    with pytest.raises(Misused, match="3 claims"):
        ledger.claim("ab")
    for unknown in ("zz", "abc12", "%"):
        with pytest.raises(NotFound, match="mercato claims"):
            ledger.claim(unknown)
    with pytest.raises(Misused):
        ledger.claim("")


def test_documents_come_in_pages_and_whole(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercato.ledger.view._PAGE", 3)
    with ledger.writing():
        for number in range(7):
            ledger.append(document(f"text {number}", key=str(number)), [])
    assert [d.document.key for d in ledger.documents()] == list("0123456")
    assert [d.document.key for d in ledger.documents(key="4")] == ["4"]
