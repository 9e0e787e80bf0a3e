"""The samples and the case table as data: files, manifest and annotations agree, and the text bears the annotation."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mercato.evaluation.cases import Strength, load_cases
from mercato.model.claims import ClaimKind, Deal, Role, Stage

PACKAGE = Path(__file__).resolve().parents[2] / "mercato"
SAMPLES = PACKAGE / "samples"
CASES = PACKAGE / "extraction" / "cases" / "en.jsonl"

MANIFEST_FIELDS = {"id", "file", "language", "outlet", "date", "url", "title", "form", "about"}
CLAIM_FIELDS = {
    *("kind", "person", "role", "to", "from", "club", "deal", "fee", "until", "stage", "sources", "condition"),
}
PLACES = {
    "move": {"to", "from"},
    "exit": {"from"},
    "stay": {"club"},
    "contract": {"club"},
    "price": {"club"},
}
NO_STAGE = {"contract", "price"}
LANGUAGES = {"en", "it", "es", "de", "fr", "pt", "nl"}
PARTIAL_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
UNTIL = re.compile(r"\d{4}(-(0[1-9]|1[0-2]))?")
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ß": "ss", "æ": "ae", "ı": "i"})

# Words that many clubs share, so that none of them alone shows which club is meant.
COMMON_WORDS = {"united", "city", "real", "club", "athletic", "sporting", "town", "the"}
# What texts call a club when none of its own words stands there.
OTHER_NAMES = {
    "Paris Saint-Germain": ("psg", "paris"),
    "Tottenham Hotspur": ("spurs",),
    "Wolverhampton Wanderers": ("wolves",),
    "Nottingham Forest": ("forest",),
    "Manchester City": ("city",),
    "Manchester United": ("united",),
    "Real Madrid": ("real",),
    "Sporting Lisbon": ("sporting",),
    "Olympique Lyonnais": ("ol", "lyon"),
    "Athletic Bilbao": ("athletic", "athletic club"),
    "Bayern Munich": ("bayern", "munchen"),
    "Leeds United": ("leeds",),
    "Barcelona": ("barca", "barcellona", "barcelone"),
    "Olympique Marseille": ("marsiglia", "marsella", "om", "marselha"),
    "RB Leipzig": ("leipzig", "lipsia"),
    "Porto": ("oporto",),
    "Augsburg": ("augsburgo", "augusta"),
    "Napoli": ("napoles", "neapel", "naples"),
    "AC Milan": ("mailand",),
    "AZ Alkmaar": ("az",),
    "Fiorentina": ("florenz",),
    "Brazil": ("brasil", "brasilianische"),
    "Inter Milan": ("inter",),
    "Cologne": ("koln", "keulen"),
    "Club Brugge": ("brugge",),
    "Mainz 05": ("mayence",),
    "Le Havre": ("havre", "hac"),
    "Valencia": ("valence",),
    "Copenhagen": ("copenhaga",),
    "Red Star Belgrade": ("estrela vermelha",),
    "D.C. United": ("dc united",),
    "Dynamo Moscow": ("dinamo",),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One annotated text: its id, its words, and the claims that a reader should take from it."""

    id: str
    language: str
    text: str
    claims: tuple[Mapping[str, Any], ...]


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a JSON Lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def texts(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Id and text of what a manifest entry's file holds: one text, or one for each row."""
    path = SAMPLES / entry["file"]
    if path.suffix == ".jsonl":
        yield from ((row["id"], row["text"]) for row in rows(path))
    else:
        yield entry["id"], path.read_text(encoding="utf-8")


MANIFEST = rows(SAMPLES / "manifest.jsonl")
GOLD_ROWS = rows(SAMPLES / "gold.jsonl")
GOLD = {row["id"]: row["claims"] for row in GOLD_ROWS}
EVERY = [Sample(i, entry["language"], text, tuple(GOLD.get(i, ()))) for entry in MANIFEST for i, text in texts(entry)]
CASE_ROWS = rows(CASES)
by_id = pytest.mark.parametrize("sample", EVERY, ids=lambda sample: sample.id)
by_case = pytest.mark.parametrize("row", CASE_ROWS, ids=lambda row: row["id"])


def fold(text: str) -> str:
    """Lower case without accents; anything but letters and digits becomes one space."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(LETTERS))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", plain).strip()


def names_person(text: str, person: str) -> bool:
    """Whether the surname, or the only name, stands in the text as a whole word."""
    return f" {fold(person).split()[-1]} " in f" {fold(text)} "


def names_club(text: str, club: str) -> bool:
    """Whether a telling word of the club's name, or another name of it, stands in the text."""
    words = [w for w in fold(club).split() if len(w) > 2 and w not in COMMON_WORDS]
    folded = f" {fold(text)} "
    return any(f" {name} " in folded for name in (*words, *OTHER_NAMES.get(club, ())))


def names_source(text: str, source: str) -> bool:
    """Whether a source stands in the text, as words or run together in a handle or an address."""
    wanted = fold(source)
    joined = fold(text).replace(" ", "")
    return wanted.replace(" ", "") in joined or wanted.split()[-1] in joined


def figures(amount: float) -> set[str]:
    """The ways an amount is written: in millions or thousands, with point or comma."""
    forms = {f"{amount / 1e6:g}", f"{amount:,.0f}"}
    return forms | {form.replace(".", ",") for form in forms} | {form.replace(",", ".") for form in forms}


def check_claim(claim: Mapping[str, Any]) -> None:
    """Closed vocabularies, and for each kind the fields that the guideline gives it."""
    kind = ClaimKind(claim["kind"]).value
    assert kind in PLACES, "a spell is not annotated"
    Role(claim["role"])
    assert claim["deal"] is None or Deal(claim["deal"])
    assert (claim["stage"] is None) == (kind in NO_STAGE)
    assert claim["stage"] is None or Stage(claim["stage"])
    assert {name for name in ("to", "from", "club") if claim[name]} <= PLACES[kind]
    assert any(claim[name] for name in PLACES[kind])
    assert kind != "move" or claim["to"]
    assert kind != "price" or (claim["fee"] and not claim["deal"])
    assert kind != "contract" or claim["until"]
    assert claim["until"] is None or UNTIL.fullmatch(claim["until"])
    assert isinstance(claim["sources"], list)
    if claim["fee"]:
        assert set(claim["fee"]) == {"low", "high", "currency"}
        assert 0 < claim["fee"]["low"] <= claim["fee"]["high"]
        assert claim["fee"]["currency"] in {"GBP", "EUR", "USD"}
        assert kind == "price" or claim["deal"], "a fee named for a move makes it permanent, unless a loan is said"


def test_manifest_names_each_file_once() -> None:
    """Every file has its row and every row its file; ids and addresses are taken once."""
    named = [entry["file"] for entry in MANIFEST]
    present = {f"documents/{path.name}" for path in (SAMPLES / "documents").iterdir()}
    assert sorted(named) == sorted(present)
    for name in ("id", "url"):
        assert max(Counter(entry[name] for entry in MANIFEST).values()) == 1


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry["id"])
def test_manifest_rows_are_complete(entry: Mapping[str, Any]) -> None:
    """Closed fields, a date that can be one, an address that leads to nobody's real page."""
    assert set(entry) - {"held_out"} == MANIFEST_FIELDS
    assert entry.get("held_out") in (None, True)
    assert entry["language"] in LANGUAGES
    assert PARTIAL_DATE.fullmatch(entry["date"])
    assert entry["url"].startswith("https://example.org/")
    assert all(entry[name] for name in ("outlet", "form", "about"))
    assert Path(entry["file"]).stem == entry["id"]
    assert bool(entry["title"]) == (not entry["file"].endswith(".jsonl"))


@pytest.mark.parametrize("entry", [e for e in MANIFEST if e["file"].endswith(".txt")], ids=lambda entry: entry["id"])
def test_plain_text_begins_with_its_title(entry: Mapping[str, Any]) -> None:
    """Headline first, then paragraphs between empty lines, as plain text is read."""
    lines = (SAMPLES / entry["file"]).read_text(encoding="utf-8").split("\n")
    assert lines[0] == entry["title"]
    assert lines[1] == ""
    assert lines[2]


def test_there_are_enough_of_each_sort() -> None:
    """At least 36 documents, 20 long ones in English, six in other languages, decoys in more than one of them."""
    assert len(MANIFEST) >= 36
    assert sum(s.language == "en" and len(s.text) >= 1_200 for s in EVERY) >= 20
    assert sum(entry["language"] != "en" for entry in MANIFEST) >= 6
    assert {entry["language"] for entry in MANIFEST} == LANGUAGES
    assert len({s.language for s in EVERY if not s.claims}) >= 2


def test_annotations_and_texts_have_the_same_ids() -> None:
    """No text without an annotation, not even where there is no claim; none without a text; no id twice."""
    assert len(GOLD) == len(GOLD_ROWS)
    assert len({sample.id for sample in EVERY}) == len(EVERY)
    assert set(GOLD) == {sample.id for sample in EVERY}


@by_id
def test_annotations_keep_to_the_guideline(sample: Sample) -> None:
    """Every field is given, with values of the closed lists; one claim for each kind, person and club."""
    for claim in sample.claims:
        assert set(claim) == CLAIM_FIELDS
        check_claim(claim)
    keys = [(c["kind"], c["person"], c["to"] or c["club"] or c["from"]) for c in sample.claims]
    assert len(set(keys)) == len(keys)


@by_id
def test_what_is_annotated_stands_in_the_text(sample: Sample) -> None:
    """Persons by surname, clubs by some name, sources and sums: an annotator writes nothing of his own."""
    for claim in sample.claims:
        assert names_person(sample.text, claim["person"]), claim["person"]
        for club in filter(None, (claim["to"], claim["from"], claim["club"])):
            assert names_club(sample.text, club), club
        for source in claim["sources"]:
            assert names_source(sample.text, source), source
        if claim["fee"]:
            assert any(form in sample.text for form in figures(claim["fee"]["low"])), claim["fee"]


def test_a_name_that_is_missing_is_noticed() -> None:
    """The checks above can fail."""
    text = "City's Marmoush, once of Frankfurt, cost 70m (@DiMarzio)."
    assert names_person(text, "Omar Marmoush")
    assert not names_person(text, "Marmo")
    assert names_club(text, "Eintracht Frankfurt")
    assert not names_club(text, "Manchester United")
    assert names_source(text, "Gianluca Di Marzio")
    assert not names_source(text, "Kicker")
    assert "36,45" in figures(36_450_000)


def test_the_case_table_is_wide_and_half_of_it_are_traps() -> None:
    """At least 120 rows that load; half of them decoys or traps; ids tell the category."""
    assert len(load_cases(CASES)) == len(CASE_ROWS) >= 120
    assert sum(row["note"].startswith(("decoy", "trap")) for row in CASE_ROWS) * 2 >= len(CASE_ROWS)
    assert {row["strength"] for row in CASE_ROWS} == {strength.value for strength in Strength}
    assert max(Counter(row["text"] for row in CASE_ROWS).values()) == 1


@by_case
def test_cases_are_well_formed(row: Mapping[str, Any]) -> None:
    """A decoy has no claim; a claim names person, clubs and stage, and the person stands in the text."""
    assert re.fullmatch(rf"en-{re.escape(row['category'])}-\d{{2}}", row["id"])
    assert PARTIAL_DATE.fullmatch(row["date"])
    assert row["note"].startswith("decoy") <= (not row["claims"])
    assert row["claims"] or row["note"].startswith("decoy")
    for claim in row["claims"]:
        check_claim({"role": "player", "sources": [], **dict.fromkeys(CLAIM_FIELDS - {"role", "sources"}), **claim})
        assert {"kind", "person", *PLACES[claim["kind"]]} <= set(claim)
        assert names_person(row["text"], claim["person"])
