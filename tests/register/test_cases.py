"""The rows of `mercato/register/cases.csv`: what a name in a text stands for. A failure names its row."""

from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from mercato.register import NameEntry, NameKind, Register
from mercato.register.index import fold_name
from mercato.register.lookup import record_of

_KINDS = {
    "club": {NameKind.CLUB, NameKind.CLUB_NICKNAME, NameKind.GROUND, NameKind.CITY},
    "person": {NameKind.PERSON, NameKind.PERSON_NICKNAME},
    "outlet": {NameKind.OUTLET},
    "journalist": {NameKind.JOURNALIST},
    "competition": {NameKind.COMPETITION},
    "nation": {NameKind.COUNTRY, NameKind.DEMONYM},
}
_CLUB_NAMES = {NameKind.CLUB, NameKind.CLUB_NICKNAME}
_TEXT = files("mercato.register").joinpath("cases.csv").read_text(encoding="utf-8")
CASES = list(csv.DictReader(_TEXT.splitlines()))


def _parameters() -> list[object]:
    may = pytest.mark.xfail(reason="a case that may fail", strict=False)
    return [
        pytest.param(row, id=f"{row['words']}: {row['category']}", marks=[may] if row["strength"] == "may" else [])
        for row in CASES
    ]


@pytest.mark.parametrize("row", _parameters())
def test_a_name_stands_for(shipped: Register, row: dict[str, str]) -> None:
    text, words = row["text"], row["words"]
    assert words in text
    found = [hit.entries for hit in shipped.index.find(text) if text[hit.start : hit.end] == words]
    entries = [entry for hit in found for entry in hit if entry.language in (None, row["language"])]
    if row["entity"] == "nothing":
        assert entries == []
        return
    kind, _, name = row["entity"].partition(":")
    meant = [record_of(shipped, entry).name for entry in entries if entry.kind in _KINDS[kind]]
    assert name in meant
    if kind == "club" and {entry.kind for entry in entries} & _CLUB_NAMES:
        assert _default(shipped, entries, words) == name


def _default(register: Register, entries: list[NameEntry], words: str) -> str:
    """The club that is meant where the text says no more: the only one, else the first of the shared name's row."""
    ids = {entry.id for entry in entries if entry.kind in _CLUB_NAMES}
    shared = [id_ for row in register.shared_names if fold_name(row.name) == fold_name(words) for id_ in row.ids]
    chosen = next((id_ for id_ in shared if id_ in ids), None) or (ids.pop() if len(ids) == 1 else "")
    return register.clubs[chosen].name if chosen else "no club by default"


def test_the_table_is_well_formed() -> None:
    """No case stands there twice, and every kind and strength is one of ours."""
    assert len(CASES) >= 60
    keys = [(row["text"], row["words"]) for row in CASES]
    assert len(set(keys)) == len(keys)
    assert {row["strength"] for row in CASES} <= {"must", "should", "may"}
    assert {row["entity"].partition(":")[0] for row in CASES} <= {*_KINDS, "nothing"}
