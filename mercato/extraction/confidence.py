"""How sure a claim is: a logistic regression over how it was found, applied in plain Python.

The weights are a small file that `mercato train-reader` fits on annotated texts; see `docs/reading.md`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from mercato import settings
from mercato.errors import DataFileError, Misused
from mercato.extraction.draft import Draft
from mercato.extraction.items import ItemKind
from mercato.extraction.sentences import Sentence
from mercato.model import ClaimKind, EvidenceRole

SHIPPED = "confidence.json"
_FAR = 200.0
"""Characters from which on two words are merely far apart."""
_MANY = 8
"""People or clubs of a sentence from which on there are merely many."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a claim stands: its sentence, and how often and in what text it is said."""

    row: Sentence
    text: str
    language: str
    sentences: int
    times: int


@dataclass(frozen=True, slots=True)
class Confidence:
    """Weights by the name of a trait; `threshold` is the least confidence at which a claim is told by default."""

    weights: Mapping[str, float]
    intercept: float
    threshold: float = 0.0

    def of(self, traits: Mapping[str, float]) -> float:
        """The chance that a claim with these traits is what the text says, from 0 to 1."""
        return round(chance(self.weights, self.intercept, traits), 4)


def chance(weights: Mapping[str, float], intercept: float, traits: Mapping[str, float]) -> float:
    """The logistic of the weighted traits; a trait without a weight counts nothing."""
    score = intercept + sum(weights.get(name, 0.0) * value for name, value in traits.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def load(path: Path) -> Confidence:
    """A fitted file. Raises DataFileError where it can't be read as one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        weights = {str(name): float(value) for name, value in data["weights"].items()}
        return Confidence(weights, float(data["intercept"]), float(data["threshold"]))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        raise DataFileError(
            f"{path}: no confidence can be read from it ({fault}). Write one with `mercato train-reader --write`."
        ) from fault


def chosen() -> Confidence | None:
    """The confidence in force: the setting's, else the shipped one. Raises DataFileError."""
    return load(Path(settings.CONFIDENCE.value).expanduser()) if settings.CONFIDENCE.value else shipped()


def least(confidence: Confidence | None) -> float:
    """The least confidence of a claim that is told: the setting's, else the one fitted. Raises Misused."""
    written = settings.THRESHOLD.value
    if not written:
        return confidence.threshold if confidence is not None else 0.0
    try:
        value = float(written)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise Misused(
            f"{settings.THRESHOLD.variable}={written!r} is no number from 0 to 1. Set it to 0.5, or leave it."
        )
    return value


@lru_cache(maxsize=1)
def shipped() -> Confidence | None:
    """The confidence that comes with the package; None where it has none."""
    path = Path(str(files("mercato"))) / "extraction" / SHIPPED
    return load(path) if path.is_file() else None


def traits(draft: Draft, setting: Setting) -> dict[str, float]:
    """How a claim was found, as named figures between 0 and 2; what isn't named is 0."""
    found = dict.fromkeys(_names(draft, setting), 1.0)
    spans = dict(reversed(draft.spans))
    trigger, person = spans.get(EvidenceRole.TRIGGER), spans.get(EvidenceRole.PERSON)
    club = next((spans[role] for role in _CLUB_ROLES if role in spans), None)
    if trigger and person:
        found["distance person"] = _gap(trigger, person)
    if trigger and club:
        found["distance club"] = _gap(trigger, club)
    kinds = [item.kind for item in setting.row.items]
    found["people"] = min(kinds.count(ItemKind.PERSON), _MANY) / _MANY
    found["clubs"] = min(kinds.count(ItemKind.CLUB), _MANY) / _MANY
    found["length"] = min((setting.row.end - setting.row.start) / _FAR, 2.0)
    found["said again"] = min(setting.times - 1, 3) / 3
    found["text"] = min(math.log2(max(setting.sentences, 1)) / 6, 1.0)
    return found


_CLUB_ROLES = (EvidenceRole.TO, EvidenceRole.FROM, EvidenceRole.CLUB)


def _gap(one: tuple[int, int], other: tuple[int, int]) -> float:
    return min(max(one[0] - other[1], other[0] - one[1], 0), _FAR) / _FAR


def _names(draft: Draft, setting: Setting) -> Iterator[str]:
    yield f"kind {draft.kind.value}"
    yield f"language {setting.language}"
    yield f"block {setting.row.kind.value}"
    yield f"certainty {draft.certainty.value}"
    if draft.stage is not None:
        yield f"stage {draft.stage.value}"
    flags = {
        "asked": setting.row.is_question,
        "sourced": bool(draft.chain),
        "fee": draft.fee is not None,
        "deal": draft.deal is not None,
        "condition": draft.condition is not None,
        "previous": draft.previous,
        "later sentence": draft.sentence > 0,
        "club left known": draft.kind is ClaimKind.MOVE and draft.being.club is not None,
    }
    yield from (name for name, holds in flags.items() if holds)
    yield from _of_person(draft, setting.text)
    yield from _of_club(draft, setting.text)
    yield from _of_step(draft)


def _of_person(draft: Draft, text: str) -> Iterator[str]:
    """By the register's id, by a name of unknown shape or by a description; as a part of the step or as the nearest."""
    being, event = draft.being, draft.event
    known = len(being.people)
    yield "person " + ("unknown" if not known else "known" if known == 1 else "ambiguous")
    if " " not in being.name:
        yield "person one name"
    if being.age is not None or being.positions or being.countries:
        yield "person described"
    if being.role != "player":
        yield f"person {being.role}"
    span = next((span for role, span in draft.spans if role is EvidenceRole.PERSON), None)
    if span is not None and being.name.split()[-1] not in text[span[0] : span[1]]:
        yield "person by coreference"
    if event is not None and all(other is not being for other, _ in event.people):
        yield "person nearest"


def _of_club(draft: Draft, text: str) -> Iterator[str]:
    """By the register, by a name of unknown shape or by a description; as which part of the step."""
    club, event = draft.club, draft.event
    if club is None:
        yield "club missing"
        return
    if club.club is None:
        yield "club unknown"
    elif not club.club.shipped:
        yield "club obscure"
    span = next((s for role, s in draft.spans if role in _CLUB_ROLES), None)
    if span is not None and not text[span[0] : span[0] + 1].isupper():
        yield "club by coreference"
    if event is not None:
        parts = {
            "buyer": event.buyers,
            "seller": event.sellers,
            "keeper": event.keepers,
            "partner": event.partner_clubs,
        }
        part = next((name for name, clubs in parts.items() if any(c.name.key == club.key for c in clubs)), "implied")
        yield f"club as {part}"


def _of_step(draft: Draft) -> Iterator[str]:
    event = draft.event
    if event is None:
        yield "no step"
        return
    yield f"frame {event.frame}"
    if event.entry.get("noun"):
        yield "step noun"
    if event.governors:
        yield f"governed {event.governors[0]}"
    if len(event.governors) > 1:
        yield "governed twice"
    flags = {
        "negated": event.negated,
        "passive": event.passive,
        "background": event.background,
        "conditional": event.conditional,
        "no subject": event.subject is None,
        "unnamed suitors": event.unnamed_suitors,
        "subject left out": event.dropped,
        "several people": len(event.people) > 1,
        "several clubs": len(event.buyers) > 1,
    }
    yield from (name for name, holds in flags.items() if holds)
