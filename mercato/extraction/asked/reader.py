"""Reads by asking a language model; who asks it, and how patiently, is handed in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from mercato.errors import DocumentSkipped
from mercato.extraction.asked.answer import AnswerReader, BrokenAnswer, claims_in
from mercato.extraction.asked.placing import Placer
from mercato.extraction.asked.schema import answer_schema, messages, parts, prompt_version
from mercato.extraction.languages import languages, load_language
from mercato.model import Claim, ClubRef, Document, ReaderVersion
from mercato.register import Register

PART_CHARACTERS = 8_000
"""A question holds at most so much of a text: two to three thousand tokens in the languages read here."""
TRIES = 2
"""How often a part is asked about whose answer has not the form asked for."""


class Reply(Protocol):
    """An answer: its text, why it ended, and what it cost."""

    @property
    def text(self) -> str:
        """What the model wrote."""

    @property
    def finish(self) -> str:
        """ "stop" where it was done, "length" where it was cut off."""

    @property
    def refusal(self) -> str | None:
        """Why it would not answer, where it would not."""

    @property
    def prompt_tokens(self) -> int:
        """Tokens of the question."""

    @property
    def completion_tokens(self) -> int:
        """Tokens of the answer."""

    @property
    def cached(self) -> bool:
        """Whether it was kept from an earlier asking and cost nothing."""


class Ask(Protocol):
    """Puts a question; `fresh` wants no kept answer."""

    def __call__(
        self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any], *, fresh: bool = False
    ) -> Reply:
        """The reply."""


@dataclass(slots=True)
class Tally:
    """What the asking came to. `dropped` counts values whose words were not in the text, by field."""

    asked: int = 0
    cached: int = 0
    broken: int = 0
    cut_off: int = 0
    refused: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    dropped: Counter[str] = field(default_factory=Counter)

    def count(self, reply: Reply) -> None:
        """Take a reply into the counts; a kept one cost nothing."""
        if reply.cached:
            self.cached += 1
            return
        self.asked += 1
        self.prompt_tokens += reply.prompt_tokens
        self.completion_tokens += reply.completion_tokens


class ModelReader:
    """Reads claims by asking a model; every value stands in the text, or it is dropped and counted in `tally`."""

    def __init__(self, ask: Ask, model: str, register: Register, part_characters: int = PART_CHARACTERS) -> None:
        self.ask = ask
        self.register = register
        self.part_characters = part_characters
        self.version = ReaderVersion(f"model {model}", prompt_version())
        self.tally = Tally()

    def read(self, document: Document) -> list[Claim]:
        """The claims of a document. Raises DocumentSkipped where no answer could be had or read."""
        claims: dict[tuple[str, ...], Claim] = {}
        for start, end in parts(document, self.part_characters):
            for claim in self._part(document, start, end):
                claims[claim_key(claim)] = claim  # said again later in the text: the later one holds
        return list(claims.values())

    def _part(self, document: Document, start: int, end: int) -> Iterator[Claim]:
        question = messages(document, document.text[start:end])
        for attempt in range(TRIES):
            reply = self.ask(question, answer_schema(), fresh=attempt > 0)
            self.tally.count(reply)
            if reply.refusal or reply.finish == "content_filter":
                self.tally.refused += 1
                why = f"It said: {' '.join((reply.refusal or 'filtered').split())[:200]}"
                raise DocumentSkipped(document.key, "the model refused", f"{why}. Read it with --reader rules.")
            if reply.finish == "length":
                self.tally.cut_off += 1
                yield from self._halves(document, start, end)
                return
            try:
                rows = claims_in(reply.text)
            except BrokenAnswer as fault:
                self.tally.broken += 1
                reason = str(fault)
                continue
            yield from self._reader(document, start, end).read(rows)
            return
        raise DocumentSkipped(
            document.key, "the model's answer can't be read", f"{TRIES} tries, the last: {reason}. Try another model."
        )

    def _halves(self, document: Document, start: int, end: int) -> Iterator[Claim]:
        """An answer that was cut off: each half of the part by itself; a single block can't be halved."""
        blocks = [b for b in document.blocks if b.kind.is_read and start <= b.start and b.end <= end]
        if len(blocks) < 2:
            raise DocumentSkipped(
                document.key, "the model's answer was cut off", "Raise the server's limit, or use --reader rules."
            )
        middle = len(blocks) // 2
        for half in (blocks[:middle], blocks[middle:]):
            yield from self._part(document, half[0].start, half[-1].end)

    def _reader(self, document: Document, start: int, end: int) -> AnswerReader:
        code = document.language if document.language in languages() else "en"
        return AnswerReader(
            document,
            Placer(document, start, end),
            self.register,
            load_language(code or "en").figures,
            self.version,
            self.tally.dropped,
        )


def claim_key(claim: Claim) -> tuple[str, ...]:
    """What makes two claims of a document the same: kind, person, and the club that is not `from` of a move."""
    club: ClubRef | None = claim.to or claim.club or claim.from_
    person = claim.person.id or claim.person.name.casefold()
    return claim.kind, person, (club.id or club.name.casefold()) if club else ""
