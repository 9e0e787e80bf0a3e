"""Appending: nothing is lost on the way in, nothing is added twice, nothing is ever changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from mercato.errors import DocumentSkipped, LedgerError
from mercato.ledger import Appended, Ledger
from mercato.ledger.dialect import POSTGRES, SQLITE
from mercato.model import ClaimKind, ClubRef, Moment, Precision, Span
from tests.ledger.made import RULES_1, RULES_2, at, claim, day, document, evidence, full_claim


def test_what_comes_out_is_what_went_in(ledger: Ledger) -> None:
    stored = document(author="R. Rossi", language="en", fetched=at("2025-06-10T08:00:01.000002"))
    said = [full_claim(stored), claim(stored, "Dušan Vlahović")]
    assert ledger.append(stored, said, seen_at=at("2025-06-10T08:00:02")) == Appended(True, 2, 1)

    (found,) = ledger.documents()
    assert found.document == stored
    assert found.seen_at == at("2025-06-10T08:00:02")
    assert [c.claim for c in ledger.claims()] == said
    assert ledger.claims()[0].source.title == stored.title


@pytest.mark.parametrize("precision", list(Precision))
def test_the_precision_of_a_date_survives(ledger: Ledger, precision: Precision) -> None:
    stored = document(published=Moment(at("2025-06-01T00:00"), precision))
    ledger.append(stored, [])
    assert next(ledger.documents()).document.published == stored.published


def test_the_same_reading_twice_adds_nothing(ledger: Ledger) -> None:
    stored = document()
    ledger.append(stored, [claim(stored)])
    before = ledger.counts()
    assert ledger.append(stored, [claim(stored)]) == Appended(False, 0, 1)
    assert ledger.append(replace(stored, fetched=datetime.now(UTC)), [claim(stored)]) == Appended(False, 0, 1)
    assert ledger.counts() == before


def test_a_newer_reader_adds_its_claims_beside_the_older(ledger: Ledger) -> None:
    stored = document()
    ledger.append(stored, [claim(stored)])
    newer = [claim(stored, reader=RULES_2), claim(stored, "Mike Maignan", reader=RULES_2)]
    assert ledger.append(stored, newer) == Appended(False, 2, 1)

    assert [c.claim for c in ledger.claims()] == newer
    assert [c.claim for c in ledger.claims(reader=RULES_1)] == [claim(stored)]
    assert len(ledger.claims(reader="all")) == 3


def test_a_claim_may_keep_its_id_under_a_newer_reader(ledger: Ledger) -> None:
    stored = document()
    old = claim(stored, id="same", confidence=0.1)
    ledger.append(stored, [old])
    ledger.append(stored, [replace(old, reader=RULES_2, confidence=0.2)])
    assert ledger.claim("same")[0].claim.confidence == 0.2


def test_a_newer_reader_that_finds_nothing_outdates_the_older(ledger: Ledger) -> None:
    stored = document()
    ledger.append(stored, [claim(stored)])
    assert ledger.append(stored, [], reader=RULES_2) == Appended(False, 0, 1)
    assert ledger.claims() == []
    assert len(ledger.claims(reader="all")) == 1
    assert ledger.counts().readings == 2


def test_a_changed_text_is_a_new_version_of_its_article(ledger: Ledger) -> None:
    first, second = document("Milan want Perin."), document("Milan want Perin. Denied.")
    ledger.append(first, [claim(first)])
    assert ledger.append(second, [claim(second)]) == Appended(True, 1, 2)

    assert [(d.version, d.document.text) for d in ledger.documents()] == [(1, first.text), (2, second.text)]
    assert [c.claim.document_id for c in ledger.claims()] == [second.id]
    assert len(ledger.claims(versions="all")) == 2
    assert (ledger.counts().articles, ledger.counts().documents) == (1, 2)


def test_an_article_that_goes_back_to_an_earlier_text_has_that_text(ledger: Ledger) -> None:
    first, second = document("Milan want Perin."), document("Milan want Perin. Denied.")
    for number, text in enumerate((first, second), start=1):
        ledger.append(text, [claim(text)], seen_at=at(f"2025-06-1{number}T00:00"))
    before = ledger.counts()
    again = ledger.append(first, [claim(first)], seen_at=at("2025-06-13T00:00"))
    assert again == Appended(False, 0, 1, went_back=True)
    assert ledger.append(first, [claim(first)], seen_at=at("2025-06-13T01:00")) == Appended(False, 0, 1)
    assert ledger.counts() == before

    def stood(moment: str | None) -> str:
        view = ledger if moment is None else ledger.as_of(at(moment))
        (claimed,) = view.claims()
        (latest,) = view.documents(versions="latest")
        assert claimed.claim.document_id == latest.document.id
        return latest.document.text

    assert stood(None) == first.text
    assert stood("2025-06-11T12:00") == first.text
    assert stood("2025-06-12T12:00") == second.text
    assert stood("2025-06-13T12:00") == first.text
    ledger.append(second, [claim(second)], seen_at=at("2025-06-14T00:00"))
    assert stood(None) == second.text
    assert [d.version for d in ledger.documents()] == [1, 2]
    assert ledger.integrity_check() == []


def test_a_text_read_in_late_from_an_archive_is_not_taken_for_the_last(ledger: Ledger) -> None:
    first, second = document("Milan want Perin."), document("Milan want Perin. Denied.")
    ledger.append(second, [claim(second)], seen_at=at("2025-06-12T00:00"))
    ledger.append(first, [claim(first)], seen_at=at("2025-06-11T00:00"))
    assert [c.claim.document_id for c in ledger.claims()] == [second.id]
    assert [c.claim.document_id for c in ledger.as_of(at("2025-06-11T12:00")).claims()] == [first.id]


def test_a_claim_given_twice_counts_once(ledger: Ledger) -> None:
    stored = document()
    assert ledger.append(stored, [claim(stored), claim(stored)]).claims_new == 1


@pytest.mark.parametrize("fault", ["words", "empty", "document", "twins"])
def test_a_reading_that_does_not_fit_its_text_is_refused_whole(ledger: Ledger, fault: str) -> None:
    stored = document()
    good = full_claim(stored)
    (first, *_) = good.evidence
    bad = {
        "words": replace(good, id="x", evidence=(replace(first, span=Span(0, 5, "Wrong")),)),
        "empty": replace(good, id="x", evidence=(replace(first, span=Span(3, 3, "")),)),
        "document": replace(good, id="x", document_id="another"),
        "twins": replace(good, confidence=0.9),
    }[fault]
    with pytest.raises(DocumentSkipped, match=r"news\.example"):
        ledger.append(stored, [good, bad])
    assert ledger.counts().documents == 0


def test_a_nul_character_is_refused_everywhere(ledger: Ledger) -> None:
    with pytest.raises(DocumentSkipped, match="NUL"):
        ledger.append(document("Perin \0 to Milan"), [])
    stored = document("Perin to Milan")
    with pytest.raises(DocumentSkipped, match="NUL"):
        ledger.append(stored, [claim(stored, "Per\0in")])
    assert ledger.counts().documents == 0


def test_half_a_surrogate_pair_is_refused_with_advice(ledger: Ledger) -> None:
    with pytest.raises(DocumentSkipped, match="UTF-8"):
        ledger.append(document("Perin \ud83d to Milan"), [])
    ledger.append(document("Perin \U0001f600 to Milan"), [])
    assert ledger.counts().documents == 1


def test_skips_are_kept_with_their_reasons(ledger: Ledger) -> None:
    ledger.record_skip(DocumentSkipped("notes\udcff.bin", "it is binary", "Give text."))
    (kept,) = ledger.skips()
    assert (kept.input_name, kept.reason, kept.advice) == ("notes\\udcff.bin", "it is binary", "Give text.")
    assert ledger.counts().skips == 1


TABLES = [
    "document", "reading", "claim", "evidence", "attribution_link", "skip", "verdict", "migration", "sighting",
    "name", "name_word", "name_document",
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_rows_are_never_changed_or_deleted(ledger: Ledger, table: str) -> None:
    stored = document()
    ledger.append(stored, [full_claim(stored)])
    ledger.record_skip(DocumentSkipped("a", "b", "c"))
    database = ledger.database
    database.execute(
        "INSERT INTO verdict (author, decided_at, kind, subject, recorded_at) VALUES ('me', 'now', 'same', 'a', 'now')"
    )
    column = database.columns(table)[0]
    before = database.execute(f"SELECT * FROM {table}")
    assert before
    statements = [f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"]
    if database.dialect is POSTGRES:
        statements.append(f"TRUNCATE {table} CASCADE")
    for statement in statements:
        with pytest.raises(LedgerError, match="append-only"):
            database.execute(statement)
    assert database.execute(f"SELECT * FROM {table}") == before


def test_replacing_a_row_is_changing_it(ledger: Ledger) -> None:
    ledger.append(document(), [])
    every = "number, id, key, version, address, outlet, outlet_folded, title, author, published_at, published_latest, "
    every += "published_precision, fetched_at, seen_at, recorded_at, dated_at, language, text, blocks"
    again = f"INTO document ({every}) SELECT {every} FROM document WHERE number = 1"
    statements = [f"INSERT {again} ON CONFLICT (number) DO UPDATE SET outlet = 'other'"]
    if ledger.database.dialect is SQLITE:
        statements.append(f"INSERT OR REPLACE {again}")
    for statement in statements:
        with pytest.raises(LedgerError, match="append-only"):
            ledger.database.execute(statement)
    assert next(ledger.documents()).document == document()


def test_every_stored_span_equals_its_words_by_the_ledgers_own_check(ledger: Ledger) -> None:
    stored = document("Mbappé 😀 joins Łódź")
    ledger.append(stored, [claim(stored, "Mbappé", evidence=evidence(stored, person="Mbappé", to="Łódź"))])
    assert ledger.integrity_check() == []


def test_the_check_finds_a_row_that_was_tampered_with(ledger: Ledger) -> None:
    stored = document()
    ledger.append(stored, [full_claim(stored)])
    of_sqlite = ledger.database.dialect is SQLITE
    ledger.database.execute(
        "DROP TRIGGER evidence_forbid_update" if of_sqlite else "DROP TRIGGER evidence_forbid_change ON evidence"
    )
    ledger.database.execute("UPDATE evidence SET span_start = span_start + 1 WHERE place = 0")
    assert any("not in its text" in problem for problem in ledger.integrity_check())


def test_a_spell_is_a_claim_of_the_ledger(ledger: Ledger) -> None:
    stored = document(published=day("2025-06-09"))
    spell = full_claim(stored, kind=ClaimKind.SPELL, to=None, from_=None, club=ClubRef("Juventus"))
    ledger.append(stored, [claim(stored), spell])
    assert [c.claim for c in ledger.claims(kinds=(ClaimKind.SPELL,))] == [spell]
