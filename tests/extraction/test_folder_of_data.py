"""A language is a folder of data: found by being there, read without a line of code of its own."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from mercato.errors import DataFileError
from mercato.extraction.reader import RuleReader
from mercato.model import ClaimKind, Stage
from mercato.register.loading import load_register
from mercato.sources import document_from_text

loading = import_module("mercato.extraction.languages")
folders = import_module("mercato.model.languages")
PACKAGE = Path(str(loading.__file__)).parents[1]
SHIPPED = PACKAGE / "extraction" / "languages"
NEW = "xx"  # a code that no language has


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The Dutch folder under another code and in another place; nothing else of the package is there."""
    copy = tmp_path / NEW
    shutil.copytree(SHIPPED / "nl", copy)
    written = copy / "language.yaml"
    written.write_text(written.read_text("utf-8").replace("code: nl", f"code: {NEW}"), "utf-8")
    monkeypatch.setattr(loading, "language_folders", lambda: tmp_path)
    monkeypatch.setattr(folders, "language_folders", lambda: tmp_path)
    for cached in (folders.language_codes, loading.load_language):
        cached.cache_clear()
    yield copy
    for cached in (folders.language_codes, loading.load_language):
        cached.cache_clear()


def test_a_copied_folder_is_read_under_its_own_code(folder: Path) -> None:
    """Verbs that part, an amount, a source: all of it comes from the files."""
    assert folders.language_codes() == (NEW,)
    text = "Volgens VI heeft Ajax een bod van 8 miljoen euro uitgebracht op Joost Hollander van Sparta Rotterdam."
    document = document_from_text(text, key="a", date="2025-07-15", language=NEW)
    (claim,) = RuleReader(load_register(user=False)).read(document)
    assert claim.kind is ClaimKind.MOVE
    assert (claim.person.name, claim.stage) == ("Joost Hollander", Stage.BID)
    assert claim.to is not None
    assert claim.from_ is not None
    assert (claim.to.name, claim.from_.name) == ("Ajax", "Sparta Rotterdam")
    assert claim.fee is not None
    assert (claim.fee.low, claim.fee.currency) == (8_000_000, "EUR")


def test_what_is_no_folder_can_not_be_read(folder: Path) -> None:
    """The languages that the package ships are found by their folders too, and not by a list."""
    reader = RuleReader(load_register(user=False))
    assert not reader.reads("nl")
    with pytest.raises(DataFileError, match=f"known: {NEW}"):
        loading.load_language("nl")


def test_a_slip_in_a_file_is_told_with_its_entry(folder: Path) -> None:
    """A verb that has no paradigm, an ending that fits no verb."""
    events = folder / "events.yaml"
    events.write_text(events.read_text("utf-8").replace("{overnemen}", "{overneemen}", 1), "utf-8")
    with pytest.raises(DataFileError, match=r"events\.yaml, entry 'sign'.*overneemen"):
        loading.load_language(NEW)
    verbs = folder / "verbs.yaml"
    verbs.write_text(verbs.read_text("utf-8").replace("regular: [", "regular: [blorp, ", 1), "utf-8")
    with pytest.raises(DataFileError, match=r"verbs\.yaml: verb 'blorp'"):
        loading.load_language(NEW)


def test_no_code_knows_which_languages_there_are() -> None:
    """No module of reading, register or sources names a language that only its folder should name."""
    named = re.compile(r"""["']nl["']""")
    found = [
        path.relative_to(PACKAGE).as_posix()
        for room in ("extraction", "register", "sources", "model")
        for path in (PACKAGE / room).rglob("*.py")
        if named.search(path.read_text("utf-8"))
    ]
    assert found == ["register/lookup.py"]  # how a language is called in English, where it has such a name
