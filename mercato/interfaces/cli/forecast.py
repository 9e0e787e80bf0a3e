"""`mercato forecast`, `train` and `score`: say how likely, learn from what came of it, judge what was said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from mercato.forecasting.kept import SCORES
from mercato.interfaces.cli.options import day, json_option, ledger_option, ledger_place, open_ledger
from mercato.interfaces.cli.output import print_json, print_table, say
from mercato.interfaces.forecasting import (
    FORECAST_COLUMNS,
    Asked,
    forecast_rows,
    forecasts_for,
    needs_numbers,
    open_store,
    open_world,
)

F = TypeVar("F", bound=Callable[..., Any])


def by_date_option(function: F) -> F:
    """`--by-date`."""
    return click.option(
        "--by-date",
        is_flag=True,
        help="A report is known from its date on; for archives read in later. Else from when the ledger saw it.",
    )(function)


@click.command()
@ledger_option
@json_option
@by_date_option
@click.argument("name", required=False)
@click.option("--window", metavar="WINDOW", help="Such as 2025-summer; else the next of the clubs that are named.")
@click.option("--at", "at", metavar="DAY", type=day, help="As of the end of that day; else now.")
@click.option("--model", "model_file", type=click.Path(path_type=Path), help="A model of your own (`mercato train`).")
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, help="At most so many people.")
def forecast(
    ledger_file: Path | str | None,
    as_json: bool,
    by_date: bool,
    name: str | None,
    window: str | None,
    at: date | None,
    model_file: Path | None,
    limit: int,
) -> None:
    """How likely each destination, elsewhere and staying are for NAME (or for all in the news); kept for `score`."""
    from mercato.forecasting.forecasts import as_json as as_plain

    place = ledger_place(ledger_file)
    with open_ledger(ledger_file) as ledger, open_store(place) as store:
        world = open_world(ledger, store, by_date=by_date)
        said = forecasts_for(world, Asked(name, window, at), model_file)[:limit]
        new = store.add_forecasts(said)
    if as_json:
        for one in said:
            print_json({"id": one.id, **as_plain(one)})
    elif said:
        print_table(FORECAST_COLUMNS, [row for one in said for row in forecast_rows(one)])
    if not said:
        say(f"Nothing was reported of {name or 'anybody'} for that window by that day; nothing can be said.")
    else:
        say(f"{len(said)} forecasts by model {said[0].model}, {new} of them new and kept.")


@click.command()
@ledger_option
@json_option
@by_date_option
@click.option("--since", metavar="DAY", type=day, help="Learn from reports of this day on.")
@click.option("--until", metavar="DAY", type=day, help="Learn from what was known on this day; else today.")
@click.option("--draws", type=click.IntRange(0, 500), default=40, show_default=True, help="Resamples for intervals.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the model goes, as JSON.")
def train(
    ledger_file: Path | str | None,
    as_json: bool,
    by_date: bool,
    since: date | None,
    until: date | None,
    draws: int,
    out: Path,
) -> None:
    """Fit a model on the ledger's reports and what came of them. The same data give the same file."""
    with open_ledger(ledger_file) as ledger, open_store(ledger_place(ledger_file)) as store:
        world = open_world(ledger, store, by_date=by_date)
    from mercato.forecasting.cases import CaseMaker
    from mercato.forecasting.model import save
    from mercato.forecasting.model import train as fit
    from mercato.forecasting.periods import cases_between

    last, maker = until or datetime.now(UTC).date(), CaseMaker(world)
    cases = cases_between(maker, since or date.min, last)
    model = fit(cases, [maker.label(case, last) for case in cases], last, draws)
    save(model, out)
    data = model.data
    if as_json:
        print_json({"model": model.version, "file": str(out), **{k: getattr(data, k) for k in data.__slots__}})
    else:
        print(
            f"{out}: model {model.version}, {data.cases:,} cases of {data.people:,} people ({data.came_true:,} of "
            f"{data.pairs:,} links came true) known by {data.known_until}; {data.unknown_left_out:,} unknown, left out"
        )


@click.command()
@ledger_option
@json_option
@by_date_option
@click.option("--at", "at", metavar="DAY", type=day, help="Judge by what was known on that day; else today.")
def score(ledger_file: Path | str | None, as_json: bool, by_date: bool, at: date | None) -> None:
    """Judge the kept forecasts whose window is over. The scores are kept for the pages."""
    needs_numbers()
    from mercato.forecasting.cases import CaseMaker
    from mercato.forecasting.forecasts import judge
    from mercato.forecasting.scoring import summary, totals

    with open_ledger(ledger_file) as ledger, open_store(ledger_place(ledger_file)) as store:
        world = open_world(ledger, store, by_date=by_date)
        kept = store.forecasts()
        judged = judge(kept, CaseMaker(world), at or datetime.now(UTC).date())
        if judged:
            store.keep(SCORES, summary(judged))
    for one in judged:
        if as_json:
            print_json(
                {
                    "id": one.forecast.id, "person": one.forecast.person, "window": one.forecast.window,
                    "moment": one.forecast.moment.isoformat(), "said_at": one.said_at.isoformat(),
                    "model": one.forecast.model, "happened": one.happened, "probability": one.probability,
                }
            )  # fmt: skip
    if not as_json and judged:
        print_table(
            ("model", "forecasts", "unknown", "log score", "Brier (all outcomes)", "given to what happened"),
            totals(judged),
        )
    say(f"{len(kept)} forecasts kept, {len(judged)} of them with their window over.")
