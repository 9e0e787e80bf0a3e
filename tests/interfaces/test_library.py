"""The library: the page's examples run, and its names are loaded only when they are used."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import mercato
from mercato.errors import MercatoError, Misused

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "python.md").read_text("utf-8")


def test_the_examples_of_the_page_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MERCATO_HOME", str(tmp_path))
    (tmp_path / "article.txt").write_text("AC Milan want Mattia Perin, Tuttosport reports.\n\nDate: 2025-06-09")
    (tmp_path / "posts.jsonl").write_text('{"id": "1", "text": "Inter want Mattia Perin.", "date": "2025-06-10"}\n')
    code = "\n".join(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL))
    ran = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    promised = re.findall(r"^# (.*)$", code, re.MULTILINE)
    assert ran.stdout.splitlines()[: len(promised)] == promised


def test_a_ledger_is_asked_and_framed(ledger_file: Path) -> None:
    with mercato.open_news(ledger_file) as news:
        rumours = news.rumours(person="Perin", to="AC Milan", window="2025-summer")
        assert news.rumour(rumours[0].id[:12]) == rumours[0]
        assert news.changes(datetime(2001, 1, 1, tzinfo=UTC))
        assert news.claims(person="Perin", limit=3)
        for table in ("rumours", "reports", "claims"):
            for engine in ("pandas", "polars"):
                if importlib.util.find_spec(engine) is None:
                    with pytest.raises(MercatoError, match=f"pip install {engine}"):
                        news.frame(table, engine=engine)  # type: ignore[arg-type]
                    continue
                frame = news.frame(table, engine=engine, person="Perin")  # type: ignore[arg-type]
                assert len(frame) > 1
                assert "person" in frame.columns
        with pytest.raises(Misused, match="no table"):
            news.frame("players")
    with mercato.open_news(ledger_file, as_of=datetime(2001, 1, 1, tzinfo=UTC)) as news:
        assert news.rumours() == []
        assert news.claims() == []


def test_importing_the_package_loads_nothing_else() -> None:
    code = (
        "import sys, mercato; assert mercato.__version__; print([m for m in sys.modules if m.startswith('mercato.')])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "['mercato.version']"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        mercato.nothing  # noqa: B018
