"""Run a reader over annotated texts and score what it finds: by set, by language, and beside other systems."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

from mercato.engines.lines import Reader, row_document
from mercato.errors import DocumentSkipped, SourceUnusable
from mercato.evaluation.matching import ClaimRow
from mercato.evaluation.peers import peer_move_pairs
from mercato.evaluation.reliability import Reliability, reliability
from mercato.evaluation.scoring import Claims, Match, Report, score
from mercato.evaluation.texts import TextIndex, digest, json_rows, load_claims
from mercato.model import Document, claims_to_row
from mercato.sources import Declared, open_source

UNKNOWN_LANGUAGE = "und"
"""ISO 639's code for a language that could not be told."""


HELD_OUT = "samples/held_out"
"""The set of the samples that are kept aside."""


@dataclass(frozen=True, slots=True)
class GoldSet:
    """Annotated texts under one name. `document` gives the text of an id, or None where it is missing."""

    name: str
    gold: Claims
    digest: str
    document: Callable[[str], Document | None]
    peers: Mapping[str, Match] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A reader's figures on one set. `missing` are ids whose text is not there: they count as texts with no claim."""

    name: str
    digest: str
    report: Report
    by_language: Mapping[str, Report]
    reliability: Reliability | None = None
    peers: Mapping[str, Match] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    def figures(self) -> dict[str, float]:
        """The figures that floors are kept for; with several languages, each one's too: one must not hide another."""
        figures = self.report.figures()
        if len(self.by_language) > 1:
            for language, report in self.by_language.items():
                figures.update({f"{language} {name}": value for name, value in report.figures().items()})
        return figures

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "set": self.name,
            "digest": self.digest,
            **self.report.plain(),
            "by language": {language: report.plain() for language, report in self.by_language.items()},
            "reliability": self.reliability.plain() if self.reliability else None,
            "peers": {name: match.plain() for name, match in self.peers.items()},
            "missing": list(self.missing),
        }


def evaluate(gold_path: Path, texts: Sequence[Path], reader: Reader) -> Result:
    """Read the texts that an annotation file is about, and score.

    `texts` are folders; the gold file's own folder is searched last. Raises SourceUnusable or DataFileError.
    """
    return evaluate_set(gold_file_set(gold_path, TextIndex([*texts, gold_path.parent]), texts), reader)


def gold_file_set(gold_path: Path, index: TextIndex, texts: Sequence[Path]) -> GoldSet:
    """An annotation file with the texts found in `index`, and the peers that lie in the folders `texts`."""
    gold = load_claims(gold_path)

    def document(text_id: str) -> Document | None:
        row = index.get(text_id)
        return row_document(row) if row else None

    return GoldSet(gold_path.stem, gold, digest([gold_path]), document, peer_move_pairs(gold, texts))


def gold_folder_sets(gold: Path, texts: Path | None) -> Iterator[GoldSet]:
    """One set for each annotation file of a folder, in the order of their names."""
    paths = sorted(gold.glob("*.jsonl"))
    if not paths:
        raise SourceUnusable(f"{gold}: no *.jsonl in it. --gold takes a folder of annotation files.")
    folders = [texts] if texts else []
    index = TextIndex([*folders, gold])
    for path in paths:
        yield gold_file_set(path, index, folders)


def sample_set(folder: Path | None = None, held_out: bool = False) -> GoldSet | None:
    """The documents and annotations shipped with the package; None where there are none.

    With `held_out` those that nobody tunes the reader on, and only those; otherwise all the others.
    """
    root = folder or Path(str(files("mercato"))) / "samples"
    gold_path = root / "gold.jsonl"
    if not gold_path.is_file():
        return None
    manifest = root / "manifest.jsonl"
    rows = [row for _, row in json_rows(manifest)] if manifest.is_file() else []
    aside = {str(row["id"]) for row in rows if row.get("held_out")}
    paths = sorted(
        p
        for p in (root / "documents").iterdir()
        if p.suffix in {".txt", ".html", ".jsonl"} and (p.stem in aside) is held_out
    )
    documents = dict(_sample_documents(paths, _declared(rows)))
    gold = {text_id: claims for text_id, claims in load_claims(gold_path).items() if held_out is (text_id in aside)}
    if not paths:
        return None
    return GoldSet(HELD_OUT if held_out else "samples", gold, digest([gold_path, *paths]), documents.get)


def _declared(rows: Sequence[Mapping[str, Any]]) -> dict[str, Declared]:
    """What is known of each sample beside its text, by id."""
    return {
        row["id"]: Declared(
            title=row.get("title"),
            date=row.get("date"),
            address=row.get("url"),
            outlet=row.get("outlet"),
            language=row.get("language"),
        )
        for row in rows
    }


def _sample_documents(paths: Sequence[Path], known: Mapping[str, Declared]) -> Iterator[tuple[str, Document]]:
    """Documents by the id that annotations know them by: a row's own, else the file's stem."""
    for path in paths:
        for document in open_source(str(path), known.get(path.stem, Declared())):
            if isinstance(document, DocumentSkipped):
                raise document  # what we ship is readable, or we want to know
            yield (document.key if path.suffix == ".jsonl" else path.stem), document


def evaluate_set(annotated: GoldSet, reader: Reader) -> Result:
    """Read each annotated text and score."""
    system: dict[str, list[ClaimRow]] = {}
    languages: dict[str, list[str]] = defaultdict(list)
    missing: list[str] = []
    for text_id in annotated.gold:
        document = annotated.document(text_id)
        if document is None:
            missing.append(text_id)
            continue
        system[text_id] = claims_to_row(text_id, reader.read(document))["claims"]
        languages[document.language or UNKNOWN_LANGUAGE].append(text_id)
    return Result(
        name=annotated.name,
        digest=annotated.digest,
        report=score(annotated.gold, system),
        by_language={
            language: score({i: annotated.gold[i] for i in ids}, system) for language, ids in sorted(languages.items())
        },
        reliability=reliability(annotated.gold, system),
        peers=annotated.peers,
        missing=tuple(missing),
    )
