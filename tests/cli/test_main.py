"""The frame of all commands: help without imports, errors as one line, exit codes that mean something."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from pathlib import Path

import click
import pytest

from mercato import __version__
from mercato.errors import LedgerError, MercatoError, Misused, NotFound
from mercato.interfaces.cli import main as main_module
from mercato.interfaces.cli.main import COMMANDS, LazyCommand, main


def put_command(monkeypatch: pytest.MonkeyPatch, function: click.Command) -> None:
    """Add a command `probe` for one test."""
    monkeypatch.setattr(main_module, "_load", lambda name, lazy: function)
    monkeypatch.setitem(COMMANDS, "probe", LazyCommand("", "", "a probe"))


def failing(error: BaseException) -> click.Command:
    @click.command()
    def probe() -> None:
        raise error

    return probe


def test_help_names_every_command_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for name, lazy in COMMANDS.items():
        assert f"{name} {lazy.help}" in shown


def test_help_imports_no_command_and_nothing_heavy() -> None:
    code = (
        "import sys; from mercato.interfaces.cli.main import main; main(['--help']); "
        "print(*sorted(m for m in sys.modules if m.startswith('mercato') or m in ('rich', 'apsw', 'msgspec')))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = run.stdout.splitlines()[-1].split()
    assert loaded == [
        "mercato", "mercato.errors", "mercato.interfaces", "mercato.interfaces.cli", "mercato.interfaces.cli.main",
        "mercato.version",
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_of_the_table_that_is_there_explains_itself(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if importlib.util.find_spec(COMMANDS[name].module) is None:
        pytest.skip(f"{COMMANDS[name].module} is not part of this installation")
    assert main([name, "--help"]) == 0
    assert f"Usage: mercato {name}" in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mercato {__version__}\n"


def test_an_unknown_command_offers_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clams"]) == 2
    assert "Did you mean claims?" in capsys.readouterr().err
    assert main(["qqqq"]) == 2
    assert "doctor" in capsys.readouterr().err


def test_a_command_that_is_not_installed_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(COMMANDS, "later", LazyCommand("mercato.interfaces.cli.nowhere", "later", "Not there."))
    assert main(["--help"]) == 0
    assert main(["later"]) == 2
    assert "not part of this installation" in capsys.readouterr().err


def test_a_library_missing_inside_a_command_is_not_hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "broken_command.py").write_text("import library_that_is_not_there")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(COMMANDS, "broken", LazyCommand("broken_command", "broken", "Broken."))
    with pytest.raises(ModuleNotFoundError, match="library_that_is_not_there"):
        main(["broken"])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (MercatoError("plain"), 1),
        (LedgerError("disk\nfull\x1b[31m"), 1),
        (NotFound("no such man.", ("Perin",)), 1),
        (Misused("both at once"), 2),
    ],
)
def test_our_errors_are_one_line_on_standard_error(
    error: MercatoError, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_command(monkeypatch, failing(error))
    assert main(["probe"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("mercato: ")
    assert err.count("\n") == 1
    assert "\x1b" not in err


def test_clicks_own_errors_keep_their_code(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    put_command(monkeypatch, failing(click.ClickException("no")))
    assert main(["probe"]) == 1
    assert main(["--nonsense"]) == 2
    assert main(["probe", "--nonsense"]) == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_interruption_is_130_and_an_ended_input_is_a_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put_command(monkeypatch, failing(KeyboardInterrupt()))
    assert main(["probe"]) == 130
    put_command(monkeypatch, failing(EOFError()))
    assert main(["probe"]) == 1
    assert "Traceback" not in capsys.readouterr().err


def test_an_error_that_is_a_fault_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    put_command(monkeypatch, failing(ZeroDivisionError()))
    with pytest.raises(ZeroDivisionError):
        main(["probe"])


_PROBE = """
import sys, time
import click
from mercato.interfaces.cli import main as m
@click.command()
def probe():
    {body}
m.COMMANDS["probe"] = m.LazyCommand("", "", "a probe")
m._load = lambda name, lazy: probe
sys.exit(m.main(["probe"]))
"""


def test_a_closed_pipe_is_quiet() -> None:
    code = _PROBE.format(body='[print("line", n) for n in range(100_000)]')
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() == 141


def test_a_pipe_that_closes_before_the_last_flush_is_quiet() -> None:
    code = _PROBE.format(body='time.sleep(0.2); print("one line")')
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait() == 141


def test_ctrl_c_from_outside() -> None:
    code = _PROBE.format(body='print("on", flush=True); time.sleep(30)')
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as run:
        assert run.stdout
        assert run.stderr
        run.stdout.readline()
        run.send_signal(signal.SIGINT)
        assert run.wait(10) == 130
        assert b"Traceback" not in run.stderr.read()


def test_a_terminal_without_the_letters_stops_nothing() -> None:
    code = _PROBE.format(body='print("Vlahovi\\u0107")')
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (run.returncode, run.stdout) == (0, b"Vlahovi\\u0107\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
def test_a_full_disk_below_the_output_is_told_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "mercato", "--help"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert run.returncode == 1
    (line,) = run.stderr.splitlines()
    assert line.startswith("mercato: what was to be printed is incomplete: No space left on device.")
