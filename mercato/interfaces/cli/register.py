"""`mercato register`: what is known of a name, lists of one's own, counts, and whether the tables agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mercato.errors import MercatoError
from mercato.interfaces.cli.options import json_option
from mercato.interfaces.cli.output import one_line, print_json, print_lines, print_table, progress, say
from mercato.settings import REGISTER, register_path

if TYPE_CHECKING:
    from mercato.register import Register
    from mercato.register.imports import ImportReport
    from mercato.register.store import RegisterStore, Source

F = TypeVar("F", bound=Callable[..., Any])
_FIRST = 5  # unreadable rows and conflicts that are listed without --verbose


@click.group()
def register() -> None:
    """Look up people, clubs and sources, and import lists of your own.

    What mercato ships is never changed; your lists lie in a file of yours beside it and are merged as it is read.
    """


def register_option(function: F) -> F:
    """`--register PATH`."""
    return click.option(
        "--register",
        "register_file",
        metavar="PATH",
        type=click.Path(path_type=Path),
        help=f"Your register's file; else {REGISTER.variable}, else the one in your data folder.",
    )(function)


def _place(given: Path | None) -> Path:
    return given.expanduser() if given else register_path()


@register.command("import")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@register_option
@json_option
@click.option("--licence", default="", metavar="TEXT", help="A note on where the list is from and what it allows.")
@click.option("-v", "--verbose", is_flag=True, help="List every row that was not read and every conflict.")
def import_(files: tuple[Path, ...], register_file: Path | None, as_json: bool, licence: str, verbose: bool) -> None:
    """Import CSV files of people or of clubs into your own register.

    The first line names the columns. People: name, and where known id, date_of_birth or birth_year, nationality,
    position, role, gender, club, club_id, club_as_of, full_name, other_names, other_ids. Clubs: name, and where known
    id, country, league, aliases, gender, tm_id. A file that is imported again takes the place of its earlier rows.
    """
    from mercato.register.store import RegisterStore

    failed: list[str] = []
    with RegisterStore(_place(register_file)) as store:
        # Clubs first: a person's club is then known by its name too.
        for path in sorted(files, key=_comes_later):
            try:
                report = _import_one(path, store, licence)
            except MercatoError as error:
                failed.append(str(path))
                say(f"mercato: {error}")
                continue
            _show_report(report, as_json, verbose)
    if failed:
        raise MercatoError(f"{len(failed)} of {len(files)} files could not be imported: {', '.join(failed)}.")


def _comes_later(path: Path) -> bool:
    from mercato.register.sheets import kind_of

    try:
        with path.open("rb") as file:
            return kind_of(path, file.readline(100_000)) == "people"
    except (OSError, MercatoError):
        return True


def _import_one(path: Path, store: RegisterStore, licence: str) -> ImportReport:
    from mercato.register.imports import import_file

    with progress(f"importing {one_line(path.name, 40)}") as step:
        return import_file(path, store, licence, step)


def _show_report(report: ImportReport, as_json: bool, verbose: bool) -> None:
    if as_json:
        print_json(_trimmed(report, verbose))
        return
    lines = [
        f"{report.file}: {report.rows:,} rows of {report.kind}",
        f"  merged with what was known  {report.merged:,}",
        f"  added                       {report.added:,}",
        f"  unchanged since last time   {report.unchanged:,}",
        f"  could not be read           {len(report.unreadable):,}",
    ]
    if report.removed:
        lines.append(f"  gone from the file          {report.removed:,}")
    lines += _first((f"    line {fault.line}: {fault.reason}" for fault in report.unreadable), verbose)
    if report.conflicts:
        lines.append(f"  conflicts (the known fact was kept)  {len(report.conflicts):,}")
        lines += _first(
            (f"    line {c.line}: {c.name} ({c.id}): {c.field} {c.known}, file {c.theirs}" for c in report.conflicts),
            verbose,
        )
    if report.unknown_columns:
        lines.append(f"  columns not used: {', '.join(report.unknown_columns)}")
    if report.unknown_values:
        lines.append(f"  cells left empty for want of a word of ours  {sum(report.unknown_values.values()):,}")
        lines += _first((f"    {value}: {count:,}" for value, count in report.unknown_values.items()), verbose)
    print_lines(one_line_each(lines))


def one_line_each(lines: Iterable[str]) -> Iterable[str]:
    """Lines whose cells may hold anything: line ends inside them are shown, indents kept."""
    return (line.replace("\r", "\\r").replace("\n", "\\n") for line in lines)


def _first(lines: Iterable[str], verbose: bool) -> list[str]:
    every = list(lines)
    if verbose or len(every) <= _FIRST:
        return every
    return [*every[:_FIRST], f"    ... and {len(every) - _FIRST:,} more; --verbose lists them"]


def _trimmed(report: ImportReport, verbose: bool) -> dict[str, Any]:
    """The report for programs: lists are whole with --verbose, counts always."""
    record = asdict(report)
    limit = None if verbose else _FIRST
    for name in ("unreadable", "conflicts"):
        record[name] = {"count": len(record[name]), "first": record[name][:limit]}
    return record


@register.command()
@click.argument("name")
@register_option
@json_option
def show(name: str, register_file: Path | None, as_json: bool) -> None:
    """Tell what NAME may stand for, what is known of it and why it would match.

    NAME is a name in any spelling or language, a nickname, an id (Q1422), a handle (@ManUtd) or a domain.
    """
    from mercato.interfaces.cli.register_text import as_record, record_lines, shared_note
    from mercato.register import load_register
    from mercato.register.lookup import meanings

    known = load_register(path=_place(register_file))
    found = meanings(known, name)
    if as_json:
        for meaning in found:
            print_json(as_record(meaning))
        return
    print_lines(shared_note(known, name))
    for number, meaning in enumerate(found):
        print_lines([*([""] if number else []), *record_lines(meaning, known)])


@register.command()
@register_option
@json_option
def stats(register_file: Path | None, as_json: bool) -> None:
    """Count what the register holds, by table and by country, shipped and imported."""
    from mercato.register import load_register
    from mercato.register.store import RegisterStore

    place = _place(register_file)
    known = load_register(path=place)
    tables, countries = _by_table(known), _by_country(known)
    with RegisterStore(place, write=False) as store:
        sources = store.sources()
    if as_json:
        print_json({"tables": tables, "countries": countries, "imports": [asdict(source) for source in sources]})
        return
    print_table(("table", "shipped", "imported"), ((t, f"{s:,}", f"{i:,}") for t, (s, i) in tables.items()))
    print()
    print_table(
        ("country", "clubs", "imported clubs", "people", "imported people"),
        ((known.countries[code].name if code in known.countries else code, *row) for code, row in countries.items()),
    )
    _print_sources(sources, place)


def _print_sources(sources: list[Source], place: Path) -> None:
    if not sources:
        say(f"Nothing imported yet ({place}). `mercato register import FILE.csv` adds lists of your own.")
        return
    print()
    rows = ((s.path, s.kind, f"{s.rows:,}", s.imported, s.licence) for s in sources)
    print_table(("imported file", "kind", "rows", "when", "licence"), rows)


def _by_table(known: Register) -> dict[str, tuple[int, int]]:
    def split(records: Iterable[Any]) -> tuple[int, int]:
        flags = Counter(getattr(record, "shipped", True) for record in records)
        return flags[True], flags[False]

    clubs = [club for club in known.clubs.values() if not club.national]
    return {
        "clubs": split(clubs),
        "national teams": (len(known.clubs) - len(clubs), 0),
        "people": split(known.people.values()),
        "outlets": split(known.outlets.values()),
        "journalists": split(known.journalists.values()),
        "competitions": split(known.competitions.values()),
        "countries": split(known.countries.values()),
        "windows": split(known.windows),
        "names in the index": (len(known.index), 0),
    }


def _by_country(known: Register) -> dict[str, tuple[int, int, int, int]]:
    """Clubs by nation and people by first nationality: shipped and imported each; the fullest first."""
    counts: Counter[tuple[str, int]] = Counter()
    for club in known.clubs.values():
        if not club.national:
            counts[club.country or "not known", 0 if club.shipped else 1] += 1
    for person in known.people.values():
        counts[person.nationality[0] if person.nationality else "not known", 2 if person.shipped else 3] += 1
    codes = {code for code, _ in counts}
    rows = {code: (counts[code, 0], counts[code, 1], counts[code, 2], counts[code, 3]) for code in codes}
    return dict(sorted(rows.items(), key=lambda row: (-sum(row[1]), row[0])))


@register.command()
@register_option
@json_option
def check(register_file: Path | None, as_json: bool) -> None:
    """Check that the tables agree with each other: ids, nations, leagues, spells, shared names, windows."""
    from mercato.register import load_register
    from mercato.register.checks import imported_problems, problems, repeated_ids

    known = load_register(path=_place(register_file))
    found = [*repeated_ids(), *problems(load_register(user=False)), *imported_problems(known)]
    for problem in found:
        if as_json:
            print_json(asdict(problem))
        else:
            print_lines(one_line_each([str(problem)]))
    if found:
        raise MercatoError(f"{len(found)} problems in the register's tables. Each line above names the row to mend.")
    say(f"{len(known.clubs):,} clubs, {len(known.people):,} people, {len(known.outlets):,} outlets: no problems.")


# At the end, as its module takes options from this one.
from mercato.interfaces.cli.register_update import update  # noqa: E402

register.add_command(update)
