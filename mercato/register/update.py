"""The full public register into the user's own: its tables become ours, and the new register replaces the old in whole.

The tables are those of withqwerty/reep: `people.csv`, `teams.csv`, `names.csv`, keyed by Wikidata's ids. All work is
done on a copy of the user's register; only when every part is in it, the copy takes its place.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mercato.errors import DataFileError, SourceUnusable
from mercato.register.files import Brought
from mercato.register.imports import ImportReport, import_clubs, import_people
from mercato.register.store import RegisterStore
from mercato.register.wikidata import PERSON_COLUMNS, person_rows

LICENCE = "CC0"
# Fewer rows than this share of what is there now: the new files are not the register they seem to be.
LEAST_SHARE = 0.5
_COLUMNS: dict[str, tuple[str, ...]] = {
    "people.csv": ("key_wikidata", "name"),
    "teams.csv": ("key_wikidata", "name"),
    "names.csv": ("key_wikidata", "alias"),
}
_CLUB_COLUMNS = ("id", "name", "country", "names", "ground", "tm_id")

Step = Callable[[str, int], None]
"""Told what is being done and how many rows of it were done since; 0 when that part is in the new register."""


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update brought: the report on clubs, on people, and on people of Wikidata where some were chosen."""

    clubs: ImportReport
    people: ImportReport
    chosen: ImportReport | None
    files: tuple[Brought, ...]


def update_register(
    files: Sequence[Brought],
    register: Path,
    entities: Iterable[bytes] = (),
    step: Step = lambda what, count: None,  # noqa: ARG005
) -> Updated:
    """Put the register's files, and Wikidata's JSON of single people, into the user's register.

    Raises DataFileError or SourceUnusable where a file isn't what it should be; the register is then as it was, to the
    byte. `entities` are read before anything is written.
    """
    paths = {one.name: one.path for one in files}
    for name, path in paths.items():
        _check_columns(name, path)
    folder = next(iter(paths.values())).parent / "tables"
    chosen = list(entities)
    new = register.with_name(f"{register.name}.new")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _copy(register, new)
        with RegisterStore(new) as store:
            updated = _import(paths, folder, chosen, store, tuple(files), step)
        _swap(new, register)
    except OSError as error:
        raise DataFileError(f"{error.filename or register}: {error.strerror}. The register is as it was.") from None
    finally:
        for leftover in (new, new.with_name(f"{new.name}-journal")):
            leftover.unlink(missing_ok=True)
    return updated


def _import(
    paths: Mapping[str, Path],
    folder: Path,
    entities: list[bytes],
    store: RegisterStore,
    files: tuple[Brought, ...],
    step: Step,
) -> Updated:
    names = _names(paths.get("names.csv"))
    clubs = _table(folder / "clubs.csv", _CLUB_COLUMNS, _club_rows(paths["teams.csv"], names))
    club_report = import_clubs(clubs, store, LICENCE, _counting("clubs", step))
    step("clubs", 0)
    people = _table(folder / "people.csv", PERSON_COLUMNS, _person_rows(paths["people.csv"], names))
    people_report = import_people(people, store, LICENCE, _counting("people", step))
    step("people", 0)
    chosen_report = None
    if entities:
        chosen = _table(folder / "wikidata.csv", PERSON_COLUMNS, person_rows(entities))
        chosen_report = import_people(chosen, store, LICENCE, _counting("wikidata", step))
    for report in (club_report, people_report):
        _check_size(report)
    return Updated(club_report, people_report, chosen_report, files)


def _check_size(report: ImportReport) -> None:
    """Refuse a file that has lost most of its rows, or can hardly be read: it was cut, or is another."""
    readable = report.rows - len(report.unreadable)
    if report.removed and readable < LEAST_SHARE * (report.removed + report.unchanged):
        raise SourceUnusable(
            f"{report.file}: has {readable:,} rows where {report.removed + report.unchanged:,} stood before. "
            "The register is as it was; check the files."
        )
    if readable < LEAST_SHARE * report.rows or not readable:
        raise SourceUnusable(f"{report.file}: {len(report.unreadable):,} of {report.rows:,} rows can't be read.")


def _counting(what: str, step: Step) -> Callable[[int], None]:
    return lambda count: step(what, count)


# -- their tables as ours -----------------------------------------------------------------------------------------


def _rows(path: Path) -> Iterator[dict[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            for row in csv.DictReader(lines):
                yield {name: value for name, value in row.items() if name and isinstance(value, str)}
    except csv.Error as error:
        raise DataFileError(f"{path}: is no CSV ({error}). Fetch it again.") from None


def _check_columns(name: str, path: Path) -> None:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
        header = next(csv.reader(lines), [])
    missing = [column for column in _COLUMNS[name] if column not in header]
    if missing:
        raise DataFileError(f"{path}: has no column {' and '.join(missing)}; it has {', '.join(header[:12])}.")


def _id(row: Mapping[str, str]) -> str:
    return row.get("key_wikidata") or row.get("reep_id") or ""


def _one(value: str | None) -> str:
    """A value on one line, without the sign that separates several."""
    return " ".join((value or "").replace("|", " ").split())


def _names(path: Path | None) -> dict[str, list[str]]:
    """Further names by id."""
    found: dict[str, list[str]] = {}
    for row in _rows(path) if path else ():
        alias = _one(row.get("alias"))
        if alias and alias != _one(row.get("name")) and _id(row):
            found.setdefault(_id(row), []).append(alias)
    return found


def _person_rows(path: Path, names: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    for row in _rows(path):
        full = _one(row.get("full_name"))
        values = {
            "id": _id(row),
            "name": _one(row.get("name")) or full,
            "full_name": full,
            "born": row.get("date_of_birth", "").strip(),
            "nationality": row.get("nationality", ""),
            "position": row.get("position", ""),
            "role": row.get("type", ""),
            "other_names": "|".join(_safe(name) for name in names.get(_id(row), ())),
            "tm_id": row.get("key_transfermarkt") or "",
        }
        yield tuple(values.get(column, "") for column in PERSON_COLUMNS)


def _club_rows(path: Path, names: Mapping[str, list[str]]) -> Iterator[tuple[str, ...]]:
    for row in _rows(path):
        further = "|".join(_safe(name) for name in names.get(_id(row), ()))
        yield (
            _id(row),
            _one(row.get("name")),
            _one(row.get("country")),
            further,
            _safe(_one(row.get("stadium"))),
            row.get("key_transfermarkt") or "",
        )


def _safe(name: str) -> str:
    """A name that our tables don't take for one with a language in front ("st: ...")."""
    return name.replace(":", " ", 1) if name[2:3] == ":" and name[:2].islower() else name


def _table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        # A row is a line: no value may break it.
        writer.writerows([" ".join(value.split()) for value in row] for row in rows)
    return path


# -- the swap -----------------------------------------------------------------------------------------------------


def _copy(register: Path, new: Path) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    new.unlink(missing_ok=True)
    if register.exists():
        with RegisterStore(register, write=False):  # a file that is no register is refused here
            shutil.copyfile(register, new)


def _swap(new: Path, register: Path) -> None:
    """Give the new register the old one's name, durably."""
    descriptor = os.open(new, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    new.replace(register)
    folder = os.open(register.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
