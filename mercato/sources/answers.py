"""Answers of a model kept on disk: the same question to the same model is paid for once."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from mercato.sources.endpoint import Completion, Endpoint


@dataclass(slots=True)
class RememberedEndpoint:
    """An endpoint with a folder in which its answers are kept, one file each, named by the hash of the question.

    What was cut off or refused is not kept. A file that can't be read is asked for anew.
    """

    endpoint: Endpoint
    folder: Path

    def complete(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], *, fresh: bool = False
    ) -> Completion:
        """The kept answer, or a new one that is then kept; `fresh` passes over what is kept."""
        path = self._path(messages, schema)
        if not fresh and (kept := _kept(path)) is not None:
            return kept
        answer = self.endpoint.complete(messages, schema)
        if answer.finish == "stop" and not answer.refusal:
            _keep(path, answer)
        return answer

    def _path(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> Path:
        question = [self.endpoint.address, self.endpoint.model, list(messages), schema]
        digest = hashlib.sha256(json.dumps(question, sort_keys=True).encode()).hexdigest()
        return self.folder / digest[:2] / f"{digest}.json"


def _kept(path: Path) -> Completion | None:
    try:
        row = json.loads(path.read_text("utf-8"))
        return replace(Completion(**row), cached=True)
    except (OSError, ValueError, TypeError):
        return None


def _keep(path: Path, answer: Completion) -> None:
    """Write whole or not at all. A full disk costs the next asking, not this answer."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(asdict(answer), file)
        Path(name).replace(path)
    except OSError:
        return
