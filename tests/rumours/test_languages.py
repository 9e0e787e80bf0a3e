"""One rumour in several languages: reports of one person and one club join, however either is spelled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from mercato.interfaces.cli.main import cli

REPORTS = {
    "Khvicha Kvaratskhelia": (
        "2025-01-10",
        "Kvaratskhelia wanted in Paris\n\n"
        "Paris Saint-Germain have opened talks with Napoli over Khvicha Kvaratskhelia, according to L'Équipe.",
        "Kvaratschelia, il Psg tratta con il Napoli\n\n"
        "Secondo La Gazzetta dello Sport, il Paris Saint-Germain tratta con il Napoli per Khvicha Kvaratschelia.",
    ),
    "Rasmus Højlund": (
        "2025-09-01",
        "Hojlund joins Napoli\n\nNapoli have signed Rasmus Hojlund from Manchester United on loan.",
        "Højlund ficha por el Nápoles\n\nEl Nápoles ha fichado a Rasmus Højlund, cedido por el Manchester United.",
    ),
    "Thomas Müller": (
        "2025-07-10",
        "Mueller in talks with Inter Miami\n\nInter Miami are in talks with Bayern Munich forward Thomas Mueller.",
        "Müller, contatti con l'Inter Miami\n\n"
        "L'Inter Miami ha avviato i contatti con l'entourage di Thomas Müller, attaccante del Bayern Monaco.",
    ),
}


@pytest.mark.parametrize("name", REPORTS)
def test_two_languages_tell_one_rumour(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    monkeypatch.setenv("MERCATO_LEDGER", "")
    day, *texts = REPORTS[name]
    runner = CliRunner()
    for number, text in enumerate(texts):
        path = tmp_path / f"{number}.txt"
        path.write_text(text, encoding="utf-8")
        assert runner.invoke(cli, ["read", str(path), "--date", day]).exit_code == 0
    result = runner.invoke(cli, ["rumours", "--json"])
    stories = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(stories) == 1, stories
    assert len(stories[0]["reports"]) == 2


def test_the_terms_of_an_italian_claim_are_english_beside_its_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    monkeypatch.setenv("MERCATO_LEDGER", "")
    path = tmp_path / "a.txt"
    path.write_text(
        "La Roma ha presentato un'offerta al Flamengo per Wesley: sul piatto ci sono 25 milioni di euro.",
        encoding="utf-8",
    )
    runner = CliRunner()
    assert runner.invoke(cli, ["read", str(path), "--date", "2025-07-02"]).exit_code == 0
    claim = json.loads(runner.invoke(cli, ["claims", "--json"]).stdout.splitlines()[0])
    shown = runner.invoke(cli, ["explain", claim["id"]]).stdout
    stage = next(line for line in shown.splitlines() if line.startswith("stage"))
    assert "bid" in stage
    assert "offerta" in stage
