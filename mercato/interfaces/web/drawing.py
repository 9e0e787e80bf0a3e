"""Pictures as plain numbers for SVG: boxes joined by lines in columns, curves of calibration. Templates draw them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from mercato.interfaces.web.show import Node, address
from mercato.rumours.chains import Chain

_ACROSS, _DOWN, _EDGE = 52, 14, 10
"""Room between columns, between rows, and around all."""
_LETTER = 8
"""Width of a letter of a title; a note's are narrower."""
MOST_BOXES = 60


@dataclass(frozen=True, slots=True)
class Grid:
    """The boxes of a drawing: how wide and high, and how many lines a title may take."""

    width: int
    height: int
    lines: int

    def at(self, column: int, row: int) -> tuple[int, int]:
        """Where a box stands."""
        return _EDGE + column * (self.width + _ACROSS), _EDGE + row * (self.height + _DOWN)

    def box(self, x: int, y: int, title: str, note: str, kind: str, href: str) -> Box:
        """A box with as much of its title as it holds."""
        letters = self.width // _LETTER - 3
        (short,) = _wrapped(note, letters + 8, 1)
        return Box(x, y, _wrapped(title, letters, self.lines), short, kind, href, f"{title}: {note}")

    def line(self, one: tuple[int, int], other: tuple[int, int], *, dashed: bool) -> Line:
        """From the right of one box to the left of another."""
        (x, y), (end_x, end_y) = one, other
        start, middle, end = x + self.width, y + self.height // 2, end_y + self.height // 2
        bend = (start + end_x) // 2
        return Line(f"M{start} {middle}C{bend} {middle} {bend} {end} {end_x} {end}", dashed)


def _wrapped(text: str, letters: int, lines: int) -> tuple[str, ...]:
    """A text in lines of so many letters; what finds no room is left out, and a mark says so."""
    found = textwrap.wrap(text, letters) or [""]
    if len(found) <= lines:
        return tuple(found)
    return (*found[: lines - 1], found[lines - 1][: letters - 1].rstrip() + "…")


REPORTS, EVENTS = Grid(222, 46, 1), Grid(256, 62, 2)


@dataclass(frozen=True, slots=True)
class Box:
    """A box: where it stands, the lines of its title, its note, its kind (the colour), and where it leads to."""

    x: int
    y: int
    titles: tuple[str, ...]
    note: str
    kind: str
    href: str
    full: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line from the right of one box to the left of another; `dashed` for what is inferred or copied."""

    path: str
    dashed: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and lines, and how much room they take; `left_out` boxes were too many."""

    grid: Grid
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    left_out: int = 0


def story(roots: Sequence[Node], carried: Mapping[str, str], link: Callable[[str], str]) -> Drawing:
    """Who rests on whom: origins at the left, what was never read itself among them.

    `link` gives the address of a document's words.
    """
    boxes: list[Box] = []
    lines: list[Line] = []
    rows = 0

    def place(node: Node, depth: int) -> tuple[int, int]:
        nonlocal rows
        (x, y), own = REPORTS.at(depth, rows), len(boxes)
        boxes.append(_report_box(node, x, y, carried, link))
        ends = [(place(child, depth + 1), child) for child in node.children if len(boxes) < MOST_BOXES]
        if ends:
            y = (ends[0][0][1] + ends[-1][0][1]) // 2
        else:
            rows += 1
        boxes[own] = replace(boxes[own], y=y)
        for end, child in ends:
            lines.append(REPORTS.line((x, y), end, dashed=bool(child.report and child.report.echo_of)))
        return x, y

    for root in roots:
        if len(boxes) < MOST_BOXES:
            place(root, 0)
    return _drawing(REPORTS, boxes, lines, left_out=max(0, sum(map(_size, roots)) - len(boxes)))


def _size(node: Node) -> int:
    return 1 + sum(map(_size, node.children))


def _report_box(node: Node, x: int, y: int, carried: Mapping[str, str], link: Callable[[str], str]) -> Box:
    if node.report is None:
        when = f", {node.unseen.when}" if node.unseen else ""
        return REPORTS.box(x, y, node.name, f"never read itself{when}", "unseen", address("source", node.name, carried))
    report = node.report
    day = str(report.published)[:10] if report.published else f"seen {report.known_at:%Y-%m-%d}"
    return REPORTS.box(x, y, node.name, f"{report.role.value}, {day}", report.role.value, link(report.document_id))


def dominoes(chain: Chain, carried: Mapping[str, str]) -> Drawing:
    """A chain of conditions: causes at the left, what hangs on them to the right."""
    depth = {event.key: 0 for event in chain.events}
    for _ in chain.events:  # at most as many rounds as events; a circle stops there
        for link in chain.links:
            if depth[link.effect] <= depth[link.cause] < len(chain.events):
                depth[link.effect] = depth[link.cause] + 1
    used: dict[int, int] = {}
    places: dict[str, tuple[int, int]] = {}
    boxes = []
    for event in chain.events[:MOST_BOXES]:
        column = depth[event.key] if depth[event.key] < len(chain.events) else 0
        row = used.get(column, 0)
        used[column] = row + 1
        x, y = places[event.key] = EVENTS.at(column, row)
        href = address("rumour", event.rumour, carried) if event.rumour else ""
        boxes.append(EVENTS.box(x, y, event.words, event.state.value, event.state.value.replace(" ", "-"), href))
    lines = [
        EVENTS.line(places[link.cause], places[link.effect], dashed=link.inferred)
        for link in chain.links
        if link.cause in places and link.effect in places
    ]
    return _drawing(EVENTS, boxes, lines, left_out=len(chain.events) - len(boxes))


def _drawing(grid: Grid, boxes: Iterable[Box], lines: Iterable[Line], left_out: int) -> Drawing:
    found = tuple(boxes)
    width = max((box.x for box in found), default=0) + grid.width + _EDGE
    height = max((box.y for box in found), default=0) + grid.height + _EDGE
    return Drawing(grid, found, tuple(lines), width, height, left_out)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Points of a calibration plot, in a field of 100 by 100 with the origin above left; `line` joins them."""

    points: tuple[tuple[float, float, int], ...]
    line: str


def calibration(reliability: Sequence[Mapping[str, float]]) -> Calibration | None:
    """What was said against what happened, from bins with `said`, `happened`, `count`; None without two of them."""
    points = tuple(
        (round(100 * b["said"], 1), round(100 - 100 * b["happened"], 1), int(b["count"])) for b in reliability
    )
    if len(points) < 2:
        return None
    return Calibration(points, "M" + " L".join(f"{x} {y}" for x, y, _ in points))
