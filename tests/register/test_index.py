"""The name index: what is found, what is not, and that every slice is the name it is said to be."""

from __future__ import annotations

import gc
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mercato.register import NameEntry, NameIndex, NameKind, Register
from mercato.register.index import collecting_paused, fold_bytes, fold_name


def index_of(*names: str) -> NameIndex:
    """An index in which each name stands for a club of that name."""
    return NameIndex(NameEntry(NameKind.CLUB, name, name) for name in names)


def found(index: NameIndex, text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in index.find(text)]


def test_the_longest_name_wins() -> None:
    index = index_of("Milan", "AC Milan", "Inter Milan")
    assert found(index, "AC Milan and Inter Milan, not Milan") == ["AC Milan", "Inter Milan", "Milan"]


def test_a_name_inside_a_longer_one_that_is_not_there_is_found() -> None:
    """ "Barcelona" is found in "Barcelona boss" although "Barcelona B" began to match."""
    index = index_of("Barcelona", "Barcelona B", "Barcelona Bees")
    assert found(index, "Barcelona boss leaves Barcelona Beerschot for Barcelona B") == [
        "Barcelona",
        "Barcelona",
        "Barcelona B",
    ]


def test_names_that_overlap_are_settled_from_the_left() -> None:
    index = index_of("Real Madrid", "Madrid CFF", "CFF")
    assert found(index, "Real Madrid CFF") == ["Real Madrid", "CFF"]


@pytest.mark.parametrize(
    "text",
    ["Juventus's", "Juventus'", "Juventus’s", "(Juventus)", "“Juventus”", "Juventus-owned", "Juventus,", "Juventus"],
)
def test_punctuation_does_not_hide_a_name(text: str) -> None:
    assert found(index_of("Juventus"), text) == ["Juventus"]


@pytest.mark.parametrize("text", ["Juventusfan", "exJuventus", "Juventu", "Juventus1897", "juventus", "JuventusÉ"])
def test_only_whole_words_with_a_capital_are_names(text: str) -> None:
    assert found(index_of("Juventus"), text) == []


def test_a_name_in_lower_case_is_found_in_either_case() -> None:
    index = index_of("rossoneri")
    assert found(index, "i rossoneri, i Rossoneri, ROSSONERI") == ["rossoneri", "Rossoneri", "ROSSONERI"]


@pytest.mark.parametrize(
    "text",
    [
        "Paris Saint-Germain",
        "Paris Saint Germain",
        "PARIS SAINT–GERMAIN",
        "Paris Saint-Gérmain",
        "Paris\nSaint\tGermain",
    ],
)
def test_hyphens_accents_and_spaces_do_not_matter(text: str) -> None:
    assert found(index_of("Paris Saint-Germain"), f"to {text}!") == [text]


@pytest.mark.parametrize("text", ["St. Johnstone", "St Johnstone"])
def test_a_full_stop_in_a_name_may_be_left_out(text: str) -> None:
    assert found(index_of("St. Johnstone"), f"at {text}.") == [text]


def test_a_name_with_letters_of_two_characters_keeps_its_place() -> None:
    """An accent written as a character of its own shifts nothing that comes after it."""
    text = "José´s Milan: " + unicodedata.normalize("NFD", "é é é") + " Milan"
    hits = index_of("Milan").find(text)
    assert [text[hit.start : hit.end] for hit in hits] == ["Milan", "Milan"]


def test_all_meanings_of_a_name_are_kept_in_order() -> None:
    entries = [NameEntry(NameKind.CLUB, "a", "United"), NameEntry(NameKind.CLUB, "b", "United")]
    hit = NameIndex([*entries, entries[0]]).find("United win")[0]
    assert hit.entries == tuple(entries)


def test_names_of_one_letter_and_of_nothing_are_left_out() -> None:
    index = index_of("X", "", "!", "阪口")
    assert len(index) == 0
    assert found(index, "X ! 阪口") == []


def test_lookup_takes_any_spelling() -> None:
    index = index_of("Vlahović")
    assert [entry.id for entry in index.lookup("  VLAHOVIC ")] == ["Vlahović"]
    assert index.lookup("Vlahov") == ()


@given(st.text())
def test_folding_keeps_the_length(text: str) -> None:
    """Offsets in the folded text are offsets in the text."""
    assert len(fold_bytes(text)) == len(text)
    assert set(fold_bytes(text)) <= set(b" abcdefghijklmnopqrstuvwxyz0123456789")


NAMES = st.lists(
    st.text(alphabet="abcdeéøßŁ -'’", min_size=2, max_size=8).map(str.title), min_size=1, max_size=12, unique=True
)


@given(NAMES, st.lists(st.sampled_from([" ", ", ", " and ", "'s ", ""]), min_size=1, max_size=12), st.randoms())
def test_every_hit_is_the_name_it_is_said_to_be(names: list[str], joints: list[str], random) -> None:
    """Slices fold to a name of the index, stand in order and do not overlap, as whole words."""
    text = "".join(random.choice(names) + joint for joint in joints)
    reached = 0
    for hit in index_of(*names).find(text):
        written = text[hit.start : hit.end]
        assert hit.start >= reached
        reached = hit.end
        assert all(fold_name(entry.text) == fold_name(written) for entry in hit.entries)
        folded = b" " + fold_bytes(text) + b" "
        assert folded[hit.start : hit.start + 1] == b" " == folded[hit.end + 1 : hit.end + 2]


@given(NAMES)
def test_every_name_is_found_where_it_stands_alone(names: list[str]) -> None:
    index = index_of(*names)
    for name in names:
        if len(fold_name(name)) > 1 and fold_bytes(name)[:1] != b" ":
            assert any(hit.start == 0 and hit.end == len(name.rstrip(" -'’")) for hit in index.find(name)), name


def test_every_shipped_name_can_be_looked_up(shipped: Register) -> None:
    for club in shipped.clubs.values():
        if not club.national:
            assert club.id in {entry.id for entry in shipped.index.lookup(club.name)}, club.name
    for person in shipped.people.values():
        assert person.id in {entry.id for entry in shipped.index.lookup(person.name)}, person.name


def test_collecting_is_paused_only_inside() -> None:
    with collecting_paused():
        assert not gc.isenabled()
        with collecting_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
