"""`mercato archive`: claims out of archives, on these cores or on a cluster, and from there into the ledger."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mercato.errors import Misused
from mercato.interfaces.cli.options import json_option, ledger_option, open_ledger
from mercato.interfaces.cli.output import print_json, progress, say

if TYPE_CHECKING:
    from mercato.engines.archive.job import Engine, Outcome, Totals
    from mercato.engines.archive.reading import Tools

_NEEDS = "mercato archive needs what comes with: pip install 'mercato[archive]'"


class ArchiveGroup(click.Group):
    """`archive READ_FROM WRITE_TO` beside `archive import`: the first word that is no command begins the arguments."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command named, else `run` with all the words."""
        if args and args[0] in self.commands:
            return super().resolve_command(ctx, args)
        return super().resolve_command(ctx, ["run", *args])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Options before READ_FROM belong to `run`."""
        if args and args[0] not in (*self.commands, "--help", "-h"):
            args = ["run", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ArchiveGroup, subcommand_metavar="READ_FROM WRITE_TO | import RESULTS")
def archive() -> None:
    """Read archives of pages (WARC, Parquet, JSON Lines) and write the claims found in them as Parquet.

    `mercato archive READ_FROM WRITE_TO` reads; `mercato archive import RESULTS` puts what was written into the ledger.
    `mercato archive run --help` lists the options.
    """


@archive.command()
@click.argument("read_from", metavar="READ_FROM")
@click.argument("write_to", metavar="WRITE_TO")
@click.option("--engine", type=click.Choice(["local", "spark"]), default="local", show_default=True, help="Who works.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes of the local engine; else one for each core.")
@click.option("--master", metavar="URL", help="Spark's master, such as local[2]; else what spark-submit says.")
@click.option("--languages", metavar="CODES", help="Read these languages alone, such as en,it.")
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    read_from: str,
    write_to: str,
    engine: str,
    workers: int | None,
    master: str | None,
    languages: str | None,
    as_json: bool,
) -> None:
    """Read shards into a folder of Parquet files, one for each.

    READ_FROM is a file, a folder, an object-store address (s3://..., gs://...), or @LIST with an address on each line.
    A run that was stopped goes on where it was; running it again changes nothing.
    """
    try:
        from mercato.engines.archive.job import ShardFailed, run_job, shards_of
        from mercato.engines.archive.reading import shared_tools
        from mercato.engines.archive.records import Limits
        from mercato.sources.files import max_bytes
    except ModuleNotFoundError as missing:
        raise Misused(f"{_NEEDS} ({missing.name} is not there).") from None
    if master and engine != "spark":
        raise Misused("--master goes with --engine spark.")
    codes = _codes(languages)
    shards = shards_of(read_from)
    tools = shared_tools(codes)
    with progress("shards", total=len(shards)) as step:

        def watch(outcome: Outcome, before: bool) -> None:
            if isinstance(outcome, ShardFailed):
                say(f"mercato archive: {outcome.why}")
            elif as_json:
                print_json({"shard": outcome.shard, "file": outcome.file, "before": before, "counts": outcome.counts})
            step()

        by = _engine(engine, tools, workers, master)
        limits = Limits(page_bytes=max_bytes())
        totals = run_job(shards, write_to, by, tools, languages=codes, limits=limits, watch=watch)
    _sum_up(totals, write_to)
    if totals.failed:
        ctx.exit(1)


def _engine(name: str, tools: Tools, workers: int | None, master: str | None) -> Engine:
    if name == "spark":
        from mercato.engines.archive.spark import spark_engine

        return spark_engine(master)
    from mercato.engines.archive.local import local_engine

    return local_engine(tools, workers or os.cpu_count() or 1)


def _codes(languages: str | None) -> tuple[str, ...] | None:
    if languages is None:
        return None
    from mercato.extraction import languages as known

    codes = tuple(sorted({code.strip().lower() for code in languages.split(",") if code.strip()}))
    unknown = [code for code in codes if code not in known()]
    if unknown or not codes:
        said = f"{', '.join(unknown)} can't be read" if unknown else "names none"
        raise Misused(f"--languages {languages!r}: {said}; known: {', '.join(sorted(known()))}.")
    return codes


def _sum_up(totals: Totals, folder: str) -> None:
    counts = totals.counts
    say(
        f"{totals.shards:,} shards, {counts['records']:,} records, {counts['pages']:,} pages: "
        f"{counts['dropped by the filter']:,} dropped unread, {counts['document']:,} with {counts['claims']:,} claims, "
        f"{counts['bad']:,} bad; results in {folder}"
    )
    for key, number in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        if key.startswith("bad: "):
            say(f"  bad {number:,}: {key.removeprefix('bad: ')}")
    if totals.failed:
        say(f"  {len(totals.failed):,} shards could not be read; run it again to try them again")


@archive.command("import")
@click.argument("results", metavar="RESULTS")
@ledger_option
@json_option
def import_(results: str, ledger_file: Path | None, as_json: bool) -> None:
    """Put results (a Parquet file or a folder of them) into the ledger; what it has already is not added again."""
    try:
        from mercato.engines.archive.importing import import_results
    except ModuleNotFoundError as missing:
        raise Misused(f"{_NEEDS} ({missing.name} is not there).") from None
    with open_ledger(ledger_file, create=True) as ledger, progress("rows") as step:
        report = import_results(results, ledger, step)
    if as_json:
        print_json(_as_record(report))
    say(
        f"{report.documents:,} documents ({report.documents_new:,} new), {report.claims:,} claims "
        f"({report.claims_new:,} new), {report.skipped.total():,} bad records in the archive"
    )


def _as_record(report: Any) -> dict[str, Any]:
    names = ("documents", "documents_new", "claims", "claims_new")
    return {name: getattr(report, name) for name in names} | {"skipped": dict(report.skipped)}
