"""From a page's bytes to its claims: first the fast main text, and only where that holds a claim the careful one."""

from __future__ import annotations

import dataclasses
import functools
import gc
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from mercato.engines.archive.filter import Filter, load_words, make_filter
from mercato.engines.archive.records import Bad, Fault, Page
from mercato.errors import DocumentSkipped
from mercato.model import Claim, Document, ReaderVersion
from mercato.register import Register

_LEADING = (".1", ".2")


class Reader(Protocol):
    """Whatever turns a document into claims."""

    version: ReaderVersion

    def read(self, document: Document) -> list[Claim]:
        """The claims of one document."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every page of a job is read with."""

    reader: Reader
    filter: Filter
    languages: frozenset[str] | None = None
    job: dict[str, Any] = field(default_factory=dict)
    """What tells this job from another on the same shards: reader, filter, languages."""


@dataclass(slots=True)
class Answer:
    """What became of one page: a document with claims, or nothing; `seconds` by step."""

    document: Document | None = None
    claims: list[Claim] = field(default_factory=list)
    bad: Bad | None = None
    outcome: str = "no claim"
    seconds: dict[str, float] = field(default_factory=dict)


@functools.cache
def shared_tools(languages: tuple[str, ...] | None = None) -> Tools:
    """The rule reader with the register, built once in a process; fork after it, and nothing is built twice."""
    from mercato.extraction import RuleReader
    from mercato.register import load_register

    register = load_register()
    tools = make_tools(RuleReader(register), register, languages)
    _warm(tools)
    gc.collect()
    gc.freeze()  # else the collector writes to the register's pages and each worker copies them
    return tools


def make_tools(reader: Reader, register: Register | None, languages: tuple[str, ...] | None = None) -> Tools:
    """Tools for a reader; clubs' names for the filter are those of the register."""
    names = sorted(club_names(register)) if register else []
    job = {
        "format": 1,
        "reader": f"{reader.version.name} {reader.version.version}",
        "filter": load_words().with_names(names).digest,
        "languages": sorted(languages) if languages else None,
    }
    return Tools(reader, make_filter(languages, names), frozenset(languages) if languages else None, job)


def club_names(register: Register) -> Iterable[str]:
    """Names of the clubs in the first two leagues of their countries."""
    for club in register.clubs.values():
        if club.league.endswith(_LEADING):
            yield club.name
            yield from (name.text for name in club.names)


def _warm(tools: Tools) -> None:
    """Read a little in each language and parse a page, so that all that is loaded when first used is there to fork."""
    from mercato.extraction import languages
    from mercato.sources import document_from_text
    from mercato.sources.html import document_from_html

    for code in sorted(tools.languages or languages()):
        tools.reader.read(document_from_text("Mattia Perin (Juventus).", key="warm", language=code))
    sentence = "This page is parsed once, so that what its parsers load is loaded before any page of an archive. "
    _main_text(f"<html><body><p>{sentence}</p></body></html>")
    document_from_html(f"<html><body><article><p>{sentence * 3}</p></article></body></html>".encode(), key="warm")


class PageReader:
    """Reads pages with some tools; what it raises is a fault of ours."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def __call__(self, page: Page) -> Answer:
        """The claims of a page, and the document that they stand in."""
        answer = Answer()
        try:
            self._read(page, answer)
        except DocumentSkipped as skip:
            answer.bad = Bad(page.name, skip.reason, skip.advice)
        except UnicodeError as fault:
            answer.bad = Bad(page.name, Fault.NOT_TEXT, str(fault)[:200])
        return answer

    def _read(self, page: Page, answer: Answer) -> None:
        document = self._quick(page, answer)
        if document is None:
            answer.outcome = "no text"
            return
        if self._tools.languages is not None and document.language not in self._tools.languages:
            answer.outcome = "other language"
            return
        claims = self._claims(document, answer)
        if not claims:
            return
        if page.is_html:
            document = self._careful(page, answer)
            claims = self._claims(document, answer)
        if claims:
            document.text.encode()  # a text that can't be written can't be kept
            answer.document, answer.claims, answer.outcome = document, claims, "document"

    def _claims(self, document: Document, answer: Answer) -> list[Claim]:
        with _Clock(answer, "reading"):
            return self._tools.reader.read(document)

    def _quick(self, page: Page, answer: Answer) -> Document | None:
        from mercato.sources import document_from_text
        from mercato.sources.decoding import decode, page_charset

        with _Clock(answer, "parsing"):
            text = decode(page.data, page.name, page.charset or (page_charset(page.data) if page.is_html else None))
            declared = dataclasses.asdict(page.declared)
            if page.is_html:
                text, declared["title"] = _main_text(text)
            if not text.strip():
                return None
        with _Clock(answer, "blocks"):
            return document_from_text(text, key=page.key, name=page.name, **declared)

    def _careful(self, page: Page, answer: Answer) -> Document:
        from mercato.sources.html import document_from_html

        with _Clock(answer, "main text"):
            return document_from_html(
                page.data, key=page.key, declared=page.declared, charset=page.charset, name=page.name
            )


def _main_text(page: str) -> tuple[str, str | None]:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(page)
    text = extract_plain_text(tree, main_content=True, alt_texts=False, list_bullets=False, preserve_formatting=True)
    return text, tree.title or None


class _Clock:
    """Adds the time of a step to an answer."""

    def __init__(self, answer: Answer, step: str) -> None:
        self._answer = answer
        self._step = step

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *exc: object) -> None:
        spent = time.perf_counter() - self._start
        self._answer.seconds[self._step] = self._answer.seconds.get(self._step, 0.0) + spent
