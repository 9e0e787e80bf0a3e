"""Commands with a ledger on a server: the address is taken wherever a path is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mercato.interfaces.cli.main import main
from tests.cli.support import ARTICLE, WordReader
from tests.ledger.cluster import running


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with running() as cluster:
        yield cluster.new_address()


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_ledger_is_read_into_asked_and_examined_by_its_address(
    address: str, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("mercato.interfaces.readers.make_reader", lambda *_, **__: WordReader())
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("MERCATO_LEDGER", address if by == "environment" else "")
    place = [] if by == "environment" else ["--ledger", address]
    article = tmp_path / f"{by}.txt"

    def run(*arguments: str) -> tuple[str, str]:
        assert main([*arguments, *place]) == 0
        out, err = capsys.readouterr()
        return out, err

    article.write_text(ARTICLE)
    _, err = run("read", str(article))
    assert "1 document (1 new), 1 claim (1 new)" in err
    assert f"ledger {address}" in err
    article.write_text(ARTICLE + "\n\nMilan would not say.\n")
    run("read", str(article))
    article.write_text(ARTICLE)
    assert "(back to version 1 of this article)" in run("read", str(article))[0]

    found = [json.loads(line) for line in run("claims", "--json", "--person", "perin")[0].splitlines()]
    assert found
    assert "would take" in run("explain", found[0]["id"])[0]
    assert "needs none" in run("ledger", "upgrade")[0]
    backed_up = json.loads(run("ledger", "backup", str(tmp_path / "saved.sqlite"), "--json")[0])
    assert backed_up["documents"] >= 2
    findings = json.loads(run("doctor", "--json")[0])["findings"]
    assert [f["value"] for f in findings if f["section"] == "ledger" and f["name"] == "integrity"] == ["ok"]
    assert not (tmp_path / "home" / "ledger.sqlite").exists()
