"""Stage and probability of a rumour over time in one plot, with the deadline: plain numbers for SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from mercato.forecasting.kept import KeptForecast
from mercato.interfaces.web.show import percent, tint
from mercato.model import LADDER, Stage
from mercato.model.rumours import Rumour

WIDTH, HEIGHT = 720, 232
LEFT, RIGHT, TOP, BOTTOM = 84, 676, 16, 196
"""The field that is drawn in; words stand left of it, right of it and below it."""
SHARES = (0.0, 0.5, 1.0)
"""Chances that are written at the right."""
_FARTHEST = timedelta(days=150)
"""A deadline farther away than this from the last news would press all news into a corner: it is left out."""


@dataclass(frozen=True, slots=True)
class Dot:
    """A report that moved the stage: its place, words, colour, and the document it leads to."""

    x: float
    y: float
    words: str
    kind: str
    document_id: str


@dataclass(frozen=True, slots=True)
class Said:
    """A forecast: its place, its interval from top to bottom, its words."""

    x: float
    y: float
    high: float
    low: float
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """The picture; `deadline` is where the window closes, `now` where today stands."""

    dots: tuple[Dot, ...]
    line: str
    chances: tuple[Said, ...]
    chance_line: str
    deadline: float | None
    first: str
    last: str


def down(share: float) -> float:
    """How far down a share of the field's height stands: nothing at its foot, all at its head."""
    return round(BOTTOM - (BOTTOM - TOP) * share, 1)


def step_place(step: Stage) -> float:
    """How far down a step stands."""
    return down(LADDER.index(step) / (len(LADDER) - 1))


def plot(rumour: Rumour, history: Sequence[KeptForecast], now: datetime) -> Plot | None:
    """The picture; None where fewer than two moments are known, as there is nothing to draw over time."""
    steps = [p for p in rumour.timeline if p.stage in LADDER]
    said = [(f.moment, chance) for f in history if (chance := f.of(rumour)) is not None]
    moments = [p.at.latest for p in steps] + [moment for moment, _ in said]
    if len(moments) < 2:
        return None
    closes = datetime.combine(rumour.closes, time.max, now.tzinfo)
    start, last = min(moments), max(moments)
    end = (max(last, closes) if closes - last <= _FARTHEST else last) + timedelta(days=1)
    span = (end - start).total_seconds()

    def across(at: datetime) -> float:
        return round(LEFT + (RIGHT - LEFT) * (at - start).total_seconds() / span, 1)

    dots = tuple(
        Dot(
            across(p.at.latest), step_place(p.stage),
            f"{p.at}: {p.stage.value}, {p.outlet}", tint(p.stage), p.document_id,
        )
        for p in steps
    )  # fmt: skip
    chances = tuple(
        Said(
            across(at), down(c.probability), down(c.probability if c.high is None else c.high),
            down(c.probability if c.low is None else c.low), f"{at:%Y-%m-%d}: {percent(c.probability)}",
        )
        for at, c in said
    )  # fmt: skip
    joined = "M" + " L".join(f"{each.x} {each.y}" for each in chances) if chances else ""
    deadline = across(closes) if start <= closes <= end else None
    return Plot(dots, _stairs(dots), chances, joined, deadline, f"{start:%Y-%m-%d}", f"{end:%Y-%m-%d}")


def _stairs(dots: Sequence[Dot]) -> str:
    if not dots:
        return ""
    path = f"M{dots[0].x} {dots[0].y}"
    for dot in dots[1:]:
        path += f" H{dot.x} V{dot.y}"
    return path
