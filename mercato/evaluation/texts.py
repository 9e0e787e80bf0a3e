"""Annotated texts: the gold file, its digest, and the text that each annotation is about."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mercato.errors import DataFileError, SourceUnusable
from mercato.evaluation.matching import ClaimRow


def json_rows(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and row of each line. Raises DataFileError at the first that is no JSON object."""
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield number, _json_object(path, number, line)
    except (OSError, UnicodeDecodeError) as fault:
        raise SourceUnusable(f"{path}: can't be read ({fault}). Give a JSON Lines file in UTF-8.") from fault


def _json_object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except ValueError as fault:
        raise DataFileError(f"{path}:{number}: not JSON ({fault}). Each line holds one JSON object.") from fault
    if not isinstance(row, dict):
        raise DataFileError(f"{path}:{number}: a {type(row).__name__}, not a JSON object with named fields.")
    return row


def load_claims(path: Path) -> dict[str, list[ClaimRow]]:
    """Claims by text id, from annotations or from a system's output. Raises DataFileError for other lines."""
    texts: dict[str, list[ClaimRow]] = {}
    for number, row in json_rows(path):
        if "id" not in row or not isinstance(row.get("claims"), list):
            raise DataFileError(f'{path}:{number}: needs "id" and a list "claims".')
        texts[row["id"]] = row["claims"]
    return texts


def digest(paths: Sequence[Path]) -> str:
    """SHA-256 over the bytes of the files, in the order given."""
    sums = hashlib.sha256()
    for path in paths:
        sums.update(path.read_bytes())
    return sums.hexdigest()


class TextIndex:
    """Texts by id: every JSON Lines row with `id` and `text` in some folders, and plain text files by their stem.

    `NAME_article.txt` also answers to the id NAME.
    """

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = tuple(folders)
        self._rows: dict[str, dict[str, Any]] = {}
        for folder in reversed(self._folders):  # the first folder named wins
            if not folder.is_dir():
                raise SourceUnusable(f"{folder}: no such folder. --texts takes a folder of *.jsonl or *.txt files.")
            for path in sorted(folder.glob("*.txt")):
                self._add_plain(path)
            for path in sorted(folder.glob("*.jsonl")):
                self._add_rows(path)

    def _add_plain(self, path: Path) -> None:
        text = path.read_text(encoding="utf-8", errors="replace")
        for name in {path.stem, path.stem.removesuffix("_article")}:
            self._rows[name] = {"id": name, "text": text}

    def _add_rows(self, path: Path) -> None:
        for _, row in json_rows(path):
            if "id" in row and isinstance(row.get("text"), str):
                self._rows[row["id"]] = row

    def get(self, text_id: str) -> dict[str, Any] | None:
        """The row of that id (`id`, `text` and what else is known), or None."""
        return self._rows.get(text_id)
