"""`mercato train-reader`: fit how sure the reader says it is of a claim."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mercato.interfaces.cli.options import json_option
from mercato.interfaces.cli.output import print_json, print_lines, say

if TYPE_CHECKING:
    from mercato.evaluation.runner import GoldSet
    from mercato.evaluation.training import Fit

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command()
@click.option("--gold", "golds", multiple=True, type=FOLDER, help="A folder of annotation files; may be given again.")
@click.option("--texts", type=FOLDER, help="A folder with the texts that the annotations are about.")
@click.option(
    "--write", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write what was fitted to this file."
)
@json_option
def train_reader(golds: tuple[Path, ...], texts: Path | None, target: Path | None, as_json: bool) -> None:
    """Fit the confidence of claims on annotated texts: the samples that are not held out, and those in --gold.

    Prints how far confidence can be trusted on texts that were kept aside: each fifth of the texts by the others, and
    the latest third by the earlier two. Set MERCATO_CONFIDENCE to the file to read with it.
    """
    from mercato.evaluation.training import fit, gather
    from mercato.extraction import RuleReader
    from mercato.register import load_register

    gathered = gather(_sets(golds, texts), RuleReader(load_register(user=False)))
    fitted = fit(gathered)
    if as_json:
        print_json(fitted.plain())
    else:
        print_lines(_lines(fitted))
    if target is not None:
        text = json.dumps(fitted.plain(), ensure_ascii=False, indent=1)
        target.write_text(text + "\n", encoding="utf-8")
        say(f"written to {target}")


def _sets(golds: tuple[Path, ...], texts: Path | None) -> Iterator[GoldSet]:
    from mercato.evaluation.runner import gold_folder_sets, sample_set

    samples = sample_set()
    if samples is not None:
        yield samples
    for folder in golds:
        yield from gold_folder_sets(folder, texts)


def _lines(fitted: Fit) -> Iterator[str]:
    gathered = fitted.gathered
    right = sum(e.right for e in gathered.examples)
    yield f"{len(gathered.examples):,} claims found, {right:,} of them right; the annotations hold {gathered.wanted:,}"
    yield "  " + ", ".join(f"{name} {count:,}" for name, count in sorted(gathered.sets.items()))
    for title, judged in (("folds by text", fitted.folds), ("latest third by date", fitted.later)):
        yield ""
        yield f"{title}: Brier {judged.brier}, always the overall share {judged.base_brier}, "
        yield f"  mean distance of promise and result {judged.calibration_error}"
        yield "  confidence   claims  promised  right"
        for row in judged.bins:
            yield f"  {row.low:.1f} to {row.high:.1f}   {row.claims:>6}  {row.promised:>8.2f}  {row.precision:>5.2f}"
    yield ""
    yield "F1 of all claims by the least confidence that is told (folds by text):"
    yield "  " + "  ".join(f"{threshold:.2f}: {value:.3f}" for threshold, value in fitted.f1.items())
    yield f"threshold: {fitted.threshold}"
    ranked = sorted(fitted.weights.items(), key=lambda pair: pair[1])
    yield "least sure of: " + ", ".join(f"{name} {value:+.2f}" for name, value in ranked[:8])
    yield "surest of: " + ", ".join(f"{name} {value:+.2f}" for name, value in reversed(ranked[-8:]))
