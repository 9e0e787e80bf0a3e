"""`mercato doctor`: finds what is wrong, says what to do, and never falls ill itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mercato.errors import DataFileError
from mercato.interfaces import health
from mercato.interfaces.cli.main import main
from mercato.interfaces.health import Finding, examine
from mercato.ledger import Ledger
from mercato.settings import SETTINGS
from tests.ledger.made import claim, document


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for setting in SETTINGS:
        monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    # What the register holds is its own tests' matter.
    monkeypatch.setattr(health, "_register", lambda: iter([Finding("register", "contents", "1 person")]))
    return tmp_path


def found(name: str, section: str = "") -> Finding:
    (finding,) = [f for f in examine() if f.name == name and f.section.startswith(section)]
    return finding


def wrong() -> list[str]:
    return [f"{finding.section} {finding.name}: {finding.advice}" for finding in examine() if finding.wrong]


def test_a_fresh_installation_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 0
    out, err = capsys.readouterr()
    assert err == "All is well.\n"
    for word in ("Python", "SQLite", "apsw", "MERCATO_HOME", "ledger", "free space", "none yet"):
        assert word in out


def test_every_setting_is_shown_with_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_TIMEOUT", "5")
    assert found("MERCATO_TIMEOUT").value == "5 (set)"
    assert {f.name for f in examine() if f.section == "settings"} == {setting.variable for setting in SETTINGS}


def test_a_ledger_is_counted_and_checked(home: Path) -> None:
    with Ledger.open(home / "ledger.sqlite") as ledger:
        ledger.append(document(), [claim(document())])
        assert "1 articles in 1 versions, 1 readings, 1 claims, 0 skips" in found("contents", "ledger").value
    assert found("integrity").value == "ok"
    assert "bytes" in found("ledger", "places").value


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["ok"] is True
    assert {"section", "name", "value", "advice"} == set(answer["findings"][0])


def test_a_setting_that_is_no_number(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("MERCATO_TIMEOUT", "soon")
    assert main(["doctor"]) == 1
    assert "MERCATO_TIMEOUT to a number" in capsys.readouterr().err


def test_a_file_that_is_no_ledger(home: Path) -> None:
    (home / "ledger.sqlite").write_text("not a database, only words " * 50)
    assert len(wrong()) == 1
    assert "not a ledger" in wrong()[0]


def test_a_damaged_ledger(home: Path) -> None:
    with Ledger.open(home / "ledger.sqlite") as ledger:
        for number in range(50):
            ledger.append(document("x" * 4000 + str(number), key=str(number)), [])
    data = bytearray((home / "ledger.sqlite").read_bytes())
    data[8192:-8192] = b"\xff" * (len(data) - 16384)
    (home / "ledger.sqlite").write_bytes(data)
    assert wrong()
    assert all("backup" in advice for advice in wrong())


def test_an_sqlite_with_the_known_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mercato.ledger.sqlite.sqlite_version", lambda: "3.40.1")
    assert found("SQLite").wrong
    assert "3.51.3" in found("SQLite").advice


def test_a_home_that_can_not_exist(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("MERCATO_HOME", str(home / "file" / "sub"))
    assert any("not a folder" in advice for advice in wrong())


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOW_DISK", 10**30)
    assert "Free some space" in found("free space").advice


def test_a_missing_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_libraries", lambda: ["no-such-library-of-ours"])
    assert "pip install" in found("no-such-library-of-ours").advice


def test_a_broken_register_is_a_finding_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise DataFileError("clubs/italy.csv, entry Q1: country is empty")

    monkeypatch.setattr(health, "_register", broken)
    assert found("contents", "register").advice == "clubs/italy.csv, entry Q1: country is empty"

    def faulty() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(health, "_register", faulty)
    assert "ZeroDivisionError" in found("contents", "register").value
