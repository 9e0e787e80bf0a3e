"""The documentation agrees with the program: links lead somewhere; every command, setting, word and room is there."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest

from mercato import model
from mercato.interfaces.cli.main import COMMANDS
from mercato.settings import SETTINGS

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]

_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"(`+)(?!`).+?\1")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.MULTILINE)


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as code hosts make them."""
    titles = _HEADING.findall(prose(page))
    return frozenset(re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles)


def called(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=called)
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(_CODE.sub("", prose(page))):
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        assert file.exists(), f"{called(page)}: {link} leads nowhere"
        assert not anchor or anchor in anchors(file), f"{called(page)}: {link}: no such heading"


def test_every_page_is_in_the_index() -> None:
    linked = {(DOCS / link.partition("#")[0]).resolve() for link in _LINK.findall(prose(DOCS / "README.md"))}
    missing = [called(page) for page in PAGES if page.resolve() not in linked and page != DOCS / "README.md"]
    assert not missing, f"docs/README.md has no link to {missing}"


@pytest.mark.parametrize("part", ["cli", "tables", "readme"])
def test_what_the_program_writes_is_up_to_date(part: str) -> None:
    ran = subprocess.run(
        [sys.executable, "scripts/docs.py", part, "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"run `.venv/bin/python scripts/docs.py {part}`:\n{ran.stdout}{ran.stderr}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_documented(name: str) -> None:
    assert f"| `mercato {name}" in prose(ROOT / "README.md")
    if importlib.util.find_spec(COMMANDS[name].module) is not None:
        assert f"## mercato {name}" in prose(DOCS / "cli.md")


def test_every_setting_is_documented_and_no_other() -> None:
    named = set(re.findall(r"^\| `(\w+)`", prose(DOCS / "settings.md"), re.MULTILINE))
    assert named == {setting.variable for setting in SETTINGS}


@pytest.mark.parametrize("noun", [name for name in model.__all__ if name[0].isupper()])
def test_every_noun_of_the_model_is_in_the_glossary(noun: str) -> None:
    words = {"PersonRef": "person reference", "ClubRef": "club reference"}.get(
        noun, re.sub(r"(?<=[a-z])(?=[A-Z])", " ", noun).lower()
    )
    assert re.search(rf"\b{words}\b", prose(DOCS / "glossary.md"), re.IGNORECASE)


def test_every_library_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    names = {re.split(r"[^\w.-]", requirement)[0] for requirement in needed}
    reasons = "\n".join(prose(page) for page in (DOCS / "decisions").glob("*.md")).replace("_", "-").lower()
    missing = [
        name for name in sorted(names) if not re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", reasons)
    ]
    assert not missing, f"no page under docs/decisions says why these are needed: {missing}"


# -- the rooms ----------------------------------------------------------------------------------------------------


ROOM = re.compile(r"^\| `(\w+)` \| (being built: )?[^|]+ \| ([^|]+) \|$", re.MULTILINE)
STATED = {
    room: set() if imports == "nothing" else set(imports.split(", "))
    for room, _, imports in ROOM.findall(prose(DOCS / "architecture.md"))
}
"""The table of docs/architecture.md: each room and what it says to import."""


def test_the_rooms_of_the_page_are_the_folders_of_the_package() -> None:
    folders = {path.name for path in (ROOT / "mercato").iterdir() if path.is_dir() and path.name[0] != "_"}
    planned = {room for room, planned, _ in ROOM.findall(prose(DOCS / "architecture.md")) if planned}
    assert folders - set(STATED) == set(), "docs/architecture.md has no row for these folders"
    assert set(STATED) - folders - planned == set(), "docs/architecture.md has rows for folders that are not there"


@pytest.mark.parametrize("room", STATED)
def test_a_room_imports_what_its_page_says(room: str) -> None:
    found = set()
    for path in (ROOT / "mercato" / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("mercato."):
                found.add(node.module.split(".")[1])
    assert found - {room, "errors", "settings", "version"} <= STATED[room]
