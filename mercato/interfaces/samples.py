"""The sample documents that the package ships, each with what its manifest declares of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mercato.errors import DocumentSkipped
    from mercato.model import Document


def manifest() -> list[dict[str, Any]]:
    """One row for each sample file; `docs/samples.md` tells the fields."""
    text = files("mercato").joinpath("samples", "manifest.jsonl").read_text("utf-8")
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def open_sample(row: dict[str, Any]) -> Iterator[Document | DocumentSkipped]:
    """The documents of one row of the manifest."""
    from mercato.sources import Declared, open_source

    declared = Declared(
        title=row["title"] or None,
        date=row["date"],
        address=row["url"],
        outlet=row["outlet"],
        language=row["language"],
    )
    with as_file(files("mercato").joinpath("samples", *row["file"].split("/"))) as path:
        yield from open_source(str(path), declared)
