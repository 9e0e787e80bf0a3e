"""A reader whose readings are known beforehand: what is measured is the measuring."""

from __future__ import annotations

import re

from mercato.model import Claim, ClaimKind, ClubRef, Document, PersonRef, Stage

_MOVE = re.compile(r"(?P<person>\w+) to (?P<club>\w+)(?P<done> done)?(?: (?P<sure>0\.\d))?")


class PatternReader:
    """Reads each "X to Y", with "done" behind it as done and a figure behind that as its confidence."""

    def read(self, document: Document) -> list[Claim]:
        return [
            Claim(
                id=f"c{match.start()}",
                document_id=document.id,
                kind=ClaimKind.MOVE,
                person=PersonRef(match["person"]),
                to=ClubRef(match["club"]),
                stage=Stage.DONE if match["done"] else Stage.INTEREST,
                confidence=float(match["sure"]) if match["sure"] else None,
            )
            for match in _MOVE.finditer(document.text)
        ]
