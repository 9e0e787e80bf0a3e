"""What a model is asked and in which form it must answer; the vocabularies are those of the model's enums."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Any

from mercato.model import ClaimKind, Deal, Document, Role, Stage

ASKED_KINDS = tuple(kind for kind in ClaimKind if kind is not ClaimKind.SPELL)


@cache
def instructions() -> str:
    """The rules of reading, as they are sent with each text."""
    return files("mercato.extraction.asked").joinpath("prompt.md").read_text("utf-8")


@cache
def answer_schema() -> dict[str, Any]:
    """The JSON schema of an answer, as OpenAI's structured outputs take it: every field there, null where empty."""
    words = {"type": "string"}
    named = _record({"name": {"type": "string"}, "words": words})
    claim = {
        "kind": {"enum": [str(kind) for kind in ASKED_KINDS]},
        "person": named,
        "role": {"enum": [str(role) for role in Role]},
        "to": _optional(named),
        "from": _optional(named),
        "club": _optional(named),
        "stage": _optional(_record({"value": {"enum": [str(stage) for stage in Stage]}, "words": words})),
        "deal": _optional(_record({"value": {"enum": [str(deal) for deal in Deal]}, "words": words})),
        "fee": _optional(
            _record(
                {"low": {"type": "number"}, "high": {"type": "number"}, "currency": {"type": "string"}, "words": words}
            )
        ),
        "until": _optional(_record({"value": {"type": "string"}, "words": words})),
        "sources": {"type": "array", "items": named},
        "condition": _optional(_record({"words": words})),
    }
    return _record({"claims": {"type": "array", "items": _record(claim)}})


def _record(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _optional(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def messages(document: Document, text: str) -> list[dict[str, str]]:
    """The question about a document, or about a part of it. The text goes as JSON, so that nothing in it ends it."""
    told = {
        "published": str(document.published) if document.published else None,
        "outlet": document.outlet,
        "language": document.language,
        "title": document.title,
        "text": text,
    }
    return [
        {"role": "system", "content": instructions()},
        {"role": "user", "content": json.dumps({k: v for k, v in told.items() if v}, ensure_ascii=False)},
    ]


def prompt_version() -> str:
    """Changes with the instructions and the form of answers: part of the reader's version."""
    asked = json.dumps([instructions(), answer_schema()], sort_keys=True)
    return hashlib.sha256(asked.encode()).hexdigest()[:8]


def parts(document: Document, limit: int) -> Iterable[tuple[int, int]]:
    """The document in runs of whole blocks of at most `limit` characters each; a longer block stands alone."""
    start = end = None
    for block in document.blocks:
        if not block.kind.is_read:
            continue
        if start is not None and end is not None and block.end - start > limit:
            yield start, end
            start = None
        start, end = block.start if start is None else start, block.end
    if start is not None and end is not None:
        yield start, end
