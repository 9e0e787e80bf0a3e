"""Case tables: one short text a row and the claims it must give. A bug report becomes a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from pathlib import Path
from typing import Any

from mercato.engines.lines import Reader, row_document
from mercato.errors import DataFileError
from mercato.evaluation.matching import ClaimRow, place, same_claim, same_club, same_fee, same_outlet, same_person
from mercato.evaluation.scoring import Share
from mercato.evaluation.texts import digest, json_rows
from mercato.model import ClaimKind, Deal, Role, Stage, claims_to_row


class Strength(StrEnum):
    """How much a case binds: `must` never fails, `should` is expected to pass, `may` is a wish."""

    MUST = "must"
    SHOULD = "should"
    MAY = "may"


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a table; `claims` are all that the text holds, each with the fields that are to be checked."""

    row: Mapping[str, Any]
    claims: tuple[ClaimRow, ...]
    category: str
    strength: Strength
    note: str = ""

    @property
    def id(self) -> str:
        """The row's id."""
        return str(self.row["id"])


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case and what is wrong with its reading, in words; nothing if it passes."""

    case: Case
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TableResult:
    """A language's case table with all its results."""

    name: str
    digest: str
    results: tuple[CaseResult, ...]

    @property
    def failed(self) -> tuple[CaseResult, ...]:
        """The cases that don't pass, in the order of the table."""
        return tuple(r for r in self.results if r.faults)

    @property
    def broken(self) -> tuple[CaseResult, ...]:
        """The cases that must pass and don't."""
        return tuple(r for r in self.failed if r.case.strength is Strength.MUST)

    def shares(self) -> dict[str, Share]:
        """Cases passed, by strength."""
        asked = Counter(r.case.strength for r in self.results)
        failed = Counter(r.case.strength for r in self.failed)
        return {s.value: Share(asked[s] - failed[s], asked[s]) for s in Strength if asked[s]}

    def by_category(self) -> dict[str, Share]:
        """Cases passed, by category."""
        asked = Counter(r.case.category for r in self.results)
        failed = Counter(r.case.category for r in self.failed)
        return {c: Share(asked[c] - failed[c], asked[c]) for c in sorted(asked)}

    def figures(self) -> dict[str, float]:
        """The figures that floors are kept for."""
        return {name: share.value for name, share in self.shares().items() if share.value is not None}

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "set": self.name,
            "digest": self.digest,
            "cases": len(self.results),
            "passed": self.figures(),
            "by category": {name: share.value for name, share in self.by_category().items()},
            "failed": [{"id": r.case.id, "strength": r.case.strength, "faults": list(r.faults)} for r in self.failed],
        }


def case_files(folder: Path | None = None) -> list[Path]:
    """The case tables shipped: `en.jsonl`, and beside it tables of one theme such as `en.turns.jsonl`."""
    return sorted((folder or Path(str(files("mercato"))) / "extraction" / "cases").glob("*.jsonl"))


def load_cases(path: Path) -> list[Case]:
    """The rows of a table, whose name begins with the language. DataFileError names the row and what is allowed."""
    language = path.stem.partition(".")[0]
    cases: list[Case] = []
    seen: set[str] = set()
    for number, row in json_rows(path):
        case = _case(f"{path}:{number}", language, row)
        if case.id in seen:
            raise DataFileError(f'{path}:{number}: the id "{case.id}" is taken by an earlier row.')
        seen.add(case.id)
        cases.append(case)
    return cases


_CLOSED: Mapping[str, type[StrEnum]] = {"kind": ClaimKind, "stage": Stage, "deal": Deal, "role": Role}
_CLAIM_FIELDS = frozenset(
    ("kind", "person", "role", "to", "from", "club", "deal", "fee", "until", "stage", "sources", "condition", "more")
)


def _case(where: str, language: str, row: Mapping[str, Any]) -> Case:
    for name, kind in (("id", str), ("text", str), ("claims", list), ("category", str), ("strength", str)):
        if not isinstance(row.get(name), kind):
            raise DataFileError(f'{where}: "{name}" must be given as {kind.__name__}.')
    _check_word(where, "strength", row["strength"], Strength)
    for claim in row["claims"]:
        _check_claim(where, claim)
    return Case(
        row={"language": language, **row},
        claims=tuple(row["claims"]),
        category=row["category"],
        strength=Strength(row["strength"]),
        note=row.get("note") or "",
    )


def _check_claim(where: str, claim: Mapping[str, Any]) -> None:
    for name in ("kind", "person"):
        if not claim.get(name):
            raise DataFileError(f'{where}: a claim needs "{name}".')
    unknown = sorted(set(claim) - _CLAIM_FIELDS)
    if unknown:
        raise DataFileError(f"{where}: no claim has {', '.join(unknown)}; known: {', '.join(sorted(_CLAIM_FIELDS))}.")
    for name, allowed in _CLOSED.items():
        if claim.get(name) is not None:
            _check_word(where, name, claim[name], allowed)


def _check_word(where: str, name: str, value: str, allowed: type[StrEnum]) -> None:
    words = [member.value for member in allowed]
    if value not in words:
        raise DataFileError(f'{where}: {name} "{value}" is unknown; known: {", ".join(words)}.')


def run_table(path: Path, reader: Reader) -> TableResult:
    """Read every row of a table and say what is wrong with each."""
    return TableResult(
        name=f"cases/{path.stem}",
        digest=digest([path]),
        results=tuple(CaseResult(case, tuple(case_faults(case, reader))) for case in load_cases(path)),
    )


def case_faults(case: Case, reader: Reader) -> Iterator[str]:
    """What is wrong with the reading of one case, in words."""
    rest: list[ClaimRow] = claims_to_row(case.id, reader.read(row_document(case.row)))["claims"]
    for wanted in case.claims:
        twin = next((claim for claim in rest if same_claim(wanted, claim)), None)
        if twin is None:
            yield f"missed {wanted['kind']} {wanted['person']} -> {place(wanted)}"
            continue
        rest.remove(twin)
        for name in _CLAIM_FIELDS.intersection(wanted):
            if not _agrees(name, wanted[name], twin.get(name)):
                yield f"{wanted['person']}: {name} is {twin.get(name)}, should be {wanted[name]}"
    for claim in rest:
        yield f"invented {claim['kind']} {claim['person']} -> {place(claim)} [{claim['stage']}]"


def _agrees(name: str, wanted: Any, found: Any) -> bool:
    match name:
        case "to" | "from" | "club":
            return same_club(wanted, found) if wanted else not found
        case "person":
            return same_person(wanted, found)
        case "fee":
            return same_fee(wanted, found) if wanted else not found
        case "sources":
            return _same_names(wanted or [], found or [])
        case "condition":  # its words are free: whether there is one is what counts
            return bool(wanted) == bool(found)
        case "more":
            return _contains(found or {}, wanted or {})
        case _:
            return bool(wanted == found)


def _same_names(wanted: Sequence[str], found: Sequence[str]) -> bool:
    return len(wanted) == len(found) and all(same_outlet(a, b) for a, b in zip(wanted, found, strict=True))


def _contains(found: Any, wanted: Any) -> bool:
    """Whether everything in `wanted` stands in `found`, at the same place, dict within dict."""
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(name in found and _contains(found[name], value) for name, value in wanted.items())
    return bool(found == wanted)
