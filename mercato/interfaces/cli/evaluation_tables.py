"""How `mercato evaluate` shows its figures: one table a set, a column for each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mercato.evaluation.cases import TableResult
    from mercato.evaluation.floors import Floor, Verdict
    from mercato.evaluation.runner import Result
    from mercato.evaluation.scoring import Match, Report


def cases_lines(table: TableResult, floor: Floor | None, errors: int) -> Iterator[str]:
    """A case table: the share passed by strength and by category, and the cases that fail."""
    yield f"{table.name}  {len(table.results):,} cases"
    floors = floor.figures if floor else {}
    for name, share in {**table.shares(), **table.by_category()}.items():
        yield f"  {name:<24} {_figure(share.value):>7}  {share.right:>5} of {share.asked:<5}{_floor(floors.get(name))}"
    for failed in table.failed[:errors]:
        yield f"  {failed.case.strength:<6} {failed.case.id}: {'; '.join(failed.faults)}"
    yield ""


def result_lines(result: Result, floor: Floor | None, errors: int) -> Iterator[str]:
    """A set: every figure, for all its texts and by language, beside its floor; then peers, confidence and errors."""
    columns: dict[str, Report] = {"all": result.report}
    if len(result.by_language) > 1:
        columns.update(result.by_language)
    yield f"{result.name}  {result.report.texts:,} texts, {result.report.all_claims.gold:,} claims"
    yield f"  {'':<26}" + "".join(f"{name:>8}" for name in columns) + "   asked  floor"
    floors = floor.figures if floor else {}
    rows = [_rows(report) for report in columns.values()]
    for name in dict.fromkeys(name for row in rows for name in row):
        if all(name not in row or not row[name][1] for row in rows):
            continue  # nothing of the kind in any of these texts
        shown = "".join(f"{_figure(row[name][0] if name in row else None):>8}" for row in rows)
        asked = rows[0][name][1] if name in rows[0] else 0
        yield f"  {name:<26}{shown}{asked:>8}{_floor(floors.get(name.removesuffix(' F1')))}"
    yield from _beside(result)
    for fault in result.report.faults[:errors]:
        yield f"  {fault}"
    yield ""


def _rows(report: Report) -> dict[str, tuple[float | None, int]]:
    """The figures of a report by name, each with the number of things it is about."""
    rows: dict[str, tuple[float | None, int]] = {}
    rows.update(_match_rows("move pairs", report.move_pairs))
    rows.update(_match_rows("all claims", report.all_claims))
    # the F1 of moves is that of the move pairs
    rows.update({f"  {kind} F1": (match.f1, match.gold) for kind, match in report.by_kind.items() if kind != "move"})
    rows["silent"] = (report.silent.value, report.silent.asked)
    rows.update({name: (share.value, share.asked) for name, share in report.accuracy.items()})
    rows["sources F1"] = (report.sources.f1, report.sources.gold)
    rows.update({f"  spurious {name}": (share.value, share.asked) for name, share in report.spurious.items()})
    return rows


def _match_rows(name: str, match: Match) -> dict[str, tuple[float | None, int]]:
    return {
        f"{name} F1": (match.f1, match.gold),
        f"  {name} precision": (match.precision, match.system),
        f"  {name} recall": (match.recall, match.gold),
    }


def _beside(result: Result) -> Iterator[str]:
    for name, match in result.peers.items():
        yield f"  beside: {name}, move pairs F1 {_figure(match.f1)} (P {match.precision}, R {match.recall})"
    if result.reliability:
        yield "  confidence      claims  promised  right"
        for b in result.reliability.bins:
            yield f"  {b.low:.1f} to {b.high:.1f}  {b.claims:>10}  {b.promised:>8.2f}  {b.precision:>5.2f}"
        r = result.reliability
        yield f"  Brier {r.brier:.3f} (base rate {r.base_brier:.3f}), calibration error {r.calibration_error:.3f}"
    if result.missing:
        yield f"  no text for {len(result.missing)} of these: {', '.join(result.missing[:5])}"


def comparison_lines(compared: Mapping[str, Sequence[TableResult | Result]]) -> Iterator[str]:
    """Readers side by side: a row for each set and figure that any of them has."""
    yield "side by side" + " " * 31 + "".join(f"{name:>10}" for name in compared)
    tables = [{r.name: r.figures() for r in results} for results in compared.values()]
    for name in dict.fromkeys(name for table in tables for name in table):
        rows = [table.get(name, {}) for table in tables]
        for figure in dict.fromkeys(figure for row in rows for figure in row):
            yield f"  {name + ' ' + figure:<41}" + "".join(f"{_figure(row.get(figure)):>10}" for row in rows)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _floor(value: float | None) -> str:
    return "" if value is None else f"  {value:.3f}"


def verdict_row(verdict: Verdict, floor: Floor | None) -> dict[str, Any]:
    """A verdict as JSON."""
    return {
        "known": verdict.known,
        "digest changed": verdict.digest_changed,
        "floors": dict(floor.figures) if floor else {},
        "below": {name: list(pair) for name, pair in verdict.below.items()},
    }


def verdict_lines(name: str, verdict: Verdict) -> Iterator[str]:
    """What is to be said of the floors, for people: nothing where all is well."""
    if verdict.digest_changed:
        yield f"{name}: the annotations are not those that the floors were set on (another digest)"
    for figure, (measured, least) in verdict.below.items():
        yield f"{name}: {figure} is {_figure(measured)}, under its floor of {least:.4f}"
