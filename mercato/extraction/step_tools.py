"""What the readers of steps share: the language and who is meant in the document."""

from __future__ import annotations

from mercato.extraction.coreference import Resolver
from mercato.extraction.languages import Language
from mercato.model import Stage


class StepTools:
    """One language and the resolver of one document."""

    def __init__(self, language: Language, resolver: Resolver) -> None:
        self.language = language
        self.resolver = resolver
        # A sentence that tells nothing but a stage, and which: "Done deal!".
        self.announced = (-2, Stage.INTEREST)
        self.previous = language.words.get("previous", frozenset())
        self.marks_objects = bool(language.words.get("object_prepositions"))
        self.turns = "subject_after_verb" in language.words["switches"]
        self.genitives: frozenset[str] = language.words.get("genitive_articles", frozenset())
        self.fronted = "parts_before_verb" in language.words["switches"]
        self.elliptic = "dropped_subjects" in language.words["switches"]
        self.purposes: frozenset[str] = language.words.get("purposes", frozenset())
        self.infinitives: frozenset[str] = language.words.get("be_infinitives", frozenset())
        self.clitics: tuple[str, ...] = tuple(language.words.get("object_clitics", ())) or ("\0",)
        self.hyphened = tuple(clitic for clitic in self.clitics if clitic.startswith("-")) or ("\0",)
        self.says_own = "owned_by_subject" in language.words["switches"]
        self.object_articles: frozenset[str] = language.words.get("object_articles", frozenset())
        self.singular: frozenset[str] = language.words.get("singular", frozenset())
        self.agents: frozenset[str] = language.words.get("agent_roles", frozenset())
