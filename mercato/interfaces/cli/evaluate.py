"""`mercato evaluate`: figures on annotated texts, held against floors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.errors import Misused
from mercato.interfaces.cli import evaluation_tables as tables
from mercato.interfaces.cli.options import json_option
from mercato.interfaces.cli.output import print_json, print_lines, say
from mercato.interfaces.readers import ReaderName

if TYPE_CHECKING:
    from mercato.engines.lines import Reader
    from mercato.evaluation.cases import TableResult
    from mercato.evaluation.floors import Floor, Verdict
    from mercato.evaluation.runner import GoldSet, Result

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    sets: tuple[str, ...]
    errors: int
    as_json: bool
    register: str
    floors: Path
    set_floors: bool
    allow_lower: bool
    readers: tuple[str, ...]


@click.command()
@click.option("--gold", type=FOLDER, help="A folder of annotation files, *.jsonl, beside those that are shipped.")
@click.option("--texts", type=FOLDER, help="A folder with the texts that the annotations are about.")
@click.option("--set", "sets", multiple=True, metavar="NAME", help="Only this set, or the sets under it (cases).")
@click.option("--errors", type=click.IntRange(0), default=0, metavar="N", help="List the first N errors of each set.")
@json_option
@click.option(
    "--register",
    type=click.Choice(["shipped", "full"]),
    default="shipped",
    show_default=True,
    help="Read with the shipped register alone, or with what you imported as well.",
)
@click.option(
    "--reader",
    "readers",
    multiple=True,
    type=click.Choice([str(name) for name in ReaderName]),
    help="Which reader; given several times, they are compared on the same texts. Floors are those of the rules.",
)
@click.option("--floors", type=click.Path(dir_okay=False, path_type=Path), help="Another file of floors.")
@click.option("--set-floors", is_flag=True, help="Raise the floors to these figures; none is lowered.")
@click.option("--allow-lower", is_flag=True, help="With --set-floors: lower floors too.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    gold: Path | None,
    texts: Path | None,
    sets: tuple[str, ...],
    errors: int,
    as_json: bool,
    register: str,
    readers: tuple[str, ...],
    floors: Path | None,
    set_floors: bool,
    allow_lower: bool,
) -> None:
    """Measure the reader against annotated texts: by set, by language, by field.

    Runs the case tables and the samples that are shipped, and the annotations in --gold. Ends with exit code 1 when a
    figure is under its floor or a case that must pass does not.
    """
    from mercato.evaluation.floors import FLOORS_FILE

    if allow_lower and not set_floors:
        raise Misused("--allow-lower says how to set floors. Add --set-floors, or leave it out.")
    if texts and not gold:
        raise Misused("--texts needs annotations to go with it. Add --gold FOLDER.")
    named = tuple(dict.fromkeys(readers)) or (str(ReaderName.RULES),)
    if set_floors and named != (ReaderName.RULES,):
        raise Misused("Floors are those of the rules. Leave out --set-floors, or ask for --reader rules alone.")
    options = Options(sets, errors, as_json, register, floors or FLOORS_FILE, set_floors, allow_lower, named)
    if not _run(gold, texts, options):
        ctx.exit(1)


def _run(gold: Path | None, texts: Path | None, options: Options) -> bool:
    """Measure with each reader, print, and move the floors if asked to; whether all is as it should be."""
    from mercato.evaluation.floors import load_floors, save_floors
    from mercato.interfaces.readers import Forgiving, make_reader, tally_lines

    floors = load_floors(options.floors)
    good = True
    compared: dict[str, list[TableResult | Result]] = {}
    for name in options.readers:
        reader = Forgiving(make_reader(name, user=options.register == "full"))
        results = compared[name] = []
        for result in _results(gold, texts, options, reader):
            results.append(result)
            good &= _judged(result, name, floors, options)
        for line in (*tally_lines(reader.reader), *reader.lines()):
            say(f"{name}: {line}")
        good &= not reader.unread
        if not results:
            raise Misused(
                f"No set is called {', '.join(options.sets)}." if options.sets else "There is nothing to run."
            )
    if len(compared) > 1 and not options.as_json:
        print_lines(tables.comparison_lines(compared))
    if options.set_floors:
        save_floors(floors, options.floors)
        say(f"floors written to {options.floors}")
    return good


def _judged(result: TableResult | Result, reader: str, floors: dict[str, Floor], options: Options) -> bool:
    """Print one result beside its floor, which only the rules have; whether it is as it should be."""
    from mercato.evaluation.floors import compare, floor_key, raised

    key = floor_key(result.name, options.register)
    if options.set_floors:
        floors[key] = raised(floors.get(key), result.digest, result.figures(), allow_lower=options.allow_lower)
    floor = floors.get(key) if reader == ReaderName.RULES else None
    verdict = compare(floor, result.digest, result.figures())
    _print(result, reader, verdict, floor, options)
    return reader != ReaderName.RULES or (verdict.holds and not _broken(result))


def _wanted(name: str, sets: tuple[str, ...]) -> bool:
    return not sets or any(name == wanted or name.startswith(f"{wanted}/") for wanted in sets)


def _results(gold: Path | None, texts: Path | None, options: Options, reader: Reader) -> Iterator[TableResult | Result]:
    from mercato.evaluation.cases import case_files, run_table
    from mercato.evaluation.runner import evaluate_set

    for path in case_files():
        if _wanted(f"cases/{path.stem}", options.sets):
            yield run_table(path, reader)
    for annotated in _gold_sets(gold, texts):
        if _wanted(annotated.name, options.sets):
            yield evaluate_set(annotated, reader)


def _gold_sets(gold: Path | None, texts: Path | None) -> Iterator[GoldSet]:
    from mercato.evaluation.runner import gold_folder_sets, sample_set

    for held_out in (False, True):
        samples = sample_set(held_out=held_out)
        if samples:
            yield samples
    if gold:
        yield from gold_folder_sets(gold, texts)


def _broken(result: TableResult | Result) -> bool:
    from mercato.evaluation.cases import TableResult

    return isinstance(result, TableResult) and bool(result.broken)


def _print(result: TableResult | Result, reader: str, verdict: Verdict, floor: Floor | None, options: Options) -> None:
    from mercato.evaluation.cases import TableResult

    if options.as_json:
        told = {"reader": reader, "register": options.register, "floors": tables.verdict_row(verdict, floor)}
        row = {**result.plain(), **told}
        if options.errors and not isinstance(result, TableResult):
            row["errors"] = [str(fault) for fault in result.report.faults[: options.errors]]
        print_json(row)
        return
    if len(options.readers) > 1:
        print_lines([f"# {reader}"])
    if isinstance(result, TableResult):
        print_lines(tables.cases_lines(result, floor, options.errors))
    else:
        print_lines(tables.result_lines(result, floor, options.errors))
    for line in tables.verdict_lines(result.name, verdict):
        say(line)
