"""Rumours in words: the one line, the record for other programs, the path as a tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from mercato.model import ClaimKind
from mercato.model.rumours import FusedFee, Lead, Report, Rumour, SaidFee
from mercato.rumours.status import Standing

SHORT_ID = 8
_MINUTE, _DAY = 60, 86_400
COLUMNS = ("id", "person", "what", "window", "stage", "status", "origins", "reports", "last news", "new")


def what(rumour: Rumour) -> str:
    """The move in a few words: "Juventus → AC Milan"."""
    source = rumour.from_names[0] if rumour.from_names else ""
    match rumour.kind:
        case ClaimKind.MOVE:
            return f"{source} → {rumour.club_name}".strip()
        case ClaimKind.EXIT:
            return f"leaves {rumour.club_name}"
        case _:
            return f"stays with {rumour.club_name}"


def row(rumour: Rumour, standing: Standing) -> tuple[object, ...]:
    """A rumour as a line of a table with COLUMNS."""
    last = rumour.last_news
    return (
        rumour.id[:SHORT_ID],
        rumour.person_name,
        what(rumour),
        rumour.window,
        rumour.stage.value if rumour.stage else "",
        standing.status.value,
        len(rumour.independent_origins),
        len(rumour.reports),
        last.published or f"{last.known_at:%Y-%m-%d}",
        ", ".join(item.value for item in last.new),
    )


def record(rumour: Rumour, standing: Standing) -> dict[str, Any]:
    """A rumour with where it stands, as JSON."""
    plain: dict[str, Any] = msgspec.to_builtins(rumour)
    plain["independent_origins"] = [node.name for node in rumour.independent_origins]
    plain["standing"] = msgspec.to_builtins(standing)
    return plain


def when(report: Report) -> str:
    """When a report was published, no finer than it is known."""
    return str(report.published) if report.published else f"seen {report.known_at:%Y-%m-%d}"


def report_line(report: Report) -> str:
    """A report on one line: when, who, in which role, what it brought."""
    parts = [
        when(report),
        f"{report.outlet} ({report.role.value})",
        report.stage.value if report.stage else "",
        report.certainty.value,
        ", ".join(item.value for item in report.new),
        f"quotes {', '.join(report.voices)}" if report.voices else "",
    ]
    if report.echo_of:
        parts.append(f"copies an earlier text (likeness {report.echo_score:.2f})" + _unsure(report))
    return " · ".join(part for part in parts if part)


def _unsure(report: Report) -> str:
    return "" if report.order_certain else ", or is copied by it: the dates don't tell"


def path_tree(rumour: Rumour) -> list[str]:
    """Who rests on whom: origins at the left, what was never seen itself in brackets."""
    own = {report.path: report for report in rumour.reports}
    seen = {node.name: node for node in rumour.origins}
    tree: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
    for report in rumour.reports:
        for depth in range(len(report.path)):
            node, parent = report.path[: depth + 1], report.path[:depth]
            if node not in tree.setdefault(parent, []):
                tree[parent].append(node)

    def label(node: tuple[str, ...]) -> str:
        report = own.get(node)
        if report:
            return report_line(report)
        origin = seen.get(node[-1])
        through = f", {origin.when}, seen through {len(origin.seen_through)}" if origin else ""
        return f"[{node[-1]}{through}]"

    return list(_branches(tree, (), "", label))


def _branches(
    tree: dict[tuple[str, ...], list[tuple[str, ...]]], node: tuple[str, ...], indent: str, label: Any
) -> Iterator[str]:
    children = tree.get(node, [])
    for place, child in enumerate(children):
        last = place == len(children) - 1
        yield f"{indent}{'└─' if last else '├─'} {label(child)}"
        yield from _branches(tree, child, indent + ("   " if last else "│  "), label)


def lead_words(lead: Lead) -> str:
    """Who was first, and by how much."""
    if not lead.first:
        return "no independent source is known"
    if lead.is_tie:
        return f"a tie: {', '.join(lead.first)}; the dates don't tell who was first"
    if lead.next is None:
        return f"{lead.first[0]}, so far alone"
    return f"{lead.first[0]}, {_between(lead.at_least, lead.at_most)} before {lead.next}"


def _between(least: int, most: int | None) -> str:
    """A lead that lies between two spans: "13 to 14 days", "up to 2 days"."""
    if most is None:
        return f"at least {_span(least)}"
    # A day ends a second before midnight: what lies between two of them is a whole number of days.
    one, other = _span(least), _span(most + 1 if (most + 1) % _DAY == 0 else most)
    if least < _MINUTE:
        return f"up to {other}"
    if one == other:
        return one
    return f"{one.split(' day')[0] if ' day' in one and ' day' in other else one} to {other}"


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, _DAY)
    if days and (days > 1 or rest < _MINUTE):
        return f"{days} day{'' if days == 1 else 's'}"
    hours, minutes = divmod(seconds // _MINUTE, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def fee_words(fee: FusedFee) -> str:
    """A fused fee: "about EUR 50.0m (40.0m to 60.0m, 3 origins)"."""
    about = "about " if fee.about else ""
    span = f"{_millions(fee.low)} to {_millions(fee.high)}, " if fee.low != fee.high else ""
    return f"{about}EUR {_millions(fee.middle)} ({span}{fee.origins} origin{'s' if fee.origins != 1 else ''})"


def said_fee(fee: SaidFee) -> str:
    """A fee in the currency in which it was said."""
    high = f" to {_millions(fee.high)}" if fee.high != fee.low else ""
    return f"{fee.currency} {_millions(fee.low)}{high} ({fee.kind.value.replace('_', ' ')}, {fee.origin}, {fee.day})"


def _millions(amount: float) -> str:
    return f"{amount / 1e6:.1f}m" if amount >= 1e6 else f"{amount:,.0f}"


def rows(rumours: Iterable[Rumour], standings: Iterable[Standing]) -> Iterator[tuple[object, ...]]:
    """The lines of a table of rumours."""
    return (row(rumour, standing) for rumour, standing in zip(rumours, standings, strict=True))
