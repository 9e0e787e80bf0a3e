"""The rule reader: a Document becomes claims, without a language model and without a download."""

from __future__ import annotations

from datetime import date

from mercato.extraction.assembly import Assembler
from mercato.extraction.coreference import Resolver
from mercato.extraction.drafts import Draft, Drafter
from mercato.extraction.events import EventReader
from mercato.extraction.languages import Language, languages, load_language
from mercato.extraction.naming import Namer
from mercato.extraction.phrases import Chunker
from mercato.extraction.sentences import fill_items, sentences
from mercato.model import Claim, Document, ReaderVersion
from mercato.register import Register

READER = ReaderVersion("rules", "0.1.0")


class RuleReader:
    """Reads claims by rules over language data. One reader serves any number of documents, one at a time."""

    version = READER

    def __init__(self, register: Register, threshold: float = 0.0) -> None:
        self.register = register
        self.threshold = threshold
        self._tools: dict[str, tuple[Language, Namer, Chunker]] = {}

    def reads(self, language: str | None) -> bool:
        """Whether the language can be read; an unknown language is read as English."""
        return language is None or language in languages()

    def read(self, document: Document) -> list[Claim]:
        """The claims of a document, in the order of the text. A language that can't be read gives none."""
        if not self.reads(document.language):
            return []
        language, namer, chunker = self._for(document.language or "en")
        text = document.text
        rows = sentences(document, language)
        if not rows:
            return []
        fill_items(text, rows, self.register.index.find(text), language.figures.read(text), language)
        namer.name(text, rows)
        day: date | None = document.published.day if document.published else None
        resolver = Resolver(self.register, day)
        reader = EventReader(language, resolver)
        drafter = Drafter(resolver)
        assembler = Assembler(document, language, resolver, self.register)
        drafts: list[Draft] = []
        for number, row in enumerate(rows):
            nodes = chunker.nodes(row.items, text)
            resolver.see(nodes)
            events = reader.read(nodes, number)
            assembler.conditions.mark(nodes, events, number)
            local = [b for n in nodes for m in n.people if (b := resolver.being(m)) is not None]
            found = drafter.drafts(events, local)
            facts = assembler.enrich(number, row, nodes, events, found, drafter.topic)
            drafts.extend(found)
            drafts.extend(facts)
        claims = assembler.claims(drafts)
        return [c for c in claims if c.confidence is None or c.confidence >= self.threshold]

    def _for(self, code: str) -> tuple[Language, Namer, Chunker]:
        if code not in self._tools:
            language = load_language(code)
            self._tools[code] = (language, Namer(self.register, language), Chunker(self.register, language))
        return self._tools[code]
