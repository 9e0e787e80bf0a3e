"""How the code is laid out: small functions, short files, and nothing of one machine in what is published."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LONGEST_FUNCTION = 60
LONGEST_FILE = 400

# What only one machine has, or what must be chosen by whoever installs. Written in two halves, so that this file itself
# is not among the finds.
FORBIDDEN = {
    "a package registry's host": re.compile(
        "pypi" + r"\.org|files\.python" + "hosted|registry\\.np" + "mjs|index" + "-url"
    ),
    "a path of one machine": re.compile(
        r"(?<![\w./-])/(?:wo" + "rk|ho" + "me|ro" + "ot|Us" + r"ers)/(?!\.\.\.)[\w.-]+"
    ),
}


def tracked() -> list[Path]:
    """The files of the repository; none where this is no clone (an unpacked source archive)."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        return []
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def sources() -> list[Path]:
    return sorted((ROOT / "mercato").rglob("*.py"))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """The functions of a file, with their lines; a function's inner ones count with it and by themselves."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_function_is_long() -> None:
    long = {name: lines for path in sources() for name, lines in functions(path) if lines > LONGEST_FUNCTION}
    assert not long, f"functions of more than {LONGEST_FUNCTION} lines, cut them: {long}"


def test_no_file_is_long() -> None:
    lengths = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in sources()}
    long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE}
    assert not long, f"files of more than {LONGEST_FILE} lines, cut them: {long}"


@pytest.mark.parametrize("what", FORBIDDEN)
def test_nothing_of_one_machine_is_published(what: str) -> None:
    files = tracked()
    if not files:
        pytest.skip("this is no clone: there is no list of the repository's files")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match[0]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if (match := FORBIDDEN[what].search(line))
    ]
    assert not found, f"{what} stands in: {found}"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a package registry's host", "see https://pypi" + ".org/simple"),
        ("a path of one machine", "open /wo" + "rk/main/x"),
        ("a path of one machine", '"/ho' + 'me/somebody/.config"'),
    ],
)
def test_what_is_looked_for_would_be_found(what: str, text: str) -> None:
    assert FORBIDDEN[what].search(text)
