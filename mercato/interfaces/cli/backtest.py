"""`mercato backtest`: forecast a past period as if it were now, and score it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import click

from mercato.errors import Misused
from mercato.forecasting.kept import BACKTEST
from mercato.interfaces.cli.options import day, json_option, ledger_option, ledger_place, open_ledger
from mercato.interfaces.cli.output import print_json, print_table, say
from mercato.interfaces.forecasting import open_store, open_world, texts_of

_COLUMNS = ("", "Brier", "log", "skill", "AUC", "calibration error")


@click.command()
@ledger_option
@json_option
@click.option("--fit-since", type=day, metavar="DAY", required=True, help="Learn from reports of this day on.")
@click.option(
    "--fit-until",
    type=day,
    metavar="DAY",
    help="Learn once, from what was known on this day; else again as outcomes become known.",
)
@click.option("--judge-since", type=day, metavar="DAY", required=True, help="Judge reports of this day on.")
@click.option("--judge-until", type=day, metavar="DAY", required=True, help="Judge reports until this day.")
@click.option("--split", is_flag=True, help="One window only: hold people out instead of replaying. No replay.")
@click.option("--by-seen", is_flag=True, help="Reports are known from when the ledger saw them, not from their date.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for backtest.html and .json.")
def backtest(
    ledger_file: Path | str | None,
    as_json: bool,
    fit_since: date,
    fit_until: date | None,
    judge_since: date,
    judge_until: date,
    split: bool,
    by_seen: bool,
    out: Path | None,
) -> None:
    """Walk through a past period day by day, fit only on what was known, forecast and score.

    Outcomes from lists without dates are known the day after their window closed. With --split both parts may lie in
    one window: it tells less than a replay, and says so.
    """
    if not fit_since <= judge_since <= judge_until or (fit_until is not None and fit_until >= judge_since):
        raise Misused(
            f"{fit_since}, {judge_since}, {judge_until}: the days to learn from must come before those judged."
        )
    with open_ledger(ledger_file) as ledger, open_store(ledger_place(ledger_file)) as store:
        world, texts = open_world(ledger, store, by_date=not by_seen), texts_of(ledger)
    from mercato.forecasting.backtest import Plan
    from mercato.forecasting.backtest import backtest as run
    from mercato.forecasting.parts import as_json as as_plain

    last = fit_until or date.fromordinal(judge_since.toordinal() - 1)
    plan = Plan(fit_since, last, judge_since, judge_until, replay=not split, frozen=fit_until is not None)
    result = run(world, texts, plan)
    found = as_plain(result, world.register)
    with open_store(ledger_place(ledger_file)) as store:
        store.keep(BACKTEST, found)
    if out is not None:
        _write(found, out)
    if as_json:
        print_json(found)
        return
    print(f"{found['items']:,} items of {found['people']:,} people, {found['base_rate']:.1%} came true")
    print_table(_COLUMNS, [_row(name, scores) for name, scores in found["scores"].items()])
    if split:
        say("A split by time and people, no replay: both parts' outcomes come from one window.")


def _write(found: dict[str, Any], out: Path) -> None:
    from mercato.interfaces.backtest_page import page

    out.mkdir(parents=True, exist_ok=True)
    (out / "backtest.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (out / "backtest.html").write_text(page(found), encoding="utf-8")
    say(f"Wrote {out / 'backtest.html'} and {out / 'backtest.json'}.")


def _row(name: str, scores: dict[str, dict[str, float | None]]) -> list[str]:
    cells = [name]
    for key in ("brier", "log", "skill", "auc", "calibration_error"):
        value, low, high = (scores[key][part] for part in ("value", "low", "high"))
        cells.append("–" if value is None else f"{value:.3f} ({low or 0:.3f} to {high or 0:.3f})")
    return cells
