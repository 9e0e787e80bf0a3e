"""Floors under the figures: a change that makes reading worse is seen at once, and a floor drops only on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from mercato.errors import DataFileError

FLOORS_FILE = Path(str(files("mercato.evaluation"))) / "floors.json"


@dataclass(frozen=True, slots=True)
class Floor:
    """The floors of one set with one register, and the digest of the annotations they were measured on."""

    digest: str
    figures: Mapping[str, float]


Floors = Mapping[str, Floor]
"""Floors by set and register: `gossip_dev shipped`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a set stands against its floors."""

    below: Mapping[str, tuple[float | None, float]] = field(default_factory=dict)
    """Figures under their floor: measured (None if it was not measured at all) and floor."""
    digest_changed: bool = False
    known: bool = True
    """Whether there are floors for this set."""

    @property
    def holds(self) -> bool:
        """Whether no figure is under its floor."""
        return not self.below


def floor_key(name: str, register: str) -> str:
    """The name under which a set's floors are kept."""
    return f"{name} {register}"


def load_floors(path: Path = FLOORS_FILE) -> dict[str, Floor]:
    """The floors of a file; none if it is not there. Raises DataFileError if it is not a file of floors."""
    if not path.is_file():
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {
            key: Floor(str(entry["digest"]), {name: float(value) for name, value in entry["floors"].items()})
            for key, entry in raw.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DataFileError(f"{path}: not a file of floors ({fault!r}). Restore it from version control.") from fault


def save_floors(floors: Floors, path: Path = FLOORS_FILE) -> None:
    """Write floors, sorted, so that a change shows as a change of lines."""
    raw: dict[str, Any] = {
        key: {"digest": floor.digest, "floors": dict(sorted(floor.figures.items()))}
        for key, floor in sorted(floors.items())
    }
    path.write_text(json.dumps(raw, indent=1) + "\n", encoding="utf-8")


def compare(floor: Floor | None, digest: str, figures: Mapping[str, float]) -> Verdict:
    """Hold measured figures against their floors. A figure that has a floor and was not measured is under it."""
    if floor is None:
        return Verdict(known=False)
    below = {
        name: (figures.get(name), least)
        for name, least in floor.figures.items()
        if (measured := figures.get(name)) is None or measured < least
    }
    return Verdict(below=below, digest_changed=floor.digest != digest)


def raised(floor: Floor | None, digest: str, figures: Mapping[str, float], *, allow_lower: bool) -> Floor:
    """The floor after a measurement: figures only go up unless `allow_lower`; new ones are added, none is dropped."""
    if floor is None or allow_lower:
        return Floor(digest, dict(figures))
    kept = {name: max(least, figures.get(name, least)) for name, least in floor.figures.items()}
    return Floor(digest, {**figures, **kept})
