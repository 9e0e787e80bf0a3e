"""Rules first, the model where the rules are unsure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from mercato.extraction.asked.reader import ModelReader, claim_key
from mercato.model import Claim, Document, ReaderVersion

UNSURE = 0.6
"""A claim of the rules less sure than this sends its text to the model."""


class Rules(Protocol):
    """A reader that states how sure it is."""

    @property
    def version(self) -> ReaderVersion:
        """Which one it is."""

    def read(self, document: Document) -> list[Claim]:
        """The claims of a document."""


@dataclass(slots=True)
class CombinedReader:
    """The rules' claims; where one of a text is less sure than `below`, the model reads that text as well.

    Then a sure claim of the rules stays, an unsure one stays only where the model has the same person and club, with
    the model's account of it, and what the model alone has is added.
    """

    rules: Rules
    model: ModelReader
    below: float = UNSURE

    @property
    def version(self) -> ReaderVersion:
        """Both readers, as one."""
        one, two = self.rules.version, self.model.version
        return ReaderVersion(f"{one.name} + {two.name}", f"{one.version}+{two.version}")

    def read(self, document: Document) -> list[Claim]:
        """The claims of a document. Raises DocumentSkipped where the model was needed and gave no answer."""
        first = self.rules.read(document)
        if all(self._is_sure(claim) for claim in first):
            return first
        kept = {claim_key(claim): claim for claim in first if self._is_sure(claim)}
        for claim in self.model.read(document):
            kept.setdefault(claim_key(claim), claim)
        return list(kept.values())

    def _is_sure(self, claim: Claim) -> bool:
        return claim.confidence is None or claim.confidence >= self.below
