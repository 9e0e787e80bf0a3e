"""Rules of alerts: what is looked for and where the message goes; a YAML file that people can write."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml

from mercato.errors import DataFileError, Misused
from mercato.interfaces.files import written_whole
from mercato.model import ClaimKind, Stage


class Event(StrEnum):
    """What may set off an alert."""

    NEWS = "news"
    ORIGIN = "origin"
    DENIAL = "denial"
    PROBABILITY = "probability"

    @property
    def meaning(self) -> str:
        """One sentence for help and docs."""
        return _MEANINGS[self]


_MEANINGS = {
    Event.NEWS: "a report that brought a new fact, stage or source",
    Event.ORIGIN: "a new independent origin",
    Event.DENIAL: "a denial, a refusal or a withdrawal",
    Event.PROBABILITY: "a kept forecast that rose above, or fell below, the figure of `probability`",
}

MOST_RULES = 1_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. What is not set does not narrow; `stage` is the least one; `to` are the receivers."""

    name: str
    events: tuple[Event, ...] = (Event.NEWS,)
    club: str | None = None
    person: str | None = None
    outlet: str | None = None
    kinds: tuple[ClaimKind, ...] = ()
    stage: Stage | None = None
    probability: float | None = None
    to: tuple[str, ...] = field(default=())

    def plain(self) -> dict[str, Any]:
        """As it stands in the file."""
        row: dict[str, Any] = {"name": self.name, "events": [str(event) for event in self.events]}
        row |= {name: value for name in ("club", "person", "outlet", "probability") if (value := getattr(self, name))}
        if self.kinds:
            row["kinds"] = [str(kind) for kind in self.kinds]
        if self.stage:
            row["stage"] = str(self.stage)
        return row | {"to": list(self.to)}


def load_rules(path: Path) -> list[Rule]:
    """The rules of a file, in its order; none where it isn't there. DataFileError where one is wrong."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as fault:
        raise DataFileError(f"{path}: can't be read ({fault}).") from None
    try:
        rows = yaml.safe_load(text) or []
    except yaml.YAMLError as fault:
        raise DataFileError(f"{path}: is no YAML ({' '.join(str(fault).split())[:200]}).") from None
    if not isinstance(rows, list) or len(rows) > MOST_RULES:
        raise DataFileError(f"{path}: a list of at most {MOST_RULES:,} rules is wanted.")
    rules = [_rule(path, number, row) for number, row in enumerate(rows, 1)]
    counts = Counter(rule.name for rule in rules)
    if twice := [name for name, count in counts.items() if count > 1]:
        raise DataFileError(f"{path}: two rules are called {twice[0]!r}; give each its own name.")
    return rules


def save_rules(path: Path, rules: Iterable[Rule]) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [rule.plain() for rule in rules]
    with written_whole(path) as beside:
        beside.write_text(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True), "utf-8")


def _rule(path: Path, number: int, row: object) -> Rule:
    where = f"{path}, rule {number}"
    if not isinstance(row, Mapping):
        raise DataFileError(f"{where}: is no mapping with `name`, `to` and what to look for.")
    known = {"name", "events", "club", "person", "outlet", "kinds", "stage", "probability", "to"}
    if unknown := sorted(set(map(str, row)) - known):
        raise DataFileError(f"{where}: {unknown[0]!r} is unknown; known: {', '.join(sorted(known))}.")
    try:
        return make_rule(
            name=row.get("name", ""),
            events=_listed(row.get("events")) or (Event.NEWS,),
            club=row.get("club"),
            person=row.get("person"),
            outlet=row.get("outlet"),
            kinds=_listed(row.get("kinds")),
            stage=row.get("stage"),
            probability=row.get("probability"),
            to=_listed(row.get("to")),
        )
    except Misused as fault:
        raise DataFileError(f"{where}: {fault}") from None


def _listed(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    return tuple(str(one) for one in value) if isinstance(value, list | tuple) else (str(value),)


def make_rule(
    *,
    name: object,
    events: Iterable[str],
    to: Iterable[str],
    club: str | None = None,
    person: str | None = None,
    outlet: str | None = None,
    kinds: Iterable[str] = (),
    stage: str | None = None,
    probability: object = None,
) -> Rule:
    """A rule that is in order; Misused says what is not."""
    from mercato.interfaces.alerts.sending import check_receiver

    if not isinstance(name, str) or not name.strip():
        raise Misused("a rule needs a name.")
    wanted = tuple(_member(Event, event, "event") for event in events)
    if probability is not None and not (isinstance(probability, int | float) and 0 < probability < 1):
        raise Misused(f"probability is {probability!r}; give a figure between 0 and 1, such as 0.5.")
    if (Event.PROBABILITY in wanted) != (probability is not None):
        raise Misused("the event `probability` and the figure `probability` go together.")
    receivers = tuple(to)
    if not receivers:
        raise Misused("a rule needs a receiver: webhook:ADDRESS, mail:ADDRESS or command:PROGRAM.")
    for receiver in receivers:
        check_receiver(receiver)
    return Rule(
        name=name.strip(),
        events=wanted,
        club=club,
        person=person,
        outlet=outlet,
        kinds=tuple(_member(ClaimKind, kind, "kind") for kind in kinds),
        stage=_member(Stage, stage, "stage") if stage else None,
        probability=float(probability) if isinstance(probability, int | float) else None,
        to=receivers,
    )


def _member(vocabulary: Any, value: str, what: str) -> Any:
    try:
        return vocabulary(value)
    except ValueError:
        known = ", ".join(str(one) for one in vocabulary)
        raise Misused(f"{what} {value!r} is unknown; known: {known}.") from None
