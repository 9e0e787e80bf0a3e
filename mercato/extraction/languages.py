"""A language as data: the files of `languages/<code>/`, checked as they are loaded and compiled once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from mercato.errors import DataFileError
from mercato.extraction.figures import FigureReader
from mercato.extraction.frames import FRAMES
from mercato.extraction.lexicon import FORMS, Lexicon, PatternError, Verbs
from mercato.extraction.stages import GOVERNORS
from mercato.extraction.times import MEANINGS
from mercato.extraction.tokens import WordKeys, name_words, token_pattern
from mercato.extraction.verb_forms import VerbForms, forms_of, separable
from mercato.model import Deal, MoneyKind, Stage
from mercato.model.languages import language_codes, language_folders
from mercato.register.tables import POSITIONS

FILES = ("language", "people", "verbs", "events", "terms", "cues", "figures")
# A language without them reads no career facts and no further terms.
OPTIONAL = ("careers", "extras")
EVENT_KEYS = frozenset(
    {
        *("name", "frame", "core", "bare", "governs", "control", "role", "noun", "subject", "patterns", "deal"),
        *(
            "preps",
            "unaccusative",
            "sure",
            "negatable",
            "implied",
            "near",
            "needs",
            "alone",
            "turned_by",
            "behind",
            "caps",
            "past",
            "one_sided",
            "clause",
            "light",
            "aside",
        ),
        *("likes", "offers", "arrives"),
    }
)
OVERLAY = (
    "deal", "contracts", "prices", "sell_on", "costs", "lengths", "attribution", "careers", "hedges",
    "when", "seasons", "money_kinds", "wages", "lengths_left", "speculation", "reporting",
)  # fmt: skip
CAREERS = (
    "state", "since", "loan", "youth", "began", "again", "away", "ended", "appearances", "arrived", "born",
)  # fmt: skip
PERIODS = ("week", "month", "year", "season")
POSITION_GROUPS = POSITIONS | {"full-back"}


@dataclass(frozen=True)
class Language:
    """Everything known of one language, ready to read with."""

    code: str
    name: str
    lexicon: Lexicon
    # First word -> second word, or ANY other -> the overlay's lexicons with such a phrase.
    overlay: Mapping[str, Mapping[str, tuple[Lexicon, ...]]]
    figures: FigureReader
    abbreviations: frozenset[str]
    possessive: frozenset[str]
    tokens: re.Pattern[str]
    word_keys: WordKeys
    articles: frozenset[str]
    negations: frozenset[str]
    towns: Mapping[str, str]
    preposition_roles: Mapping[str, str]
    verbs: VerbForms
    words: Mapping[str, Any]


def _load(code: str, name: str) -> dict[str, Any]:
    path = language_folders().joinpath(code, f"{name}.yaml")
    try:
        with path.open(encoding="utf-8") as stream:
            loaded = yaml.load(stream, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except FileNotFoundError:
        raise DataFileError(f"language {code!r} has no {name}.yaml; docs/add-a-language.md lists its files") from None
    except yaml.YAMLError as fault:
        raise DataFileError(f"extraction/languages/{code}/{name}.yaml: {fault}") from fault
    return loaded  # type: ignore[no-any-return]


def _has(code: str, name: str) -> bool:
    return language_folders().joinpath(code, f"{name}.yaml").is_file()


def languages() -> tuple[str, ...]:
    """The codes of the languages that can be read, found by their folders."""
    return language_codes()


def conjugate(data: Mapping[str, Any]) -> Verbs:
    """The forms of every verb, from a language's endings and irregular paradigms."""
    verbs: Verbs = {}
    rules = [(re.compile(rule["after"]), rule) for rule in data["endings"]]
    doubling = set(data.get("doubling", ()))
    for base in data["regular"]:
        rule = next((rule for pattern, rule in rules if pattern.search(base)), None)
        if rule is None:
            raise PatternError(f"verb {base!r}: no rule under 'endings' fits it")
        stem = base[: len(base) - rule["strip"]] if rule["strip"] else base
        past_stem = stem + stem[-1] if base in doubling else stem
        forms = {
            name: tuple(_formed(past_stem if name in _DOUBLED else stem, end) for end in str(rule[name]).split("|"))
            for name in FORMS
            if name in rule
        }
        verbs[base] = forms if "inf" in forms else {"base": (base,), **forms}
    for base, given in data["irregular"].items():
        # A list gives all forms in their order, a mapping those that differ from the regular ones.
        named = given if isinstance(given, dict) else dict(zip(FORMS, given, strict=False))
        regular = verbs.get(base, {}) if isinstance(given, dict) else {}
        verbs[base] = {**regular, **{name: tuple(str(form).split("|")) for name, form in named.items()}}
    for base in data.get("separable", ()):
        simple = base.partition("+")[2]
        if simple not in verbs:
            raise PatternError(f"verb {base!r}: {simple!r} is neither regular nor irregular")
        verbs[base.replace("+", "")] = separable(base, verbs[simple], str(data.get("infinitive_marker", "")))
    return verbs


def _formed(stem: str, end: str) -> str:
    """A form: the stem with its ending, or with what stands around "~" ("ge~t")."""
    return end.replace("~", stem) if "~" in end else stem + end


_DOUBLED = frozenset({"past", "pp", "ing"})


class _Compiler:
    """Fills a lexicon from a language's files; a wrong entry is named with its file."""

    def __init__(self, code: str, data: Mapping[str, Mapping[str, Any]]) -> None:
        self.code = code
        self.data = data
        elided = "|".join(re.escape(word) for word in data["language"].get("elisions", ()))
        self.elided = re.compile(rf"(?<![^\s|])({elided})(?=[^\s|?])") if elided else None
        try:
            verbs = conjugate(data["verbs"])
        except PatternError as fault:
            raise DataFileError(f"extraction/languages/{code}/verbs.yaml: {fault}") from fault
        self.verbs = forms_of(verbs, data["verbs"]) if data["language"].get("verb_brackets") else VerbForms()
        self.lexicon = Lexicon(verbs)
        # Phrases that are noticed wherever they stand and hide nothing: deals, contracts, prices, sources, careers.
        self.overlays = {category: Lexicon(verbs, open_gaps=True) for category in OVERLAY}

    def add(
        self, file: str, patterns: Iterable[str], category: str, name: str, attributes: dict[str, Any] | None = None
    ) -> None:
        for written in patterns:
            # "all'Inter" is two words, in a pattern as in a text.
            pattern = self.elided.sub(r"\1 ", str(written)) if self.elided else str(written)
            try:
                lexicon = self.overlays.get(category, self.lexicon)
                lexicon.add(pattern, category, name, attributes)
            except PatternError as fault:
                raise DataFileError(f"extraction/languages/{self.code}/{file}.yaml, entry {name!r}: {fault}") from fault

    def check(self, file: str, entry: str, value: str | None, allowed: Iterable[str], what: str) -> None:
        known = set(allowed)
        if value is not None and value not in known:
            raise DataFileError(
                f"extraction/languages/{self.code}/{file}.yaml, entry {entry!r}: {what} {value!r} is unknown; "
                f"known: {', '.join(sorted(known))}"
            )

    def compile(self) -> None:
        self._words()
        self._people()
        self._events()
        self._terms()
        self._cues()
        self._careers()
        self._extras()
        for name, phrases in self.data["figures"]["times"].items():
            self.add("figures", phrases, "time", name)

    def _words(self) -> None:
        language = self.data["language"]
        for role, words in language["prepositions"].items():
            self.add("language", words, "prep", role)
        for name in (
            "conjunctions",
            "breaks",
            "contrasts",
            "background",
            "relatives",
            "amid",
            "list_openers",
            "articles",
            "be",
            "have",
        ):
            self.add("language", language.get(name, ()), name, name)
        for name, words in language["pronouns"].items():
            self.add("language", words, "pronoun", name)

    def _people(self) -> None:
        people = self.data["people"]
        for position, words in people["positions"].items():
            self.check("people", position, position, POSITION_GROUPS, "position")
            self.add("people", words, "position", position)
        for name in (
            "players", "coaches", "officials", "adjectives", "former", "target_nouns", "international", "club_nouns",
            "own_club_nouns", "former_club_nouns", "suitor_nouns", "academy", "natives", "borrowed",
        ):  # fmt: skip
            self.add("people", people.get(name, ()), name, name)

    def _events(self) -> None:
        entries: Any = self.data["events"]  # a list, where the other files are mappings
        for entry in entries:
            name = entry["name"]
            for key in entry:
                self.check("events", name, key, EVENT_KEYS, "key")
            self.check("events", name, entry.get("frame"), FRAMES, "frame")
            self.check("events", name, entry.get("core"), Stage, "stage")
            self.check("events", name, entry.get("bare"), Stage, "stage")
            self.check("events", name, entry.get("sure"), Stage, "stage")
            self.check("events", name, entry.get("alone"), Stage, "stage")
            self.check("events", name, entry.get("governs"), (*GOVERNORS, "none"), "governs")
            self.add("events", entry["patterns"], "event", name, {k: v for k, v in entry.items() if k != "patterns"})

    def _terms(self) -> None:
        terms = self.data["terms"]
        self.add("terms", terms.get("final_years", ()), "contracts", "out", {"final": True})
        for deal, phrases in terms["deals"].items():
            self.check("terms", deal, deal, (*Deal, "not_sure", "past"), "deal")
            self.add("terms", phrases, "deal", deal)
        for group in ("contracts", "prices"):
            for name, phrases in terms[group].items():
                self.add("terms", phrases, group, name)
        for group in ("sell_on", "costs", "lengths"):
            self.add("terms", terms.get(group, ()), group, group)

    def _cues(self) -> None:
        cues = self.data["cues"]
        for group in ("attribution", "conditions"):
            for name, phrases in cues[group].items():
                if name != "outlet_nouns":
                    self.add("cues", phrases, group, name)
        for group in ("hedges", "list_continues", "plural_people"):
            self.add("cues", cues.get(group, ()), group, group)

    def _careers(self) -> None:
        for name, phrases in self.data["careers"].get("careers", {}).items():
            self.check("careers", name, name, CAREERS, "group")
            self.add("careers", phrases, "careers", name)

    def _extras(self) -> None:
        extras = self.data["extras"]
        for group, names in (("when", MEANINGS), ("money_kinds", MoneyKind), ("wages", PERIODS)):
            for name, phrases in extras.get(group, {}).items():
                self.check("extras", name, name, names, f"name in {group!r}")
                self.add("extras", phrases, group, name)
        for name in ("summers", "winters"):
            self.add("extras", extras.get(name, ()), "seasons", name.removesuffix("s"))
        for group in ("costs", "lengths", "lengths_left", "sell_on", "speculation", "reporting"):
            self.add("extras", extras.get(group, ()), group, group)


def _vocabulary(compiler: _Compiler, words: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """Every word that some table of the language holds; no other lower-case word can matter to a reading."""
    lists = (word for found in words.values() for entry in found for word in str(entry).lower().split())
    lexicons = (compiler.lexicon, *compiler.overlays.values())
    return frozenset().union(*(lexicon.vocabulary for lexicon in lexicons), lists, name_words()["particles"])


def _first_roles(prepositions: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The role of each preposition; the first where it has several."""
    roles: dict[str, str] = {}
    for role, words in prepositions.items():
        for word in words:
            roles.setdefault(word, role)
    return roles


def _subject_heads(data: Mapping[str, Any]) -> frozenset[str]:
    """Lone words that may be a subject: what people and clubs are called, and pronouns."""
    people, pronouns = data["people"], data["language"]["pronouns"]
    groups = (*people["positions"].values(), *(people.get(name, ()) for name in _SUBJECTS))
    words = [*(word for group in groups for word in group), *pronouns.get("person", ()), *pronouns.get("club", ())]
    return frozenset(word for word in words if " " not in word)


_CLUB_HEADS = ("club_nouns", "own_club_nouns", "former_club_nouns", "suitor_nouns")
_SUBJECTS = ("players", "coaches", "officials", "international", "academy", *_CLUB_HEADS)


ANY = ""


def _by_first_words(lexicons: Iterable[Lexicon]) -> dict[str, dict[str, tuple[Lexicon, ...]]]:
    """Which of the lexicons may have a phrase that begins with a word and the one after it."""
    found: dict[str, dict[str, tuple[Lexicon, ...]]] = {}
    for lexicon in lexicons:
        lexicon.prepare(lexicon.first_words)
        for word, branch in lexicon.branches.items():
            seconds = found.setdefault(word, {ANY: ()})
            whole = bool(branch.gap or branch.entries.all)
            for second in branch.edges:
                seconds.setdefault(second, seconds[ANY])
            for second in seconds if whole else branch.edges:
                seconds[second] = (*seconds[second], lexicon)
    return found


@lru_cache(maxsize=16)
def load_language(code: str) -> Language:
    """A language by its code. Raises DataFileError where it has no folder or a file of it is wrong."""
    if code not in languages():
        raise DataFileError(f"language {code!r} can't be read yet; known: {', '.join(languages())}")
    data = {name: _load(code, name) for name in FILES}
    data.update({name: _load(code, name) if _has(code, name) else {} for name in OPTIONAL})
    language = data["language"]
    words = {name: frozenset(found) for name, found in language.items() if isinstance(found, list)}
    words["switches"] = frozenset(name for name, value in language.items() if value is True)
    words.update({name: frozenset(found) for name, found in language["pronouns"].items()})
    for name in OPTIONAL:
        words.update({group: frozenset(found) for group, found in data[name].items() if isinstance(found, list)})
    if "verb_brackets" in words["switches"]:
        words["club_heads"] = frozenset(
            word for name in _CLUB_HEADS for word in data["people"].get(name, ()) if " " not in word
        )
        words["subject_heads"] = _subject_heads(data) - words.get("object_pronouns", frozenset())
    compiler = _Compiler(code, data)
    compiler.compile()
    words["position_nouns"] = frozenset(w for found in data["people"]["positions"].values() for w in found)
    words["outlet_nouns"] = frozenset(data["cues"]["attribution"].get("outlet_nouns", ()))
    return Language(
        code=code,
        name=language["name"],
        lexicon=compiler.lexicon,
        overlay=_by_first_words(compiler.overlays.values()),
        figures=FigureReader(data["figures"]),
        abbreviations=frozenset(language["abbreviations"]),
        possessive=frozenset(language["possessive"]),
        word_keys=WordKeys(_vocabulary(compiler, words)),
        tokens=token_pattern(frozenset(language["possessive"]), frozenset(language.get("elisions", ()))),
        articles=frozenset(language["articles"]),
        negations=frozenset(language["negations"]),
        towns={word: town for town, found in data["cues"].get("towns", {}).items() for word in found},
        verbs=compiler.verbs,
        preposition_roles=_first_roles(language["prepositions"]),
        words=words,
    )
