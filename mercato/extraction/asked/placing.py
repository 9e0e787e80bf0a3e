"""Where a quotation stands in a text: the same words, whatever the blanks and the shape of quotation marks."""

from __future__ import annotations

import re

from mercato.model import Document, Span

_SAME = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-"}
)
_LONGEST = 400
"""Characters of a quotation; more is no evidence for one value but a copy of the text."""


class Placer:
    """Finds quotations in a part of one document."""

    def __init__(self, document: Document, start: int, end: int) -> None:
        self.document = document
        self.start = start
        self._text = document.text[start:end].translate(_SAME)

    def place(self, words: object, near: int | None = None) -> Span | None:
        """The span of `words`, the nearest to `near` where they stand several times; None where they don't."""
        if not isinstance(words, str) or not words.strip() or len(words) > _LONGEST:
            return None
        pieces = words.translate(_SAME).split()
        pattern = r"\s+".join(map(re.escape, pieces))
        before = r"(?<!\w)" if pieces[0][0].isalnum() else ""
        after = r"(?!\w)" if pieces[-1][-1].isalnum() else ""
        found = [m.span() for m in re.finditer(before + pattern + after, self._text, re.IGNORECASE)]
        if not found:
            return None
        aim = near - self.start if near is not None else 0
        low, high = min(found, key=lambda span: abs(span[0] - aim))
        return self.document.span(self.start + low, self.start + high)

    def holds(self, word: str) -> bool:
        """Whether a word stands anywhere in the part."""
        return self.place(word) is not None
