"""The derived tables: made day by day or at once they are the same, and verdicts and new readings reach them."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from itertools import groupby

import pytest

from mercato.errors import LedgerError
from mercato.extraction import RuleReader
from mercato.ledger import Ledger
from mercato.model import ClaimKind, ReaderVersion, Stage
from mercato.register import Register
from mercato.rumours.book import RumourFilter
from mercato.rumours.store import Due, RumourStore
from mercato.rumours.verdicts import VerdictKind, record, verdicts, withdraw
from mercato.sources import document_from_text
from tests.rumours.made import book, move, say, tables
from tests.rumours.saga import fill, reports
from tests.shared_data import SHARED, needs_shared

ITEMS = int(os.environ.get("MERCATO_COLUMN", "600"))
GOSSIP = SHARED / "data" / "gossip_2021_02_to_09.jsonl"


def test_one_by_one_equals_at_once_whatever_the_order(ledger: Ledger, register: Register) -> None:
    store = RumourStore(ledger, register)
    held = list(reports(register))
    for document, claims in (*held[4:], *held[:4]):
        assert document.published is not None
        ledger.append(document, claims, seen_at=document.published.latest)
        store.update()
    by_day = tables(ledger)
    store.rebuild()
    assert tables(ledger) == by_day
    assert by_day["rumour"]


@needs_shared
def test_the_gossip_column_day_by_day_equals_a_rebuild(ledger: Ledger, register: Register) -> None:
    """Row for row; and the view of a day in the middle equals the store as it stood then.

    On the first MERCATO_COLUMN items; scripts/test-long takes all 4,088.
    """
    reader = RuleReader(register)
    store = RumourStore(ledger, register)
    rows = [json.loads(line) for line in GOSSIP.read_text("utf-8").splitlines()[:ITEMS]]
    half = rows[len(rows) // 2]["date"]
    middle: dict[str, object] = {}
    with ledger.writing():
        for day, group in groupby(rows, key=lambda row: row["date"]):
            for row in group:
                document = document_from_text(
                    row["text"], key=row["id"], date=day, address=row["url"], outlet=row["source"], language="en"
                )
                assert document.published is not None
                ledger.append(document, reader.read(document), seen_at=document.published.latest)
            store.update()
            if day == half:
                middle = {r.id: r for r in store.rumours()}
    by_day = tables(ledger)
    assert len(by_day["rumour"]) > len(rows) / 2
    store.rebuild()
    assert tables(ledger) == by_day
    then = {r.id: r for r in book(ledger, register, f"{half}T23:59:59").rumours()}
    assert then == middle


def test_dropped_tables_come_back(ledger: Ledger, register: Register) -> None:
    fill(ledger, register)
    store = RumourStore(ledger, register)
    store.update()
    before = tables(ledger)
    with ledger.deriving() as database:
        for name in ("rumour", "rumour_entry", "rumour_person", "rumour_file", "rumour_state"):
            database.execute(f"DROP TABLE {name}")
    assert store.update() == 8
    assert tables(ledger) == before


def test_a_newer_reading_takes_the_place_of_the_older(ledger: Ledger, register: Register) -> None:
    document = say(ledger, "2024-07-01", "Marca", move("Ada Novello", "Arsenal"))
    held = book(ledger, register)
    assert [r.club_name for r in held.rumours()] == ["Arsenal"]
    newer = ReaderVersion("made", "2")
    ledger.append(document, [], reader=newer)
    assert held.rumours() == []


def test_a_changed_article_takes_the_place_of_its_older_text(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move("Ada Novello", "Arsenal"), text="first", key="a")
    held = book(ledger, register)
    held.update()
    say(ledger, "2024-07-02", "Marca", move("Ada Novello", "Chelsea"), text="second", key="a")
    assert [r.club_name for r in held.rumours()] == ["Chelsea"]
    assert [r.club_name for r in book(ledger, register, "2024-07-01T23:59:59").rumours()] == []
    assert [r.club_name for r in book(ledger, register, "2024-07-02T12:00").rumours()] == ["Arsenal"]


def test_a_verdict_joins_two_names_and_can_be_taken_back(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move("Zizou Novak", "Arsenal"))
    say(ledger, "2024-07-02", "Bild", move("Jan Novak", "Arsenal"))
    held = book(ledger, register)
    before = (len(held.rumours()), tables(ledger))
    assert before[0] == 2
    number = record(ledger, VerdictKind.SAME, held.person_key("Zizou Novak"), held.person_key("Jan Novak"), "me")
    (joined,) = held.rumours()
    assert len(joined.reports) == 2
    assert verdicts(ledger.database)[0].author == "me"
    withdraw(ledger, number, "me")
    assert (len(held.rumours()), tables(ledger)) == before


def test_a_verdict_splits_what_looks_like_one(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move("Edison Smithson", "Arsenal", "Leeds United"))
    say(ledger, "2024-07-02", "Bild", move("Edinson Smithson", "Arsenal", "Leeds United"))
    held = book(ledger, register)
    assert len(held.rumours()) == 1
    record(ledger, VerdictKind.APART, held.person_key("Edison Smithson"), held.person_key("Edinson Smithson"), "me")
    assert len(held.rumours()) == 2


def test_one_name_of_two_people_is_split_by_club(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move("Luis Ejemplo", "Arsenal", "Sevilla"))
    say(ledger, "2024-07-02", "Bild", move("Luis Ejemplo", "Arsenal", "Porto"))
    held = book(ledger, register)
    assert len(held.rumours()) == 1
    one, other = held.person_key("Luis Ejemplo @ Sevilla"), held.person_key("Luis Ejemplo @ Porto")
    record(ledger, VerdictKind.APART, one, other, "me")
    found = held.rumours(RumourFilter(person="Ejemplo"))
    assert {r.from_names for r in found} == {("Sevilla",), ("Porto",)}


def test_a_verdict_is_not_known_before_it_was_given(ledger: Ledger, register: Register) -> None:
    say(ledger, "2024-07-01", "Marca", move("Zizou Novak", "Arsenal"))
    say(ledger, "2024-07-02", "Bild", move("Jan Novak", "Arsenal"))
    record(ledger, VerdictKind.SAME, "n:zizou novak", "n:jan novak", "me")
    assert len(book(ledger, register).rumours()) == 1
    assert len(book(ledger, register, "2024-08-01").rumours()) == 2


def test_one_new_document_touches_its_own_people_only(ledger: Ledger, register: Register) -> None:
    for number, name in enumerate(("Ada Brown", "Bea Green", "Cleo White")):
        say(ledger, f"2024-07-0{number + 1}", "Marca", move(name, "Arsenal"))
    store = RumourStore(ledger, register)
    store.update()
    built: list[str] = []
    original = store._build

    def spy(database, person, window, entries, fresh):  # type: ignore[no-untyped-def]
        built.append(person)
        original(database, person, window, entries, fresh)

    store._build = spy  # type: ignore[method-assign]
    say(ledger, "2024-07-09", "Bild", move("Bea Green", "Arsenal"))
    assert store.update() == 1
    assert built == ["n:bea green"]


def test_a_ledger_that_may_only_be_read_is_joined_in_memory(
    ledger: Ledger, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ledger, register)

    def refused(self: RumourStore, step: object = None) -> int:
        raise LedgerError("no right to write")

    monkeypatch.setattr(RumourStore, "update", refused)
    assert len(book(ledger, register).rumours()) == 11
    assert not ledger.database.has_table("rumour")


def test_tables_of_another_form_are_made_again(ledger: Ledger, register: Register) -> None:
    fill(ledger, register)
    store = RumourStore(ledger, register)
    store.update()
    before = tables(ledger)
    with ledger.deriving() as database:
        database.execute("DROP TABLE rumour")
        database.execute("CREATE TABLE rumour (other TEXT)")
        database.execute("UPDATE rumour_state SET value = 'older' WHERE name = 'form'")
    store.update()
    assert tables(ledger) == before


def test_lists_are_narrowed_in_the_store_as_they_are_in_memory(ledger: Ledger, register: Register) -> None:
    fill(ledger, register)
    say(ledger, "2025-09-01", "Marca", move("Ada Novello", "Nowhere Rovers", "Rovers of Elsewhere"))
    say(ledger, "2025-09-02", "Marca", move("Bea Novello", "Blackburn Rovers"))
    for asked in (
        RumourFilter(to="Milan"),
        RumourFilter(from_="Juventus"),
        RumourFilter(club="Q1543"),
        RumourFilter(person="perin", window="2025-summer", min_origins=2),
        RumourFilter(limit=3),
        RumourFilter(min_origins=2),
        RumourFilter(country="ita"),
        RumourFilter(club="Milan", min_origins=2, country="ITA"),
        RumourFilter(window="2025-summer", min_origins=2),
        RumourFilter(kinds=(ClaimKind.EXIT, ClaimKind.STAY)),
        RumourFilter(stages=(Stage.REJECTED,)),
        RumourFilter(club="Nowhere Rovers"),
        RumourFilter(from_="rovers of"),
        RumourFilter(club="Rovers"),
    ):
        stored = [r.id for r in book(ledger, register).rumours(asked)]
        assert stored == [r.id for r in book(ledger, register, "2030-01-01").rumours(asked)]
        assert stored


def test_what_is_due_is_told_and_counted_as_it_is_done(ledger: Ledger, register: Register) -> None:
    fill(ledger, register)
    store = RumourStore(ledger, register)
    assert store.due() == Due(8)
    done: list[int] = []
    assert store.update(done.append) == 8
    assert sum(done) == 8
    assert store.due() == Due()
    say(ledger, "2025-09-01", "Marca", move("Ada Novello", "Arsenal"))
    assert store.due() == Due(1)
    assert RumourStore(ledger, replace(register, outlets={})).due() == Due(9, "the register has changed")
    record(ledger, VerdictKind.SAME, "n:zizou novak", "n:jan novak", "me")
    assert store.due() == Due(9, "a verdict was given or taken back")
