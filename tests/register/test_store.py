"""The user's register file: all or nothing, verdicts that can be taken back, and files that are no register."""

from __future__ import annotations

import os
from pathlib import Path

import apsw
import pytest

from mercato.errors import DataFileError, NotFound
from mercato.register import Person, load_register, load_shipped
from mercato.register.imports import import_file
from mercato.register.store import RegisterStore, Row, Source

ANNA = Person(id="n:anna", name="Anna Zzyzx", born="1998-01-02", shipped=False)
TWIN = Person(id="n:twin", name="Anna Zzyzx", born="1998-03-04", nationality=("NOR",), shipped=False)


def source(number: int = 1) -> Source:
    return Source(number, f"/lists/{number}.csv", "people", f"digest {number}", 2, "2026-01-01", "", "basis")


def test_records_come_back_as_they_were(store, place) -> None:
    changes = store.replace(source(), [Row(ANNA, ""), Row(TWIN, "n:anna")])
    assert changes.written == {"n:anna", "n:twin"}
    with RegisterStore(place, write=False) as again:
        assert list(again.people()) == [Row(ANNA, ""), Row(TWIN, "n:anna")]
        assert again.sources() == [source()]


def test_an_import_that_breaks_leaves_everything_as_it_was(store, place) -> None:
    """The rows are written one after another; where one of them fails, none of them is kept."""
    store.replace(source(), [Row(ANNA, "")])
    unwritable = Row(TWIN, None)  # the file takes no row without a target
    with pytest.raises(DataFileError):
        store.replace(source(2), [Row(ANNA, ""), unwritable])
    with pytest.raises(DataFileError):
        store.replace(source(), [unwritable])
    assert [row.record.id for row in store.people()] == ["n:anna"]
    assert store.sources() == [source()]


def test_sources_do_not_disturb_each_other(store, place) -> None:
    """What two lists say of one id is merged as it is loaded: the first one's facts win, gaps are filled."""
    store.replace(source(1), [Row(ANNA, "")])
    store.replace(source(2), [Row(Person(id="n:anna", name="Anna Z", nationality=("SWE",), shipped=False), "")])
    person = load_register(path=place).people["n:anna"]
    assert (person.name, person.nationality, person.names[0].text) == ("Anna Zzyzx", ("SWE",), "Anna Z")
    store.replace(source(1), [])
    assert load_register(path=place).people["n:anna"].name == "Anna Z"


def test_verdicts_join_part_and_can_be_withdrawn(store, place) -> None:
    store.replace(source(), [Row(ANNA, ""), Row(TWIN, "")])
    same = store.judge("n:anna", "n:twin", True, "tester")
    assert "n:twin" not in load_register(path=place).people
    assert load_register(path=place).people["n:anna"].nationality == ("NOR",)
    store.withdraw(same.number)
    assert "n:twin" in load_register(path=place).people
    assert [verdict.withdrawn != "" for verdict in store.verdicts(standing=False)] == [True]
    with pytest.raises(NotFound, match="no standing verdict"):
        store.withdraw(same.number)


def test_a_verdict_undoes_a_wrong_merge(store, place, write) -> None:
    perin = next(person for person in load_shipped().people.values() if person.name == "Mattia Perin")
    path = write("p.csv", "id,name,date_of_birth", f"n:x,Mattia Perin,{perin.born}")
    import_file(path, store)
    assert "n:x" not in load_register(path=place).people
    store.judge(perin.id, "n:x", False, "tester")
    assert "n:x" in load_register(path=place).people
    assert import_file(path, store).added == 1


def test_the_later_verdict_counts(store) -> None:
    store.judge("a", "b", False, "one")
    store.judge("b", "a", True, "two")
    assert store.apart() == frozenset()
    assert store.joined() == [("b", "a")]


def test_the_shipped_register_may_change_under_a_store(store, place) -> None:
    """Rows are compared again where they were imported beside other tables: who is shipped now is no second person."""
    shipped = load_shipped()
    perin = next(person for person in shipped.people.values() if person.name == "Mattia Perin")
    copy = Person(id="n:copy", name=perin.name, born=perin.born, names=(), shipped=False)
    gone = Person(id="n:gone", name="Bertha Zzyzx", shipped=False)
    store.replace(source(), [Row(copy, ""), Row(gone, "Q-no-longer-there")])
    people = load_register(path=place).people
    assert "n:copy" not in people
    assert people["n:gone"].name == "Bertha Zzyzx"


def test_without_a_file_there_is_the_shipped_register(place) -> None:
    shipped = load_shipped()
    assert load_register(path=place).people.keys() == shipped.people.keys()
    assert not place.exists()


def test_an_empty_file_reads_as_an_empty_register(place) -> None:
    place.parent.mkdir()
    place.touch()
    assert load_register(path=place).clubs.keys() == load_shipped().clubs.keys()


def test_user_false_leaves_the_store_out(store, place) -> None:
    store.replace(source(), [Row(ANNA, "")])
    assert "n:anna" not in load_register(user=False, path=place).people


def test_the_setting_names_the_place(store, place, monkeypatch) -> None:
    store.replace(source(), [Row(ANNA, "")])
    monkeypatch.setenv("MERCATO_REGISTER", str(place))
    assert "n:anna" in load_register().people


def test_files_that_are_no_register_are_told(tmp_path: Path) -> None:
    text, other = tmp_path / "text", tmp_path / "other.sqlite"
    text.write_text("not a database, and long enough to be read as one" * 50)
    apsw.Connection(str(other)).execute("CREATE TABLE t(x)")
    for path, reason in ((text, "no SQLite file"), (other, "not a register of mercato")):
        for write in (True, False):
            with pytest.raises(DataFileError, match=reason):
                RegisterStore(path, write)
        with pytest.raises(DataFileError, match=path.name):
            load_register(path=path)


def test_a_newer_form_is_told(store, place) -> None:
    store.close()
    apsw.Connection(str(place)).execute("PRAGMA user_version=99")
    with pytest.raises(DataFileError, match="newer mercato"):
        load_register(path=place)


def test_a_damaged_record_is_told(store, place) -> None:
    store.replace(source(), [Row(ANNA, "")])
    apsw.Connection(str(place)).execute("UPDATE people SET data = X'7B'")
    with pytest.raises(DataFileError, match="import your lists again"):
        load_register(path=place)


def test_a_file_in_use_is_told(store, place, monkeypatch) -> None:
    monkeypatch.setattr("mercato.register.store._BUSY_MS", 50)
    other = apsw.Connection(str(place))
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DataFileError, match="another program"):
        RegisterStore(place)
    other.execute("ROLLBACK")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_right_to_read_is_told(store, place) -> None:
    store.close()
    place.chmod(0)
    with pytest.raises(DataFileError):
        load_register(path=place)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DataFileError, match="--register"):
        RegisterStore(tmp_path / "file" / "register.sqlite")
