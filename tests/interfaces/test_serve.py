"""`mercato serve`: up within two seconds, errors that say what to do, a token that is shown nowhere."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from mercato.interfaces.cli.main import main
from tests.shared_data import ROOT

LONGEST_START = 2.0
PATIENCE = 30.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def processor_seconds(process: int) -> float:
    """What a process has used of the processor: wall time says little on a machine that others use."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here to measure by")
def test_it_is_up_within_two_seconds(ledger_file: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "mercato.interfaces.cli.main", "serve", "--port", str(port)]
    served = subprocess.Popen([*command, "--ledger", str(ledger_file)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/static/style.css") as response:
                    assert response.status == 200
                break
            except OSError:
                assert served.poll() is None, "it ended by itself"
                assert time.monotonic() < deadline, "it never came up"
                time.sleep(0.02)
        assert processor_seconds(served.pid) < LONGEST_START
    finally:
        served.terminate()
        served.wait(10)


def test_a_ledger_that_is_named_must_be_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "none.sqlite"
    assert main(["serve", "--ledger", str(missing)]) == 1
    assert str(missing) in capsys.readouterr().err
    assert not missing.exists()


def test_a_short_token_is_refused(
    ledger_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MERCATO_TOKEN", "short")
    assert main(["serve", "--ledger", str(ledger_file)]) == 1
    assert "MERCATO_TOKEN" in capsys.readouterr().err


def test_the_token_is_shown_nowhere(
    ledger_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MERCATO_TOKEN", "very-secret-indeed-0123")
    for arguments in (["doctor"], ["doctor", "--json"]):
        main([*arguments, "--ledger", str(ledger_file)])
        said = "".join(capsys.readouterr())
        assert "MERCATO_TOKEN" in said
        assert "very-secret" not in said


def test_the_demo_needs_nothing_of_it() -> None:
    code = (
        "import sys; from mercato.interfaces.cli.main import main; main(['demo', '--limit', '1']); "
        "sys.exit(bool({'fastapi', 'starlette', 'jinja2', 'uvicorn', 'pydantic'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 0
