"""Why an input was passed over: a closed list of reasons, each with what to do."""

from __future__ import annotations

from enum import StrEnum

from mercato.errors import DocumentSkipped


class Reason(StrEnum):
    """What can be wrong with one input; skips are counted by it."""

    EMPTY = "holds no text"
    BINARY = "is not text"
    TOO_LARGE = "is too large"
    SCRIPTS_ONLY = "is a page without text of its own"
    BROKEN_PAGE = "is a page that can't be parsed"
    BROKEN_LINE = "is not a JSON object with `id` and `text`"
    REFUSED_ANSWER = "gave no page"
    BROKEN_FEED = "is no feed, sitemap or list of articles"
    ROBOTS = "is closed to robots"
    PARSER_KILLED = "took the parser too long or too much memory"

    @property
    def advice(self) -> str:
        """What to do next."""
        return _ADVICE[self]


_ADVICE = {
    Reason.EMPTY: "Give a text with words in it.",
    Reason.BINARY: "Give plain text, HTML or JSON Lines; documents of other kinds must be turned into text first.",
    Reason.TOO_LARGE: "Split it, or set MERCATO_MAX_BYTES to a higher number of bytes.",
    Reason.SCRIPTS_ONLY: "Where scripts put the text there, save the page from a browser and read that file.",
    Reason.BROKEN_PAGE: "Save the page as plain text and read that.",
    Reason.BROKEN_LINE: "Correct the line; the other lines were read.",
    Reason.BROKEN_FEED: "`mercato sources add ADDRESS` finds the feed of a site.",
    Reason.ROBOTS: "The site's robots.txt asks us not to read it, and we don't.",
    Reason.PARSER_KILLED: "Save the page as plain text and read that.",
    Reason.REFUSED_ANSWER: "Open the address in a browser, or save the page and read the file.",
}


class RecordSkipped(DocumentSkipped):
    """A JSON line whose text can't be read; `key` is its id, so that an answer for every id can be given."""

    def __init__(self, input_name: str, reason: str, advice: str, key: str) -> None:
        super().__init__(input_name, reason, advice)
        self.key = key


def skipped(input_name: str, reason: Reason, detail: str = "") -> DocumentSkipped:
    """The skip of one input; `detail` is what exactly was found."""
    return DocumentSkipped(input_name, reason.value, f"{detail}. {reason.advice}" if detail else reason.advice)
