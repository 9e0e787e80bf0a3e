"""`mercato demo`: the samples on a board, quickly, from any folder, touching nothing of the user's."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import resource
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mercato.interfaces.board import SHOWN_KINDS, Entry, by_club, dated, entries
from mercato.interfaces.cli import demo as demo_module
from mercato.interfaces.cli.demo import LONGEST_WORDS, NEXT, read_samples, temporary_ledger, words
from mercato.interfaces.cli.main import main
from mercato.interfaces.samples import manifest, open_sample
from mercato.ledger import Ledger, StoredClaim
from mercato.model import (
    Attribution,
    ClaimKind,
    ClubRef,
    Condition,
    Document,
    EvidenceRole,
    Link,
    LinkKind,
    ReaderVersion,
    Stage,
)
from tests.ledger.made import TEXT, claim, day, document, evidence

BUDGET = 10  # seconds of a processor; measured on two cores: 1.1


@pytest.fixture(scope="module")
def ledger() -> Iterator[Ledger]:
    with temporary_ledger() as opened:
        read_samples(opened)
        yield opened


def run(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The demo in an empty folder, with a home that is empty too and none of our settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MERCATO_", "XDG_"))}
    return subprocess.run(
        [sys.executable, "-m", "mercato.interfaces.cli.main", "demo", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=folder,
        env={**kept, "HOME": str(folder)},
    )


def test_it_runs_in_an_empty_folder_and_leaves_it_empty(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    ran = run(folder=tmp_path)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < BUDGET
    assert ran.returncode == 0
    assert re.search(r"^  Mattia Perin: .+ → AC Milan, interest", ran.stdout, re.MULTILINE)
    assert "Milan look at Perin in case Maignan goes" in ran.stdout
    assert "\x1b" not in ran.stdout + ran.stderr  # plain when piped
    assert ran.stderr.splitlines()[-2:] == list(NEXT)
    assert list(tmp_path.iterdir()) == []


def test_json_gives_one_row_an_entry_with_its_evidence(tmp_path: Path) -> None:
    ran = run("--json", folder=tmp_path)
    assert ran.returncode == 0
    rows = [json.loads(line) for line in ran.stdout.splitlines()]
    perin, *_ = [  # the newest story; the same pair years before is another
        row for row in rows if (row["kind"], row["person"], row["club"]) == ("move", "Mattia Perin", "AC Milan")
    ]
    assert perin["to"] == "AC Milan"
    assert any("Perin" in item["words"] and item["outlet"] == "JuveFC" for item in perin["evidence"])
    newest = [max(item["published"] for item in row["evidence"]) for row in rows]
    assert newest == sorted(newest, reverse=True)


def test_a_limit_takes_the_newest_and_says_so(tmp_path: Path) -> None:
    everything = run("--json", folder=tmp_path).stdout.splitlines()
    limited = run("--json", "--limit", "3", folder=tmp_path)
    assert limited.stdout.splitlines() == everything[:3]
    assert f"the newest 3 of {len(everything)} entries" in limited.stderr


def test_what_cannot_be_read_yet_is_counted_by_language(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mercato.extraction.RuleReader.reads", lambda self, language: language == "it")
    monkeypatch.setattr("mercato.extraction.RuleReader.read", lambda self, document: [])
    assert main(["demo"]) == 0
    err = capsys.readouterr().err
    shown = [row for row in manifest() if not row.get("held_out")]
    texts = Counter(d.language for row in shown for d in open_sample(row) if isinstance(d, Document))
    assert f"{texts['it']} sample texts read, 0 claims" in err
    assert f"left for later, as their language can't be read yet: en {texts['en']}," in err


def test_all_claims_of_comings_and_goings_are_on_the_board_and_nothing_else(ledger: Ledger) -> None:
    claims = ledger.claims()
    assert len(claims) > 50
    expected = Counter(
        s.claim.id for s in claims if s.claim.kind in SHOWN_KINDS and (s.claim.to or s.claim.club or s.claim.from_)
    )
    assert Counter(s.claim.id for entry in entries(claims) for s in entry.claims) == expected


def test_what_an_entry_shows_stands_in_its_claims(ledger: Ledger) -> None:
    for entry in entries(ledger.claims()):
        mine = [s.claim for s in entry.claims]
        assert {c.kind for c in mine} == {entry.kind}
        assert entry.stage == max(entry.claims, key=dated).claim.stage
        assert entry.from_ is None or entry.from_ in [c.from_ for c in mine]
        assert entry.fee is None or entry.fee in [c.fee for c in mine]
        assert entry.deal is None or entry.deal in [c.deal for c in mine]
        assert set(entry.sources) == {name for c in mine for name in c.attribution.sources}


def test_the_words_shown_are_the_documents_and_hold_the_trigger(ledger: Ledger) -> None:
    for stored in ledger.claims():
        text = ledger.document(stored.source.id).document.text
        shown, marks = words(stored, ledger.document(stored.source.id).document)
        assert shown in text
        trigger = next(e.span for e in stored.claim.evidence if e.role is EvidenceRole.TRIGGER)
        assert trigger.text in shown
        assert len(shown) <= LONGEST_WORDS
        assert {shown[m.start : m.end] for m in marks} <= {e.span.text for e in stored.claim.evidence}


def board_of(tmp_path: Path, *told: tuple[str, Stage, str | None]) -> list[Entry]:
    """The entries of one claim each of Perin to Milan: day, stage, whom the text credits."""
    with Ledger.open(tmp_path / "made.sqlite") as made:
        for when, stage, source in told:
            text = document(f"{TEXT}\n\nOf {when}.", key=f"https://news.example/{when}", published=day(when))
            chain = Attribution((Link(LinkKind.OUTLET, source),) if source else ())
            made.append(text, [claim(text, stage=stage, attribution=chain, evidence=evidence(text, trigger="take"))])
        return entries(made.claims())


def test_texts_on_one_person_and_club_are_one_entry_and_the_newest_settles_the_stage(tmp_path: Path) -> None:
    (entry,) = board_of(
        tmp_path,
        ("2025-06-09", Stage.INTEREST, "Corriere dello Sport"),
        ("2025-06-20", Stage.TALKS, "Tuttosport"),
        ("2025-06-15", Stage.BID, None),
    )
    assert entry.stage is Stage.TALKS
    assert entry.sources == ("Corriere dello Sport", "Tuttosport")
    assert entry.texts == 3
    assert entry.published == day("2025-06-20").at


def test_the_same_rumour_years_before_is_another_entry(tmp_path: Path) -> None:
    found = board_of(tmp_path, ("2019-07-01", Stage.INTEREST, None), ("2025-06-09", Stage.INTEREST, None))
    assert [entry.texts for entry in found] == [1, 1]
    assert len(by_club(found)) == 1


def test_a_condition_that_the_newest_text_no_longer_names_is_gone(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "made.sqlite") as made:
        for when, condition in (("2025-06-09", Condition("if Maignan leaves")), ("2025-06-20", None)):
            text = document(f"{TEXT}\n\nOf {when}.", key=when, published=day(when))
            made.append(text, [claim(text, condition=condition, evidence=evidence(text, trigger="take"))])
        (entry,) = entries(made.claims())
        earlier = [stored for stored in made.claims() if stored.claim.condition]
    assert entry.condition is None
    assert entries(earlier)[0].condition == "if Maignan leaves"


def test_contracts_prices_and_careers_have_no_entry_of_their_own(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "made.sqlite") as made:
        text = document()
        words_ = evidence(text, trigger="contract")
        for kind in (ClaimKind.CONTRACT, ClaimKind.PRICE, ClaimKind.SPELL):
            held = claim(text, kind=kind, to=None, club=ClubRef("Juventus"), evidence=words_)
            made.append(text, [replace(held, reader=ReaderVersion(kind.value, "1"))])
        assert len(made.claims(reader="all")) == 3
        assert entries(made.claims(reader="all")) == []


def test_a_long_sentence_is_cut_at_words_round_its_trigger() -> None:
    text = document("Head\n\n" + "many words " * 80 + "would take him " + "and many more " * 80)
    stored = StoredClaim(claim(text, evidence=evidence(text, trigger="would take")), None, None, None)  # type: ignore[arg-type]
    shown, _ = words(stored, text)
    assert "would take" in shown
    assert len(shown) <= LONGEST_WORDS
    assert shown.split()[0] in ("many", "words")


@pytest.mark.parametrize("columns", [80, 200])
def test_on_a_terminal_it_fits_the_width(columns: int, tmp_path: Path) -> None:
    """A real terminal of that many columns: no line is longer, colours are there, letters are whole."""
    shown = in_terminal(columns, tmp_path)
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r", "")
    lines = plain.split("\n")
    board = lines[: next(n for n, line in enumerate(lines) if "sample texts read" in line)]
    assert "\x1b[" in shown
    assert re.search(r"^  Mattia Perin: .+ → AC Milan, interest", plain, re.MULTILINE)
    assert max(map(len, board)) <= columns


def in_terminal(columns: int, folder: Path) -> str:
    """What the demo writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "HOME": str(folder), "TERM": "xterm-256color", "COLUMNS": str(columns)}
    environment.pop("NO_COLOR", None)
    child = subprocess.Popen(
        [sys.executable, "-m", "mercato.interfaces.cli.main", "demo"],
        stdin=theirs, stdout=theirs, stderr=theirs, env=environment,
    )  # fmt: skip
    os.close(theirs)
    pieces = []
    with contextlib.suppress(OSError):  # a terminal whose other end is closed answers with an error
        while piece := os.read(ours, 65536):
            pieces.append(piece)
    os.close(ours)
    assert child.wait(30) == 0
    return b"".join(pieces).decode()


def test_without_a_temporary_folder_it_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(13, "Permission denied", "/nowhere")

    monkeypatch.setattr(demo_module.tempfile, "TemporaryDirectory", refuse)
    assert main(["demo"]) == 1
    assert "Set TMPDIR" in capsys.readouterr().err
