"""Pictures as plain numbers for SVG: boxes joined by lines in columns, curves of calibration. Templates draw them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mercato.interfaces.web.show import Node, address
from mercato.rumours.chains import Chain

WIDTH, HEIGHT = 222, 46
_ACROSS, _DOWN, _EDGE = 274, 60, 10
_LETTERS = 24
"""Letters of a title that fit into a box."""
MOST_BOXES = 60


@dataclass(frozen=True, slots=True)
class Box:
    """A box: where it stands, its two lines, its kind (which gives the colour), where it leads to."""

    x: int
    y: int
    title: str
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

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: int
    height: int
    left_out: int = 0


def story(roots: Sequence[Node], carried: Mapping[str, str]) -> Drawing:
    """Who rests on whom: origins at the left, what was never read itself among them."""
    boxes: list[Box] = []
    lines: list[Line] = []
    rows = 0

    def place(node: Node, depth: int) -> tuple[int, int]:
        nonlocal rows
        x, own = _EDGE + depth * _ACROSS, len(boxes)
        boxes.append(_report_box(node, x, 0, carried))
        ends = [(place(child, depth + 1), child) for child in node.children if len(boxes) < MOST_BOXES]
        if ends:
            y = (ends[0][0][1] + ends[-1][0][1]) // 2
        else:
            y, rows = _EDGE + rows * _DOWN, rows + 1
        boxes[own] = _report_box(node, x, y, carried)
        for (end_x, end_y), child in ends:
            lines.append(_line(x, y, end_x, end_y, dashed=bool(child.report and child.report.echo_of)))
        return x, y

    for root in roots:
        if len(boxes) < MOST_BOXES:
            place(root, 0)
    return _drawing(boxes, lines, left_out=max(0, sum(map(_size, roots)) - len(boxes)))


def _size(node: Node) -> int:
    return 1 + sum(map(_size, node.children))


def _report_box(node: Node, x: int, y: int, carried: Mapping[str, str]) -> Box:
    if node.report is None:
        when = f", {node.unseen.when}" if node.unseen else ""
        return _box(x, y, node.name, f"never read itself{when}", "unseen", address("source", node.name, carried))
    report = node.report
    day = str(report.published)[:10] if report.published else f"seen {report.known_at:%Y-%m-%d}"
    return _box(x, y, node.name, f"{report.role.value}, {day}", report.role.value, f"#d-{report.document_id}")


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
        x, y = places[event.key] = _EDGE + column * _ACROSS, _EDGE + row * _DOWN
        href = address("rumour", event.rumour, carried) if event.rumour else ""
        boxes.append(_box(x, y, event.words, event.state.value, event.state.value.replace(" ", "-"), href))
    lines = [
        _line(*places[link.cause], *places[link.effect], dashed=link.inferred)
        for link in chain.links
        if link.cause in places and link.effect in places
    ]
    return _drawing(boxes, lines, left_out=len(chain.events) - len(boxes))


def _box(x: int, y: int, title: str, note: str, kind: str, href: str) -> Box:
    return Box(x, y, _short(title), _short(note, _LETTERS + 8), kind, href, f"{title}: {note}")


def _short(text: str, letters: int = _LETTERS) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _line(x: int, y: int, end_x: int, end_y: int, *, dashed: bool) -> Line:
    start, middle = x + WIDTH, y + HEIGHT // 2
    end, bend = end_y + HEIGHT // 2, (x + WIDTH + end_x) // 2
    return Line(f"M{start} {middle}C{bend} {middle} {bend} {end} {end_x} {end}", dashed)


def _drawing(boxes: Iterable[Box], lines: Iterable[Line], left_out: int) -> Drawing:
    found = tuple(boxes)
    width = max((box.x for box in found), default=0) + WIDTH + _EDGE
    height = max((box.y for box in found), default=0) + HEIGHT + _EDGE
    return Drawing(found, tuple(lines), width, height, left_out)


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
