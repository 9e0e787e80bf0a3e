"""What commands share in printing: plain in a pipe, styled on a terminal, and never a terminal's orders from a text."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from mercato.interfaces.cli import output
from mercato.interfaces.cli.output import Mark, bracketed, one_line, print_json, print_table, progress, safe


@pytest.mark.parametrize(
    ("marks", "shown"),
    [
        ([], "Milan want Perin"),
        ([Mark(0, 5)], "[Milan] want Perin"),
        ([Mark(11, 16), Mark(0, 5)], "[Milan] want [Perin]"),
        ([Mark(0, 10), Mark(6, 16)], "[Milan want Perin]"),
        ([Mark(0, 5), Mark(5, 10)], "[Milan want] Perin"),
        ([Mark(0, 16), Mark(6, 10)], "[Milan want Perin]"),
        ([Mark(11, 99), Mark(4, 4), Mark(-3, 2)], "[Mi]lan want [Perin]"),
    ],
)
def test_brackets(marks: list[Mark], shown: str) -> None:
    assert bracketed("Milan want Perin", marks) == shown


def test_control_characters_are_shown_as_escapes_and_letters_are_left_alone() -> None:
    assert safe("a\x1b[31m\x07\x9b\u202eb\n\tŁódź 😀") == "a\\x1b[31m\\x07\\x9b\\u202eb\n\tŁódź 😀"
    assert bracketed("\x1bAB", [Mark(1, 2)]) == "\\x1b[A]B"
    assert one_line(" a\n b \r\n c ", 4) == "a b…"


def test_a_plain_table_is_aligned_and_whole(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("x" * 300, 1), (None, "two\nlines")])
    head, first, second = capsys.readouterr().out.splitlines()
    assert first == "x" * 300 + "  1"
    assert head.index("b") == second.index("two lines") == 302


def test_json_is_one_line_with_its_letters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"name": "Vlahović\n"})
    line = capsys.readouterr().out
    assert line == '{"name": "Vlahović\\n"}\n'
    assert json.loads(line)["name"] == "Vlahović\n"


def test_progress_is_silent_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("reading", 3) as step:
        step()
    assert capsys.readouterr() == ("", "")


def on_a_terminal(code: str) -> str:
    """What a terminal gets to see of a program's output and talk."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "NO_COLOR": ""}
    environment.pop("NO_COLOR")
    with subprocess.Popen([sys.executable, "-c", code], stdout=theirs, stderr=theirs, env=environment) as run:
        os.close(theirs)
        seen = b""
        while True:
            try:
                piece = os.read(ours, 65536)
            except OSError:  # the other end is closed: Linux says so with an error
                break
            if not piece:
                break
            seen += piece
        os.close(ours)
        assert run.wait() == 0, seen.decode()
    return seen.decode()


def test_a_terminal_gets_colours_for_our_marks_and_none_from_the_text() -> None:
    seen = on_a_terminal(
        "from mercato.interfaces.cli.output import *\n"
        "print_marked('Milan want [bold]Perin[/bold] \\x1b[31m', [Mark(0, 5, 'to'), Mark(17, 22, 'person')], '  ')\n"
        "print_table(('name',), [('[red]Perin[/red]',)])"
    )
    assert "\x1b[1;32mMilan" in seen
    assert "[bold]" in seen  # a text's own brackets are no markup
    assert "[red]Perin[/red]" in seen
    assert "\\x1b[31m" in seen
    assert "\x1b[31m" not in seen


def test_a_terminal_gets_a_progress_bar() -> None:
    seen = on_a_terminal(
        "from mercato.interfaces.cli.output import progress\nwith progress('reading', 2) as step:\n    step(2)"
    )
    assert "reading" in seen
    assert "2/2" in seen


def test_results_stay_on_standard_output_while_a_bar_is_shown(tmp_path: Path) -> None:
    results = tmp_path / "results"
    seen = on_a_terminal(
        "import sys\n"
        "from mercato.interfaces.cli.output import progress, say\n"
        f"sys.stdout = open({str(results)!r}, 'w')\n"
        "with progress('reading', 2, prints_meanwhile=True) as step:\n"
        "    print('a result'); say('talk'); step(2)\n"
    )
    assert results.read_text() == "a result\n"
    assert "a result" not in seen
    assert "talk" in seen
    assert "reading" in seen


def test_no_bar_between_results_on_one_terminal() -> None:
    seen = on_a_terminal(
        "from mercato.interfaces.cli.output import progress\n"
        "with progress('reading', 2, prints_meanwhile=True) as step:\n    print('a result'); step(2)"
    )
    assert seen == "a result\r\n"


def test_rich_is_not_imported_for_plain_output() -> None:
    code = (
        "import sys; from mercato.interfaces.cli import output as o; o.print_table(('a',), [('b',)]); "
        "o.print_marked('a', []); print('rich' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "False"


def test_styles_are_for_roles_that_exist() -> None:
    from mercato.model import EvidenceRole

    assert set(output.STYLES) <= {role.value for role in EvidenceRole}
