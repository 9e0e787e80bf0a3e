"""The backtest as one HTML page: tables, and plots drawn as SVG inside it; nothing is loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_SIZE = 360
_EDGE = 40
_STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;
padding:0 1rem;color:#222;
background:#fff}
table{border-collapse:collapse;margin:1rem 0}
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #ddd}
th:first-child,td:first-child{text-align:left}caption{text-align:left;font-weight:600}
svg text{font:12px sans-serif;fill:#333}
.note{color:#555}"""
_MEASURES = {"brier": "Brier", "log": "log", "skill": "skill", "auc": "AUC", "calibration_error": "calibration error"}


def page(found: Mapping[str, Any]) -> str:
    """The whole page for what `parts.as_json` gives."""
    plan = found["plan"]
    way = (
        "A replay: each day's forecasts rest on what was known that day."
        if found["replay"]
        else "A split by time and by people, not a replay: both parts' outcomes come from one window, "
        "and a saga's people are never on both sides."
    )
    sections = [
        f"<h1>Backtest, {escape(plan['judge_since'])} to {escape(plan['judge_until'])}</h1>",
        f"<p>{way} Fitted on reports from {escape(plan['fit_since'])} to {escape(plan['fit_until'])} "
        f"{'and later, as outcomes became known' if found['replay'] else ''}.</p>",
        f"<p>{found['items']:,} items (a person, a club and a day with a report) of {found['people']:,} people; "
        f"{found['base_rate']:.1%} came true, {found['mean_said']:.1%} was said on average. "
        f"{found['outcome_unknown_left_out']:,} items are left out because their outcome can't be known, "
        f"{found['no_model_yet']:,} because no model could be fitted yet. Chances over destinations, elsewhere and "
        f"staying add up to one within {found['largest_gap_of_a_sum_from_one']:.1e}.</p>",
        _scores(found["scores"]),
        "<h2>Reliability</h2>",
        reliability(found["reliability"]),
        _murphy(found["murphy"]),
        *(_parts(cut, parts) for cut, parts in found["parts"].items()),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>mercato backtest</title>'
        f"<style>{_STYLE}</style></head><body>{''.join(sections)}</body></html>\n"
    )


def _scores(scores: Mapping[str, Mapping[str, Mapping[str, float | None]]]) -> str:
    rows = [[name, *(_with_interval(found[key]) for key in _MEASURES)] for name, found in scores.items()]
    note = "In brackets: nine of ten resamples of whole sagas. Skill is against the period's own base rate."
    return _table("Scores", ["", *_MEASURES.values()], rows) + f'<p class="note">{note}</p>'


def _with_interval(found: Mapping[str, float | None]) -> str:
    return f"{_number(found['value'])} ({_number(found['low'])} to {_number(found['high'])})"


def _murphy(found: Mapping[str, float]) -> str:
    return (
        f"<p>Murphy's decomposition, corrected for the size of the bins: reliability {found['reliability']:.4f} "
        f"(less is better), resolution {found['resolution']:.4f} (more is better), uncertainty "
        f"{found['uncertainty']:.4f}.</p>"
    )


def _parts(cut: str, parts: Mapping[str, Mapping[str, float | None]]) -> str:
    columns = ["items", "base_rate", "mean_said", "brier", "skill", "auc", "calibration_error"]
    rows = [[name, *(_number(found[key]) for key in columns)] for name, found in parts.items()]
    heads = [cut, "items", "happened", "said", "Brier", "skill", "AUC", "calibration error"]
    return _table(f"By {cut}", heads, rows)


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def reliability(found: Sequence[Mapping[str, float]]) -> str:
    """What was said against what happened, a dot for each bin of equal mass; on the line it would be perfect."""
    most = max([0.1, *(max(one["said"], one["happened"]) for one in found)])
    top = min(1.0, -(-most * 10 // 1) / 10)

    def at(x: float, y: float) -> tuple[float, float]:
        return _EDGE + x / top * _SIZE, _EDGE / 2 + (1 - y / top) * _SIZE

    (left, bottom), (right, ceiling) = at(0, 0), at(top, top)
    ticks = [top * step / 4 for step in range(5)]
    lines = [f'<line x1="{left}" y1="{bottom}" x2="{right}" y2="{ceiling}" stroke="#999" stroke-dasharray="4"/>']
    for tick in ticks:
        x, y = at(tick, tick)
        lines.append(f'<line x1="{x}" y1="{bottom}" x2="{x}" y2="{ceiling}" stroke="#eee"/>')
        lines.append(f'<line x1="{left}" y1="{y}" x2="{right}" y2="{y}" stroke="#eee"/>')
        lines.append(f'<text x="{x}" y="{bottom + 16}" text-anchor="middle">{tick:.0%}</text>')
        lines.append(f'<text x="{left - 6}" y="{y + 4}" text-anchor="end">{tick:.0%}</text>')
    dots = []
    for one in found:
        x, y = at(one["said"], one["happened"])
        title = f"{one['count']} items, {one['said']:.1%} said, {one['happened']:.1%} happened"
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="#1a6b3c"><title>{title}</title></circle>')
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at(one["said"], one["happened"]) for one in found))
    width, height = _SIZE + 2 * _EDGE, _SIZE + 2 * _EDGE
    return (
        f'<svg role="img" aria-label="Reliability: what was said against what happened" width="{width}" '
        f'height="{height}" viewBox="0 0 {width} {height}">{"".join(lines)}'
        f'<polyline points="{path}" fill="none" stroke="#1a6b3c"/>{"".join(dots)}'
        f'<text x="{_EDGE + _SIZE / 2}" y="{height - 18}" text-anchor="middle">said</text></svg>'
    )
